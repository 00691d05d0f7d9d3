// Patterns of LIKE: `%` for anything, `_` for one character, `[abc]`, `[a-f]` or `[a=f]` for one of these, `[^abc]` for none of them.

/** What one place of a pattern takes: any text, or one character that is told by `takes`. */
type Place = 'any' | ((character: string) => boolean);

/** Whether the whole text is of the pattern, whatever the case. It takes at most as many steps as both lengths multiplied. */
export function isLike(text: string, pattern: string): boolean {
  const places = placesOf(pattern.toLowerCase());
  const characters = Array.from(text.toLowerCase());
  let place = 0;
  let at = 0;
  // Where the last `%` stood, and how much of the text it has taken so far: it takes one more when all else fails.
  let retry: { readonly place: number; at: number } | undefined;
  while (at < characters.length) {
    const current = places[place];
    if (current === 'any') {
      retry = { place, at };
      place += 1;
    } else if (current?.(characters[at] ?? '') === true) {
      place += 1;
      at += 1;
    } else if (retry !== undefined) {
      retry.at += 1;
      at = retry.at;
      place = retry.place + 1;
    } else {
      return false;
    }
  }
  return places.slice(place).every((each) => each === 'any');
}

function placesOf(pattern: string): readonly Place[] {
  const signs = Array.from(pattern);
  const places: Place[] = [];
  for (let at = 0; at < signs.length; at += 1) {
    const sign = signs[at] ?? '';
    const end = sign === '[' ? signs.indexOf(']', at + 2) : -1;
    if (sign === '%') places.push('any');
    else if (sign === '_') places.push(() => true);
    else if (end !== -1) {
      places.push(setOf(signs.slice(at + 1, end)));
      at = end;
    } else places.push((character) => character === sign);
  }
  return places;
}

function setOf(signs: readonly string[]): Place {
  const isNegated = signs[0] === '^' && signs.length > 1;
  const members = isNegated ? signs.slice(1) : signs;
  const [low = '', between = '', high = ''] = members;
  if (members.length === 3 && (between === '-' || between === '=')) {
    return (character) => (character >= low && character <= high) !== isNegated;
  }
  return (character) => members.includes(character) !== isNegated;
}
