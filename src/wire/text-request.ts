// Text Request, RFC 7143 §11.10.
//
//    byte 0          1              2        3       4          5..7
//   +--------------+--------------+--------+-------+----------+-------------------+
//   | .I 04h       | FC......     | .      | .     | 0        | data length       |
//   +--------------+--------------+--------+-------+----------+-------------------+
//   8 LUN · 16 initiator task tag · 20 target transfer tag · 24 CmdSN · 28 ExpStatSN · 32..47 reserved
//   data segment: text

import { type Lun, putLun, putU8, putU32, readLun, u8, u32 } from '../base/index.ts';
import { badField, immediateFlag, requireTaskTag } from './bhs.ts';
import { opcode } from './opcode.ts';

const at = {
  opcode: 0,
  flags: 1,
  lun: 8,
  initiatorTaskTag: 16,
  targetTransferTag: 20,
  cmdSn: 24,
  expStatSn: 28,
} as const;
const flag = { final: 0x80, continue: 0x40 } as const;

/** Keys and values from the initiator, outside login (RFC 7143 §11.10). */
export interface TextRequest {
  readonly opcode: typeof opcode.textRequest;
  /** The same in all requests of a sequence. */
  readonly isImmediate: boolean;
  /** F: the last or only request of a sequence. */
  readonly isFinal: boolean;
  /** C: the text goes on in the next request. Never together with F. */
  readonly isContinue: boolean;
  /** Copied from the response that is continued; otherwise reserved. */
  readonly lun: Lun;
  /** The same in all requests of a sequence. */
  readonly initiatorTaskTag: number;
  /** Copied from the response that is continued; the reserved tag starts anew. */
  readonly targetTransferTag: number;
  readonly cmdSn: number;
  readonly expStatSn: number;
}

/**
 * Decodes a Text Request header. `bhs` is 48 bytes and may be reused after the call.
 * @throws ProtocolError ISCSI_BAD_FIELD for a reserved task tag, or F and C together (RFC 7143 §11.2.1.8, §11.10.2).
 */
export function decodeTextRequest(bhs: Uint8Array): TextRequest {
  const flags = u8(bhs, at.flags);
  requireTaskTag(bhs, at.initiatorTaskTag);
  if ((flags & flag.final) !== 0 && (flags & flag.continue) !== 0) {
    throw badField(bhs, at.flags, flags, 'RFC 7143 §11.10.2', 'A Text Request had both F and C set');
  }
  return {
    opcode: opcode.textRequest,
    isImmediate: (u8(bhs, at.opcode) & immediateFlag) !== 0,
    isFinal: (flags & flag.final) !== 0,
    isContinue: (flags & flag.continue) !== 0,
    lun: readLun(bhs, at.lun),
    initiatorTaskTag: u32(bhs, at.initiatorTaskTag),
    targetTransferTag: u32(bhs, at.targetTransferTag),
    cmdSn: u32(bhs, at.cmdSn),
    expStatSn: u32(bhs, at.expStatSn),
  };
}

/** Encodes a Text Request header into 48 zeroed bytes. */
export function encodeTextRequest(pdu: TextRequest, bhs: Uint8Array): void {
  putU8(bhs, at.opcode, opcode.textRequest | (pdu.isImmediate ? immediateFlag : 0));
  putU8(bhs, at.flags, (pdu.isFinal ? flag.final : 0) | (pdu.isContinue ? flag.continue : 0));
  putLun(bhs, at.lun, pdu.lun);
  putU32(bhs, at.initiatorTaskTag, pdu.initiatorTaskTag);
  putU32(bhs, at.targetTransferTag, pdu.targetTransferTag);
  putU32(bhs, at.cmdSn, pdu.cmdSn);
  putU32(bhs, at.expStatSn, pdu.expStatSn);
}
