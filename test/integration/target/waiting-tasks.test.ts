// Task management of tasks that wait for a connection (RFC 7143 §7.11, §11.5.1).

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { deferred } from '../../../src/base/index.ts';
import {
  taskManagementFunction as functionCode,
  logoutReason,
  opcode,
  taskManagementResponseCode as responseCode,
} from '../../../src/wire/index.ts';
import { cut, holdReads, logOut, openPair, reassign, recoveryOf, settled } from '../../support/raw-recovery.ts';
import { cdb } from '../../support/raw-target.ts';

const read = (blocks: number) => ({ isRead: true, expectedDataTransferLength: blocks * 512 });
const recovery = { reason: logoutReason.removeConnectionForRecovery };

suite('§11.5.1: task management of tasks that wait', () => {
  test('ABORT TASK on another connection takes a task that was logged out for recovery, and no other', async () => {
    await using opened = await openPair(holdReads(deferred()));
    const { first, second } = opened;
    const task = first.command(cdb.read(0, 1), read(1));
    await settled(first);
    await cut(first, second);
    const request = { function: functionCode.abortTask, referencedTaskTag: task.initiatorTaskTag };
    const numbers = { refCmdSn: task.cmdSn, cmdSn: first.cmdSn };
    assert.equal(await second.manage({ ...request, ...numbers }), responseCode.functionRejected);
    await logOut(second, { ...recovery, cid: 0, expStatSn: first.expStatSn });
    assert.equal(await second.manage({ ...request, ...numbers }), responseCode.functionComplete);
    assert.equal(recoveryOf(opened).retainedTaskCount, 0);
  });

  test('ABORT TASK of one that has been answered: its status comes again, then the answer', async () => {
    await using opened = await openPair();
    const { first, second } = opened;
    first.isAcknowledging = false;
    const task = first.command(cdb.testUnitReady);
    await first.next(opcode.scsiResponse);
    await cut(first, second);
    await logOut(second, { ...recovery, cid: 0, expStatSn: first.expStatSn });
    const request = { function: functionCode.abortTask, referencedTaskTag: task.initiatorTaskTag };
    second.sendManagement({ ...request, refCmdSn: task.cmdSn, cmdSn: first.cmdSn });
    assert.equal((await second.next(opcode.scsiResponse)).pdu.initiatorTaskTag, task.initiatorTaskTag);
    assert.equal((await second.next(opcode.taskManagementResponse)).pdu.response, responseCode.taskDoesNotExist);
  });

  test('ABORT TASK SET ends those too that have been answered', async () => {
    await using opened = await openPair();
    const { first, second } = opened;
    first.isAcknowledging = false;
    const { initiatorTaskTag } = first.command(cdb.testUnitReady);
    await first.next(opcode.scsiResponse);
    await cut(first, second);
    await logOut(second, { ...recovery, cid: 0, expStatSn: first.expStatSn });
    second.cmdSn = first.cmdSn;
    assert.equal(await second.manage({ function: functionCode.abortTaskSet }), responseCode.functionComplete);
    assert.equal(await reassign(second, initiatorTaskTag), responseCode.taskDoesNotExist);
  });

  test('LOGICAL UNIT RESET ends them', async () => {
    await using opened = await openPair(holdReads(deferred()));
    const { first, second } = opened;
    const { initiatorTaskTag } = first.command(cdb.read(0, 1), read(1));
    await settled(first);
    await cut(first, second);
    await logOut(second, { ...recovery, cid: 0, expStatSn: first.expStatSn });
    second.cmdSn = first.cmdSn;
    assert.equal(await second.manage({ function: functionCode.logicalUnitReset }), responseCode.functionComplete);
    assert.equal(await reassign(second, initiatorTaskTag), responseCode.taskDoesNotExist);
  });
});
