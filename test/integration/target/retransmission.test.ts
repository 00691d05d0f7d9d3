// SNACK at the embedded target, error recovery level 1: data, R2Ts and statuses are sent again as they were, and data are
// acknowledged (RFC 7143 §11.7.2, §11.16, §11.17.2).

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { deferred, lunZero } from '../../../src/base/index.ts';
import {
  type DataIn,
  opcode,
  rejectReason,
  reservedTag,
  type ScsiResponse,
  snackType,
  type TargetPdu,
} from '../../../src/wire/index.ts';
import type { RawInitiator, Received } from '../../support/raw-initiator.ts';
import { textOf } from '../../support/raw-initiator.ts';
import {
  connectLeading,
  holdReads,
  openRecovering,
  recoveryOf,
  rejected,
  sendSnack,
  settled,
} from '../../support/raw-recovery.ts';
import { cdb, openRawTarget, pattern, type RawTarget } from '../../support/raw-target.ts';

const read = (blocks: number) => ({ isRead: true, expectedDataTransferLength: blocks * 512 });
const segments = { MaxRecvDataSegmentLength: '512' };

interface Opened extends RawTarget {
  readonly initiator: RawInitiator;
}

/** A target at level 1 with a pattern on its disk, and an initiator that takes segments of a block. */
async function open(keys: Readonly<Record<string, string>> = segments): Promise<Opened> {
  const opened = await openRecovering(1);
  await opened.device.write(0, pattern(8192));
  return { ...opened, initiator: await connectLeading(opened, 1, keys) };
}

async function dataIns(on: RawInitiator, count: number): Promise<Received<DataIn>[]> {
  const received: Received<DataIn>[] = [];
  for (let i = 0; i < count; i += 1) received.push(await on.next(opcode.dataIn));
  return received;
}

/** Reads eight blocks without acknowledging the status. */
async function readEight(on: RawInitiator): Promise<{ initiatorTaskTag: number; sent: Received<DataIn>[] }> {
  on.isAcknowledging = false;
  const { initiatorTaskTag } = on.command(cdb.read(0, 8), read(8));
  return { initiatorTaskTag, sent: await dataIns(on, 8) };
}

/** A PDU as it has to come again: exactly as it was but for the window (§11.16). */
function withWindow<P extends { readonly pdu: TargetPdu }>(sent: P, { expCmdSn, maxCmdSn }: DataIn | ScsiResponse): P {
  return { ...sent, pdu: { ...sent.pdu, expCmdSn, maxCmdSn } };
}

/** Checks that PDUs came again as they were. */
function assertReplicas(again: readonly Received<DataIn>[], sent: readonly Received<DataIn>[]): void {
  const window = again[0]?.pdu;
  assert.ok(window !== undefined);
  assert.deepEqual(
    again,
    sent.map((each) => withWindow(each, window)),
  );
}

const noop = (on: RawInitiator, expStatSn = on.expStatSn): void => {
  const tags = { initiatorTaskTag: on.tag(), targetTransferTag: reservedTag };
  on.send({ opcode: opcode.nopOut, isImmediate: true, lun: lunZero, ...tags, cmdSn: on.cmdSn, expStatSn });
};

