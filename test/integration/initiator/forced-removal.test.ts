// A forced removal of a device whose commands hang: it waits for the escalation that ends them, and for nothing longer.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { Initiator, type InitiatorSession, type RemovalReport, TimeoutError } from 'hawser';
import { deferred } from '../../../src/base/index.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { openLab, rejection, scsi, targetName } from './lab.ts';

const functions = { abortTask: 1, lunReset: 5, targetReset: 6 } as const;
const limits = {
  pingIntervalMs: 0,
  taskTimeoutMs: 0,
  drainTimeoutMs: 1000,
  abortTimeoutMs: 5000,
  lunResetTimeoutMs: 10_000,
  targetResetTimeoutMs: 15_000,
};

/** A session by the test's clock, on a target that never answers a WRITE and hears only some functions. */
interface Bench extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly session: InitiatorSession;
  /** The code of the next function that the target is asked for. */
  asked(): Promise<number>;
}

async function openBench(
  escalation: 'abort' | 'lunReset' | 'targetReset',
  answered: readonly number[] = [],
): Promise<Bench> {
  const heard: number[] = [];
  let news = deferred();
  const lab = await openLab({
    hooks: {
      onCommand: ({ cdb }) => (cdb[0] === scsi.write10 ? { kind: 'never' } : undefined),
      onTaskManagement: ({ function: code }) => {
        heard.push(code);
        news.resolve();
        return answered.includes(code) ? undefined : 'ignore';
      },
    },
  });
  const clock = new FakeClock();
  const initiator = new Initiator({ clock });
  const portal = lab.target.portals[0]!;
  const session = await initiator.connect({ portal, targetName, limits, escalation, reconnects: false });
  return {
    clock,
    session,
    asked: async () => {
      for (;;) {
        const code = heard.shift();
        if (code !== undefined) return code;
        news = deferred();
        await news.promise;
      }
    },
    [Symbol.asyncDispose]: async () => {
      session.destroy();
      await initiator.close();
      await lab[Symbol.asyncDispose]();
    },
  };
}

/** Removes LUN 0 by force amid a WRITE that hangs; `ends` is the order in which they ended, and when. */
async function removeAmidWrite({
  session,
  clock,
}: Bench): Promise<{ ends: string[]; removal: Promise<RemovalReport>; write: Promise<TimeoutError> }> {
  const ends: string[] = [];
  const ended = (what: string) => () => {
    ends.push(`${what} at ${clock.now()}`);
  };
  const disk = await session.openDisk(0, { label: 'writer' });
  const write = rejection(disk.write(4096, Buffer.alloc(512)), TimeoutError).finally(ended('write'));
  const removal = session.removeDevice(0, { force: true }).finally(ended('removal'));
  return { ends, removal, write };
}

for (const [escalation, steps, endMs] of [
  ['abort', [], 6000],
  ['lunReset', [functions.lunReset], 16_000],
  ['targetReset', [functions.lunReset, functions.targetReset], 31_000],
] as const) {
  test(`no step of an escalation up to ${escalation} helps: the removal ends with the connection, after ${endMs} ms`, async () => {
    await using bench = await openBench(escalation);
    const { clock, session } = bench;
    const { ends, removal, write } = await removeAmidWrite(bench);
    await clock.advance(limits.drainTimeoutMs);
    assert.equal(await bench.asked(), functions.abortTask);
    await clock.advance(limits.abortTimeoutMs);
    for (const code of steps) {
      assert.equal(await bench.asked(), code);
      await clock.advance(code === functions.lunReset ? limits.lunResetTimeoutMs : limits.targetResetTimeoutMs);
    }
    const { unknownWrites, holders } = await removal;
    assert.deepEqual(ends, [`write at ${endMs}`, `removal at ${endMs}`]);
    assert.deepEqual([(await write).code, (await write).effect], ['ISCSI_DRAIN_TIMEOUT', 'unknown']);
    assert.deepEqual(
      unknownWrites.map(({ label, offset, length }) => [label, offset, length]),
      [['writer', 4096, 512]],
    );
    assert.equal(holders[0]?.label, 'writer');
    assert.equal((await session.closed).how, 'lost');
  });
}

suite('a step that helps', () => {
  test('the reset of the unit ends the command: the session goes on', async () => {
    await using bench = await openBench('lunReset', [functions.lunReset]);
    const { clock, session } = bench;
    const { ends, removal, write } = await removeAmidWrite(bench);
    await clock.advance(limits.drainTimeoutMs);
    assert.equal(await bench.asked(), functions.abortTask);
    await clock.advance(limits.abortTimeoutMs);
    assert.equal(await bench.asked(), functions.lunReset);
    assert.equal((await write).code, 'ISCSI_DRAIN_TIMEOUT');
    const { unknownWrites } = await removal;
    assert.deepEqual(ends, ['write at 6000', 'removal at 6000']);
    assert.deepEqual(
      unknownWrites.map(({ offset, length }) => [offset, length]),
      [[4096, 512]],
    );
    assert.equal(session.state, 'loggedIn');
    await (await session.openDisk(0)).read(0, Buffer.alloc(512));
  });
});
