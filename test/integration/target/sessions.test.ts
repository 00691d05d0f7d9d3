// Sessions and connections of the embedded target: who gets in, in what order commands run, how it all ends.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { deferred } from '../../../src/base/index.ts';
import {
  type LogoutRequest,
  logoutReason,
  logoutResponseCode,
  opcode,
  rejectReason,
  reservedTag,
} from '../../../src/wire/index.ts';
import { RawInitiator } from '../../support/raw-initiator.ts';
import { cdb, openRawTarget, pattern } from '../../support/raw-target.ts';

const four = { MaxConnections: '4' };

function logout(initiator: RawInitiator, reason: number, cid = 0): LogoutRequest {
  const { cmdSn, expStatSn } = initiator;
  return {
    opcode: opcode.logoutRequest,
    isImmediate: true,
    reason,
    initiatorTaskTag: initiator.tag(),
    cid,
    cmdSn,
    expStatSn,
  };
}

async function statusOf(initiator: RawInitiator): Promise<number> {
  return (await initiator.next(opcode.scsiResponse)).pdu.status;
}

/** Opens two connections of one session, with the unit attention told. */
async function openPair(opened: Awaited<ReturnType<typeof openRawTarget>>): Promise<[RawInitiator, RawInitiator]> {
  const first = await opened.connect({ keys: four });
  first.command(cdb.testUnitReady);
  assert.equal(await statusOf(first), 2);
  const second = await opened.connect({ tsih: first.tsih, cid: 1, cmdSn: first.cmdSn });
  return [first, second];
}

suite('§6.3.1: logins and sessions', () => {
  test('a session has a handle, and each one its own', async () => {
    await using opened = await openRawTarget();
    const one = await opened.connect({ isid: 1 });
    const two = await opened.connect({ isid: 2 });
    assert.ok(one.tsih !== 0 && two.tsih !== 0 && one.tsih !== two.tsih);
    assert.deepEqual(
      opened.target.sessions().map((each) => [each.isid, each.tsih]),
      [
        [1, one.tsih],
        [2, two.tsih],
      ],
    );
  });

  test('a handle that is not there, or is another initiator’s, is refused', async () => {
    await using opened = await openRawTarget();
    const one = await opened.connect();
    for (const login of [
      { tsih: one.tsih + 1 },
      { tsih: one.tsih, isid: 9 },
      { tsih: one.tsih, initiatorName: 'iqn.other' },
    ]) {
      await using initiator = await RawInitiator.connect(opened.port);
      const { pdu } = await initiator.login({ cid: 1, ...login });
      assert.deepEqual([pdu.statusClass, pdu.statusDetail], [2, 0x0a]);
      assert.deepEqual(await initiator.closed(), []);
    }
  });

  test('a connection more than was agreed on is refused', async () => {
    await using opened = await openRawTarget();
    const first = await opened.connect({ keys: { MaxConnections: '2' } });
    await opened.connect({ tsih: first.tsih, cid: 1 });
    await using third = await RawInitiator.connect(opened.port);
    const { pdu } = await third.login({ tsih: first.tsih, cid: 2 });
    assert.deepEqual([pdu.statusClass, pdu.statusDetail], [2, 0x06]);
  });

  test('§6.3.5: a login with the same identity replaces the session, when what it ran has ended', async () => {
    const hold = deferred();
    await using opened = await openRawTarget({
      hooks: {
        onCommand: async ({ cdb: bytes }) => {
          if (bytes[0] === 0x2a) await hold.promise;
          return undefined;
        },
      },
    });
    const old = await opened.connect();
    old.command(cdb.write(0, 1), { isWrite: true, expectedDataTransferLength: 512 }, pattern(512));
    assert.equal(await old.manage({ function: 99 }), 5);
    await using fresh = await RawInitiator.connect(opened.port);
    const login = fresh.login();
    assert.deepEqual(await old.closed(), []);
    hold.resolve();
    const { pdu } = await login;
    assert.equal(pdu.statusClass, 0);
    assert.notEqual(pdu.tsih, old.tsih);
    assert.equal(opened.target.sessions().length, 1);
    const stored = Buffer.alloc(512);
    await opened.device.read(0, stored);
    assert.ok(stored.equals(Buffer.alloc(512)), 'a write of the old session must not land');
  });

  test('§6.3.4: a login with the same CID replaces the connection and keeps the session', async () => {
    await using opened = await openRawTarget();
    const old = await opened.connect();
    const fresh = await opened.connect({ tsih: old.tsih, cmdSn: old.cmdSn });
    assert.deepEqual(await old.closed(), []);
    assert.equal(fresh.tsih, old.tsih);
    assert.equal(opened.target.sessions()[0]?.connections.length, 1);
    fresh.command(cdb.testUnitReady);
    assert.equal(await statusOf(fresh), 2);
  });

  test('§13.21: a discovery session takes SendTargets and a logout, and nothing else', async () => {
    await using opened = await openRawTarget();
    const initiator = await opened.connect({ targetName: '', keys: { SessionType: 'Discovery' } });
    initiator.command(cdb.testUnitReady);
    assert.equal((await initiator.next(opcode.reject)).pdu.reason, rejectReason.protocolError);
    initiator.send(logout(initiator, logoutReason.closeSession));
    assert.equal((await initiator.next(opcode.logoutResponse)).pdu.response, 0);
    assert.deepEqual(await initiator.closed(), []);
    assert.equal(opened.target.sessions().length, 0);
  });

  test('only initiators that are allowed get in, and learn of the target', async () => {
    await using opened = await openRawTarget({ allowedInitiators: ['iqn.2026-01.test:Friend'] });
    await opened.connect({ initiatorName: 'iqn.2026-01.test:friend' });
    await using other = await RawInitiator.connect(opened.port);
    const { pdu } = await other.login();
    assert.deepEqual([pdu.statusClass, pdu.statusDetail], [2, 0x02]);
  });
});

