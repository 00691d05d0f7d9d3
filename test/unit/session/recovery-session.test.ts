// A session that has lost its last connection: how it comes back, and what becomes of its commands meanwhile.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScsiPort } from '../../../src/session/index.ts';
import { opcode } from '../../../src/wire/index.ts';
import {
  type BenchSetup,
  pattern,
  plainRequest,
  readRequest,
  SessionBench,
  soon,
  tsih,
  writeRequest,
} from '../../support/session-bench.ts';
import { type TargetLine, turns } from '../../support/target-line.ts';

function recovering(setup: BenchSetup = {}): SessionBench {
  return new SessionBench({ ...setup, session: { reconnects: true, ...setup.session } });
}

/** The next login on the bench, once time has gone on by `ms`. */
async function nextLogin(bench: SessionBench, ms: number): Promise<TargetLine> {
  await turns();
  await bench.clock.advance(ms);
  const line = await bench.accept();
  await bench.login(line);
  return line;
}

test('§6.3.5 ERL 0: after Time2Wait the session is reinstated: same ISID, TSIH 0, the same CID', async () => {
  await using bench = recovering();
  const session = await bench.open();
  const told: string[] = [];
  session.events.on('suspended', () => told.push('suspended'));
  session.events.on('resumed', (how) => told.push(how));
  bench.line.reset();
  await turns();
  assert.equal(session.state, 'failed');
  await bench.clock.advance(1999);
  assert.equal(bench.lines.length, 1, 'Time2Wait is 2 s');
  const line = await nextLogin(bench, 1);
  await turns();
  assert.equal(session.state, 'loggedIn');
  const first = bench.line.logins[0]!.pdu;
  const again = line.logins[0]!.pdu;
  assert.deepEqual([again.isid, again.tsih, again.cid], [first.isid, 0, first.cid]);
  assert.deepEqual(told, ['suspended', 'reinstated']);
  const next = await bench.command(plainRequest(), line);
  line.response(next.tag);
  await soon(next.done);
});

test('commands that were in flight end with what is known of them, only once the target has ended them', async () => {
  await using bench = recovering();
  await bench.open();
  const read = await bench.command(readRequest(8));
  const write = await bench.command(writeRequest(pattern(8)));
  bench.line.reset();
  await turns();
  let settled = 0;
  for (const { done } of [read, write]) done.catch(() => (settled += 1));
  await bench.clock.advance(1999);
  assert.equal(settled, 0, 'the target may still carry them out');
  await nextLogin(bench, 1);
  await assert.rejects(soon(read.done), { code: 'ISCSI_CONNECTION_LOST', effect: 'none' });
  await assert.rejects(soon(write.done), { code: 'ISCSI_CONNECTION_LOST', effect: 'unknown' });
});

test('commands that waited, and those that come meanwhile, go out in order afterwards; their time stands still', async () => {
  await using bench = recovering({ window: 1, limits: { taskTimeoutMs: 1000 } });
  const session = await bench.open();
  const first = await bench.command(readRequest(8));
  const waiting = [1, 2].map((seed) => session.execute(writeRequest(pattern(8, seed))));
  for (const done of [first.done, ...waiting]) done.catch(() => undefined);
  bench.line.reset();
  await turns();
  waiting.push(session.execute(writeRequest(pattern(8, 3))));
  const line = await nextLogin(bench, 2000);
  await assert.rejects(soon(first.done), { code: 'ISCSI_CONNECTION_LOST' });
  for (const seed of [1, 2, 3]) {
    const { pdu, data } = await line.expect(opcode.scsiCommand);
    assert.deepEqual(new Uint8Array(data), pattern(8, seed));
    line.response(pdu.initiatorTaskTag);
    await soon(waiting[seed - 1]!);
  }
});

