// The model that disks are held to: what it permits, and what it must not let pass.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { RegisterHistory } from '../../support/register-history.ts';

/** A disk of one unit. */
function history(): { model: RegisterHistory; read: (value: number, begun?: number) => void } {
  const model = new RegisterHistory(1);
  const read = (value: number, begun = model.now()): void => {
    model.endRead(0, [value], begun, 'a read');
  };
  return { model, read };
}

suite('what a read may return', () => {
  test('a write under way: the value before it or its own, but not the old one again after the new', () => {
    const { model, read } = history();
    const write = model.beginWrite(0, 0);
    read(0);
    read(write.value);
    assert.throws(() => {
      read(0);
    }, /0 again/);
  });

  test('a write that is done: its value, and the one before only to who began to read earlier', () => {
    const { model, read } = history();
    const early = model.now();
    const write = model.beginWrite(0, 0);
    model.endWrite(write, 'done');
    read(0, early);
    read(write.value);
    assert.throws(() => {
      read(0);
    }, /came after it and was acknowledged/);
  });

  test('a write whose effect is unknown: either, until one has been seen to have come last', () => {
    const { model, read } = history();
    const lost = model.beginWrite(0, 0);
    model.endWrite(lost, 'unknown');
    read(0);
    read(lost.value);
    assert.throws(() => {
      read(0);
    }, /0 again/);
  });

  test('an older write that is carried out once more over a newer one is found', () => {
    const { model, read } = history();
    const old = model.beginWrite(0, 0);
    model.endWrite(old, 'unknown');
    const newer = model.beginWrite(0, 0);
    model.endWrite(newer, 'done');
    read(newer.value);
    assert.throws(() => {
      read(old.value);
    }, /came after it and was acknowledged/);
  });

  test('of two writes at once the one that was seen to be gone does not come back', () => {
    const { model, read } = history();
    const [one, two] = [model.beginWrite(0, 0), model.beginWrite(0, 0)];
    read(one.value);
    read(two.value);
    assert.throws(() => {
      read(one.value);
    }, /again/);
  });

  test('of two writes one after the other the first is gone once the second has been seen, whatever was told of them', () => {
    const { model, read } = history();
    const first = model.beginWrite(0, 0);
    model.endWrite(first, 'unknown');
    const second = model.beginWrite(0, 0);
    read(second.value);
    assert.throws(() => {
      read(first.value);
    }, /later one/);
  });

  test('a write that was said to have had no effect is never seen, nor one that nobody made', () => {
    const { model, read } = history();
    const write = model.beginWrite(0, 0);
    model.endWrite(write, 'none');
    assert.throws(() => {
      read(write.value);
    }, /no effect/);
    assert.throws(() => {
      read(99);
    }, /nobody has written/);
    read(0);
  });
});
