// Data-In PDUs that are lost, damaged or repeated where errors are recovered (ErrorRecoveryLevel 1).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { opcode } from '../../../src/wire/index.ts';
import { expectSnack, expStatSnOf, recoveringBench, reserved } from '../../support/recovering-bench.ts';
import { pattern, readRequest, soon } from '../../support/session-bench.ts';
import type { TargetLine } from '../../support/target-line.ts';

const data = pattern(500);

/** Sends the pieces of `data` with these DataSNs, 100 bytes each. */
function send(line: TargetLine, tag: number, ...dataSns: number[]): void {
  for (const dataSn of dataSns) piece(line, tag, dataSn);
}

function piece(line: TargetLine, tag: number, dataSn: number, fields: Parameters<TargetLine['dataIn']>[1] = {}): void {
  const at = dataSn * 100;
  line.dataIn(tag, { dataSn, bufferOffset: at, ...fields }, data.subarray(at, at + 100));
}

test('§7.8 a Data-In with a wrong data digest is asked for by SNACK, and its copy completes the read', async () => {
  await using bench = recoveringBench();
  await bench.open();
  const request = readRequest(500);
  const { done, tag } = await bench.command(request);
  send(bench.line, tag, 0);
  bench.line.damage = 'data';
  bench.line.dataIn(tag, { dataSn: 1, bufferOffset: 100 }, new Uint8Array(100).fill(0xdd));
  await expectSnack(bench.line, 'data', 1, 1, tag);
  send(bench.line, tag, 2, 3, 1);
  piece(bench.line, tag, 4, { hasStatus: true });
  const result = await soon(done);
  assert.deepEqual([result.status, result.dataInLength], [0, 500]);
  assert.deepEqual(request.dataIn, data);
  await bench.line.silence();
});

test('§7.8 the copy of a Data-In may be damaged as well', async () => {
  await using bench = recoveringBench();
  await bench.open();
  const request = readRequest(500);
  const { done, tag } = await bench.command(request);
  for (let time = 0; time < 3; time += 1) {
    bench.line.damage = 'data';
    send(bench.line, tag, 0);
    await expectSnack(bench.line, 'data', 0, 1, tag);
  }
  send(bench.line, tag, 0, 1, 2, 3, 4);
  bench.line.response(tag, { expDataSn: 5 });
  assert.equal((await soon(done)).dataInLength, 500);
  assert.deepEqual(request.dataIn, data);
});

test('§7.9 a Data-In that is damaged for the fifth time is not asked for again: the command is aborted', async () => {
  await using bench = recoveringBench();
  const session = await bench.open();
  const { done, tag } = await bench.command(readRequest(500));
  for (let time = 0; time < 4; time += 1) {
    bench.line.damage = 'data';
    send(bench.line, tag, 0);
    await expectSnack(bench.line, 'data', 0, 1, tag);
  }
  bench.line.damage = 'data';
  send(bench.line, tag, 0);
  const abort = await bench.line.expect(opcode.taskManagementRequest);
  assert.equal(abort.pdu.referencedTaskTag, tag);
  bench.line.taskManagementResponse(abort.pdu.initiatorTaskTag);
  await assert.rejects(soon(done), { code: 'ISCSI_BAD_SEQUENCE', effect: 'none', isRetryable: true });
  assert.equal(session.state, 'loggedIn');
});

test('§7.9 a DataSN that skips one: later data are placed, the missing ones asked for before the status is acknowledged (13.1)', async () => {
  await using bench = recoveringBench();
  await bench.open();
  const request = readRequest(500);
  const { done, tag } = await bench.command(request);
  const statSn = bench.line.statSn;
  send(bench.line, tag, 0, 1, 2);
  piece(bench.line, tag, 4, { hasStatus: true });
  const snack = await expectSnack(bench.line, 'data', 3, 1, tag);
  assert.equal(snack.pdu.expStatSn, statSn, 'the status is not acknowledged by the SNACK');
  assert.equal(await expStatSnOf(bench.line), statSn, 'nor by anything else');
  send(bench.line, tag, 3);
  assert.equal((await soon(done)).dataInLength, 500);
  assert.deepEqual(request.dataIn, data);
  assert.equal(await expStatSnOf(bench.line), bench.line.statSn, 'now it is');
});

test('§11.4.8 ExpDataSN of the response shows data missing at the end: asked for, and the response kept until they are there', async () => {
  await using bench = recoveringBench();
  await bench.open();
  const request = readRequest(500);
  const { done, tag } = await bench.command(request);
  const statSn = bench.line.statSn;
  send(bench.line, tag, 0, 1);
  bench.line.response(tag, { expDataSn: 5, isUnderflow: true, residualCount: 7 });
  const snack = await expectSnack(bench.line, 'data', 2, 3, tag);
  assert.equal(snack.pdu.expStatSn, statSn);
  send(bench.line, tag, 2, 4);
  assert.equal(await expStatSnOf(bench.line), statSn);
  send(bench.line, tag, 3);
  assert.deepEqual(await soon(done), {
    status: 0,
    sense: undefined,
    dataInLength: 500,
    residual: 'underflow',
    residualCount: 7,
    cid: 1,
  });
  assert.deepEqual(request.dataIn, data);
  assert.equal(await expStatSnOf(bench.line), bench.line.statSn);
});

