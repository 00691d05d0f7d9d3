// Losses that no later PDU shows (RFC 7143 §7.1.4.2): what a session does when its commands do not get on.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CommandRetried, channels } from '../../../src/base/index.ts';
import { opcode } from '../../../src/wire/index.ts';
import { expectSnack, recoveringBench } from '../../support/recovering-bench.ts';
import {
  lun,
  pattern,
  plainRequest,
  readRequest,
  type SessionBench,
  soon,
  writeRequest,
} from '../../support/session-bench.ts';

/** One interval and the quarter by which a loss may be noticed late. */
const noticedMs = 5000 + 1250;
const limits = { taskTimeoutMs: 0 };

/** Answers the ping that comes when something stands still, with these numbers. */
async function answerProbe(bench: SessionBench, expCmdSn = bench.numbers.expCmdSn): Promise<void> {
  const { pdu } = await bench.line.expect(opcode.nopOut);
  assert.equal(pdu.isImmediate, true);
  bench.line.nopIn({ initiatorTaskTag: pdu.initiatorTaskTag, expCmdSn, maxCmdSn: expCmdSn + 63 });
}

test('§7.2.1 a command that the target has not received is sent again: same CmdSN, tag, flags, LUN, CDB and data, same connection (4.1)', async () => {
  await using bench = recoveringBench({ limits });
  const session = await bench.open();
  const told: CommandRetried[] = [];
  const listener = (message: CommandRetried): void => void told.push(message);
  channels.commandRetried.subscribe(listener);
  const { done, heard, tag } = await bench.command(writeRequest(pattern(100), { taskAttribute: 3 }));
  await bench.clock.advance(noticedMs);
  await answerProbe(bench, heard.pdu.cmdSn);
  const retry = await bench.line.expect(opcode.scsiCommand);
  channels.commandRetried.unsubscribe(listener);
  assert.deepEqual({ ...retry.pdu, expStatSn: 0 }, { ...heard.pdu, expStatSn: 0 });
  assert.deepEqual(retry.data, heard.data);
  assert.deepEqual(told, [{ sessionId: session.id, cid: 1, initiatorTaskTag: tag, cmdSn: heard.pdu.cmdSn }]);
  assert.equal(session.connections[0]!.retriesSent, 1);
  bench.line.response(tag);
  assert.equal((await soon(done)).status, 0);
});

test('§7.2.1 of several commands without acknowledgement only the first is known to be lost, and it alone is sent again', async () => {
  await using bench = recoveringBench({ limits });
  await bench.open();
  const first = await bench.command(plainRequest());
  const second = await bench.command(plainRequest());
  await bench.clock.advance(noticedMs);
  await answerProbe(bench, first.heard.pdu.cmdSn);
  assert.equal((await bench.line.expect(opcode.scsiCommand)).pdu.cmdSn, first.heard.pdu.cmdSn);
  await bench.line.silence();
  for (const { tag, done } of [first, second]) {
    bench.line.response(tag);
    await soon(done);
  }
});

test('§7.2.1 a command that the target has received is not sent again, however long it takes', async () => {
  await using bench = recoveringBench({ limits });
  await bench.open();
  const { done, tag } = await bench.command(plainRequest());
  for (let time = 0; time < 4; time += 1) {
    await bench.clock.advance(noticedMs);
    await answerProbe(bench);
    await bench.line.silence();
  }
  bench.line.response(tag);
  await soon(done);
});

test('§7.2.1 a NOP-Out that was to fill a lost number and is lost too is sent again: same CmdSN and tag, same connection', async () => {
  await using bench = recoveringBench({ limits: { ...limits, pingTimeoutMs: 900 } });
  const [one, two] = await bench.openWith(2);
  const first = await bench.command(plainRequest(), one);
  bench.numbers.ignores = () => true;
  const lost = await bench.command(plainRequest(), two);
  two!.reset();
  const filler = await one!.expect(opcode.nopOut);
  await bench.clock.advance(300);
  const again = await one!.expect(opcode.nopOut);
  assert.deepEqual({ ...again.pdu, expStatSn: 0 }, { ...filler.pdu, expStatSn: 0 });
  bench.numbers.ignores = () => false;
  await bench.clock.advance(300);
  const last = await one!.expect(opcode.nopOut);
  assert.deepEqual({ ...last.pdu, expStatSn: 0 }, { ...filler.pdu, expStatSn: 0 });
  one!.nopIn({ initiatorTaskTag: last.pdu.initiatorTaskTag });
  await bench.clock.advance(600);
  await bench.cleanedUp(one!, 2);
  await assert.rejects(soon(lost.done), { code: 'ISCSI_CONNECTION_LOST' });
  assert.equal(bench.session.connections.length, 1);
  one!.response(first.tag);
  await soon(first.done);
});

