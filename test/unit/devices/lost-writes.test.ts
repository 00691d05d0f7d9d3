// Lost writes are told to each holder whose writes they were, once, and to the removal where a holder has not asked.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { BlockError } from '../../../src/base/index.ts';
import type { DeviceHandle } from '../../../src/devices/index.ts';
import * as scsi from '../../../src/scsi/index.ts';
import { openBench, type StackBench } from './stack-bench.ts';

const block = new Uint8Array(512).fill(1);
const lost = { name: 'BlockError', code: 'BLOCK_WRITES_LOST' };

async function openThree({ stack }: StackBench): Promise<[DeviceHandle, DeviceHandle, DeviceHandle]> {
  const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((label) => stack.open(0, { label })));
  return [a!, b!, c!];
}

/** The device loses its cache, and `handle` meets the unit attention that tells of it. */
async function loseCache({ session }: StackBench, handle: DeviceHandle): Promise<void> {
  session.unit(0).losePower(() => false);
  await handle.read(0, new Uint8Array(512));
}

test('each holder that has written is told of a loss by its own flush, once', async () => {
  const bench = openBench();
  const [a, b, c] = await openThree(bench);
  await a.write(0, block);
  await b.write(4096, block);
  await loseCache(bench, c);
  for (const handle of [a, b]) {
    await assert.rejects(handle.flush(), { ...lost, offset: 0, length: 4608 });
    await handle.flush();
  }
  await c.flush();
});

test('trim, zero and COMPARE AND WRITE are writes too', async () => {
  const options = { lbpme: true, provisioning: { lbpu: true, lbpws: true, lbprz: 1 }, limits: {} };
  const bench = openBench({ 0: { ...options, limits: { maximumCompareAndWriteLength: 1 } } });
  const [a, b, c] = await openThree(bench);
  await a.trim!(0, 4096);
  await b.zero(0, 4096);
  await c.compareAndWrite(0, new Uint8Array(512), block);
  await loseCache(bench, a);
  for (const handle of [a, b, c]) await assert.rejects(handle.flush(), lost);
});

test('who has only read is told when nobody has been, and not else', async () => {
  const bench = openBench();
  const [a, b] = await openThree(bench);
  await a.write(0, block);
  await loseCache(bench, a);
  await assert.rejects(b.flush(), lost);
  await b.flush();
  await assert.rejects(a.flush(), lost);
});

test('who opens later and flushes for somebody who has not asked is told', async () => {
  const bench = openBench();
  const [a, b] = await openThree(bench);
  await a.write(0, block);
  await a.close();
  await loseCache(bench, b);
  const late = await bench.stack.open(0, { label: 'late' });
  await late.write(8192, block);
  await assert.rejects(late.flush(), lost);
});

test('what a holder has flushed, or written with FUA, it cannot lose: later losses of others are not told to it', async () => {
  const bench = openBench({ 0: { dpoFua: true } });
  const [a, b, c] = await openThree(bench);
  await a.write(0, block);
  await a.flush();
  await c.write(0, block, { fua: true });
  await b.write(4096, block);
  await loseCache(bench, c);
  await assert.rejects(b.flush(), lost);
  await a.flush();
  await c.flush();
});

test('a flush does not cover what was being written, or was written after it began', async () => {
  for (const isBefore of [true, false]) {
    const bench = openBench();
    const [a, b] = await openThree(bench);
    await a.write(0, block);
    let letGo!: () => void;
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const slow = isBefore ? scsi.scsiOpcode.write10 : scsi.scsiOpcode.synchronizeCache10;
    bench.session.unit(0).pace = ({ cdb }) => (cdb[0] === slow ? held : Promise.resolve());
    const [first, second] = isBefore ? [a.write(512, block), a.flush()] : [a.flush(), a.write(512, block)];
    await (isBefore ? second : Promise.resolve());
    letGo();
    await Promise.all([first, second]);
    await b.write(4096, block);
    await loseCache(bench, b);
    await assert.rejects(b.flush(), lost);
    await assert.rejects(a.flush(), lost);
  }
});

