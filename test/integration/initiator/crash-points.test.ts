// Crash consistency over the wire: a fixed workload of writes, writes with FUA and flushes on the embedded target's disk
// with a volatile cache, cut off at every PDU that comes or goes, one after the other. The session comes back by itself and
// the same disk goes on. Whatever a flush or FUA acknowledged is on the medium from then on; what is not is told.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { BlockError, type DeviceHandle, Initiator, IscsiError } from 'hawser';
import { type BlockDevice, createMemoryDevice, volatileCacheLayer } from 'hawser/block';
import { listenTarget, type Target } from 'hawser/target';
import { WriteHistory, type WriteRecord } from '../../support/write-history.ts';
import { targetName } from './lab.ts';

const blockSize = 512;
/** Of what one value is written to: a quarter of a block, so that blocks are written in part too. */
const unitSize = 128;
const unitCount = 128;

/** `power`: the target starts anew without its cache, or with a part of it. `line`: the connection is cut. */
type Crash = 'line' | 'power';

interface Scenario {
  readonly crash: Crash;
  readonly keep: 'none' | 'some';
  readonly errorRecoveryLevel: 0 | 2;
  /** How the target tells of its resets. */
  readonly resetStyle: 'exact' | 'vague' | 'silent';
  /** Which PDU does not pass, counted in both directions from the first of the workload on. */
  readonly point: number;
  /** How many PDUs after the crash there is another one, if there is: while the session is coming back. */
  readonly again: number | undefined;
}

/** What the workload does, in this order; the parts of a step go at the same time. Ranges are in units. */
type Part =
  | { readonly kind: 'flush' }
  | { readonly kind: 'write' | 'force'; readonly first: number; readonly last: number };

const write = (first: number, last: number): Part => ({ kind: 'write', first, last });
const force = (first: number, last: number): Part => ({ kind: 'force', first, last });
const flush: Part = { kind: 'flush' };

const workload: readonly (readonly Part[])[] = [
  [write(0, 3), write(4, 35), write(60, 67)],
  [flush],
  [write(0, 7)],
  [force(8, 15)],
  [write(64, 71), flush],
  [write(2, 9)], // blocks in part: read, changed and written
  [force(62, 65)],
  [write(100, 107), write(104, 111)], // nobody knows which is the later one
  [flush],
  [write(100, 103)],
  [write(0, 3), flush, write(12, 15)],
  [force(100, 107), write(120, 127)],
];

class World {
  readonly scenario: Scenario;
  readonly name: string;
  readonly history = new WriteHistory(unitCount);
  readonly medium: BlockDevice = createMemoryDevice(unitCount * unitSize, { blockSize });
  crashes = 0;
  told = 0;
  unknown = 0;
  isArmed = false;
  #target: Target | undefined;
  #pdus = 0;
  #values = 0;
  #reboots: Promise<void>[] = [];

  constructor(scenario: Scenario) {
    this.scenario = scenario;
    const { crash, keep, errorRecoveryLevel, resetStyle, point, again } = scenario;
    const second = again === undefined ? '' : ` and ${again} PDUs later`;
    this.name = `${crash} lost at PDU ${point}${second}, level ${errorRecoveryLevel}, ${keep} kept, ${resetStyle}`;
  }

