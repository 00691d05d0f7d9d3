// The headers that an initiator sends, transcribed from the pictures and clauses of RFC 7143 §11.

import { always1, bits, bytes, flag, immediate, integer, type Layout, lun, ordering, task } from './layout-field.ts';

export const scsiCommand: Layout = {
  opcode: 0x01,
  sender: 'initiator',
  clause: '§11.3',
  data: true,
  ahs: true,
  fixed: [],
  fields: [
    immediate,
    flag('isFinal', 1, 0x80, '§11.3.1'),
    flag('isRead', 1, 0x40, '§11.3.1'),
    flag('isWrite', 1, 0x20, '§11.3.1'),
    bits('taskAttribute', 1, 0x07, '§11.3.1'),
    lun('§11.2.1.7'),
    task,
    integer('expectedDataTransferLength', 20, 4, '§11.3.4'),
    ...ordering,
    bytes('cdb', 32, 16, '§11.3.5'),
  ],
};

export const taskManagementRequest: Layout = {
  opcode: 0x02,
  sender: 'initiator',
  clause: '§11.5',
  data: false,
  ahs: false,
  fixed: [always1('§11.5')],
  fields: [
    immediate,
    bits('function', 1, 0x7f, '§11.5.1'),
    lun('§11.5.3'),
    task,
    integer('referencedTaskTag', 20, 4, '§11.5.4'),
    ...ordering,
    integer('refCmdSn', 32, 4, '§11.5.5'),
    integer('expDataSn', 36, 4, '§11.5.6'),
  ],
};

export const dataOut: Layout = {
  opcode: 0x05,
  sender: 'initiator',
  clause: '§11.7',
  data: true,
  ahs: false,
  fixed: [],
  fields: [
    flag('isFinal', 1, 0x80, '§11.7.1'),
    lun('§11.7.4'),
    task,
    integer('targetTransferTag', 20, 4, '§11.7.4'),
    integer('expStatSn', 28, 4, '§11.3.3'),
    integer('dataSn', 36, 4, '§11.7.5'),
    integer('bufferOffset', 40, 4, '§11.7.6'),
  ],
};

export const textRequest: Layout = {
  opcode: 0x04,
  sender: 'initiator',
  clause: '§11.10',
  data: true,
  ahs: false,
  fixed: [],
  fields: [
    immediate,
    flag('isFinal', 1, 0x80, '§11.10.1'),
    flag('isContinue', 1, 0x40, '§11.10.2'),
    lun('§11.10.4'),
    task,
    integer('targetTransferTag', 20, 4, '§11.10.4'),
    ...ordering,
  ],
};

export const loginRequest: Layout = {
  opcode: 0x03,
  sender: 'initiator',
  clause: '§11.12',
  data: true,
  ahs: false,
  fixed: [{ byte: 0, width: 1, mask: 0x40, value: 0x40, clause: '§11.12' }],
  fields: [
    flag('isTransit', 1, 0x80, '§11.12.1'),
    flag('isContinue', 1, 0x40, '§11.12.2'),
    bits('currentStage', 1, 0x0c, '§11.12.3'),
    bits('nextStage', 1, 0x03, '§11.12.3'),
    integer('versionMax', 2, 1, '§11.12.4.1'),
    integer('versionMin', 3, 1, '§11.12.4.2'),
    integer('isid', 8, 6, '§11.12.5'),
    integer('tsih', 14, 2, '§11.12.6'),
    task,
    integer('cid', 20, 2, '§11.12.7'),
    integer('cmdSn', 24, 4, '§11.12.8'),
    integer('expStatSn', 28, 4, '§11.12.9'),
  ],
};

export const logoutRequest: Layout = {
  opcode: 0x06,
  sender: 'initiator',
  clause: '§11.14',
  data: false,
  ahs: false,
  fixed: [always1('§11.14')],
  fields: [
    immediate,
    bits('reason', 1, 0x7f, '§11.14.1'),
    task,
    integer('cid', 20, 2, '§11.14.3'),
    integer('cmdSn', 24, 4, '§11.3.2'),
    integer('expStatSn', 28, 4, '§11.14.4'),
  ],
};

export const snackRequest: Layout = {
  opcode: 0x10,
  sender: 'initiator',
  clause: '§11.16',
  data: false,
  ahs: false,
  fixed: [always1('§11.16')],
  fields: [
    bits('type', 1, 0x0f, '§11.16.1'),
    lun('§11.16.5'),
    task,
    // Bytes 20 to 23 are the SNACK Tag of an R-Data SNACK; every other type has a Target Transfer Tag there.
    integer('targetTransferTag', 20, 4, '§11.16.5'),
    integer('expStatSn', 28, 4, '§11.3.3'),
    integer('begRun', 40, 4, '§11.16.6'),
    integer('runLength', 44, 4, '§11.16.7'),
  ],
};

export const nopOut: Layout = {
  opcode: 0x00,
  sender: 'initiator',
  clause: '§11.18',
  data: true,
  ahs: false,
  fixed: [always1('§11.18')],
  fields: [immediate, lun('§11.18.2'), task, integer('targetTransferTag', 20, 4, '§11.18.2'), ...ordering],
};
