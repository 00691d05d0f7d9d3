// What each I_T nexus is told of its logical units when it comes, comes back, or was not there (SAM-5 §5.14, §6.3).

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { logoutReason, opcode } from '../../../src/wire/index.ts';
import { eventually } from '../../support/eventually.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { nextSense, nextStatus } from '../../support/fault-bench.ts';
import type { RawInitiator } from '../../support/raw-initiator.ts';
import { cdb, openRawTarget } from '../../support/raw-target.ts';

/** To a port that was not here before. */
const anyReset = [0x06, 0x29, 0x00];
const powerOn = [0x06, 0x29, 0x01];
const deviceReset = [0x06, 0x29, 0x03];
const nexusLoss = [0x06, 0x29, 0x07];
const capacityChanged = [0x06, 0x2a, 0x09];
const nothing: number[] = [];

/** All conditions that a nexus is told of LUN 0, in order; none are left. */
async function told(initiator: RawInitiator): Promise<(number | undefined)[][]> {
  const conditions: (number | undefined)[][] = [];
  for (;;) {
    initiator.command(cdb.testUnitReady);
    const sense = await nextSense(initiator);
    if (sense[0] === undefined) return conditions;
    conditions.push(sense);
  }
}

async function logOut(initiator: RawInitiator): Promise<void> {
  const { cmdSn, expStatSn } = initiator;
  const reason = logoutReason.closeSession;
  const numbers = { initiatorTaskTag: initiator.tag(), cid: 0, cmdSn, expStatSn };
  initiator.send({ opcode: opcode.logoutRequest, isImmediate: true, reason, ...numbers });
  assert.equal((await initiator.next(opcode.logoutResponse)).pdu.response, 0);
  await initiator.closed();
}

suite('SAM-5 §6.3.1: power on', () => {
  test('is told to each initiator port that comes after it, once', async () => {
    await using opened = await openRawTarget();
    const one = await opened.connect({ isid: 1 });
    assert.deepEqual(await told(one), [anyReset]);
    assert.deepEqual(await told(await opened.connect({ isid: 2 })), [anyReset]);
    assert.deepEqual(await told(await opened.connect({ isid: 1, initiatorName: 'iqn.other' })), [anyReset]);
    assert.deepEqual(await told(one), nothing);
  });

  test('is told anew after a reboot, and nothing else is', async () => {
    await using opened = await openRawTarget();
    assert.deepEqual(await told(await opened.connect()), [anyReset]);
    opened.target.resizeLun(0, 524_288);
    await opened.target.reboot();
    assert.deepEqual(await told(await opened.connect()), [powerOn]);
  });

  test('that was not heard before the session ended is told in the next one, and covers the loss of the nexus', async () => {
    await using opened = await openRawTarget();
    await logOut(await opened.connect());
    assert.deepEqual(await told(await opened.connect()), [anyReset]);
  });

  test('RFC 7143 §11.5.1: TARGET COLD RESET counts as power on', async () => {
    await using opened = await openRawTarget();
    const initiator = await opened.connect();
    assert.deepEqual(await told(initiator), [anyReset]);
    assert.equal(await initiator.manage({ function: 7 }), 0);
    await initiator.closed();
    assert.deepEqual(await told(await opened.connect()), [powerOn]);
  });
});

suite('RFC 7143 §6.3.5.1, SAM-5 §6.3.4: loss of the nexus', () => {
  test('by closure of the session', async () => {
    await using opened = await openRawTarget();
    const first = await opened.connect();
    assert.deepEqual(await told(first), [anyReset]);
    await logOut(first);
    assert.deepEqual(await told(await opened.connect()), [nexusLoss]);
    assert.deepEqual(await told(await opened.connect({ isid: 2 })), [anyReset]);
  });

  test('by reinstatement, in place of what tells of the old session’s tasks', async () => {
    await using opened = await openRawTarget();
    const first = await opened.connect();
    assert.deepEqual(await told(first), [anyReset]);
    opened.target.inject('never-answer');
    first.command(cdb.read(0, 1), { isRead: true, expectedDataTransferLength: 512 });
    await eventually(
      () => opened.target.sessions()[0]?.taskCount,
      (count) => count === 1,
    );
    const second = await opened.connect();
    await first.closed();
    for (const { id } of opened.target.faults()) opened.target.removeFault(id);
    assert.deepEqual(await told(second), [nexusLoss]);
  });

  test('by timeout of the session; the loss of a connection that comes back in time is none', async () => {
    const clock = new FakeClock();
    await using opened = await openRawTarget({
      clock,
      parameters: { errorRecoveryLevel: 2, defaultTime2Wait: 0, defaultTime2Retain: 5 },
    });
    const keys = { ErrorRecoveryLevel: '2', DefaultTime2Wait: '0', DefaultTime2Retain: '5' };
    const first = await opened.connect({ keys });
    assert.deepEqual(await told(first), [anyReset]);
    opened.target.sessions()[0]?.cut();
    await first.closed();
    const second = await opened.connect({ tsih: first.tsih, cmdSn: first.cmdSn });
    assert.deepEqual(await told(second), nothing);
    opened.target.sessions()[0]?.cut();
    await second.closed();
    await clock.advance(5000);
    assert.equal(opened.target.sessions().length, 0);
    assert.deepEqual(await told(await opened.connect()), [nexusLoss]);
  });

  test('is told by every logical unit that the port has had to do with, discovery sessions apart', async () => {
    await using opened = await openRawTarget();
    const first = await opened.connect();
    assert.deepEqual(await told(first), [anyReset]);
    await using discovery = await opened.connect({ keys: { SessionType: 'Discovery' }, isid: 7 });
    await logOut(discovery);
    assert.deepEqual(await told(await opened.connect({ isid: 7 })), [anyReset]);
    assert.deepEqual(await told(first), nothing);
  });
});

suite('SAM-5 §5.14: conditions wait for a nexus that is away', () => {
  test('what happened meanwhile is told behind the loss', async () => {
    await using opened = await openRawTarget();
    const first = await opened.connect();
    assert.deepEqual(await told(first), [anyReset]);
    await logOut(first);
    opened.target.resizeLun(0, 524_288);
    assert.deepEqual(await told(await opened.connect()), [nexusLoss, capacityChanged]);
  });

  test('a reset of the unit takes the place of the loss', async () => {
    await using opened = await openRawTarget();
    const first = await opened.connect();
    assert.deepEqual(await told(first), [anyReset]);
    await logOut(first);
    const other = await opened.connect({ isid: 2 });
    assert.deepEqual(await told(other), [anyReset]);
    assert.equal(await other.manage({ function: 5 }), 0);
    assert.deepEqual(await told(await opened.connect()), [deviceReset]);
    other.command(cdb.testUnitReady);
    assert.equal(await nextStatus(other), 2);
  });
});
