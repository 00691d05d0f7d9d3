// A target that will not send data again: SNACKs rejected, before and after the status (RFC 7143 §7.8 a).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { opcode } from '../../../src/wire/index.ts';
import { expectSnack, expStatSnOf, recoveringBench } from '../../support/recovering-bench.ts';
import { lun, pattern, readRequest, type SessionBench, soon, writeRequest } from '../../support/session-bench.ts';

const rejected = { code: 'ISCSI_REJECTED', effect: 'none', isRetryable: true };

/** A read of 300 bytes whose second Data-In is lost; returns the SNACK's header. */
async function readWithHole(
  bench: SessionBench,
): Promise<{ done: Promise<unknown>; tag: number; snack: Uint8Array; dataIn: Uint8Array }> {
  const request = readRequest(300);
  const { done, tag } = await bench.command(request);
  bench.line.dataIn(tag, { dataSn: 0 }, pattern(100));
  bench.line.dataIn(tag, { dataSn: 2, bufferOffset: 200 }, pattern(100));
  const { bhs } = await expectSnack(bench.line, 'data', 1, 1, tag);
  return { done, tag, snack: bhs, dataIn: request.dataIn };
}

test('§7.8 b a rejected SNACK before the status: the task is aborted and ends with a retryable error (16.4.2)', async () => {
  for (const reason of [3, 4]) {
    await using bench = recoveringBench();
    const session = await bench.open();
    const { done, tag, snack } = await readWithHole(bench);
    bench.line.reject(reason, snack);
    const { pdu } = await bench.line.expect(opcode.taskManagementRequest);
    assert.deepEqual([pdu.function, pdu.referencedTaskTag, pdu.lun], [1, tag, lun]);
    bench.line.taskManagementResponse(pdu.initiatorTaskTag);
    await assert.rejects(soon(done), { ...rejected, value: reason, opcode: opcode.snackRequest });
    const again = await bench.command(readRequest(300));
    assert.notEqual(again.tag, tag, 'what follows is a new command');
    assert.equal(session.state, 'loggedIn');
  }
});

test('§7.8 a.1 the target ends the command with CHECK CONDITION instead: that is its end, and no success', async () => {
  await using bench = recoveringBench();
  await bench.open();
  const { done, tag, snack } = await readWithHole(bench);
  const sense = Buffer.from([0, 18, 0x70, 0, 0x0b, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x11, 0x13, 0, 0, 0, 0]);
  bench.line.together(() => {
    bench.line.reject(3, snack);
    bench.line.response(tag, { status: 2, expDataSn: 3 }, sense);
  });
  const result = (await soon(done)) as { status: number; sense: Uint8Array };
  assert.equal(result.status, 2);
  assert.deepEqual([result.sense[12], result.sense[13]], [0x11, 0x13]);
  await bench.line.silence();
  assert.equal(await expStatSnOf(bench.line), bench.line.statSn);
});

test('§7.8 a.2 a SNACK rejected after the status: a good status is discarded, the command ends with an error at once', async () => {
  await using bench = recoveringBench();
  await bench.open();
  const { done, tag, snack } = await readWithHole(bench);
  const { statSn } = bench.line;
  bench.line.response(tag, { expDataSn: 3 });
  assert.equal(await expStatSnOf(bench.line), statSn);
  bench.line.reject(3, snack);
  await assert.rejects(soon(done), rejected);
  assert.equal(await expStatSnOf(bench.line), bench.line.statSn, 'now the status may be acknowledged');
});

test('§7.8 a.2 a good status that comes after the rejected SNACK is discarded as well', async () => {
  await using bench = recoveringBench();
  await bench.open();
  const { done, tag, snack } = await readWithHole(bench);
  bench.line.reject(3, snack);
  const { pdu } = await bench.line.expect(opcode.taskManagementRequest);
  bench.line.response(tag, { expDataSn: 3 });
  await assert.rejects(soon(done), rejected);
  bench.line.taskManagementResponse(pdu.initiatorTaskTag, { response: 1 });
  assert.equal(await expStatSnOf(bench.line), bench.line.statSn);
});

test('§11.17 a rejected SNACK whose data have come all the same harms nobody', async () => {
  await using bench = recoveringBench();
  await bench.open();
  const { done, tag, snack, dataIn } = await readWithHole(bench);
  bench.line.dataIn(tag, { dataSn: 1, bufferOffset: 100 }, pattern(100));
  bench.line.reject(3, snack);
  bench.line.response(tag, { expDataSn: 3 });
  assert.equal(((await soon(done)) as { status: number }).status, 0);
  assert.deepEqual(dataIn.subarray(100, 200), pattern(100));
});

test('§11.17 a rejected DataACK changes nothing', async () => {
  await using bench = recoveringBench();
  await bench.open();
  const { done, tag } = await bench.command(readRequest(200));
  bench.line.dataIn(tag, { isAcknowledge: true, targetTransferTag: 9 }, pattern(100));
  const { bhs } = await bench.line.expect(opcode.snackRequest);
  bench.line.reject(8, bhs);
  bench.line.dataIn(tag, { dataSn: 1, bufferOffset: 100, hasStatus: true }, pattern(100));
  assert.equal((await soon(done)).status, 0);
});

test('§7.8 an R2T SNACK rejected as such ends the write; one for an R2T that was never sent does not', async () => {
  await using bench = recoveringBench({ keys: { ImmediateData: 'No' } });
  await bench.open();
  const { done, tag } = await bench.command(writeRequest(pattern(100)));
  bench.line.r2t(tag, { r2tSn: 1, desiredDataTransferLength: 100, lun });
  await bench.line.expect(opcode.dataOut);
  const { bhs } = await expectSnack(bench.line, 'data', 0, 1, tag);
  bench.line.reject(4, bhs);
  await bench.line.silence();
  bench.line.reject(3, bhs);
  const { pdu } = await bench.line.expect(opcode.taskManagementRequest);
  bench.line.taskManagementResponse(pdu.initiatorTaskTag);
  await assert.rejects(soon(done), { ...rejected, effect: 'unknown' });
});

test('§11.16.1 a command that is being aborted asks for nothing any more, and its late data go nowhere', async () => {
  await using bench = recoveringBench();
  await bench.open();
  const abort = new AbortController();
  const request = readRequest(300, { signal: abort.signal });
  const { done, tag } = await bench.command(request);
  abort.abort(new Error('enough'));
  const { pdu } = await bench.line.expect(opcode.taskManagementRequest);
  bench.line.dataIn(tag, { dataSn: 1, bufferOffset: 100, hasStatus: true }, pattern(100));
  await bench.line.silence();
  bench.line.taskManagementResponse(pdu.initiatorTaskTag);
  await assert.rejects(soon(done), /enough/);
  bench.line.dataIn(tag, { dataSn: 0 }, new Uint8Array(100).fill(0xdd));
  assert.equal(await expStatSnOf(bench.line), bench.line.statSn);
  assert.equal(request.dataIn.includes(0xdd), false);
});
