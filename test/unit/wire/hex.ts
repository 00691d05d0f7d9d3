// Bytes as they are written in the RFC's pictures: hexadecimal, four bytes a word.

/** Reads hexadecimal; spaces, line ends and bars are for the reader only. */
export function hex(text: string): Uint8Array {
  const digits = text.replaceAll(/[\s|]/g, '');
  if (digits.length % 2 !== 0 || /[^0-9a-f]/.test(digits)) throw new Error(`not hexadecimal: ${text}`);
  return Uint8Array.from({ length: digits.length / 2 }, (_unused, index) =>
    Number.parseInt(digits.slice(2 * index, 2 * index + 2), 16),
  );
}

/** A copy of `bytes` with those at `at` replaced by `patch`. */
export function patched(bytes: Uint8Array, at: number, patch: string): Uint8Array {
  const copy = new Uint8Array(bytes);
  copy.set(hex(patch), at);
  return copy;
}
