// The words of a WQL query: names, numbers, strings and signs, each with the place where it stands.

import { UsageError } from '../../base/index.ts';

/** A word of a query. */
export type WqlToken =
  | { readonly kind: 'name'; readonly text: string; readonly position: number }
  | { readonly kind: 'string'; readonly text: string; readonly position: number }
  | { readonly kind: 'number'; readonly text: string; readonly position: number }
  | { readonly kind: 'sign'; readonly text: string; readonly position: number }
  | { readonly kind: 'end'; readonly text: ''; readonly position: number };

/** No query that a person or a program of ours writes is longer, in characters. */
export const longestQuery = 8192;

/**
 * A query that is not understood. Positions are counted from 1, as people do.
 *
 * @throws UsageError `ISCSI_BAD_ARGUMENT`, always.
 */
export function refuseQuery(what: string, position: number): never {
  throw new UsageError('ISCSI_BAD_ARGUMENT', `The query ${what} at character ${position + 1}`, { argument: 'query' });
}

const blank = /\s+/y;
const name = /[A-Za-z_][A-Za-z0-9_]*/y;
const number = /[+-]?(?:0[xX][0-9A-Fa-f]+|\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?)(?![A-Za-z0-9_])/y;
const sign = /<>|!=|<=|>=|[=<>(),.*]/y;

/** Takes a query apart. Throws as `refuseQuery`. */
export function tokenizeWql(query: string): readonly WqlToken[] {
  if (query.length > longestQuery) refuseQuery(`is longer than ${longestQuery} characters`, longestQuery);
  const tokens: WqlToken[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const [text] = pattern.exec(query) ?? [];
    if (text !== undefined) at += text.length;
    return text;
  };
  while (true) {
    take(blank);
    const position = at;
    if (position >= query.length) {
      tokens.push({ kind: 'end', text: '', position });
      return tokens;
    }
    const quote = query[position];
    if (quote === "'" || quote === '"') {
      const { text, end } = readString(query, position, quote);
      tokens.push({ kind: 'string', text, position });
      at = end;
      continue;
    }
    const word = take(name);
    if (word !== undefined) {
      tokens.push({ kind: 'name', text: word, position });
      continue;
    }
    const digits = take(number);
    if (digits !== undefined) {
      tokens.push({ kind: 'number', text: digits, position });
      continue;
    }
    const text = take(sign) ?? refuseQuery('has a sign that WQL has not', position);
    tokens.push({ kind: 'sign', text: text === '!=' ? '<>' : text, position });
  }
}

/** A string between quotes of either kind; within it, a backslash stands before a quote or another backslash. */
function readString(query: string, start: number, quote: string): { readonly text: string; readonly end: number } {
  let text = '';
  for (let at = start + 1; at < query.length; at += 1) {
    const sign = query[at] ?? '';
    if (sign === quote) return { text, end: at + 1 };
    if (sign !== '\\') {
      text += sign;
      continue;
    }
    at += 1;
    const escaped = query[at] ?? '';
    if (!['\\', "'", '"'].includes(escaped))
      refuseQuery('has a backslash that is before no quote and no backslash', at - 1);
    text += escaped;
  }
  return refuseQuery('has a string that does not end', start);
}
