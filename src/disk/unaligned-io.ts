// Reads and writes that begin or end inside a block. A partial block is read whole; to write, the new bytes are laid
// over what was read and the block is written back. Callers hold the range exclusively while writing.

import type { AlignedIo } from './aligned-io.ts';
import { changeFailure } from './effects.ts';
import { inPieces } from './pieces.ts';

/**
 * Up to this span, a request goes through one buffer of its own: copying it costs less than the commands it saves.
 * Beyond, only the first and the last block are copied.
 */
const assembleLimit = 65_536;

/** A part of a request: whole blocks, or a range that spans no more than `assembleLimit`. */
interface Part {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Reads any range. */
export async function readUnaligned(
  io: AlignedIo,
  blockSize: number,
  offset: number,
  into: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<void> {
  const parts = partsOf(blockSize, offset, into);
  const { failure } = await inPieces(parts.length, parts.length, async (piece) => {
    const part = parts[piece];
    if (part === undefined) return;
    if (isAligned(blockSize, part)) await io.read(part.offset, part.bytes, signal);
    else part.bytes.set(await readAround(io, blockSize, part, signal));
  });
  if (failure !== undefined) throw failure.error;
}

/** Writes any range. The caller holds `alignedSpan` of it exclusively. */
export async function writeUnaligned(
  io: AlignedIo,
  blockSize: number,
  offset: number,
  from: Uint8Array,
  fua: boolean,
  signal: AbortSignal | undefined,
): Promise<void> {
  const parts = partsOf(blockSize, offset, from);
  const { failure, mayHaveChanged } = await inPieces(parts.length, parts.length, async (piece) => {
    const part = parts[piece];
    if (part === undefined) return;
    if (isAligned(blockSize, part)) await io.write(part.offset, part.bytes, fua, signal);
    else await patch(io, blockSize, part, fua, signal);
  });
  if (failure === undefined) return;
  throw parts.length === 1 ? failure.error : changeFailure(failure.error, mayHaveChanged, offset, from.length);
}

/** The blocks that a range touches, as bytes `start` to `end`. */
export function alignedSpan(blockSize: number, offset: number, length: number): { start: number; end: number } {
  const start = Math.floor(offset / blockSize) * blockSize;
  return { start, end: Math.ceil((offset + length) / blockSize) * blockSize };
}

/** The blocks that lie within a range, as bytes `start` to `end`; where there are none, both are its end. */
export function innerSpan(blockSize: number, offset: number, length: number): { start: number; end: number } {
  const start = Math.ceil(offset / blockSize) * blockSize;
  const end = Math.floor((offset + length) / blockSize) * blockSize;
  return start < end ? { start, end } : { start: offset + length, end: offset + length };
}

/** The whole request when it is small; else what is before the first block boundary, the blocks, and what is after. */
function partsOf(blockSize: number, offset: number, bytes: Uint8Array): readonly Part[] {
  const { start, end } = alignedSpan(blockSize, offset, bytes.length);
  if (bytes.length === 0) return [];
  if (end - start <= assembleLimit) return [{ offset, bytes }];
  const headLength = start === offset ? 0 : start + blockSize - offset;
  const tailLength = (offset + bytes.length) % blockSize;
  const middle = bytes.subarray(headLength, bytes.length - tailLength);
  return [
    { offset, bytes: bytes.subarray(0, headLength) },
    { offset: offset + headLength, bytes: middle },
    { offset: offset + bytes.length - tailLength, bytes: bytes.subarray(bytes.length - tailLength) },
  ].filter((part) => part.bytes.length > 0);
}

function isAligned(blockSize: number, part: Part): boolean {
  return part.offset % blockSize === 0 && part.bytes.length % blockSize === 0;
}

/** Reads the blocks around a part and gives those bytes of them that are the part's. */
async function readAround(
  io: AlignedIo,
  blockSize: number,
  part: Part,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const { start, end } = alignedSpan(blockSize, part.offset, part.bytes.length);
  const blocks = new Uint8Array(end - start);
  await io.read(start, blocks, signal);
  return blocks.subarray(part.offset - start, part.offset - start + part.bytes.length);
}

async function patch(
  io: AlignedIo,
  blockSize: number,
  part: Part,
  fua: boolean,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { start, end } = alignedSpan(blockSize, part.offset, part.bytes.length);
  const blocks = new Uint8Array(end - start);
  await io.read(start, blocks, signal);
  const own = { start: part.offset, end: part.offset + part.bytes.length, epoch: io.epoch };
  blocks.set(part.bytes, part.offset - start);
  await io.write(start, blocks, fua, signal, own);
}
