// Logouts of other connections than the one they come on: living ones and lost ones, at every error recovery level
// (RFC 7143 §6.3.5, §8.2, §11.14, §11.15).

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { deferred } from '../../../src/base/index.ts';
import {
  taskManagementFunction as functionCode,
  logoutReason,
  logoutResponseCode,
  opcode,
} from '../../../src/wire/index.ts';
import { eventually } from '../../support/eventually.ts';
import type { RawInitiator } from '../../support/raw-initiator.ts';
import {
  connectLeading,
  connectMore,
  cut,
  holdReads,
  logOut,
  openPair,
  openRecovering,
  recoveryOf,
  settled,
  takeOver,
} from '../../support/raw-recovery.ts';
import { cdb, type RawTarget } from '../../support/raw-target.ts';

const read = (blocks: number) => ({ isRead: true, expectedDataTransferLength: blocks * 512 });
const recovery = { reason: logoutReason.removeConnectionForRecovery };
const closing = { reason: logoutReason.closeConnection };

/** The sense key and additional sense of TEST UNIT READY. */
async function senseOf(on: RawInitiator): Promise<number[]> {
  on.command(cdb.testUnitReady);
  const { data } = await on.next(opcode.scsiResponse);
  return [data[4] ?? 0, data[14] ?? 0, data[15] ?? 0];
}

async function connectionsGone({ target }: RawTarget, count: number): Promise<void> {
  await eventually(
    () => target.connectionCount,
    (left) => left === count,
  );
}

for (const level of [0, 1, 2]) {
  suite(`§11.14.1: logouts at level ${level}`, () => {
    test('reason 1 closes a living connection with its tasks, which is told, and its CID is free', async () => {
      await using opened = await openRecovering(level, holdReads(deferred()));
      const first = await connectLeading(opened, level);
      const second = await connectMore(opened, first, 1);
      first.command(cdb.read(0, 1), read(1));
      await settled(first);
      second.cmdSn = first.cmdSn;
      const answer = await logOut(second, { ...closing, cid: 0, expStatSn: first.expStatSn });
      assert.equal(answer.response, logoutResponseCode.closedSuccessfully);
      assert.deepEqual(await first.closed(), []);
      assert.equal(opened.target.sessions()[0]?.taskCount, 0);
      assert.deepEqual(await senseOf(second), [6, 0x47, 0x7f]);
      const again = await logOut(second, { ...closing, cid: 0 });
      assert.equal(again.response, logoutResponseCode.cidNotFound);
      const anew = await connectMore(opened, second, 0);
      await settled(anew);
    });

    test('reason 1 closes a connection that was lost; a CID that never was is not found', async () => {
      await using opened = await openRecovering(level, holdReads(deferred()));
      const first = await connectLeading(opened, level);
      const second = await connectMore(opened, first, 1);
      first.command(cdb.read(0, 1), read(1));
      await settled(first);
      first.destroy();
      await connectionsGone(opened, 1);
      assert.deepEqual(recoveryOf(opened).lostCids, [0]);
      second.cmdSn = first.cmdSn;
      const answer = await logOut(second, { ...closing, cid: 0, expStatSn: first.expStatSn });
      assert.equal(answer.response, logoutResponseCode.closedSuccessfully);
      assert.deepEqual([recoveryOf(opened).lostCids, recoveryOf(opened).retainedTaskCount], [[], 0]);
      assert.deepEqual(await senseOf(second), [6, 0x47, 0x7f]);
      for (const cid of [0, 7]) {
        const { response } = await logOut(second, { ...closing, cid });
        assert.equal(response, logoutResponseCode.cidNotFound);
      }
    });

    test('reason 2 is for level 2; below it the connection stays as it is', async () => {
      await using opened = await openRecovering(level);
      const first = await connectLeading(opened, level);
      const second = await connectMore(opened, first, 1);
      const { response, time2Wait, time2Retain } = await logOut(second, { ...recovery, cid: 0 });
      assert.equal(response, level === 2 ? 0 : logoutResponseCode.recoveryNotSupported);
      assert.deepEqual([time2Wait, time2Retain], [1, 10]);
      if (level === 2) assert.deepEqual(await first.closed(), []);
      else await settled(first);
      const unknown = await logOut(second, { ...recovery, cid: 9 });
      assert.equal(unknown.response, logoutResponseCode.cidNotFound);
    });

    test('reason 0 ends the session with all that it kept', async () => {
      await using opened = await openRecovering(level, holdReads(deferred()));
      const first = await connectLeading(opened, level);
      const second = await connectMore(opened, first, 1);
      const third = await connectMore(opened, first, 2);
      first.command(cdb.read(0, 1), read(1));
      await settled(first);
      first.destroy();
      await connectionsGone(opened, 2);
      const { response } = await logOut(second, { reason: logoutReason.closeSession, cid: 99 });
      assert.equal(response, logoutResponseCode.closedSuccessfully);
      await second.closed();
      await third.closed();
      assert.deepEqual(opened.target.sessions(), []);
    });
  });
}

