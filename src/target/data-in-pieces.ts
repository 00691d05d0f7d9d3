// How the data of a read are cut into Data-In PDUs (RFC 7143 §11.7.1, §13.12, §13.13).

/** One Data-In PDU of a read. */
export interface DataInPiece {
  /** Within the whole transfer. */
  readonly offset: number;
  readonly length: number;
  /** F: the last of a sequence, which has at most MaxBurstLength bytes, or of the transfer. */
  readonly isFinal: boolean;
}

/** Cuts the range from `start` to `end` of a transfer of `total` bytes. Sequences are counted from offset 0. */
export function* dataInPieces(
  start: number,
  end: number,
  total: number,
  maxSegment: number,
  maxBurst: number,
): Generator<DataInPiece> {
  for (let offset = start; offset < end; ) {
    const burstEnd = offset - (offset % maxBurst) + maxBurst;
    const length = Math.min(maxSegment, end - offset, burstEnd - offset);
    const next = offset + length;
    yield { offset, length, isFinal: next === burstEnd || next === total };
    offset = next;
  }
}

/** How many bytes to read from the device at a time: about `wanted`, in whole PDUs. */
export function readStep(wanted: number, maxSegment: number): number {
  return maxSegment >= wanted ? wanted : wanted - (wanted % maxSegment);
}