test('a holder that closes without asking leaves its loss to the removal, though another has been told', async () => {
  const bench = openBench();
  const [a, b, c] = await openThree(bench);
  await a.write(0, block);
  await b.write(4096, block);
  await loseCache(bench, c);
  await assert.rejects(b.flush(), lost);
  for (const handle of [a, b, c]) await handle.close();
  await assert.rejects(bench.stack.removeAll(), lost);
  await bench.stack.removeAll();
});

test('a holder that closes and comes back is told by its own flush, and the removal has nothing to add', async () => {
  const bench = openBench();
  const [a, b, c] = await openThree(bench);
  await a.write(0, block);
  await a.close();
  await loseCache(bench, c);
  await assert.rejects(b.flush(), lost);
  const again = await bench.stack.open(0, { label: 'a' });
  const other = await bench.stack.open(0, { label: 'a', pid: 1 });
  await other.flush();
  await assert.rejects(again.flush(), lost);
  await again.flush();
  for (const handle of [again, other, b, c]) await handle.close();
  await bench.stack.removeAll();
});

test('what several holders have left is told together, once', async () => {
  const bench = openBench();
  const [, , c] = await openThree(bench);
  for (let holder = 0; holder < 100; holder += 1) {
    const handle = await bench.stack.open(0, { label: `copy ${holder}` });
    await handle.write(holder * 512, block);
    await handle.close();
    if (holder % 40 === 0) await loseCache(bench, c);
  }
  await loseCache(bench, c);
  await assert.rejects(c.flush(), lost);
  const { flushErrors } = await bench.stack.removeAll({ force: true });
  assert.deepEqual(
    flushErrors.map(({ error }) => error instanceof BlockError && [error.offset, error.length]),
    [[0, 100 * 512]],
  );
});

test('once refused with it, a removal is not refused with the same loss again', async () => {
  const bench = openBench();
  const [a, b, c] = await openThree(bench);
  await a.write(0, block);
  await a.close();
  await loseCache(bench, c);
  await b.write(0, block);
  await b.close();
  await loseCache(bench, c);
  await assert.rejects(c.flush(), lost);
  await c.close();
  await assert.rejects(bench.stack.removeAll(), lost);
  await bench.stack.removeAll();
});

test('forced, the removal reports the loss', async () => {
  const bench = openBench();
  const [a, b, c] = await openThree(bench);
  await a.write(0, block);
  await b.write(4096, block);
  await loseCache(bench, c);
  await assert.rejects(b.flush(), lost);
  const { flushErrors } = await bench.stack.removeAll({ force: true });
  assert.deepEqual(
    flushErrors.map(({ error }) => error.code),
    ['BLOCK_WRITES_LOST'],
  );
});

test('a loss that everybody has been told of does not stand against a removal', async () => {
  const bench = openBench();
  const [a, b, c] = await openThree(bench);
  await a.write(0, block);
  await loseCache(bench, c);
  await assert.rejects(a.flush(), lost);
  for (const handle of [a, b, c]) await handle.close();
  await bench.stack.removeAll();
});

test('nor does one of writes that came after another holder’s flush of what had been closed', async () => {
  const bench = openBench();
  const [a, b, c] = await openThree(bench);
  await a.write(0, block);
  await a.close();
  await b.flush();
  await b.write(4096, block);
  await loseCache(bench, c);
  await assert.rejects(b.flush(), lost);
  for (const handle of [b, c]) await handle.close();
  await bench.stack.removeAll();
});

test('an untold loss stands against a removal while the session is lost, too', async () => {
  const bench = openBench();
  const [a, b, c] = await openThree(bench);
  await a.write(0, block);
  await a.close();
  await loseCache(bench, c);
  await assert.rejects(b.flush(), lost);
  await b.flush();
  await b.close();
  await c.close();
  bench.stack.sessionLost();
  await assert.rejects(bench.stack.removeAll(), { code: 'ISCSI_SESSION_LOST', effect: 'unknown' });
});
