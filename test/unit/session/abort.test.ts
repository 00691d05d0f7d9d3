// Giving a command up: by signal or by deadline, before and after it was sent.

import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { opcode } from '../../../src/wire/index.ts';
import {
  lun,
  pattern,
  plainRequest,
  readRequest,
  SessionBench,
  soon,
  writeRequest,
} from '../../support/session-bench.ts';

const reason = new Error('the caller gave up');

test('a command that waits ends at once with the reason of the signal, and nothing is sent', async () => {
  await using bench = new SessionBench({ window: 0 });
  const session = await bench.open();
  const abort = new AbortController();
  const first = session.execute(plainRequest({ signal: abort.signal }));
  const second = session.execute(plainRequest());
  abort.abort(reason);
  await assert.rejects(soon(first), reason);
  bench.numbers.window = 4;
  bench.line.nopIn();
  const { pdu } = await bench.line.expect(opcode.scsiCommand);
  assert.equal(pdu.cmdSn, 1, 'a command that was not sent uses no number');
  await bench.line.silence();
  bench.line.response(pdu.initiatorTaskTag);
  await soon(second);
});

test('a signal that is aborted already refuses the command unsent', async () => {
  await using bench = new SessionBench();
  const session = await bench.open();
  await assert.rejects(soon(session.execute(plainRequest({ signal: AbortSignal.abort(reason) }))), reason);
  await bench.line.silence();
});

test('§11.5 ABORT TASK: immediate, with tag, RefCmdSN and LUN of the command; the end waits for the answer', async () => {
  await using bench = new SessionBench({ cmdSn: 0xffff_ffff });
  await bench.open();
  const abort = new AbortController();
  const { done, heard, tag } = await bench.command(plainRequest({ signal: abort.signal }));
  let isSettled = false;
  done.finally(() => (isSettled = true)).catch(() => undefined);
  abort.abort(reason);
  const { pdu } = await bench.line.expect(opcode.taskManagementRequest);
  assert.equal(pdu.function, 1);
  assert.equal(pdu.isImmediate, true);
  assert.equal(pdu.referencedTaskTag, tag);
  assert.notEqual(pdu.initiatorTaskTag, tag);
  assert.equal(pdu.refCmdSn, heard.pdu.cmdSn);
  assert.equal(pdu.cmdSn, 0, 'the CmdSN of the next command, one after ffffffffh');
  assert.deepEqual(pdu.lun, lun);
  assert.equal(pdu.expStatSn, bench.line.statSn);
  await bench.line.silence();
  assert.equal(isSettled, false);
  bench.line.taskManagementResponse(pdu.initiatorTaskTag);
  await assert.rejects(soon(done), reason);
  const next = await bench.command(plainRequest());
  assert.equal(next.heard.pdu.cmdSn, 0, 'ABORT TASK used no number');
});

test('§11.6.1 "task does not exist" ends it too', async () => {
  await using bench = new SessionBench();
  const session = await bench.open();
  const abort = new AbortController();
  const { done } = await bench.command(plainRequest({ signal: abort.signal }));
  abort.abort(reason);
  const { pdu } = await bench.line.expect(opcode.taskManagementRequest);
  bench.line.taskManagementResponse(pdu.initiatorTaskTag, { response: 1 });
  await assert.rejects(soon(done), reason);
  assert.equal(session.state, 'loggedIn');
});

test('§11.5.1 an answer of the command that comes before the answer of the abort counts', async () => {
  await using bench = new SessionBench();
  const session = await bench.open();
  const abort = new AbortController();
  const request = readRequest(64, { signal: abort.signal });
  const { done, tag } = await bench.command(request);
  abort.abort(reason);
  const { pdu } = await bench.line.expect(opcode.taskManagementRequest);
  bench.line.dataIn(tag, { hasStatus: true }, pattern(64));
  assert.equal((await soon(done)).status, 0);
  assert.deepEqual(request.dataIn, pattern(64));
  bench.line.taskManagementResponse(pdu.initiatorTaskTag, { response: 1 });
  const next = await bench.command(plainRequest());
  bench.line.response(next.tag);
  await soon(next.done);
  assert.equal(session.connections[0]?.tasksInFlight, 0);
});

