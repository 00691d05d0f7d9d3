// Task management functions on request: what goes out, what its answers mean, and who waits for what.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { opcode, reservedTag } from '../../../../src/wire/index.ts';
import { answer, expectFunction, functions, otherLun } from '../../../support/management-script.ts';
import {
  lun,
  pattern,
  plainRequest,
  readRequest,
  SessionBench,
  soon,
  writeRequest,
} from '../../../support/session-bench.ts';

const forUnit = ['abortTaskSet', 'clearAca', 'clearTaskSet', 'logicalUnitReset'] as const;
const forTarget = ['targetWarmReset', 'targetColdReset'] as const;
const lunZero = { high: 0, low: 0 };

suite('the request', () => {
  for (const name of [...forUnit, ...forTarget]) {
    test(`§11.5 ${name}: function ${functions[name]}, immediate, ${name.startsWith('target') ? 'LUN reserved' : 'its LUN'}, no referenced task`, async () => {
      await using bench = new SessionBench({ cmdSn: 7 });
      const session = await bench.open();
      const isForUnit = (forUnit as readonly string[]).includes(name);
      const done = session.manageTasks(name, isForUnit ? { lun } : {});
      const heard = await expectFunction(bench.line, functions[name]);
      const { pdu } = heard;
      assert.equal(pdu.isImmediate, true);
      assert.deepEqual(pdu.lun, isForUnit ? lun : lunZero);
      assert.equal(pdu.referencedTaskTag, reservedTag, '§11.5.4');
      assert.equal(pdu.refCmdSn, 0, '§11.5.5 reserved');
      assert.equal(pdu.expDataSn, 0, '§11.5.6 reserved');
      assert.equal(pdu.cmdSn, 7);
      assert.equal(pdu.expStatSn, bench.line.statSn);
      answer(bench.line, heard);
      assert.deepEqual(await soon(done), { cid: bench.line.cid, terminated: 0 });
      const next = await bench.command(plainRequest());
      assert.equal(next.heard.pdu.cmdSn, 7, '§4.2.2.1 an immediate request uses no number');
    });
  }

  test('§11.5.3 a unit has to be named where the function addresses one, and only there; the limit has to be one', async () => {
    await using bench = new SessionBench();
    const session = await bench.open();
    const argument = { code: 'ISCSI_BAD_ARGUMENT' };
    for (const name of forUnit) await assert.rejects(soon(session.manageTasks(name)), { ...argument, argument: 'lun' });
    for (const name of forTarget) {
      await assert.rejects(soon(session.manageTasks(name, { lun })), { ...argument, argument: 'lun' });
    }
    for (const timeoutMs of [0, -1, 1.5, Number.NaN]) {
      await assert.rejects(soon(session.manageTasks('targetWarmReset', { timeoutMs })), {
        ...argument,
        argument: 'timeoutMs',
      });
    }
    await bench.line.silence();
  });

  test('a session that is logged out takes none', async () => {
    await using bench = new SessionBench();
    const session = await bench.open();
    session.destroy();
    await soon(session.closed);
    await assert.rejects(soon(session.manageTasks('targetWarmReset')), { code: 'ISCSI_CLOSED' });
  });

  test('§4.3 a discovery session takes none', async () => {
    await using bench = new SessionBench({ isDiscovery: true });
    const session = await bench.open();
    await assert.rejects(soon(session.manageTasks('clearAca', { lun })), { code: 'ISCSI_WRONG_STATE' });
    await bench.line.silence();
  });

  test('§4.2.2.1 one that is not immediate uses a number, before the commands that wait for the window', async () => {
    await using bench = new SessionBench({ window: 1 });
    const session = await bench.open();
    const first = await bench.command(plainRequest());
    const second = session.execute(plainRequest({ lun: otherLun }));
    const reset = session.manageTasks('logicalUnitReset', { lun, isImmediate: false });
    await bench.line.silence();
    bench.line.response(first.tag);
    await soon(first.done);
    const heard = await expectFunction(bench.line, functions.logicalUnitReset);
    assert.equal(heard.pdu.isImmediate, false);
    assert.equal(heard.pdu.cmdSn, 2);
    answer(bench.line, heard);
    await soon(reset);
    const { pdu } = await bench.line.expect(opcode.scsiCommand);
    assert.equal(pdu.cmdSn, 3);
    bench.line.response(pdu.initiatorTaskTag);
    await soon(second);
  });

  test('one that finds no room in the window in its time was never sent, and leaves no one waiting', async () => {
    await using bench = new SessionBench({ window: 1 });
    const session = await bench.open();
    const { done, tag } = await bench.command(plainRequest());
    const reset = session.manageTasks('clearTaskSet', { lun, isImmediate: false, timeoutMs: 100 });
    reset.catch(() => undefined);
    await bench.clock.advance(100);
    await assert.rejects(soon(reset), { code: 'ISCSI_TASK_MANAGEMENT_TIMEOUT', limitMs: 100 });
    bench.line.response(tag);
    assert.equal((await soon(done)).status, 0, 'the command was not concerned');
    await bench.line.silence();
  });
});

