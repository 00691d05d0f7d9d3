// The headers that a target sends, transcribed from the pictures and clauses of RFC 7143 §11.

import { always1, bits, flag, integer, type Layout, lun, noTask, numbering, task } from './layout-field.ts';

export const scsiResponse: Layout = {
  opcode: 0x21,
  sender: 'target',
  clause: '§11.4',
  data: true,
  ahs: false,
  fixed: [always1('§11.4')],
  fields: [
    flag('isBidiOverflow', 1, 0x10, '§11.4.1'),
    flag('isBidiUnderflow', 1, 0x08, '§11.4.1'),
    flag('isOverflow', 1, 0x04, '§11.4.1'),
    flag('isUnderflow', 1, 0x02, '§11.4.1'),
    integer('response', 2, 1, '§11.4.3'),
    integer('status', 3, 1, '§11.4.2'),
    task,
    integer('snackTag', 20, 4, '§11.4.4'),
    ...numbering('§11.4.9'),
    integer('expDataSn', 36, 4, '§11.4.8'),
    integer('bidiReadResidualCount', 40, 4, '§11.4.6'),
    integer('residualCount', 44, 4, '§11.4.5'),
  ],
};

export const taskManagementResponse: Layout = {
  opcode: 0x22,
  sender: 'target',
  clause: '§11.6',
  data: false,
  ahs: false,
  fixed: [always1('§11.6')],
  fields: [integer('response', 2, 1, '§11.6.1'), task, ...numbering('§11.6')],
};

export const dataIn: Layout = {
  opcode: 0x25,
  sender: 'target',
  clause: '§11.7',
  data: true,
  ahs: false,
  fixed: [],
  fields: [
    flag('isFinal', 1, 0x80, '§11.7.1'),
    flag('isAcknowledge', 1, 0x40, '§11.7.2'),
    flag('isOverflow', 1, 0x04, '§11.7.3'),
    flag('isUnderflow', 1, 0x02, '§11.7.3'),
    flag('hasStatus', 1, 0x01, '§11.7.3'),
    integer('status', 3, 1, '§11.7.3'),
    lun('§11.7.4'),
    task,
    integer('targetTransferTag', 20, 4, '§11.7.4'),
    ...numbering('§11.7.3'),
    integer('dataSn', 36, 4, '§11.7.5'),
    integer('bufferOffset', 40, 4, '§11.7.6'),
    integer('residualCount', 44, 4, '§11.7.3'),
  ],
};

export const r2t: Layout = {
  opcode: 0x31,
  sender: 'target',
  clause: '§11.8',
  data: false,
  ahs: false,
  fixed: [always1('§11.8')],
  fields: [
    lun('§11.8.5'),
    task,
    integer('targetTransferTag', 20, 4, '§11.8.5'),
    ...numbering('§11.8.3'),
    integer('r2tSn', 36, 4, '§11.8.2'),
    integer('bufferOffset', 40, 4, '§11.8.4'),
    integer('desiredDataTransferLength', 44, 4, '§11.8.4'),
  ],
};

export const asyncMessage: Layout = {
  opcode: 0x32,
  sender: 'target',
  clause: '§11.9',
  data: true,
  ahs: false,
  fixed: [always1('§11.9'), noTask('§11.9')],
  fields: [
    lun('§11.9.3'),
    ...numbering('§11.9'),
    integer('asyncEvent', 36, 1, '§11.9.1'),
    integer('asyncVCode', 37, 1, '§11.9.2'),
    integer('parameter1', 38, 2, '§11.9.1'),
    integer('parameter2', 40, 2, '§11.9.1'),
    integer('parameter3', 42, 2, '§11.9.1'),
  ],
};

export const textResponse: Layout = {
  opcode: 0x24,
  sender: 'target',
  clause: '§11.11',
  data: true,
  ahs: false,
  fixed: [],
  fields: [
    flag('isFinal', 1, 0x80, '§11.11.1'),
    flag('isContinue', 1, 0x40, '§11.11.2'),
    lun('§11.11.4'),
    task,
    integer('targetTransferTag', 20, 4, '§11.11.4'),
    ...numbering('§11.11.5'),
  ],
};

export const loginResponse: Layout = {
  opcode: 0x23,
  sender: 'target',
  clause: '§11.13',
  data: true,
  ahs: false,
  fixed: [],
  fields: [
    flag('isTransit', 1, 0x80, '§11.13.6'),
    flag('isContinue', 1, 0x40, '§11.13.7'),
    bits('currentStage', 1, 0x0c, '§11.12.3'),
    bits('nextStage', 1, 0x03, '§11.12.3'),
    integer('versionMax', 2, 1, '§11.13.1'),
    integer('versionActive', 3, 1, '§11.13.2'),
    integer('isid', 8, 6, '§11.12.5'),
    integer('tsih', 14, 2, '§11.13.3'),
    task,
    ...numbering('§11.13.4'),
    integer('statusClass', 36, 1, '§11.13.5'),
    integer('statusDetail', 37, 1, '§11.13.5'),
  ],
};

export const logoutResponse: Layout = {
  opcode: 0x26,
  sender: 'target',
  clause: '§11.15',
  data: false,
  ahs: false,
  fixed: [always1('§11.15')],
  fields: [
    integer('response', 2, 1, '§11.15.1'),
    task,
    ...numbering('§11.15'),
    integer('time2Wait', 40, 2, '§11.15.3'),
    integer('time2Retain', 42, 2, '§11.15.4'),
  ],
};

export const reject: Layout = {
  opcode: 0x3f,
  sender: 'target',
  clause: '§11.17',
  data: true,
  ahs: false,
  fixed: [always1('§11.17'), noTask('§11.17')],
  fields: [
    integer('reason', 2, 1, '§11.17.1'),
    ...numbering('§11.17.3'),
    // Also an R2TSN, when an R2T SNACK was rejected.
    integer('dataSn', 36, 4, '§11.17.2'),
  ],
};

export const nopIn: Layout = {
  opcode: 0x20,
  sender: 'target',
  clause: '§11.19',
  data: true,
  ahs: false,
  fixed: [always1('§11.19')],
  fields: [lun('§11.19.3'), task, integer('targetTransferTag', 20, 4, '§11.19.1'), ...numbering('§11.19.2')],
};
