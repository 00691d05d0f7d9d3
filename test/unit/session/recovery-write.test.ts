// R2Ts that are lost or repeated, and recovery R2Ts, where errors are recovered (ErrorRecoveryLevel 1).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { opcode, type R2t } from '../../../src/wire/index.ts';
import { expectSnack, recoveringBench } from '../../support/recovering-bench.ts';
import { lun, pattern, type SessionBench, soon, writeRequest } from '../../support/session-bench.ts';

const data = pattern(4000);
const keys = { ImmediateData: 'No', MaxRecvDataSegmentLength: '1024' };

function r2t(bench: SessionBench, tag: number, r2tSn: number, at: number, length: number): void {
  const fields: Partial<R2t> = { r2tSn, bufferOffset: at, desiredDataTransferLength: length, lun };
  bench.line.r2t(tag, { ...fields, targetTransferTag: 0x100 + r2tSn });
}

/** The Data-Out PDUs that answer one R2T: right tag, DataSN from 0, contiguous, F on the last, the right bytes. */
async function answered(bench: SessionBench, r2tSn: number, from: number, length: number): Promise<void> {
  let at = from;
  for (let dataSn = 0; at < from + length; dataSn += 1) {
    const { pdu, data: bytes } = await bench.line.expect(opcode.dataOut);
    assert.deepEqual([pdu.targetTransferTag, pdu.dataSn, pdu.bufferOffset], [0x100 + r2tSn, dataSn, at]);
    assert.deepEqual(Buffer.from(bytes), Buffer.from(data.subarray(at, at + bytes.length)));
    at += bytes.length;
    assert.equal(pdu.isFinal, at === from + length);
  }
}

test('§11.8 a recovery R2T asks again for part or all of an earlier range, in any order of offsets, and is answered', async () => {
  await using bench = recoveringBench({ keys });
  await bench.open();
  const { done, tag } = await bench.command(writeRequest(data));
  const asked = [
    [0, 2000],
    [1000, 1000],
    [0, 2000],
    [2000, 2000],
    [3999, 1],
    [500, 10],
  ] as const;
  for (const [r2tSn, [at, length]] of asked.entries()) {
    r2t(bench, tag, r2tSn, at, length);
    await answered(bench, r2tSn, at, length);
  }
  bench.line.response(tag);
  assert.equal((await soon(done)).status, 0);
});

test('§7.9 an R2TSN that skips some: the R2T is answered at once, the missing ones are asked for by SNACK', async () => {
  await using bench = recoveringBench({ keys });
  await bench.open();
  const { done, tag } = await bench.command(writeRequest(data));
  r2t(bench, tag, 2, 2000, 1000);
  await answered(bench, 2, 2000, 1000);
  await expectSnack(bench.line, 'data', 0, 2, tag);
  r2t(bench, tag, 1, 1000, 1000);
  await answered(bench, 1, 1000, 1000);
  r2t(bench, tag, 0, 0, 1000);
  await answered(bench, 0, 0, 1000);
  r2t(bench, tag, 3, 3000, 1000);
  await answered(bench, 3, 3000, 1000);
  bench.line.response(tag);
  assert.equal((await soon(done)).status, 0);
});

test('§7.9 an R2T that came before is thrown away', async () => {
  await using bench = recoveringBench({ keys });
  await bench.open();
  const { done, tag } = await bench.command(writeRequest(data));
  r2t(bench, tag, 0, 0, 1000);
  await answered(bench, 0, 0, 1000);
  r2t(bench, tag, 0, 0, 1000);
  await bench.line.silence();
  r2t(bench, tag, 1, 1000, 1000);
  await answered(bench, 1, 1000, 1000);
  bench.line.response(tag, { status: 8 });
  assert.equal((await soon(done)).status, 8);
});

test('§4.2.2.4 a write ends with its status, R2Ts missing or not', async () => {
  await using bench = recoveringBench({ keys });
  await bench.open();
  const { done, tag } = await bench.command(writeRequest(data));
  r2t(bench, tag, 1, 0, 4000);
  await answered(bench, 1, 0, 4000);
  await expectSnack(bench.line, 'data', 0, 1, tag);
  bench.line.response(tag, { expDataSn: 0 });
  assert.equal((await soon(done)).status, 0);
});

