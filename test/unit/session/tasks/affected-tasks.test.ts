// What becomes of commands under a function that ends many: on its own connection and on others, standard and fast.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { opcode } from '../../../../src/wire/index.ts';
import {
  answer,
  expectAcknowledgement,
  expectFunction,
  expectPing,
  functions,
  otherLun,
  watch,
} from '../../../support/management-script.ts';
import {
  lun,
  pattern,
  plainRequest,
  readRequest,
  SessionBench,
  soon,
  writeRequest,
} from '../../../support/session-bench.ts';
import { turns } from '../../../support/target-line.ts';

const noImmediateData = { keys: { ImmediateData: 'No' } };

suite('§4.2.3.2 which commands a function ends', () => {
  for (const [name, code] of [
    ['abortTaskSet', functions.abortTaskSet],
    ['clearTaskSet', functions.clearTaskSet],
    ['logicalUnitReset', functions.logicalUnitReset],
  ] as const) {
    test(`${name}: those of its unit, with SCSI_TASK_ABORTED and what is known of their effect`, async () => {
      await using bench = new SessionBench();
      const session = await bench.open();
      const read = await bench.command(readRequest(4));
      const write = await bench.command(writeRequest(pattern(4)));
      const other = await bench.command(plainRequest({ lun: otherLun }));
      const done = session.manageTasks(name, { lun });
      answer(bench.line, await expectFunction(bench.line, code, lun));
      await assert.rejects(soon(read.done), { code: 'SCSI_TASK_ABORTED', effect: 'none', isRetryable: true });
      await assert.rejects(soon(write.done), { code: 'SCSI_TASK_ABORTED', effect: 'unknown' });
      assert.deepEqual(await soon(done), { cid: bench.line.cid, terminated: 2 });
      bench.line.response(other.tag);
      assert.equal((await soon(other.done)).status, 0);
    });
  }

  test('targetWarmReset: those of all units', async () => {
    await using bench = new SessionBench();
    const session = await bench.open();
    const one = await bench.command(plainRequest());
    const two = await bench.command(plainRequest({ lun: otherLun }));
    const done = session.manageTasks('targetWarmReset');
    answer(bench.line, await expectFunction(bench.line, functions.targetWarmReset));
    for (const each of [one, two]) await assert.rejects(soon(each.done), { code: 'SCSI_TASK_ABORTED' });
    assert.equal((await soon(done)).terminated, 2);
  });

  test('§11.5.1 targetColdReset: the end of the connections is an answer too, and the commands end with them', async () => {
    await using bench = new SessionBench();
    const session = await bench.open();
    const { done } = await bench.command(writeRequest(pattern(4)));
    const reset = session.manageTasks('targetColdReset');
    await expectFunction(bench.line, functions.targetColdReset);
    bench.line.reset();
    assert.deepEqual(await soon(reset), { cid: bench.line.cid, terminated: 0 });
    await assert.rejects(soon(done), { code: 'ISCSI_CONNECTION_LOST', effect: 'unknown' });
  });

  test('a command that its caller gave up meanwhile ends with the caller’s reason, and costs no ABORT TASK', async () => {
    await using bench = new SessionBench();
    const session = await bench.open();
    const abort = new AbortController();
    const reason = new Error('enough');
    const { done } = await bench.command(plainRequest({ signal: abort.signal }));
    const reset = session.manageTasks('logicalUnitReset', { lun });
    const heard = await expectFunction(bench.line, functions.logicalUnitReset);
    abort.abort(reason);
    await bench.line.silence();
    answer(bench.line, heard);
    await assert.rejects(soon(done), reason);
    assert.equal((await soon(reset)).terminated, 1);
  });

  test('§11.6.1 after a refusal, a command that its caller gave up meanwhile is aborted by itself', async () => {
    await using bench = new SessionBench();
    const session = await bench.open();
    const abort = new AbortController();
    const reason = new Error('enough');
    const { done, tag } = await bench.command(plainRequest({ signal: abort.signal }));
    const reset = session.manageTasks('logicalUnitReset', { lun });
    const heard = await expectFunction(bench.line, functions.logicalUnitReset);
    abort.abort(reason);
    answer(bench.line, heard, 5);
    await assert.rejects(soon(reset), { code: 'ISCSI_FUNCTION_UNSUPPORTED' });
    const { pdu } = await bench.line.expect(opcode.taskManagementRequest);
    assert.deepEqual([pdu.function, pdu.referencedTaskTag], [1, tag]);
    bench.line.taskManagementResponse(pdu.initiatorTaskTag);
    await assert.rejects(soon(done), reason);
  });
});

