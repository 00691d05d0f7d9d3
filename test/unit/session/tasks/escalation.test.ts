// What a session does about a command that no abort ends: step by step, each within its own limit.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { EscalationLimit, SessionLimits } from '../../../../src/session/index.ts';
import { opcode } from '../../../../src/wire/index.ts';
import {
  answer,
  escalationSteps,
  expectAcknowledgement,
  expectFunction,
  functions,
  otherLun,
  stuckCommand,
  thirdLun,
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

const abortTask = 1;
const reason = new Error('the caller gave up');
const limits = { taskTimeoutMs: 0, abortTimeoutMs: 300, lunResetTimeoutMs: 500, targetResetTimeoutMs: 700 };

function benchWith(escalation?: EscalationLimit, more: Partial<SessionLimits> = {}): SessionBench {
  return new SessionBench({
    window: 1000,
    limits: { ...limits, ...more },
    ...(escalation === undefined ? {} : { session: { escalation } }),
  });
}

suite('a reset of the unit', () => {
  test('follows an ABORT TASK that is not answered in abortTimeoutMs, and ends the commands of the unit', async () => {
    await using bench = benchWith();
    const session = await bench.open();
    const { taken, stop } = escalationSteps(bench);
    const stuck = await stuckCommand(bench, bench.line, lun);
    const read = await bench.command(readRequest(4));
    const write = await bench.command(writeRequest(pattern(4)));
    const other = await bench.command(plainRequest({ lun: otherLun }));
    stuck.abort(reason);
    await expectFunction(bench.line, abortTask, lun);
    await bench.clock.advance(299);
    await bench.line.silence();
    await bench.clock.advance(1);
    const reset = await expectFunction(bench.line, functions.logicalUnitReset, lun);
    assert.deepEqual(taken, [['lunReset', lun]]);
    await bench.clock.advance(499);
    answer(bench.line, reset);
    await assert.rejects(soon(stuck.done), reason);
    await assert.rejects(soon(read.done), { code: 'SCSI_TASK_ABORTED', effect: 'none' });
    await assert.rejects(soon(write.done), { code: 'SCSI_TASK_ABORTED', effect: 'unknown' });
    bench.line.response(other.tag);
    assert.equal((await soon(other.done)).status, 0);
    await bench.clock.advance(10_000);
    await bench.line.silence();
    assert.equal(session.state, 'loggedIn');
    stop();
  });

  for (const response of [2, 3, 5, 6, 255]) {
    test(`follows an ABORT TASK that is answered with ${response} at once`, async () => {
      await using bench = benchWith();
      await bench.open();
      const stuck = await stuckCommand(bench, bench.line, lun);
      stuck.abort(reason);
      answer(bench.line, await expectFunction(bench.line, abortTask), response);
      answer(bench.line, await expectFunction(bench.line, functions.logicalUnitReset, lun));
      await assert.rejects(soon(stuck.done), reason);
    });
  }

  test('§7.11 follows for a command that ran out of time too, though the target answers every ping', async () => {
    await using bench = benchWith(undefined, { taskTimeoutMs: 30_000, pingIntervalMs: 2000, pingTimeoutMs: 1000 });
    const session = await bench.open();
    const { done } = await bench.command(writeRequest(pattern(4)));
    const heard: (number | string)[] = [];
    const end = watch(done);
    for (let tenth = 0; tenth < 310 && !end.isSettled; tenth += 1) {
      await bench.clock.advance(100);
      for (const { pdu } of bench.line.drainHeard()) {
        if (pdu.opcode === opcode.nopOut) {
          bench.line.nopIn({ initiatorTaskTag: pdu.initiatorTaskTag });
          continue;
        }
        assert.ok(pdu.opcode === opcode.taskManagementRequest);
        heard.push(pdu.function, `${bench.clock.now()} ms`);
        if (pdu.function === functions.logicalUnitReset) bench.line.taskManagementResponse(pdu.initiatorTaskTag);
      }
    }
    assert.deepEqual(heard, [abortTask, '30000 ms', functions.logicalUnitReset, '30300 ms']);
    await assert.rejects(soon(done), { code: 'ISCSI_TASK_TIMEOUT', effect: 'unknown', limitMs: 30_000 });
    assert.equal(session.state, 'loggedIn');
  });

  test('comes once for all the stuck commands of a unit', async () => {
    await using bench = benchWith(undefined, { taskTimeoutMs: 1000 });
    const session = await bench.open();
    const { taken, stop } = escalationSteps(bench);
    const commands = Array.from({ length: 200 }, async () => await session.execute(plainRequest()));
    for (const command of commands) command.catch(() => undefined);
    for (let count = 0; count < 200; count += 1) await bench.line.expect(opcode.scsiCommand);
    await bench.clock.advance(1000);
    await expectFunction(bench.line, abortTask);
    await bench.clock.advance(300);
    const reset = await expectFunction(bench.line, functions.logicalUnitReset, lun);
    await bench.line.silence();
    answer(bench.line, reset);
    for (const command of commands) await assert.rejects(soon(command), { code: 'ISCSI_TASK_TIMEOUT' });
    await bench.clock.advance(10_000);
    await bench.line.silence();
    assert.deepEqual(taken, [['lunReset', lun]]);
    stop();
  });

  test('is what a command waits for that is given up meanwhile: it costs no ABORT TASK', async () => {
    await using bench = benchWith();
    await bench.open();
    const first = await stuckCommand(bench, bench.line, lun);
    const second = await stuckCommand(bench, bench.line, lun);
    first.abort(reason);
    answer(bench.line, await expectFunction(bench.line, abortTask), 5);
    const reset = await expectFunction(bench.line, functions.logicalUnitReset);
    second.abort(new Error('another reason'));
    await bench.line.silence();
    answer(bench.line, reset);
    await assert.rejects(soon(first.done), reason);
    await assert.rejects(soon(second.done), /another reason/);
    await bench.line.silence();
  });

  test('goes over a connection that answers', async () => {
    await using bench = benchWith();
    const [one, two] = await bench.openWith(2);
    const stuck = await stuckCommand(bench, one!, lun);
    await bench.command(plainRequest({ lun: otherLun }), two);
    const second = await stuckCommand(bench, one!, lun);
    stuck.abort(reason);
    second.abort(reason);
    await expectFunction(one!, abortTask);
    await bench.clock.advance(300);
    const reset = await expectFunction(two!, functions.logicalUnitReset, lun);
    await expectAcknowledgement(one!);
    await one!.silence();
    answer(two!, reset);
    const { pdu } = await one!.expect(opcode.nopOut);
    one!.nopIn({ initiatorTaskTag: pdu.initiatorTaskTag });
    for (const { done } of [stuck, second]) await assert.rejects(soon(done), reason);
    assert.equal(bench.session.connections.length, 2);
  });

  test('of one unit lets the aborts at other units go on after it', async () => {
    await using bench = benchWith();
    await bench.open();
    const first = await stuckCommand(bench, bench.line, lun);
    const second = await stuckCommand(bench, bench.line, otherLun);
    first.abort(reason);
    second.abort(reason);
    await expectFunction(bench.line, abortTask, lun);
    await bench.clock.advance(300);
    answer(bench.line, await expectFunction(bench.line, functions.logicalUnitReset, lun));
    await assert.rejects(soon(first.done), reason);
    answer(bench.line, await expectFunction(bench.line, abortTask, otherLun));
    await assert.rejects(soon(second.done), reason);
  });
});

suite('an answer on the way', () => {
  test('of the command itself counts, and no further step is taken', async () => {
    await using bench = benchWith('targetReset');
    const session = await bench.open();
    const { taken, stop } = escalationSteps(bench);
    const stuck = await stuckCommand(bench, bench.line, lun);
    stuck.abort(reason);
    await expectFunction(bench.line, abortTask);
    await bench.clock.advance(300);
    await expectFunction(bench.line, functions.logicalUnitReset);
    bench.line.response(stuck.tag);
    assert.equal((await soon(stuck.done)).status, 0);
    await bench.clock.advance(10_000);
    await bench.line.silence();
    assert.equal(session.state, 'loggedIn');
    assert.deepEqual(taken, [['lunReset', lun]]);
    stop();
  });

  test('of the ABORT TASK comes too late to be heard', async () => {
    await using bench = benchWith();
    await bench.open();
    const stuck = await stuckCommand(bench, bench.line, lun);
    const seen = watch(stuck.done);
    stuck.abort(reason);
    const abort = await expectFunction(bench.line, abortTask);
    await bench.clock.advance(300);
    const reset = await expectFunction(bench.line, functions.logicalUnitReset);
    answer(bench.line, abort);
    await bench.line.silence();
    assert.equal(seen.isSettled, false);
    answer(bench.line, reset);
    await assert.rejects(soon(stuck.done), reason);
  });
});

suite('a reset of the target', () => {
  test('is not taken unless asked for: the connection is dropped after lunResetTimeoutMs, not before', async () => {
    await using bench = benchWith();
    const session = await bench.open();
    const { taken, stop } = escalationSteps(bench);
    const stuck = await stuckCommand(bench, bench.line, lun);
    const other = await bench.command(writeRequest(pattern(4), { lun: otherLun }));
    stuck.abort(reason);
    await bench.clock.advance(300);
    await expectFunction(bench.line, abortTask);
    await expectFunction(bench.line, functions.logicalUnitReset);
    await bench.clock.advance(499);
    assert.equal(session.state, 'loggedIn');
    await bench.clock.advance(1);
    await assert.rejects(soon(stuck.done), reason);
    await assert.rejects(soon(other.done), { code: 'ISCSI_CONNECTION_LOST', effect: 'unknown' });
    assert.equal((await soon(session.closed)).error?.code, 'ISCSI_TASK_MANAGEMENT_TIMEOUT');
    assert.equal(await bench.line.ended(), 'reset');
    assert.deepEqual(taken, [
      ['lunReset', lun],
      ['connectionDrop', lun],
    ]);
    stop();
  });

  test('follows a reset of the unit that is not answered, and ends all commands', async () => {
    await using bench = benchWith('targetReset');
    const session = await bench.open();
    const { taken, stop } = escalationSteps(bench);
    const stuck = await stuckCommand(bench, bench.line, lun);
    const other = await bench.command(writeRequest(pattern(4), { lun: otherLun }));
    stuck.abort(reason);
    await bench.clock.advance(300);
    await expectFunction(bench.line, abortTask);
    await expectFunction(bench.line, functions.logicalUnitReset);
    await bench.clock.advance(500);
    const reset = await expectFunction(bench.line, functions.targetWarmReset);
    await bench.clock.advance(699);
    answer(bench.line, reset);
    await assert.rejects(soon(stuck.done), reason);
    await assert.rejects(soon(other.done), { code: 'SCSI_TASK_ABORTED', effect: 'unknown' });
    assert.equal(session.state, 'loggedIn');
    assert.deepEqual(taken, [
      ['lunReset', lun],
      ['targetReset', lun],
    ]);
    stop();
  });

  test('is what the aborts at the unit wait for, once its own reset has not helped', async () => {
    await using bench = benchWith('targetReset');
    await bench.open();
    const stuck = [await stuckCommand(bench, bench.line, lun), await stuckCommand(bench, bench.line, lun)];
    for (const { abort } of stuck) abort(reason);
    answer(bench.line, await expectFunction(bench.line, abortTask), 255);
    answer(bench.line, await expectFunction(bench.line, functions.logicalUnitReset, lun), 255);
    const reset = await expectFunction(bench.line, functions.targetWarmReset);
    await bench.line.silence();
    answer(bench.line, reset);
    for (const { done } of stuck) await assert.rejects(soon(done), reason);
    await bench.line.silence();
  });

  test('that is not answered in targetResetTimeoutMs costs the connection', async () => {
    await using bench = benchWith('targetReset');
    const session = await bench.open();
    const stuck = await stuckCommand(bench, bench.line, lun);
    stuck.abort(reason);
    await bench.clock.advance(300 + 500 + 699);
    assert.equal(session.state, 'loggedIn');
    await bench.clock.advance(1);
    await assert.rejects(soon(stuck.done), reason);
    assert.equal((await soon(session.closed)).error?.code, 'ISCSI_TASK_MANAGEMENT_TIMEOUT');
  });

  test('§11.6.1 steps that the target does not have give way to the next at once', async () => {
    await using bench = benchWith('targetReset');
    const session = await bench.open();
    const { taken, stop } = escalationSteps(bench);
    const stuck = await stuckCommand(bench, bench.line, lun);
    stuck.abort(reason);
    answer(bench.line, await expectFunction(bench.line, abortTask), 5);
    answer(bench.line, await expectFunction(bench.line, functions.logicalUnitReset, lun), 5);
    answer(bench.line, await expectFunction(bench.line, functions.targetWarmReset), 6);
    await assert.rejects(soon(stuck.done), reason);
    assert.equal((await soon(session.closed)).error?.code, 'ISCSI_FUNCTION_FORBIDDEN');
    assert.equal(bench.clock.now(), 0, 'no time has passed');
    assert.deepEqual(
      taken.map(([step]) => step),
      ['lunReset', 'targetReset', 'connectionDrop'],
    );
    stop();
  });

  test('comes once for units that are stuck together', async () => {
    await using bench = benchWith('targetReset');
    await bench.openWith(3);
    const [one, two, three] = bench.lines;
    const stuck = [
      await stuckCommand(bench, one!, lun),
      await stuckCommand(bench, two!, otherLun),
      await stuckCommand(bench, three!, thirdLun),
    ];
    for (const { abort } of stuck) abort(reason);
    for (const line of bench.lines) await expectFunction(line, abortTask);
    await bench.clock.advance(300 + 500);
    const heard = bench.lines.flatMap((line) => line.drainHeard().map((each) => ({ line, ...each })));
    const requests = heard.filter(({ pdu }) => pdu.opcode === opcode.taskManagementRequest);
    const resets = requests.filter(({ pdu }) => 'function' in pdu && pdu.function === functions.targetWarmReset);
    assert.equal(resets.length, 1);
    const { line, pdu } = resets[0]!;
    assert.ok('initiatorTaskTag' in pdu);
    line.taskManagementResponse(pdu.initiatorTaskTag);
    for (const other of bench.lines) {
      if (other === line) continue;
      const ping = await other.expect(opcode.nopOut);
      other.nopIn({ initiatorTaskTag: ping.pdu.initiatorTaskTag });
    }
    for (const { done } of stuck) await assert.rejects(soon(done), reason);
    assert.equal(bench.session.connections.length, 3);
  });
});

suite('the drop of a connection', () => {
  test('follows at once where no reset is allowed', async () => {
    await using bench = benchWith('abort');
    const session = await bench.open();
    const stuck = await stuckCommand(bench, bench.line, lun);
    stuck.abort(reason);
    await bench.clock.advance(299);
    assert.equal(session.state, 'loggedIn');
    await bench.clock.advance(1);
    await assert.rejects(soon(stuck.done), reason);
    assert.equal((await soon(session.closed)).error?.code, 'ISCSI_TASK_MANAGEMENT_TIMEOUT');
  });

  test('concerns the connections of the stuck commands alone', async () => {
    await using bench = benchWith();
    const [one, two] = await bench.openWith(2);
    const stuck = await stuckCommand(bench, one!, lun);
    const other = await bench.command(plainRequest({ lun: otherLun }), two);
    one!.nopIn();
    stuck.abort(reason);
    await bench.clock.advance(300 + 500);
    await assert.rejects(soon(stuck.done), reason);
    assert.equal(await one!.ended(), 'reset');
    two!.response(other.tag);
    assert.equal((await soon(other.done)).status, 0);
    assert.deepEqual(
      bench.session.connections.map(({ cid }) => cid),
      [two!.cid],
    );
  });
});
