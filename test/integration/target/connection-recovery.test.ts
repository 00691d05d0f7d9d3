// Connection recovery at the embedded target, error recovery level 2: tasks outlive their connection and go on with
// another one (RFC 7143 §6.3.4, §7.2.2, §8.2, §11.5.6, §11.14, §11.15).

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { deferred } from '../../../src/base/index.ts';
import type { CommandVerdict, HookCommand } from '../../../src/target/index.ts';
import {
  logoutReason,
  logoutResponseCode,
  opcode,
  taskManagementResponseCode as responseCode,
} from '../../../src/wire/index.ts';
import { eventually } from '../../support/eventually.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import {
  connectLeading,
  connectMore,
  cut,
  holdReads,
  logOut,
  openPair,
  openRecovering,
  reassign,
  recoveryOf,
  settled,
  takeOver,
} from '../../support/raw-recovery.ts';
import { cdb, pattern } from '../../support/raw-target.ts';

const read = (blocks: number) => ({ isRead: true, expectedDataTransferLength: blocks * 512 });
const write = (blocks: number) => ({ isWrite: true, expectedDataTransferLength: blocks * 512 });
const recovery = { reason: logoutReason.removeConnectionForRecovery };

suite('§7.2.2: a task goes on with another connection', () => {
  test('a command that runs is answered where it was reassigned to, after the answer to that', async () => {
    const hold = deferred();
    await using opened = await openPair(holdReads(hold));
    const { first, second } = opened;
    await opened.device.write(0, pattern(1024));
    const task = first.command(cdb.read(0, 2), read(2));
    await settled(first);
    await cut(first, second);
    assert.deepEqual([recoveryOf(opened).lostCids, recoveryOf(opened).retainedTaskCount], [[0], 1]);
    const answer = await logOut(second, { ...recovery, cid: 0, expStatSn: first.expStatSn });
    assert.deepEqual(
      [answer.response, answer.time2Wait, answer.time2Retain],
      [logoutResponseCode.closedSuccessfully, 1, 10],
    );
    await takeOver(second, task.initiatorTaskTag);
    hold.resolve();
    const { pdu, data } = await second.next(opcode.dataIn);
    assert.deepEqual(
      [pdu.initiatorTaskTag, pdu.dataSn, pdu.hasStatus, pdu.status],
      [task.initiatorTaskTag, 0, true, 0],
    );
    assert.ok(pattern(1024).equals(data));
    const { reassignedCount, retainedTaskCount, lostCids } = recoveryOf(opened);
    assert.deepEqual([reassignedCount, retainedTaskCount, lostCids], [1, 0, []]);
  });

  test('§11.5.6: ExpDataSN says where a read goes on', async () => {
    await using opened = await openPair({}, { MaxRecvDataSegmentLength: '512' });
    const { first, second } = opened;
    await opened.device.write(0, pattern(4096));
    first.isAcknowledging = false;
    const { initiatorTaskTag } = first.command(cdb.read(0, 8), read(8));
    for (let i = 0; i < 8; i += 1) await first.next(opcode.dataIn);
    await cut(first, second);
    assert.equal(recoveryOf(opened).retainedTaskCount, 1);
    await logOut(second, { ...recovery, cid: 0, expStatSn: first.expStatSn });
    await takeOver(second, initiatorTaskTag, 6);
    for (const dataSn of [6, 7]) {
      const { pdu, data } = await second.next(opcode.dataIn);
      assert.deepEqual([pdu.dataSn, pdu.bufferOffset, pdu.hasStatus], [dataSn, dataSn * 512, false]);
      assert.ok(
        pattern(4096)
          .subarray(dataSn * 512, dataSn * 512 + 512)
          .equals(data),
      );
    }
    const { pdu } = await second.next(opcode.scsiResponse);
    assert.deepEqual([pdu.status, pdu.expDataSn, pdu.snackTag], [0, 8, 0]);
  });

  test('§7.2.2: a read whose status is held back while it moves sends its data on the new connection, too', async () => {
    const hold = deferred();
    const holdStatus = ({ cdb: bytes }: HookCommand): CommandVerdict => {
      return bytes[0] === 0x28 ? { kind: 'holdStatus', until: () => hold.promise } : undefined;
    };
    await using opened = await openPair({ hooks: { onCommand: holdStatus } });
    const { first, second } = opened;
    await opened.device.write(0, pattern(1024));
    const { initiatorTaskTag } = first.command(cdb.read(0, 2), read(2));
    await first.next(opcode.dataIn);
    await cut(first, second);
    await logOut(second, { ...recovery, cid: 0, expStatSn: first.expStatSn });
    await takeOver(second, initiatorTaskTag, 0);
    hold.resolve();
    const { pdu, data } = await second.next(opcode.dataIn);
    assert.deepEqual([pdu.initiatorTaskTag, pdu.dataSn], [initiatorTaskTag, 0]);
    assert.ok(pattern(1024).equals(data));
    assert.equal((await second.next(opcode.scsiResponse)).pdu.expDataSn, 1);
  });

  test('§11.5.6: data are cut anew for a connection that takes other segments, and the last may be all acknowledged', async () => {
    await using opened = await openRecovering(2);
    await opened.device.write(0, pattern(4096));
    const first = await connectLeading(opened, 2, { MaxRecvDataSegmentLength: '1024' });
    const second = await connectMore(opened, first, 1, { MaxRecvDataSegmentLength: '512' });
    first.isAcknowledging = false;
    const { initiatorTaskTag } = first.command(cdb.read(0, 8), read(8));
    for (let i = 0; i < 4; i += 1) await first.next(opcode.dataIn);
    await cut(first, second);
    await logOut(second, { ...recovery, cid: 0, expStatSn: first.expStatSn });
    await takeOver(second, initiatorTaskTag, 3);
    const offsets = [];
    for (let i = 0; i < 2; i += 1) {
      const { pdu } = await second.next(opcode.dataIn);
      offsets.push([pdu.dataSn, pdu.bufferOffset]);
    }
    assert.deepEqual(offsets, [
      [3, 3072],
      [4, 3584],
    ]);
    assert.equal((await second.next(opcode.scsiResponse)).pdu.expDataSn, 5);
  });

  test('a write is asked for what has not come, with R2TSNs from ExpDataSN on', async () => {
    await using opened = await openPair();
    const { first, second } = opened;
    const { initiatorTaskTag } = first.command(cdb.write(0, 4), write(4));
    const r2t = (await first.next(opcode.r2t)).pdu;
    assert.deepEqual([r2t.r2tSn, r2t.bufferOffset, r2t.desiredDataTransferLength], [0, 0, 2048]);
    const { targetTransferTag } = r2t;
    first.dataOut({ initiatorTaskTag, targetTransferTag, isFinal: false }, pattern(2048).subarray(0, 512));
    await settled(first);
    await cut(first, second);
    await logOut(second, { ...recovery, cid: 0, expStatSn: first.expStatSn });
    second.dataOut({ initiatorTaskTag, targetTransferTag, dataSn: 1, bufferOffset: 512 }, pattern(2048).subarray(512));
    assert.equal((await second.next(opcode.reject)).pdu.reason, 9, 'the old transfer tag is void');
    await takeOver(second, initiatorTaskTag, 1);
    const fresh = (await second.next(opcode.r2t)).pdu;
    assert.deepEqual([fresh.r2tSn, fresh.bufferOffset, fresh.desiredDataTransferLength], [1, 512, 1536]);
    assert.notEqual(fresh.targetTransferTag, targetTransferTag);
    const again = { initiatorTaskTag, targetTransferTag: fresh.targetTransferTag, bufferOffset: 512 };
    second.dataOut(again, pattern(2048).subarray(512));
    assert.equal((await second.next(opcode.scsiResponse)).pdu.status, 0);
    const stored = Buffer.alloc(2048);
    await opened.device.read(0, stored);
    assert.ok(stored.equals(pattern(2048)));
  });

  test('a status that was not acknowledged is sent again; one that was is of no task', async () => {
    await using opened = await openPair();
    const { first, second } = opened;
    first.isAcknowledging = false;
    const { expStatSn } = first;
    const lost = first.command(cdb.read(0x7fffffff, 1), read(1));
    const { pdu, data } = await first.next(opcode.scsiResponse);
    const acknowledged = first.command(cdb.testUnitReady);
    await first.next(opcode.scsiResponse);
    await cut(first, second);
    // As if the second answer had been there, and the first not: only the order says which one ExpStatSN means.
    await logOut(second, { ...recovery, cid: 0, expStatSn });
    await takeOver(second, lost.initiatorTaskTag);
    const again = await second.next(opcode.scsiResponse);
    assert.deepEqual([again.pdu.status, again.data], [pdu.status, data]);
    assert.equal(again.pdu.statSn, second.expStatSn - 1);
    await takeOver(second, acknowledged.initiatorTaskTag);
    assert.equal((await second.next(opcode.scsiResponse)).pdu.status, 0);
    await settled(second);
    assert.equal(await reassign(second, lost.initiatorTaskTag), responseCode.taskDoesNotExist);
  });

  test('§11.14.4: the ExpStatSN of the logout is that of the connection that it removes', async () => {
    await using opened = await openPair();
    const { first, second } = opened;
    first.isAcknowledging = false;
    const { initiatorTaskTag } = first.command(cdb.testUnitReady);
    const { pdu } = await first.next(opcode.scsiResponse);
    second.isAcknowledging = false;
    second.command(cdb.testUnitReady, { cmdSn: first.cmdSn });
    await second.next(opcode.scsiResponse);
    await cut(first, second);
    assert.equal(recoveryOf(opened).unacknowledgedTaskCount, 2);
    await logOut(second, { ...recovery, cid: 0, expStatSn: pdu.statSn + 1 });
    assert.equal(recoveryOf(opened).unacknowledgedTaskCount, 1);
    assert.equal(await reassign(second, initiatorTaskTag), responseCode.taskDoesNotExist);
  });

  test('a task moves on a second time when its new connection is lost too', async () => {
    const hold = deferred();
    await using opened = await openPair(holdReads(hold));
    const { first, second } = opened;
    const third = await connectMore(opened, first, 2);
    const { initiatorTaskTag } = first.command(cdb.read(0, 1), read(1));
    await settled(first);
    first.destroy();
    await second.next(opcode.asyncMessage);
    await logOut(second, { ...recovery, cid: 0, expStatSn: first.expStatSn });
    await takeOver(second, initiatorTaskTag);
    second.destroy();
    await third.next(opcode.asyncMessage);
    await logOut(third, { ...recovery, cid: 1, expStatSn: second.expStatSn });
    await takeOver(third, initiatorTaskTag);
    hold.resolve();
    assert.equal((await third.next(opcode.dataIn)).pdu.initiatorTaskTag, initiatorTaskTag);
  });
});

