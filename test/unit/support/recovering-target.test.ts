// The scripted target of the recovery property: what it holds a session to has to be what RFC 7143 says.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recoveringBench } from '../../support/recovering-bench.ts';
import { type Chance, type RecoveringSession, RecoveringTarget } from '../../support/recovering-target.ts';
import { lun, plainRequest, type SessionBench, soon } from '../../support/session-bench.ts';
import { type TargetLine, turns } from '../../support/target-line.ts';

/** Nothing goes wrong, and of several the first is drawn. */
const smooth: Chance = {
  isMild: true,
  lot: () => 0,
  fault: () => 'none',
  damagesDataOut: () => false,
  rejectsSnack: () => false,
};

interface Scene {
  readonly lines: TargetLine[];
  /** Lets the target take what has come, and answer all that it can unless `answers` is false. */
  readonly play: (answers?: boolean) => Promise<void>;
}

async function sceneOf(bench: SessionBench, connections: number): Promise<Scene> {
  const lines = await bench.openWith(connections);
  const contentOf = (): Uint8Array => new Uint8Array(0);
  const session: RecoveringSession = { numbers: bench.numbers, contentOf, chance: smooth, segment: 512, targets: [] };
  const targets = lines.map((line) => new RecoveringTarget(line, session));
  const play = async (answers = true): Promise<void> => {
    for (let round = 0; round < 4; round += 1) {
      await turns();
      lines.forEach((line, index) => {
        for (const heard of line.drainHeard()) targets[index]!.take(heard);
      });
      if (answers) for (const target of targets) while (target.step());
    }
  };
  return { lines, play };
}

test('§11.14.4 a Logout acknowledges statuses of the connection that it closes, not of the one that it travels on', async () => {
  await using bench = recoveringBench();
  const { lines, play } = await sceneOf(bench, 2);
  for (let count = 0; count < 3; count += 1) {
    const done = bench.session.execute(plainRequest());
    await play();
    await soon(done);
  }
  const [one, two] = lines;
  assert.notEqual(one!.statSn, two!.statSn);
  (one!.statSn > two!.statSn ? one! : two!).reset();
  await turns();
  await bench.clock.advance(2000);
  await play();
  assert.equal(bench.session.connections.length, 1);
  const done = bench.session.execute(plainRequest());
  await play();
  assert.equal((await soon(done)).status, 0);
});

test('§11.14 a Logout for a lost connection ends its commands, and is answered', async () => {
  await using bench = recoveringBench();
  const { lines, play } = await sceneOf(bench, 2);
  const all = [bench.session.execute(plainRequest()), bench.session.execute(plainRequest())];
  for (const each of all) each.catch(() => undefined);
  await play(false);
  lines[1]!.reset();
  await turns();
  await bench.clock.advance(2000);
  await play();
  assert.equal((await soon(all[0]!)).status, 0);
  await assert.rejects(soon(all[1]!), { code: 'ISCSI_CONNECTION_LOST' });
});

test('§11.18 a NOP-Out without a task tag is not answered, and uses up no StatSN', async () => {
  await using bench = recoveringBench();
  const { lines, play } = await sceneOf(bench, 1);
  const { statSn } = lines[0]!;
  lines[0]!.nopIn({ targetTransferTag: 7 });
  const sentBytes = lines[0]!.sentBytes;
  await play();
  assert.deepEqual([lines[0]!.statSn, lines[0]!.sentBytes], [statSn, sentBytes]);
});

test('§4.2.3.3 LOGICAL UNIT RESET ends the commands of all connections, without an answer', async () => {
  await using bench = recoveringBench();
  const { play } = await sceneOf(bench, 2);
  const all = [bench.session.execute(plainRequest()), bench.session.execute(plainRequest())];
  for (const each of all) each.catch(() => undefined);
  await play(false);
  const reset = bench.session.manageTasks('logicalUnitReset', { lun });
  await play();
  assert.equal((await soon(reset)).terminated, 2);
  for (const each of all) await assert.rejects(soon(each), { code: 'SCSI_TASK_ABORTED' });
});

test('§4.2.3.3 LOGICAL UNIT RESET waits for the commands before it', async () => {
  await using bench = recoveringBench();
  const { play } = await sceneOf(bench, 1);
  bench.numbers.ignores = () => true;
  const lost = bench.session.execute(plainRequest());
  lost.catch(() => undefined);
  await play();
  bench.numbers.ignores = () => false;
  const seen = { isOver: false };
  const reset = bench.session.manageTasks('logicalUnitReset', { lun }).finally(() => {
    seen.isOver = true;
  });
  await play();
  assert.equal(seen.isOver, false);
  bench.numbers.plug(bench.numbers.expCmdSn);
  await play();
  assert.equal((await soon(reset)).terminated, 1);
  await assert.rejects(soon(lost), { code: 'SCSI_TASK_ABORTED' });
});

test('§11.6.1 b ABORT TASK for a command that has not come counts it as received, and a copy that comes later is ignored', async () => {
  await using bench = recoveringBench();
  const { play } = await sceneOf(bench, 1);
  const giveUp = new AbortController();
  bench.numbers.ignores = () => true;
  const lost = bench.session.execute(plainRequest({ signal: giveUp.signal }));
  lost.catch(() => undefined);
  await play();
  bench.numbers.ignores = () => false;
  const first = bench.numbers.expCmdSn;
  giveUp.abort(new Error('given up'));
  await play();
  await assert.rejects(soon(lost), { message: 'given up' });
  assert.equal(bench.numbers.expCmdSn, first + 1);
  assert.equal(bench.numbers.arrived(first), false);
});
