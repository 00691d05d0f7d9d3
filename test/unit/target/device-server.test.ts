// The SCSI side of the target, without iSCSI around it (SPC-4, SBC-4).

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { lunZero, u16, u32, u64 } from '../../../src/base/index.ts';
import { createMemoryDevice, readOnlyLayer } from '../../../src/block/index.ts';
import { DeviceServer } from '../../../src/target/device-server/device-server.ts';
import { LogicalUnit, type LunOptions } from '../../../src/target/device-server/logical-unit.ts';
import type { Outcome, Plan } from '../../../src/target/device-server/plan.ts';
import { lunAddress, lunField } from '../../../src/target/device-server/report-luns.ts';
import { condition, encodeSense } from '../../../src/target/device-server/sense.ts';
import { UnitAttentions } from '../../../src/target/device-server/unit-attentions.ts';

const blocks = 1000;

function serverOf(options: Partial<LunOptions> = {}) {
  const server = new DeviceServer({ targetName: 'iqn.2026-01.example:disk', portalGroupTag: 1 });
  const unit = new LogicalUnit('iqn.2026-01.example:disk', {
    lun: 0,
    device: createMemoryDevice(blocks * 512),
    ...options,
  });
  server.add(unit);
  const attentions = new UnitAttentions();
  attentions.take(0);
  const plan = async (...cdb: number[]): Promise<Plan> =>
    await server.plan(unit, Uint8Array.from([...cdb, ...Array<number>(16).fill(0)].slice(0, 16)), attentions, () => {
      attentions.establish(0, condition.modeParametersChanged);
    });
  return { server, unit, attentions, plan };
}

async function dataOf(plan: Plan | Promise<Plan>): Promise<Uint8Array> {
  const settled = await plan;
  assert.ok(settled.kind === 'dataIn', JSON.stringify(settled));
  return settled.data;
}

async function outcomeOf(plan: Plan | Promise<Plan>, data: Uint8Array = new Uint8Array(0)): Promise<Outcome> {
  const settled = await plan;
  switch (settled.kind) {
    case 'ended':
      return settled.outcome;
    case 'noData':
      return await settled.run();
    case 'dataOut':
      return await settled.run(data.subarray(0, settled.length));
    default:
      return undefined;
  }
}

suite('INQUIRY', () => {
  test('SPC-4 §6.6.2: standard data name the unit', async () => {
    const { plan } = serverOf({ vendor: 'ACME', product: 'Disk', revision: '9' });
    const data = Buffer.from(await dataOf(plan(0x12, 0, 0, 0, 96)));
    assert.equal(data[0], 0);
    assert.equal(data[4], data.length - 5);
    assert.equal(data.toString('latin1', 8, 36), 'ACME    Disk            9   ');
    assert.equal((await dataOf(plan(0x12, 0, 0, 0, 5))).length, 5);
    assert.equal(await outcomeOf(plan(0x12, 0, 0x80, 0, 96)), condition.invalidFieldInCdb);
  });

  test('SPC-4 §7.8: every page that page 00 lists is there, and no other', async () => {
    const { plan } = serverOf();
    const list = await dataOf(plan(0x12, 1, 0, 0, 96));
    assert.deepEqual([...list.subarray(4)], [0x00, 0x80, 0x83, 0xb0, 0xb1, 0xb2]);
    for (const page of list.subarray(4)) {
      const data = await dataOf(plan(0x12, 1, page, 4, 0));
      assert.equal(data[1], page);
      assert.equal(u16(data, 2), data.length - 4);
    }
    assert.equal(await outcomeOf(plan(0x12, 1, 0x81, 0, 96)), condition.invalidFieldInCdb);
  });

  test('SBC-4 §6.6.7: unmapping is told only where the device has it', async () => {
    assert.deepEqual([...(await dataOf(serverOf().plan(0x12, 1, 0xb2, 0, 96))).subarray(4)], [0, 0xe4, 2, 0]);
    const { plan } = serverOf({ device: readOnlyLayer(createMemoryDevice(512)) });
    assert.deepEqual([...(await dataOf(plan(0x12, 1, 0xb2, 0, 96))).subarray(4)], [0, 0, 0, 0]);
    assert.equal(await outcomeOf(plan(0x42, 0, 0, 0, 0, 0, 0, 0, 24)), condition.invalidOpcode);
  });
});

test('SBC-4 §5.20: capacities tell the last block and the length of a block', async () => {
  const { plan } = serverOf();
  const short = await dataOf(plan(0x25));
  assert.deepEqual([u32(short, 0), u32(short, 4)], [blocks - 1, 512]);
  const long = await dataOf(plan(0x9e, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 32));
  assert.deepEqual([u64(long, 0), u32(long, 8), u16(long, 14)], [BigInt(blocks - 1), 512, 0xc000]);
  const huge = serverOf({ device: createMemoryDevice(2 ** 42) });
  assert.equal(u32(await dataOf(huge.plan(0x25)), 0), 0xffff_ffff);
});

