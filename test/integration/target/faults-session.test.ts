// Faults of logins, windows, logouts, SNACKs and task management, and those that are told at once.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  asyncEvent,
  logoutReason,
  opcode,
  parseTextKeys,
  rejectReason,
  snackType,
  taskManagementFunction,
} from '../../../src/wire/index.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { isSilent, nextSense, nextStatus, openReady, openTwo } from '../../support/fault-bench.ts';
import { loginRequest, RawInitiator, textOf } from '../../support/raw-initiator.ts';
import { cdb, openRawTarget } from '../../support/raw-target.ts';

function logout(initiator: RawInitiator): void {
  const { cmdSn, expStatSn } = initiator;
  const numbers = { initiatorTaskTag: initiator.tag(), cid: 0, cmdSn, expStatSn };
  initiator.send({ opcode: opcode.logoutRequest, isImmediate: true, reason: logoutReason.closeSession, ...numbers });
}

function snack(initiator: RawInitiator): void {
  const { expStatSn } = initiator;
  const range = { type: snackType.status, begRun: expStatSn, runLength: 1, lun: { high: 0, low: 0 } };
  const tags = { initiatorTaskTag: 0xffff_ffff, targetTransferTag: 0xffff_ffff };
  initiator.send({ opcode: opcode.snackRequest, ...tags, expStatSn, ...range });
}

suite('refuse-login (§11.13.5)', () => {
  test('with any status; the next login gets in', async () => {
    await using opened = await openRawTarget();
    const fault = opened.target.inject('refuse-login:class=2,detail=6');
    await using refused = await RawInitiator.connect(opened.port);
    const { pdu } = await refused.login();
    assert.deepEqual([pdu.statusClass, pdu.statusDetail], [2, 6]);
    assert.deepEqual(await refused.closed(), []);
    await opened.connect();
    assert.equal(fault.hits, 1);
  });

  test('connections that are added, or discovery sessions, alone', async () => {
    await using opened = await openRawTarget();
    opened.target.inject('refuse-login:connection=added,count=0');
    const first = await opened.connect({ keys: { MaxConnections: '2' } });
    await assert.rejects(opened.connect({ tsih: first.tsih, cid: 1 }), /refused: 3\/1/);
    opened.target.inject('refuse-login:type=discovery,detail=2');
    await opened.connect({ isid: 2 });
    const discovery = { isid: 3, targetName: '', keys: { SessionType: 'Discovery' } };
    await assert.rejects(opened.connect(discovery), /refused: 3\/2/);
  });

  test('one initiator alone', async () => {
    await using opened = await openRawTarget();
    opened.target.inject({ name: 'refuse-login', initiator: 'iqn.2026-01.test:B', count: 0 });
    await opened.connect({ initiatorName: 'iqn.2026-01.test:a' });
    await assert.rejects(opened.connect({ initiatorName: 'iqn.2026-01.test:b' }), /refused/);
  });
});

test('redirect-login (§13.8): for a while or for good, with the address', async () => {
  await using opened = await openRawTarget();
  for (const [permanent, detail] of [
    ['no', 1],
    ['yes', 2],
  ] as const) {
    opened.target.inject(`redirect-login:address=[2001:db8::7]:3261,permanent=${permanent}`);
    await using raw = await RawInitiator.connect(opened.port);
    raw.send(loginRequest({}), textOf({ InitiatorName: 'iqn.2026-01.test:i', TargetName: opened.target.name }));
    const { pdu, data } = await raw.next(opcode.loginResponse);
    assert.deepEqual([pdu.statusClass, pdu.statusDetail], [1, detail]);
    assert.deepEqual(parseTextKeys(data), [['TargetAddress', '[2001:db8::7]:3261']]);
  }
});

suite('close-window (§4.2.2.1)', () => {
  test('a new session has no room; removal tells that there is some again', async () => {
    await using opened = await openRawTarget();
    const fault = opened.target.inject('close-window');
    await using raw = await RawInitiator.connect(opened.port);
    const { pdu } = await raw.login();
    assert.equal(pdu.maxCmdSn, pdu.expCmdSn - 1);
    fault.remove();
    const { pdu: opening } = await raw.next(opcode.nopIn);
    assert.equal(opening.maxCmdSn, opening.expCmdSn + 127);
  });

  test('what was promised stays promised, and no more is', async () => {
    const clock = new FakeClock();
    await using opened = await openRawTarget({ clock, limits: { commandWindow: 3 } });
    const initiator = await openReady(opened);
    const promised = opened.target.sessions().length === 1 ? 101 + 2 : 0;
    opened.target.inject('close-window:ms=50');
    for (let i = 0; i < 3; i += 1) {
      initiator.command(cdb.testUnitReady);
      assert.equal((await initiator.next(opcode.scsiResponse)).pdu.maxCmdSn, promised);
    }
    await clock.advance(50);
    const { pdu } = await initiator.next(opcode.nopIn);
    assert.deepEqual([pdu.expCmdSn, pdu.maxCmdSn], [104, 106]);
  });
});

test('shrink-window (§4.2.2.1): promised room is taken back, which initiators have to pass over', async () => {
  await using opened = await openRawTarget();
  const initiator = await openReady(opened);
  const fault = opened.target.inject('shrink-window:size=2');
  initiator.command(cdb.testUnitReady);
  const { pdu } = await initiator.next(opcode.scsiResponse);
  assert.equal(pdu.maxCmdSn, pdu.expCmdSn + 1);
  assert.equal(fault.hits, 1);
  fault.remove();
  const { pdu: opening } = await initiator.next(opcode.nopIn);
  assert.equal(opening.maxCmdSn, opening.expCmdSn + 127);
});

