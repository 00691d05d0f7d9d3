// The devices of a session whose target goes away and comes back: the same, or not.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { suite, test } from 'node:test';

import { BlockError, type DeviceFacts, type DeviceReplaced, Initiator, type InitiatorSession } from 'hawser';
import { type BlockDevice, createMemoryDevice } from 'hawser/block';
import { listenTarget, type Target, type TargetOptions } from 'hawser/target';
import { rejection, size, targetName } from './lab.ts';

type Luns = TargetOptions['luns'];

/** A target that can be killed and started again at its port. */
class Phoenix {
  target: Target;
  #port: number;

  constructor(target: Target) {
    this.target = target;
    this.#port = target.portals[0]?.port ?? 0;
  }

  static async open(luns: Luns): Promise<Phoenix> {
    return new Phoenix(await listen(luns, 0));
  }

  get portal(): { host: string; port: number } {
    return { host: '127.0.0.1', port: this.#port };
  }

  async die(): Promise<void> {
    await this.target.destroy();
  }

  async rise(luns: Luns): Promise<void> {
    this.target = await listen(luns, this.#port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.target.destroy();
  }
}

async function listen(luns: Luns, port: number): Promise<Target> {
  return await listenTarget({
    name: targetName,
    luns,
    listen: [{ host: '127.0.0.1', port }],
    parameters: { defaultTime2Wait: 0 },
  });
}

/** Logs in with a session that comes back. */
async function login(initiator: Initiator, { portal }: Phoenix, limits: object = {}): Promise<InitiatorSession> {
  return await initiator.connect({
    portal,
    targetName,
    reconnects: true,
    limits: { reconnectIntervalMs: 50, ...limits },
  });
}

async function contents(device: BlockDevice): Promise<Buffer> {
  const bytes = Buffer.alloc(device.size);
  await device.read(0, bytes);
  return bytes;
}

suite('devices of a lost session', () => {
  test('INQUIRY and REPORT LUNS are answered meanwhile; what was written during the loss arrives when it is over', async () => {
    const device = createMemoryDevice(size);
    await using phoenix = await Phoenix.open([{ lun: 0, device, serial: 'A' }]);
    await using initiator = new Initiator();
    const session = await login(initiator, phoenix);
    const disk = await session.openDisk(0);
    await session.devices();
    const suspended = once(session.events, 'suspended');
    await phoenix.die();
    await suspended;
    const write = disk.write(4096, Buffer.alloc(4096, 7));
    assert.equal((await session.luns()).length, 1);
    assert.deepEqual(
      (await session.devices()).map(({ lun, state, holders }) => [lun, state, holders.length]),
      [[0, 'lost', 1]],
    );
    const dataIn = new Uint8Array(36);
    await session.execute({ lun: { high: 0, low: 0 }, cdb: Uint8Array.of(0x12, 0, 0, 0, 36, 0), dataIn });
    assert.ok(dataIn.some((byte) => byte !== 0));
    await phoenix.rise([{ lun: 0, device, serial: 'A' }]);
    await write;
    assert.equal((await contents(device))[4096], 7);
    assert.equal((await session.devices())[0]?.state, 'present');
    await disk.close();
    assert.equal((await session.logout()).isClean, true);
  });

  test('a device that is another when its target is back never gets a byte; the others go on', async () => {
    const kept = createMemoryDevice(size);
    await using phoenix = await Phoenix.open([
      { lun: 0, device: createMemoryDevice(size), serial: 'A' },
      { lun: 1, device: kept, serial: 'B' },
    ]);
    await using initiator = new Initiator();
    const session = await login(initiator, phoenix);
    const hit = await session.openDisk(0, { label: 'hit' });
    const other = await session.openDisk(1);
    const suspended = once(session.events, 'suspended');
    const replaced = once(session.deviceEvents, 'deviceReplaced');
    await phoenix.die();
    await suspended;
    const writes = [0, 8192].map((offset) => rejection(hit.write(offset, Buffer.alloc(8192, 0xbb)), BlockError));
    const good = other.write(0, Buffer.alloc(512, 1));
    const impostor = createMemoryDevice(size);
    await phoenix.rise([
      { lun: 0, device: impostor, serial: 'X' },
      { lun: 1, device: kept, serial: 'B' },
    ]);
    for (const write of writes) assert.equal((await write).code, 'ISCSI_DEVICE_CHANGED');
    const [{ device, to }] = (await replaced) as [DeviceReplaced];
    assert.deepEqual([device.lun, device.holders[0]?.label, to.serial], [0, 'hit', 'X']);
    await good;
    assert.equal((await rejection(hit.read(0, Buffer.alloc(512)), BlockError)).code, 'ISCSI_DEVICE_CHANGED');
    assert.ok((await contents(impostor)).every((byte) => byte === 0));
    assert.equal((await contents(kept))[0], 1);
  });

  test('a LUN that is not there when its target is back is told of loudly', async () => {
    const device = createMemoryDevice(size);
    await using phoenix = await Phoenix.open([0, 1].map((lun) => ({ lun, device, serial: `S${lun}` })));
    await using initiator = new Initiator();
    const session = await login(initiator, phoenix);
    const hit = await session.openDisk(1, { label: 'hit' });
    const removed = once(session.deviceEvents, 'deviceRemovedInUse');
    const suspended = once(session.events, 'suspended');
    await phoenix.die();
    await suspended;
    const read = rejection(hit.read(0, Buffer.alloc(512)), BlockError);
    await phoenix.rise([{ lun: 0, device, serial: 'S0' }]);
    assert.equal((await read).code, 'ISCSI_DEVICE_GONE');
    const [facts] = (await removed) as [DeviceFacts];
    assert.deepEqual([facts.lun, facts.holders[0]?.label], [1, 'hit']);
    await (await session.openDisk(0)).read(0, Buffer.alloc(512));
  });

  test('after the replacement time the devices are gone; a session that comes back later has them anew', async () => {
    const device = createMemoryDevice(size);
    await using phoenix = await Phoenix.open([{ lun: 0, device, serial: 'A' }]);
    await using initiator = new Initiator();
    const session = await login(initiator, phoenix, { replacementTimeoutMs: 100 });
    const disk = await session.openDisk(0, { label: 'holder' });
    const gone = once(session.deviceEvents, 'devicesGone');
    await phoenix.die();
    const [devices] = (await gone) as [DeviceFacts[]];
    assert.deepEqual(
      devices.map(({ lun, state, holders }) => [lun, state, holders[0]?.label]),
      [[0, 'gone', 'holder']],
    );
    assert.equal((await rejection(disk.read(0, Buffer.alloc(512)), BlockError)).code, 'ISCSI_DEVICE_GONE');
    const resumed = once(session.events, 'resumed');
    await phoenix.rise([{ lun: 0, device, serial: 'A' }]);
    await resumed;
    await (await session.openDisk(0)).read(0, Buffer.alloc(512));
    assert.equal((await rejection(disk.read(0, Buffer.alloc(512)), BlockError)).code, 'ISCSI_DEVICE_GONE');
  });

  test('a logout between reconnects is refused while a disk is held, and with force ends by its deadlines', async () => {
    await using phoenix = await Phoenix.open([{ lun: 0, device: createMemoryDevice(size) }]);
    await using initiator = new Initiator();
    const session = await login(initiator, phoenix, { drainTimeoutMs: 50, logoutTimeoutMs: 50 });
    const disk = await session.openDisk(0, { label: 'writer' });
    const suspended = once(session.events, 'suspended');
    await phoenix.die();
    await suspended;
    const write = rejection(disk.write(512, Buffer.alloc(512)), Error);
    await assert.rejects(session.logout(), { code: 'ISCSI_DEVICE_BUSY' });
    const report = await session.logout({ force: true });
    assert.equal(report.isClean, false);
    assert.deepEqual(
      report.holders.map(({ label }) => label),
      ['writer'],
    );
    assert.equal(((await write) as { code?: string }).code, 'ISCSI_DRAIN_TIMEOUT');
    assert.equal(await session.logout(), report);
  });
});
