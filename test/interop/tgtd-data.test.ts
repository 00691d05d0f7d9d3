// The data that the initiator moves to and from tgtd, against what QEMU and libiscsi see there.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { suite, test } from 'node:test';
import { type BlockDevice, type ConnectOptions, channels, connect, type InitiatorSession } from 'hawser';
import { eventually } from '../support/eventually.ts';
import { skipWithout } from '../support/peers.ts';
import { startTgtd, type Tgtd } from '../support/tgtd.ts';
import { exerciseDisk } from './disk-exercise.ts';
import {
  foreignTools,
  foreignUrl,
  identityByLibiscsi,
  readByQemu,
  sha256,
  sizeByQemu,
  writeByQemu,
} from './foreign-tools.ts';

const opcode = { r2t: 0x31, dataIn: 0x25, taskManagementResponse: 0x22 } as const;

async function logIn(tgtd: Tgtd, more: Partial<ConnectOptions> = {}): Promise<InitiatorSession> {
  const { host, port, targetName } = tgtd;
  return await connect({ portal: { host, port }, targetName, ...more });
}

async function contents(device: BlockDevice): Promise<Buffer> {
  const bytes = Buffer.alloc(device.size);
  await device.read(0, bytes);
  return bytes;
}

/** Writes random bytes as the ranges say, each after the other, and returns the whole device as it must be then. */
async function writeRanges(device: BlockDevice, ranges: readonly (readonly [number, number])[]): Promise<Buffer> {
  const model = await contents(device);
  for (const [offset, length] of ranges) {
    const bytes = randomBytes(length);
    bytes.copy(model, offset);
    await device.write(offset, bytes);
  }
  return model;
}

const kib = 1024;
const mib = 1024 * kib;

/** Around the bounds that a write meets: a block, tgtd's 8 KiB of a segment, FirstBurstLength, MaxBurstLength, 1 MiB. */
const ranges = [
  [0, 512],
  [512, 1],
  [1023, 2],
  [4095, 8194],
  [100_000, 65_535],
  [200_192, 65_536],
  [300_001, 65_537],
  [400_384, 262_143],
  [mib, 262_144],
  [2 * mib + 7, 262_145],
  [3 * mib, mib],
  [4 * mib + 512, mib + 512],
  [6 * mib + 13, 3 * mib + 1],
  [16 * mib - 5, 5],
] as const;

suite('tgtd: data', { skip: skipWithout(['tgtd', 'tgtadm', ...foreignTools]) }, () => {
  test('identity and size are those that libiscsi and QEMU see', async () => {
    await using tgtd = await startTgtd({
      luns: [{ sizeBytes: 5 * mib + 512 }, { sizeBytes: 8 * mib, blockSize: 4096 }],
    });
    await using session = await logIn(tgtd);
    for (const lun of [1, 2]) {
      const { disk } = await session.openDisk(lun);
      const url = foreignUrl(tgtd, lun);
      const { vendor, product, revision, serial } = disk.identity;
      assert.deepEqual({ vendor, product, revision, serial }, await identityByLibiscsi(url));
      assert.equal(disk.size, await sizeByQemu(url));
      assert.equal(disk.blockSize, lun === 1 ? 512 : 4096);
    }
    assert.deepEqual(
      (await session.luns()).map((lun) => lun.high >>> 16),
      [0, 1, 2],
    );
    await assert.rejects(session.openDisk(0), { code: 'SCSI_UNSUPPORTED' }); // tgtd's controller
  });

  test('what we write in any size and alignment, QEMU reads byte for byte', async () => {
    await using tgtd = await startTgtd({ luns: [{ sizeBytes: 16 * mib }] });
    await using session = await logIn(tgtd);
    const disk = await session.openDisk(1);
    const model = await writeRanges(disk, ranges);
    await disk.flush();
    assert.equal(sha256(await readByQemu(foreignUrl(tgtd, 1))), sha256(model));
    assert.equal(sha256(await contents(disk)), sha256(model));
  });

  test('the same on blocks of 4 KiB, where most of it is unaligned', async () => {
    await using tgtd = await startTgtd({ luns: [{ sizeBytes: 16 * mib, blockSize: 4096 }] });
    await using session = await logIn(tgtd);
    const model = await writeRanges(await session.openDisk(1), ranges);
    assert.equal(sha256(await readByQemu(foreignUrl(tgtd, 1))), sha256(model));
  });

  test('what QEMU writes we read byte for byte, in any size and alignment', async () => {
    await using tgtd = await startTgtd({ luns: [{ sizeBytes: 16 * mib }] });
    const model = randomBytes(16 * mib);
    await writeByQemu(foreignUrl(tgtd, 1), model);
    await using session = await logIn(tgtd, { offers: { headerDigest: 'None,CRC32C' } });
    const disk = await session.openDisk(1);
    assert.equal(sha256(await contents(disk)), sha256(model));
    for (const [offset, length] of ranges) {
      const into = Buffer.alloc(length);
      await disk.read(offset, into);
      assert.ok(into.equals(model.subarray(offset, offset + length)), `${length} bytes at ${offset} differ`);
    }
  });

  test('zeroed ranges read as zeros at QEMU', async () => {
    await using tgtd = await startTgtd({ luns: [{ sizeBytes: 4 * mib }] });
    await using session = await logIn(tgtd);
    const disk = await session.openDisk(1);
    const model = await writeRanges(disk, [[0, 4 * mib]]);
    await disk.zero(1000, 2 * mib);
    model.fill(0, 1000, 1000 + 2 * mib);
    assert.equal(sha256(await readByQemu(foreignUrl(tgtd, 1))), sha256(model));
  });

  test('a write-protected disk is read and never written', async () => {
    await using tgtd = await startTgtd({ luns: [{ sizeBytes: mib, params: { readonly: '1' } }] });
    await using session = await logIn(tgtd);
    const disk = await session.openDisk(1);
    assert.equal(disk.readOnly, true);
    assert.deepEqual(await contents(disk), Buffer.alloc(mib));
    await assert.rejects(disk.write(0, Buffer.alloc(512, 1)), { code: 'BLOCK_READ_ONLY' });
  });
});

