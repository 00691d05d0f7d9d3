// SCSI operation codes and service actions (SPC-4, SBC-4), and names for people.

import { u8, u16 } from '../base/index.ts';

/** Operation codes (byte 0 of a CDB) of the commands that this package encodes, decodes or answers. */
export const scsiOpcode = {
  testUnitReady: 0x00,
  requestSense: 0x03,
  read6: 0x08,
  write6: 0x0a,
  inquiry: 0x12,
  modeSelect6: 0x15,
  modeSense6: 0x1a,
  startStopUnit: 0x1b,
  preventAllowMediumRemoval: 0x1e,
  readCapacity10: 0x25,
  read10: 0x28,
  write10: 0x2a,
  writeAndVerify10: 0x2e,
  verify10: 0x2f,
  synchronizeCache10: 0x35,
  writeSame10: 0x41,
  unmap: 0x42,
  modeSelect10: 0x55,
  modeSense10: 0x5a,
  persistentReserveIn: 0x5e,
  persistentReserveOut: 0x5f,
  read16: 0x88,
  compareAndWrite: 0x89,
  write16: 0x8a,
  writeAndVerify16: 0x8e,
  verify16: 0x8f,
  synchronizeCache16: 0x91,
  writeSame16: 0x93,
  serviceActionIn16: 0x9e,
  reportLuns: 0xa0,
  maintenanceIn: 0xa3,
  maintenanceOut: 0xa4,
  read12: 0xa8,
  write12: 0xaa,
} as const;

/** Service actions of SERVICE ACTION IN(16) (opcode 9Eh). */
export const serviceActionIn16 = { readCapacity16: 0x10, getLbaStatus: 0x12 } as const;

const names: ReadonlyMap<number, string> = new Map([
  [0x00, 'TEST UNIT READY'],
  [0x01, 'REZERO UNIT'],
  [0x03, 'REQUEST SENSE'],
  [0x04, 'FORMAT UNIT'],
  [0x07, 'REASSIGN BLOCKS'],
  [0x08, 'READ(6)'],
  [0x0a, 'WRITE(6)'],
  [0x0b, 'SEEK(6)'],
  [0x12, 'INQUIRY'],
  [0x15, 'MODE SELECT(6)'],
  [0x16, 'RESERVE(6)'],
  [0x17, 'RELEASE(6)'],
  [0x1a, 'MODE SENSE(6)'],
  [0x1b, 'START STOP UNIT'],
  [0x1c, 'RECEIVE DIAGNOSTIC RESULTS'],
  [0x1d, 'SEND DIAGNOSTIC'],
  [0x1e, 'PREVENT ALLOW MEDIUM REMOVAL'],
  [0x25, 'READ CAPACITY(10)'],
  [0x28, 'READ(10)'],
  [0x2a, 'WRITE(10)'],
  [0x2b, 'SEEK(10)'],
  [0x2e, 'WRITE AND VERIFY(10)'],
  [0x2f, 'VERIFY(10)'],
  [0x34, 'PRE-FETCH(10)'],
  [0x35, 'SYNCHRONIZE CACHE(10)'],
  [0x37, 'READ DEFECT DATA(10)'],
  [0x3b, 'WRITE BUFFER'],
  [0x3c, 'READ BUFFER'],
  [0x3e, 'READ LONG(10)'],
  [0x3f, 'WRITE LONG(10)'],
  [0x41, 'WRITE SAME(10)'],
  [0x42, 'UNMAP'],
  [0x48, 'SANITIZE'],
  [0x4c, 'LOG SELECT'],
  [0x4d, 'LOG SENSE'],
  [0x53, 'XDWRITEREAD(10)'],
  [0x55, 'MODE SELECT(10)'],
  [0x56, 'RESERVE(10)'],
  [0x57, 'RELEASE(10)'],
  [0x5a, 'MODE SENSE(10)'],
  [0x5e, 'PERSISTENT RESERVE IN'],
  [0x5f, 'PERSISTENT RESERVE OUT'],
  [0x83, 'THIRD-PARTY COPY OUT'],
  [0x84, 'THIRD-PARTY COPY IN'],
  [0x85, 'ATA PASS-THROUGH(16)'],
  [0x88, 'READ(16)'],
  [0x89, 'COMPARE AND WRITE'],
  [0x8a, 'WRITE(16)'],
  [0x8b, 'ORWRITE(16)'],
  [0x8e, 'WRITE AND VERIFY(16)'],
  [0x8f, 'VERIFY(16)'],
  [0x90, 'PRE-FETCH(16)'],
  [0x91, 'SYNCHRONIZE CACHE(16)'],
  [0x93, 'WRITE SAME(16)'],
  [0x94, 'ZBC OUT'],
  [0x95, 'ZBC IN'],
  [0x9b, 'READ BUFFER(16)'],
  [0x9c, 'WRITE ATOMIC(16)'],
  [0x9e, 'SERVICE ACTION IN(16)'],
  [0x9f, 'SERVICE ACTION OUT(16)'],
  [0xa0, 'REPORT LUNS'],
  [0xa1, 'ATA PASS-THROUGH(12)'],
  [0xa2, 'SECURITY PROTOCOL IN'],
  [0xa3, 'MAINTENANCE IN'],
  [0xa4, 'MAINTENANCE OUT'],
  [0xa8, 'READ(12)'],
  [0xaa, 'WRITE(12)'],
  [0xae, 'WRITE AND VERIFY(12)'],
  [0xaf, 'VERIFY(12)'],
  [0xb5, 'SECURITY PROTOCOL OUT'],
  [0xb7, 'READ DEFECT DATA(12)'],
]);

