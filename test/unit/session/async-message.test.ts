// Asynchronous Messages: what the target may ask for unasked, and what follows from it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AsyncMessage, opcode, reservedTag } from '../../../src/wire/index.ts';
import {
  lun,
  pattern,
  plainRequest,
  readRequest,
  SessionBench,
  soon,
  writeRequest,
} from '../../support/session-bench.ts';
import { turns } from '../../support/target-line.ts';

/** Collects what the session tells of messages. */
function told(bench: SessionBench): [AsyncMessage['asyncEvent'], Uint8Array | undefined][] {
  const all: [number, Uint8Array | undefined][] = [];
  bench.session.events.on('asyncMessage', (pdu, sense) => {
    all.push([pdu.asyncEvent, sense === undefined ? undefined : Uint8Array.from(sense)]);
  });
  return all;
}

test('§11.9.1 event 0: sense data are told, and nothing else changes', async () => {
  await using bench = new SessionBench();
  await bench.open();
  const all = told(bench);
  bench.line.asyncMessage(0, { lun }, Buffer.from([0, 3, 0x70, 0, 6, 0xaa, 0xbb]));
  bench.line.asyncMessage(0, { lun });
  bench.line.asyncMessage(0, { lun }, Buffer.from([0, 0]));
  const { done, tag } = await bench.command(plainRequest());
  bench.line.response(tag);
  await soon(done);
  assert.deepEqual(all, [
    [0, Uint8Array.of(0x70, 0, 6)],
    [0, undefined],
    [0, undefined],
  ]);
});

test('§11.9 each message uses up a StatSN', async () => {
  await using bench = new SessionBench();
  await bench.open();
  for (const event of [0, 255, 77]) bench.line.asyncMessage(event);
  bench.line.nopIn({ targetTransferTag: 1 });
  assert.equal((await bench.line.expect(opcode.nopOut)).pdu.expStatSn, bench.line.statSn);
});

test('§11.9.1 event 1 on the only connection: no new command, then a Logout that closes the session', async () => {
  await using bench = new SessionBench();
  const session = await bench.open();
  const flying = await bench.command(readRequest(4));
  bench.line.asyncMessage(1, { parameter3: 5 });
  await turns();
  await assert.rejects(soon(session.execute(plainRequest())), { code: 'ISCSI_DRAINING' });
  await bench.line.silence();
  bench.line.dataIn(flying.tag, { hasStatus: true }, pattern(4));
  await soon(flying.done);
  const { pdu, data } = await bench.line.expect(opcode.logoutRequest);
  assert.equal(pdu.reason, 0);
  assert.equal(pdu.expStatSn, bench.line.statSn);
  assert.equal(data.length, 0);
  bench.line.logoutResponse(pdu.initiatorTaskTag);
  assert.deepEqual(await soon(session.closed), { how: 'requestedByTarget', error: undefined });
  await bench.nothingLeft();
});

for (const response of [1, 2, 3]) {
  test(`§11.9.1 event 1, and a Logout that the target then answers with ${response}: dropped, and logged in again`, async () => {
    await using bench = new SessionBench({
      session: { reconnects: true },
      keys: { DefaultTime2Wait: '0' },
      offers: { defaultTime2Wait: 0 },
    });
    const session = await bench.open();
    bench.line.asyncMessage(1, { parameter3: 5 });
    const { pdu } = await bench.line.expect(opcode.logoutRequest);
    bench.line.logoutResponse(pdu.initiatorTaskTag, { response });
    await turns();
    const line = await bench.accept();
    await bench.login(line);
    await turns();
    assert.equal(line.logins[0]!.pdu.tsih, 0);
    assert.equal(session.state, 'loggedIn');
    const next = await bench.command(plainRequest(), line);
    line.response(next.tag);
    await soon(next.done);
  });
}

