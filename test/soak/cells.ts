// What the soak writes: a disk cut into cells, each filled from one value, so that any cell read back tells who wrote it,
// and that it is whole and in its place.

export const blockSize = 512;
export const blockCount = 384;

/** Where cells begin in a block: odd places, so that requests that begin and end at cells are of any alignment. */
const cuts = [0, 45, 130, 259, 471, blockSize] as const;

export const cellsPerBlock: number = cuts.length - 1;
export const cellCount: number = blockCount * cellsPerBlock;

/** A run of cells, both ends included. */
export interface CellRange {
  readonly first: number;
  readonly last: number;
}

/** Where a cell begins on the disk, in bytes; for `cellCount` where the disk ends. */
export function cellOffset(cell: number): number {
  return Math.floor(cell / cellsPerBlock) * blockSize + (cuts[cell % cellsPerBlock] ?? 0);
}

/** The bytes of a run of cells. */
export function byteRange({ first, last }: CellRange): { offset: number; length: number } {
  const offset = cellOffset(first);
  return { offset, length: cellOffset(last + 1) - offset };
}

/** The contents of a run of cells when each holds `value`. Value 0 is zeros. */
export function contentsOf({ first, last }: CellRange, value: number): Uint8Array {
  const { offset, length } = byteRange({ first, last });
  const bytes = new Uint8Array(length);
  for (let cell = first; cell <= last; cell += 1) {
    fill(bytes.subarray(cellOffset(cell) - offset, cellOffset(cell + 1) - offset), cell, value);
  }
  return bytes;
}

/** The value that a cell holds; undefined when its bytes are of no value, or of two, or of another cell. */
export function valueOf(bytes: Uint8Array, cell: number): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const value = view.getUint32(0, true);
  const expected = new Uint8Array(bytes.length);
  fill(expected, cell, value);
  return Buffer.compare(bytes, expected) === 0 ? value : undefined;
}

function fill(bytes: Uint8Array, cell: number, value: number): void {
  if (value === 0) return;
  new DataView(bytes.buffer, bytes.byteOffset, bytes.length).setUint32(0, value, true);
  let state = (Math.imul(value, 0x9e37_79b1) ^ Math.imul(cell + 1, 0x85eb_ca6b)) >>> 0 || 1;
  for (let at = 4; at < bytes.length; at += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = state;
  }
}
