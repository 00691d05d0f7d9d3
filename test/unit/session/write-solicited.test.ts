// How R2Ts are answered, and what happens to those that break the rules.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { opcode, type R2t } from '../../../src/wire/index.ts';
import { lun, pattern, readRequest, SessionBench, soon, writeRequest } from '../../support/session-bench.ts';
import type { TargetLine } from '../../support/target-line.ts';

const keys = { ImmediateData: 'No', MaxRecvDataSegmentLength: '512', MaxBurstLength: '2048' };

/** Takes one sequence that answers an R2T; returns offset and length of its PDUs. */
async function takeSequence(line: TargetLine, r2t: Partial<R2t>, tag: number, all: Uint8Array): Promise<number[][]> {
  const got: number[][] = [];
  for (let dataSn = 0; ; dataSn += 1) {
    const { pdu, data } = await line.expect(opcode.dataOut);
    assert.equal(pdu.initiatorTaskTag, tag);
    assert.equal(pdu.targetTransferTag, r2t.targetTransferTag, '§11.7.4: the tag of the R2T comes back');
    assert.deepEqual(pdu.lun, lun, '§11.8.5: the LUN of the R2T comes back');
    assert.equal(pdu.dataSn, dataSn, '§11.7.5: DataSN counts within the sequence');
    assert.deepEqual(data, Buffer.from(all.subarray(pdu.bufferOffset, pdu.bufferOffset + data.length)));
    got.push([pdu.bufferOffset, data.length]);
    if (pdu.isFinal) return got;
  }
}

test('§11.8 an R2T is answered by one PDU where it fits, with F and DataSN 0', async () => {
  await using bench = new SessionBench({ keys });
  await bench.open();
  const data = pattern(512);
  const { done, tag } = await bench.command(writeRequest(data));
  await bench.line.silence();
  const r2t = { lun, targetTransferTag: 0, bufferOffset: 0, desiredDataTransferLength: 512 };
  bench.line.r2t(tag, r2t);
  assert.deepEqual(await takeSequence(bench.line, r2t, tag, data), [[0, 512]]);
  bench.line.response(tag);
  assert.equal((await soon(done)).status, 0);
});

test('§11.8 an R2T is answered by a run of PDUs: in order, without gaps, F on the last, DataSN from 0 each time', async () => {
  await using bench = new SessionBench({ keys });
  await bench.open();
  const data = pattern(3000);
  const { done, tag } = await bench.command(writeRequest(data));
  const first = { lun, targetTransferTag: 0xfffffffe, r2tSn: 0, bufferOffset: 0, desiredDataTransferLength: 2048 };
  bench.line.r2t(tag, first);
  assert.deepEqual(await takeSequence(bench.line, first, tag, data), [
    [0, 512],
    [512, 512],
    [1024, 512],
    [1536, 512],
  ]);
  await bench.line.silence();
  const second = { lun, targetTransferTag: 7, r2tSn: 1, bufferOffset: 2048, desiredDataTransferLength: 952 };
  bench.line.r2t(tag, second);
  assert.deepEqual(await takeSequence(bench.line, second, tag, data), [
    [2048, 512],
    [2560, 440],
  ]);
  bench.line.response(tag);
  assert.equal((await soon(done)).status, 0);
});

test('§13.19 several R2Ts at once are answered one after the other, in the order in which they came', async () => {
  await using bench = new SessionBench({ keys: { ...keys, MaxOutstandingR2T: '4' } });
  await bench.open();
  const data = pattern(4096);
  const { tag } = await bench.command(writeRequest(data));
  const r2ts = [0, 1, 2, 3].map((r2tSn) => ({
    lun,
    r2tSn,
    targetTransferTag: 100 + r2tSn,
    bufferOffset: 1024 * r2tSn,
    desiredDataTransferLength: 1024,
  }));
  for (const r2t of r2ts) bench.line.r2t(tag, r2t);
  for (const r2t of r2ts) {
    assert.deepEqual(await takeSequence(bench.line, r2t, tag, data), [
      [r2t.bufferOffset, 512],
      [r2t.bufferOffset + 512, 512],
    ]);
  }
  await bench.line.silence();
});

test('§11.8 DataSequenceInOrder=No: R2Ts from the end to the start are answered as they come', async () => {
  const inOrder = { DataSequenceInOrder: 'No', MaxOutstandingR2T: '4' };
  await using bench = new SessionBench({ keys: { ...keys, ...inOrder }, offers: { dataSequenceInOrder: false } });
  await bench.open();
  const data = pattern(4096);
  const { done, tag } = await bench.command(writeRequest(data));
  const r2ts = [3, 2, 1, 0].map((place, r2tSn) => ({
    lun,
    r2tSn,
    targetTransferTag: 50 + place,
    bufferOffset: 1024 * place,
    desiredDataTransferLength: 1024,
  }));
  for (const r2t of r2ts) bench.line.r2t(tag, r2t);
  for (const r2t of r2ts) {
    const sequence = await takeSequence(bench.line, r2t, tag, data);
    assert.equal(sequence[0]![0], r2t.bufferOffset);
  }
  bench.line.response(tag);
  await soon(done);
});

