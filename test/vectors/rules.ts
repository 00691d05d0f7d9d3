// What RFC 7143 §11 forbids inside one header, and how to mend it. A decoder may refuse a header for one of these
// reasons and for no other; a header without any of these faults must be decoded.

import { layouts, type PduName } from './layout.ts';
import type { Values } from './oracle.ts';

export interface Rule {
  readonly clause: string;
  readonly says: string;
  /** Set where the clause binds the sender alone: the receiver must ignore what it finds. */
  readonly isIgnored?: true;
  broken(values: Values): boolean;
  mend(values: Values): void;
}

const none = 0xffff_ffff;

/** A rule that one field has one value whenever `when` holds. */
function must(clause: string, says: string, when: (v: Values) => boolean, name: string, value: number | boolean): Rule {
  return {
    clause,
    says,
    broken: (v) => when(v) && v[name] !== value,
    mend: (v) => {
      if (when(v)) v[name] = value;
    },
  };
}

/** A rule that one field is not `bad` whenever `when` holds. */
function mustNot(clause: string, says: string, when: (v: Values) => boolean, name: string, ...bad: number[]): Rule {
  return {
    clause,
    says,
    broken: (v) => when(v) && bad.includes(Number(v[name])),
    mend: (v) => {
      while (when(v) && bad.includes(Number(v[name]))) v[name] = (Number(v[name]) + 1) % 2 ** 32;
    },
  };
}

/** A rule that a code is one of those that the RFC assigns or leaves to vendors. */
function assigned(clause: string, name: string, isAssigned: (code: number) => boolean, mended: number): Rule {
  return {
    clause,
    says: `${name} is an assigned code`,
    broken: (v) => !isAssigned(Number(v[name])),
    mend: (v) => {
      if (!isAssigned(Number(v[name]))) v[name] = mended;
    },
  };
}

const always = (): boolean => true;
const tagged = mustNot('§11.2.1.8', 'the reserved tag names no task', always, 'initiatorTaskTag', none);
const stage = (code: number): boolean => code !== 2;
const isid: Rule = {
  clause: '§11.12.5',
  says: 'the ISID has no T field of 11b',
  broken: (v) => Number(v['isid']) >= 0xc000_0000_0000,
  mend: (v) => {
    v['isid'] = Number(v['isid']) % 0xc000_0000_0000;
  },
};
const finalWithoutContinue = (clause: string, bit: string): Rule =>
  must(clause, `C is not set together with ${bit}`, (v) => v['isContinue'] === true, bit, false);
const oneResidual = (when: (v: Values) => boolean, overflow: string, underflow: string): Rule =>
  must('§11.4.1', `${overflow} excludes ${underflow}`, (v) => when(v) && v[overflow] === true, underflow, false);
const isCompleted = (v: Values): boolean => v['response'] === 0;