test('§11.8 the rules for R2Ts hold for those out of turn', async () => {
  for (const [r2tSn, at, length] of [
    [1, 3000, 1001],
    [70_000, 0, 100],
  ] as const) {
    await using bench = recoveringBench({ keys });
    const session = await bench.open();
    const { done, tag } = await bench.command(writeRequest(data));
    r2t(bench, tag, r2tSn, at, length);
    await assert.rejects(soon(done), { code: 'ISCSI_CONNECTION_LOST' });
    assert.equal((await soon(session.closed)).error?.code, 'ISCSI_BAD_SEQUENCE');
  }
});

test('§7.8 rejected Data-Out PDUs are sent again when a recovery R2T asks for them, and not before', async () => {
  await using bench = recoveringBench({ keys });
  await bench.open();
  const { done, tag } = await bench.command(writeRequest(data.slice(0, 1000)));
  r2t(bench, tag, 0, 0, 1000);
  const { bhs } = await bench.line.expect(opcode.dataOut);
  bench.line.reject(2, bhs);
  await bench.line.silence();
  r2t(bench, tag, 1, 0, 1000);
  await answered(bench, 1, 0, 1000);
  bench.line.response(tag);
  assert.equal((await soon(done)).status, 0);
});

test('§7.8 a command whose immediate data came damaged is sent again with its number, tag and data (§7.2.1)', async () => {
  await using bench = recoveringBench({
    keys: { InitialR2T: 'No', FirstBurstLength: '2048', ...keys, ImmediateData: 'Yes' },
  });
  const session = await bench.open();
  const { done, heard, tag } = await bench.command(writeRequest(data.slice(0, 2000), { taskAttribute: 2 }));
  const unsolicited = await bench.line.expect(opcode.dataOut);
  bench.line.reject(2, heard.bhs, { expCmdSn: heard.pdu.cmdSn });
  const retry = await bench.line.expect(opcode.scsiCommand);
  assert.deepEqual({ ...retry.pdu, expStatSn: 0 }, { ...heard.pdu, expStatSn: 0 });
  assert.deepEqual(retry.data, heard.data);
  const again = await bench.line.expect(opcode.dataOut);
  assert.deepEqual({ ...again.pdu, expStatSn: 0 }, { ...unsolicited.pdu, expStatSn: 0 }, 'the entire transfer follows');
  bench.line.response(tag);
  assert.equal((await soon(done)).status, 0);
  assert.equal(session.connections[0]!.retriesSent, 1);
});

test('§7.3 a command that is rejected again and again ends with ISCSI_REJECTED, and its number is filled', async () => {
  await using bench = recoveringBench({ keys: { ...keys, ImmediateData: 'Yes' } });
  await bench.open();
  const { done, heard } = await bench.command(writeRequest(data.slice(0, 100)));
  const numbers = { expCmdSn: heard.pdu.cmdSn, maxCmdSn: 64 };
  for (let time = 0; time < 3; time += 1) {
    bench.line.reject(2, heard.bhs, numbers);
    await bench.line.expect(opcode.scsiCommand);
  }
  bench.line.reject(2, heard.bhs, numbers);
  await assert.rejects(soon(done), { code: 'ISCSI_REJECTED', value: 2 });
  assert.equal((await bench.line.expect(opcode.nopOut)).pdu.cmdSn, heard.pdu.cmdSn);
});

test('§7.3 a command whose number the target counts, though it rejected its data, is not sent again: it would be ignored', async () => {
  await using bench = recoveringBench({ keys: { ...keys, ImmediateData: 'Yes' } });
  await bench.open();
  const { done, heard } = await bench.command(writeRequest(data.slice(0, 100)));
  bench.line.reject(2, heard.bhs);
  await assert.rejects(soon(done), { code: 'ISCSI_REJECTED', value: 2 });
  await bench.line.silence();
});
