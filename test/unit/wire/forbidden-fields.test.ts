// What decoding refuses, because RFC 7143 forbids it; and what it takes, although it looks alike.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ProtocolError } from '../../../src/base/index.ts';
import { decodePdu } from '../../../src/wire/index.ts';
import { hex, patched } from './hex.ts';

const zeros = hex('00'.repeat(48));
const scsiCommand = patched(zeros, 0, '0180');
const readCommand = patched(patched(zeros, 0, '01c0'), 20, '00000200');
const taskManagement = patched(zeros, 0, '4285');
const loginRequest = patched(zeros, 0, '4387');
const loginResponse = patched(zeros, 0, '2387');
const textRequest = patched(zeros, 0, '0480');
const textResponse = patched(patched(zeros, 0, '2480'), 20, 'ffffffff');
const dataOut = patched(zeros, 0, '0580');
const dataIn = patched(zeros, 0, '2580');
const logoutRequest = patched(zeros, 0, '4680');
const scsiResponse = patched(zeros, 0, '2180');
const r2t = patched(patched(zeros, 0, '3180'), 44, '00000200');

type Refusal = readonly [title: string, bhs: Uint8Array, byte: number, value: number, clause: string];

const refusals: readonly Refusal[] = [
  ['§11.2.1.8 SCSI Command: the reserved tag', patched(scsiCommand, 16, 'ffffffff'), 16, 0xffffffff, '§11.2.1.8'],
  ['§11.2.1.8 task management: the reserved tag', patched(taskManagement, 16, 'ffffffff'), 16, 0xffffffff, '§11.2.1.8'],
  ['§11.2.1.8 Login Request: the reserved tag', patched(loginRequest, 16, 'ffffffff'), 16, 0xffffffff, '§11.2.1.8'],
  ['§11.2.1.8 Text Request: the reserved tag', patched(textRequest, 16, 'ffffffff'), 16, 0xffffffff, '§11.2.1.8'],
  ['§11.2.1.8 Data-Out: the reserved tag', patched(dataOut, 16, 'ffffffff'), 16, 0xffffffff, '§11.2.1.8'],
  ['§11.2.1.8 Logout Request: the reserved tag', patched(logoutRequest, 16, 'ffffffff'), 16, 0xffffffff, '§11.2.1.8'],
  ['§11.3.1 SCSI Command: neither W nor F', patched(scsiCommand, 1, '40'), 1, 0x40, '§11.3.1'],
  ['§11.3.1 SCSI Command: task attribute 5', patched(scsiCommand, 1, '85'), 1, 5, '§11.3.1'],
  ['§11.3.1 SCSI Command: task attribute 7', patched(scsiCommand, 1, '87'), 1, 7, '§11.3.1'],
  ['§11.3.1 SCSI Command: data without a direction', patched(readCommand, 1, '80'), 1, 0x80, '§11.3.1'],
  ['§11.4.1 SCSI Response: O and U', patched(scsiResponse, 1, '86'), 1, 0x86, '§11.4.1'],
  ['§11.4.1 SCSI Response: o and u', patched(scsiResponse, 1, '98'), 1, 0x98, '§11.4.1'],
  ['§11.4.3 SCSI Response: response 02h', patched(scsiResponse, 2, '02'), 2, 0x02, '§11.4.3'],
  ['§11.4.3 SCSI Response: response 7Fh', patched(scsiResponse, 2, '7f'), 2, 0x7f, '§11.4.3'],
  ['§11.5.2 task management request with data', patched(taskManagement, 7, '01'), 4, 1, '§11.5.2'],
  ['§11.5.2 task management request with an AHS', patched(taskManagement, 4, '01'), 4, 0x01000000, '§11.5.2'],
  ['§11.6.2 task management response with data', patched(patched(zeros, 0, '2280'), 7, '04'), 4, 4, '§11.6.2'],
  ['§11.7.3 Data-In: S without F', patched(dataIn, 1, '01'), 1, 0x01, '§11.7.3'],
  ['§11.4.1 Data-In: O and U with S', patched(dataIn, 1, '87'), 1, 0x87, '§11.4.1'],
  ['§11.8.1 R2T with data', patched(r2t, 7, '01'), 4, 1, '§11.8.1'],
  ['§11.8.4 R2T: a desired length of 0', patched(r2t, 44, '00000000'), 44, 0, '§11.8.4'],
  ['§11.8.5 R2T: the reserved transfer tag', patched(r2t, 20, 'ffffffff'), 20, 0xffffffff, '§11.8.5'],
  ['§11.10.2 Text Request: F and C', patched(textRequest, 1, 'c0'), 1, 0xc0, '§11.10.2'],
  ['§11.11.2 Text Response: F and C', patched(textResponse, 1, 'c0'), 1, 0xc0, '§11.11.2'],
  ['§11.11.1 Text Response: neither F nor a tag', patched(textResponse, 1, '00'), 20, 0xffffffff, '§11.11.1'],
  ['§11.12.2 Login Request: T and C', patched(loginRequest, 1, 'c7'), 1, 0xc7, '§6.2'],
  ['§11.12.3 Login Request: CSG 2', patched(loginRequest, 1, '8b'), 1, 2, '§11.12.3'],
  ['§11.12.3 Login Request: NSG 2 with T', patched(loginRequest, 1, '86'), 1, 2, '§11.12.3'],
  ['§11.13.7 Login Response: T and C', patched(loginResponse, 1, 'c7'), 1, 0xc7, '§6.2'],
  ['§11.12.3 Login Response: CSG 2', patched(loginResponse, 1, '08'), 1, 2, '§11.12.3'],
  ['§11.14.1 Logout Request: reason 3', patched(logoutRequest, 1, '83'), 1, 3, '§11.14.1'],
  ['§11.14.2 Logout Request with data', patched(logoutRequest, 5, '01'), 4, 0x00010000, '§11.14.2'],
  ['§11.15.2 Logout Response with data', patched(patched(zeros, 0, '2680'), 7, '08'), 4, 8, '§11.15.2'],
  ['§11.16.1 SNACK: type 4', patched(zeros, 0, '1084'), 1, 4, '§11.16.1'],
  ['§11.16.1 SNACK: type 15', patched(zeros, 0, '108f'), 1, 15, '§11.16.1'],
  ['§11.18.1 NOP-Out of no task, not immediate', patched(patched(zeros, 0, '0080'), 16, 'ffffffff'), 0, 0, '§11.18.1'],
];