/** Names that need the service action, keyed by opcode and service action (opcode × 65536 + action). */
const actionNames: ReadonlyMap<number, string> = new Map([
  [0x9e_0010, 'READ CAPACITY(16)'],
  [0x9e_0011, 'READ LONG(16)'],
  [0x9e_0012, 'GET LBA STATUS(16)'],
  [0x9e_0013, 'REPORT REFERRALS'],
  [0x9f_0011, 'WRITE LONG(16)'],
  [0xa3_0005, 'REPORT IDENTIFYING INFORMATION'],
  [0xa3_000a, 'REPORT TARGET PORT GROUPS'],
  [0xa3_000b, 'REPORT ALIASES'],
  [0xa3_000c, 'REPORT SUPPORTED OPERATION CODES'],
  [0xa3_000d, 'REPORT SUPPORTED TASK MANAGEMENT FUNCTIONS'],
  [0xa3_000e, 'REPORT PRIORITY'],
  [0xa3_000f, 'REPORT TIMESTAMP'],
  [0xa4_0006, 'SET IDENTIFYING INFORMATION'],
  [0xa4_000a, 'SET TARGET PORT GROUPS'],
  [0xa4_000b, 'CHANGE ALIASES'],
  [0xa4_000e, 'SET PRIORITY'],
  [0xa4_000f, 'SET TIMESTAMP'],
  [0x7f_0009, 'READ(32)'],
  [0x7f_000a, 'VERIFY(32)'],
  [0x7f_000b, 'WRITE(32)'],
  [0x7f_000c, 'WRITE AND VERIFY(32)'],
  [0x7f_000d, 'WRITE SAME(32)'],
]);

/** The name of the command in a CDB, service action included, or `opcode XXh` when it has none. */
export function commandName(cdb: Uint8Array): string {
  if (cdb.length === 0) return 'empty CDB';
  const opcode = u8(cdb, 0);
  const action = opcode === 0x7f ? (cdb.length < 10 ? 0 : u16(cdb, 8)) : cdb.length < 2 ? 0 : u8(cdb, 1) & 0x1f;
  return (
    actionNames.get(opcode * 0x1_0000 + action) ??
    names.get(opcode) ??
    `opcode ${opcode.toString(16).padStart(2, '0').toUpperCase()}h`
  );
}

/**
 * The length of a CDB by its opcode's group code (SPC-4, OPERATION CODE field): 6, 10, 12 or 16, or undefined for
 * variable-length, reserved and vendor-specific groups.
 */
export function cdbLength(opcode: number): 6 | 10 | 12 | 16 | undefined {
  switch (opcode >>> 5) {
    case 0:
      return 6;
    case 1:
    case 2:
      return 10;
    case 4:
      return 16;
    case 5:
      return 12;
    default:
      return undefined;
  }
}

/**
 * The bytes that every encoded CDB has: those of the CDB field of a SCSI Command PDU, zeros behind the shorter ones.
 */
export const cdbFieldLength = 16;
