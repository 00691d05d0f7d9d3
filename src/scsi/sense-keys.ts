// Sense keys (SPC-4 §4.5) and their names.

/** What kind of thing went wrong. */
export const senseKey = {
  noSense: 0x0,
  recoveredError: 0x1,
  notReady: 0x2,
  mediumError: 0x3,
  hardwareError: 0x4,
  illegalRequest: 0x5,
  unitAttention: 0x6,
  dataProtect: 0x7,
  blankCheck: 0x8,
  vendorSpecific: 0x9,
  copyAborted: 0xa,
  abortedCommand: 0xb,
  volumeOverflow: 0xd,
  miscompare: 0xe,
  completed: 0xf,
} as const;

const names: ReadonlyMap<number, string> = new Map([
  [0x0, 'NO SENSE'],
  [0x1, 'RECOVERED ERROR'],
  [0x2, 'NOT READY'],
  [0x3, 'MEDIUM ERROR'],
  [0x4, 'HARDWARE ERROR'],
  [0x5, 'ILLEGAL REQUEST'],
  [0x6, 'UNIT ATTENTION'],
  [0x7, 'DATA PROTECT'],
  [0x8, 'BLANK CHECK'],
  [0x9, 'VENDOR SPECIFIC'],
  [0xa, 'COPY ABORTED'],
  [0xb, 'ABORTED COMMAND'],
  [0xd, 'VOLUME OVERFLOW'],
  [0xe, 'MISCOMPARE'],
  [0xf, 'COMPLETED'],
]);

/** The name of a sense key; 0Ch, which has none, is `RESERVED`. */
export function senseKeyName(key: number): string {
  return names.get(key) ?? 'RESERVED';
}
