// The model of the soak: it must permit what may be, and notice what may not, or a soak proves nothing.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { byteRange, cellCount, cellsPerBlock, contentsOf } from '../../soak/cells.ts';
import { DiskModel, ModelViolation, type WriteRecord } from '../../soak/disk-model.ts';
import { operationAt } from '../../soak/plan.ts';
import { scenarioOf } from '../../soak/scenario.ts';

const owner = {};
const block = { first: 0, last: cellsPerBlock - 1 };
const whole = { first: 0, last: cellCount - 1 };

function write(model: DiskModel, value: number, state: 'acknowledged' | 'unknown' | 'none', fua = false): WriteRecord {
  const record = model.beginWrite(block, value, 0, owner);
  model.endWrite(record, state, fua);
  return record;
}

function see(model: DiskModel, value: number, begun: number = model.tick()): void {
  model.checkRead(block, contentsOf(block, value), begun);
}

function crash(model: DiskModel, value: number): void {
  const medium = contentsOf(whole, 0);
  medium.set(contentsOf(block, value));
  model.beginCrash();
  model.endCrash(medium);
}

test('an acknowledged write must be there, and what was before it not', () => {
  const model = new DiskModel();
  write(model, 1, 'acknowledged');
  see(model, 1);
  assert.throws(() => {
    see(model, 0);
  }, ModelViolation);
});

test('a read that began before the write ended may show either', () => {
  const model = new DiskModel();
  const before = model.tick();
  write(model, 1, 'acknowledged');
  see(model, 0, before);
});

test('a write of unknown effect may be there or not; what was seen holds from then on', () => {
  for (const seen of [0, 1]) {
    const model = new DiskModel();
    write(model, 1, 'unknown');
    see(model, seen);
    assert.throws(() => {
      see(model, 1 - seen);
    }, ModelViolation);
  }
});

test('a write without effect must not be seen, neither before its end nor after it', () => {
  const model = new DiskModel();
  write(model, 1, 'none');
  assert.throws(() => {
    see(model, 1);
  }, /cannot be there/);
  const record = model.beginWrite(block, 2, 0, owner);
  see(model, 2);
  assert.throws(() => {
    model.endWrite(record, 'none', false);
  }, /a read has shown it/);
});

test('overlapping writes permit either order, and one of them for good', () => {
  const model = new DiskModel();
  const one = model.beginWrite(block, 1, 0, owner);
  write(model, 2, 'acknowledged');
  model.endWrite(one, 'acknowledged', false);
  see(model, 1);
  assert.throws(() => {
    see(model, 2);
  }, ModelViolation);
});

test('a block that holds parts of two writes of all of it is torn', () => {
  const model = new DiskModel();
  const begun = model.tick();
  write(model, 1, 'acknowledged');
  const bytes = contentsOf(block, 0);
  const part = { first: 2, last: 4 };
  bytes.set(contentsOf(part, 1), byteRange(part).offset);
  assert.throws(() => {
    model.checkRead(block, bytes, begun);
  }, /torn within/);
});

test('bytes of no write, or of another place, are noticed', () => {
  const model = new DiskModel();
  write(model, 1, 'acknowledged');
  const next = { first: cellsPerBlock, last: 2 * cellsPerBlock - 1 };
  for (const bytes of [contentsOf(next, 1), contentsOf(block, 9), contentsOf(block, 1).fill(0xee, 40, 41)]) {
    assert.throws(() => {
      model.checkRead(block, bytes, model.tick());
    }, ModelViolation);
  }
});

test('a crash may take an acknowledged write, but none with FUA and none that a flush has promised', () => {
  const plain = new DiskModel();
  write(plain, 1, 'acknowledged');
  crash(plain, 0);
  see(plain, 0);
  const forced = new DiskModel();
  write(forced, 1, 'acknowledged', true);
  assert.throws(() => {
    crash(forced, 0);
  }, /on the medium/);
  const flushed = new DiskModel();
  write(flushed, 1, 'acknowledged');
  flushed.promise(flushed.beginFlush(owner));
  assert.throws(() => {
    crash(flushed, 0);
  }, /on the medium/);
});

test('what a crash has taken does not come back, and what was told as lost is not promised', () => {
  const model = new DiskModel();
  write(model, 1, 'acknowledged');
  crash(model, 0);
  assert.throws(() => {
    see(model, 1);
  }, ModelViolation);
  const told = new DiskModel();
  write(told, 1, 'acknowledged');
  told.giveUp(0, 512);
  told.promise(told.beginFlush(owner));
  crash(told, 0);
});

test('forgetting what cannot be there changes no verdict', () => {
  const model = new DiskModel();
  write(model, 1, 'acknowledged');
  write(model, 2, 'acknowledged', true);
  model.prune();
  see(model, 2);
  assert.throws(() => {
    see(model, 1);
  }, ModelViolation);
});

test('the operations of a seed are the same each time, and others for another seed', () => {
  const planOf = (seed: number): string => {
    const scenario = scenarioOf({ seed, steps: 200 });
    return JSON.stringify(Array.from({ length: 200 }, (_, step) => operationAt(scenario, step)));
  };
  assert.equal(planOf(7), planOf(7));
  assert.notEqual(planOf(7), planOf(8));
});