suite('§7.2.2, §11.6.1: reassignments that are refused', () => {
  test('task still allegiant: to a living connection, and to a lost one before its logout', async () => {
    await using opened = await openPair(holdReads(deferred()));
    const { first, second } = opened;
    const { initiatorTaskTag } = first.command(cdb.read(0, 1), read(1));
    await settled(first);
    assert.equal(await reassign(second, initiatorTaskTag), responseCode.taskStillAllegiant);
    await cut(first, second);
    assert.equal(await reassign(second, initiatorTaskTag), responseCode.taskStillAllegiant);
    await logOut(second, { ...recovery, cid: 0, expStatSn: first.expStatSn });
    await takeOver(second, initiatorTaskTag);
  });

  test('no such task: an unknown tag, and an immediate command (§7.14)', async () => {
    await using opened = await openPair(holdReads(deferred()));
    const { first, second } = opened;
    const { initiatorTaskTag } = first.command(cdb.read(0, 1), { ...read(1), isImmediate: true });
    await settled(first);
    await cut(first, second);
    await logOut(second, { ...recovery, cid: 0, expStatSn: first.expStatSn });
    assert.equal(await reassign(second, initiatorTaskTag), responseCode.taskDoesNotExist);
    assert.equal(await reassign(second, 4711), responseCode.taskDoesNotExist);
  });

  test('level 1: not supported, neither the logout nor the reassignment', async () => {
    await using opened = await openRecovering(1, holdReads(deferred()));
    const first = await connectLeading(opened, 1);
    const second = await connectMore(opened, first, 1);
    const { initiatorTaskTag } = first.command(cdb.read(0, 1), read(1));
    await settled(first);
    const answer = await logOut(second, { ...recovery, cid: 0, expStatSn: first.expStatSn });
    assert.equal(answer.response, logoutResponseCode.recoveryNotSupported);
    assert.equal(await reassign(second, initiatorTaskTag), responseCode.reassignmentNotSupported);
    assert.equal(opened.target.sessions()[0]?.connections.length, 2);
  });
});