test('§7.2.1 a NOP-Out whose number the target has is not sent again, though its answer takes its time', async () => {
  await using bench = recoveringBench({ limits: { ...limits, pingTimeoutMs: 900 } });
  await bench.open();
  const lost = await bench.command(plainRequest());
  bench.line.reject(4, lost.heard.bhs, { expCmdSn: lost.heard.pdu.cmdSn });
  await bench.line.expect(opcode.nopOut);
  bench.line.nopIn();
  await bench.clock.advance(1000);
  await bench.line.silence();
});

test('§7.2.1 a number whose request was lost and given up is filled, since commands wait for it', async () => {
  await using bench = recoveringBench({ limits });
  const session = await bench.open();
  bench.numbers.ignores = () => true;
  const reset = session.manageTasks('abortTaskSet', { lun, isImmediate: false, timeoutMs: 1000 });
  reset.catch(() => undefined);
  const { pdu } = await bench.line.expect(opcode.taskManagementRequest);
  bench.numbers.ignores = () => false;
  await bench.clock.advance(1000);
  await assert.rejects(soon(reset), { code: 'ISCSI_TASK_MANAGEMENT_TIMEOUT' });
  const { done, tag } = await bench.command(plainRequest());
  await bench.clock.advance(noticedMs);
  await answerProbe(bench);
  const filler = await bench.line.expect(opcode.nopOut);
  assert.deepEqual([filler.pdu.isImmediate, filler.pdu.cmdSn], [false, pdu.cmdSn]);
  bench.line.nopIn({ initiatorTaskTag: filler.pdu.initiatorTaskTag });
  bench.line.response(tag);
  await soon(done);
});

test('§7.1.4.2 a target that answers not even the ping gets the command again, three times in all', async () => {
  await using bench = recoveringBench({ limits });
  await bench.open();
  const { heard } = await bench.command(plainRequest());
  // The target has taken nothing: what came was lost behind the line.
  for (let time = 0; time < 3; time += 1) {
    await bench.clock.advance(noticedMs);
    assert.equal((await bench.line.expect(opcode.nopOut)).pdu.isImmediate, true);
    await bench.clock.advance(noticedMs);
    assert.equal((await bench.line.expect(opcode.scsiCommand)).pdu.cmdSn, heard.pdu.cmdSn);
  }
  await bench.clock.advance(4 * noticedMs);
  const later = bench.line.drainHeard().map(({ pdu }) => pdu.opcode);
  assert.deepEqual([...new Set(later)], [opcode.nopOut], 'from then on it is only pinged');
});

test('§11.19 a response that was the last PDU and is lost: the answer to a ping shows it, and it is asked for', async () => {
  await using bench = recoveringBench({ limits });
  await bench.open();
  const { done, tag } = await bench.command(plainRequest());
  const { statSn } = bench.line;
  bench.line.statSn += 1;
  await bench.clock.advance(noticedMs);
  await answerProbe(bench);
  await expectSnack(bench.line, 'status', statSn, 1);
  bench.line.response(tag, { statSn });
  assert.equal((await soon(done)).status, 0);
});

test('§11.19 the last Data-In with its status is lost: found by a ping, and its data by the response', async () => {
  await using bench = recoveringBench({ limits });
  await bench.open();
  const request = readRequest(200);
  const { done, tag } = await bench.command(request);
  bench.line.dataIn(tag, { dataSn: 0 }, pattern(100));
  const { statSn } = bench.line;
  bench.line.statSn += 1;
  await bench.clock.advance(noticedMs);
  await answerProbe(bench);
  await expectSnack(bench.line, 'status', statSn, 1);
  bench.line.response(tag, { statSn, expDataSn: 2 });
  await expectSnack(bench.line, 'data', 1, 1, tag);
  bench.line.dataIn(tag, { dataSn: 1, bufferOffset: 100 }, pattern(100, 9));
  assert.equal((await soon(done)).dataInLength, 200);
  assert.deepEqual(request.dataIn.subarray(100), pattern(100, 9));
});

test('§7.9 what was asked for and does not come is asked for again, four times in all; then the command is aborted', async () => {
  await using bench = recoveringBench({ limits: { ...limits, abortTimeoutMs: 60_000 } });
  await bench.open();
  const { done, tag } = await bench.command(readRequest(300));
  bench.line.dataIn(tag, { dataSn: 1, bufferOffset: 100 }, pattern(100));
  for (let time = 0; time < 4; time += 1) {
    await expectSnack(bench.line, 'data', 0, 1, tag);
    await bench.clock.advance(noticedMs);
  }
  const { pdu } = await bench.line.expect(opcode.taskManagementRequest);
  bench.line.taskManagementResponse(pdu.initiatorTaskTag);
  await assert.rejects(soon(done), { code: 'ISCSI_BAD_SEQUENCE', isRetryable: true });
});

