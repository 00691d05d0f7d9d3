// The constants of the codec against those typed a second time from RFC 7143 §11.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as wire from '../../src/wire/index.ts';
import * as tables from '../vectors/constants.ts';
import { layouts } from '../vectors/layout.ts';

const pairs: readonly (readonly [string, Readonly<Record<string, number>>, tables.ConstantTable])[] = [
  ['opcode', wire.opcode, tables.opcodes],
  ['taskAttribute', wire.taskAttribute, tables.taskAttributes],
  ['scsiResponseCode', wire.scsiResponseCode, tables.scsiResponseCodes],
  ['taskManagementFunction', wire.taskManagementFunction, tables.taskManagementFunctions],
  ['taskManagementResponseCode', wire.taskManagementResponseCode, tables.taskManagementResponseCodes],
  ['asyncEvent', wire.asyncEvent, tables.asyncEvents],
  ['loginStage', wire.loginStage, tables.loginStages],
  ['loginStatusClass', wire.loginStatusClass, tables.loginStatusClasses],
  ['loginStatus', wire.loginStatus, tables.loginStatuses],
  ['logoutReason', wire.logoutReason, tables.logoutReasons],
  ['logoutResponseCode', wire.logoutResponseCode, tables.logoutResponseCodes],
  ['snackType', wire.snackType, tables.snackTypes],
  ['rejectReason', wire.rejectReason, tables.rejectReasons],
];

suite('RFC 7143 constants', () => {
  for (const [name, actual, table] of pairs) {
    test(`${table.clause} ${name}: every value is the one in the clause, and none is missing or added`, () => {
      const expected = Object.entries(table.values).map(([key, { value }]) => [key, value]);
      assert.deepEqual(actual, Object.fromEntries(expected));
    });

    test(`${table.clause} ${name}: a second implementation has the same numbers`, () => {
      for (const [key, { value, second }] of Object.entries(table.values)) {
        if (second !== undefined) assert.equal(second[1], value, `${key} and ${second[0]}`);
      }
    });
  }

  test('§11.2.1.2 opcode: the layout tables carry the same opcodes', () => {
    assert.deepEqual(
      Object.fromEntries(Object.entries(layouts).map(([key, { opcode }]) => [key, opcode])),
      wire.opcode,
    );
  });

  test('§11.2.1 BHS: the header is 48 bytes', () => {
    assert.equal(wire.bhsLength, 48);
  });

  test('§11.2.1.8: the reserved tag is 0xffffffff', () => {
    assert.equal(wire.reservedTag, 4_294_967_295);
  });
});