suite('§6.3.4: connection reinstatement', () => {
  test('without another connection the session waits, and the CID comes back to its tasks', async () => {
    const hold = deferred();
    await using opened = await openRecovering(2, holdReads(hold));
    const first = await connectLeading(opened, 2);
    const { initiatorTaskTag } = first.command(cdb.read(0, 1), read(1));
    await settled(first);
    first.destroy();
    await eventually(
      () => opened.target.connectionCount,
      (count) => count === 0,
    );
    assert.deepEqual(recoveryOf(opened).lostCids, [0]);
    const again = await connectMore(opened, first, 0);
    assert.deepEqual([recoveryOf(opened).lostCids, recoveryOf(opened).retainedTaskCount], [[], 1]);
    await takeOver(again, initiatorTaskTag);
    hold.resolve();
    assert.equal((await again.next(opcode.dataIn)).pdu.initiatorTaskTag, initiatorTaskTag);
  });

  test('a connection that lives is logged out for recovery by the login, and nothing more comes on it', async () => {
    const hold = deferred();
    await using opened = await openPair(holdReads(hold));
    const { first, second } = opened;
    const { initiatorTaskTag } = first.command(cdb.read(0, 1), read(1));
    await settled(first);
    const again = await connectMore(opened, first, 0);
    hold.resolve();
    assert.deepEqual(await first.closed(), []);
    await takeOver(again, initiatorTaskTag);
    assert.equal((await again.next(opcode.dataIn)).pdu.initiatorTaskTag, initiatorTaskTag);
    await settled(second);
    assert.deepEqual(second.unread, [], 'a logout is no loss to be told of');
  });

  test('level 0: the tasks of the old connection are over, and that is told (§11.14.5)', async () => {
    await using opened = await openRecovering(0, holdReads(deferred()));
    const first = await connectLeading(opened, 0);
    first.command(cdb.read(0, 1), read(1));
    await settled(first);
    const again = await connectMore(opened, first, 0);
    assert.deepEqual(await first.closed(), []);
    assert.equal(opened.target.sessions()[0]?.taskCount, 0);
    again.command(cdb.testUnitReady);
    const { data } = await again.next(opcode.scsiResponse);
    assert.deepEqual([data[4], data[14], data[15]], [6, 0x47, 0x7f]);
  });
});

