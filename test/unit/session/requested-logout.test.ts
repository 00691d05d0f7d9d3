// A session that the target asks to log out (RFC 7143 §11.9.1, event 1) and that is to come back: its commands wait.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { opcode } from '../../../src/wire/index.ts';
import {
  type BenchSetup,
  pattern,
  plainRequest,
  readRequest,
  SessionBench,
  soon,
  writeRequest,
} from '../../support/session-bench.ts';
import { type TargetLine, turns } from '../../support/target-line.ts';

type Answer = ReturnType<SessionBench['session']['execute']>;

/** A session without a time to wait before logging in again. */
function returning(setup: BenchSetup = {}): SessionBench {
  return new SessionBench({
    ...setup,
    keys: { DefaultTime2Wait: '0', ...setup.keys },
    offers: { defaultTime2Wait: 0, ...setup.offers },
    session: { reconnects: true, ...setup.session },
  });
}

/** The target asks for a logout within `seconds`, and the session knows. */
async function asked(line: TargetLine, seconds = 5): Promise<void> {
  line.asyncMessage(1, { parameter3: seconds });
  await turns();
}

/** Has the session execute a command that nobody may see an answer to yet. */
async function waits(
  bench: SessionBench,
  request = plainRequest(),
): Promise<{ done: Answer; isSettled: () => boolean }> {
  let isSettled = false;
  const done = bench.session.execute(request);
  done.then(
    () => (isSettled = true),
    () => (isSettled = true),
  );
  await turns();
  assert.equal(isSettled, false, 'the command has to wait');
  return { done, isSettled: () => isSettled };
}

async function answerLogout(line: TargetLine, response = 0): Promise<void> {
  const { pdu } = await line.expect(opcode.logoutRequest);
  assert.equal(pdu.reason, 0);
  line.logoutResponse(pdu.initiatorTaskTag, { response });
  await turns();
}

/** Plays the target to which the session comes back. */
async function comesBack(bench: SessionBench): Promise<TargetLine> {
  const line = await bench.accept();
  await bench.login(line);
  await turns();
  assert.equal(bench.session.state, 'loggedIn');
  return line;
}

/** Answers the next command, which must be the one that waited. */
async function goesOn(line: TargetLine, ...answers: Answer[]): Promise<void> {
  for (const answer of answers) {
    const { pdu } = await line.expect(opcode.scsiCommand);
    line.response(pdu.initiatorTaskTag);
    assert.equal((await soon(answer)).status, 0);
  }
}

test('§11.9.1 event 1: commands wait from leaving to resumed; what is in flight finishes first', async () => {
  const compared: string[] = [];
  let release = (): void => undefined;
  const comparison = new Promise<void>((resolve) => (release = resolve));
  const beforeResume = async (): Promise<void> => {
    compared.push('compared');
    await comparison;
  };
  await using bench = returning({ session: { reconnects: true, beforeResume } });
  const session = await bench.open();
  const flying = await bench.command(readRequest(4));
  const told: string[] = [];
  session.events.on('stateChanged', (state) => told.push(state));
  session.events.on('suspended', () => told.push('suspended'));
  session.events.on('resumed', (how) => told.push(how));
  await asked(bench.line);
  assert.equal(session.state, 'leaving');
  const first = await waits(bench);
  await bench.line.silence();
  bench.line.dataIn(flying.tag, { hasStatus: true }, pattern(4));
  await soon(flying.done);
  const logout = await bench.line.expect(opcode.logoutRequest);
  const second = await waits(bench);
  bench.line.logoutResponse(logout.pdu.initiatorTaskTag);
  await turns();
  const line = await bench.accept();
  const third = await waits(bench);
  await bench.login(line);
  await turns();
  assert.deepEqual(compared, ['compared']);
  await line.silence();
  assert.ok(!first.isSettled(), 'nothing goes out before the devices have been compared');
  release();
  await goesOn(line, first.done, second.done, third.done);
  assert.deepEqual(told, ['leaving', 'failed', 'suspended', 'loggedIn', 'reinstated']);
});

test('§11.9.1 event 1: commands that waited for the command window then wait on, and are not aborted', async () => {
  await using bench = returning({ window: 1 });
  await bench.open();
  const flying = await bench.command(plainRequest());
  const waiting = await waits(bench);
  await asked(bench.line, 4);
  bench.line.response(flying.tag);
  await soon(flying.done);
  await answerLogout(bench.line);
  await goesOn(await comesBack(bench), waiting.done);
  assert.ok(bench.clock.now() < 2000, 'the logout waits for what is in flight alone');
});

test('§11.9.1 event 1: what is in flight for too long is aborted, what waits is not', async () => {
  for (const seconds of [0, 4]) {
    await using bench = returning();
    await bench.open();
    const flying = await bench.command(readRequest(4));
    await asked(bench.line, seconds);
    const waiting = await waits(bench);
    await bench.clock.advance(seconds * 500);
    const { pdu } = await bench.line.expect(opcode.taskManagementRequest);
    bench.line.taskManagementResponse(pdu.initiatorTaskTag);
    await assert.rejects(soon(flying.done), { code: 'ISCSI_DRAIN_TIMEOUT', effect: 'none' });
    await answerLogout(bench.line);
    await goesOn(await comesBack(bench), waiting.done);
  }
});

