// Asking holders to let a device go: who is asked, what counts as an answer, and who is told when it stays.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { DeviceBusyError, nextTurn } from '../../../src/base/index.ts';
import type { DeviceHandle, Holder, RemoveRequest } from '../../../src/devices/index.ts';
import { deviceName, limits, openBench, type StackBench, settle, takeAway } from './stack-bench.ts';

/** A holder that notes what it is asked and told. */
class PoliteHolder implements Holder {
  readonly label: string;
  readonly pid = 7;
  readonly requests: RemoveRequest[] = [];
  readonly canceled: RemoveRequest[] = [];
  handle: DeviceHandle | undefined;
  readonly #answer: (holder: PoliteHolder) => ReturnType<NonNullable<Holder['onRemoveRequested']>>;

  constructor(label: string, answer: PoliteHolder['onRemoveRequested'] | 'close') {
    this.label = label;
    this.#answer =
      answer === 'close'
        ? (): undefined => {
            void this.handle?.close();
          }
        : (): ReturnType<NonNullable<typeof answer>> => answer(this.requests[0]!);
  }

  readonly onRemoveRequested = (request: RemoveRequest): ReturnType<NonNullable<Holder['onRemoveRequested']>> => {
    this.requests.push(request);
    return this.#answer(this);
  };

  readonly onRemoveCanceled = (request: RemoveRequest): void => {
    this.canceled.push(request);
  };

  async open({ stack }: StackBench, lun: number): Promise<this> {
    this.handle = await stack.open(lun, this);
    return this;
  }
}

async function refusal(work: Promise<unknown>): Promise<DeviceBusyError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof DeviceBusyError);
  return error;
}

test('holders that close when they are asked let the removal through, and nobody is told that it was called off', async () => {
  const bench = openBench({ 0: {}, 1: {} });
  const one = await new PoliteHolder('one', 'close').open(bench, 0);
  const two = await new PoliteHolder('two', 'close').open(bench, 1);
  const report = await bench.stack.removeAll();
  assert.deepEqual(report, { holders: [], unknownWrites: [], flushErrors: [] });
  assert.deepEqual(one.requests, [
    { device: deviceName(0), lun: 0, reason: 'logout', isForced: false, answerWithinMs: limits.askTimeoutMs },
  ]);
  assert.deepEqual([one.canceled, two.canceled], [[], []]);
  assert.equal(bench.clock.pendingTimers, 0);
});

test('a veto refuses with its reason; who had agreed is told that the device stays, and may open it again', async () => {
  const bench = openBench({ 0: {}, 1: {} });
  const agreeing = await new PoliteHolder('agreeing', 'close').open(bench, 0);
  const vetoing = await new PoliteHolder('vetoing', () => ({ veto: 'exported to 3 clients' })).open(bench, 1);
  const error = await refusal(bench.stack.removeAll());
  assert.deepEqual(error.holders, [
    { device: deviceName(1), label: 'vetoing', pid: 7, reason: 'exported to 3 clients' },
  ]);
  assert.match(error.message, /vetoing \(pid 7\): exported to 3 clients/);
  assert.deepEqual(
    agreeing.canceled.map(({ lun }) => lun),
    [0],
  );
  assert.deepEqual(vetoing.canceled, []);
  await vetoing.handle?.write(0, new Uint8Array(512));
  await agreeing.open(bench, 0);
  await agreeing.handle?.write(0, new Uint8Array(512));
});

test('all holders are asked side by side, and a refusal names all that refuse', async () => {
  const bench = openBench();
  const answers: ((veto: string) => void)[] = [];
  const slow = (): Promise<{ veto: string }> =>
    new Promise((resolve) => {
      answers.push((veto) => {
        resolve({ veto });
      });
    });
  await new PoliteHolder('one', slow).open(bench, 0);
  await new PoliteHolder('two', slow).open(bench, 0);
  const removal = refusal(bench.stack.removeAll());
  await nextTurn();
  assert.equal(answers.length, 2);
  answers[1]?.('busy too');
  answers[0]?.('busy');
  assert.deepEqual(
    (await removal).holders.map(({ label, reason }) => [label, reason]),
    [
      ['one', 'busy'],
      ['two', 'busy too'],
    ],
  );
});

test('silence until the deadline is a veto; so is a callback that throws', async () => {
  const bench = openBench();
  const silent = await new PoliteHolder('silent', () => undefined).open(bench, 0);
  await new PoliteHolder('throwing', () => {
    throw new Error('no idea');
  }).open(bench, 0);
  const removal = refusal(bench.stack.removeAll({ askTimeoutMs: 250 }));
  let isOver = false;
  void removal.then(() => {
    isOver = true;
  });
  await bench.clock.advance(249);
  assert.equal(isOver, false);
  await bench.clock.advance(1);
  assert.deepEqual(
    (await removal).holders.map(({ label, reason }) => [label, reason]),
    [
      ['silent', 'has not let go in 250 ms'],
      ['throwing', 'failed to answer: no idea'],
    ],
  );
  assert.equal(bench.clock.pendingTimers, 0);
  await silent.handle?.close();
});

