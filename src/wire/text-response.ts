// Text Response, RFC 7143 §11.11.
//
//    byte 0          1              2        3       4          5..7
//   +--------------+--------------+--------+-------+----------+-------------------+
//   | .. 24h       | FC......     | .      | .     | 0        | data length       |
//   +--------------+--------------+--------+-------+----------+-------------------+
//   8 LUN · 16 initiator task tag · 20 target transfer tag · 24 StatSN · 28 ExpCmdSN · 32 MaxCmdSN · 36..47 reserved
//   data segment: text

import { type Lun, putLun, putU8, putU32, readLun, u8, u32 } from '../base/index.ts';
import { badField, reservedTag } from './bhs.ts';
import { opcode } from './opcode.ts';

const at = {
  opcode: 0,
  flags: 1,
  lun: 8,
  initiatorTaskTag: 16,
  targetTransferTag: 20,
  statSn: 24,
  expCmdSn: 28,
  maxCmdSn: 32,
} as const;
const flag = { final: 0x80, continue: 0x40 } as const;

/** Keys and values from the target, outside login (RFC 7143 §11.11). */
export interface TextResponse {
  readonly opcode: typeof opcode.textResponse;
  /** F: the target has finished the operation. */
  readonly isFinal: boolean;
  /** C: the text goes on in the next response. Never together with F. */
  readonly isContinue: boolean;
  /** To be copied into the next request, as is the target transfer tag. */
  readonly lun: Lun;
  readonly initiatorTaskTag: number;
  /** Not the reserved tag when the target has more to say; to be ignored when `isFinal`. */
  readonly targetTransferTag: number;
  readonly statSn: number;
  readonly expCmdSn: number;
  readonly maxCmdSn: number;
}

/**
 * Decodes a Text Response header. `bhs` is 48 bytes and may be reused after the call.
 * @throws ProtocolError ISCSI_BAD_FIELD for F and C together, or neither F nor a target transfer tag (RFC 7143 §11.11.1,
 * §11.11.2).
 */
export function decodeTextResponse(bhs: Uint8Array): TextResponse {
  const flags = u8(bhs, at.flags);
  const isFinal = (flags & flag.final) !== 0;
  if (isFinal && (flags & flag.continue) !== 0) {
    throw badField(bhs, at.flags, flags, 'RFC 7143 §11.11.2', 'A Text Response had both F and C set');
  }
  if (!isFinal && u32(bhs, at.targetTransferTag) === reservedTag) {
    const claim = 'A Text Response had neither F nor a target transfer tag';
    throw badField(bhs, at.targetTransferTag, reservedTag, 'RFC 7143 §11.11.1', claim);
  }
  return {
    opcode: opcode.textResponse,
    isFinal,
    isContinue: (flags & flag.continue) !== 0,
    lun: readLun(bhs, at.lun),
    initiatorTaskTag: u32(bhs, at.initiatorTaskTag),
    targetTransferTag: u32(bhs, at.targetTransferTag),
    statSn: u32(bhs, at.statSn),
    expCmdSn: u32(bhs, at.expCmdSn),
    maxCmdSn: u32(bhs, at.maxCmdSn),
  };
}

/** Encodes a Text Response header into 48 zeroed bytes. */
export function encodeTextResponse(pdu: TextResponse, bhs: Uint8Array): void {
  putU8(bhs, at.opcode, opcode.textResponse);
  putU8(bhs, at.flags, (pdu.isFinal ? flag.final : 0) | (pdu.isContinue ? flag.continue : 0));
  putLun(bhs, at.lun, pdu.lun);
  putU32(bhs, at.initiatorTaskTag, pdu.initiatorTaskTag);
  putU32(bhs, at.targetTransferTag, pdu.targetTransferTag);
  putU32(bhs, at.statSn, pdu.statSn);
  putU32(bhs, at.expCmdSn, pdu.expCmdSn);
  putU32(bhs, at.maxCmdSn, pdu.maxCmdSn);
}
