// LUN fields against bytes typed from SAM-5 §4.7.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { equalLun, type Lun, UsageError } from '../../../src/base/index.ts';
import {
  decodeLun,
  encodeLunAddress,
  lunFromNumber,
  lunToNumber,
  lunToString,
  wellKnownLun,
} from '../../../src/scsi/index.ts';

function lunOf(hex: string): Lun {
  const digits = hex.replaceAll(' ', '').padEnd(16, '0');
  return { high: Number.parseInt(digits.slice(0, 8), 16), low: Number.parseInt(digits.slice(8), 16) };
}

const numbered: readonly (readonly [number: number, hex: string, method: string])[] = [
  [0, '0000', 'peripheral'],
  [5, '0005', 'peripheral'],
  [255, '00ff', 'peripheral'],
  [256, '4100', 'flat'],
  [16383, '7fff', 'flat'],
  [16384, 'd2 004000', 'extendedFlat'],
  [16777215, 'd2 ffffff', 'extendedFlat'],
  [16777216, 'e2 0001000000', 'longExtendedFlat'],
  [1099511627775, 'e2 ffffffffff', 'longExtendedFlat'],
];

for (const [number, hex, method] of numbered) {
  test(`SAM-5 §4.7: LUN ${number} is ${hex} in ${method} addressing`, () => {
    assert.ok(equalLun(lunFromNumber(number), lunOf(hex)));
    assert.equal(lunToNumber(lunOf(hex)), number);
    assert.equal(lunToString(lunOf(hex)), `${number}`);
    assert.deepEqual(
      decodeLun(lunOf(hex)).map((level) => level.method),
      [method],
    );
  });
}

test('SAM-5 §4.7: a small number may come in flat or extended flat space too', () => {
  assert.equal(lunToNumber(lunOf('4005')), 5);
  assert.equal(lunToNumber(lunOf('d2 000005')), 5);
  assert.equal(lunToNumber(lunOf('e2 0000000005')), 5);
});

test('SAM-5 §4.7: addresses that one number cannot tell have none, and are shown as they are', () => {
  const cases: readonly (readonly [hex: string, levels: unknown])[] = [
    ['0105', [{ method: 'peripheral', bus: 1, lun: 5 }]],
    ['a5 2a', [{ method: 'logicalUnit', target: 37, bus: 1, lun: 10 }]],
    ['c1 01', [{ method: 'wellKnown', lun: 1 }]],
    ['ffffffffffffffff', [{ method: 'notSpecified' }]],
    [
      '0102 0003',
      [
        { method: 'peripheral', bus: 1, lun: 2 },
        { method: 'peripheral', bus: 0, lun: 3 },
      ],
    ],
    [
      '0005 0001',
      [
        { method: 'peripheral', bus: 0, lun: 5 },
        { method: 'peripheral', bus: 0, lun: 1 },
      ],
    ],
    [
      '4005 0000 0000 0001',
      [
        { method: 'flat', lun: 5 },
        { method: 'peripheral', bus: 0, lun: 0 },
        { method: 'peripheral', bus: 0, lun: 0 },
        { method: 'peripheral', bus: 0, lun: 1 },
      ],
    ],
    ['d2 000005 01', [{ method: 'other', extendedMethod: 2, addressLength: 3 }]],
    [
      '0101 0101 0101 d200',
      [
        { method: 'peripheral', bus: 1, lun: 1 },
        { method: 'peripheral', bus: 1, lun: 1 },
        { method: 'peripheral', bus: 1, lun: 1 },
        { method: 'other', extendedMethod: 2, addressLength: 3 },
      ],
    ],
    ['c4 01', [{ method: 'other', extendedMethod: 4, addressLength: 1 }]],
  ];
  for (const [hex, levels] of cases) {
    assert.deepEqual(decodeLun(lunOf(hex)), levels, hex);
    assert.equal(lunToNumber(lunOf(hex)), undefined, hex);
    assert.equal(lunToString(lunOf(hex)), `0x${hex.replaceAll(' ', '').padEnd(16, '0')}`);
  }
});

test('SAM-5 §4.7: single-level addresses are encoded by method', () => {
  assert.ok(equalLun(encodeLunAddress({ method: 'peripheral', bus: 1, lun: 5 }), lunOf('0105')));
  assert.ok(equalLun(encodeLunAddress({ method: 'logicalUnit', target: 37, bus: 1, lun: 10 }), lunOf('a52a')));
  assert.ok(equalLun(encodeLunAddress({ method: 'wellKnown', lun: wellKnownLun.reportLuns }), lunOf('c101')));
  assert.ok(equalLun(encodeLunAddress({ method: 'notSpecified' }), lunOf('ffffffffffffffff')));
  assert.throws(() => encodeLunAddress({ method: 'other', extendedMethod: 4, addressLength: 1 }), UsageError);
});

test('lunFromNumber takes only integers from 0 to 2^40-1', () => {
  for (const number of [-1, 0.5, Number.NaN, 1099511627776]) {
    assert.throws(() => lunFromNumber(number), { code: 'ISCSI_BAD_ARGUMENT', argument: 'lun' });
  }
});

test('any number comes back from its field, and any eight bytes can be shown', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 40 - 1 }), (n) => lunToNumber(lunFromNumber(n)) === n));
  const half = fc.integer({ min: 0, max: 2 ** 32 - 1 });
  fc.assert(
    fc.property(half, half, (high, low) => {
      const levels = decodeLun({ high, low });
      assert.ok(levels.length >= 1 && levels.length <= 4);
      assert.match(lunToString({ high, low }), /^(\d+|0x[0-9a-f]{16})$/);
    }),
  );
});
