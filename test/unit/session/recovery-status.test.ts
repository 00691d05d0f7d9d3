// Numbered PDUs that are lost, damaged or repeated where errors are recovered (ErrorRecoveryLevel 1): StatSN and Status SNACK.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { channels, type PduDiscarded, type SnackSent } from '../../../src/base/index.ts';
import { opcode } from '../../../src/wire/index.ts';
import { expectSnack, expStatSnOf, recoveringBench } from '../../support/recovering-bench.ts';
import { pattern, plainRequest, readRequest, type SessionBench, soon } from '../../support/session-bench.ts';

const sense = Buffer.from([0, 3, 0x70, 0, 5]);

/** `count` commands under way, with their tags. */
async function commands(bench: SessionBench, count: number): Promise<Awaited<ReturnType<SessionBench['command']>>[]> {
  const list = [];
  for (let index = 0; index < count; index += 1) list.push(await bench.command(plainRequest()));
  return list;
}

test('§7.9 a StatSN that skips some: the later response is taken, the missing ones are asked for, ExpStatSN stays', async () => {
  await using bench = recoveringBench();
  await bench.open();
  const [first, second, third, fourth] = await commands(bench, 4);
  const base = bench.line.statSn;
  bench.line.response(first!.tag, { statSn: base });
  bench.line.response(fourth!.tag, { statSn: base + 3 });
  const snack = await expectSnack(bench.line, 'status', base + 1, 2);
  assert.equal(snack.pdu.expStatSn, base + 1);
  await soon(first!.done);
  await soon(fourth!.done);
  assert.equal((await bench.command(plainRequest())).heard.pdu.expStatSn, base + 1);
  bench.line.response(third!.tag, { statSn: base + 2 });
  await soon(third!.done);
  bench.line.statSn = base + 4;
  assert.equal(await expStatSnOf(bench.line), base + 1, 'the first is still missing');
  bench.line.response(second!.tag, { statSn: base + 1 });
  await soon(second!.done);
  assert.equal(await expStatSnOf(bench.line), base + 4);
});

test('§7.9 a missing StatSN is asked for once, however many PDUs come after it', async () => {
  await using bench = recoveringBench();
  await bench.open();
  const [first, second, third] = await commands(bench, 3);
  const base = bench.line.statSn;
  bench.line.response(second!.tag, { statSn: base + 1 });
  await expectSnack(bench.line, 'status', base, 1);
  bench.line.response(third!.tag, { statSn: base + 2 });
  await bench.line.silence();
  bench.line.response(first!.tag, { statSn: base });
  for (const { done } of [first!, second!, third!]) await soon(done);
});

test('§11.19.1 a NOP-In that only shows the next StatSN shows what is missing before it', async () => {
  await using bench = recoveringBench();
  await bench.open();
  const [first] = await commands(bench, 1);
  const base = bench.line.statSn;
  bench.line.nopIn({ statSn: base + 1 });
  const snack = await expectSnack(bench.line, 'status', base, 1);
  assert.equal(snack.pdu.expStatSn, base);
  bench.line.nopIn({ statSn: base + 1 });
  await bench.line.silence();
  bench.line.response(first!.tag, { statSn: base });
  await soon(first!.done);
});

test('§7.8 a response with a wrong data digest is discarded whole and asked for by Status SNACK', async () => {
  await using bench = recoveringBench();
  await bench.open();
  const [first] = await commands(bench, 1);
  const base = bench.line.statSn;
  bench.line.damage = 'data';
  bench.line.response(first!.tag, { status: 2, expCmdSn: 1, maxCmdSn: 0x7000 }, sense);
  const snack = await expectSnack(bench.line, 'status', base, 1);
  assert.equal(snack.pdu.expStatSn, base);
  bench.line.response(first!.tag, { status: 2, statSn: base }, sense);
  const result = await soon(first!.done);
  assert.deepEqual([result.status, Buffer.from(result.sense!)], [2, Buffer.from([0x70, 0, 5])]);
  assert.equal(await expStatSnOf(bench.line), base + 1);
});

test('§7.8 a damaged response behind a gap: all that is missing is asked for at once', async () => {
  await using bench = recoveringBench();
  await bench.open();
  const [first, second, third] = await commands(bench, 3);
  const base = bench.line.statSn;
  bench.line.damage = 'data';
  bench.line.response(third!.tag, { statSn: base + 2, status: 2 }, sense);
  await expectSnack(bench.line, 'status', base, 3);
  bench.line.damage = 'data';
  bench.line.response(second!.tag, { statSn: base + 1, status: 2 }, sense);
  await expectSnack(bench.line, 'status', base + 1, 1);
  [first!, second!, third!].forEach(({ tag }, ahead) => {
    bench.line.response(tag, { statSn: base + ahead });
  });
  for (const { done } of [first!, second!, third!]) await soon(done);
});