suite('§4.2.3.3 until the response', () => {
  test('a) every R2T of an affected command is answered, and every ping of the target', async () => {
    await using bench = new SessionBench(noImmediateData);
    const session = await bench.open();
    const data = pattern(100);
    const { done, tag } = await bench.command(writeRequest(data));
    const reset = session.manageTasks('abortTaskSet', { lun });
    const heard = await expectFunction(bench.line, functions.abortTaskSet);
    bench.line.r2t(tag, { lun, targetTransferTag: 0x55, desiredDataTransferLength: 100 });
    const sent = await bench.line.expect(opcode.dataOut);
    assert.deepEqual([sent.pdu.isFinal, sent.pdu.targetTransferTag], [true, 0x55], '§11.5.1 with the F bit');
    assert.deepEqual(
      Uint8Array.from(sent.data),
      data,
      'whole: a sequence that is too short would be an error of its own',
    );
    bench.line.nopIn({ targetTransferTag: 0x66 });
    assert.equal((await bench.line.expect(opcode.nopOut)).pdu.targetTransferTag, 0x66);
    answer(bench.line, heard);
    await assert.rejects(soon(done), { code: 'SCSI_TASK_ABORTED' });
    await soon(reset);
  });

  test('b) an answer of an affected command counts', async () => {
    await using bench = new SessionBench();
    const session = await bench.open();
    const request = readRequest(64);
    const { done, tag } = await bench.command(request);
    const reset = session.manageTasks('logicalUnitReset', { lun });
    const heard = await expectFunction(bench.line, functions.logicalUnitReset);
    bench.line.dataIn(tag, { hasStatus: true }, pattern(64));
    assert.equal((await soon(done)).status, 0);
    assert.deepEqual(request.dataIn, pattern(64));
    answer(bench.line, heard);
    assert.equal((await soon(reset)).terminated, 0);
    assert.equal(session.connections[0]?.tasksInFlight, 0);
  });

  test('commands for the unit wait for it, in their order; those for others do not', async () => {
    await using bench = new SessionBench();
    const session = await bench.open();
    const reset = session.manageTasks('logicalUnitReset', { lun });
    const heard = await expectFunction(bench.line, functions.logicalUnitReset);
    const waiting = [2, 3].map(async (length) => await session.execute(readRequest(length)));
    const other = await bench.command(plainRequest({ lun: otherLun }));
    await bench.line.silence();
    answer(bench.line, heard);
    await soon(reset);
    for (const length of [2, 3]) {
      const { pdu } = await bench.line.expect(opcode.scsiCommand);
      assert.equal(pdu.expectedDataTransferLength, length);
      bench.line.dataIn(pdu.initiatorTaskTag, { hasStatus: true }, pattern(length));
    }
    bench.line.response(other.tag);
    await soon(Promise.all([...waiting, other.done]));
  });

  test('one that waits can be given up, and runs out of time, unsent', async () => {
    await using bench = new SessionBench();
    const session = await bench.open();
    const abort = new AbortController();
    const reset = session.manageTasks('logicalUnitReset', { lun });
    const heard = await expectFunction(bench.line, functions.logicalUnitReset);
    const first = session.execute(writeRequest(pattern(4), { signal: abort.signal }));
    const second = session.execute(writeRequest(pattern(4), { timeoutMs: 50 }));
    second.catch(() => undefined);
    abort.abort(new Error('enough'));
    await assert.rejects(soon(first), /enough/);
    await bench.clock.advance(50);
    await assert.rejects(soon(second), { code: 'ISCSI_TASK_TIMEOUT', effect: 'none' });
    answer(bench.line, heard);
    await soon(reset);
    await bench.line.silence();
  });

  test('c) a response that comes after the function was given up is dropped', async () => {
    await using bench = new SessionBench();
    const session = await bench.open();
    const reset = session.manageTasks('logicalUnitReset', { lun, timeoutMs: 100 });
    reset.catch(() => undefined);
    const heard = await expectFunction(bench.line, functions.logicalUnitReset);
    await bench.clock.advance(100);
    await assert.rejects(soon(reset), { code: 'ISCSI_TASK_MANAGEMENT_TIMEOUT', operation: 'LOGICAL UNIT RESET' });
    const { done, tag } = await bench.command(plainRequest());
    const seen = watch(done);
    answer(bench.line, heard);
    await turns();
    assert.equal(seen.isSettled, false, 'the response concerns nothing that lives');
    bench.line.response(tag);
    assert.equal((await soon(done)).status, 0);
  });
});

