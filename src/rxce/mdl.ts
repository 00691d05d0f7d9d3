// Memory descriptor lists: memory in one piece or several.

/** Memory, in one piece or in a chain of several. */
export type MDL = Uint8Array | readonly Uint8Array[];

/** The pieces of a list; undefined for what is none. */
export function mdlPieces(mdl: unknown): readonly Uint8Array[] | undefined {
  if (mdl instanceof Uint8Array) return [mdl];
  if (!Array.isArray(mdl) || !mdl.every((piece) => piece instanceof Uint8Array)) return undefined;
  return mdl;
}

/** How many bytes the pieces have. */
export function totalLength(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0);
}

/** The first `length` bytes of the pieces, in place. */
export function firstBytes(pieces: readonly Uint8Array[], length: number): readonly Uint8Array[] {
  const first: Uint8Array[] = [];
  let left = length;
  for (const piece of pieces) {
    if (left === 0) break;
    const part = piece.length <= left ? piece : piece.subarray(0, left);
    first.push(part);
    left -= part.length;
  }
  return first;
}
