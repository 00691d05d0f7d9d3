// Task management at the embedded target (RFC 7143 §4.2.3, §11.5, §11.6).

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  taskManagementFunction as functionCode,
  opcode,
  taskManagementResponseCode as responseCode,
} from '../../../src/wire/index.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import type { RawInitiator } from '../../support/raw-initiator.ts';
import { cdb, openRawTarget, pattern, type RawTarget } from '../../support/raw-target.ts';

/** A target that never answers READ, with an initiator that has seen its unit attention. */
async function openSilent(): Promise<RawTarget & { readonly initiator: RawInitiator }> {
  const opened = await openRawTarget({
    hooks: { onCommand: ({ cdb: bytes }) => (bytes[0] === 0x28 ? { kind: 'never' } : undefined) },
  });
  const initiator = await opened.connect({ keys: { MaxConnections: '4' } });
  await clearAttention(initiator);
  return { ...opened, initiator };
}

async function clearAttention(initiator: RawInitiator): Promise<number[]> {
  initiator.command(cdb.testUnitReady);
  const { data } = await initiator.next(opcode.scsiResponse);
  return [data[4] ?? 0, data[14] ?? 0, data[15] ?? 0];
}

const unanswered = { isRead: true, expectedDataTransferLength: 512 };

suite('§11.6.1 ABORT TASK', () => {
  test('a task that runs is aborted, is never answered, and frees its slot of the window', async () => {
    await using opened = await openSilent();
    const { initiator } = opened;
    const task = initiator.command(cdb.read(0, 1), unanswered);
    const request = { referencedTaskTag: task.initiatorTaskTag, refCmdSn: task.cmdSn };
    assert.equal(
      await initiator.manage({ function: functionCode.abortTask, ...request }),
      responseCode.functionComplete,
    );
    assert.deepEqual(initiator.unread, []);
    assert.equal(opened.target.sessions()[0]?.taskCount, 0);
    assert.equal(
      await initiator.manage({ function: functionCode.abortTask, ...request }),
      responseCode.taskDoesNotExist,
    );
    initiator.command(cdb.testUnitReady);
    const { pdu } = await initiator.next(opcode.scsiResponse);
    assert.deepEqual([pdu.status, pdu.maxCmdSn - pdu.expCmdSn], [0, 127]);
  });

  test('a command that has not come counts as received', async () => {
    await using opened = await openSilent();
    const { initiator } = opened;
    const missing = initiator.cmdSn;
    initiator.command(cdb.testUnitReady, { cmdSn: missing + 1 });
    initiator.cmdSn = missing + 2;
    const request = { referencedTaskTag: 4711, refCmdSn: missing };
    assert.equal(
      await initiator.manage({ function: functionCode.abortTask, ...request }),
      responseCode.functionComplete,
    );
    assert.equal((await initiator.next(opcode.scsiResponse)).pdu.expCmdSn, missing + 2);
  });

  test('a task of another connection, or another function, is not aborted', async () => {
    await using opened = await openSilent();
    const { initiator } = opened;
    const second = await opened.connect({ tsih: initiator.tsih, cid: 1, cmdSn: initiator.cmdSn });
    const task = initiator.command(cdb.read(0, 1), unanswered);
    assert.equal(await initiator.manage({ function: 99 }), responseCode.functionNotSupported);
    const request = { referencedTaskTag: task.initiatorTaskTag, refCmdSn: task.cmdSn, cmdSn: initiator.cmdSn };
    assert.equal(await second.manage({ function: functionCode.abortTask, ...request }), responseCode.functionRejected);
  });

  test('data that were under way for an aborted write are not held against the initiator', async () => {
    await using opened = await openSilent();
    const { initiator } = opened;
    const { initiatorTaskTag, cmdSn } = initiator.command(cdb.write(0, 2), {
      isWrite: true,
      expectedDataTransferLength: 1024,
    });
    const { targetTransferTag } = (await initiator.next(opcode.r2t)).pdu;
    const request = { referencedTaskTag: initiatorTaskTag, refCmdSn: cmdSn };
    assert.equal(
      await initiator.manage({ function: functionCode.abortTask, ...request }),
      responseCode.functionComplete,
    );
    initiator.dataOut({ initiatorTaskTag, targetTransferTag }, pattern(1024));
    assert.equal(await initiator.manage({ function: 99 }), responseCode.functionNotSupported);
    assert.deepEqual(initiator.unread, []);
  });
});

