// Data through the embedded target, PDU by PDU: reads, the three ways of writing, residuals, digests.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { nextTurn } from '../../../src/base/index.ts';
import {
  encodePdu,
  opcode,
  putSegmentLengths,
  rejectReason,
  reservedTag,
  type ScsiCommand,
} from '../../../src/wire/index.ts';
import type { RawInitiator } from '../../support/raw-initiator.ts';
import { cdb, openRawTarget, pattern } from '../../support/raw-target.ts';

/** Keys with which writes may be sent in all three ways, in small pieces. */
const smallPieces = {
  MaxRecvDataSegmentLength: '1024',
  MaxBurstLength: '2048',
  FirstBurstLength: '1024',
  InitialR2T: 'No',
  ImmediateData: 'Yes',
  MaxOutstandingR2T: '2',
};

/** Takes the power-on unit attention out of the way. */
async function settle(initiator: RawInitiator): Promise<void> {
  initiator.command(cdb.testUnitReady);
  const { pdu } = await initiator.next(opcode.scsiResponse);
  assert.equal(pdu.status, 2);
}

function read(initiator: RawInitiator, lba: number, blocks: number, expected = blocks * 512): ScsiCommand {
  return initiator.command(cdb.read(lba, blocks), { isRead: true, expectedDataTransferLength: expected });
}

/** Sense key, ASC and ASCQ of a response's data segment. */
function senseOf(data: Uint8Array): number[] {
  return [data[4] ?? 0, data[14] ?? 0, data[15] ?? 0];
}

suite('§11.7 Data-In', () => {
  test('§11.7.1: PDUs fit the initiator, sequences end with F, and the last one carries the status', async () => {
    await using opened = await openRawTarget();
    await opened.device.write(512, pattern(3584));
    const initiator = await opened.connect({ keys: smallPieces });
    await settle(initiator);
    const command = read(initiator, 1, 7);
    const pdus = [];
    for (let i = 0; i < 4; i += 1) pdus.push(await initiator.next(opcode.dataIn));
    assert.deepEqual(
      pdus.map(({ pdu, data }) => [pdu.dataSn, pdu.bufferOffset, data.length, pdu.isFinal, pdu.hasStatus]),
      [
        [0, 0, 1024, false, false],
        [1, 1024, 1024, true, false],
        [2, 2048, 1024, false, false],
        [3, 3072, 512, true, true],
      ],
    );
    assert.ok(pdus.every(({ pdu }) => pdu.initiatorTaskTag === command.initiatorTaskTag && !pdu.isAcknowledge));
    assert.ok(Buffer.concat(pdus.map(({ data }) => data)).equals(pattern(3584)));
    assert.deepEqual([pdus[3]?.pdu.status, pdus[3]?.pdu.expCmdSn], [0, initiator.cmdSn]);
    // §11.7.3: StatSN has a meaning in the last one alone, and is used up by it.
    initiator.command(cdb.testUnitReady);
    assert.equal((await initiator.next(opcode.scsiResponse)).pdu.statSn, (pdus[3]?.pdu.statSn ?? 0) + 1);
  });

  test('§11.4.5: residuals of reads are exact in both directions', async () => {
    await using opened = await openRawTarget();
    const initiator = await opened.connect();
    await settle(initiator);
    read(initiator, 0, 2, 4096);
    const under = await initiator.next(opcode.dataIn);
    assert.deepEqual([under.data.length, under.pdu.isUnderflow, under.pdu.residualCount], [1024, true, 3072]);
    read(initiator, 0, 4, 700);
    const over = await initiator.next(opcode.dataIn);
    assert.deepEqual([over.data.length, over.pdu.isOverflow, over.pdu.residualCount], [700, true, 1348]);
    initiator.command(cdb.read(0, 2));
    const none = await initiator.next(opcode.scsiResponse);
    assert.deepEqual([none.pdu.status, none.pdu.isOverflow, none.pdu.residualCount], [0, true, 1024]);
  });

  test('§11.4.7: a command that fails ends with a SCSI Response and its sense data', async () => {
    await using opened = await openRawTarget();
    const initiator = await opened.connect();
    await settle(initiator);
    read(initiator, 5000, 1);
    const { pdu, data } = await initiator.next(opcode.scsiResponse);
    assert.deepEqual([pdu.status, pdu.isUnderflow, pdu.residualCount, pdu.expDataSn], [2, true, 512, 0]);
    assert.equal(((data[0] ?? 0) << 8) + (data[1] ?? 0), data.length - 2);
    assert.deepEqual(senseOf(data), [5, 0x21, 0]);
  });
});