test('§11.5.1 while the abort is under way, R2Ts are still answered', async () => {
  await using bench = new SessionBench({ keys: { ImmediateData: 'No' } });
  await bench.open();
  const abort = new AbortController();
  const { done, tag } = await bench.command(writeRequest(pattern(100), { signal: abort.signal }));
  abort.abort(reason);
  const { pdu } = await bench.line.expect(opcode.taskManagementRequest);
  bench.line.r2t(tag, { lun, desiredDataTransferLength: 100 });
  const data = await bench.line.expect(opcode.dataOut);
  assert.equal(data.pdu.isFinal, true);
  bench.line.taskManagementResponse(pdu.initiatorTaskTag);
  await assert.rejects(soon(done), reason);
});

for (const [response, code] of [
  [2, 'ISCSI_NO_SUCH_LUN'],
  [3, 'ISCSI_TASK_STILL_ALLEGIANT'],
  [4, 'ISCSI_FUNCTION_UNSUPPORTED'],
  [5, 'ISCSI_FUNCTION_UNSUPPORTED'],
  [6, 'ISCSI_FUNCTION_FORBIDDEN'],
  [77, 'ISCSI_FUNCTION_REJECTED'],
  [255, 'ISCSI_FUNCTION_REJECTED'],
] as const) {
  test(`§11.6.1 an abort answered with ${response}, and no escalation: the connection is given up for ${code}`, async () => {
    await using bench = new SessionBench({ session: { escalation: 'abort' } });
    const session = await bench.open();
    const abort = new AbortController();
    const { done } = await bench.command(plainRequest({ signal: abort.signal }));
    abort.abort(reason);
    const { pdu } = await bench.line.expect(opcode.taskManagementRequest);
    bench.line.taskManagementResponse(pdu.initiatorTaskTag, { response });
    await assert.rejects(soon(done), reason);
    assert.equal((await soon(session.closed)).error?.code, code);
  });
}

test('without escalation, an abort that is not answered gives the connection up after abortTimeoutMs, not before', async () => {
  const limits = { abortTimeoutMs: 2000, taskTimeoutMs: 0 };
  await using bench = new SessionBench({ limits, session: { escalation: 'abort' } });
  const session = await bench.open();
  const abort = new AbortController();
  const { done } = await bench.command(plainRequest({ signal: abort.signal }));
  const other = await bench.command(writeRequest(pattern(10)));
  abort.abort(reason);
  await bench.line.expect(opcode.taskManagementRequest);
  await bench.clock.advance(1999);
  assert.equal(session.state, 'loggedIn');
  await bench.clock.advance(1);
  await assert.rejects(soon(done), reason);
  await assert.rejects(soon(other.done), { code: 'ISCSI_CONNECTION_LOST', effect: 'unknown' });
  assert.equal((await soon(session.closed)).error?.code, 'ISCSI_TASK_MANAGEMENT_TIMEOUT');
});

test('a second abort of the same command sends nothing more, and the first reason stands', async () => {
  await using bench = new SessionBench();
  await bench.open();
  const abort = new AbortController();
  const { done } = await bench.command(plainRequest({ signal: abort.signal, timeoutMs: 100 }));
  abort.abort(reason);
  const { pdu } = await bench.line.expect(opcode.taskManagementRequest);
  await bench.clock.advance(200);
  await bench.line.silence();
  bench.line.taskManagementResponse(pdu.initiatorTaskTag);
  await assert.rejects(soon(done), reason);
});

test('a signal that is aborted after the end changes nothing, and keeps no listener', async () => {
  await using bench = new SessionBench();
  await bench.open();
  const abort = new AbortController();
  const { done, tag } = await bench.command(plainRequest({ signal: abort.signal }));
  bench.line.response(tag);
  await soon(done);
  assert.deepEqual(getEventListeners(abort.signal, 'abort'), []);
  abort.abort(reason);
  await bench.line.silence();
});

test('a command that failed keeps no listener on its signal', async () => {
  await using bench = new SessionBench({ window: 0, limits: { maxQueuedTasks: 1 } });
  const session = await bench.open();
  const { signal } = new AbortController();
  const waiting = session.execute(plainRequest({ signal, timeoutMs: 10 }));
  await assert.rejects(soon(session.execute(plainRequest({ signal }))), { code: 'ISCSI_QUEUE_FULL' });
  waiting.catch(() => undefined);
  await bench.clock.advance(10);
  await assert.rejects(soon(waiting), { code: 'ISCSI_TASK_TIMEOUT' });
  assert.deepEqual(getEventListeners(signal, 'abort'), []);
});