test('§7.8 a damaged ping of the target shows nothing and is not asked for: it has no StatSN of its own', async () => {
  await using bench = recoveringBench();
  await bench.open();
  bench.line.damage = 'data';
  bench.line.nopIn({ targetTransferTag: 1, statSn: bench.line.statSn + 9 }, pattern(8));
  await bench.line.silence();
});

test('§7.8 a damaged Data-In of a command that has ended is asked for by its StatSN, or not at all', async () => {
  await using bench = recoveringBench();
  await bench.open();
  const base = bench.line.statSn;
  bench.line.damage = 'data';
  bench.line.dataIn(0x1234_5678, {}, pattern(100));
  await bench.line.silence();
  bench.line.damage = 'data';
  bench.line.dataIn(0x1234_5678, { hasStatus: true }, pattern(100));
  await expectSnack(bench.line, 'status', base, 1);
});

test('§7.8 a lost Asynchronous Message is recovered, and acted on once', async () => {
  await using bench = recoveringBench();
  const session = await bench.open();
  const events: number[] = [];
  session.events.on('asyncMessage', ({ asyncEvent }) => events.push(asyncEvent));
  const base = bench.line.statSn;
  bench.line.asyncMessage(0xff, { statSn: base + 1 });
  await expectSnack(bench.line, 'status', base, 1);
  bench.line.asyncMessage(0xfe, { statSn: base });
  bench.line.asyncMessage(0xfe, { statSn: base });
  await bench.line.silence();
  assert.deepEqual(events, [0xff, 0xfe]);
});

test('§4.2.2.2 more than 256 missing StatSNs, or one 2^31 away, end the connection (5.1)', async () => {
  for (const ahead of [257, 2 ** 31]) {
    await using bench = recoveringBench();
    const session = await bench.open();
    const { done, tag } = await bench.command(plainRequest());
    bench.line.response(tag, { statSn: (bench.line.statSn + ahead) >>> 0 });
    await assert.rejects(soon(done), { code: 'ISCSI_CONNECTION_LOST' });
    assert.equal((await soon(session.closed)).error?.code, 'ISCSI_BAD_SEQUENCE');
  }
  await using bench = recoveringBench();
  await bench.open();
  const { done, tag } = await bench.command(plainRequest());
  const base = bench.line.statSn;
  bench.line.response(tag, { statSn: base + 256 });
  await expectSnack(bench.line, 'status', base, 256);
  await soon(done);
});

test('§11.17 a rejected Status SNACK ends the connection, unless what it asked for has come since', async () => {
  await using bench = recoveringBench();
  const session = await bench.open();
  const [first, second] = await commands(bench, 2);
  const base = bench.line.statSn;
  bench.line.response(second!.tag, { statSn: base + 1 });
  const { bhs } = await expectSnack(bench.line, 'status', base, 1);
  bench.line.response(first!.tag, { statSn: base });
  bench.line.statSn = base + 2;
  bench.line.reject(4, bhs);
  await bench.line.silence();
  assert.equal(session.state, 'loggedIn');
  const third = await bench.command(plainRequest());
  bench.line.statSn += 1;
  bench.line.response(third.tag);
  const again = await expectSnack(bench.line, 'status', base + 3, 1);
  bench.line.reject(3, again.bhs);
  assert.equal((await soon(session.closed)).error?.code, 'ISCSI_REJECTED');
});

test('what is discarded and what is asked for is told on channels, and counted for the connection', async () => {
  await using bench = recoveringBench();
  const session = await bench.open();
  const discarded: PduDiscarded[] = [];
  const sent: SnackSent[] = [];
  const onDiscarded = (message: PduDiscarded): void => void discarded.push(message);
  const onSent = (message: SnackSent): void => void sent.push(message);
  channels.pduDiscarded.subscribe(onDiscarded);
  channels.snackSent.subscribe(onSent);
  const { done, tag } = await bench.command(readRequest(200));
  bench.line.dataIn(tag, { dataSn: 0 }, pattern(100));
  bench.line.dataIn(tag, { dataSn: 0 }, pattern(100));
  const base = bench.line.statSn;
  bench.line.damage = 'data';
  bench.line.dataIn(tag, { dataSn: 1, bufferOffset: 100 }, pattern(100));
  bench.line.nopIn({ statSn: base + 1 });
  await bench.line.next();
  await bench.line.next();
  channels.pduDiscarded.unsubscribe(onDiscarded);
  channels.snackSent.unsubscribe(onSent);
  const from = { sessionId: session.id, cid: 1 };
  assert.deepEqual(discarded, [
    { ...from, opcode: opcode.dataIn, reason: 'duplicate' },
    { ...from, opcode: opcode.dataIn, reason: 'dataDigest' },
  ]);
  assert.deepEqual(sent, [
    { ...from, type: 0, begRun: 1, runLength: 1, initiatorTaskTag: tag },
    { ...from, type: 1, begRun: base, runLength: 1 },
  ]);
  assert.equal(session.connections[0]!.snacksSent, 2);
  done.catch(() => undefined);
});