test('§11.9.1 event 1: the Logout goes out before Parameter3 seconds are over, with commands still in flight', async () => {
  await using bench = new SessionBench({ limits: { drainTimeoutMs: 60_000 } });
  const session = await bench.open();
  const { done } = await bench.command(readRequest(4));
  bench.line.asyncMessage(1, { parameter3: 4 });
  await turns();
  await bench.clock.advance(3000);
  const { pdu } = await bench.line.expect(opcode.taskManagementRequest);
  bench.line.taskManagementResponse(pdu.initiatorTaskTag);
  await assert.rejects(soon(done), { code: 'ISCSI_DRAIN_TIMEOUT', effect: 'none' });
  const logout = await bench.line.expect(opcode.logoutRequest);
  assert.ok(bench.clock.now() < 4000);
  bench.line.logoutResponse(logout.pdu.initiatorTaskTag);
  await soon(session.closed);
});

test('§11.9.1 event 1 with no time left: commands are aborted at once and the Logout follows', async () => {
  await using bench = new SessionBench();
  const session = await bench.open();
  const { done } = await bench.command(readRequest(4));
  bench.line.asyncMessage(1, { parameter3: 0 });
  const { pdu } = await bench.line.expect(opcode.taskManagementRequest);
  bench.line.taskManagementResponse(pdu.initiatorTaskTag);
  await assert.rejects(soon(done), { code: 'ISCSI_DRAIN_TIMEOUT' });
  const logout = await bench.line.expect(opcode.logoutRequest);
  bench.line.logoutResponse(logout.pdu.initiatorTaskTag);
  await soon(session.closed);
});

test('§11.9.1 event 1 on one of two: that one is logged out with its CID, the other goes on', async () => {
  await using bench = new SessionBench();
  const [one, two] = await bench.openWith(2);
  one!.asyncMessage(1, { parameter3: 5 });
  const { pdu } = await one!.expect(opcode.logoutRequest);
  assert.deepEqual([pdu.reason, pdu.cid], [1, one!.cid]);
  assert.equal(pdu.expStatSn, one!.statSn);
  const meanwhile = await bench.command(plainRequest(), two);
  two!.response(meanwhile.tag);
  await soon(meanwhile.done);
  one!.logoutResponse(pdu.initiatorTaskTag);
  assert.equal(await one!.ended(), 'ended');
  const later = await bench.command(plainRequest(), two);
  two!.response(later.tag);
  await soon(later.done);
  assert.equal(bench.session.state, 'loggedIn');
  await one!.silence();
});

test('§8.1.2 T12 event 1 twice on one connection is one Logout', async () => {
  await using bench = new SessionBench();
  const [one, two] = await bench.openWith(2);
  const { done, tag } = await bench.command(readRequest(4), one);
  one!.asyncMessage(1, { parameter3: 5 });
  one!.asyncMessage(1, { parameter3: 5 });
  one!.dataIn(tag, { hasStatus: true }, pattern(4));
  await soon(done);
  const { pdu } = await one!.expect(opcode.logoutRequest);
  one!.asyncMessage(1, { parameter3: 5 });
  await one!.silence();
  one!.logoutResponse(pdu.initiatorTaskTag);
  await one!.ended();
  assert.equal(bench.session.state, 'loggedIn');
  const later = await bench.command(plainRequest(), two);
  two!.response(later.tag);
  await soon(later.done);
});

test('§11.9.1 event 1 on both connections: both are logged out and the session ends as the target asked', async () => {
  await using bench = new SessionBench();
  const [one, two] = await bench.openWith(2);
  one!.asyncMessage(1, { parameter3: 5 });
  two!.asyncMessage(1, { parameter3: 5 });
  await turns();
  const asked = [one!, two!].flatMap((line) => line.drainHeard().map(({ pdu }) => ({ line, pdu })));
  assert.equal(asked.length, 1, 'the first is removed from a session that still has the other');
  const { line, pdu } = asked[0]!;
  assert.ok(pdu.opcode === opcode.logoutRequest);
  assert.deepEqual([pdu.reason, pdu.cid], [1, line.cid]);
  line.logoutResponse(pdu.initiatorTaskTag);
  const other = line === one ? two! : one!;
  const last = await other.expect(opcode.logoutRequest);
  assert.equal(last.pdu.reason, 0);
  other.logoutResponse(last.pdu.initiatorTaskTag);
  assert.deepEqual(await soon(bench.session.closed), { how: 'requestedByTarget', error: undefined });
  await bench.nothingLeft();
});

