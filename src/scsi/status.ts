// SCSI status codes (SAM-5 §5.3).

/** The status byte with which a device ends a command. */
export const scsiStatus = {
  good: 0x00,
  checkCondition: 0x02,
  conditionMet: 0x04,
  busy: 0x08,
  reservationConflict: 0x18,
  taskSetFull: 0x28,
  acaActive: 0x30,
  taskAborted: 0x40,
} as const;

const names: ReadonlyMap<number, string> = new Map([
  [0x00, 'GOOD'],
  [0x02, 'CHECK CONDITION'],
  [0x04, 'CONDITION MET'],
  [0x08, 'BUSY'],
  [0x10, 'INTERMEDIATE'], // obsolete, but old targets know it
  [0x14, 'INTERMEDIATE-CONDITION MET'], // obsolete
  [0x18, 'RESERVATION CONFLICT'],
  [0x22, 'COMMAND TERMINATED'], // obsolete
  [0x28, 'TASK SET FULL'],
  [0x30, 'ACA ACTIVE'],
  [0x40, 'TASK ABORTED'],
]);

/** The name of a status byte, or `status XXh` when it has none. */
export function scsiStatusName(status: number): string {
  return names.get(status) ?? `status ${status.toString(16).padStart(2, '0').toUpperCase()}h`;
}