suite('§8.2, §13.16: time runs out', () => {
  test('tasks are over after Time2Wait and Time2Retain, which the session tells', async () => {
    const clock = new FakeClock();
    await using opened = await openPair({ ...holdReads(deferred()), clock });
    const { first, second } = opened;
    const { initiatorTaskTag } = first.command(cdb.read(0, 1), read(1));
    await settled(first);
    await cut(first, second);
    await logOut(second, { ...recovery, cid: 0, expStatSn: first.expStatSn });
    await clock.advance(10_999);
    assert.equal(recoveryOf(opened).retainedTaskCount, 1);
    await clock.advance(1);
    assert.equal(recoveryOf(opened).retainedTaskCount, 0);
    assert.equal(await reassign(second, initiatorTaskTag), responseCode.taskDoesNotExist);
    second.cmdSn = first.cmdSn;
    second.command(cdb.testUnitReady);
    const { data } = await second.next(opcode.scsiResponse);
    assert.deepEqual([data[4], data[14], data[15]], [6, 0x47, 0x7f]);
  });

  test('with no connection left the session goes too, at level 0 as well', async () => {
    for (const level of [0, 2]) {
      const clock = new FakeClock();
      await using opened = await openRecovering(level, { ...holdReads(deferred()), clock });
      const first = await connectLeading(opened, level);
      first.command(cdb.read(0, 1), read(1));
      await settled(first);
      first.destroy();
      await eventually(
        () => opened.target.connectionCount,
        (count) => count === 0,
      );
      assert.equal(recoveryOf(opened).retainedTaskCount, level === 2 ? 1 : 0);
      await clock.advance(10_999);
      assert.equal(opened.target.sessions().length, 1);
      await clock.advance(1);
      assert.equal(opened.target.sessions().length, 0);
    }
  });

  test('Time2Retain=0: nothing is kept', async () => {
    await using opened = await openRecovering(2, { ...holdReads(deferred()), parameters: { defaultTime2Retain: 0 } });
    const first = await connectLeading(opened, 2);
    first.command(cdb.read(0, 1), read(1));
    await settled(first);
    first.destroy();
    await eventually(
      () => opened.target.connectionCount,
      (count) => count === 0,
    );
    assert.deepEqual(opened.target.sessions(), []);
  });
});