test('§11.9.1 event 1 on one of two, and the other is lost meanwhile: the session is logged out', async () => {
  await using bench = new SessionBench();
  const [one, two] = await bench.openWith(2);
  const flying = await bench.command(readRequest(4), one);
  one!.asyncMessage(1, { parameter3: 5 });
  await turns();
  two!.reset();
  await two!.ended();
  one!.dataIn(flying.tag, { hasStatus: true }, pattern(4));
  await soon(flying.done);
  const { pdu } = await one!.expect(opcode.logoutRequest);
  assert.equal(pdu.reason, 0);
  one!.logoutResponse(pdu.initiatorTaskTag);
  assert.equal((await soon(bench.session.closed)).how, 'requestedByTarget');
});

test('§11.9.1 event 1 while a logout of ours waits for commands: it does not wait for longer than the target does', async () => {
  for (const count of [1, 2]) {
    await using bench = new SessionBench();
    const lines = await bench.openWith(count);
    const flying = await bench.command(readRequest(4));
    const out = bench.session.logout({ drainTimeoutMs: 60_000 });
    bench.line.asyncMessage(1, { parameter3: 4 });
    await turns();
    await bench.clock.advance(2000);
    const { pdu } = await bench.line.expect(opcode.taskManagementRequest);
    bench.line.taskManagementResponse(pdu.initiatorTaskTag);
    await assert.rejects(soon(flying.done), { code: 'ISCSI_DRAIN_TIMEOUT' });
    const first = await bench.line.expect(opcode.logoutRequest);
    bench.line.logoutResponse(first.pdu.initiatorTaskTag);
    if (first.pdu.reason === 1) {
      const last = await lines[1]!.expect(opcode.logoutRequest);
      assert.equal(last.pdu.reason, 0);
      lines[1]!.logoutResponse(last.pdu.initiatorTaskTag);
    }
    assert.deepEqual(await soon(out), { how: 'loggedOut', error: undefined });
  }
});

test('§8.1.2 T14 event 1 that crosses our own Logout changes nothing', async () => {
  for (const count of [1, 2]) {
    await using bench = new SessionBench();
    await bench.openWith(count);
    const out = bench.session.logout();
    const { pdu } = await bench.line.expect(opcode.logoutRequest);
    bench.line.asyncMessage(1, { parameter3: 5 });
    await bench.line.silence();
    bench.line.logoutResponse(pdu.initiatorTaskTag);
    assert.deepEqual(await soon(out), { how: 'loggedOut', error: undefined });
  }
});

test('§11.9.1 event 2 ends the connection with the CID that it names, on whichever it comes', async () => {
  await using bench = new SessionBench();
  const [one, two] = await bench.openWith(2);
  const lost = await bench.command(writeRequest(pattern(4)), one);
  two!.asyncMessage(2, { parameter1: one!.cid, parameter2: 0, parameter3: 1 });
  await one!.ended();
  // Parameter2 is the Time2Wait of this loss: none.
  const { pdu } = await two!.expect(opcode.logoutRequest);
  assert.deepEqual([pdu.reason, pdu.cid], [1, one!.cid]);
  two!.logoutResponse(pdu.initiatorTaskTag);
  await assert.rejects(soon(lost.done), { code: 'ISCSI_CONNECTION_LOST', effect: 'unknown' });
  assert.deepEqual(
    bench.session.connections.map(({ cid }) => cid),
    [two!.cid],
  );
});

test('§11.9.1 event 2 for a CID that the session does not have changes nothing', async () => {
  await using bench = new SessionBench();
  const session = await bench.open();
  bench.line.asyncMessage(2, { parameter1: 999 });
  await bench.line.silence();
  assert.equal(session.state, 'loggedIn');
});

test('§11.9.1 event 3 ends all connections, and with them the session', async () => {
  await using bench = new SessionBench();
  const lines = await bench.openWith(3);
  const { done } = await bench.command(readRequest(4), lines[0]);
  lines[1]!.asyncMessage(3, { parameter2: 1, parameter3: 1 });
  await assert.rejects(soon(done), { code: 'ISCSI_CONNECTION_LOST', effect: 'none' });
  const end = await soon(bench.session.closed);
  assert.deepEqual([end.how, end.error?.code], ['lost', 'ISCSI_CONNECTION_LOST']);
  for (const line of lines) await line.ended();
  await bench.nothingLeft();
});

