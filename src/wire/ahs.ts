// Additional header segments of a SCSI Command, RFC 7143 §11.2.2.
//
//    byte 0..1              2        3
//   +---------------------+--------+----------+----------------------------
//   | AHSLength           | ..type | specific | 4.. specific, then padding
//   +---------------------+--------+----------+----------------------------
//   AHSLength counts from byte 3 on, without the padding that brings the segment to a multiple of 4 bytes.
//   type 1: byte 3 reserved · 4.. the CDB from its 17th byte on
//   type 2: byte 3 reserved · 4 bidirectional read expected data transfer length

import { ProtocolError, putU8, putU16, putU32, UsageError, u8, u16, u32 } from '../base/index.ts';
import { paddedLength } from './bhs.ts';
import { opcode } from './opcode.ts';

const at = { length: 0, type: 2, specific: 3, extendedCdb: 4, bidiReadLength: 4 } as const;
const ahsType = { extendedCdb: 1, bidiReadExpectedDataTransferLength: 2 } as const;
const typeMask = 0x3f;

/** AHSLength of type 2: the reserved byte and four bytes of length. */
const bidiAhsLength = 5;

/** A CDB of variable length has at most 260 bytes (its own length field ends there), of which 16 stand in the BHS. */
const longestExtendedCdb = 244;

/** What the additional header segments of a SCSI Command say. */
export interface AdditionalHeader {
  /** The CDB from its 17th byte on; at least 1 byte (RFC 7143 §11.2.2.3). */
  readonly extendedCdb?: Uint8Array;
  /** Bytes that a bidirectional command is expected to read (RFC 7143 §11.2.2.4). */
  readonly bidiReadExpectedDataTransferLength?: number;
}

/**
 * Encodes additional header segments; the result is padded, and empty when there are none.
 * @throws UsageError ISCSI_BAD_ARGUMENT when the extended CDB is empty or longer than 244 bytes.
 */
export function encodeAhs(header: AdditionalHeader): Uint8Array {
  const { extendedCdb, bidiReadExpectedDataTransferLength } = header;
  const cdbPart = extendedCdb === undefined ? 0 : at.extendedCdb + paddedLength(extendedCdb.length);
  const out = new Uint8Array(cdbPart + (bidiReadExpectedDataTransferLength === undefined ? 0 : 8));
  if (extendedCdb !== undefined) {
    if (extendedCdb.length === 0 || extendedCdb.length > longestExtendedCdb) {
      const message = `An extended CDB of ${extendedCdb.length} bytes is not between 1 and ${longestExtendedCdb}`;
      throw new UsageError('ISCSI_BAD_ARGUMENT', message, { argument: 'extendedCdb' });
    }
    putU16(out, at.length, extendedCdb.length + 1);
    putU8(out, at.type, ahsType.extendedCdb);
    out.set(extendedCdb, at.extendedCdb);
  }
  if (bidiReadExpectedDataTransferLength !== undefined) {
    putU16(out, cdbPart + at.length, bidiAhsLength);
    putU8(out, cdbPart + at.type, ahsType.bidiReadExpectedDataTransferLength);
    putU32(out, cdbPart + at.bidiReadLength, bidiReadExpectedDataTransferLength);
  }
  return out;
}

/**
 * Decodes all additional header segments of a PDU. `bytes` may be reused after the call: the CDB is copied out.
 * @throws ProtocolError ISCSI_BAD_FIELD for a reserved type, a wrong length, or a segment that goes beyond `bytes`.
 */
export function decodeAhs(bytes: Uint8Array): AdditionalHeader {
  let extendedCdb: Uint8Array | undefined;
  let bidiReadExpectedDataTransferLength: number | undefined;
  let start = 0;
  while (start < bytes.length) {
    const length = start + at.specific <= bytes.length ? u16(bytes, start + at.length) : 0;
    const end = start + at.specific + length;
    if (length === 0 || end > bytes.length) throw badAhs(start, length, '§11.2.2.2', 'An AHS had a wrong length');
    const type = u8(bytes, start + at.type) & typeMask;
    if (type === ahsType.extendedCdb) {
      if (length < 2) throw badAhs(start, length, '§11.2.2.3', 'An extended CDB was empty');
      extendedCdb = new Uint8Array(bytes.subarray(start + at.extendedCdb, end));
    } else if (type === ahsType.bidiReadExpectedDataTransferLength) {
      if (length !== bidiAhsLength)
        throw badAhs(start, length, '§11.2.2.4', 'A bidirectional read AHS had a wrong length');
      bidiReadExpectedDataTransferLength = u32(bytes, start + at.bidiReadLength);
    } else {
      throw badAhs(start + at.type, type, '§11.2.2.1', 'An AHS type was reserved');
    }
    start = paddedLength(end);
  }
  return {
    ...(extendedCdb === undefined ? {} : { extendedCdb }),
    ...(bidiReadExpectedDataTransferLength === undefined ? {} : { bidiReadExpectedDataTransferLength }),
  };
}

/** `offset` counts within the AHS group, which begins at byte 48 of the header. */
function badAhs(offset: number, value: number, clause: string, claim: string): ProtocolError {
  return new ProtocolError('ISCSI_BAD_FIELD', `${claim}: ${value} at byte ${offset} of the AHS`, {
    opcode: opcode.scsiCommand,
    byte: 48 + offset,
    value,
    clause: `RFC 7143 ${clause}`,
  });
}