suite('SBC-4 §5: reads and writes are checked before data move', () => {
  const rows: readonly [claim: string, cdb: number[], outcome: Outcome][] = [
    ['READ (6) at the end', [0x08, 0, 0x03, 0xe8, 1], condition.lbaOutOfRange],
    ['READ (10) past the end', [0x28, 0, 0, 0, 0x03, 0xe7, 0, 0, 2], condition.lbaOutOfRange],
    ['READ (10) with protection', [0x28, 0x20, 0, 0, 0, 0, 0, 0, 1], condition.invalidFieldInCdb],
    ['READ (12) past the end', [0xa8, 0, 0, 0, 0x03, 0xe8, 0, 0, 0, 1], condition.lbaOutOfRange],
    ['READ (16) at 2^63', [0x88, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], condition.lbaOutOfRange],
    ['WRITE (16) past the end', [0x8a, 0, 0, 0, 0, 0, 0, 0, 3, 0xe8, 0, 0, 0, 1], condition.lbaOutOfRange],
    ['READ (10) of nothing past the end', [0x28, 0, 0, 0, 0x03, 0xe9], condition.lbaOutOfRange],
    ['READ (10) of nothing at the end', [0x28, 0, 0, 0, 0x03, 0xe8], undefined],
    ['an opcode that is not there', [0x5e], condition.invalidOpcode],
    ['a service action that is not there', [0x9e, 0x11], condition.invalidFieldInCdb],
    ['PERSISTENT RESERVE OUT', [0x5f], condition.invalidOpcode],
  ];
  for (const [claim, cdb, outcome] of rows) {
    test(claim, async () => {
      assert.equal(await outcomeOf(serverOf().plan(...cdb)), outcome);
    });
  }

  test('READ (6) takes a length of 0 for 256 blocks', async () => {
    assert.deepEqual(await serverOf().plan(0x08, 0, 0, 1, 0), { kind: 'read', offset: 512, length: 131_072 });
  });

  test('a transfer beyond the limit is refused', async () => {
    const { plan } = serverOf({ maxTransferLength: 2048 });
    assert.equal(await outcomeOf(plan(0x28, 0, 0, 0, 0, 0, 0, 0, 5)), condition.invalidFieldInCdb);
    assert.equal((await plan(0x28, 0, 0, 0, 0, 0, 0, 0, 4)).kind, 'read');
  });

  test('writes to a protected unit are refused, for each reason that it can be protected', async () => {
    const write = [0x2a, 0, 0, 0, 0, 0, 0, 0, 1];
    assert.equal(await outcomeOf(serverOf({ readOnly: true }).plan(...write)), condition.writeProtected);
    const device = readOnlyLayer(createMemoryDevice(51_200));
    assert.equal(await outcomeOf(serverOf({ device }).plan(...write)), condition.writeProtected);
  });
});

test('SBC-4 §5.3: COMPARE AND WRITE writes only where the medium is as expected, and tells the first difference', async () => {
  const { plan, unit } = serverOf();
  const command = [0x89, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 1];
  assert.equal(await outcomeOf(plan(...command), Buffer.concat([Buffer.alloc(512), Buffer.alloc(512, 1)])), undefined);
  const wrong = Buffer.alloc(1024, 1);
  wrong[99] = 2;
  assert.deepEqual(await outcomeOf(plan(...command), wrong), { ...condition.miscompare, information: 99 });
  const now = Buffer.alloc(512);
  await unit.device.read(5 * 512, now);
  assert.ok(now.equals(Buffer.alloc(512, 1)));
});

test('SBC-4 §5.36: VERIFY compares with what is sent, block by block or one for all', async () => {
  const { plan, unit } = serverOf();
  await unit.device.write(0, Buffer.alloc(1024, 7));
  assert.equal(await outcomeOf(plan(0x2f, 0x02, 0, 0, 0, 0, 0, 0, 2), Buffer.alloc(1024, 7)), undefined);
  assert.equal(await outcomeOf(plan(0x2f, 0x06, 0, 0, 0, 0, 0, 0, 2), Buffer.alloc(512, 7)), undefined);
  const outcome = await outcomeOf(plan(0x2f, 0x06, 0, 0, 0, 0, 0, 0, 3), Buffer.alloc(512, 7));
  assert.deepEqual(outcome, { ...condition.miscompare, information: 0 });
  assert.equal(await outcomeOf(plan(0x2f, 0x04, 0, 0, 0, 0, 0, 0, 1)), condition.invalidFieldInCdb);
});