test('§11.9.1 event 4 is answered by a Text Request on the same connection', async () => {
  await using bench = new SessionBench();
  const [, two] = await bench.openWith(2);
  two!.asyncMessage(4, { parameter3: 3 });
  const { pdu, data } = await two!.expect(opcode.textRequest);
  assert.equal(pdu.targetTransferTag, reservedTag);
  assert.equal(pdu.isFinal, true);
  assert.equal(Buffer.from(data).toString(), 'MaxRecvDataSegmentLength=262144\0');
  await bench.line.silence();
});

test('§13.12 the segment length that the target declares then holds for what is sent from there on', async () => {
  await using bench = new SessionBench({ keys: { MaxRecvDataSegmentLength: '4096' } });
  await bench.open();
  const before = await bench.command(writeRequest(pattern(8000)));
  assert.equal(before.heard.data.length, 4096);
  bench.line.asyncMessage(4, { parameter3: 3 });
  const { pdu } = await bench.line.expect(opcode.textRequest);
  bench.line.textResponse(pdu.initiatorTaskTag, {}, 'MaxRecvDataSegmentLength=1024\0');
  await turns();
  const after = await bench.command(writeRequest(pattern(8000)));
  assert.equal(after.heard.data.length, 1024);
});

test('§7.12 a negotiation that the target rejects, or does not answer, leaves values and connection as they were', async () => {
  await using bench = new SessionBench({ limits: { textTimeoutMs: 1000 } });
  const session = await bench.open();
  bench.line.asyncMessage(4, { parameter3: 3 });
  const first = await bench.line.expect(opcode.textRequest);
  bench.line.reject(4, first.bhs);
  await turns();
  bench.line.asyncMessage(4, { parameter3: 3 });
  await bench.line.expect(opcode.textRequest);
  await bench.clock.advance(1000);
  assert.equal(session.state, 'loggedIn');
  const { done, tag, heard } = await bench.command(writeRequest(pattern(8192)));
  assert.equal(heard.data.length, 8192);
  bench.line.response(tag);
  await soon(done);
});

test('§11.9.1 event 5 is acknowledged: a NOP-Out without tags that copies the LUN and acknowledges the StatSN', async () => {
  const taskReporting = ['FastAbort', 'ResponseFence', 'RFC3720'] as const;
  await using bench = new SessionBench({ offers: { taskReporting }, keys: { TaskReporting: 'FastAbort' } });
  await bench.open();
  const gone = await bench.command(writeRequest(pattern(4)));
  const other = await bench.command(plainRequest({ lun: { high: 0, low: 0 } }));
  bench.line.asyncMessage(5, { lun });
  const { pdu } = await bench.line.expect(opcode.nopOut);
  assert.equal(pdu.isImmediate, true);
  assert.equal(pdu.initiatorTaskTag, reservedTag);
  assert.equal(pdu.targetTransferTag, reservedTag);
  assert.deepEqual(pdu.lun, lun);
  assert.equal(pdu.expStatSn, bench.line.statSn);
  await assert.rejects(soon(gone.done), { code: 'SCSI_TASK_ABORTED', effect: 'unknown' });
  bench.line.response(other.tag);
  await soon(other.done);
});

test('§11.9.1 event 5 without FastAbort is no message that a target may send, and ends no task', async () => {
  await using bench = new SessionBench();
  await bench.open();
  const { done, tag } = await bench.command(plainRequest());
  bench.line.asyncMessage(5, { lun });
  await bench.line.silence();
  bench.line.response(tag);
  await soon(done);
});

test('§11.9.1 events of vendors, and unassigned ones, are told and change nothing', async () => {
  await using bench = new SessionBench();
  const session = await bench.open();
  const all = told(bench);
  bench.line.asyncMessage(248, { asyncVCode: 9 }, Buffer.from([0, 0, 1, 2, 3]));
  bench.line.asyncMessage(255);
  bench.line.asyncMessage(100);
  await bench.line.silence();
  assert.deepEqual(
    all.map(([event]) => event),
    [248, 255, 100],
  );
  assert.equal(session.state, 'loggedIn');
});