suite('§4.2.2.1, §11.14: commands ahead of a gap', () => {
  test('they are discarded with the logout, and may come again on another connection', async () => {
    await using opened = await openPair();
    const { first, second } = opened;
    const missing = first.cmdSn;
    const ahead = first.command(cdb.testUnitReady, { cmdSn: missing + 1 });
    await settled(first);
    await cut(first, second);
    await logOut(second, { ...recovery, cid: 0, expStatSn: first.expStatSn });
    assert.equal(await reassign(second, ahead.initiatorTaskTag), responseCode.taskDoesNotExist);
    second.command(cdb.testUnitReady, { cmdSn: missing });
    assert.equal((await second.next(opcode.scsiResponse)).pdu.expCmdSn, missing + 1);
    second.command(cdb.testUnitReady, { cmdSn: missing + 1, initiatorTaskTag: ahead.initiatorTaskTag });
    const { pdu } = await second.next(opcode.scsiResponse);
    assert.deepEqual([pdu.expCmdSn, pdu.initiatorTaskTag], [missing + 2, ahead.initiatorTaskTag]);
  });

  test('before the logout they stay valid, and are delivered when the gap closes', async () => {
    await using opened = await openPair();
    const { first, second } = opened;
    const missing = first.cmdSn;
    const ahead = first.command(cdb.testUnitReady, { cmdSn: missing + 1 });
    await settled(first);
    await cut(first, second);
    second.command(cdb.testUnitReady, { cmdSn: missing });
    assert.equal((await second.next(opcode.scsiResponse)).pdu.expCmdSn, missing + 2);
    await logOut(second, { ...recovery, cid: 0, expStatSn: first.expStatSn });
    await takeOver(second, ahead.initiatorTaskTag);
    assert.equal((await second.next(opcode.scsiResponse)).pdu.initiatorTaskTag, ahead.initiatorTaskTag);
  });
});