suite('tgtd: negotiated ways of writing', { skip: skipWithout(['tgtd', 'tgtadm', 'qemu-img']) }, () => {
  for (const initialR2t of [false, true]) {
    for (const immediateData of [false, true]) {
      test(`§13.10, §13.11: InitialR2T=${initialR2t}, ImmediateData=${immediateData}`, async () => {
        const yesNo = (value: boolean): string => (value ? 'Yes' : 'No');
        const parameters = { InitialR2T: yesNo(initialR2t), ImmediateData: yesNo(immediateData) };
        await using tgtd = await startTgtd({ luns: [{ sizeBytes: 16 * mib }], parameters });
        await using session = await logIn(tgtd);
        assert.equal(session.parameters.initialR2t, initialR2t);
        assert.equal(session.parameters.immediateData, immediateData);
        const model = await writeRanges(await session.openDisk(1), ranges);
        assert.equal(sha256(await readByQemu(foreignUrl(tgtd, 1))), sha256(model));
      });
    }
  }

  test('§13.12 to §13.17: small and odd bursts, segments and several R2Ts at once, under random I/O', async () => {
    const parameters = {
      InitialR2T: 'No',
      MaxRecvDataSegmentLength: '1536',
      FirstBurstLength: '3072',
      MaxBurstLength: '5120',
      MaxOutstandingR2T: '4',
      HeaderDigest: 'CRC32C',
      DataDigest: 'CRC32C',
    };
    await using tgtd = await startTgtd({ luns: [{ sizeBytes: 4 * mib }], parameters });
    // Several R2Ts at once are asked for by name, and without recovery, which forbids them (§13.19).
    const offers = {
      headerDigest: 'CRC32C',
      dataDigest: 'CRC32C',
      maxRecvDataSegmentLength: 2560,
      maxOutstandingR2t: 4,
    } as const;
    await using session = await logIn(tgtd, { offers });
    const { maxXmitDataSegmentLength, firstBurstLength, maxBurstLength, maxOutstandingR2t } = session.parameters;
    assert.deepEqual(
      { maxXmitDataSegmentLength, firstBurstLength, maxBurstLength, maxOutstandingR2t },
      { maxXmitDataSegmentLength: 1536, firstBurstLength: 3072, maxBurstLength: 5120, maxOutstandingR2t: 4 },
    );
    const model = await exerciseDisk(await session.openDisk(1), { seed: 7, requests: 60 });
    assert.equal(sha256(await readByQemu(foreignUrl(tgtd, 1))), sha256(model));
  });
});

suite('tgtd: aborts', { skip: skipWithout(['tgtd', 'tgtadm', 'qemu-img']) }, () => {
  /** Aborts a request when the `count`th PDU with this opcode comes, and tells how ABORT TASK was answered. */
  async function abortAt(
    session: InitiatorSession,
    trigger: { readonly opcode: number; readonly count: number },
    request: (signal: AbortSignal) => Promise<void>,
  ): Promise<number[]> {
    const end = new AbortController();
    const reason = new Error('seen enough');
    const answers: number[] = [];
    let seen = 0;
    const listener = ({ sessionId, bhs }: { readonly sessionId: number; readonly bhs: Uint8Array }): void => {
      if (sessionId !== session.id) return;
      const received = bhs[0]! & 0x3f;
      if (received === opcode.taskManagementResponse) answers.push(bhs[2]!);
      if (received === trigger.opcode && (seen += 1) === trigger.count) end.abort(reason);
    };
    channels.pduReceived.subscribe(listener);
    try {
      await assert.rejects(request(end.signal), (error) => error === reason);
      await eventually(
        () => answers,
        () => answers.length > 0,
      );
      return answers;
    } finally {
      channels.pduReceived.unsubscribe(listener);
    }
  }

  test('§11.5 a write that is aborted between R2Ts stops, and the session goes on', async () => {
    await using tgtd = await startTgtd({ luns: [{ sizeBytes: 16 * mib }], parameters: { MaxBurstLength: '65536' } });
    await using session = await logIn(tgtd);
    const disk = await session.openDisk(1, { label: 'abort' });
    const lost: unknown[] = [];
    session.events.on('connectionLost', (_cid, error) => lost.push(error));
    const answers = await abortAt(session, { opcode: opcode.r2t, count: 3 }, async (signal) => {
      await disk.write(mib, Buffer.alloc(4 * mib, 0xab), { signal });
    });
    for (const answer of answers) assert.ok(answer <= 1, `response ${answer}`); // complete, or no such task any more
    const model = await writeRanges(disk, ranges);
    assert.equal(sha256(await readByQemu(foreignUrl(tgtd, 1))), sha256(model));
    assert.deepEqual(lost, []);
  });

  test('§11.5 a read that is aborted among its Data-Ins stops, and the session goes on', async () => {
    await using tgtd = await startTgtd({ luns: [{ sizeBytes: 16 * mib }] });
    await using session = await logIn(tgtd, { offers: { maxRecvDataSegmentLength: 8192 } });
    const disk = await session.openDisk(1);
    const model = await writeRanges(disk, ranges);
    await abortAt(session, { opcode: opcode.dataIn, count: 5 }, async (signal) => {
      await disk.read(0, Buffer.alloc(16 * mib), { signal });
    });
    assert.equal(sha256(await contents(disk)), sha256(model));
    assert.equal(session.connections.length, 1);
  });
});
