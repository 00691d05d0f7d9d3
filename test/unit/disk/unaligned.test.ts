// Partial blocks: what they become, and that no interleaving of writes loses a byte.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { nextTurn } from '../../../src/base/index.ts';
import { type Disk, type DiskOptions, openDisk } from '../../../src/disk/index.ts';
import * as scsi from '../../../src/scsi/index.ts';
import { FakeScsiDevice, type FakeScsiOptions } from '../../support/fake-scsi-device.ts';

async function open(options: FakeScsiOptions = {}, diskOptions: DiskOptions = {}): Promise<[FakeScsiDevice, Disk]> {
  const device = new FakeScsiDevice(options);
  const disk = await openDisk(device, 0, diskOptions);
  for (let i = 0; i < device.medium.length; i += 1) device.medium[i] = (i * 13 + (i >>> 9)) & 0xff;
  device.requests.length = 0;
  return [device, disk];
}

test('a small unaligned write is one read and one write of the blocks around it', async () => {
  const [device, disk] = await open();
  const expected = Buffer.from(device.medium).fill(0xee, 700, 2000);
  await disk.write(700, Buffer.alloc(1300, 0xee));
  assert.ok(device.medium.equals(expected));
  assert.deepEqual(device.takeCommands(), ['READ(10)', 'WRITE(10)']);
});

test('a large unaligned write copies its first and last block only', async () => {
  const [device, disk] = await open({}, { maxTransferLength: 65_536 });
  const from = new Uint8Array(200_001).fill(0xee);
  const expected = Buffer.from(device.medium).fill(0xee, 700, 200_701);
  await disk.write(700, from);
  assert.ok(device.medium.equals(expected));
  const writes = device.requests.filter(({ dataOut }) => dataOut !== undefined);
  assert.deepEqual(
    writes.filter(({ dataOut }) => dataOut?.buffer !== from.buffer).map(({ dataOut }) => dataOut?.length),
    [512, 512],
  );
  assert.equal(device.requests.filter(({ dataIn }) => dataIn !== undefined).length, 2);
});

test('a large write that begins at a block, or ends at one, copies one block only', async () => {
  for (const [offset, length] of [
    [512, 100_001],
    [511, 1 + 196 * 512],
  ] as const) {
    const [device, disk] = await open();
    const expected = Buffer.from(device.medium).fill(0xee, offset, offset + length);
    await disk.write(offset, Buffer.alloc(length, 0xee));
    assert.ok(device.medium.equals(expected));
    assert.deepEqual(device.takeCommands().sort(), ['READ(10)', 'WRITE(10)', 'WRITE(10)']);
  }
});

test('any range is read and written byte by byte as on a plain file', async () => {
  const [device, disk] = await open({ blockCount: 512 }, { maxTransferLength: 8192 });
  const model = Buffer.from(device.medium);
  const ranges = fc
    .tuple(fc.nat(model.length), fc.nat(150_000))
    .map(([offset, length]) => ({ offset, length: Math.min(length, model.length - offset) }));
  await fc.assert(
    fc.asyncProperty(ranges, fc.integer({ min: 0, max: 255 }), async ({ offset, length }, fill) => {
      await disk.write(offset, Buffer.alloc(length, fill));
      model.fill(fill, offset, offset + length);
      assert.ok(device.medium.equals(model));
      const into = Buffer.alloc(length + 10);
      const from = Math.min(Math.max(0, offset - 5), model.length - into.length);
      if (from < 0) return;
      await disk.read(from, into);
      assert.ok(into.equals(model.subarray(from, from + into.length)));
    }),
    { numRuns: 60 },
  );
});

test('an unaligned write whose read fails has written nothing', async () => {
  const [device, disk] = await open();
  device.script({ opcode: 0x28, sense: scsi.makeSense(3, 0x1100) });
  await assert.rejects(disk.write(1, new Uint8Array(5)), { senseKey: 3, effect: 'none' });
  assert.deepEqual(device.takeCommands(), ['READ(10)']);
});

test('a large unaligned write that fails in part says which range', async () => {
  const [device, disk] = await open();
  device.script({ opcode: 0x28, sense: scsi.makeSense(3, 0x1100) });
  await assert.rejects(disk.write(1, new Uint8Array(100_000)), {
    senseKey: 3,
    effect: 'unknown',
    message: /of the 100000 bytes at 1, some may have been changed$/,
  });
});

test('a read that fails in its middle fails', async () => {
  const [device, disk] = await open();
  device.script({ opcode: 0x28, patch: {} }, { opcode: 0x28, sense: scsi.makeSense(3, 0x1100) });
  await assert.rejects(disk.read(1, new Uint8Array(100_000)), { senseKey: 3, effect: 'none' });
});