suite('§11.17.1 too many immediate commands', () => {
  test('the request goes out again with a number of its own', async () => {
    await using bench = new SessionBench();
    const session = await bench.open();
    const reset = session.manageTasks('logicalUnitReset', { lun });
    const first = await expectFunction(bench.line, functions.logicalUnitReset);
    bench.line.reject(6, first.bhs);
    const second = await expectFunction(bench.line, functions.logicalUnitReset, lun);
    assert.deepEqual([second.pdu.isImmediate, second.pdu.cmdSn], [false, 1]);
    answer(bench.line, second);
    await soon(reset);
  });

  test('§7.3 when that is rejected too, its number is filled, and the commands go on', async () => {
    await using bench = new SessionBench();
    const session = await bench.open();
    const { done, tag } = await bench.command(plainRequest());
    const reset = session.manageTasks('logicalUnitReset', { lun });
    reset.catch(() => undefined);
    bench.line.reject(6, (await expectFunction(bench.line, functions.logicalUnitReset)).bhs);
    bench.numbers.discard(2);
    const { bhs } = await expectFunction(bench.line, functions.logicalUnitReset);
    bench.line.reject(4, bhs, { expCmdSn: 2 });
    await assert.rejects(soon(reset), { code: 'ISCSI_REJECTED', value: 4 });
    const { pdu } = await bench.line.expect(opcode.nopOut);
    assert.deepEqual([pdu.isImmediate, pdu.cmdSn], [false, 2]);
    bench.line.response(tag, { expCmdSn: 2 });
    await soon(done);
  });
});

suite('§11.6.1 the response', () => {
  for (const [response, code] of [
    [2, 'ISCSI_NO_SUCH_LUN'],
    [3, 'ISCSI_TASK_STILL_ALLEGIANT'],
    [4, 'ISCSI_FUNCTION_UNSUPPORTED'],
    [5, 'ISCSI_FUNCTION_UNSUPPORTED'],
    [6, 'ISCSI_FUNCTION_FORBIDDEN'],
    [99, 'ISCSI_FUNCTION_REJECTED'],
    [255, 'ISCSI_FUNCTION_REJECTED'],
  ] as const) {
    test(`${response} rejects with ${code}, and commands go on as if nothing had been asked`, async () => {
      await using bench = new SessionBench({ keys: { ImmediateData: 'No' } });
      const session = await bench.open();
      const { done, tag } = await bench.command(writeRequest(pattern(100)));
      const reset = session.manageTasks('clearTaskSet', { lun });
      reset.catch(() => undefined);
      answer(bench.line, await expectFunction(bench.line, functions.clearTaskSet), response);
      await assert.rejects(soon(reset), {
        name: 'TaskManagementError',
        code,
        response,
        functionName: 'CLEAR TASK SET',
      });
      bench.line.r2t(tag, { lun, desiredDataTransferLength: 100 });
      await bench.line.expect(opcode.dataOut);
      bench.line.response(tag, { expDataSn: 1 });
      assert.equal((await soon(done)).status, 0);
    });
  }

  test('1, "task does not exist", is FUNCTION COMPLETE for the purpose', async () => {
    await using bench = new SessionBench();
    const session = await bench.open();
    const { done } = await bench.command(plainRequest());
    const reset = session.manageTasks('abortTaskSet', { lun });
    answer(bench.line, await expectFunction(bench.line, functions.abortTaskSet), 1);
    await assert.rejects(soon(done), { code: 'SCSI_TASK_ABORTED' });
    assert.equal((await soon(reset)).terminated, 1);
  });

  test('CLEAR ACA ends no command, and none waits for it', async () => {
    await using bench = new SessionBench();
    const session = await bench.open();
    const before = await bench.command(readRequest(4));
    const clear = session.manageTasks('clearAca', { lun });
    const heard = await expectFunction(bench.line, functions.clearAca, lun);
    const behind = await bench.command(plainRequest());
    answer(bench.line, heard);
    assert.deepEqual(await soon(clear), { cid: bench.line.cid, terminated: 0 });
    bench.line.dataIn(before.tag, { hasStatus: true }, pattern(4));
    bench.line.response(behind.tag);
    await soon(Promise.all([before.done, behind.done]));
  });
});