  async listen(): Promise<Target> {
    const pass = (): 'close' | undefined => this.#pass();
    this.#target = await listenTarget({
      name: targetName,
      luns: [{ lun: 0, device: volatileCacheLayer(this.medium) }],
      listen: [{ host: '127.0.0.1', port: 0 }],
      resetStyle: this.scenario.resetStyle,
      parameters: {
        errorRecoveryLevel: this.scenario.errorRecoveryLevel,
        maxRecvDataSegmentLength: 1024,
        maxBurstLength: 2048,
        firstBurstLength: 1024,
        defaultTime2Wait: 0,
      },
      hooks: { onPduReceived: pass, beforePduSent: pass },
    });
    return this.#target;
  }

  newValue(): number {
    this.#values += 1;
    return this.#values;
  }

  /** The medium, without what the cache holds, keeps what was promised. */
  async checkPromises(): Promise<void> {
    await this.#check(this.medium, false);
  }

  /** The disk, its cache included, has all that was acknowledged. */
  async checkAcknowledged(disk: BlockDevice): Promise<void> {
    await this.#check(disk, true);
  }

  async #check(device: BlockDevice, isOnline: boolean): Promise<void> {
    const moment = this.history.tick();
    const bytes = new Uint8Array(device.size);
    await device.read(0, bytes);
    const words = new Uint32Array(bytes.buffer);
    for (let unit = 0; unit < unitCount; unit += 1) {
      const own = words.subarray((unit * unitSize) / 4, ((unit + 1) * unitSize) / 4);
      const value = own[0] ?? 0;
      assert.ok(
        own.every((word) => word === value),
        `${this.name}: unit ${unit} is torn`,
      );
      this.history.check(unit, value, moment, isOnline, this.name);
    }
  }

  async settled(): Promise<void> {
    await Promise.all(this.#reboots);
  }

  #pass(): 'close' | undefined {
    const { point, again, crash, keep } = this.scenario;
    if (!this.isArmed) return undefined;
    this.#pdus += 1;
    if (this.#pdus !== point && (again === undefined || this.#pdus !== point + again)) return undefined;
    this.crashes += 1;
    if (crash === 'power' && this.#target !== undefined) this.#reboots.push(this.#target.reboot({ keep, seed: point }));
    return 'close';
  }
}

async function run(scenario: Scenario): Promise<World> {
  const world = new World(scenario);
  await using target = await world.listen();
  await using initiator = new Initiator();
  const session = await initiator.connect({
    portal: { host: '127.0.0.1', port: target.portals[0]?.port ?? 0 },
    targetName,
    reconnects: true,
    offers: { errorRecoveryLevel: scenario.errorRecoveryLevel, defaultTime2Wait: 0 },
    limits: { reconnectIntervalMs: 1 },
    disk: { maxTransferLength: 4096 },
  });
  const disk = await session.openDisk(0);
  world.isArmed = true;
  for (const step of workload) await Promise.all(step.map((part) => act(world, disk, part)));
  // Whoever has been told of a loss may flush again, which has to do.
  for (let told = -1; told < world.told; ) {
    told = world.told;
    await act(world, disk, flush);
  }
  world.isArmed = false;
  await world.settled();
  assert.deepEqual(
    world.history.unpromised(world.history.tick()).filter((each) => !lost.has(each)),
    [],
    world.name,
  );
  await world.checkPromises();
  if (scenario.crash === 'line') await world.checkAcknowledged(disk);
  await disk.close();
  await session.logout({ force: true });
  return world;
}

/** Writes of which somebody was told that they may be lost. */
const lost = new WeakSet<WriteRecord>();

async function act(world: World, disk: DeviceHandle, part: Part): Promise<void> {
  if (part.kind === 'flush') await flushDisk(world, disk);
  else await writeDisk(world, disk, part);
}

async function writeDisk(world: World, disk: DeviceHandle, part: Exclude<Part, { kind: 'flush' }>): Promise<void> {
  const { first, last } = part;
  const fua = part.kind === 'force';
  const value = world.newValue();
  const bytes = new Uint8Array(new Uint32Array(((last - first + 1) * unitSize) / 4).fill(value).buffer);
  const record = world.history.begin(value, first, last);
  try {
    await disk.write(first * unitSize, bytes, { fua });
  } catch (error) {
    world.history.end(record, false, false);
    assert.ok(error instanceof IscsiError && error.effect === 'unknown', `${world.name}: ${String(error)}`);
    assert.match(error.message, /another change of some of its blocks/, world.name);
    world.unknown += 1;
    return;
  }
  world.history.end(record, true, fua);
  if (fua) await world.checkPromises();
}

async function flushDisk(world: World, disk: DeviceHandle): Promise<void> {
  const covered = world.history.unpromised(world.history.tick()).filter((record) => !lost.has(record));
  try {
    await disk.flush();
    for (const record of covered) world.history.promise(record);
  } catch (error) {
    assert.ok(error instanceof BlockError && error.code === 'BLOCK_WRITES_LOST', `${world.name}: ${String(error)}`);
    // Nobody knows what an answer told that was lost on the way back.
    const { crash, resetStyle } = world.scenario;
    const isUnknown = resetStyle !== 'exact' || /an answer was lost that may have told/.test(error.message);
    const isTold = crash === 'power' || isUnknown;
    assert.ok(isTold, `${world.name}: nothing was lost with the line, but ${error.message}`);
    world.told += 1;
    const { offset = 0, length = 0 } = error;
    const isInside = ({ first, last }: WriteRecord): boolean =>
      first * unitSize < offset + length && offset < (last + 1) * unitSize;
    for (const record of world.history.unpromised(world.history.tick())) {
      if (isInside(record)) lost.add(record);
      else if (covered.includes(record)) world.history.promise(record);
    }
  }
  await world.checkPromises();
}

type Plan = Omit<Scenario, 'point' | 'again'> & { readonly repeats: boolean };

async function everyPoint({ repeats, ...plan }: Plan): Promise<void> {
  const sums = { points: 0, crashes: 0, told: 0, unknown: 0 };
  // Two crashes take longer, and meet the same points of the second one again and again.
  const step = repeats ? 4 : plan.resetStyle === 'exact' ? 1 : 2;
  for (let point = 1; ; point += step) {
    const world = await run({ ...plan, point, again: repeats ? 1 + (point % 13) : undefined });
    sums.crashes += world.crashes;
    sums.told += world.told;
    sums.unknown += world.unknown;
    if (world.crashes === 0) break;
    sums.points = point;
  }
  // A workload in which nothing happened would prove nothing.
  assert.ok(sums.points > 40, JSON.stringify(sums));
  // Of a block that is written in part behind the reset, nobody can tell whether the rest is there.
  if (plan.crash === 'line' && plan.resetStyle !== 'exact')
    assert.ok(sums.told < sums.points / 4, JSON.stringify(sums));
  else if (plan.crash === 'power' || !repeats)
    assert.equal(sums.told > 0, plan.crash === 'power', JSON.stringify(sums));
}

for (const errorRecoveryLevel of [0, 2] as const) {
  suite(`a crash at every PDU, level ${errorRecoveryLevel}`, () => {
    test('power lost with all that was not flushed: what was promised is there, the rest is told', async () => {
      await everyPoint({ crash: 'power', keep: 'none', errorRecoveryLevel, resetStyle: 'exact', repeats: false });
    });

    test('power lost twice, with a part of what was not flushed', async () => {
      await everyPoint({ crash: 'power', keep: 'some', errorRecoveryLevel, resetStyle: 'exact', repeats: true });
    });

    test('the line alone lost: all that was acknowledged is there, and nothing is told as lost', async () => {
      await everyPoint({ crash: 'line', keep: 'none', errorRecoveryLevel, resetStyle: 'exact', repeats: false });
    });

    test('the line lost twice', async () => {
      await everyPoint({ crash: 'line', keep: 'none', errorRecoveryLevel, resetStyle: 'exact', repeats: true });
    });
  });
}

for (const resetStyle of ['vague', 'silent'] as const) {
  suite(`a crash at every PDU, of a target whose attentions are ${resetStyle}`, () => {
    test('power lost: what was promised is there, the rest is told', async () => {
      await everyPoint({ crash: 'power', keep: 'some', errorRecoveryLevel: 0, resetStyle, repeats: false });
    });

    test('the line alone lost: all that was acknowledged is there, and is read back', async () => {
      await everyPoint({ crash: 'line', keep: 'none', errorRecoveryLevel: 0, resetStyle, repeats: false });
    });
  });
}
