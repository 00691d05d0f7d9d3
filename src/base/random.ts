// Chance that can be repeated: numbers that depend on a seed alone.

/** Makes a source of numbers from 0 up to 1, the same for the same seed: xorshift with 32 bits of state. */
export function seededRandom(seed: number): () => number {
  // Spread over all bits first: small seeds would begin with small numbers.
  let state = Math.imul(seed | 0, 0x9e37_79b1) >>> 0 || 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 0x1_0000_0000;
  };
  for (let round = 0; round < 4; round += 1) next();
  return next;
}
