// The data of a write: unsolicited and solicited sequences, and what breaks them (RFC 7143 §11.7, §11.8, §11.4.7.2).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { condition } from '../../../src/target/device-server/sense.ts';
import { protocolDefaults, type SessionParameters } from '../../../src/target/negotiation/parameters.ts';
import { type WriteAnnouncement, WriteTransfer } from '../../../src/target/write-transfer.ts';
import { reservedTag } from '../../../src/wire/index.ts';

const parameters: SessionParameters = {
  ...protocolDefaults,
  initialR2t: false,
  firstBurstLength: 1024,
  maxBurstLength: 2048,
  maxOutstandingR2t: 2,
};

function transferOf(announcement: Partial<WriteAnnouncement>, changes: Partial<SessionParameters> = {}): WriteTransfer {
  const full = { expectedLength: 8192, immediateLength: 0, isFinal: true, ...announcement };
  return new WriteTransfer(full, { ...parameters, ...changes });
}

function dataOut(targetTransferTag: number, dataSn: number, bufferOffset: number, length: number, isFinal: boolean) {
  return { targetTransferTag, dataSn, bufferOffset, length, isFinal };
}

/** Takes a Data-Out PDU whole, its header and its data. */
function receive(transfer: WriteTransfer, pdu: ReturnType<typeof dataOut>): boolean | undefined {
  const verdict = transfer.accept(pdu);
  transfer.arrived();
  return verdict;
}

test('a sequence is over when the data of its last PDU are here, not when their header is', () => {
  const transfer = transferOf({});
  transfer.nextR2t(2048, 1);
  assert.equal(transfer.accept(dataOut(1, 0, 0, 2048, true)), true);
  assert.deepEqual([transfer.isQuiet, transfer.isArriving], [false, true]);
  transfer.arrived();
  assert.deepEqual([transfer.isQuiet, transfer.isArriving], [true, false]);
});

test('§11.8.4: R2Ts follow on what came unasked, no longer than MaxBurstLength, no more than MaxOutstandingR2T', () => {
  const transfer = transferOf({ immediateLength: 512 });
  assert.deepEqual(transfer.nextR2t(6000, 1), { targetTransferTag: 1, r2tSn: 0, offset: 512, length: 2048 });
  assert.deepEqual(transfer.nextR2t(6000, 2), { targetTransferTag: 2, r2tSn: 1, offset: 2560, length: 2048 });
  assert.equal(transfer.nextR2t(6000, 3), undefined);
  assert.equal(receive(transfer, dataOut(1, 0, 512, 1024, false)), true);
  assert.equal(receive(transfer, dataOut(1, 1, 1536, 1024, true)), true);
  assert.deepEqual(transfer.nextR2t(6000, 3), { targetTransferTag: 3, r2tSn: 2, offset: 4608, length: 1392 });
  assert.equal(receive(transfer, dataOut(2, 0, 2560, 2048, true)), true);
  assert.equal(transfer.isQuiet, false);
  assert.equal(receive(transfer, dataOut(3, 0, 4608, 1392, true)), true);
  assert.equal(transfer.isQuiet, true);
  assert.equal(transfer.nextR2t(6000, 4), undefined);
  assert.equal(transfer.fault, undefined);
});

test('§13.10: with InitialR2T=No unsolicited Data-Out come first, and R2Ts only after them', () => {
  const transfer = transferOf({ immediateLength: 256, isFinal: false });
  assert.equal(transfer.nextR2t(8192, 1), undefined);
  assert.equal(receive(transfer, dataOut(reservedTag, 0, 256, 256, false)), true);
  assert.equal(receive(transfer, dataOut(reservedTag, 1, 512, 512, true)), true);
  assert.deepEqual(transfer.nextR2t(8192, 1), { targetTransferTag: 1, r2tSn: 0, offset: 1024, length: 2048 });
  assert.equal(transfer.fault, undefined);
});

test('§13.11: data that were not agreed on fail the task, after the initiator has finished', () => {
  assert.equal(transferOf({ immediateLength: 1 }, { immediateData: false }).fault, condition.unexpectedUnsolicitedData);
  assert.equal(transferOf({ immediateLength: 1025 }).fault, condition.unexpectedUnsolicitedData);
  assert.equal(transferOf({ immediateLength: 9, expectedLength: 8 }).fault, condition.unexpectedUnsolicitedData);
  const open = transferOf({ isFinal: false }, { initialR2t: true });
  assert.equal(open.fault, condition.unexpectedUnsolicitedData);
  assert.equal(open.isQuiet, false);
  receive(open, dataOut(reservedTag, 0, 0, 1024, true));
  assert.equal(open.isQuiet, true);
  assert.equal(open.nextR2t(8192, 1), undefined);
});

test('§11.4.7.2: unsolicited Data-Out that stop short of FirstBurstLength are an incorrect amount of data', () => {
  const transfer = transferOf({ isFinal: false });
  receive(transfer, dataOut(reservedTag, 0, 0, 512, true));
  assert.equal(transfer.fault, condition.incorrectAmountOfData);
  const whole = transferOf({ isFinal: false, expectedLength: 512 });
  receive(whole, dataOut(reservedTag, 0, 0, 512, true));
  assert.equal(whole.fault, undefined);
});

test('§11.8: an R2T that is answered with less or more than it asked for fails the task', () => {
  const short = transferOf({});
  short.nextR2t(2048, 1);
  assert.equal(receive(short, dataOut(1, 0, 0, 1024, true)), true);
  assert.equal(short.fault, condition.incorrectAmountOfData);
  const long = transferOf({});
  long.nextR2t(1024, 1);
  assert.equal(receive(long, dataOut(1, 0, 0, 2048, true)), false);
  assert.equal(long.fault, condition.incorrectAmountOfData);
});

test('§7.9: a gap in DataSN stands for a PDU that was lost to a digest error', () => {
  const transfer = transferOf({});
  transfer.nextR2t(2048, 1);
  assert.equal(receive(transfer, dataOut(1, 1, 1024, 1024, true)), false);
  assert.equal(transfer.fault, condition.protocolServiceCrcError);
  assert.equal(transfer.isQuiet, true);
});

test('§11.7.6: a buffer offset that does not follow on is thrown away and fails the task', () => {
  const transfer = transferOf({});
  transfer.nextR2t(2048, 1);
  assert.equal(receive(transfer, dataOut(1, 0, 512, 512, false)), false);
  assert.equal(transfer.fault, condition.incorrectAmountOfData);
});

test('§11.8: a target transfer tag that is not the oldest outstanding one answers nothing', () => {
  const transfer = transferOf({});
  transfer.nextR2t(8192, 1);
  transfer.nextR2t(8192, 2);
  assert.equal(receive(transfer, dataOut(2, 0, 2048, 2048, true)), undefined);
  assert.equal(receive(transfer, dataOut(9, 0, 0, 10, true)), undefined);
  assert.equal(receive(transfer, dataOut(reservedTag, 0, 0, 10, true)), undefined);
});