suite('what RFC 7143 forbids is refused', () => {
  for (const [title, bhs, byte, value, clause] of refusals) {
    test(title, () => {
      assert.throws(
        () => decodePdu(bhs),
        (error) => {
          assert(error instanceof ProtocolError);
          assert.equal(error.code, 'ISCSI_BAD_FIELD');
          assert.equal(error.opcode, bhs[0]! & 0x3f);
          assert.equal(error.byte, byte);
          assert.equal(error.value, value);
          assert.equal(error.clause, `RFC 7143 ${clause}`);
          return true;
        },
      );
    });
  }
});

const permitted: readonly (readonly [title: string, bhs: Uint8Array])[] = [
  ['§11.3.1 R and W with nothing to move', patched(readCommand, 20, '00000000')],
  ['§11.3.1 F alone with nothing to move', scsiCommand],
  ['§11.4.1 O and U after a target failure, where flags are ignored', patched(scsiResponse, 1, '8601')],
  ['§11.4.3 a response of the vendor', patched(scsiResponse, 2, '80')],
  ['§11.5.1 a function that is unassigned here, which the target refuses itself', patched(taskManagement, 1, '89')],
  ['§11.6.1 a response that a later document assigns', patched(patched(zeros, 0, '2280'), 2, '07')],
  ['§11.7.3 O and U without S, where they have no meaning', patched(dataIn, 1, '86')],
  ['§11.11.1 a transfer tag with F, which is ignored', patched(textResponse, 20, '00000001')],
  ['§11.12.3 NSG 2 without T, where it is reserved', patched(loginRequest, 1, '06')],
  ['§11.13.5 a reserved stage in a refusal', patched(patched(loginResponse, 1, '8a'), 36, '0200')],
  ['§11.18.1 a NOP-Out of no task that is immediate', patched(patched(zeros, 0, '4080'), 16, 'ffffffff')],
];

suite('what RFC 7143 leaves open is taken', () => {
  for (const [title, bhs] of permitted) {
    test(title, () => {
      assert.equal(decodePdu(bhs).opcode, bhs[0]! & 0x3f);
    });
  }
});
