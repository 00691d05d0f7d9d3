// A task management function that a user asked for and the target did not answer: its commands end all the same.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { opcode } from '../../../../src/wire/index.ts';
import { answer, escalationSteps, expectFunction, functions } from '../../../support/management-script.ts';
import { lun, pattern, plainRequest, SessionBench, soon, writeRequest } from '../../../support/session-bench.ts';

const limits = { taskTimeoutMs: 0, abortTimeoutMs: 300, lunResetTimeoutMs: 500, targetResetTimeoutMs: 700 };

suite('a function of a user that is not answered', () => {
  test('§4.2.3.3 c its commands are ended all the same, by the steps after it', async () => {
    await using bench = new SessionBench({ limits });
    const session = await bench.open();
    const { taken, stop } = escalationSteps(bench);
    const write = await bench.command(writeRequest(pattern(4)));
    const call = session.manageTasks('clearTaskSet', { lun, timeoutMs: 100 });
    call.catch(() => undefined);
    await expectFunction(bench.line, functions.clearTaskSet);
    await bench.clock.advance(100);
    await assert.rejects(soon(call), { code: 'ISCSI_TASK_MANAGEMENT_TIMEOUT', operation: 'CLEAR TASK SET' });
    const waiting = session.execute(plainRequest());
    answer(bench.line, await expectFunction(bench.line, functions.logicalUnitReset, lun));
    await assert.rejects(soon(write.done), { code: 'SCSI_TASK_ABORTED', effect: 'unknown' });
    const { pdu } = await bench.line.expect(opcode.scsiCommand);
    bench.line.response(pdu.initiatorTaskTag);
    await soon(waiting);
    assert.deepEqual(taken, [['lunReset', lun]]);
    stop();
  });

  test('a reset of the unit is not tried a second time', async () => {
    await using bench = new SessionBench({ limits });
    const session = await bench.open();
    const { done } = await bench.command(plainRequest());
    session.manageTasks('logicalUnitReset', { lun, timeoutMs: 100 }).catch(() => undefined);
    await bench.clock.advance(100);
    await assert.rejects(soon(done), { code: 'SCSI_TASK_ABORTED' });
    assert.equal((await soon(session.closed)).how, 'lost');
    assert.equal(bench.line.drainHeard().length, 1);
  });

  test('a reset of the target neither, nor of its units', async () => {
    await using bench = new SessionBench({ limits, session: { escalation: 'targetReset' } });
    const session = await bench.open();
    const { taken, stop } = escalationSteps(bench);
    const { done } = await bench.command(plainRequest());
    session.manageTasks('targetWarmReset').catch(() => undefined);
    await bench.clock.advance(699);
    assert.equal(session.state, 'loggedIn');
    await bench.clock.advance(1);
    await assert.rejects(soon(done), { code: 'SCSI_TASK_ABORTED' });
    assert.deepEqual(taken, [['connectionDrop', undefined]]);
    stop();
  });

  test('changes nothing where no command is concerned', async () => {
    await using bench = new SessionBench({ limits });
    const session = await bench.open();
    const { taken, stop } = escalationSteps(bench);
    session.manageTasks('logicalUnitReset', { lun, timeoutMs: 100 }).catch(() => undefined);
    await bench.clock.advance(20_000);
    assert.equal(session.state, 'loggedIn');
    assert.deepEqual(taken, []);
    stop();
  });
});