suite('SBC-4 §5.35, §5.50: unmapping and writing the same', () => {
  const unmap = (lba: number, count: number): Buffer => {
    const list = Buffer.alloc(24);
    list.writeUInt16BE(22, 0);
    list.writeUInt16BE(16, 2);
    list.writeUInt32BE(lba, 12);
    list.writeUInt32BE(count, 16);
    return list;
  };

  test('unmapped blocks read as zeros, and GET LBA STATUS knows of whole pages that are gone', async () => {
    const { plan, unit } = serverOf();
    await unit.device.write(0, Buffer.alloc(256 * 512, 1));
    assert.equal(await outcomeOf(plan(0x42, 0, 0, 0, 0, 0, 0, 0, 24), unmap(0, 128)), undefined);
    const now = Buffer.alloc(128 * 512, 9);
    await unit.device.read(0, now);
    assert.ok(now.equals(Buffer.alloc(128 * 512)));
    const status = await dataOf(plan(0x9e, 0x12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 56));
    const runs = [8, 24, 40].map((at) => [u64(status, at), u32(status, at + 8), status[at + 12]]);
    assert.deepEqual(runs, [
      [0n, 128, 1],
      [128n, 128, 0],
      [256n, 744, 1],
    ]);
  });

  test('an unmap that reaches past the end changes nothing', async () => {
    const { plan } = serverOf();
    assert.equal(await outcomeOf(plan(0x42, 0, 0, 0, 0, 0, 0, 0, 24), unmap(990, 11)), condition.lbaOutOfRange);
    assert.equal(
      await outcomeOf(plan(0x42, 0, 0, 0, 0, 0, 0, 0, 4), Buffer.alloc(4)),
      condition.parameterListLengthError,
    );
  });

  test('WRITE SAME repeats its block, and a length of 0 is refused as the limits say', async () => {
    const { plan, unit } = serverOf();
    assert.equal(await outcomeOf(plan(0x41, 0, 0, 0, 0, 2, 0, 0, 3), Buffer.alloc(512, 6)), undefined);
    const now = Buffer.alloc(5 * 512);
    await unit.device.read(512, now);
    assert.ok(now.equals(Buffer.concat([Buffer.alloc(512), Buffer.alloc(1536, 6), Buffer.alloc(512)])));
    assert.equal(await outcomeOf(plan(0x41)), condition.invalidFieldInCdb);
    assert.equal(await outcomeOf(plan(0x93, 0x01, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 3)), undefined);
    await unit.device.read(512, now);
    assert.ok(now.equals(Buffer.alloc(5 * 512)));
  });
});

suite('SPC-4 §6.9 to §6.12: mode pages', () => {
  test('MODE SENSE tells write protection and all pages', async () => {
    const data = await dataOf(serverOf({ readOnly: true }).plan(0x1a, 0x08, 0x3f, 0, 255));
    assert.equal(data[0], data.length - 1);
    assert.equal(data[2], 0x90);
    assert.deepEqual([data[4], data[4 + 20], data[4 + 32]], [0x08, 0x0a, 0x1c]);
    const long = await dataOf(serverOf().plan(0x5a, 0x10, 0x0a, 0, 0, 0, 0, 0, 255));
    assert.deepEqual([u16(long, 6), u64(long, 8), u32(long, 20), long[24]], [16, 1000n, 512, 0x0a]);
    assert.equal(await outcomeOf(serverOf().plan(0x1a, 0, 0xca, 0, 255)), condition.savingNotSupported);
    assert.equal(await outcomeOf(serverOf().plan(0x1a, 0, 0x02, 0, 255)), condition.invalidFieldInCdb);
  });

  test('MODE SELECT changes what may be changed, tells the others, and refuses the rest', async () => {
    const { plan, unit, attentions } = serverOf();
    const list = Buffer.concat([Buffer.alloc(4), (await dataOf(plan(0x1a, 0x08, 0x0a, 0, 255))).subarray(4)]);
    list[8] = 0x08;
    assert.equal(await outcomeOf(plan(0x15, 0x10, 0, 0, list.length), list), undefined);
    assert.equal(unit.isWriteProtected, true);
    assert.equal(attentions.take(0), condition.modeParametersChanged);
    assert.equal(await outcomeOf(plan(0x15, 0x10, 0, 0, list.length), list), undefined);
    assert.equal(attentions.take(0), undefined);
    list[6] = 0xff;
    assert.equal(await outcomeOf(plan(0x15, 0x10, 0, 0, list.length), list), condition.invalidFieldInParameterList);
    const cut = list.subarray(0, 8);
    assert.equal(await outcomeOf(plan(0x15, 0x10, 0, 0, cut.length), cut), condition.parameterListLengthError);
    assert.equal(await outcomeOf(plan(0x15, 0, 0, 0, 12), list), condition.invalidFieldInCdb);
  });
});