test('§11.4.8 all Data-In of a read are lost: the response shows it', async () => {
  await using bench = recoveringBench();
  await bench.open();
  const request = readRequest(100);
  const { done, tag } = await bench.command(request);
  bench.line.response(tag, { expDataSn: 1 });
  await expectSnack(bench.line, 'data', 0, 1, tag);
  send(bench.line, tag, 0);
  await soon(done);
  assert.deepEqual(request.dataIn, data.subarray(0, 100));
});

test('§7.9 several holes are asked for each as it shows, and once', async () => {
  await using bench = recoveringBench();
  await bench.open();
  const request = readRequest(500);
  const { done, tag } = await bench.command(request);
  send(bench.line, tag, 1);
  await expectSnack(bench.line, 'data', 0, 1, tag);
  send(bench.line, tag, 4);
  await expectSnack(bench.line, 'data', 2, 2, tag);
  send(bench.line, tag, 3, 0);
  await bench.line.silence();
  send(bench.line, tag, 2);
  bench.line.response(tag, { expDataSn: 5 });
  await soon(done);
  assert.deepEqual(request.dataIn, data);
});

test('§7.9 a Data-In that came before is thrown away, even when its copy is damaged', async () => {
  await using bench = recoveringBench();
  await bench.open();
  const request = readRequest(500);
  const { done, tag } = await bench.command(request);
  send(bench.line, tag, 0, 1, 0);
  bench.line.dataIn(tag, { dataSn: 1, bufferOffset: 100 }, new Uint8Array(100).fill(0xdd));
  bench.line.damage = 'data';
  bench.line.dataIn(tag, { dataSn: 0, bufferOffset: 0 }, new Uint8Array(100).fill(0xee));
  send(bench.line, tag, 2, 3);
  piece(bench.line, tag, 4, { hasStatus: true });
  assert.equal((await soon(done)).dataInLength, 500);
  assert.deepEqual(request.dataIn, data);
  await bench.line.silence();
});

test('§7.8 a Data-In with status that is damaged is asked for as data; its copy brings the status', async () => {
  await using bench = recoveringBench();
  await bench.open();
  const request = readRequest(500);
  const { done, tag } = await bench.command(request);
  const { statSn } = bench.line;
  send(bench.line, tag, 0, 1, 2, 3);
  bench.line.damage = 'data';
  piece(bench.line, tag, 4, { hasStatus: true });
  const snack = await expectSnack(bench.line, 'data', 4, 1, tag);
  assert.equal(snack.pdu.expStatSn, statSn);
  await bench.line.silence();
  piece(bench.line, tag, 4, { hasStatus: true, statSn });
  assert.equal((await soon(done)).dataInLength, 500);
  assert.deepEqual(request.dataIn, data);
  assert.equal(await expStatSnOf(bench.line), bench.line.statSn);
});

test('§7.9 a status that came before its data does not hold up the statuses of others, but their acknowledgement', async () => {
  await using bench = recoveringBench();
  await bench.open();
  const [one, two] = [readRequest(500), readRequest(100)];
  const first = await bench.command(one);
  const second = await bench.command(two);
  const { statSn } = bench.line;
  send(bench.line, first.tag, 0, 2, 3);
  piece(bench.line, first.tag, 4, { hasStatus: true });
  await expectSnack(bench.line, 'data', 1, 1, first.tag);
  piece(bench.line, second.tag, 0, { hasStatus: true });
  assert.equal((await soon(second.done)).status, 0);
  assert.equal(await expStatSnOf(bench.line), statSn);
  send(bench.line, first.tag, 1);
  await soon(first.done);
  assert.equal(await expStatSnOf(bench.line), bench.line.statSn);
});