suite('§11.7, §11.8: writes', () => {
  test('immediate, unsolicited and solicited data of one command land where they belong', async () => {
    await using opened = await openRawTarget();
    const initiator = await opened.connect({ keys: smallPieces });
    await settle(initiator);
    const data = pattern(8192);
    const fields = { isWrite: true, isFinal: false, expectedDataTransferLength: 8192 };
    const { initiatorTaskTag } = initiator.command(cdb.write(4, 16), fields, data.subarray(0, 512));
    initiator.dataOut({ initiatorTaskTag, bufferOffset: 512 }, data.subarray(512, 1024));
    let sent = 1024;
    for (let i = 0; sent < 8192; i += 1) {
      const { pdu } = await initiator.next(opcode.r2t);
      assert.deepEqual([pdu.r2tSn, pdu.bufferOffset, pdu.initiatorTaskTag], [i, sent, initiatorTaskTag]);
      assert.ok(pdu.desiredDataTransferLength <= 2048);
      // No more than two R2Ts are outstanding, so the next but one comes only after this answer.
      const { targetTransferTag, bufferOffset, desiredDataTransferLength: length } = pdu;
      initiator.dataOut(
        { initiatorTaskTag, targetTransferTag, bufferOffset, isFinal: false },
        data.subarray(sent, sent + 512),
      );
      const rest = data.subarray(sent + 512, sent + length);
      initiator.dataOut({ initiatorTaskTag, targetTransferTag, bufferOffset: sent + 512, dataSn: 1 }, rest);
      sent += length;
    }
    const { pdu } = await initiator.next(opcode.scsiResponse);
    assert.deepEqual([pdu.status, pdu.isUnderflow, pdu.isOverflow], [0, false, false]);
    const stored = Buffer.alloc(8192);
    await opened.device.read(4 * 512, stored);
    assert.ok(stored.equals(data));
  });

  test('§11.8: nothing is written before the last byte of the last sequence is here', async () => {
    await using opened = await openRawTarget();
    const initiator = await opened.connect({ keys: { ...smallPieces, MaxBurstLength: '4096', ImmediateData: 'No' } });
    await settle(initiator);
    const data = pattern(8192);
    const { initiatorTaskTag } = initiator.command(cdb.write(0, 16), {
      isWrite: true,
      expectedDataTransferLength: 8192,
    });
    const first = (await initiator.next(opcode.r2t)).pdu;
    const second = (await initiator.next(opcode.r2t)).pdu;
    // The end of the first sequence wakes the task while only a part of the second one is here.
    initiator.dataOut({ initiatorTaskTag, targetTransferTag: first.targetTransferTag }, data.subarray(0, 4096));
    const bhs = Buffer.alloc(48);
    const fields = { isFinal: true, lun: { high: 0, low: 0 }, dataSn: 0, bufferOffset: 4096, expStatSn: 0 };
    const { targetTransferTag } = second;
    encodePdu({ opcode: opcode.dataOut, initiatorTaskTag, targetTransferTag, ...fields }, bhs);
    putSegmentLengths(bhs, 0, 4096);
    initiator.sendBytes(Buffer.concat([bhs, data.subarray(4096, 5000)]));
    for (let turn = 0; turn < 50; turn += 1) await nextTurn();
    const stored = Buffer.alloc(8192);
    await opened.device.read(0, stored);
    assert.ok(stored.equals(Buffer.alloc(8192)));
    initiator.sendBytes(data.subarray(5000));
    assert.equal((await initiator.next(opcode.scsiResponse)).pdu.status, 0);
    await opened.device.read(0, stored);
    assert.ok(stored.equals(data));
  });

  test('§13.17: no more R2Ts are outstanding than were agreed on', async () => {
    await using opened = await openRawTarget();
    const initiator = await opened.connect({ keys: smallPieces });
    await settle(initiator);
    const { initiatorTaskTag } = initiator.command(cdb.write(0, 16), {
      isWrite: true,
      expectedDataTransferLength: 8192,
    });
    const first = await initiator.next(opcode.r2t);
    await initiator.next(opcode.r2t);
    initiator.send({
      opcode: opcode.nopOut,
      isImmediate: true,
      lun: { high: 0, low: 0 },
      initiatorTaskTag: 999,
      targetTransferTag: reservedTag,
      cmdSn: initiator.cmdSn,
      expStatSn: 0,
    });
    await initiator.next(opcode.nopIn);
    const { targetTransferTag } = first.pdu;
    initiator.dataOut({ initiatorTaskTag, targetTransferTag }, pattern(2048));
    assert.equal((await initiator.next(opcode.r2t)).pdu.bufferOffset, 4096);
  });

  test('§11.4.5: residuals of writes are exact, and no part of a block is written', async () => {
    await using opened = await openRawTarget();
    const initiator = await opened.connect();
    await settle(initiator);
    initiator.command(cdb.write(0, 1), { isWrite: true, expectedDataTransferLength: 2048 }, pattern(2048));
    const under = await initiator.next(opcode.scsiResponse);
    assert.deepEqual([under.pdu.status, under.pdu.isUnderflow, under.pdu.residualCount], [0, true, 1536]);
    initiator.command(cdb.write(8, 4), { isWrite: true, expectedDataTransferLength: 700 }, pattern(700));
    const over = await initiator.next(opcode.scsiResponse);
    assert.deepEqual([over.pdu.isOverflow, over.pdu.residualCount], [true, 1348]);
    const stored = Buffer.alloc(1024);
    await opened.device.read(0, stored);
    assert.ok(stored.equals(Buffer.concat([pattern(512), Buffer.alloc(512)])));
    await opened.device.read(8 * 512, stored);
    assert.ok(stored.equals(Buffer.concat([pattern(512), Buffer.alloc(512)])));
  });

  test('§11.4.2: the response waits for the data that the initiator has announced', async () => {
    await using opened = await openRawTarget();
    const initiator = await opened.connect({ keys: smallPieces });
    await settle(initiator);
    const fields = { isWrite: true, isFinal: false, expectedDataTransferLength: 512 };
    const { initiatorTaskTag } = initiator.command(cdb.write(5000, 1), fields);
    initiator.command(cdb.testUnitReady);
    assert.notEqual((await initiator.next(opcode.scsiResponse)).pdu.initiatorTaskTag, initiatorTaskTag);
    initiator.dataOut({ initiatorTaskTag }, pattern(512));
    const { pdu, data } = await initiator.next(opcode.scsiResponse);
    assert.equal(pdu.initiatorTaskTag, initiatorTaskTag);
    assert.deepEqual(senseOf(data), [5, 0x21, 0]);
  });

  test('§11.4.7.2: unsolicited data that were not agreed on end the command', async () => {
    await using opened = await openRawTarget();
    const initiator = await opened.connect({ keys: { ImmediateData: 'No', InitialR2T: 'Yes' } });
    await settle(initiator);
    initiator.command(cdb.write(0, 1), { isWrite: true, expectedDataTransferLength: 512 }, pattern(512));
    const { pdu, data } = await initiator.next(opcode.scsiResponse);
    assert.equal(pdu.status, 2);
    assert.deepEqual(senseOf(data), [0x0b, 0x0c, 0x0c]);
  });

  test('§11.17.1: Data-Out that answers nothing is rejected with its header', async () => {
    await using opened = await openRawTarget();
    const initiator = await opened.connect();
    initiator.dataOut({ initiatorTaskTag: 77, targetTransferTag: 5, bufferOffset: 9 }, pattern(8));
    const { pdu, data } = await initiator.next(opcode.reject);
    assert.equal(pdu.reason, rejectReason.invalidPduField);
    assert.deepEqual([data.length, data[0], data[19]], [48, opcode.dataOut, 77]);
  });

  test('a write that no memory is left for gets TASK SET FULL, after its data have come', async () => {
    await using opened = await openRawTarget({ limits: { writeBufferLength: 4096 } });
    const initiator = await opened.connect();
    await settle(initiator);
    const fields = { isWrite: true, expectedDataTransferLength: 8192 };
    initiator.command(cdb.write(0, 16), fields, pattern(8192));
    assert.equal((await initiator.next(opcode.scsiResponse)).pdu.status, 0x28);
    for (let i = 0; i < 3; i += 1) {
      initiator.command(cdb.write(0, 8), { ...fields, expectedDataTransferLength: 4096 }, pattern(4096));
      assert.equal((await initiator.next(opcode.scsiResponse)).pdu.status, 0);
    }
  });
});