test('one that has not answered in time is told too that the device stays: it may be letting go just now', async () => {
  const bench = openBench();
  const slow = await new PoliteHolder('slow', () => undefined).open(bench, 0);
  const vetoing = await new PoliteHolder('vetoing', () => ({ veto: 'no' })).open(bench, 0);
  const removal = refusal(bench.stack.removeAll());
  await bench.clock.advance(limits.askTimeoutMs);
  await removal;
  assert.deepEqual([slow.canceled.length, vetoing.canceled.length], [1, 0]);
});

test('a holder whose onRemoveCanceled fails, now or later, keeps nobody else from being told', async () => {
  const bench = openBench({ 0: {}, 1: {}, 2: {} });
  const failing = (label: string, onRemoveCanceled: () => void): Promise<DeviceHandle> => {
    const opened = bench.stack.open(0, {
      label,
      onRemoveRequested: () => {
        void opened.then((handle) => handle.close());
        return undefined;
      },
      onRemoveCanceled,
    });
    return opened;
  };
  await failing('throwing', () => {
    throw new Error('thrown');
  });
  await failing('rejecting', () => Promise.reject(new Error('rejected')) as unknown as undefined);
  const polite = await new PoliteHolder('polite', 'close').open(bench, 1);
  await new PoliteHolder('vetoing', () => ({ veto: 'no' })).open(bench, 2);
  await refusal(bench.stack.removeAll());
  await nextTurn();
  assert.equal(polite.canceled.length, 1);
});

test('while all devices are asked for, nobody comes in by another; after a refusal they do', async () => {
  const bench = openBench({ 0: {}, 1: {} });
  let answer!: (veto: { veto: string }) => void;
  const slow = new Promise<{ veto: string }>((resolve) => {
    answer = resolve;
  });
  await new PoliteHolder('slow', () => slow).open(bench, 0);
  const removal = refusal(bench.stack.removeAll());
  await nextTurn();
  await assert.rejects(bench.stack.open(1, { label: 'new' }), { name: 'SessionError', code: 'ISCSI_DRAINING' });
  answer({ veto: 'no' });
  await removal;
  await (await bench.stack.open(1, { label: 'new' })).close();
});

test('a device that the target takes away while its holder is asked has no holder that could refuse', async () => {
  const bench = openBench({ 0: {}, 1: {} });
  const hit = await new PoliteHolder('hit', () => ({ veto: 'never' })).open(bench, 1);
  const slow = await new PoliteHolder('slow', () => undefined).open(bench, 0);
  const removal = bench.stack.removeAll();
  await nextTurn();
  takeAway(bench, 1);
  await assert.rejects(hit.handle!.read(0, new Uint8Array(512)));
  await settle();
  await slow.handle?.close();
  const report = await removal;
  assert.deepEqual(
    report.holders.map(({ label }) => label),
    ['hit'],
  );
});

test('a holder that closes just after another has refused is told all the same', async () => {
  const bench = openBench();
  const late = await new PoliteHolder('late', () => undefined).open(bench, 0);
  await new PoliteHolder('vetoing', () => ({ veto: 'no' })).open(bench, 0);
  const removal = refusal(bench.stack.removeAll());
  await bench.clock.advance(10);
  await late.handle?.close();
  await removal;
  assert.equal(late.canceled.length, 1);
});

test('where a holder cannot be asked the refusal is certain, and nobody else is disturbed', async () => {
  const bench = openBench();
  const polite = await new PoliteHolder('polite', 'close').open(bench, 0);
  const mute = await bench.stack.open(0, { label: 'mute' });
  const error = await refusal(bench.stack.removeAll());
  assert.deepEqual(error.holders, [
    { device: deviceName(0), label: 'polite', pid: 7 },
    { device: deviceName(0), label: 'mute', pid: process.pid },
  ]);
  assert.deepEqual(polite.requests, []);
  await mute.close();
  await bench.stack.removeAll();
});

test('who is just opening a device holds it', async () => {
  const bench = openBench();
  bench.session.isStuck = () => true;
  const opening = bench.stack.open(0, { label: 'eager' });
  await nextTurn();
  assert.deepEqual(
    (await refusal(bench.stack.removeAll())).holders.map(({ label }) => label),
    ['eager'],
  );
  const removal = bench.stack.removeAll({ force: true });
  await assert.rejects(opening, { code: 'ISCSI_DRAINING' });
  assert.deepEqual(
    (await removal).holders.map(({ label }) => label),
    ['eager'],
  );
});

test('while holders are asked, nobody new comes in; the other devices are open', async () => {
  const bench = openBench({ 0: {}, 1: {} });
  const holder = await new PoliteHolder('slow', () => undefined).open(bench, 0);
  const removal = bench.stack.remove(0);
  await nextTurn();
  await assert.rejects(bench.stack.open(0, { label: 'new' }), { name: 'SessionError', code: 'ISCSI_DRAINING' });
  await (await bench.stack.open(1, { label: 'other' })).close();
  await holder.handle?.close();
  assert.deepEqual((await removal).holders, []);
});

test('force asks too, notes a veto and goes on', async () => {
  const bench = openBench();
  const vetoing = await new PoliteHolder('vetoing', () => ({ veto: 'no' })).open(bench, 0);
  const report = await bench.stack.removeAll({ force: true });
  assert.equal(vetoing.requests[0]?.isForced, true);
  assert.deepEqual(report.holders, [{ device: deviceName(0), label: 'vetoing', pid: 7, reason: 'no' }]);
  await assert.rejects(vetoing.handle!.read(0, new Uint8Array(512)), { code: 'ISCSI_CLOSED' });
});
