// The end of a session by logout: at any moment, in any state, always by its deadline.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { opcode } from '../../../src/wire/index.ts';
import { pattern, plainRequest, readRequest, SessionBench, soon, writeRequest } from '../../support/session-bench.ts';
import { turns } from '../../support/target-line.ts';

test('§11.14 logout: reason 0, immediate, no data, current numbers; FIN after the answer; nothing left', async () => {
  await using bench = new SessionBench({ cmdSn: 50 });
  const session = await bench.open();
  const first = await bench.command(plainRequest());
  bench.line.response(first.tag);
  await soon(first.done);
  const out = session.logout();
  const { pdu, data } = await bench.line.expect(opcode.logoutRequest);
  assert.equal(pdu.isImmediate, true);
  assert.equal(pdu.reason, 0);
  assert.equal(pdu.cmdSn, 51);
  assert.equal(pdu.expStatSn, bench.line.statSn);
  assert.equal(data.length, 0);
  await turns();
  assert.equal(bench.line.end, undefined, 'the connection stays until the answer');
  bench.line.logoutResponse(pdu.initiatorTaskTag);
  assert.equal(await bench.line.ended(), 'ended');
  assert.deepEqual(await soon(out), { how: 'loggedOut', error: undefined });
  assert.deepEqual(await soon(session.closed), { how: 'loggedOut', error: undefined });
  assert.equal(session.state, 'free');
  await bench.nothingLeft();
});

test('§11.14 from the call on no new command is taken, and after the Logout none is sent', async () => {
  await using bench = new SessionBench();
  const session = await bench.open();
  const out = session.logout();
  await assert.rejects(soon(session.execute(plainRequest())), { code: 'ISCSI_DRAINING', effect: 'none' });
  await assert.rejects(soon(session.text([['X-a', '1']])), { code: 'ISCSI_DRAINING' });
  await assert.rejects(soon(session.addConnection()), { code: 'ISCSI_DRAINING' });
  await assert.rejects(soon(session.removeConnection(1)), { code: 'ISCSI_DRAINING' });
  const { pdu } = await bench.line.expect(opcode.logoutRequest);
  await bench.line.silence();
  bench.line.logoutResponse(pdu.initiatorTaskTag);
  await soon(out);
  await assert.rejects(soon(session.execute(plainRequest())), { code: 'ISCSI_CLOSED' });
});

test('commands in flight and in the queue finish before the Logout', async () => {
  await using bench = new SessionBench({ window: 1 });
  const session = await bench.open();
  const flying = await bench.command(readRequest(4));
  const waiting = session.execute(plainRequest());
  const out = session.logout();
  await bench.line.silence();
  bench.line.dataIn(flying.tag, { hasStatus: true }, pattern(4));
  await soon(flying.done);
  const last = await bench.line.expect(opcode.scsiCommand);
  await bench.line.silence();
  bench.line.response(last.pdu.initiatorTaskTag);
  await soon(waiting);
  const { pdu } = await bench.line.expect(opcode.logoutRequest);
  bench.line.logoutResponse(pdu.initiatorTaskTag);
  assert.equal((await soon(out)).how, 'loggedOut');
});

test('at the drain deadline what is in flight is aborted, what waits ends unsent, and the Logout follows', async () => {
  await using bench = new SessionBench({ window: 1, limits: { drainTimeoutMs: 700 } });
  const session = await bench.open();
  const flying = await bench.command(writeRequest(pattern(4)));
  const waiting = session.execute(writeRequest(pattern(4)));
  waiting.catch(() => undefined);
  const out = session.logout();
  await bench.clock.advance(699);
  await bench.line.silence();
  await bench.clock.advance(1);
  const { pdu } = await bench.line.expect(opcode.taskManagementRequest);
  await assert.rejects(soon(waiting), { code: 'ISCSI_DRAIN_TIMEOUT', effect: 'none' });
  bench.line.taskManagementResponse(pdu.initiatorTaskTag);
  await assert.rejects(soon(flying.done), { code: 'ISCSI_DRAIN_TIMEOUT', effect: 'unknown' });
  const logout = await bench.line.expect(opcode.logoutRequest);
  bench.line.logoutResponse(logout.pdu.initiatorTaskTag);
  assert.deepEqual(await soon(out), { how: 'loggedOut', error: undefined });
});