/** The rules of each PDU, in an order in which mending one breaks none before it. */
export const rules: Readonly<Record<PduName, readonly Rule[]>> = {
  nopOut: [
    must('§11.18.1', 'without a task the PDU is immediate', (v) => v['initiatorTaskTag'] === none, 'isImmediate', true),
  ],
  scsiCommand: [
    must('§11.3.1', 'at least one of W and F is set', (v) => v['isWrite'] === false, 'isFinal', true),
    assigned('§11.3.1', 'taskAttribute', (code) => code <= 4, 1),
    must(
      '§11.3.1',
      'data has a direction',
      (v) => v['isRead'] === false && v['isWrite'] === false,
      'expectedDataTransferLength',
      0,
    ),
    tagged,
  ],
  taskManagementRequest: [
    assigned('§11.5.1', 'function', (code) => code >= 1 && code <= 12, 5),
    must(
      '§11.5.4',
      'only ABORT TASK and TASK REASSIGN refer to a task',
      (v) => v['function'] !== 1 && v['function'] !== 8,
      'referencedTaskTag',
      none,
    ),
    must('§11.5.1', 'TASK REASSIGN is immediate', (v) => v['function'] === 8, 'isImmediate', true),
    tagged,
  ],
  loginRequest: [
    finalWithoutContinue('§11.12.2', 'isTransit'),
    assigned('§11.12.3', 'currentStage', stage, 0),
    {
      clause: '§11.12.3',
      says: 'NSG, where valid, is an assigned code',
      broken: (v) => v['isTransit'] === true && v['nextStage'] === 2,
      mend: (v) => {
        if (v['isTransit'] === true && v['nextStage'] === 2) v['nextStage'] = 3;
      },
    },
    must('§11.12.4', 'Version-max is 0', always, 'versionMax', 0),
    must('§11.12.4', 'Version-min is 0', always, 'versionMin', 0),
    isid,
    tagged,
  ],
  textRequest: [finalWithoutContinue('§11.10.2', 'isFinal'), tagged],
  dataOut: [tagged],
  logoutRequest: [assigned('§11.14.1', 'reason', (code) => code <= 2, 0), tagged],
  snackRequest: [
    assigned('§11.16.1', 'type', (code) => code <= 3, 0),
    must(
      '§11.16.4',
      'Status SNACK and DataACK name no task',
      (v) => v['type'] === 1 || v['type'] === 2,
      'initiatorTaskTag',
      none,
    ),
    mustNot(
      '§11.16.4',
      'a data SNACK names its task',
      (v) => v['type'] === 0 || v['type'] === 3,
      'initiatorTaskTag',
      none,
    ),
    must(
      '§11.16.5',
      'Data/R2T and Status SNACK carry no tag',
      (v) => v['type'] === 0 || v['type'] === 1,
      'targetTransferTag',
      none,
    ),
    mustNot('§11.16.5', 'an R-Data SNACK has a SNACK Tag', (v) => v['type'] === 3, 'targetTransferTag', none, 0),
    mustNot('§11.16.5', 'a DataACK copies a tag', (v) => v['type'] === 2, 'targetTransferTag', none),
    must('§11.16.6', 'an R-Data SNACK starts at 0', (v) => v['type'] === 3, 'begRun', 0),
    must('§11.16.7', 'DataACK and R-Data have no run', (v) => v['type'] === 2 || v['type'] === 3, 'runLength', 0),
  ],
  nopIn: [
    must('§11.19.1', 'an answer carries no tag', (v) => v['initiatorTaskTag'] !== none, 'targetTransferTag', none),
  ],
  scsiResponse: [
    assigned('§11.4.3', 'response', (code) => code <= 1 || code >= 0x80, 0),
    ...['isBidiOverflow', 'isBidiUnderflow', 'isOverflow', 'isUnderflow'].map(
      (name): Rule => ({
        ...must('§11.4.1', 'residuals need a completed command', (v) => !isCompleted(v), name, false),
        isIgnored: true, // §11.4.3
      }),
    ),
    oneResidual(isCompleted, 'isOverflow', 'isUnderflow'),
    oneResidual(isCompleted, 'isBidiOverflow', 'isBidiUnderflow'),
    must('§11.4.8', 'ExpDataSN needs a completed command', (v) => !isCompleted(v), 'expDataSn', 0),
    tagged,
  ],
  taskManagementResponse: [assigned('§11.6.1', 'response', (code) => code <= 7 || code === 255, 0), tagged],
  loginResponse: [
    finalWithoutContinue('§11.13.7', 'isTransit'),
    assigned('§11.12.3', 'currentStage', stage, 0),
    {
      clause: '§11.12.3',
      says: 'NSG, where valid, is an assigned code',
      broken: (v) => v['isTransit'] === true && v['nextStage'] === 2,
      mend: (v) => {
        if (v['isTransit'] === true && v['nextStage'] === 2) v['nextStage'] = 3;
      },
    },
    isid,
    assigned('§11.13.5', 'statusClass', (code) => code <= 3, 0),
    tagged,
  ],
  textResponse: [
    finalWithoutContinue('§11.11.2', 'isFinal'),
    {
      ...must('§11.11.1', 'the last response carries no tag', (v) => v['isFinal'] === true, 'targetTransferTag', none),
      isIgnored: true, // §11.10.4
    },
    mustNot('§11.11.1', 'an unfinished response has a tag', (v) => v['isFinal'] === false, 'targetTransferTag', none),
    tagged,
  ],
  dataIn: [
    must('§11.7.3', 'S is set only together with F', (v) => v['hasStatus'] === true, 'isFinal', true),
    oneResidual((v) => v['hasStatus'] === true, 'isOverflow', 'isUnderflow'),
    mustNot('§11.7.4', 'A comes with a tag', (v) => v['isAcknowledge'] === true, 'targetTransferTag', none),
    tagged,
  ],
  logoutResponse: [assigned('§11.15.1', 'response', (code) => code <= 3, 0), tagged],
  r2t: [
    mustNot('§11.8.5', 'an R2T has a tag', always, 'targetTransferTag', none),
    mustNot('§11.8.4', 'an R2T asks for data', always, 'desiredDataTransferLength', 0),
    tagged,
  ],
  asyncMessage: [assigned('§11.9.1', 'asyncEvent', (code) => code <= 5 || code >= 248, 1)],
  reject: [assigned('§11.17.1', 'reason', (code) => code >= 2 && code <= 0x0c && code !== 0x0b, 9)],
};

/** The clauses for which a receiver may refuse a header; empty for one that any receiver must take. */
export function brokenRules(name: PduName, values: Values, bhs: Uint8Array): string[] {
  const layout = layouts[name];
  const found = rules[name]
    .filter((rule) => rule.isIgnored !== true && rule.broken(values))
    .map((rule) => `${rule.clause} ${rule.says}`);
  for (const { byte, width, mask, value, clause } of layout.fixed) {
    const actual = [...bhs.subarray(byte, byte + width)].reduce((sum, part) => sum * 256 + part, 0);
    const outside = width === 1 ? actual & mask : actual;
    if (outside !== value) found.push(`${clause} byte ${byte} has its fixed bits`);
  }
  if (!layout.ahs && bhs[4] !== 0) found.push('§11.2.1.5 TotalAHSLength is 0 where no AHS may be');
  if (!layout.data && (bhs[5] !== 0 || bhs[6] !== 0 || bhs[7] !== 0)) {
    found.push('§11.2.1.6 DataSegmentLength is 0 where no data segment may be');
  }
  return found;
}

/** Changes the least that makes a header legal. */
export function mend(name: PduName, values: Values): Values {
  const mended = { ...values };
  for (const rule of rules[name]) rule.mend(mended);
  return mended;
}