test('§11.16.2 A is answered by DataACK: RunLength 0, ITT reserved, TTT and LUN of the Data-In (10.2, 13.2)', async () => {
  await using bench = recoveringBench();
  await bench.open();
  const { done, tag } = await bench.command(readRequest(500));
  const unit = { high: 0x0003_0000, low: 0 };
  const { statSn } = bench.line;
  send(bench.line, tag, 0);
  piece(bench.line, tag, 1, { isAcknowledge: true, isFinal: true, targetTransferTag: 0x5a5a, lun: unit });
  const { pdu, bhs } = await bench.line.expect(opcode.snackRequest);
  assert.equal(bhs[1], 0x82, 'F and type 2');
  assert.deepEqual([pdu.begRun, pdu.runLength], [2, 0]);
  assert.deepEqual([pdu.initiatorTaskTag, pdu.targetTransferTag, pdu.lun], [reserved, 0x5a5a, unit]);
  send(bench.line, tag, 2, 3);
  piece(bench.line, tag, 4, { hasStatus: true, isAcknowledge: true, targetTransferTag: 7, lun: unit });
  const last = await bench.line.expect(opcode.snackRequest);
  assert.deepEqual([last.pdu.type, last.pdu.begRun, last.pdu.targetTransferTag], [2, 5, 7]);
  assert.equal(last.pdu.expStatSn, statSn, '§11.7.2: not after the acknowledgement of the status');
  await soon(done);
});

test('§11.7.2 a DataACK waits until the holes before it are filled', async () => {
  await using bench = recoveringBench();
  await bench.open();
  const { done, tag } = await bench.command(readRequest(500));
  send(bench.line, tag, 0);
  piece(bench.line, tag, 2, { isAcknowledge: true, targetTransferTag: 1 });
  await expectSnack(bench.line, 'data', 1, 1, tag);
  piece(bench.line, tag, 4, { isAcknowledge: true, targetTransferTag: 2 });
  await expectSnack(bench.line, 'data', 3, 1, tag);
  send(bench.line, tag, 1);
  const first = await bench.line.expect(opcode.snackRequest);
  assert.deepEqual([first.pdu.type, first.pdu.begRun, first.pdu.targetTransferTag], [2, 3, 1]);
  send(bench.line, tag, 3);
  const second = await bench.line.expect(opcode.snackRequest);
  assert.deepEqual([second.pdu.type, second.pdu.begRun, second.pdu.targetTransferTag], [2, 5, 2]);
  bench.line.response(tag, { expDataSn: 5 });
  await soon(done);
});

test('§7.8 a wrong header digest ends the connection at any level, for its length cannot be trusted', async () => {
  await using bench = recoveringBench({ keys: { HeaderDigest: 'CRC32C' } });
  const session = await bench.open();
  const { done, tag } = await bench.command(readRequest(500));
  bench.line.damage = 'header';
  send(bench.line, tag, 0);
  await assert.rejects(soon(done), { code: 'ISCSI_CONNECTION_LOST' });
  assert.equal((await soon(session.closed)).error?.code, 'ISCSI_DIGEST_MISMATCH');
});

test('§11.7.6 recovered data are as bound to their place as others: in order, within the buffer', async () => {
  for (const [dataSn, bufferOffset] of [
    [1, 500],
    [1, 120],
  ] as const) {
    await using bench = recoveringBench();
    const session = await bench.open();
    const { done, tag } = await bench.command(readRequest(500));
    send(bench.line, tag, 0, 2);
    await expectSnack(bench.line, 'data', 1, 1, tag);
    bench.line.dataIn(tag, { dataSn, bufferOffset }, data.subarray(0, 100));
    await assert.rejects(soon(done), { code: 'ISCSI_CONNECTION_LOST' });
    assert.equal((await soon(session.closed)).error?.code, 'ISCSI_BAD_SEQUENCE');
  }
});

test('§7.9 a DataSN far ahead of all others ends the connection: nobody can recover that much', async () => {
  await using bench = recoveringBench();
  const session = await bench.open();
  const { done, tag } = await bench.command(readRequest(500));
  bench.line.dataIn(tag, { dataSn: 5000 }, pattern(100));
  await assert.rejects(soon(done), { code: 'ISCSI_CONNECTION_LOST' });
  assert.equal((await soon(session.closed)).error?.code, 'ISCSI_BAD_SEQUENCE');
});

test('§7.1.5 at ErrorRecoveryLevel 0 nothing is recovered, whatever was offered', async () => {
  await using bench = recoveringBench({ keys: { ErrorRecoveryLevel: '0' } });
  const session = await bench.open();
  const { done, tag } = await bench.command(readRequest(500));
  send(bench.line, tag, 1);
  await assert.rejects(soon(done), { code: 'ISCSI_CONNECTION_LOST' });
  assert.equal((await soon(session.closed)).error?.code, 'ISCSI_BAD_SEQUENCE');
});

test('§7.9 of a Data-In whose StatSN was had before only the data count', async () => {
  await using bench = recoveringBench();
  await bench.open();
  const request = readRequest(200);
  const { done, tag } = await bench.command(request);
  piece(bench.line, tag, 0, { hasStatus: true, statSn: bench.line.statSn - 1 });
  piece(bench.line, tag, 1);
  bench.line.response(tag, { status: 8, expDataSn: 2 });
  const result = await soon(done);
  assert.deepEqual([result.status, result.dataInLength], [8, 200]);
});
