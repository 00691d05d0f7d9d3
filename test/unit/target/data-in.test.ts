// How reads are cut into PDUs, and what residuals tell (RFC 7143 §11.7.1, §11.4.5).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dataInPieces, readStep } from '../../../src/target/data-in-pieces.ts';
import { residualOf } from '../../../src/target/residual.ts';

test('§11.7.1: PDUs hold at most a segment, sequences at most a burst, and F ends each sequence', () => {
  assert.deepEqual(
    [...dataInPieces(0, 2500, 2500, 1000, 2000)],
    [
      { offset: 0, length: 1000, isFinal: false },
      { offset: 1000, length: 1000, isFinal: true },
      { offset: 2000, length: 500, isFinal: true },
    ],
  );
});

test('§13.13: a sequence ends at MaxBurstLength also when segments do not divide it', () => {
  assert.deepEqual(
    [...dataInPieces(0, 3000, 3000, 700, 1000)].map(({ length, isFinal }) => [length, isFinal]),
    [
      [700, false],
      [300, true],
      [700, false],
      [300, true],
      [700, false],
      [300, true],
    ],
  );
});

test('a read that is sent in parts is cut as if it were whole', () => {
  const whole = [...dataInPieces(0, 4096, 5000, 512, 1024), ...dataInPieces(4096, 5000, 5000, 512, 1024)];
  assert.deepEqual(whole, [...dataInPieces(0, 5000, 5000, 512, 1024)]);
});

test('the device is read in whole PDUs', () => {
  assert.equal(readStep(524_288, 262_144), 524_288);
  assert.equal(readStep(524_288, 200_000), 400_000);
  assert.equal(readStep(524_288, 0x00ff_ffff), 524_288);
});

test('§11.4.5.2: residuals are the difference of what SCSI moved and what was expected', () => {
  assert.deepEqual(residualOf(512, 512), { isOverflow: false, isUnderflow: false, residualCount: 0 });
  assert.deepEqual(residualOf(36, 255), { isOverflow: false, isUnderflow: true, residualCount: 219 });
  assert.deepEqual(residualOf(1024, 512), { isOverflow: true, isUnderflow: false, residualCount: 512 });
});