suite('§11.16: Data SNACK', () => {
  test('the PDUs of a run come again as they were, also when the medium has changed', async () => {
    await using opened = await open();
    const { initiator, device } = opened;
    const { initiatorTaskTag, sent } = await readEight(initiator);
    await device.write(0, Buffer.alloc(8192));
    sendSnack(initiator, { type: snackType.dataOrR2t, initiatorTaskTag, begRun: 2, runLength: 3 });
    assertReplicas(await dataIns(initiator, 3), sent.slice(2, 5));
    assert.equal(recoveryOf(opened).snackCount, 1);
  });

  test('a RunLength of 0 goes to the end, status and its StatSN included; both 0 mean everything', async () => {
    await using opened = await open();
    const { initiator } = opened;
    const { initiatorTaskTag, sent } = await readEight(initiator);
    sendSnack(initiator, { type: snackType.dataOrR2t, initiatorTaskTag, begRun: 6 });
    const last = await dataIns(initiator, 2);
    assertReplicas(last, sent.slice(6));
    assert.deepEqual([last[1]?.pdu.hasStatus, last[1]?.pdu.statSn], [true, initiator.expStatSn]);
    sendSnack(initiator, { type: snackType.dataOrR2t, initiatorTaskTag });
    assertReplicas(await dataIns(initiator, 8), sent);
  });

  test('what was never sent, or is acknowledged with its status, is a protocol error', async () => {
    await using opened = await open();
    const { initiator } = opened;
    const { initiatorTaskTag, sent } = await readEight(initiator);
    for (const [begRun, runLength] of [
      [7, 2],
      [8, 0],
      [9, 1],
    ] as const) {
      sendSnack(initiator, { type: snackType.dataOrR2t, initiatorTaskTag, begRun, runLength });
      assert.deepEqual(await rejected(initiator), [rejectReason.protocolError, 8]);
    }
    sendSnack(initiator, { type: snackType.dataOrR2t, initiatorTaskTag: 4711, begRun: 0, runLength: 1 });
    assert.equal((await rejected(initiator))[0], rejectReason.protocolError);
    initiator.expStatSn = (sent[7]?.pdu.statSn ?? 0) + 1;
    sendSnack(initiator, { type: snackType.dataOrR2t, initiatorTaskTag, begRun: 0, runLength: 1 });
    assert.equal((await rejected(initiator))[0], rejectReason.protocolError);
    assert.equal(recoveryOf(opened).unacknowledgedTaskCount, 0);
  });

  test('§7.8: segments that the initiator takes no longer are rejected', async () => {
    await using opened = await open({ MaxRecvDataSegmentLength: '1024' });
    const { initiator } = opened;
    initiator.isAcknowledging = false;
    const { initiatorTaskTag } = initiator.command(cdb.read(0, 2), read(2));
    await initiator.next(opcode.dataIn);
    await declare(initiator, 512);
    sendSnack(initiator, { type: snackType.dataOrR2t, initiatorTaskTag });
    assert.equal((await rejected(initiator))[0], rejectReason.snackReject);
  });

  test('level 0: nothing is kept', async () => {
    await using opened = await openRawTarget();
    const initiator = await opened.connect();
    sendSnack(initiator, { type: snackType.status, begRun: 1, runLength: 1 });
    assert.deepEqual(await rejected(initiator), [rejectReason.snackReject, 0]);
  });
});

suite('§11.7.2, §11.16.2: DataACK', () => {
  const keys = { ...segments, MaxBurstLength: '1024' };

  test('A is set where a sequence ends, with a tag and the LUN, but for the last; what it acknowledges is gone', async () => {
    await using opened = await open(keys);
    const { initiator } = opened;
    const { initiatorTaskTag, sent } = await readEight(initiator);
    assert.deepEqual(
      sent.map(({ pdu }) => [pdu.isFinal, pdu.isAcknowledge, pdu.targetTransferTag !== reservedTag]),
      [0, 1, 2, 3, 4, 5, 6, 7].map((at) => [at % 2 === 1, at % 2 === 1 && at < 7, at % 2 === 1 && at < 7]),
    );
    const { lun, targetTransferTag } = sent[3]?.pdu ?? { lun: lunZero, targetTransferTag: 0 };
    sendSnack(initiator, { type: snackType.dataAck, lun, targetTransferTag, begRun: 4 });
    sendSnack(initiator, { type: snackType.dataOrR2t, initiatorTaskTag, begRun: 3, runLength: 1 });
    assert.deepEqual(await rejected(initiator), [rejectReason.protocolError, 8]);
    sendSnack(initiator, { type: snackType.dataOrR2t, initiatorTaskTag });
    assertReplicas(await dataIns(initiator, 4), sent.slice(4));
  });

  test('a tag that was not given, or a number that was not sent, is an invalid data ack', async () => {
    await using opened = await open(keys);
    const { initiator } = opened;
    const { sent } = await readEight(initiator);
    const tag = sent[1]?.pdu.targetTransferTag ?? 0;
    for (const [targetTransferTag, begRun] of [
      [tag + 99, 2],
      [tag, 9],
      [tag, 0],
    ] as const) {
      sendSnack(initiator, { type: snackType.dataAck, targetTransferTag, begRun });
      assert.equal((await rejected(initiator))[0], rejectReason.invalidDataAck);
    }
    const elsewhere = { high: 0x0001_0000, low: 0 };
    sendSnack(initiator, { type: snackType.dataAck, lun: elsewhere, targetTransferTag: tag, begRun: 2 });
    assert.equal((await rejected(initiator))[0], rejectReason.invalidDataAck);
    sendSnack(initiator, { type: snackType.dataAck, targetTransferTag: tag, begRun: 2, runLength: 1 });
    assert.equal((await rejected(initiator))[0], rejectReason.invalidPduField);
  });

  test('level 0: A is never set', async () => {
    await using opened = await openRawTarget();
    const initiator = await opened.connect({ keys });
    initiator.command(cdb.testUnitReady);
    await initiator.next(opcode.scsiResponse);
    initiator.command(cdb.read(0, 8), read(8));
    assert.ok((await dataIns(initiator, 8)).every(({ pdu }) => !pdu.isAcknowledge));
  });
});

