// Faults of SCSI commands: wrong or late statuses, errors of the medium, no answer at all.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { u32 } from '../../../src/base/index.ts';
import {
  opcode,
  scsiResponseCode,
  taskManagementFunction,
  taskManagementResponseCode,
} from '../../../src/wire/index.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { isSilent, nextSense, nextStatus, openReady } from '../../support/fault-bench.ts';
import { cdb, openRawTarget, pattern } from '../../support/raw-target.ts';

const block = { isRead: true, expectedDataTransferLength: 512 } as const;
const write = { isWrite: true, expectedDataTransferLength: 512 } as const;

for (const [name, status] of Object.entries({ busy: 0x08, 'task-set-full': 0x28, 'reservation-conflict': 0x18 })) {
  test(`${name} (SAM-5 §5.3.1): the commands chosen end with the status, and are not carried out`, async () => {
    await using opened = await openRawTarget();
    const initiator = await openReady(opened);
    const fault = opened.target.inject(`${name}:command=write,count=2`);
    initiator.command(cdb.testUnitReady);
    assert.equal(await nextStatus(initiator), 0);
    for (const expected of [status, status, 0]) {
      const seen = Buffer.alloc(512);
      await opened.device.read(0, seen);
      assert.ok(seen.equals(Buffer.alloc(512)));
      initiator.command(cdb.write(0, 1), write, pattern(512));
      assert.equal(await nextStatus(initiator), expected);
    }
    assert.deepEqual([fault.hits, fault.isSpent], [2, true]);
  });
}

test('check-condition (SAM-5 §5.3.1): any sense data, by operation code and logical unit', async () => {
  await using opened = await openRawTarget();
  opened.target.addLun({ lun: 5, device: opened.device });
  const initiator = await openReady(opened);
  opened.target.inject('check-condition:cdb=0x28,lun=0,key=0xb,asc=0x47,ascq=3');
  const elsewhere = { lun: { high: 0x0005_0000, low: 0 } };
  initiator.command(cdb.testUnitReady, elsewhere);
  await nextStatus(initiator); // its power on
  initiator.command(cdb.read(0, 1), { ...block, ...elsewhere });
  await initiator.next(opcode.dataIn);
  initiator.command(cdb.read(0, 1), block);
  assert.deepEqual(await nextSense(initiator), [0x0b, 0x47, 0x03]);
  initiator.command(cdb.read(0, 1), block);
  await initiator.next(opcode.dataIn);
});

suite('medium-error (SBC-4 §4.18)', () => {
  test('what touches a bad block fails, with the first that it touches', async () => {
    await using opened = await openRawTarget();
    const initiator = await openReady(opened);
    const fault = opened.target.inject('medium-error:lba=100,blocks=4');
    for (const lba of [99, 103]) {
      initiator.command(cdb.read(lba, 2), { ...block, expectedDataTransferLength: 1024 });
      const { data } = await initiator.next(opcode.scsiResponse);
      assert.deepEqual([data[4], data[14], data[15]], [0x03, 0x11, 0x00]);
      assert.deepEqual([data[2], u32(data, 5)], [0xf0, Math.max(lba, 100)]);
    }
    initiator.command(cdb.write(101, 1), write, pattern(512));
    assert.deepEqual(await nextSense(initiator), [0x03, 0x0c, 0x00]);
    for (const lba of [99, 104]) {
      initiator.command(cdb.read(lba, 1), block);
      await initiator.next(opcode.dataIn);
    }
    assert.equal(fault.hits, 3);
  });

  test('reads alone, or writes alone', async () => {
    await using opened = await openRawTarget();
    const initiator = await openReady(opened);
    const fault = opened.target.inject('medium-error:access=read');
    initiator.command(cdb.write(0, 1), write, pattern(512));
    assert.equal(await nextStatus(initiator), 0);
    initiator.command(cdb.read(0, 1), block);
    assert.equal(await nextStatus(initiator), 2);
    fault.remove();
    opened.target.inject('medium-error:access=write');
    initiator.command(cdb.read(0, 1), block);
    await initiator.next(opcode.dataIn);
    initiator.command(cdb.write(0, 1), write, pattern(512));
    assert.equal(await nextStatus(initiator), 2);
  });
});

test('target-failure (§11.4.3): the response tells it instead of a status', async () => {
  await using opened = await openRawTarget();
  const initiator = await openReady(opened);
  opened.target.inject('target-failure');
  initiator.command(cdb.testUnitReady);
  assert.equal((await initiator.next(opcode.scsiResponse)).pdu.response, scsiResponseCode.targetFailure);
});

test('never-answer: the command is under way until it is aborted; others go on', async () => {
  await using opened = await openRawTarget();
  const initiator = await openReady(opened);
  opened.target.inject('never-answer:command=read');
  const { initiatorTaskTag, cmdSn } = initiator.command(cdb.read(0, 1), block);
  initiator.command(cdb.testUnitReady);
  assert.equal(await nextStatus(initiator), 0);
  assert.equal(opened.target.sessions()[0]?.taskCount, 1);
  const request = { function: taskManagementFunction.abortTask, referencedTaskTag: initiatorTaskTag, refCmdSn: cmdSn };
  assert.equal(await initiator.manage(request), taskManagementResponseCode.functionComplete);
  assert.equal(opened.target.sessions()[0]?.taskCount, 0);
});

suite('delay-status (§11.4)', () => {
  test('the data come at once, the status in a response of its own when the time is over', async () => {
    const clock = new FakeClock();
    await using opened = await openRawTarget({ clock });
    const initiator = await openReady(opened);
    opened.target.inject('delay-status:command=read,ms=250');
    const { initiatorTaskTag } = initiator.command(cdb.read(0, 1), block);
    const { pdu } = await initiator.next(opcode.dataIn);
    assert.deepEqual([pdu.hasStatus, pdu.isFinal], [false, true]);
    initiator.command(cdb.testUnitReady);
    assert.equal(await nextStatus(initiator), 0); // it overtakes
    assert.ok(await isSilent(initiator));
    await clock.advance(250);
    const late = await initiator.next(opcode.scsiResponse);
    assert.deepEqual([late.pdu.initiatorTaskTag, late.pdu.status, late.pdu.expDataSn], [initiatorTaskTag, 0, 1]);
  });

  test('a command whose status is held can be aborted, and removal lets the status go', async () => {
    await using opened = await openRawTarget();
    const initiator = await openReady(opened);
    const fault = opened.target.inject('delay-status:command=write,ms=0,count=0');
    const first = initiator.command(cdb.write(0, 1), write, pattern(512));
    const { initiatorTaskTag } = initiator.command(cdb.write(1, 1), write, pattern(512));
    await fault.hit(2);
    const abort = { function: taskManagementFunction.abortTask, referencedTaskTag: first.initiatorTaskTag };
    assert.equal(await initiator.manage(abort), taskManagementResponseCode.functionComplete);
    fault.remove();
    assert.equal((await initiator.next(opcode.scsiResponse)).pdu.initiatorTaskTag, initiatorTaskTag);
  });
});
