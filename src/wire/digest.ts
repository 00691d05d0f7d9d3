// Header and data digests, RFC 7143 §11.2.3 and §13.1: CRC32C, and the only place that knows how it lies on the wire.
//
// The RFC maps the x^31 coefficient to bit 7 of the first byte. Read as a number in the usual (reflected) form of CRC32C,
// that is little-endian, unlike everything else in the protocol: 32 zero bytes have the CRC 0x8a9136aa and the digest
// aa 36 91 8a (Appendix A.4).

import { crc32c as hardwareCrc32c } from '@node-rs/crc32';
import { putU8, u8 } from '../base/index.ts';

/** Length of a header or data digest. */
export const digestLength = 4;

/** CRC32C of `bytes`; `seed` is the CRC of the bytes before them, so that a segment can be summed in pieces. */
export function crc32c(bytes: Uint8Array, seed = 0): number {
  return hardwareCrc32c(bytes, seed);
}

/** Writes a CRC as the four bytes of a digest. */
export function putDigest(crc: number, out: Uint8Array, at: number): void {
  putU8(out, at, crc);
  putU8(out, at + 1, crc >>> 8);
  putU8(out, at + 2, crc >>> 16);
  putU8(out, at + 3, crc >>> 24);
}

/** Whether the four bytes at `at` are the digest of a segment with this CRC. */
export function digestMatches(crc: number, bytes: Uint8Array, at: number): boolean {
  const digest = u8(bytes, at) | (u8(bytes, at + 1) << 8) | (u8(bytes, at + 2) << 16) | (u8(bytes, at + 3) << 24);
  return (crc | 0) === digest;
}