suite('§4.2.3.3 c and §4.2.2.3.3 on other connections', () => {
  test('a read ends only when a ping has shown that none of its data are on their way', async () => {
    await using bench = new SessionBench();
    const [one, two] = await bench.openWith(2);
    const first = await bench.command(plainRequest(), one);
    const request = readRequest(400);
    const { done, tag } = await bench.command(request, two);
    const seen = watch(done);
    const reset = bench.session.manageTasks('logicalUnitReset', { lun });
    const heard = await expectFunction(one!, functions.logicalUnitReset);
    await expectAcknowledgement(two!);
    const pdu = { expCmdSn: 3, maxCmdSn: 60, opcode: opcode.dataIn, statSn: 0, lun, initiatorTaskTag: tag } as const;
    const flags = { isFinal: false, isAcknowledge: false, hasStatus: false, isOverflow: false, isUnderflow: false };
    const rest = { status: 0, targetTransferTag: 0xffff_ffff, dataSn: 0, bufferOffset: 0, residualCount: 0 };
    const bytes = two!.bytesOf({ ...pdu, ...flags, ...rest }, pattern(400));
    two!.sendBytes(bytes.slice(0, 200));
    await turns();
    answer(one!, heard);
    await assert.rejects(soon(first.done), { code: 'SCSI_TASK_ABORTED' }, 'the same connection: at once');
    const ping = await expectPing(two!);
    assert.equal(seen.isSettled, false);
    two!.sendBytes(bytes.slice(200));
    ping();
    await assert.rejects(soon(done), { code: 'SCSI_TASK_ABORTED', effect: 'none' });
    assert.deepEqual(request.dataIn, pattern(400));
    assert.deepEqual(await soon(reset), { cid: one!.cid, terminated: 2 });
  });

  test('a late answer counts as long as the function is not over for its caller', async () => {
    await using bench = new SessionBench();
    const [one, two] = await bench.openWith(2);
    await bench.command(plainRequest({ lun: otherLun }), one);
    const { done, tag } = await bench.command(writeRequest(pattern(4)), two);
    const reset = bench.session.manageTasks('abortTaskSet', { lun });
    const seen = watch(reset);
    const heard = await expectFunction(one!, functions.abortTaskSet);
    await expectAcknowledgement(two!);
    answer(one!, heard);
    const ping = await expectPing(two!);
    two!.response(tag);
    assert.equal((await soon(done)).status, 0);
    await expectAcknowledgement(two!);
    assert.equal(seen.isSettled, false);
    ping();
    assert.equal((await soon(reset)).terminated, 0);
  });

  test('§11.6.1 what has come is acknowledged on all connections: at the request, and with each answer after it', async () => {
    await using bench = new SessionBench();
    const [one, two, three] = await bench.openWith(3);
    const commands = [];
    for (const line of [one, two, three]) commands.push(await bench.command(plainRequest(), line));
    three!.response(commands[2]!.tag);
    await soon(commands[2]!.done);
    const reset = bench.session.manageTasks('clearTaskSet', { lun });
    const heard = await expectFunction(one!, functions.clearTaskSet);
    for (const line of [two!, three!]) await expectAcknowledgement(line);
    for (const [at, line] of [one!, two!].entries()) {
      line.response(commands[at]!.tag);
      await expectAcknowledgement(line);
    }
    answer(one!, heard);
    assert.equal((await soon(reset)).terminated, 0);
    for (const line of [one!, two!, three!]) await line.silence();
  });

  test('one that answers no ping is lost, in the time of the function', async () => {
    await using bench = new SessionBench();
    const [one, two] = await bench.openWith(2);
    await bench.command(plainRequest({ lun: otherLun }), one);
    const { done } = await bench.command(writeRequest(pattern(4)), two);
    const reset = bench.session.manageTasks('logicalUnitReset', { lun, timeoutMs: 500 });
    answer(one!, await expectFunction(one!, functions.logicalUnitReset));
    await expectAcknowledgement(two!);
    await expectPing(two!);
    await bench.clock.advance(499);
    assert.equal(bench.session.connections.length, 2);
    bench.clock.jump(1);
    assert.equal((await soon(reset)).terminated, 0);
    await bench.clock.advance(2000);
    const { pdu } = await one!.expect(opcode.logoutRequest);
    one!.logoutResponse(pdu.initiatorTaskTag);
    await assert.rejects(soon(done), { code: 'ISCSI_CONNECTION_LOST', effect: 'unknown' });
    assert.equal(await two!.ended(), 'reset');
  });

  test('c) when its connection is lost, another one asks again', async () => {
    await using bench = new SessionBench();
    const [one, two] = await bench.openWith(2);
    await bench.command(plainRequest({ lun: otherLun }), one);
    const { done } = await bench.command(writeRequest(pattern(4)), two);
    const reset = bench.session.manageTasks('logicalUnitReset', { lun });
    await expectFunction(one!, functions.logicalUnitReset, lun);
    await expectAcknowledgement(two!);
    one!.nopIn();
    await turns();
    one!.reset();
    const heard = await expectFunction(two!, functions.logicalUnitReset, lun);
    answer(two!, heard);
    await assert.rejects(soon(done), { code: 'SCSI_TASK_ABORTED' });
    assert.deepEqual(await soon(reset), { cid: two!.cid, terminated: 1 });
  });

  test('when the last connection is lost, the function ends with it', async () => {
    await using bench = new SessionBench();
    const session = await bench.open();
    const reset = session.manageTasks('logicalUnitReset', { lun });
    reset.catch(() => undefined);
    await expectFunction(bench.line, functions.logicalUnitReset);
    bench.line.reset();
    await assert.rejects(soon(reset), { code: 'ISCSI_CONNECTION_LOST' });
  });
});

