// SCSI Command, RFC 7143 §11.3.
//
//    byte 0          1              2        3       4          5..7
//   +--------------+--------------+--------+-------+----------+-------------------+
//   | .I 01h       | FRW..aaa     | .      | .     | ahs / 4  | data length       |
//   +--------------+--------------+--------+-------+----------+-------------------+
//   8 LUN · 16 initiator task tag · 20 expected data transfer length · 24 CmdSN · 28 ExpStatSN · 32..47 CDB
//   header segments: the rest of a long CDB, the read length of a bidirectional command (ahs.ts)
//   data segment: immediate data

import { type Lun, putLun, putU8, putU32, readLun, u8, u32 } from '../base/index.ts';
import { badField, immediateFlag, requireTaskTag } from './bhs.ts';
import { opcode } from './opcode.ts';

const at = {
  opcode: 0,
  flags: 1,
  lun: 8,
  initiatorTaskTag: 16,
  expectedDataTransferLength: 20,
  cmdSn: 24,
  expStatSn: 28,
  cdb: 32,
  end: 48,
} as const;
const flag = { final: 0x80, read: 0x40, write: 0x20, taskAttribute: 0x07 } as const;

/** Task attributes (RFC 7143 §11.3.1); 5 to 7 are reserved. */
export const taskAttribute = { untagged: 0, simple: 1, ordered: 2, headOfQueue: 3, aca: 4 } as const;

/** A command descriptor block on its way to a logical unit (RFC 7143 §11.3). */
export interface ScsiCommand {
  readonly opcode: typeof opcode.scsiCommand;
  readonly isImmediate: boolean;
  /** F: no unsolicited Data-Out follows. F or W is always set. */
  readonly isFinal: boolean;
  readonly isRead: boolean;
  readonly isWrite: boolean;
  /** One of `taskAttribute`. */
  readonly taskAttribute: number;
  readonly lun: Lun;
  readonly initiatorTaskTag: number;
  /** Bytes that the command moves; the written ones when it moves both ways. */
  readonly expectedDataTransferLength: number;
  readonly cmdSn: number;
  readonly expStatSn: number;
  /** 16 bytes; a shorter one is padded with zeros when encoded. */
  readonly cdb: Uint8Array;
}

/**
 * Decodes a SCSI Command header. `bhs` is 48 bytes and may be reused after the call: the CDB is copied out.
 * @throws ProtocolError ISCSI_BAD_FIELD for a reserved task tag or attribute, neither W nor F, or a transfer without a
 * direction (RFC 7143 §11.2.1.8, §11.3.1).
 */
export function decodeScsiCommand(bhs: Uint8Array): ScsiCommand {
  const flags = u8(bhs, at.flags);
  requireTaskTag(bhs, at.initiatorTaskTag);
  requirePermittedFlags(bhs, flags);
  return {
    opcode: opcode.scsiCommand,
    isImmediate: (u8(bhs, at.opcode) & immediateFlag) !== 0,
    isFinal: (flags & flag.final) !== 0,
    isRead: (flags & flag.read) !== 0,
    isWrite: (flags & flag.write) !== 0,
    taskAttribute: flags & flag.taskAttribute,
    lun: readLun(bhs, at.lun),
    initiatorTaskTag: u32(bhs, at.initiatorTaskTag),
    expectedDataTransferLength: u32(bhs, at.expectedDataTransferLength),
    cmdSn: u32(bhs, at.cmdSn),
    expStatSn: u32(bhs, at.expStatSn),
    cdb: new Uint8Array(bhs.subarray(at.cdb, at.end)),
  };
}

/** Encodes a SCSI Command header into 48 zeroed bytes. */
export function encodeScsiCommand(pdu: ScsiCommand, bhs: Uint8Array): void {
  putU8(bhs, at.opcode, opcode.scsiCommand | (pdu.isImmediate ? immediateFlag : 0));
  putU8(
    bhs,
    at.flags,
    (pdu.isFinal ? flag.final : 0) |
      (pdu.isRead ? flag.read : 0) |
      (pdu.isWrite ? flag.write : 0) |
      (pdu.taskAttribute & flag.taskAttribute),
  );
  putLun(bhs, at.lun, pdu.lun);
  putU32(bhs, at.initiatorTaskTag, pdu.initiatorTaskTag);
  putU32(bhs, at.expectedDataTransferLength, pdu.expectedDataTransferLength);
  putU32(bhs, at.cmdSn, pdu.cmdSn);
  putU32(bhs, at.expStatSn, pdu.expStatSn);
  bhs.set(pdu.cdb, at.cdb);
}

function requirePermittedFlags(bhs: Uint8Array, flags: number): void {
  if ((flags & (flag.write | flag.final)) === 0) {
    throw badField(bhs, at.flags, flags, 'RFC 7143 §11.3.1', 'A SCSI Command had neither W nor F set');
  }
  if ((flags & flag.taskAttribute) > taskAttribute.aca) {
    throw badField(bhs, at.flags, flags & flag.taskAttribute, 'RFC 7143 §11.3.1', 'A task attribute was reserved');
  }
  if ((flags & (flag.read | flag.write)) === 0 && u32(bhs, at.expectedDataTransferLength) !== 0) {
    throw badField(bhs, at.flags, flags, 'RFC 7143 §11.3.1', 'A SCSI Command moves data but had neither R nor W set');
  }
}
