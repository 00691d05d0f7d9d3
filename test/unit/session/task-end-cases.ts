// SCSI Responses and what a command that gets them ends with, from RFC 7143 §11.4.

import type { ScsiResult } from '../../../src/session/index.ts';
import type { ScsiResponse } from '../../../src/wire/index.ts';

interface Case {
  readonly claim: string;
  readonly fields: Partial<ScsiResponse>;
  readonly data: Uint8Array;
  readonly expected: Omit<ScsiResult, 'dataInLength' | 'cid'>;
}

const none = new Uint8Array(0);
const sense = Uint8Array.from(Buffer.from('70000500000000000a00000000240000000000', 'hex').subarray(0, 18));

function withLength(length: number, ...rest: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat([Buffer.from([length >> 8, length & 0xff]), ...rest]);
}

const plain = { sense: undefined, residual: 'none', residualCount: 0 } as const;

export const scsiCommandEnd: readonly Case[] = [
  ...[0x00, 0x02, 0x04, 0x08, 0x18, 0x28, 0x30, 0x40].map((status) => ({
    claim: `§11.4.2 status ${status.toString(16)}h is handed on as it is`,
    fields: { status },
    data: none,
    expected: { ...plain, status },
  })),
  {
    claim: '§11.4.7 CHECK CONDITION brings its sense data, without their length',
    fields: { status: 2 },
    data: withLength(18, sense),
    expected: { ...plain, status: 2, sense },
  },
  {
    claim: '§11.4.7 response data after the sense data are no part of them',
    fields: { status: 2 },
    data: withLength(18, sense, Buffer.from('vendor')),
    expected: { ...plain, status: 2, sense },
  },
  {
    claim: '§11.4.7.1 SenseLength 0 is no sense data',
    fields: { status: 2 },
    data: withLength(0),
    expected: { ...plain, status: 2 },
  },
  {
    claim: '§11.4.5.1 U: ResidualCount is what did not move',
    fields: { isUnderflow: true, residualCount: 60 },
    data: none,
    expected: { status: 0, sense: undefined, residual: 'underflow', residualCount: 60 },
  },
  {
    claim: '§11.4.5.1 O: ResidualCount is what did not fit',
    fields: { isOverflow: true, residualCount: 0xffff_ffff },
    data: none,
    expected: { status: 0, sense: undefined, residual: 'overflow', residualCount: 0xffff_ffff },
  },
  {
    claim: '§11.4.5.1 with neither U nor O, ResidualCount is ignored',
    fields: { residualCount: 99 },
    data: none,
    expected: { ...plain, status: 0 },
  },
  {
    claim: '§11.4.5.1 residuals are told with a status that is not GOOD, too',
    fields: { status: 2, isUnderflow: true, residualCount: 100 },
    data: withLength(18, sense),
    expected: { status: 2, sense, residual: 'underflow', residualCount: 100 },
  },
];