test('§11.9.1 event 1: the queue is bounded, and the time limits of what waits stand still', async () => {
  await using bench = returning({ limits: { maxQueuedTasks: 1, taskTimeoutMs: 1000, drainTimeoutMs: 10_000 } });
  await bench.open();
  const flying = await bench.command(readRequest(4, { timeoutMs: 0 }));
  await asked(bench.line, 30);
  const waiting = await waits(bench);
  await assert.rejects(soon(bench.session.execute(plainRequest())), { code: 'ISCSI_QUEUE_FULL' });
  await bench.clock.advance(5000);
  bench.line.dataIn(flying.tag, { hasStatus: true }, pattern(4));
  await soon(flying.done);
  await answerLogout(bench.line);
  await goesOn(await comesBack(bench), waiting.done);
});

test('§11.9.1 event 1: the replacement time bounds the wait, from leaving on', async () => {
  await using bench = returning({
    limits: { replacementTimeoutMs: 3000, drainTimeoutMs: 2000, logoutTimeoutMs: 9000 },
  });
  const session = await bench.open();
  const gone: number[] = [];
  session.events.on('gone', () => gone.push(bench.clock.now()));
  const flying = await bench.command(readRequest(4));
  await asked(bench.line, 30);
  const waiting = await waits(bench);
  await bench.clock.advance(1500);
  bench.line.dataIn(flying.tag, { hasStatus: true }, pattern(4));
  await soon(flying.done);
  const { pdu } = await bench.line.expect(opcode.logoutRequest);
  await bench.clock.advance(1499);
  assert.ok(!waiting.isSettled());
  await bench.clock.advance(1);
  await assert.rejects(soon(waiting.done), { code: 'ISCSI_SESSION_LOST', effect: 'none' });
  await assert.rejects(soon(session.execute(plainRequest())), { code: 'ISCSI_SESSION_LOST' });
  assert.deepEqual(gone, []);
  bench.line.logoutResponse(pdu.initiatorTaskTag);
  await turns();
  await bench.clock.advance(0);
  assert.deepEqual(gone, [3000]);
  const line = await comesBack(bench);
  const next = await bench.command(plainRequest(), line);
  line.response(next.tag);
  await soon(next.done);
});

test('§11.9.1 event 1: the time from leaving on counts after the loss, too', async () => {
  await using bench = returning({ limits: { replacementTimeoutMs: 3000, connectTimeoutMs: 0, loginTimeoutMs: 0 } });
  const session = await bench.open();
  const flying = await bench.command(readRequest(4));
  await asked(bench.line, 30);
  const waiting = await waits(bench);
  await bench.clock.advance(1000);
  bench.line.dataIn(flying.tag, { hasStatus: true }, pattern(4));
  await soon(flying.done);
  await answerLogout(bench.line);
  await bench.clock.advance(1999);
  assert.deepEqual([session.state, waiting.isSettled()], ['failed', false]);
  await bench.clock.advance(1);
  await assert.rejects(soon(waiting.done), { code: 'ISCSI_SESSION_LOST' });
});

for (const response of [1, 2, 3]) {
  test(`§11.9.1 event 1, the Logout answered with ${response}: what waits goes on when the session is back`, async () => {
    await using bench = returning();
    await bench.open();
    await asked(bench.line);
    const waiting = await waits(bench);
    await answerLogout(bench.line, response);
    await goesOn(await comesBack(bench), waiting.done);
  });
}

test('§11.9.1 event 1, the Logout not answered: what waits goes on when the session is back', async () => {
  await using bench = returning({ limits: { logoutTimeoutMs: 3000 } });
  await bench.open();
  await asked(bench.line);
  const waiting = await waits(bench);
  await bench.line.expect(opcode.logoutRequest);
  await bench.clock.advance(3000);
  await goesOn(await comesBack(bench), waiting.done);
});

test('§11.9.1 event 1, the connection lost before the Logout: the session is lost as any other, and logged out no more', async () => {
  await using bench = returning({ keys: { DefaultTime2Wait: '2' }, limits: { drainTimeoutMs: 1000 } });
  const session = await bench.open();
  const flying = await bench.command(writeRequest(pattern(4)));
  await asked(bench.line, 30);
  const waiting = await waits(bench);
  bench.line.reset();
  await turns();
  assert.equal(session.state, 'failed');
  const later = await waits(bench);
  // Neither the drain deadline nor anything else touches what was in flight before the target has ended it.
  await bench.clock.advance(1999);
  assert.equal(bench.lines.length, 1);
  await bench.clock.advance(1);
  const line = await comesBack(bench);
  await assert.rejects(soon(flying.done), { code: 'ISCSI_CONNECTION_LOST', effect: 'unknown' });
  await goesOn(line, waiting.done, later.done);
  await bench.clock.advance(30_000);
  await line.silence();
  assert.equal(session.state, 'loggedIn');
});