test('a read-modify-write waits for an aligned write to its block that is under way', async () => {
  const [device, disk] = await open();
  let letGo!: () => void;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  device.pace = async (request) => {
    if (request.dataOut?.length === 1024) await held;
  };
  const aligned = disk.write(512, Buffer.alloc(1024, 1));
  const patch = disk.write(600, Buffer.alloc(10, 2));
  const elsewhere = disk.write(8192, Buffer.alloc(512, 3));
  const overlapping = disk.write(1024, Buffer.alloc(512, 4));
  await elsewhere;
  await nextTurn();
  assert.deepEqual(device.takeCommands(), ['WRITE(10)', 'WRITE(10)', 'WRITE(10)']);
  letGo();
  await Promise.all([aligned, patch, overlapping]);
  assert.deepEqual(device.takeCommands(), ['READ(10)', 'WRITE(10)']);
  assert.ok(device.medium.subarray(512, 600).every((byte) => byte === 1));
  assert.ok(device.medium.subarray(600, 610).every((byte) => byte === 2));
  assert.ok(device.medium.subarray(610, 1024).every((byte) => byte === 1));
});

test('an aligned write waits for a read-modify-write of its block that is under way, others do not', async () => {
  const [device, disk] = await open();
  const order: string[] = [];
  const note = (name: string) => () => order.push(name);
  await Promise.all([
    disk.write(600, Buffer.alloc(10, 2)).then(note('patch')),
    disk.write(512, Buffer.alloc(512, 1)).then(note('same block')),
    disk.write(4096, Buffer.alloc(512, 3)).then(note('other block')),
  ]);
  assert.deepEqual(order, ['other block', 'patch', 'same block']);
  assert.ok(device.medium.subarray(512, 1024).every((byte) => byte === 1));
});

test('aligned writes never wait for each other, even when they overlap', async () => {
  const [device, disk] = await open();
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      await disk.write(0, new Uint8Array(512));
    }),
  );
  assert.equal(device.mostInFlight, 10);
});

test('an abort of a write that waits for its block ends the wait, and others go on', async () => {
  const [device, disk] = await open();
  const controller = new AbortController();
  const reason = new Error('enough');
  const first = disk.write(10, Buffer.alloc(10, 1));
  const second = disk.write(20, Buffer.alloc(10, 2), { signal: controller.signal });
  const third = disk.write(30, Buffer.alloc(10, 3));
  controller.abort(reason);
  await assert.rejects(second, (error) => error === reason);
  await Promise.all([first, third]);
  assert.equal(device.medium[10], 1);
  assert.equal(device.medium[30], 3);
  assert.notEqual(device.medium[20], 2);
});

/** Segments that share blocks but no bytes; each is written twice, the second time after the first has settled. */
interface Segment {
  readonly offset: number;
  readonly length: number;
  readonly kind: 'write' | 'zero' | 'leave';
}

const regionLength = 8 * 512;
const segments: fc.Arbitrary<Segment[]> = fc
  .uniqueArray(
    fc.oneof(
      fc.nat(regionLength),
      fc.nat(8).map((block) => block * 512),
    ),
    { minLength: 2, maxLength: 9 },
  )
  .chain((cuts) => {
    const sorted = cuts.sort((a, b) => a - b);
    const kinds = fc.array(fc.constantFrom('write' as const, 'write' as const, 'zero' as const, 'leave' as const), {
      minLength: sorted.length - 1,
      maxLength: sorted.length - 1,
    });
    return kinds.map((list) => {
      return list.map((kind, i) => ({ offset: sorted[i]!, length: sorted[i + 1]! - sorted[i]!, kind }));
    });
  })
  .chain((list) => fc.shuffledSubarray(list, { minLength: list.length }));

test('no interleaving of writes that share blocks but no bytes loses a byte', async () => {
  await fc.assert(
    fc.asyncProperty(segments, fc.scheduler(), fc.boolean(), async (list, scheduler, hasWriteSame) => {
      const unsupported = hasWriteSame ? [] : [0x93];
      const [device, disk] = await open({ blockCount: 8, unsupported }, { maxTransferLength: 1024, maxInFlight: 2 });
      device.pace = async () => {
        await scheduler.schedule(Promise.resolve());
      };
      const model = Buffer.from(device.medium);
      const work = list.map(async ({ offset, length, kind }, i) => {
        if (kind === 'leave') return;
        await disk.write(offset, Buffer.alloc(length, 0xa0 + i));
        if (kind === 'zero') await disk.zero(offset, length);
        else await disk.write(offset, Buffer.alloc(length, 0xb0 + i));
      });
      for (const [i, { offset, length, kind }] of list.entries()) {
        if (kind !== 'leave') model.fill(kind === 'zero' ? 0 : 0xb0 + i, offset, offset + length);
      }
      await scheduler.waitFor(Promise.all(work));
      assert.ok(device.medium.equals(model));
    }),
    { numRuns: 300 },
  );
});