suite('§4.2.2.1: commands over several connections', () => {
  test('are delivered in the order of CmdSN, and answered where they came', async () => {
    const order: number[] = [];
    await using opened = await openRawTarget({
      hooks: {
        onCommand: ({ cmdSn }) => {
          order.push(cmdSn);
          return undefined;
        },
      },
    });
    const [first, second] = await openPair(opened);
    order.length = 0;
    const start = first.cmdSn;
    second.command(cdb.testUnitReady, { cmdSn: start + 2 });
    second.command(cdb.testUnitReady, { cmdSn: start + 3 });
    first.command(cdb.testUnitReady, { cmdSn: start + 1 });
    // Nothing can have run: a request that goes past the order is answered first.
    assert.equal(await second.manage({ function: 99 }), 5);
    assert.deepEqual(order, []);
    first.command(cdb.testUnitReady, { cmdSn: start });
    assert.deepEqual(
      [await statusOf(first), await statusOf(first), await statusOf(second), await statusOf(second)],
      [0, 0, 0, 0],
    );
    assert.deepEqual(order, [start, start + 1, start + 2, start + 3]);
  });

  test('duplicates and what is outside of the window are ignored without a word', async () => {
    await using opened = await openRawTarget({ limits: { commandWindow: 4 } });
    const [first] = await openPair(opened);
    const start = first.cmdSn;
    first.command(cdb.testUnitReady, { cmdSn: start - 1 });
    first.command(cdb.testUnitReady, { cmdSn: start + 4 });
    const { initiatorTaskTag } = first.command(cdb.testUnitReady, { cmdSn: start });
    const { pdu } = await first.next(opcode.scsiResponse);
    assert.deepEqual([pdu.initiatorTaskTag, pdu.expCmdSn, pdu.maxCmdSn], [initiatorTaskTag, start + 1, start + 4]);
  });

  test('§4.2.5.1: data on another connection than the command’s are rejected', async () => {
    await using opened = await openRawTarget();
    const [first, second] = await openPair(opened);
    const { initiatorTaskTag } = first.command(cdb.write(0, 2), { isWrite: true, expectedDataTransferLength: 1024 });
    const { targetTransferTag } = (await first.next(opcode.r2t)).pdu;
    second.dataOut({ initiatorTaskTag, targetTransferTag }, pattern(1024));
    assert.equal((await second.next(opcode.reject)).pdu.reason, rejectReason.invalidPduField);
    first.dataOut({ initiatorTaskTag, targetTransferTag }, pattern(1024));
    assert.equal(await statusOf(first), 0);
  });

  test('§11.14.5: tasks of a connection that is lost are told as cleared on the others', async () => {
    await using opened = await openRawTarget();
    const [first, second] = await openPair(opened);
    second.command(cdb.write(0, 2), { isWrite: true, expectedDataTransferLength: 1024, cmdSn: first.cmdSn });
    await second.next(opcode.r2t);
    second.destroy();
    await second.closed();
    // §11.4.11: the slot that its task gave back is told, since no response will.
    assert.equal((await first.next(opcode.nopIn)).pdu.maxCmdSn, first.cmdSn + 128);
    first.command(cdb.testUnitReady, { cmdSn: first.cmdSn + 1 });
    const { pdu, data } = await first.next(opcode.scsiResponse);
    assert.deepEqual([pdu.status, data[4], data[14], data[15]], [2, 6, 0x47, 0x7f]);
  });

  test('each connection has a StatSN of its own', async () => {
    await using opened = await openRawTarget({ initialStatSn: 0xffff_ffff });
    const first = await opened.connect({ keys: four });
    const second = await opened.connect({ tsih: first.tsih, cid: 1 });
    assert.deepEqual([first.expStatSn, second.expStatSn], [0, 0]);
    first.command(cdb.testUnitReady);
    assert.equal((await first.next(opcode.scsiResponse)).pdu.statSn, 0);
    assert.equal(await second.manage({ function: 99 }), 5);
    assert.equal(second.expStatSn, 1);
  });
});