test('§11.8 two writes: R2Ts are answered in the order of the R2Ts, not of the commands', async () => {
  await using bench = new SessionBench({ keys });
  await bench.open();
  const [one, two] = [pattern(512, 1), pattern(512, 2)];
  const first = await bench.command(writeRequest(one));
  const second = await bench.command(writeRequest(two));
  const r2t = { lun, targetTransferTag: 1, desiredDataTransferLength: 512 };
  bench.line.r2t(second.tag, r2t);
  bench.line.r2t(first.tag, { ...r2t, targetTransferTag: 2 });
  await takeSequence(bench.line, r2t, second.tag, two);
  await takeSequence(bench.line, { ...r2t, targetTransferTag: 2 }, first.tag, one);
  bench.line.response(first.tag);
  bench.line.response(second.tag);
  await Promise.all([first.done, second.done]);
});

test('§4.2.5.2 R2Ts go on after the unsolicited burst, and immediate data are not asked for again', async () => {
  await using bench = new SessionBench({ keys: { ...keys, ImmediateData: 'Yes', FirstBurstLength: '512' } });
  await bench.open();
  const data = pattern(1000);
  const { done, heard, tag } = await bench.command(writeRequest(data));
  assert.equal(heard.data.length, 512);
  const r2t = { lun, targetTransferTag: 9, bufferOffset: 512, desiredDataTransferLength: 488 };
  bench.line.r2t(tag, r2t);
  assert.deepEqual(await takeSequence(bench.line, r2t, tag, data), [[512, 488]]);
  bench.line.response(tag);
  await soon(done);
});

test('§11.2.3.1 ExpStatSN of Data-Out acknowledges the status received meanwhile', async () => {
  await using bench = new SessionBench({ keys });
  await bench.open();
  const first = await bench.command(writeRequest(pattern(100)));
  const second = await bench.command(writeRequest(pattern(100)));
  bench.line.response(first.tag);
  await soon(first.done);
  bench.line.r2t(second.tag, { lun, desiredDataTransferLength: 100 });
  const { pdu } = await bench.line.expect(opcode.dataOut);
  assert.equal(pdu.expStatSn, bench.line.statSn);
});

/** R2Ts that break a rule, after one good one for the first 1024 of 4096 bytes; MaxBurstLength is 2048. */
const bad: readonly (readonly [what: string, code: string, fields: Partial<R2t>])[] = [
  ['§11.8.4 for no bytes', 'ISCSI_BAD_FIELD', { desiredDataTransferLength: 0 }],
  ['§11.8.4 for more than MaxBurstLength', 'ISCSI_BAD_SEQUENCE', { desiredDataTransferLength: 2049 }],
  [
    '§4.2.5.2 for bytes beyond the command',
    'ISCSI_BAD_SEQUENCE',
    { bufferOffset: 3072, desiredDataTransferLength: 1025 },
  ],
  ['§4.2.5.2 from beyond the command', 'ISCSI_BAD_SEQUENCE', { bufferOffset: 0xffff_fff0 }],
  ['§11.8.2 with an R2TSN that skips one', 'ISCSI_BAD_SEQUENCE', { r2tSn: 2 }],
  ['§11.8.5 with the reserved target transfer tag', 'ISCSI_BAD_FIELD', { targetTransferTag: 0xffff_ffff }],
  ['§4.2.5.3 with the LUN of another unit', 'ISCSI_BAD_FIELD', { lun: { high: 0x0004_0000, low: 0 } }],
];

for (const [what, code, fields] of bad) {
  test(`${what}: an R2T ends the connection with ${code}, and the write ends with effect unknown`, async () => {
    await using bench = new SessionBench({ keys: { ...keys, MaxOutstandingR2T: '2' } });
    const session = await bench.open();
    const data = pattern(4096);
    const { done, tag } = await bench.command(writeRequest(data));
    const good = { lun, targetTransferTag: 1, bufferOffset: 0, desiredDataTransferLength: 1024 };
    bench.line.r2t(tag, good);
    await takeSequence(bench.line, good, tag, data);
    bench.line.r2t(tag, {
      lun,
      targetTransferTag: 2,
      r2tSn: 1,
      bufferOffset: 1024,
      desiredDataTransferLength: 1024,
      ...fields,
    });
    await assert.rejects(soon(done), { code: 'ISCSI_CONNECTION_LOST', effect: 'unknown' });
    const end = await soon(session.closed);
    assert.equal(end.how, 'lost');
    assert.equal(end.error?.code, code);
    assert.equal(await bench.line.ended(), 'reset');
    assert.deepEqual(bench.line.drainHeard(), [], 'none of its data were sent');
  });
}

test('§11.8 an R2T for a read ends the connection', async () => {
  await using bench = new SessionBench({ keys });
  const session = await bench.open();
  const { done, tag } = await bench.command(readRequest(512));
  bench.line.r2t(tag, { lun, desiredDataTransferLength: 512 });
  await assert.rejects(soon(done), { code: 'ISCSI_CONNECTION_LOST', effect: 'none' });
  assert.equal((await soon(session.closed)).error?.code, 'ISCSI_BAD_SEQUENCE');
});

test('§11.8 an R2T for a task that has ended is let pass', async () => {
  await using bench = new SessionBench({ keys });
  await bench.open();
  const { done, tag } = await bench.command(writeRequest(pattern(512)));
  bench.line.response(tag);
  await soon(done);
  bench.line.r2t(tag, { lun, desiredDataTransferLength: 512 });
  await bench.line.silence();
  const next = await bench.command(writeRequest(pattern(512)));
  bench.line.response(next.tag);
  await soon(next.done);
});