test('§7.9 a status that was asked for four times and does not come ends the connection', async () => {
  await using bench = recoveringBench({ limits });
  const session = await bench.open();
  const { statSn } = bench.line;
  bench.line.nopIn({ statSn: statSn + 1 });
  for (let time = 0; time < 4; time += 1) {
    await expectSnack(bench.line, 'status', statSn, 1);
    await bench.clock.advance(noticedMs);
  }
  await bench.clock.advance(noticedMs);
  assert.equal((await soon(session.closed)).error?.code, 'ISCSI_BAD_SEQUENCE');
});

test('§7.1.4.1 R2Ts that do not come are asked for twice, and only when the answer to a ping has ruled out that one is on its way', async () => {
  await using bench = recoveringBench({ limits, keys: { ImmediateData: 'No' } });
  await bench.open();
  const { done, tag } = await bench.command(writeRequest(pattern(100)));
  for (let time = 0; time < 2; time += 1) {
    await bench.clock.advance(noticedMs);
    await answerProbe(bench);
    const { bhs } = await expectSnack(bench.line, 'data', 0, 0, tag);
    bench.line.reject(4, bhs);
  }
  await bench.clock.advance(noticedMs);
  await answerProbe(bench);
  await bench.line.silence();
  bench.line.r2t(tag, { desiredDataTransferLength: 100, lun });
  await bench.line.expect(opcode.dataOut);
  await bench.clock.advance(noticedMs);
  await answerProbe(bench);
  await bench.line.silence();
  bench.line.response(tag);
  assert.equal((await soon(done)).status, 0);
});

test('§7.1.4.2 a command that gets on is left alone', async () => {
  await using bench = recoveringBench({ limits });
  await bench.open();
  const { done, tag } = await bench.command(readRequest(500));
  for (let dataSn = 0; dataSn < 5; dataSn += 1) {
    await bench.clock.advance(4000);
    bench.line.dataIn(tag, { dataSn, bufferOffset: dataSn * 100, hasStatus: dataSn === 4 }, pattern(100));
  }
  await soon(done);
  assert.deepEqual(bench.line.drainHeard(), []);
});

test('commandRetryIntervalMs 0 switches the watch off, and at ErrorRecoveryLevel 0 there is none', async () => {
  for (const setup of [
    { limits: { ...limits, commandRetryIntervalMs: 0 } },
    { limits, keys: { ErrorRecoveryLevel: '0' } },
  ]) {
    await using bench = recoveringBench(setup);
    await bench.open();
    assert.equal(bench.clock.pendingTimers, 0);
    await bench.command(plainRequest());
    await bench.clock.advance(60_000);
    await bench.line.silence();
  }
});

test('one timer watches all commands of a connection, and ends with it', async () => {
  await using bench = recoveringBench({ limits });
  const session = await bench.open();
  for (let count = 0; count < 5; count += 1) await bench.command(plainRequest());
  assert.equal(bench.clock.pendingTimers, 1);
  session.destroy();
  await bench.nothingLeft();
});

test('§11.14 nothing is asked for after a Logout Request', async () => {
  await using bench = recoveringBench({ limits: { ...limits, logoutTimeoutMs: 30_000 } });
  const session = await bench.open();
  bench.line.nopIn({ statSn: bench.line.statSn + 1 });
  await expectSnack(bench.line, 'status', bench.line.statSn, 1);
  const out = session.logout();
  const { pdu } = await bench.line.expect(opcode.logoutRequest);
  await bench.clock.advance(4 * noticedMs);
  await bench.line.silence();
  bench.line.logoutResponse(pdu.initiatorTaskTag);
  assert.equal((await soon(out)).how, 'loggedOut');
});

test('§7.8 a write whose data were rejected waits for a recovery R2T, and asks for it when it does not come', async () => {
  await using bench = recoveringBench({ limits, keys: { ImmediateData: 'No' } });
  await bench.open();
  const { done, tag } = await bench.command(writeRequest(pattern(100)));
  bench.line.r2t(tag, { desiredDataTransferLength: 100, lun });
  const { bhs } = await bench.line.expect(opcode.dataOut);
  bench.line.reject(2, bhs);
  await bench.clock.advance(noticedMs);
  await answerProbe(bench);
  await expectSnack(bench.line, 'data', 1, 0, tag);
  bench.line.r2t(tag, { r2tSn: 1, desiredDataTransferLength: 100, lun });
  await bench.line.expect(opcode.dataOut);
  await bench.clock.advance(noticedMs);
  await answerProbe(bench);
  await bench.line.silence();
  bench.line.response(tag);
  await soon(done);
});