test('SAM-5 §5.14: a unit attention is told once, before all but INQUIRY, REPORT LUNS and REQUEST SENSE', async () => {
  const { plan, attentions } = serverOf();
  attentions.establish(0, condition.deviceReset);
  assert.equal((await plan(0x12, 0, 0, 0, 96)).kind, 'dataIn');
  assert.equal(await outcomeOf(plan(0x00)), condition.deviceReset);
  assert.equal(await outcomeOf(plan(0x00)), undefined);
  attentions.establish(0, condition.deviceReset);
  const sense = await dataOf(plan(0x03, 0, 0, 0, 18));
  assert.deepEqual([sense[2], sense[12], sense[13]], [0x06, 0x29, 0x03]);
  assert.equal(await outcomeOf(plan(0x00)), undefined);
  assert.equal(new UnitAttentions().take(3), condition.anyReset);
});

suite('SAM-5 §4.7: where there is no disk', () => {
  const { server } = serverOf();
  const plan = (lun: { high: number; low: number }, ...cdb: number[]): Plan =>
    server.planWithoutUnit(lun, Uint8Array.from([...cdb, ...Array<number>(16).fill(0)].slice(0, 16)));
  const wellKnown = { high: 0xc101_0000, low: 0 };

  test('INQUIRY says so, and other commands end with LOGICAL UNIT NOT SUPPORTED', async () => {
    assert.equal((await dataOf(plan(lunField(9), 0x12, 0, 0, 0, 96)))[0], 0x7f);
    assert.equal(await outcomeOf(plan(lunField(9), 0x00)), condition.lunNotSupported);
    assert.equal(await outcomeOf(plan(lunField(9), 0xa0, 0, 0, 0, 0, 0, 0, 0, 0, 16)), condition.lunNotSupported);
    assert.equal(plan(lunZero, 0xa0, 0, 0, 0, 0, 0, 0, 0, 0, 16).kind, 'dataIn');
  });

  test('the REPORT LUNS well-known unit lists the units', async () => {
    const data = await dataOf(plan(wellKnown, 0xa0, 0, 2, 0, 0, 0, 0, 0, 0, 255));
    assert.deepEqual([u32(data, 0), u32(data, 8), u32(data, 16)], [16, 0, 0xc101_0000]);
    assert.equal((await dataOf(plan(wellKnown, 0x12, 0, 0, 0, 96)))[0], 0x1e);
    assert.equal(await outcomeOf(plan(wellKnown, 0x28)), condition.invalidOpcode);
  });
});

test('SAM-5 §4.7: LUN fields are read in the two addressing methods that disks use', () => {
  assert.equal(lunAddress(lunField(255)), 255);
  assert.equal(lunAddress(lunField(256)), 256);
  assert.equal(lunAddress({ high: 0x4001_0000, low: 0 }), 1);
  assert.equal(lunAddress({ high: 0x0101_0000, low: 0 }), 'unknown');
  assert.equal(lunAddress({ high: 0, low: 1 }), 'unknown');
  assert.equal(lunAddress({ high: 0xc101_0000, low: 0 }), 'reportLuns');
});

test('SPC-4 §4.5.3: sense data are of fixed format, with the information where there is some', () => {
  const sense = encodeSense({ ...condition.miscompare, information: 0x0102_0304 });
  assert.equal(Buffer.from(sense).toString('hex'), 'f0000e010203040a000000001d0000000000');
});

test('SPC-4 §6.35: the supported commands are reported, each with the bits that it looks at', async () => {
  const { plan } = serverOf();
  const all = await dataOf(plan(0xa3, 0x0c, 0, 0, 0, 0, 0, 0, 16, 0));
  assert.equal(u32(all, 0), all.length - 4);
  assert.equal((all.length - 4) % 8, 0);
  const read = await dataOf(plan(0xa3, 0x0c, 1, 0x28, 0, 0, 0, 0, 1, 0));
  assert.deepEqual([read[1], u16(read, 2), read[4]], [3, 10, 0x28]);
  const unknown = await dataOf(plan(0xa3, 0x0c, 1, 0x5e, 0, 0, 0, 0, 1, 0));
  assert.equal(unknown[1], 1);
  assert.equal(await outcomeOf(plan(0xa3, 0x0c, 1, 0x9e, 0, 0, 0, 0, 1, 0)), condition.invalidFieldInCdb);
});