test('§7.11 a command that is not answered in its time is aborted, and ends with ISCSI_TASK_TIMEOUT', async () => {
  await using bench = new SessionBench({ limits: { taskTimeoutMs: 30_000 } });
  const session = await bench.open();
  const slow = await bench.command(writeRequest(pattern(10)));
  const quick = await bench.command(readRequest(10, { timeoutMs: 1000 }));
  const endless = await bench.command(plainRequest({ timeoutMs: 0 }));
  await bench.clock.advance(999);
  await bench.line.silence();
  await bench.clock.advance(1);
  const first = await bench.line.expect(opcode.taskManagementRequest);
  assert.equal(first.pdu.referencedTaskTag, quick.tag);
  bench.line.taskManagementResponse(first.pdu.initiatorTaskTag);
  await assert.rejects(soon(quick.done), { code: 'ISCSI_TASK_TIMEOUT', effect: 'none', limitMs: 1000 });
  await bench.clock.advance(29_000);
  const second = await bench.line.expect(opcode.taskManagementRequest);
  assert.equal(second.pdu.referencedTaskTag, slow.tag);
  bench.line.taskManagementResponse(second.pdu.initiatorTaskTag);
  await assert.rejects(soon(slow.done), { code: 'ISCSI_TASK_TIMEOUT', effect: 'unknown', limitMs: 30_000 });
  await bench.clock.advance(1_000_000);
  await bench.line.silence();
  bench.line.response(endless.tag);
  await soon(endless.done);
  assert.equal(session.state, 'loggedIn');
});

test('a command that waits for the window runs out of time unsent, with effect none', async () => {
  await using bench = new SessionBench({ window: 0 });
  const session = await bench.open();
  const write = session.execute(writeRequest(pattern(10), { timeoutMs: 500 }));
  write.catch(() => undefined);
  await bench.clock.advance(500);
  await assert.rejects(soon(write), { code: 'ISCSI_TASK_TIMEOUT', effect: 'none' });
  await bench.line.silence();
});

test('§4.2.2.1 many commands that run out of time together are aborted one after the other: one request at a time', async () => {
  await using bench = new SessionBench({ window: 1000, limits: { maxTasks: 400 } });
  const session = await bench.open();
  const commands = Array.from({ length: 400 }, () => session.execute(plainRequest({ timeoutMs: 1000 })));
  for (const command of commands) command.catch(() => undefined);
  for (let count = 0; count < 400; count += 1) await bench.line.expect(opcode.scsiCommand);
  await bench.clock.advance(1000);
  for (let count = 0; count < 400; count += 1) {
    const { pdu } = await bench.line.expect(opcode.taskManagementRequest);
    if (count % 50 === 0) await bench.line.silence();
    bench.line.taskManagementResponse(pdu.initiatorTaskTag);
  }
  for (const command of commands) await assert.rejects(soon(command), { code: 'ISCSI_TASK_TIMEOUT' });
  assert.equal(session.state, 'loggedIn');
});

test('an abort that waits its turn is not sent when its command has been answered meanwhile', async () => {
  await using bench = new SessionBench();
  const session = await bench.open();
  const abort = new AbortController();
  const first = await bench.command(plainRequest({ signal: abort.signal }));
  const second = await bench.command(plainRequest({ signal: abort.signal }));
  abort.abort(reason);
  const { pdu } = await bench.line.expect(opcode.taskManagementRequest);
  assert.equal(pdu.referencedTaskTag, first.tag);
  bench.line.response(second.tag);
  await soon(second.done);
  bench.line.taskManagementResponse(pdu.initiatorTaskTag);
  await assert.rejects(soon(first.done), reason);
  await bench.line.silence();
  assert.equal(session.state, 'loggedIn');
});

test('an abort whose command was answered is no matter any more: neither a logout nor silence makes a loss of it', async () => {
  await using bench = new SessionBench({ limits: { abortTimeoutMs: 1000 } });
  const session = await bench.open();
  for (let round = 0; round < 2; round += 1) {
    const abort = new AbortController();
    const { done, tag } = await bench.command(plainRequest({ signal: abort.signal }));
    abort.abort(reason);
    await bench.line.expect(opcode.taskManagementRequest);
    bench.line.response(tag);
    await soon(done);
    if (round === 0) await bench.clock.advance(1000);
  }
  assert.equal(session.state, 'loggedIn');
  const out = session.logout();
  const { pdu } = await bench.line.expect(opcode.logoutRequest);
  bench.line.logoutResponse(pdu.initiatorTaskTag);
  assert.deepEqual(await soon(out), { how: 'loggedOut', error: undefined });
});
