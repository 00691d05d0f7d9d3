// Data and commands that are lost on the way to the embedded target, error recovery level 1: recovery R2Ts, and commands
// that come a second time (RFC 7143 §7.1.4, §7.2.1, §7.8, §7.9, §11.8).

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { TargetOptions } from '../../../src/target/index.ts';
import { opcode, type R2t, rejectReason } from '../../../src/wire/index.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import type { RawInitiator } from '../../support/raw-initiator.ts';
import { connectLeading, openRecovering, recoveryOf, rejected, settled } from '../../support/raw-recovery.ts';
import { cdb, pattern, type RawTarget } from '../../support/raw-target.ts';

const data = pattern(4096);
const writeEight = { isWrite: true, expectedDataTransferLength: 4096 };
const damaged = { breakDataDigest: true };

interface Opened extends RawTarget {
  readonly initiator: RawInitiator;
}

/** A target at a level, and an initiator with data digests. */
async function open(
  level = 1,
  keys: Readonly<Record<string, string>> = {},
  options: Partial<TargetOptions> = {},
): Promise<Opened> {
  const opened = await openRecovering(level, options);
  return { ...opened, initiator: await connectLeading(opened, level, { DataDigest: 'CRC32C', ...keys }) };
}

async function stored({ device }: RawTarget): Promise<Buffer> {
  const bytes = Buffer.alloc(4096);
  await device.read(0, bytes);
  return bytes;
}

/** The next R2T: its number, its place and its tag. */
async function nextR2t(on: RawInitiator): Promise<{ facts: number[]; pdu: R2t }> {
  const { pdu } = await on.next(opcode.r2t);
  return { facts: [pdu.r2tSn, pdu.bufferOffset, pdu.desiredDataTransferLength], pdu };
}

/** Answers an R2T with PDUs of a block each; those at `lost` are left out, those at `broken` are damaged. */
function answer(on: RawInitiator, r2t: R2t, lost: readonly number[] = [], broken: readonly number[] = []): void {
  const { initiatorTaskTag, targetTransferTag, bufferOffset, desiredDataTransferLength } = r2t;
  const count = desiredDataTransferLength / 512;
  for (let dataSn = 0; dataSn < count; dataSn += 1) {
    if (lost.includes(dataSn)) continue;
    const offset = bufferOffset + dataSn * 512;
    const facts = { initiatorTaskTag, targetTransferTag, dataSn, bufferOffset: offset, isFinal: dataSn === count - 1 };
    on.dataOut(facts, data.subarray(offset, offset + 512), broken.includes(dataSn) ? damaged : {});
  }
}

async function assertWritten(opened: Opened): Promise<void> {
  assert.equal((await opened.initiator.next(opcode.scsiResponse)).pdu.status, 0);
  assert.ok((await stored(opened)).equals(data));
}