suite('§6.3.5: when a session ends', () => {
  test('its last connection may go while another waits for cleanup; the session waits with it', async () => {
    await using opened = await openPair(holdReads(deferred()));
    const { first, second } = opened;
    await cut(first, second);
    await logOut(second, { ...closing, cid: 1 });
    await second.closed();
    assert.deepEqual([opened.target.sessions().length, recoveryOf(opened).lostCids], [1, [0]]);
  });

  test('a recovery logout without tasks does not keep it beyond its last connection', async () => {
    await using opened = await openPair();
    const { first, second } = opened;
    await logOut(second, { ...recovery, cid: 0, expStatSn: first.expStatSn });
    assert.deepEqual(await first.closed(), []);
    await logOut(second, { ...closing, cid: 1 });
    await second.closed();
    assert.deepEqual(opened.target.sessions(), []);
  });
});

suite('§11.14: reason 2', () => {
  test('a connection may remove itself; its tasks go on elsewhere', async () => {
    const hold = deferred();
    await using opened = await openPair(holdReads(hold));
    const { first, second } = opened;
    const { initiatorTaskTag } = first.command(cdb.read(0, 1), read(1));
    await settled(first);
    const { response } = await logOut(first, { ...recovery, cid: 0 });
    assert.equal(response, logoutResponseCode.closedSuccessfully);
    hold.resolve();
    assert.deepEqual(await first.closed(), [], 'nothing follows the answer');
    assert.equal((await logOut(second, { ...recovery, cid: 0 })).response, logoutResponseCode.cidNotFound);
    await takeOver(second, initiatorTaskTag);
    assert.equal((await second.next(opcode.dataIn)).pdu.initiatorTaskTag, initiatorTaskTag);
  });

  test('the last connection removed itself: a login with its CID finds its tasks', async () => {
    const hold = deferred();
    await using opened = await openRecovering(2, holdReads(hold));
    const first = await connectLeading(opened, 2);
    const { initiatorTaskTag } = first.command(cdb.read(0, 1), read(1));
    await settled(first);
    await logOut(first, { ...recovery, cid: 0 });
    await first.closed();
    assert.equal(recoveryOf(opened).retainedTaskCount, 1);
    const again = await connectMore(opened, first, 0);
    await takeOver(again, initiatorTaskTag);
    hold.resolve();
    assert.equal((await again.next(opcode.dataIn)).pdu.initiatorTaskTag, initiatorTaskTag);
  });
});

suite('§13.2: many connections', () => {
  test('sixteen of them, each losing its place to one with the same CID', async () => {
    await using opened = await openRecovering(2, { parameters: { maxConnections: 16 } });
    const first = await connectLeading(opened, 2);
    const others: RawInitiator[] = [];
    for (let cid = 1; cid < 16; cid += 1) others.push(await connectMore(opened, first, cid));
    assert.equal(opened.target.sessions()[0]?.connections.length, 16);
    for (const [at, old] of others.entries()) {
      const again = await connectMore(opened, first, at + 1);
      assert.deepEqual(await old.closed(), []);
      await settled(again);
    }
    assert.equal(opened.target.sessions()[0]?.connections.length, 16);
  });

  test('§4.2.3.3: ABORT TASK SET waits until the statuses on the others have arrived, and ends the tasks of all', async () => {
    await using opened = await openPair(holdReads(deferred()));
    const { first, second } = opened;
    const { cmdSn } = first;
    first.command(cdb.read(0, 1), read(1));
    second.isAcknowledging = false;
    second.command(cdb.read(0, 1), { ...read(1), cmdSn: cmdSn + 1 });
    second.command(cdb.testUnitReady, { cmdSn: cmdSn + 2 });
    await second.next(opcode.scsiResponse);
    first.cmdSn = cmdSn + 3;
    first.sendManagement({ function: functionCode.abortTaskSet });
    const ping = (await second.next(opcode.nopIn)).pdu;
    assert.deepEqual(first.unread, []);
    second.send({
      opcode: opcode.nopOut,
      isImmediate: true,
      lun: ping.lun,
      initiatorTaskTag: 0xffff_ffff,
      targetTransferTag: ping.targetTransferTag,
      cmdSn: first.cmdSn,
      expStatSn: ping.statSn,
    });
    assert.equal((await first.next(opcode.taskManagementResponse)).pdu.response, 0);
    assert.equal(opened.target.sessions()[0]?.taskCount, 0);
  });
});