suite('§11.16: R2Ts and statuses', () => {
  test('an R2T that has not been answered comes again with its tag; one that has is acknowledged', async () => {
    await using opened = await open({ MaxBurstLength: '512' });
    const { initiator } = opened;
    const { initiatorTaskTag } = initiator.command(cdb.write(0, 2), {
      isWrite: true,
      expectedDataTransferLength: 1024,
    });
    const first = await initiator.next(opcode.r2t);
    sendSnack(initiator, { type: snackType.dataOrR2t, initiatorTaskTag, begRun: 0, runLength: 1 });
    assert.deepEqual(await initiator.next(opcode.r2t), first);
    initiator.dataOut({ initiatorTaskTag, targetTransferTag: first.pdu.targetTransferTag }, pattern(512));
    const second = await initiator.next(opcode.r2t);
    assert.equal(second.pdu.r2tSn, 1);
    sendSnack(initiator, { type: snackType.dataOrR2t, initiatorTaskTag });
    assert.deepEqual(await initiator.next(opcode.r2t), second);
    for (const [begRun, runLength] of [
      [0, 1],
      [1, 2],
      [2, 0],
    ] as const) {
      sendSnack(initiator, { type: snackType.dataOrR2t, initiatorTaskTag, begRun, runLength });
      assert.deepEqual(await rejected(initiator), [rejectReason.protocolError, 2]);
    }
  });

  test('statuses come again as they were, with the present window', async () => {
    await using opened = await open();
    const { initiator } = opened;
    initiator.isAcknowledging = false;
    initiator.command(cdb.read(0x7fffffff, 1), read(1));
    const failed = await initiator.next(opcode.scsiResponse);
    noop(initiator);
    const pong = await initiator.next(opcode.nopIn);
    initiator.command(cdb.inquiry, { isRead: true, expectedDataTransferLength: 36 });
    const data = await initiator.next(opcode.dataIn);
    sendSnack(initiator, { type: snackType.status, begRun: failed.pdu.statSn, runLength: 2 });
    assert.deepEqual(await initiator.next(opcode.scsiResponse), withWindow(failed, data.pdu));
    assert.deepEqual(await initiator.next(opcode.nopIn), withWindow(pong, data.pdu));
    sendSnack(initiator, { type: snackType.status });
    await initiator.next(opcode.scsiResponse);
    await initiator.next(opcode.nopIn);
    assert.deepEqual(await initiator.next(opcode.dataIn), data);
    assert.equal(recoveryOf(opened).snackCount, 2);
  });

  test('a status that is acknowledged, or was not sent, is a protocol error', async () => {
    await using opened = await open();
    const { initiator } = opened;
    const { expStatSn } = initiator;
    for (const begRun of [expStatSn - 1, expStatSn, expStatSn + 7]) {
      initiator.isAcknowledging = false;
      sendSnack(initiator, { type: snackType.status, begRun, runLength: 1, expStatSn });
      assert.equal((await rejected(initiator))[0], rejectReason.protocolError);
      if (begRun === expStatSn - 1) initiator.expStatSn += 1;
    }
  });
});