test('a drain deadline of 0 aborts at once', async () => {
  await using bench = new SessionBench();
  const session = await bench.open();
  const { done } = await bench.command(readRequest(4));
  const out = session.logout({ drainTimeoutMs: 0 });
  const { pdu } = await bench.line.expect(opcode.taskManagementRequest);
  bench.line.taskManagementResponse(pdu.initiatorTaskTag);
  await assert.rejects(soon(done), { code: 'ISCSI_DRAIN_TIMEOUT' });
  const logout = await bench.line.expect(opcode.logoutRequest);
  bench.line.logoutResponse(logout.pdu.initiatorTaskTag);
  assert.equal((await soon(out)).how, 'loggedOut');
});

test('a target that answers neither aborts nor resets: drain, abort and reset limits, then the session is dropped', async () => {
  const limits = { drainTimeoutMs: 1000, abortTimeoutMs: 200, lunResetTimeoutMs: 400, logoutTimeoutMs: 300 };
  await using bench = new SessionBench({ limits });
  const session = await bench.open();
  const { done } = await bench.command(readRequest(4));
  const out = session.logout();
  await bench.clock.advance(1599);
  assert.equal(session.state, 'leaving');
  await bench.clock.advance(1);
  await assert.rejects(soon(done), { code: 'ISCSI_DRAIN_TIMEOUT' });
  const end = await soon(out);
  assert.deepEqual([end.how, end.error?.code], ['lost', 'ISCSI_TASK_MANAGEMENT_TIMEOUT']);
  await bench.nothingLeft();
});

test('a Logout without an answer ends by logoutTimeoutMs, not before', async () => {
  await using bench = new SessionBench({ limits: { logoutTimeoutMs: 300 } });
  const session = await bench.open();
  const out = session.logout();
  await bench.line.expect(opcode.logoutRequest);
  await bench.clock.advance(299);
  assert.equal(session.state, 'leaving');
  await bench.clock.advance(1);
  const end = await soon(out);
  assert.deepEqual([end.how, end.error?.code], ['lost', 'ISCSI_LOGOUT_TIMEOUT']);
  assert.equal(await bench.line.ended(), 'reset');
  await bench.nothingLeft();
});

for (const response of [1, 2, 3]) {
  test(`§11.15.1 a Logout answered with ${response} drops the session and says so`, async () => {
    await using bench = new SessionBench();
    const session = await bench.open();
    const out = session.logout();
    const { pdu } = await bench.line.expect(opcode.logoutRequest);
    bench.line.logoutResponse(pdu.initiatorTaskTag, { response });
    const end = await soon(out);
    assert.deepEqual([end.how, end.error?.code], ['lost', 'ISCSI_LOGOUT_FAILED']);
    await bench.nothingLeft();
  });
}

for (const how of ['close', 'reset'] as const) {
  test(`a target that ${how}s the connection instead of answering ends the logout at once`, async () => {
    await using bench = new SessionBench();
    const session = await bench.open();
    const out = session.logout();
    await bench.line.expect(opcode.logoutRequest);
    bench.line[how]();
    const end = await soon(out);
    assert.deepEqual([end.how, end.error?.code], ['lost', 'ISCSI_CONNECTION_LOST']);
    await bench.nothingLeft();
  });
}

test('§11.14 the connection is lost that carries the Logout: another one takes it, in the time that is left', async () => {
  await using bench = new SessionBench({ limits: { logoutTimeoutMs: 3000 } });
  const [one, two, three] = await bench.openWith(3);
  const out = bench.session.logout();
  await one!.expect(opcode.logoutRequest);
  await bench.clock.advance(2000);
  one!.reset();
  const { pdu } = await two!.expect(opcode.logoutRequest);
  assert.deepEqual([pdu.reason, pdu.cid], [0, 0]);
  await bench.clock.advance(900);
  two!.close();
  const last = await three!.expect(opcode.logoutRequest);
  await bench.clock.advance(99);
  three!.logoutResponse(last.pdu.initiatorTaskTag);
  assert.deepEqual(await soon(out), { how: 'loggedOut', error: undefined });
  await bench.nothingLeft();
});