suite('§4.2.3.3: functions for many tasks', () => {
  test('ABORT TASK SET ends the tasks of its session only, when their R2Ts have been answered', async () => {
    await using opened = await openSilent();
    const { initiator } = opened;
    const other = await opened.connect({ isid: 2 });
    await clearAttention(other);
    other.command(cdb.read(0, 1), unanswered);
    initiator.command(cdb.read(0, 1), unanswered);
    const { initiatorTaskTag } = initiator.command(cdb.write(0, 2), {
      isWrite: true,
      expectedDataTransferLength: 1024,
    });
    const { targetTransferTag } = (await initiator.next(opcode.r2t)).pdu;
    initiator.sendManagement({ function: functionCode.abortTaskSet });
    assert.equal(await initiator.manage({ function: 99 }), responseCode.functionNotSupported);
    initiator.dataOut({ initiatorTaskTag, targetTransferTag }, pattern(1024));
    assert.equal((await initiator.next(opcode.taskManagementResponse)).pdu.response, responseCode.functionComplete);
    assert.deepEqual(
      opened.target.sessions().map((each) => each.taskCount),
      [0, 1],
    );
    const stored = Buffer.alloc(1024);
    await opened.device.read(0, stored);
    assert.ok(stored.equals(Buffer.alloc(1024)));
  });

  test('CLEAR TASK SET ends the tasks of all sessions, and tells those that lost some', async () => {
    await using opened = await openSilent();
    const { initiator } = opened;
    const other = await opened.connect({ isid: 2 });
    await clearAttention(other);
    other.command(cdb.read(0, 1), unanswered);
    assert.equal(await other.manage({ function: 99 }), responseCode.functionNotSupported);
    assert.equal(await initiator.manage({ function: functionCode.clearTaskSet }), responseCode.functionComplete);
    assert.deepEqual(
      opened.target.sessions().map((each) => each.taskCount),
      [0, 0],
    );
    assert.equal((await other.next(opcode.nopIn)).pdu.maxCmdSn, other.cmdSn + 127);
    assert.deepEqual(await clearAttention(other), [6, 0x2f, 0]);
    initiator.command(cdb.testUnitReady);
    assert.equal((await initiator.next(opcode.scsiResponse)).pdu.status, 0);
  });

  test('LOGICAL UNIT RESET ends everything on the unit and is told to everyone', async () => {
    await using opened = await openSilent();
    const { initiator } = opened;
    const other = await opened.connect({ isid: 2 });
    await clearAttention(other);
    other.command(cdb.read(0, 1), unanswered);
    initiator.command(cdb.read(0, 1), unanswered);
    assert.equal(await other.manage({ function: 99 }), responseCode.functionNotSupported);
    assert.equal(await initiator.manage({ function: functionCode.logicalUnitReset }), responseCode.functionComplete);
    assert.deepEqual(
      opened.target.sessions().map((each) => each.taskCount),
      [0, 0],
    );
    assert.deepEqual(await clearAttention(initiator), [6, 0x29, 3]);
    await other.next(opcode.nopIn);
    assert.deepEqual(await clearAttention(other), [6, 0x29, 3]);
    const elsewhere = { lun: { high: 0x0009_0000, low: 0 } };
    assert.equal(
      await initiator.manage({ function: functionCode.logicalUnitReset, ...elsewhere }),
      responseCode.lunDoesNotExist,
    );
  });

  test('TARGET WARM RESET takes missing commands as received, TARGET COLD RESET ends every session', async () => {
    await using opened = await openSilent();
    const { initiator } = opened;
    const other = await opened.connect({ isid: 2 });
    initiator.cmdSn += 3;
    assert.equal(await initiator.manage({ function: functionCode.targetWarmReset }), responseCode.functionComplete);
    assert.deepEqual(await clearAttention(initiator), [6, 0x29, 3]);
    assert.equal(await initiator.manage({ function: functionCode.targetColdReset }), responseCode.functionComplete);
    assert.deepEqual([await initiator.closed(), await other.closed()], [[], []]);
    assert.equal(opened.target.sessions().length, 0);
  });

  test('§4.2.3.3 b: the commands before an immediate function are waited for', async () => {
    await using opened = await openSilent();
    const { initiator } = opened;
    const late = initiator.cmdSn;
    initiator.cmdSn += 1;
    initiator.sendManagement({ function: functionCode.abortTaskSet });
    assert.equal(await initiator.manage({ function: 99 }), responseCode.functionNotSupported);
    initiator.command(cdb.read(0, 1), { ...unanswered, cmdSn: late });
    assert.equal((await initiator.next(opcode.taskManagementResponse)).pdu.response, responseCode.functionComplete);
    assert.equal(opened.target.sessions()[0]?.taskCount, 0);
  });

  test('§11.6.1: the answer waits until other connections have acknowledged what they were sent', async () => {
    await using opened = await openSilent();
    const { initiator } = opened;
    const second = await opened.connect({ tsih: initiator.tsih, cid: 1, cmdSn: initiator.cmdSn });
    second.command(cdb.testUnitReady, { cmdSn: initiator.cmdSn });
    await second.next(opcode.scsiResponse);
    initiator.cmdSn += 1;
    initiator.sendManagement({ function: functionCode.abortTaskSet });
    const { pdu } = await second.next(opcode.nopIn);
    assert.notEqual(pdu.targetTransferTag, 0xffff_ffff);
    assert.equal(await initiator.manage({ function: 99 }), responseCode.functionNotSupported);
    const { targetTransferTag, lun } = pdu;
    const answer = {
      opcode: opcode.nopOut,
      isImmediate: true,
      lun,
      initiatorTaskTag: 0xffff_ffff,
      targetTransferTag,
    } as const;
    second.send({ ...answer, cmdSn: initiator.cmdSn, expStatSn: second.expStatSn });
    assert.equal((await initiator.next(opcode.taskManagementResponse)).pdu.response, responseCode.functionComplete);
  });
});