suite('§11.14, §11.15: logouts', () => {
  test('closing the session closes every connection of it', async () => {
    await using opened = await openRawTarget();
    const [first, second] = await openPair(opened);
    second.send(logout(second, logoutReason.closeSession));
    assert.equal((await second.next(opcode.logoutResponse)).pdu.response, logoutResponseCode.closedSuccessfully);
    assert.deepEqual([await first.closed(), await second.closed()], [[], []]);
    assert.equal(opened.target.sessions().length, 0);
  });

  test('closing a connection leaves the others, its own or another’s CID given', async () => {
    await using opened = await openRawTarget();
    const [first, second] = await openPair(opened);
    first.send(logout(first, logoutReason.closeConnection, 1));
    assert.equal((await first.next(opcode.logoutResponse)).pdu.response, logoutResponseCode.closedSuccessfully);
    assert.deepEqual(await second.closed(), []);
    first.command(cdb.testUnitReady);
    assert.equal(await statusOf(first), 0);
    first.send(logout(first, logoutReason.closeConnection, 0));
    assert.equal((await first.next(opcode.logoutResponse)).pdu.response, logoutResponseCode.closedSuccessfully);
    assert.deepEqual(await first.closed(), []);
  });

  test('an unknown CID is told, and recovery is not supported', async () => {
    await using opened = await openRawTarget();
    const initiator = await opened.connect();
    initiator.send(logout(initiator, logoutReason.closeConnection, 9));
    assert.equal((await initiator.next(opcode.logoutResponse)).pdu.response, logoutResponseCode.cidNotFound);
    initiator.send(logout(initiator, logoutReason.removeConnectionForRecovery, 0));
    assert.equal((await initiator.next(opcode.logoutResponse)).pdu.response, logoutResponseCode.recoveryNotSupported);
    assert.equal(await initiator.manage({ function: 99 }), 5);
  });
});

suite('§11.9: what the target asks for', () => {
  test('each asynchronous message carries its event and parameters', async () => {
    await using opened = await openRawTarget();
    const initiator = await opened.connect({ cid: 4 });
    const [session] = opened.target.sessions();
    assert.ok(session !== undefined);
    session.requestNegotiation({ seconds: 7 });
    session.reportSense(0, { senseKey: 6, asc: 0x3f, ascq: 0x0e });
    session.requestLogout({ seconds: 9 });
    session.dropConnection(4, { time2Wait: 2, time2Retain: 5 });
    const events = (await initiator.closed()).map(({ pdu }) => pdu);
    assert.deepEqual(
      events.map(
        (pdu) => pdu.opcode === opcode.asyncMessage && [pdu.asyncEvent, pdu.parameter1, pdu.parameter2, pdu.parameter3],
      ),
      [
        [4, 0, 0, 7],
        [0, 0, 0, 0],
        [1, 0, 0, 9],
        [2, 4, 2, 5],
      ],
    );
  });

  test('a dropped session tells so on its first connection and closes all', async () => {
    await using opened = await openRawTarget();
    const [first, second] = await openPair(opened);
    opened.target.sessions()[0]?.drop({ time2Wait: 1 });
    const [message] = await first.closed();
    assert.ok(message?.pdu.opcode === opcode.asyncMessage);
    assert.deepEqual([message.pdu.asyncEvent, message.pdu.parameter2], [3, 1]);
    assert.deepEqual(await second.closed(), []);
    assert.throws(() => opened.target.sessions()[0]?.cut(9) ?? assert.fail('there is no session'), Error);
  });
});

test('§11.18, §11.19: a ping is answered with its data, and one without a tag is not answered', async () => {
  await using opened = await openRawTarget();
  const initiator = await opened.connect();
  const blank = {
    opcode: opcode.nopOut,
    isImmediate: true,
    lun: { high: 0, low: 0 },
    targetTransferTag: reservedTag,
  } as const;
  initiator.send({ ...blank, initiatorTaskTag: reservedTag, cmdSn: initiator.cmdSn, expStatSn: 0 }, pattern(8));
  initiator.send({ ...blank, initiatorTaskTag: 42, cmdSn: initiator.cmdSn, expStatSn: 0 }, pattern(301));
  const { pdu, data } = await initiator.next(opcode.nopIn);
  assert.deepEqual([pdu.initiatorTaskTag, pdu.targetTransferTag], [42, reservedTag]);
  assert.ok(pattern(301).equals(data));
});

test('addLun and removeLun: the inventory changes, and every session hears of it once', async () => {
  await using opened = await openRawTarget();
  const initiator = await opened.connect();
  initiator.command(cdb.testUnitReady);
  assert.equal(await statusOf(initiator), 2);
  opened.target.addLun({ lun: 3, device: opened.device });
  initiator.command(cdb.testUnitReady);
  const { data } = await initiator.next(opcode.scsiResponse);
  assert.deepEqual([data[14], data[15]], [0x3f, 0x0e]);
  initiator.command(cdb.testUnitReady);
  assert.equal(await statusOf(initiator), 0);
  opened.target.removeLun(3);
  initiator.command(cdb.testUnitReady, { lun: { high: 0x0003_0000, low: 0 } });
  const gone = await initiator.next(opcode.scsiResponse);
  assert.deepEqual([gone.data[4], gone.data[14]], [5, 0x25]);
});