suite('§7.8: digests', () => {
  const keys = { HeaderDigest: 'CRC32C', DataDigest: 'CRC32C', ...smallPieces };

  test('data go both ways under both digests, with padding', async () => {
    await using opened = await openRawTarget();
    const initiator = await opened.connect({ keys });
    await settle(initiator);
    const fields = { isWrite: true, expectedDataTransferLength: 512 };
    initiator.command(cdb.write(3, 1), fields, pattern(512));
    assert.equal((await initiator.next(opcode.scsiResponse)).pdu.status, 0);
    read(initiator, 3, 1, 511);
    assert.ok(pattern(511).equals((await initiator.next(opcode.dataIn)).data));
  });

  test('a header digest error ends the connection', async () => {
    await using opened = await openRawTarget();
    const initiator = await opened.connect({ keys });
    initiator.command(cdb.testUnitReady, {}, undefined, { breakHeaderDigest: true });
    assert.deepEqual(await initiator.closed(), []);
  });

  test('a data digest error on a command is rejected, and its CmdSN is missing until it is sent again', async () => {
    await using opened = await openRawTarget();
    const initiator = await opened.connect({ keys });
    await settle(initiator);
    const fields = { isWrite: true, expectedDataTransferLength: 512, cmdSn: initiator.cmdSn };
    initiator.command(cdb.write(0, 1), fields, pattern(512), { breakDataDigest: true });
    const { pdu, data } = await initiator.next(opcode.reject);
    assert.deepEqual([pdu.reason, pdu.expCmdSn], [rejectReason.dataDigestError, initiator.cmdSn]);
    assert.equal(data[0], opcode.scsiCommand);
    initiator.command(cdb.write(0, 1), { ...fields, cmdSn: initiator.cmdSn }, pattern(512));
    assert.equal((await initiator.next(opcode.scsiResponse)).pdu.status, 0);
  });

  test('a data digest error on Data-Out is rejected, and the task fails when all data have come', async () => {
    await using opened = await openRawTarget();
    const initiator = await opened.connect({ keys });
    await settle(initiator);
    const { initiatorTaskTag } = initiator.command(cdb.write(0, 2), {
      isWrite: true,
      expectedDataTransferLength: 1024,
    });
    const { targetTransferTag } = (await initiator.next(opcode.r2t)).pdu;
    initiator.dataOut({ initiatorTaskTag, targetTransferTag, isFinal: false }, pattern(512), { breakDataDigest: true });
    assert.equal((await initiator.next(opcode.reject)).pdu.reason, rejectReason.dataDigestError);
    initiator.dataOut({ initiatorTaskTag, targetTransferTag, bufferOffset: 512, dataSn: 1 }, pattern(512));
    const { pdu, data } = await initiator.next(opcode.scsiResponse);
    assert.equal(pdu.status, 2);
    assert.deepEqual(senseOf(data), [0x0b, 0x47, 0x05]);
    const stored = Buffer.alloc(1024, 1);
    await opened.device.read(0, stored);
    assert.ok(stored.equals(Buffer.alloc(1024)));
  });
});