suite('turns', () => {
  test('§4.2.2.1 at most one request is outstanding on a connection', async () => {
    await using bench = new SessionBench();
    const session = await bench.open();
    const first = session.manageTasks('logicalUnitReset', { lun });
    const second = session.manageTasks('logicalUnitReset', { lun: otherLun });
    const heard = await expectFunction(bench.line, functions.logicalUnitReset, lun);
    await bench.line.silence();
    answer(bench.line, heard);
    await soon(first);
    answer(bench.line, await expectFunction(bench.line, functions.logicalUnitReset, otherLun));
    await soon(second);
  });

  test('with two connections, two go out at once', async () => {
    await using bench = new SessionBench();
    const [one, two] = await bench.openWith(2);
    const session = bench.session;
    const all = [lun, otherLun].map(async (unit) => await session.manageTasks('clearAca', { lun: unit }));
    const heard = [
      await expectFunction(one!, functions.clearAca, lun),
      await expectFunction(two!, functions.clearAca, otherLun),
    ];
    answer(one!, heard[0]!);
    answer(two!, heard[1]!);
    assert.deepEqual(
      (await soon(Promise.all(all))).map(({ cid }) => cid),
      [one!.cid, two!.cid],
    );
  });

  test('a connection that has left one unanswered is asked again only when there is no other', async () => {
    await using bench = new SessionBench();
    const [one, two] = await bench.openWith(2);
    const session = bench.session;
    const unanswered = async (): Promise<void> => {
      const call = session.manageTasks('clearAca', { lun, timeoutMs: 100 });
      call.catch(() => undefined);
      await bench.clock.advance(100);
      await assert.rejects(soon(call), { code: 'ISCSI_TASK_MANAGEMENT_TIMEOUT' });
    };
    await unanswered();
    await expectFunction(one!, functions.clearAca);
    await unanswered();
    await expectFunction(two!, functions.clearAca);
    await unanswered();
    await expectFunction(one!, functions.clearAca);
  });

  test('a function goes before aborts that wait: it may end what they are for', async () => {
    await using bench = new SessionBench();
    const session = await bench.open();
    const abort = new AbortController();
    const reason = new Error('enough');
    const commands = [];
    for (let count = 0; count < 3; count += 1)
      commands.push(await bench.command(plainRequest({ signal: abort.signal })));
    abort.abort(reason);
    const first = await bench.line.expect(opcode.taskManagementRequest);
    const reset = session.manageTasks('logicalUnitReset', { lun });
    answer(bench.line, first);
    answer(bench.line, await expectFunction(bench.line, functions.logicalUnitReset, lun));
    for (const { done } of commands) await assert.rejects(soon(done), reason);
    assert.equal((await soon(reset)).terminated, 2);
    await bench.line.silence();
  });

  test('a signal calls off what waits, unsent; what was sent goes on without the caller', async () => {
    await using bench = new SessionBench();
    const session = await bench.open();
    const abort = new AbortController();
    const reason = new Error('no longer');
    const first = session.manageTasks('logicalUnitReset', { lun, signal: abort.signal });
    const second = session.manageTasks('logicalUnitReset', { lun: otherLun, signal: abort.signal });
    for (const call of [first, second]) call.catch(() => undefined);
    const heard = await expectFunction(bench.line, functions.logicalUnitReset, lun);
    const done = session.execute(plainRequest());
    abort.abort(reason);
    await assert.rejects(soon(first), reason);
    await assert.rejects(soon(second), reason);
    await bench.line.silence();
    answer(bench.line, heard);
    const { pdu } = await bench.line.expect(opcode.scsiCommand);
    bench.line.response(pdu.initiatorTaskTag);
    await soon(done);
    await bench.line.silence();
    await assert.rejects(soon(session.manageTasks('targetWarmReset', { signal: abort.signal })), reason);
    const later = session.manageTasks('clearAca', { lun });
    answer(bench.line, await expectFunction(bench.line, functions.clearAca));
    await soon(later);
  });

  test('no more than 64 wait; the next is refused', async () => {
    await using bench = new SessionBench();
    const session = await bench.open();
    const all = Array.from({ length: 64 }, async () => await session.manageTasks('clearAca', { lun }));
    await assert.rejects(soon(session.manageTasks('clearAca', { lun })), { code: 'ISCSI_QUEUE_FULL' });
    for (let count = 0; count < 64; count += 1)
      answer(bench.line, await expectFunction(bench.line, functions.clearAca));
    await soon(Promise.all(all));
    const more = session.manageTasks('clearAca', { lun });
    answer(bench.line, await expectFunction(bench.line, functions.clearAca));
    await soon(more);
  });
});

test('a logout ends a function that is not answered', async () => {
  await using bench = new SessionBench();
  const session = await bench.open();
  const reset = session.manageTasks('logicalUnitReset', { lun });
  reset.catch(() => undefined);
  await expectFunction(bench.line, functions.logicalUnitReset);
  const out = session.logout();
  bench.line.logoutResponse((await bench.line.expect(opcode.logoutRequest)).pdu.initiatorTaskTag);
  await assert.rejects(soon(reset), { code: 'ISCSI_DRAINING' });
  assert.equal((await soon(out)).how, 'loggedOut');
});