test('the queue of a lost session is bounded by maxQueuedTasks', async () => {
  await using bench = recovering({ limits: { maxQueuedTasks: 2 } });
  const session = await bench.open();
  bench.line.reset();
  await turns();
  const waiting = [session.execute(plainRequest()), session.execute(plainRequest())];
  for (const each of waiting) each.catch(() => undefined);
  await assert.rejects(soon(session.execute(plainRequest())), { code: 'ISCSI_QUEUE_FULL' });
});

test('a login that fails is tried again every reconnectIntervalMs; each failure is told', async () => {
  await using bench = recovering({ limits: { reconnectIntervalMs: 5000 } });
  const session = await bench.open();
  const failures: [number, string][] = [];
  session.events.on('retried', (attempts, error) => failures.push([attempts, error.code]));
  bench.line.reset();
  await turns();
  for (const delayMs of [2000, 5000, 5000]) {
    await bench.clock.advance(delayMs - 1);
    const before = bench.lines.length;
    await bench.clock.advance(1);
    assert.equal(bench.lines.length, before + 1, `after ${delayMs} ms`);
    const line = await bench.accept();
    await line.expect(opcode.loginRequest);
    line.reset();
    await turns();
  }
  assert.deepEqual(
    failures,
    [1, 2, 3].map((attempts) => [attempts, 'ISCSI_CONNECTION_LOST']),
  );
  await nextLogin(bench, 5000);
  await turns();
  assert.equal(session.state, 'loggedIn');
});

test('reconnectAttempts ends it: the session is given up with the last error', async () => {
  await using bench = recovering({ limits: { reconnectAttempts: 2 } });
  const session = await bench.open();
  const { done } = await bench.command(plainRequest());
  bench.line.reset();
  await turns();
  for (const delayMs of [2000, 5000]) {
    await bench.clock.advance(delayMs);
    const line = await bench.accept();
    line.logins.push(await line.expect(opcode.loginRequest));
    line.loginResponse({ statusClass: 2, statusDetail: 3 });
    await turns();
  }
  const end = await soon(session.closed);
  assert.deepEqual([end.how, end.error?.code], ['lost', 'ISCSI_TARGET_NOT_FOUND']);
  await assert.rejects(soon(done), { code: 'ISCSI_CONNECTION_LOST' });
  await bench.nothingLeft();
});

test('after the replacement time what waits ends and new commands are refused, but logging in goes on', async () => {
  const limits = { replacementTimeoutMs: 10_000, reconnectIntervalMs: 4000, reconnectMaxIntervalMs: 16_000 };
  await using bench = recovering({ limits });
  const session = await bench.open();
  let isGone = false;
  session.events.on('gone', () => {
    isGone = true;
  });
  const orphan = await bench.command(writeRequest(pattern(8)));
  bench.line.reset();
  await turns();
  const waiting = session.execute(writeRequest(pattern(8)));
  waiting.catch(() => undefined);
  for (const delayMs of [2000, 4000]) {
    await bench.clock.advance(delayMs);
    (await bench.accept()).reset();
    await turns();
  }
  await bench.clock.advance(3999);
  assert.equal(isGone, false);
  await bench.clock.advance(1);
  assert.equal(isGone, true);
  await assert.rejects(soon(orphan.done), { code: 'ISCSI_SESSION_LOST', effect: 'unknown' });
  await assert.rejects(soon(waiting), { code: 'ISCSI_SESSION_LOST', effect: 'none' });
  await assert.rejects(soon(session.execute(plainRequest())), { code: 'ISCSI_SESSION_LOST' });
  (await bench.accept()).reset();
  await turns();
  // Nobody waits any more, so the waits double: 8 s, then 16 s, then no more.
  for (const delayMs of [8000, 16_000, 16_000]) {
    const before = bench.lines.length;
    await bench.clock.advance(delayMs - 1);
    assert.equal(bench.lines.length, before);
    await bench.clock.advance(1);
    (await bench.accept()).reset();
    await turns();
  }
  const line = await nextLogin(bench, 16_000);
  await turns();
  const next = await bench.command(plainRequest(), line);
  line.response(next.tag);
  await soon(next.done);
});