suite('§11.16.3: R-Data SNACK', () => {
  test('an answered read comes anew in smaller segments, and one response has the tag and the old StatSN', async () => {
    await using opened = await open({ MaxRecvDataSegmentLength: '2048' });
    const { initiator } = opened;
    initiator.isAcknowledging = false;
    const { initiatorTaskTag } = initiator.command(cdb.read(0, 8), read(8));
    const statSn = (await dataIns(initiator, 2))[1]?.pdu.statSn;
    await declare(initiator, 1024);
    sendSnack(initiator, { type: snackType.rData, initiatorTaskTag, targetTransferTag: 77 });
    const again = await dataIns(initiator, 4);
    assert.deepEqual(
      again.map(({ pdu }) => [pdu.dataSn, pdu.bufferOffset, pdu.hasStatus]),
      [0, 1, 2, 3].map((at) => [at, at * 1024, false]),
    );
    assert.ok(Buffer.concat(again.map(({ data }) => data)).equals(pattern(4096)));
    const response = await initiator.next(opcode.scsiResponse);
    const { pdu } = response;
    assert.deepEqual([pdu.snackTag, pdu.statSn, pdu.expDataSn, pdu.status], [77, statSn, 4, 0]);
    sendSnack(initiator, { type: snackType.status, begRun: pdu.statSn, runLength: 1 });
    assert.deepEqual(await initiator.next(opcode.scsiResponse), response);
  });

  test('DataSN starts with what was acknowledged last', async () => {
    await using opened = await open({ ...segments, MaxBurstLength: '1024' });
    const { initiator } = opened;
    const { initiatorTaskTag, sent } = await readEight(initiator);
    const targetTransferTag = sent[5]?.pdu.targetTransferTag ?? 0;
    sendSnack(initiator, { type: snackType.dataAck, targetTransferTag, begRun: 6 });
    sendSnack(initiator, { type: snackType.rData, initiatorTaskTag, targetTransferTag: 5 });
    const again = await dataIns(initiator, 2);
    assert.deepEqual(
      again.map(({ pdu }) => [pdu.dataSn, pdu.bufferOffset]),
      [
        [6, 3072],
        [7, 3584],
      ],
    );
    assert.equal((await initiator.next(opcode.scsiResponse)).pdu.snackTag, 5);
  });

  test('a read that has not been answered is answered once, with the tag', async () => {
    const hold = deferred();
    await using opened = await openRecovering(1, holdReads(hold));
    const initiator = await connectLeading(opened, 1);
    const { initiatorTaskTag } = initiator.command(cdb.read(0, 2), read(2));
    sendSnack(initiator, { type: snackType.rData, initiatorTaskTag, targetTransferTag: 9 });
    await settled(initiator);
    hold.resolve();
    assert.equal((await initiator.next(opcode.dataIn)).pdu.hasStatus, false);
    const { pdu } = await initiator.next(opcode.scsiResponse);
    assert.deepEqual([pdu.snackTag, pdu.expDataSn], [9, 1]);
    await settled(initiator);
  });

  test('§11.16.5, §11.16.6: its tag and its run have one form', async () => {
    await using opened = await open();
    const { initiator } = opened;
    const { initiatorTaskTag } = await readEight(initiator);
    const right = { type: snackType.rData, initiatorTaskTag, targetTransferTag: 1 };
    for (const wrong of [
      { targetTransferTag: 0 },
      { targetTransferTag: reservedTag },
      { begRun: 1 },
      { runLength: 1 },
    ]) {
      sendSnack(initiator, { ...right, ...wrong });
      assert.equal((await rejected(initiator))[0], rejectReason.invalidPduField);
    }
  });
});

/** Declares another MaxRecvDataSegmentLength (§13.12). */
async function declare(on: RawInitiator, length: number): Promise<void> {
  const tags = { initiatorTaskTag: on.tag(), targetTransferTag: reservedTag };
  const numbers = { cmdSn: on.cmdSn, expStatSn: on.expStatSn };
  const flags = { isImmediate: true, isFinal: true, isContinue: false };
  const keys = textOf({ MaxRecvDataSegmentLength: String(length) });
  on.send({ opcode: opcode.textRequest, ...flags, lun: lunZero, ...tags, ...numbers }, keys);
  await on.next(opcode.textResponse);
}
