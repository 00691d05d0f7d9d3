// A PDU as bytes, with its digests: what faults change of it, rightly or wrongly summed.

import { u8 } from '../../base/index.ts';
import {
  bhsLength,
  crc32c,
  dataSegmentLength,
  digestLength,
  opcodeOf,
  paddedLength,
  putDigest,
  totalAhsLength,
} from '../../wire/index.ts';

/** Which digests are in use (RFC 7143 §13.1). */
export interface Digests {
  readonly header: boolean;
  readonly data: boolean;
}

/** The length of a PDU on the wire, from the first 8 bytes of its header. */
export function wireLength(header: Uint8Array, digests: Digests): number {
  const dataLength = dataSegmentLength(header);
  const headerLength = bhsLength + totalAhsLength(header) + (digests.header ? digestLength : 0);
  const trailerLength = digests.data && dataLength > 0 ? digestLength : 0;
  return headerLength + paddedLength(dataLength) + trailerLength;
}

/** One PDU with bytes of its own. */
export class RawPdu {
  readonly bytes: Uint8Array;
  readonly #digests: Digests;

  /** Takes `bytes` over. */
  constructor(bytes: Uint8Array, digests: Digests) {
    this.bytes = bytes;
    this.#digests = digests;
  }

  get opcode(): number {
    return opcodeOf(this.bytes);
  }

  get dataLength(): number {
    return dataSegmentLength(this.bytes);
  }

  /** Flips the bits of `mask` in a byte of the header; a digest in use is made right again where asked for. */
  corruptHeader(at: number, mask: number, digestIsRight: boolean): void {
    const headerLength = this.#headerLength;
    this.#flip(at % headerLength, mask);
    if (!digestIsRight || !this.#digests.header) return;
    putDigest(crc32c(this.bytes.subarray(0, headerLength)), this.bytes, headerLength);
  }

  /** As `corruptHeader`, for a byte of the data. The PDU must have data. */
  corruptData(at: number, mask: number, digestIsRight: boolean): void {
    const start = this.#headerLength + (this.#digests.header ? digestLength : 0);
    this.#flip(start + (at % this.dataLength), mask);
    if (!digestIsRight || !this.#digests.data) return;
    const end = start + paddedLength(this.dataLength);
    putDigest(crc32c(this.bytes.subarray(start, end)), this.bytes, end);
  }

  get #headerLength(): number {
    return bhsLength + totalAhsLength(this.bytes);
  }

  #flip(at: number, mask: number): void {
    this.bytes[at] = u8(this.bytes, at) ^ mask;
  }
}