test('refuse-logout (§11.15.1): the response asked for, and nothing is closed', async () => {
  await using opened = await openRawTarget();
  const initiator = await openReady(opened);
  const fault = opened.target.inject('refuse-logout:response=2');
  logout(initiator);
  assert.equal((await initiator.next(opcode.logoutResponse)).pdu.response, 2);
  initiator.command(cdb.testUnitReady);
  assert.equal(await nextStatus(initiator), 0);
  fault.remove();
  logout(initiator);
  assert.equal((await initiator.next(opcode.logoutResponse)).pdu.response, 0);
});

test('silent-logout (§11.14): never answered, and nothing is closed', async () => {
  await using opened = await openRawTarget();
  const initiator = await openReady(opened);
  opened.target.inject('silent-logout');
  logout(initiator);
  assert.ok(await isSilent(initiator));
  assert.equal(opened.target.sessions().length, 1);
});

test('ignore-snack (§11.16): no answer at all', async () => {
  await using opened = await openRawTarget();
  const initiator = await openReady(opened);
  const fault = opened.target.inject('ignore-snack');
  snack(initiator);
  assert.ok(await isSilent(initiator));
  assert.equal(fault.hits, 1);
});

test('reject-snack (§11.17.1): the reason asked for', async () => {
  await using opened = await openRawTarget();
  const initiator = await openReady(opened);
  opened.target.inject(`reject-snack:reason=${rejectReason.protocolError},count=1`);
  snack(initiator);
  assert.equal((await initiator.next(opcode.reject)).pdu.reason, rejectReason.protocolError);
});

test('drop-task-management (§11.5): not carried out and not answered, the function chosen alone', async () => {
  await using opened = await openRawTarget();
  const initiator = await openReady(opened);
  opened.target.inject('never-answer');
  opened.target.inject('drop-task-management:function=abort-task,count=1');
  const { initiatorTaskTag, cmdSn } = initiator.command(cdb.testUnitReady);
  const abort = { function: taskManagementFunction.abortTask, referencedTaskTag: initiatorTaskTag, refCmdSn: cmdSn };
  initiator.sendManagement(abort);
  assert.ok(await isSilent(initiator));
  assert.equal(opened.target.sessions()[0]?.taskCount, 1);
  assert.equal(await initiator.manage({ function: taskManagementFunction.logicalUnitReset }), 0);
});

test('refuse-task-management (§11.6.1): the response asked for, not carried out', async () => {
  await using opened = await openRawTarget();
  const initiator = await openReady(opened);
  opened.target.inject('never-answer');
  opened.target.inject('refuse-task-management:response=0,function=abort-task,count=1');
  const { initiatorTaskTag, cmdSn } = initiator.command(cdb.testUnitReady);
  const abort = { function: taskManagementFunction.abortTask, referencedTaskTag: initiatorTaskTag, refCmdSn: cmdSn };
  assert.equal(await initiator.manage(abort), 0);
  assert.equal(opened.target.sessions()[0]?.taskCount, 1);
  assert.equal(await initiator.manage(abort), 0);
  assert.equal(opened.target.sessions()[0]?.taskCount, 0);
});

suite('async-message (§11.9.1)', () => {
  test('every event carries what it was given', async () => {
    const expected = {
      'event=0,asc=0x2a,ascq=9': [asyncEvent.scsiAsyncEvent, 0, 0, 0],
      'event=1,seconds=7': [asyncEvent.logoutRequest, 0, 0, 7],
      'event=2,time2wait=2,time2retain=5': [asyncEvent.connectionDropNotification, 0, 2, 5],
      'event=3,time2wait=1,time2retain=4': [asyncEvent.sessionDropNotification, 0, 1, 4],
      'event=4,seconds=9': [asyncEvent.negotiationRequest, 0, 0, 9],
    };
    for (const [settings, parameters] of Object.entries(expected)) {
      await using opened = await openRawTarget();
      const initiator = await openReady(opened);
      const fault = opened.target.inject(`async-message:${settings}`);
      const { pdu, data } = await initiator.next(opcode.asyncMessage);
      assert.deepEqual([pdu.asyncEvent, pdu.parameter1, pdu.parameter2, pdu.parameter3], parameters);
      if (pdu.asyncEvent === asyncEvent.scsiAsyncEvent) assert.deepEqual([data[14], data[15]], [0x2a, 0x09]);
      assert.deepEqual([fault.hits, fault.isSpent], [1, true]);
    }
  });

  test('event 2 drops the connection that it names, and the other stays', async () => {
    await using opened = await openRawTarget();
    const [first, second] = await openTwo(opened);
    opened.target.inject('async-message:event=2,cid=1');
    const [message, ...rest] = await second.closed();
    assert.ok(message?.pdu.opcode === opcode.asyncMessage && rest.length === 0);
    assert.equal(message.pdu.parameter1, 1);
    first.command(cdb.testUnitReady);
    assert.equal(await nextStatus(first), 0);
  });
});

test('unit-attention (SAM-5 §5.14): told once to each session, with its next command', async () => {
  await using opened = await openRawTarget();
  const one = await openReady(opened, { isid: 1 });
  const two = await openReady(opened, { isid: 2 });
  assert.equal(opened.target.inject('unit-attention:asc=0x2a,ascq=1').hits, 2);
  for (const initiator of [one, two]) {
    initiator.command(cdb.testUnitReady);
    assert.deepEqual(await nextSense(initiator), [0x06, 0x2a, 0x01]);
    initiator.command(cdb.testUnitReady);
    assert.equal(await nextStatus(initiator), 0);
  }
  assert.equal(opened.target.inject('unit-attention:session=1,lun=0').hits, 1);
});