test('beforeResume goes before what waits, over a port of its own; when it rejects, the session logs in once more', async () => {
  const seen: string[] = [];
  let isRefusing = true;
  const beforeResume = async (port: ScsiPort): Promise<void> => {
    seen.push('asked');
    await port.execute(plainRequest());
    if (isRefusing) throw new Error('not now');
  };
  await using bench = recovering({ session: { beforeResume } });
  const session = await bench.open();
  bench.line.reset();
  await turns();
  const waiting = session.execute(writeRequest(pattern(8)));
  for (const delayMs of [2000, 5000]) {
    const line = await nextLogin(bench, delayMs);
    const { pdu } = await line.expect(opcode.scsiCommand);
    assert.equal(pdu.isWrite, false, 'the check comes before the write that waits');
    await line.silence();
    line.response(pdu.initiatorTaskTag);
    if (isRefusing) await line.ended();
    isRefusing = false;
  }
  const line = bench.lines[2]!;
  const { pdu } = await line.expect(opcode.scsiCommand);
  line.response(pdu.initiatorTaskTag);
  await soon(waiting);
  assert.deepEqual(seen, ['asked', 'asked']);
});

test('a session that is lost again while its devices are looked at goes on trying', async () => {
  const beforeResume = async (port: ScsiPort): Promise<void> => {
    await port.execute(plainRequest());
  };
  await using bench = recovering({ session: { beforeResume } });
  const session = await bench.open();
  bench.line.reset();
  const one = await nextLogin(bench, 2000);
  await one.expect(opcode.scsiCommand);
  one.reset();
  const two = await nextLogin(bench, 5000);
  const { pdu } = await two.expect(opcode.scsiCommand);
  two.response(pdu.initiatorTaskTag);
  await turns();
  assert.equal(session.state, 'loggedIn');
});

test('connections that were lost with the session are opened again under their CIDs', async () => {
  await using bench = recovering();
  const lines = [...(await bench.openWith(3))];
  const recovered: number[] = [];
  bench.session.events.on('connectionRecovered', (cid) => recovered.push(cid));
  for (const line of lines) line.reset();
  await nextLogin(bench, 2000);
  for (let count = 0; count < 2; count += 1) {
    const line = await bench.accept();
    await bench.login(line);
    assert.equal(line.logins[0]!.pdu.tsih, tsih);
  }
  await turns();
  const others = lines.slice(1).map(({ cid }) => cid);
  assert.deepEqual(recovered.sort(), others);
  assert.deepEqual(
    bench.session.connections.map(({ cid, isLeading }) => [cid, isLeading]).sort(),
    lines.map(({ cid }, index) => [cid, index === 0]),
  );
});

test('§11.9.1 event 3: Time2Wait is what the message says', async () => {
  await using bench = recovering();
  const session = await bench.open();
  bench.line.asyncMessage(3, { parameter2: 1, parameter3: 20 });
  await bench.line.ended();
  await turns();
  await bench.clock.advance(999);
  assert.equal(bench.lines.length, 1);
  await nextLogin(bench, 1);
  await turns();
  assert.equal(session.state, 'loggedIn');
});

test('§11.9.1 event 1 on the only connection: logout, then the session comes back', async () => {
  await using bench = recovering();
  const session = await bench.open();
  bench.line.asyncMessage(1, { parameter3: 3 });
  const { pdu } = await bench.line.expect(opcode.logoutRequest);
  assert.equal(pdu.reason, 0);
  bench.line.logoutResponse(pdu.initiatorTaskTag);
  await bench.line.ended();
  const line = await nextLogin(bench, 0);
  await turns();
  assert.equal(session.state, 'loggedIn');
  assert.equal(line.logins[0]!.pdu.tsih, 0);
});
