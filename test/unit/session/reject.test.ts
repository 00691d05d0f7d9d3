// Rejects: whoever sent the PDU that came back hears of it, and the session goes on where it can.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { channels, type PduRejected } from '../../../src/base/index.ts';
import { opcode } from '../../../src/wire/index.ts';
import { lun, pattern, plainRequest, SessionBench, soon, writeRequest } from '../../support/session-bench.ts';

test('§11.17 a rejected command ends with ISCSI_REJECTED; what it may have done is nothing', async () => {
  await using bench = new SessionBench();
  await bench.open();
  const { done, heard } = await bench.command(writeRequest(pattern(10)));
  bench.line.reject(9, heard.bhs);
  await assert.rejects(soon(done), { code: 'ISCSI_REJECTED', value: 9, opcode: opcode.scsiCommand, effect: 'none' });
});

test('§7.3 the number of a rejected command does not count as received and is sent again, so that the session goes on', async () => {
  await using bench = new SessionBench();
  await bench.open();
  const first = await bench.command(plainRequest());
  const second = await bench.command(plainRequest());
  // The target has seen the number and must not count it.
  bench.line.reject(5, first.heard.bhs, { expCmdSn: 1, maxCmdSn: 64 });
  await assert.rejects(soon(first.done), { code: 'ISCSI_REJECTED' });
  const { pdu } = await bench.line.expect(opcode.nopOut);
  assert.deepEqual([pdu.isImmediate, pdu.cmdSn], [false, first.heard.pdu.cmdSn]);
  bench.line.nopIn({ initiatorTaskTag: pdu.initiatorTaskTag });
  bench.line.response(second.tag);
  await soon(second.done);
});

test('§7.3 a target that counts the number of a rejected command all the same is not sent it again', async () => {
  await using bench = new SessionBench();
  await bench.open();
  const { done, heard } = await bench.command(plainRequest());
  bench.line.reject(5, heard.bhs);
  await assert.rejects(soon(done), { code: 'ISCSI_REJECTED' });
  await bench.line.silence();
});

test('§7.3 rejected data do not end their command: its response does', async () => {
  await using bench = new SessionBench({ keys: { ImmediateData: 'No' } });
  await bench.open();
  const { done, tag } = await bench.command(writeRequest(pattern(10)));
  bench.line.r2t(tag, { lun, desiredDataTransferLength: 10 });
  const { bhs } = await bench.line.expect(opcode.dataOut);
  bench.line.reject(2, bhs);
  await bench.line.silence();
  bench.line.response(tag, { status: 2 }, Buffer.from([0, 3, 0x70, 0, 0x0b]));
  assert.equal((await soon(done)).status, 2);
});

test('§11.17 a rejected text ends with ISCSI_REJECTED, and the next one is a new one', async () => {
  await using bench = new SessionBench();
  const session = await bench.open();
  const text = session.text([['X-a', '1']]);
  text.catch(() => undefined);
  const { bhs, pdu } = await bench.line.expect(opcode.textRequest);
  bench.line.reject(4, bhs);
  await assert.rejects(soon(text), { code: 'ISCSI_REJECTED', opcode: opcode.textRequest });
  const again = session.text([['X-a', '2']]);
  const next = await bench.line.expect(opcode.textRequest);
  assert.notEqual(next.pdu.initiatorTaskTag, pdu.initiatorTaskTag);
  bench.line.textResponse(next.pdu.initiatorTaskTag, {}, 'X-a=2\0');
  assert.deepEqual(await soon(again), [['X-a', '2']]);
});

test('§11.17 a rejected ABORT TASK leaves the command uncertain: without escalation the connection is given up', async () => {
  await using bench = new SessionBench({ session: { escalation: 'abort' } });
  const session = await bench.open();
  const abort = new AbortController();
  const { done } = await bench.command(plainRequest({ signal: abort.signal }));
  abort.abort(new Error('enough'));
  const { bhs } = await bench.line.expect(opcode.taskManagementRequest);
  bench.line.reject(4, bhs);
  await assert.rejects(soon(done), /enough/);
  assert.equal((await soon(session.closed)).error?.code, 'ISCSI_REJECTED');
});

test('§11.17 a rejected ping proves the target alive', async () => {
  await using bench = new SessionBench({ limits: { pingIntervalMs: 1000, pingTimeoutMs: 500 } });
  const session = await bench.open();
  await bench.clock.advance(1000);
  const { bhs } = await bench.line.expect(opcode.nopOut);
  bench.line.reject(6, bhs);
  await bench.clock.advance(900);
  assert.equal(session.state, 'loggedIn');
});

test('§11.17 a Reject without a header, of an unknown task, or of an unknown PDU is published and changes nothing', async () => {
  await using bench = new SessionBench();
  const session = await bench.open();
  const told: PduRejected[] = [];
  const listener = (message: PduRejected): void => {
    told.push(message);
  };
  channels.pduRejected.subscribe(listener);
  const { done, tag, heard } = await bench.command(plainRequest());
  const foreign = Uint8Array.from(heard.bhs);
  foreign.set([0x12, 0x34, 0x56, 0x78], 16);
  const strange = Uint8Array.from(heard.bhs);
  strange[0] = 0x1c;
  bench.line.reject(4);
  bench.line.reject(9, foreign);
  bench.line.reject(0x0b, strange);
  await bench.line.silence();
  channels.pduRejected.unsubscribe(listener);
  const from = { sessionId: session.id, cid: 1 };
  assert.deepEqual(told, [
    { ...from, reason: 4 },
    { ...from, reason: 9, opcode: opcode.scsiCommand },
    { ...from, reason: 0x0b, opcode: 0x1c },
  ]);
  bench.line.response(tag);
  await soon(done);
});

test('§11.17.3 a Reject uses up a StatSN', async () => {
  await using bench = new SessionBench();
  await bench.open();
  bench.line.reject(4);
  bench.line.nopIn({ targetTransferTag: 1 });
  assert.equal((await bench.line.expect(opcode.nopOut)).pdu.expStatSn, bench.line.statSn);
});