const fast = {
  offers: { taskReporting: ['RFC3720', 'ResponseFence', 'FastAbort'] },
  keys: { ImmediateData: 'No', TaskReporting: 'FastAbort', MaxOutstandingR2T: '2' },
} as const;

suite('§4.2.3.4 FastAbort', () => {
  test('a) no Data-Out follows the request on its own connection', async () => {
    await using bench = new SessionBench(fast);
    const session = await bench.open();
    const { done, tag } = await bench.command(writeRequest(pattern(100)));
    const other = await bench.command(writeRequest(pattern(100), { lun: otherLun }));
    const reset = session.manageTasks('abortTaskSet', { lun });
    const heard = await expectFunction(bench.line, functions.abortTaskSet);
    bench.line.r2t(tag, { lun, desiredDataTransferLength: 100 });
    await bench.line.silence();
    bench.line.r2t(other.tag, { lun: otherLun, desiredDataTransferLength: 100 });
    assert.equal((await bench.line.expect(opcode.dataOut)).pdu.initiatorTaskTag, other.tag, 'others are not concerned');
    answer(bench.line, heard);
    await assert.rejects(soon(done), { code: 'SCSI_TASK_ABORTED', effect: 'unknown' });
    await soon(reset);
    await bench.line.silence();
  });

  test('when the target refuses, the R2Ts that were withheld are answered, in their order', async () => {
    await using bench = new SessionBench(fast);
    const session = await bench.open();
    const { done, tag } = await bench.command(writeRequest(pattern(200)));
    const reset = session.manageTasks('abortTaskSet', { lun });
    reset.catch(() => undefined);
    const heard = await expectFunction(bench.line, functions.abortTaskSet);
    const desiredDataTransferLength = 100;
    bench.line.r2t(tag, { lun, targetTransferTag: 1, desiredDataTransferLength });
    bench.line.r2t(tag, { lun, targetTransferTag: 2, r2tSn: 1, bufferOffset: 100, desiredDataTransferLength });
    await bench.line.silence();
    answer(bench.line, heard, 5);
    await assert.rejects(soon(reset), { code: 'ISCSI_FUNCTION_UNSUPPORTED' });
    for (const tagOfTarget of [1, 2]) {
      assert.equal((await bench.line.expect(opcode.dataOut)).pdu.targetTransferTag, tagOfTarget);
    }
    bench.line.response(tag, { expDataSn: 2 });
    assert.equal((await soon(done)).status, 0);
  });

  test('§13.17 more R2Ts than were agreed are not kept: they end the connection', async () => {
    await using bench = new SessionBench(fast);
    const session = await bench.open();
    const { tag } = await bench.command(writeRequest(pattern(300)));
    session.manageTasks('abortTaskSet', { lun }).catch(() => undefined);
    await expectFunction(bench.line, functions.abortTaskSet);
    for (const r2tSn of [0, 1, 2]) bench.line.r2t(tag, { lun, r2tSn, desiredDataTransferLength: 100 });
    assert.equal((await soon(session.closed)).error?.code, 'ISCSI_BAD_SEQUENCE');
  });

  test('on another connection R2Ts are answered until event 5; that ends the commands there, and is acknowledged', async () => {
    await using bench = new SessionBench(fast);
    const [one, two] = await bench.openWith(2);
    await bench.command(plainRequest({ lun: otherLun }), one);
    const { done, tag } = await bench.command(writeRequest(pattern(200)), two);
    const reset = bench.session.manageTasks('logicalUnitReset', { lun });
    const heard = await expectFunction(one!, functions.logicalUnitReset);
    await expectAcknowledgement(two!);
    two!.r2t(tag, { lun, desiredDataTransferLength: 100 });
    await two!.expect(opcode.dataOut);
    two!.asyncMessage(5, { lun });
    await assert.rejects(soon(done), { code: 'SCSI_TASK_ABORTED', effect: 'unknown' });
    assert.deepEqual((await two!.expect(opcode.nopOut)).pdu.lun, lun);
    two!.r2t(tag, { lun, r2tSn: 1, bufferOffset: 100, desiredDataTransferLength: 100 });
    await two!.silence();
    answer(one!, heard);
    await soon(reset);
    await two!.silence();
  });
});