test('§11.9.1 event 1, the connection lost while the Logout waits for its answer: what waits goes on', async () => {
  await using bench = returning();
  await bench.open();
  await asked(bench.line);
  const waiting = await waits(bench);
  await bench.line.expect(opcode.logoutRequest);
  bench.line.reset();
  await turns();
  // What is left of the session at the target is logged out first.
  const between = await bench.accept();
  await bench.login(between);
  await answerLogout(between);
  await goesOn(await comesBack(bench), waiting.done);
});

test('§11.9.1 event 1 on both connections, and twice: what waits goes on, after one Logout of each', async () => {
  await using bench = returning();
  const [one, two] = await bench.openWith(2);
  const flying = await bench.command(readRequest(4), one);
  for (const line of [one!, two!, one!, two!]) await asked(line);
  const waiting = await waits(bench);
  one!.dataIn(flying.tag, { hasStatus: true }, pattern(4));
  await soon(flying.done);
  const first = await one!.expect(opcode.logoutRequest);
  assert.deepEqual([first.pdu.reason, first.pdu.cid], [1, one!.cid]);
  one!.logoutResponse(first.pdu.initiatorTaskTag);
  await answerLogout(two!);
  const line = await comesBack(bench);
  await goesOn(line, waiting.done);
  await bench.clock.advance(30_000);
  await line.silence();
  assert.equal(bench.session.state, 'loggedIn');
});

for (const isDraining of [true, false]) {
  const when = isDraining ? 'waits for what is in flight' : 'waits for the answer to its Logout';
  test(`§11.9.1 event 1, and logout() while the session ${when}: it ends, and what waits with it`, async () => {
    await using bench = returning();
    const session = await bench.open();
    const flying = isDraining ? await bench.command(readRequest(4)) : undefined;
    await asked(bench.line);
    const waiting = await waits(bench);
    const out = session.logout();
    await assert.rejects(soon(waiting.done), { code: 'ISCSI_DRAINING', effect: 'none' });
    await assert.rejects(soon(session.execute(plainRequest())), { code: 'ISCSI_DRAINING', effect: 'none' });
    if (flying !== undefined) {
      bench.line.dataIn(flying.tag, { hasStatus: true }, pattern(4));
      await soon(flying.done);
    }
    await answerLogout(bench.line);
    assert.deepEqual(await soon(out), { how: 'requestedByTarget', error: undefined });
    assert.equal(bench.lines.length, 1);
    await bench.nothingLeft();
  });
}

test('§11.9.1 event 1, logout(), and then the connection is lost: one more login, to log out', async () => {
  await using bench = returning();
  const session = await bench.open();
  const flying = await bench.command(readRequest(4));
  await asked(bench.line);
  const waiting = await waits(bench);
  const out = session.logout();
  await assert.rejects(soon(waiting.done), { code: 'ISCSI_DRAINING' });
  bench.line.reset();
  await turns();
  const line = await bench.accept();
  await bench.login(line);
  await assert.rejects(soon(flying.done), { code: 'ISCSI_CONNECTION_LOST' });
  await answerLogout(line);
  assert.deepEqual(await soon(out), { how: 'requestedByTarget', error: undefined });
  await bench.nothingLeft();
});

test('§11.9.1 event 1, and destroy(): what waits ends, and no timer is left', async () => {
  for (const isDraining of [true, false]) {
    await using bench = returning();
    const session = await bench.open();
    const flying = isDraining ? await bench.command(readRequest(4)) : undefined;
    await asked(bench.line);
    const waiting = await waits(bench);
    session.destroy();
    await assert.rejects(soon(waiting.done), { code: 'ISCSI_SESSION_LOST', effect: 'none' });
    if (flying !== undefined) await assert.rejects(soon(flying.done), { code: 'ISCSI_CONNECTION_LOST' });
    assert.equal((await soon(session.closed)).how, 'lost');
    await bench.nothingLeft();
  }
});

test('§11.9.1 event 1: a command that waits can be given up', async () => {
  await using bench = returning();
  await bench.open();
  await asked(bench.line);
  const controller = new AbortController();
  const waiting = await waits(bench, plainRequest({ signal: controller.signal }));
  const reason = new Error('changed my mind');
  controller.abort(reason);
  await assert.rejects(soon(waiting.done), (error) => error === reason);
  await answerLogout(bench.line);
  await (await comesBack(bench)).silence();
});

for (const event of [2, 3] as const) {
  test(`§11.9.1 event ${event} for the only connection: commands wait until the session is back`, async () => {
    await using bench = returning();
    await bench.open();
    bench.line.asyncMessage(event, { parameter1: bench.line.cid, parameter2: 1, parameter3: 1 });
    await turns();
    const waiting = await waits(bench);
    await bench.clock.advance(1000);
    await goesOn(await comesBack(bench), waiting.done);
  });
}
