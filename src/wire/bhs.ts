// The Basic Header Segment: what all PDUs have in common, RFC 7143 §11.2.1.
//
//    byte 0          1              2        3       4          5..7
//   +--------------+--------------+--------+-------+----------+-------------------+
//   | .I opcode    | F.. flags    |        |       | ahs / 4  | data length       |
//   +--------------+--------------+--------+-------+----------+-------------------+
//   8 LUN or other · 16 initiator task tag · 20..47 by opcode
//
// The lengths are kept out of the PDU objects: they belong to the segments, which whoever sends or frames has in hand.

import { ProtocolError, putU8, putU24, u8, u24, u32 } from '../base/index.ts';

/** Length of a basic header segment (RFC 7143 §11.2.1). */
export const bhsLength = 48;

/** The tag that stands for "no task" and "no transfer" (RFC 7143 §11.2.1.8, §11.7.4). */
export const reservedTag = 0xffff_ffff;

/** Longest group of additional header segments that the length field can tell, in bytes. */
export const longestAhsLength = 1020;

const at = { opcode: 0, totalAhsLength: 4, dataSegmentLength: 5 } as const;

/** Byte 0: the PDU is for immediate delivery (requests only). */
export const immediateFlag = 0x40;

/** Byte 1: the last PDU of a sequence, and a fixed 1 in PDUs that stand alone (RFC 7143 §11.2.1.3). */
export const finalFlag = 0x80;

const opcodeMask = 0x3f;

/** The opcode of a header, without the immediate bit and the reserved bit above it. */
export function opcodeOf(bhs: Uint8Array): number {
  return u8(bhs, at.opcode) & opcodeMask;
}

/** Length of all additional header segments in bytes; on the wire it is in words of 4 bytes (RFC 7143 §11.2.1.5). */
export function totalAhsLength(bhs: Uint8Array): number {
  return u8(bhs, at.totalAhsLength) * 4;
}

/** Length of the data segment in bytes, without its padding (RFC 7143 §11.2.1.6). */
export function dataSegmentLength(bhs: Uint8Array): number {
  return u24(bhs, at.dataSegmentLength);
}

/** Writes both lengths: `ahsLength` in bytes, a multiple of 4 up to 1020; `dataLength` in bytes without padding. */
export function putSegmentLengths(bhs: Uint8Array, ahsLength: number, dataLength: number): void {
  putU8(bhs, at.totalAhsLength, ahsLength >>> 2);
  putU24(bhs, at.dataSegmentLength, dataLength);
}

/** `length` with the padding that brings it to a multiple of 4 (RFC 7143 §11.1). */
export function paddedLength(length: number): number {
  return (length + 3) & ~3;
}

/** The error for a field that the RFC forbids. `claim` says what is wrong, `byte` where, `clause` which rule. */
export function badField(bhs: Uint8Array, byte: number, value: number, clause: string, claim: string): ProtocolError {
  const message = `${claim}: ${value} at byte ${byte} of a PDU with opcode 0x${opcodeOf(bhs).toString(16)}`;
  return new ProtocolError('ISCSI_BAD_FIELD', message, { opcode: opcodeOf(bhs), byte, value, clause });
}

/** Throws when a task is given the tag that no task may have. */
export function requireTaskTag(bhs: Uint8Array, byte: number): void {
  if (u32(bhs, byte) === reservedTag) {
    throw badField(bhs, byte, reservedTag, 'RFC 7143 §11.2.1.8', 'The reserved task tag was given to a task');
  }
}

/** Throws when a PDU that consists of its header alone announces further segments. `clause` is the rule of that PDU. */
export function requireNoSegments(bhs: Uint8Array, clause: string): void {
  if (u32(bhs, at.totalAhsLength) !== 0) {
    throw badField(
      bhs,
      at.totalAhsLength,
      u32(bhs, at.totalAhsLength),
      clause,
      'A PDU without segments announced some',
    );
  }
}