suite('§7.8, §7.9, §11.8: recovery R2Ts', () => {
  test('a damaged PDU is rejected, and asked for again when its sequence has ended, with the next R2TSN', async () => {
    await using opened = await open();
    const { initiator } = opened;
    initiator.command(cdb.write(0, 8), writeEight);
    const { facts, pdu } = await nextR2t(initiator);
    assert.deepEqual(facts, [0, 0, 4096]);
    answer(initiator, pdu, [], [2]);
    assert.equal((await rejected(initiator))[0], rejectReason.dataDigestError);
    const again = await nextR2t(initiator);
    assert.deepEqual(again.facts, [1, 1024, 512]);
    assert.notEqual(again.pdu.targetTransferTag, pdu.targetTransferTag);
    answer(initiator, again.pdu);
    await assertWritten(opened);
    assert.equal(recoveryOf(opened).recoveryR2tCount, 1);
  });

  test('a gap in DataSN is asked for again, before what was never asked for, one R2T at a time', async () => {
    await using opened = await open(1, { MaxBurstLength: '2048' });
    const { initiator } = opened;
    initiator.command(cdb.write(0, 8), writeEight);
    answer(initiator, (await nextR2t(initiator)).pdu, [0, 2]);
    const first = await nextR2t(initiator);
    assert.deepEqual(first.facts, [1, 0, 512]);
    await settled(initiator);
    answer(initiator, first.pdu);
    const second = await nextR2t(initiator);
    assert.deepEqual(second.facts, [2, 1024, 512]);
    answer(initiator, second.pdu);
    const rest = await nextR2t(initiator);
    assert.deepEqual(rest.facts, [3, 2048, 2048]);
    answer(initiator, rest.pdu);
    await assertWritten(opened);
  });

  test('a sequence that ends early has its tail asked for, also when the last PDU is damaged', async () => {
    await using opened = await open();
    const { initiator } = opened;
    const { initiatorTaskTag } = initiator.command(cdb.write(0, 8), writeEight);
    const { targetTransferTag } = (await nextR2t(initiator)).pdu;
    initiator.dataOut({ initiatorTaskTag, targetTransferTag }, data.subarray(0, 1024));
    const tail = await nextR2t(initiator);
    assert.deepEqual(tail.facts, [1, 1024, 3072]);
    answer(initiator, tail.pdu, [], [5]);
    await rejected(initiator);
    const last = await nextR2t(initiator);
    assert.deepEqual(last.facts, [2, 3584, 512]);
    answer(initiator, last.pdu);
    await assertWritten(opened);
  });

  test('unsolicited data are asked for in the same way', async () => {
    await using opened = await open(1, { InitialR2T: 'No', FirstBurstLength: '2048' });
    const { initiator } = opened;
    const command = { ...writeEight, isFinal: false };
    const { initiatorTaskTag } = initiator.command(cdb.write(0, 8), command, data.subarray(0, 512));
    initiator.dataOut({ initiatorTaskTag, dataSn: 1, bufferOffset: 1024, isFinal: false }, data.subarray(1024, 1536));
    initiator.dataOut({ initiatorTaskTag, dataSn: 2, bufferOffset: 1536 }, data.subarray(1536, 2048));
    const lost = await nextR2t(initiator);
    assert.deepEqual(lost.facts, [0, 512, 512]);
    answer(initiator, lost.pdu);
    const rest = await nextR2t(initiator);
    assert.deepEqual(rest.facts, [1, 2048, 2048]);
    answer(initiator, rest.pdu);
    await assertWritten(opened);
  });

  test('§7.1.4.1: data that do not come in time are asked for again, and the old tag is void', async () => {
    const clock = new FakeClock();
    await using opened = await open(1, {}, { clock });
    const { initiator } = opened;
    initiator.command(cdb.write(0, 8), writeEight);
    const { pdu } = await nextR2t(initiator);
    answer(initiator, { ...pdu, desiredDataTransferLength: 1024 }, [1]);
    await settled(initiator);
    await clock.advance(5_000);
    assert.deepEqual(initiator.unread, [], 'a sequence that moves has its time anew');
    await clock.advance(5_000);
    const again = await nextR2t(initiator);
    assert.deepEqual(again.facts, [1, 512, 3584]);
    answer(initiator, { ...pdu, bufferOffset: 512, desiredDataTransferLength: 512 });
    assert.equal((await rejected(initiator))[0], rejectReason.invalidPduField);
    answer(initiator, again.pdu);
    await assertWritten(opened);
  });

  test('a line that loses everything ends the task', async () => {
    await using opened = await open();
    const { initiator } = opened;
    initiator.command(cdb.write(0, 8), writeEight);
    for (;;) {
      const { pdu } = await initiator.nextOfAny();
      if (pdu.opcode === opcode.scsiResponse) break;
      assert.ok(pdu.opcode === opcode.r2t || pdu.opcode === opcode.reject);
      if (pdu.opcode === opcode.r2t) answer(initiator, { ...pdu, desiredDataTransferLength: 512 }, [], [0]);
    }
    assert.ok(recoveryOf(opened).recoveryR2tCount > 100);
  });

  test('§7.8 b: level 0 asks for nothing again; the task ends with a CRC error', async () => {
    await using opened = await open(0);
    const { initiator } = opened;
    initiator.command(cdb.write(0, 8), writeEight);
    answer(initiator, (await nextR2t(initiator)).pdu, [], [2]);
    assert.equal((await rejected(initiator))[0], rejectReason.dataDigestError);
    const { data: sense } = await initiator.next(opcode.scsiResponse);
    assert.deepEqual([sense[4], sense[14], sense[15]], [0x0b, 0x47, 0x05]);
  });
});

suite('§7.2.1, §7.8: commands that come a second time', () => {
  test('damaged immediate data discard the command; its retry fills the gap, and what waited follows', async () => {
    await using opened = await open(1, { InitialR2T: 'No' });
    const { initiator } = opened;
    const { cmdSn } = initiator;
    const facts = { ...writeEight, initiatorTaskTag: initiator.tag() };
    initiator.command(cdb.write(0, 8), facts, data, damaged);
    assert.equal((await rejected(initiator))[0], rejectReason.dataDigestError);
    const later = initiator.command(cdb.testUnitReady);
    await settled(initiator);
    initiator.command(cdb.write(0, 8), { ...facts, cmdSn }, data);
    const answers = [await initiator.next(opcode.scsiResponse), await initiator.next(opcode.scsiResponse)];
    assert.deepEqual(
      new Set(answers.map(({ pdu }) => pdu.initiatorTaskTag)),
      new Set([facts.initiatorTaskTag, later.initiatorTaskTag]),
    );
    assert.ok(answers.every(({ pdu }) => pdu.status === 0 && pdu.expCmdSn === cmdSn + 2));
    assert.ok((await stored(opened)).equals(data));
  });

  test('a command that is there already is silently ignored, while it runs, waits, or has been answered', async () => {
    await using opened = await open();
    const { initiator } = opened;
    const running = initiator.command(cdb.write(0, 8), writeEight);
    const { pdu } = await nextR2t(initiator);
    const { cmdSn } = initiator;
    const waiting = initiator.command(cdb.testUnitReady, { cmdSn: cmdSn + 1 });
    initiator.send(running);
    initiator.send(waiting);
    await settled(initiator);
    assert.deepEqual(initiator.unread, []);
    answer(initiator, pdu);
    await assertWritten(opened);
    initiator.send(running);
    await settled(initiator);
    initiator.command(cdb.testUnitReady, { cmdSn });
    const tags = [await initiator.next(opcode.scsiResponse), await initiator.next(opcode.scsiResponse)];
    assert.equal(new Set(tags.map((each) => each.pdu.initiatorTaskTag)).size, 2);
    await settled(initiator);
  });

  test('§7.8: a damaged header ends the connection; its tasks wait at level 2', async () => {
    await using opened = await open(2, { HeaderDigest: 'CRC32C' });
    const { initiator } = opened;
    initiator.command(cdb.write(0, 8), writeEight);
    await nextR2t(initiator);
    initiator.command(cdb.testUnitReady, {}, undefined, { breakHeaderDigest: true });
    assert.deepEqual(await initiator.closed(), []);
    assert.equal(recoveryOf(opened).retainedTaskCount, 1);
  });
});
