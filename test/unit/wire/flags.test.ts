// Every flag by itself: one bit of byte 0 or 1 set, and the field that it stands for.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { bhsLength, decodePdu, encodePdu, type Pdu } from '../../../src/wire/index.ts';
import { hex } from './hex.ts';

/** The first two bytes, with all that must be set beside the flag, and the fields that they decode to. */
const cases: readonly (readonly [title: string, bytes: string, fields: Partial<Pdu> & { opcode: number }])[] = [
  ['§11.3.1 F', '0180', { opcode: 0x01, isFinal: true, isRead: false, isWrite: false, isImmediate: false }],
  ['§11.3.1 F and R', '01c0', { opcode: 0x01, isFinal: true, isRead: true, isWrite: false }],
  ['§11.3.1 W', '0120', { opcode: 0x01, isFinal: false, isRead: false, isWrite: true, taskAttribute: 0 }],
  ['§11.3.1 ordered', '0182', { opcode: 0x01, taskAttribute: 2 }],
  ['§11.3.1 ACA', '0184', { opcode: 0x01, taskAttribute: 4 }],
  ['§11.2.1.1 I of a SCSI Command', '4180', { opcode: 0x01, isImmediate: true }],
  ['§11.2.1.1 I of a NOP-Out', '0080', { opcode: 0x00, isImmediate: false }],
  ['§11.2.1.1 I of a Text Request', '4480', { opcode: 0x04, isImmediate: true, isFinal: true, isContinue: false }],
  ['§11.2.1.1 I of a Logout Request', '0680', { opcode: 0x06, isImmediate: false, reason: 0 }],
  ['§11.2.1.1 I of a task management request', '0288', { opcode: 0x02, isImmediate: false, function: 8 }],
  ['§11.10.2 C of a Text Request', '0440', { opcode: 0x04, isFinal: false, isContinue: true }],
  ['§11.7.1 F of a Data-Out', '0500', { opcode: 0x05, isFinal: false }],
  ['§11.12.1 T', '4381', { opcode: 0x03, isTransit: true, isContinue: false, currentStage: 0, nextStage: 1 }],
  ['§11.12.2 C', '4344', { opcode: 0x03, isTransit: false, isContinue: true, currentStage: 1, nextStage: 0 }],
  ['§11.12.3 CSG', '430c', { opcode: 0x03, isTransit: false, currentStage: 3, nextStage: 0 }],
  ['§11.13.6 T', '2383', { opcode: 0x23, isTransit: true, isContinue: false, currentStage: 0, nextStage: 3 }],
  ['§11.13.7 C', '2340', { opcode: 0x23, isTransit: false, isContinue: true, currentStage: 0, nextStage: 0 }],
  ['§11.11.1 F of a Text Response', '2480', { opcode: 0x24, isFinal: true, isContinue: false }],
  ['§11.4.1 o', '2190', { opcode: 0x21, isBidiOverflow: true, isBidiUnderflow: false, isOverflow: false }],
  ['§11.4.1 u', '2188', { opcode: 0x21, isBidiUnderflow: true, isBidiOverflow: false, isUnderflow: false }],
  ['§11.4.1 O', '2184', { opcode: 0x21, isOverflow: true, isUnderflow: false, isBidiOverflow: false }],
  ['§11.4.1 U', '2182', { opcode: 0x21, isUnderflow: true, isOverflow: false, isBidiUnderflow: false }],
  ['§11.7.1 F of a Data-In', '2580', { opcode: 0x25, isFinal: true, isAcknowledge: false, hasStatus: false }],
  ['§11.7.2 A', '2540', { opcode: 0x25, isFinal: false, isAcknowledge: true, hasStatus: false }],
  ['§11.7.3 O', '2585', { opcode: 0x25, isFinal: true, isOverflow: true, isUnderflow: false, hasStatus: true }],
  ['§11.7.3 U', '2583', { opcode: 0x25, isFinal: true, isOverflow: false, isUnderflow: true, hasStatus: true }],
  ['§11.7.3 S', '2581', { opcode: 0x25, isOverflow: false, isUnderflow: false, hasStatus: true }],
];

suite('§11 flags', () => {
  for (const [title, bytes, fields] of cases) {
    test(`${title} is in its place both ways`, () => {
      const bhs = new Uint8Array(bhsLength);
      bhs.set(hex(bytes));
      const pdu = decodePdu(bhs);
      assert.deepStrictEqual({ ...pdu, ...fields }, pdu);
      const again = new Uint8Array(bhsLength);
      encodePdu(pdu, again);
      assert.deepStrictEqual(again, bhs);
    });
  }
});
