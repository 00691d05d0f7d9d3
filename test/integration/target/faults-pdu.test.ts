// Faults of single PDUs: damaged with and without a right digest, lost, repeated, out of order, late.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { opcode, rejectReason, type ScsiResponse } from '../../../src/wire/index.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { isSilent, nextStatus, openReady } from '../../support/fault-bench.ts';
import { cdb, openRawTarget, pattern } from '../../support/raw-target.ts';

const digests = { HeaderDigest: 'CRC32C', DataDigest: 'CRC32C' };
const parameters = { headerDigest: ['CRC32C', 'None'], dataDigest: ['CRC32C', 'None'] } as const;
const block = { isRead: true, expectedDataTransferLength: 512 } as const;

suite('corrupt-header (§7.8)', () => {
  test('a digest over something else tells of the damage', async () => {
    await using opened = await openRawTarget({ parameters });
    const initiator = await openReady(opened, { keys: digests });
    opened.target.inject('corrupt-header:opcode=scsi-response');
    const damaged = initiator.expectDamage();
    initiator.command(cdb.testUnitReady);
    assert.equal(await damaged, 'header');
  });

  test('with a right digest, or without one, the damage is silent', async () => {
    for (const keys of [digests, {}]) {
      await using opened = await openRawTarget({ parameters });
      const initiator = await openReady(opened, { keys });
      opened.target.inject('corrupt-header:opcode=scsi-response,at=19,mask=0x80,digest=right');
      const { initiatorTaskTag } = initiator.command(cdb.testUnitReady);
      const { pdu } = await initiator.next(opcode.scsiResponse);
      assert.equal(pdu.initiatorTaskTag, initiatorTaskTag ^ 0x80);
    }
  });

  test('a received header with a wrong digest ends the connection', async () => {
    await using opened = await openRawTarget({ parameters });
    const initiator = await openReady(opened, { keys: digests });
    opened.target.inject('corrupt-header:direction=received');
    initiator.command(cdb.testUnitReady);
    assert.deepEqual(await initiator.closed(), []);
  });
});

suite('corrupt-data (§7.8)', () => {
  test('a digest over something else tells of the damage; PDUs without data pass', async () => {
    await using opened = await openRawTarget({ parameters });
    const initiator = await openReady(opened, { keys: digests });
    const fault = opened.target.inject('corrupt-data');
    initiator.command(cdb.testUnitReady);
    assert.equal(await nextStatus(initiator), 0);
    assert.equal(fault.hits, 0);
    const damaged = initiator.expectDamage();
    initiator.command(cdb.read(0, 1), block);
    assert.equal(await damaged, 'data');
  });

  test('with a right digest, or without one, the damage is silent, in the byte asked for', async () => {
    for (const keys of [digests, {}]) {
      await using opened = await openRawTarget({ parameters });
      await opened.device.write(0, pattern(512));
      const initiator = await openReady(opened, { keys });
      opened.target.inject('corrupt-data:digest=right,at=300,mask=3');
      initiator.command(cdb.read(0, 1), block);
      const { data } = await initiator.next(opcode.dataIn);
      const expected = pattern(512);
      expected[300] = expected[300]! ^ 3;
      assert.ok(expected.equals(data));
    }
  });

  test('received data with a wrong digest are rejected', async () => {
    await using opened = await openRawTarget({ parameters });
    const initiator = await openReady(opened, { keys: digests });
    opened.target.inject('corrupt-data:direction=received,opcode=scsi-command');
    initiator.command(cdb.write(0, 1), { isWrite: true, expectedDataTransferLength: 512 }, pattern(512));
    assert.equal((await initiator.next(opcode.reject)).pdu.reason, rejectReason.dataDigestError);
  });
});