test('§11.6.1: what is not supported at error recovery level 0 is told so', async () => {
  await using opened = await openSilent();
  const { initiator } = opened;
  const { clearAca, taskReassign } = functionCode;
  assert.equal(await initiator.manage({ function: taskReassign }), responseCode.reassignmentNotSupported);
  assert.equal(await initiator.manage({ function: clearAca }), responseCode.functionNotSupported);
});

suite('§11.5.1: an initiator that does not do its part', () => {
  test('loses the connection whose data are owed, and no other', async () => {
    const clock = new FakeClock();
    await using opened = await openRawTarget({ clock });
    const initiator = await opened.connect();
    const other = await opened.connect({ isid: 2 });
    await clearAttention(initiator);
    initiator.command(cdb.write(0, 2), { isWrite: true, expectedDataTransferLength: 1024 });
    await initiator.next(opcode.r2t);
    initiator.sendManagement({ function: functionCode.abortTaskSet });
    assert.equal(await initiator.manage({ function: 99 }), responseCode.functionNotSupported);
    await clock.advance(5_000);
    assert.deepEqual(await initiator.closed(), []);
    assert.equal(await other.manage({ function: 99 }), responseCode.functionNotSupported);
  });

  test('gets the function rejected when the commands before it do not come', async () => {
    const clock = new FakeClock();
    await using opened = await openRawTarget({ clock });
    const initiator = await opened.connect();
    initiator.cmdSn += 1;
    initiator.sendManagement({ function: functionCode.logicalUnitReset });
    assert.equal(await initiator.manage({ function: 99 }), responseCode.functionNotSupported);
    await clock.advance(5_000);
    assert.equal((await initiator.next(opcode.taskManagementResponse)).pdu.response, responseCode.functionRejected);
  });
});