test('§11.14 the connection is lost that carries the Logout, and the next one is silent: ends by logoutTimeoutMs', async () => {
  await using bench = new SessionBench({ limits: { logoutTimeoutMs: 3000 }, session: { reconnects: true } });
  const [one, two] = await bench.openWith(2);
  const out = bench.session.logout();
  await one!.expect(opcode.logoutRequest);
  await bench.clock.advance(2000);
  one!.reset();
  await two!.expect(opcode.logoutRequest);
  await bench.clock.advance(1000);
  const end = await soon(out);
  assert.deepEqual([end.how, end.error?.code], ['lost', 'ISCSI_LOGOUT_TIMEOUT']);
  assert.equal(bench.connects.length, 2, 'nothing is tried after the limit');
  await bench.nothingLeft();
});

test('§11.17 a Logout that the target rejects drops the session', async () => {
  await using bench = new SessionBench();
  const session = await bench.open();
  const out = session.logout();
  const { bhs } = await bench.line.expect(opcode.logoutRequest);
  bench.line.reject(4, bhs);
  const end = await soon(out);
  assert.deepEqual([end.how, end.error?.code], ['lost', 'ISCSI_REJECTED']);
});

test('a second call gets the first one’s result; after the end, too', async () => {
  await using bench = new SessionBench();
  const session = await bench.open();
  const outs = [session.logout(), session.logout({ drainTimeoutMs: 1 }), session.close()];
  const { pdu } = await bench.line.expect(opcode.logoutRequest);
  await bench.line.silence();
  bench.line.logoutResponse(pdu.initiatorTaskTag);
  const [first, second] = await soon(Promise.all(outs));
  assert.deepEqual(first, { how: 'loggedOut', error: undefined });
  assert.equal(second, first);
  assert.equal(await soon(session.logout()), first);
  await soon(session[Symbol.asyncDispose]());
});

test('§11.14 a session of three is closed by one Logout; the other connections are closed after the answer', async () => {
  await using bench = new SessionBench();
  const lines = await bench.openWith(3);
  const out = bench.session.logout();
  await turns();
  const requests = lines.flatMap((line) => line.drainHeard());
  assert.equal(requests.length, 1);
  const { pdu } = requests[0]!;
  assert.ok(pdu.opcode === opcode.logoutRequest && pdu.reason === 0);
  assert.deepEqual(
    lines.map(({ end }) => end),
    [undefined, undefined, undefined],
  );
  lines[0]!.logoutResponse(pdu.initiatorTaskTag);
  for (const line of lines) assert.equal(await line.ended(), 'ended');
  assert.deepEqual(await soon(out), { how: 'loggedOut', error: undefined });
  assert.deepEqual(bench.session.connections, []);
  await bench.nothingLeft();
});

test('§11.14 after the Logout no ping goes out, on any connection of the session', async () => {
  await using bench = new SessionBench({ limits: { pingIntervalMs: 100, pingTimeoutMs: 5000, logoutTimeoutMs: 5000 } });
  const lines = await bench.openWith(2);
  const out = bench.session.logout();
  const { pdu } = await lines[0]!.expect(opcode.logoutRequest);
  await bench.clock.advance(1000);
  for (const line of lines) await line.silence();
  lines[0]!.logoutResponse(pdu.initiatorTaskTag);
  assert.equal((await soon(out)).how, 'loggedOut');
});

test('§11.14 after the Logout a text exchange under way is not continued, and ends with the session', async () => {
  await using bench = new SessionBench();
  const session = await bench.open();
  const text = session.text([['SendTargets', 'All']]);
  text.catch(() => undefined);
  const asked = await bench.line.expect(opcode.textRequest);
  const out = session.logout();
  const { pdu } = await bench.line.expect(opcode.logoutRequest);
  bench.line.textResponse(asked.pdu.initiatorTaskTag, { isFinal: false, targetTransferTag: 5 }, 'TargetName=iqn.a\0');
  await bench.line.silence();
  bench.line.logoutResponse(pdu.initiatorTaskTag);
  assert.equal((await soon(out)).how, 'loggedOut');
  await assert.rejects(soon(text), { code: 'ISCSI_DRAINING' });
  await bench.nothingLeft();
});

test('a text without an answer ends with the session that is logged out, and leaves no timer', async () => {
  await using bench = new SessionBench();
  const session = await bench.open();
  const text = session.text([['SendTargets', 'All']]);
  text.catch(() => undefined);
  await bench.line.expect(opcode.textRequest);
  const out = session.logout();
  const { pdu } = await bench.line.expect(opcode.logoutRequest);
  bench.line.logoutResponse(pdu.initiatorTaskTag);
  await soon(out);
  await assert.rejects(soon(text), { code: 'ISCSI_DRAINING' });
  await bench.nothingLeft();
});