suite('lose-pdu (§7.9)', () => {
  test('the answer is lost, its StatSN used up', async () => {
    await using opened = await openRawTarget();
    const initiator = await openReady(opened);
    const fault = opened.target.inject({ name: 'lose-pdu', opcode: 'scsi-response' });
    initiator.command(cdb.testUnitReady);
    const next = initiator.command(cdb.testUnitReady);
    const before = initiator.expStatSn;
    const { pdu } = await initiator.next(opcode.scsiResponse);
    assert.deepEqual([pdu.initiatorTaskTag, pdu.statSn], [next.initiatorTaskTag, before + 1]);
    assert.equal(fault.hits, 1);
  });

  test('a lost command is missing: what comes after it waits', async () => {
    await using opened = await openRawTarget();
    const initiator = await openReady(opened);
    opened.target.inject('lose-pdu:direction=received,opcode=scsi-command');
    const lost = initiator.command(cdb.testUnitReady);
    initiator.command(cdb.testUnitReady);
    assert.ok(await isSilent(initiator));
    initiator.command(cdb.testUnitReady, { cmdSn: lost.cmdSn });
    assert.deepEqual([await nextStatus(initiator), await nextStatus(initiator)], [0, 0]);
  });

  test('by chance, with a seed: the same ones each time', async () => {
    const survivors = async (seed: number): Promise<number[]> => {
      await using opened = await openRawTarget();
      const initiator = await openReady(opened);
      opened.target.inject({ name: 'lose-pdu', opcode: 'scsi-response', count: 0, probability: 0.5, seed });
      for (let i = 0; i < 32; i += 1) initiator.command(cdb.testUnitReady);
      await isSilent(initiator);
      return initiator.unread.map(({ pdu }) => (pdu as ScsiResponse).initiatorTaskTag);
    };
    const once = await survivors(5);
    assert.ok(once.length > 4 && once.length < 28, `${once.length} of 32`);
    assert.deepEqual(await survivors(5), once);
    assert.notDeepEqual(await survivors(6), once);
  });
});

suite('duplicate-pdu (§7.10)', () => {
  test('an answer comes twice, byte for byte', async () => {
    await using opened = await openRawTarget();
    const initiator = await openReady(opened);
    opened.target.inject('duplicate-pdu:opcode=data-in');
    initiator.command(cdb.read(0, 1), block);
    const first = await initiator.next(opcode.dataIn);
    assert.deepEqual(await initiator.next(opcode.dataIn), first);
  });

  test('a command that comes twice is carried out once (§4.2.2.1)', async () => {
    await using opened = await openRawTarget();
    const initiator = await openReady(opened);
    opened.target.inject('duplicate-pdu:direction=received,opcode=scsi-command');
    initiator.command(cdb.testUnitReady);
    assert.equal(await nextStatus(initiator), 0);
    assert.ok(await isSilent(initiator));
  });
});

suite('reorder-pdu (§4.2.2)', () => {
  test('two answers change places', async () => {
    await using opened = await openRawTarget();
    const initiator = await openReady(opened);
    opened.target.inject('reorder-pdu:opcode=scsi-response');
    const tags = [initiator.command(cdb.testUnitReady), initiator.command(cdb.testUnitReady)].map(
      (command) => command.initiatorTaskTag,
    );
    const came = [await initiator.next(opcode.scsiResponse), await initiator.next(opcode.scsiResponse)];
    assert.deepEqual(
      came.map(({ pdu }) => pdu.initiatorTaskTag),
      tags.reverse(),
    );
  });

  test('without a next one it goes when the time is over', async () => {
    const clock = new FakeClock();
    await using opened = await openRawTarget({ clock });
    const initiator = await openReady(opened);
    opened.target.inject('reorder-pdu:wait=70');
    initiator.command(cdb.testUnitReady);
    assert.ok(await isSilent(initiator));
    await clock.advance(70);
    assert.equal(await nextStatus(initiator), 0);
  });
});

suite('delay-pdu (§7.14)', () => {
  test('a PDU waits, and what is behind it too', async () => {
    const clock = new FakeClock();
    await using opened = await openRawTarget({ clock });
    const initiator = await openReady(opened);
    opened.target.inject('delay-pdu:opcode=scsi-response,ms=40');
    const tags = [initiator.command(cdb.testUnitReady), initiator.command(cdb.testUnitReady)].map(
      (command) => command.initiatorTaskTag,
    );
    assert.ok(await isSilent(initiator));
    await clock.advance(39);
    assert.ok(await isSilent(initiator));
    await clock.advance(1);
    const came = [await initiator.next(opcode.scsiResponse), await initiator.next(opcode.scsiResponse)];
    assert.deepEqual(
      came.map(({ pdu }) => pdu.initiatorTaskTag),
      tags,
    );
  });
});