test('a ping of the target is answered while the Logout waits for its answer', async () => {
  await using bench = new SessionBench();
  const session = await bench.open();
  const out = session.logout();
  const { pdu } = await bench.line.expect(opcode.logoutRequest);
  bench.line.nopIn({ targetTransferTag: 3 });
  assert.equal((await bench.line.expect(opcode.nopOut)).pdu.targetTransferTag, 3);
  bench.line.logoutResponse(pdu.initiatorTaskTag);
  await soon(out);
});

test('§11.14 bytes that come with the Logout Response are of no interest', async () => {
  await using bench = new SessionBench();
  const session = await bench.open();
  const out = session.logout();
  const { pdu } = await bench.line.expect(opcode.logoutRequest);
  bench.line.together(() => {
    bench.line.logoutResponse(pdu.initiatorTaskTag);
    bench.line.sendBytes(new Uint8Array(100));
  });
  assert.deepEqual(await soon(out), { how: 'loggedOut', error: undefined });
  await bench.nothingLeft();
});

test('a logout while a connection is being added gives that login up, whatever stage it is in', async () => {
  for (const responses of [0, 1]) {
    await using bench = new SessionBench();
    const session = await bench.open();
    const added = session.addConnection();
    added.catch(() => undefined);
    const line = await bench.accept();
    await bench.login(line, { responses });
    await line.expect(opcode.loginRequest);
    const out = session.logout();
    await assert.rejects(soon(added), { code: 'ISCSI_DRAINING' });
    await line.ended();
    const { pdu } = await bench.line.expect(opcode.logoutRequest);
    bench.line.logoutResponse(pdu.initiatorTaskTag);
    assert.equal((await soon(out)).how, 'loggedOut');
    await bench.nothingLeft();
  }
});

test('destroy drops everything at once: commands end with what is known, no Logout is sent', async () => {
  // What waits would have room in the window, and on the connection that is dropped last.
  await using bench = new SessionBench({ limits: { maxTasks: 2 } });
  const lines = await bench.openWith(2);
  const { session } = bench;
  const commands = [
    session.execute(readRequest(4)),
    session.execute(writeRequest(pattern(4))),
    session.execute(writeRequest(pattern(4))),
  ];
  for (const command of commands) command.catch(() => undefined);
  await turns();
  for (const line of lines) line.drainHeard();
  session.destroy();
  await assert.rejects(soon(commands[0]!), { code: 'ISCSI_CONNECTION_LOST', effect: 'none' });
  await assert.rejects(soon(commands[1]!), { code: 'ISCSI_CONNECTION_LOST', effect: 'unknown' });
  await assert.rejects(soon(commands[2]!), { code: 'ISCSI_SESSION_LOST', effect: 'none' });
  const end = await soon(session.closed);
  assert.deepEqual([end.how, end.error?.code], ['lost', 'ISCSI_CLOSED']);
  for (const line of lines) {
    assert.equal(await line.ended(), 'reset');
    assert.deepEqual(line.drainHeard(), []);
  }
  await bench.nothingLeft();
});

test('destroy during a logout, while it drains or waits for the answer, ends it', async () => {
  for (const isDraining of [true, false]) {
    await using bench = new SessionBench();
    const session = await bench.open();
    const flying = isDraining ? await bench.command(readRequest(4)) : undefined;
    const out = session.logout();
    if (!isDraining) await bench.line.expect(opcode.logoutRequest);
    session.destroy();
    assert.equal((await soon(out)).how, 'lost');
    if (flying !== undefined) await assert.rejects(soon(flying.done), { code: 'ISCSI_CONNECTION_LOST' });
    await bench.nothingLeft();
  }
});

test('the life of a session is told: states in order, and closed once', async () => {
  await using bench = new SessionBench();
  const session = await bench.open();
  const told: string[] = [];
  session.events.on('stateChanged', (state) => told.push(state));
  session.events.on('closed', ({ how }) => told.push(`closed ${how}`));
  const out = session.logout();
  const { pdu } = await bench.line.expect(opcode.logoutRequest);
  bench.line.logoutResponse(pdu.initiatorTaskTag);
  await soon(out);
  session.destroy();
  await turns();
  assert.deepEqual(told, ['leaving', 'free', 'closed loggedOut']);
});
