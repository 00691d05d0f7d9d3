// Crash consistency: whatever a flush or FUA acknowledged survives every crash point, and what did not is never reported
// as safe. A device with a volatile cache loses power after its k-th command, keeping a random part of what was not
// flushed; the session comes back, the same disk goes on, and at the end the power fails once more.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BlockError, IscsiError, nextTurn } from '../../../src/base/index.ts';
import { type Disk, openDisk } from '../../../src/disk/index.ts';
import { makeSense, senseKey } from '../../../src/scsi/index.ts';
import { FakeNexus } from '../../support/fake-nexus.ts';
import { FakeScsiDevice } from '../../support/fake-scsi-device.ts';
import { instantClock } from '../../support/instant-clock.ts';
import { WriteHistory, type WriteRecord } from '../../support/write-history.ts';

const blockSize = 512;
const unitSize = 128;
const unitCount = 256;
/** Half of all requests begin here, so that they meet each other. */
const hotUnits = 24;
const workers = 4;
const turns = 14;

/** What happens to the device at the crash point. */
type Crash = 'power' | 'line';

/**
 * What the device tells afterwards: the loss of power or of the nexus, 29h/00h for either as tgtd does, or nothing as LIO.
 */
type Teller = 'exact' | 'vague' | 'silent';

interface Scenario {
  readonly seed: number;
  readonly crash: Crash;
  /** The crash comes after this many commands, and again after as many more. */
  readonly after: number;
  readonly hasFua: boolean;
  readonly teller: Teller;
}

/** Pseudo-random numbers from 0 up to 1. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

class World {
  readonly scenario: Scenario;
  readonly random: () => number;
  readonly device: FakeScsiDevice;
  readonly nexus: FakeNexus;
  readonly history = new WriteHistory(unitCount);
  disk!: Disk;
  crashes = 0;
  told = 0;
  unknown = 0;
  #values = 0;
  #commands = 0;
  #restoring: Promise<void> = Promise.resolve();

  constructor(scenario: Scenario) {
    this.scenario = scenario;
    this.random = randomFrom(scenario.seed);
    this.device = new FakeScsiDevice({
      blockCount: (unitCount * unitSize) / blockSize,
      dpoFua: scenario.hasFua,
      lbpme: true,
      lbprz: true,
      provisioning: { lbpu: true, lbpws: true, lbprz: 1 },
    });
    this.nexus = new FakeNexus(this.device);
    if (scenario.teller === 'vague') this.nexus.tells = makeSense(senseKey.unitAttention, 0x2900);
    if (scenario.teller === 'silent') this.nexus.tells = undefined;
  }

  get name(): string {
    const { seed, crash, after, hasFua, teller } = this.scenario;
    return `seed ${seed}, ${crash} lost after ${after} commands, ${hasFua ? 'FUA' : 'no FUA'}, ${teller} device`;
  }

  async open(): Promise<void> {
    this.disk = await openDisk(this.nexus, 0, { clock: instantClock(), maxTransferLength: 4 * blockSize });
    this.nexus.beforeResume = (port) => this.disk.resume(port);
    this.device.pace = async () => {
      for (let left = Math.floor(this.random() * 4); left > 0; left -= 1) await nextTurn();
    };
    this.device.carriedOut = () => {
      this.#commands += 1;
      if (this.#commands % this.scenario.after === 0 && this.crashes < 3) this.#crash();
    };
  }

  /** Looks at what would be left if the power failed now and nothing of what was not flushed survived. */
  checkPromises(): void {
    checkUnits(this, 0, Uint8Array.from(this.device.stable), this.history.tick(), false);
  }

  losePower(): void {
    this.device.losePower(() => this.random() < 0.5);
    if (this.scenario.teller !== 'exact') this.device.attentions = [];
    this.checkPromises();
  }

  #crash(): void {
    this.crashes += 1;
    const wasUp = this.nexus.isUp;
    this.nexus.cut();
    if (this.scenario.crash === 'power') this.losePower();
    if (wasUp) this.#restoring = nextTurn().then(() => this.nexus.restore());
  }

  async settled(): Promise<void> {
    await this.#restoring;
  }

  newValue(): number {
    this.#values += 1;
    return this.#values;
  }

  pick(bound: number): number {
    return Math.floor(this.random() * bound);
  }
}

/** One user of the disk, who keeps what it was told. */
async function work(world: World): Promise<void> {
  const cursor = world.disk.lossCursor();
  const told = new Set<WriteRecord>();
  for (let turn = 0; turn < turns; turn += 1) {
    const first = world.pick(world.pick(2) === 0 ? hotUnits : unitCount);
    const last = Math.min(unitCount - 1, first + world.pick(7));
    const kind = world.pick(10);
    if (kind < 3) await write(world, first, last, false);
    else if (kind < 4) await write(world, first, last, true);
    else if (kind < 5) await clear(world, first, last, 'zero');
    else if (kind < 6) await clear(world, first - (first % 4), last - (last % 4) + 3, 'trim');
    else if (kind < 8) await read(world, first, last);
    else await flush(world, cursor, told);
  }
}

async function write(world: World, first: number, last: number, fua: boolean): Promise<void> {
  const value = world.newValue();
  const bytes = new Uint8Array(new Uint32Array(((last - first + 1) * unitSize) / 4).fill(value).buffer);
  await change(world, world.history.begin(value, first, last), fua, () => {
    return world.disk.write(first * unitSize, bytes, { fua });
  });
}

async function clear(world: World, first: number, last: number, how: 'zero' | 'trim'): Promise<void> {
  await change(world, world.history.begin(0, first, last), false, () => {
    return world.disk[how]!(first * unitSize, (last - first + 1) * unitSize);
  });
}

async function change(world: World, record: WriteRecord, fua: boolean, action: () => Promise<void>): Promise<void> {
  try {
    await action();
    world.history.end(record, true, fua);
    if (fua) world.checkPromises();
  } catch (error) {
    world.history.end(record, false, false);
    assert.ok(error instanceof IscsiError && error.effect === 'unknown', `${world.name}: ${String(error)}`);
    const isExpected = error.code === 'BLOCK_WRITES_LOST' || /another change of some of its blocks/.test(error.message);
    assert.ok(isExpected, `${world.name}: ${error.message}`);
    world.unknown += 1;
  }
}

async function read(world: World, first: number, last: number): Promise<void> {
  const begun = world.history.tick();
  const into = new Uint8Array((last - first + 1) * unitSize);
  await world.disk.read(first * unitSize, into);
  checkUnits(world, first, into, begun, world.scenario.crash === 'line');
}

async function flush(world: World, cursor: { seen: number }, told: Set<WriteRecord>): Promise<void> {
  const covered = world.history.unpromised(world.history.tick()).filter((record) => !told.has(record));
  try {
    await world.disk.flush({ cursor });
    for (const record of covered) world.history.promise(record);
    world.checkPromises();
  } catch (error) {
    assert.ok(error instanceof BlockError && error.code === 'BLOCK_WRITES_LOST', `${world.name}: ${String(error)}`);
    // Of blocks that were written in part since, reading cannot tell whether the rest is there.
    const mayTell = world.scenario.crash === 'power' || world.scenario.teller !== 'exact';
    assert.ok(mayTell, `${world.name}: nothing was lost with the line`);
    world.told += 1;
    const { offset = 0, length = 0 } = error;
    const isOutside = ({ first, last }: WriteRecord): boolean =>
      (last + 1) * unitSize <= offset || first * unitSize >= offset + length;
    for (const record of covered.filter(isOutside)) world.history.promise(record);
    for (const record of world.history.unpromised(world.history.tick())) {
      if (!isOutside(record)) told.add(record);
    }
    world.checkPromises();
  }
}

function checkUnits(world: World, first: number, bytes: Uint8Array, begun: number, isOnline: boolean): void {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  for (let unit = 0; unit < bytes.length / unitSize; unit += 1) {
    const own = words.subarray((unit * unitSize) / 4, ((unit + 1) * unitSize) / 4);
    const [value = 0] = own;
    assert.ok(
      own.every((word) => word === value),
      `${world.name}: unit ${first + unit} is torn`,
    );
    world.history.check(first + unit, value, begun, isOnline, world.name);
  }
}

async function run(scenario: Scenario): Promise<World> {
  const world = new World(scenario);
  await world.open();
  await Promise.all(Array.from({ length: workers }, () => work(world)));
  await world.settled();
  world.device.carriedOut = () => {};
  if (scenario.crash === 'power') world.losePower();
  else checkUnits(world, 0, Uint8Array.from(world.device.medium), world.history.tick(), true);
  return world;
}

const crashPoints = 50;
const baseSeed = Number(process.env['HAWSER_SEED'] ?? 20_261_121);

const variants: readonly [crash: Crash, hasFua: boolean, teller: Teller][] = [
  ['power', true, 'exact'],
  ['power', false, 'exact'],
  ['line', true, 'exact'],
  ['line', false, 'exact'],
  ['power', true, 'vague'],
  ['power', false, 'silent'],
  ['line', true, 'vague'],
  ['line', false, 'silent'],
];

for (const [crash, hasFua, teller] of variants) {
  const claim =
    crash === 'power'
      ? 'what a flush or FUA acknowledged survives, and nothing else is reported as safe'
      : 'nothing is lost, brought back or told, but writes that contested each other';
  const how = `${hasFua ? 'with' : 'without'} FUA, ${teller} device (seed ${baseSeed})`;
  test(`${crash} lost after each k-th command, ${how}: ${claim}`, async () => {
    const sums = { crashes: 0, told: 0, unknown: 0 };
    for (let after = 1; after <= crashPoints; after += 1) {
      const world = await run({ seed: baseSeed + after, crash, after, hasFua, teller });
      sums.crashes += world.crashes;
      sums.told += world.told;
      sums.unknown += world.unknown;
    }
    // A run in which nothing happened would prove nothing.
    assert.ok(sums.crashes >= crashPoints, JSON.stringify(sums));
    if (teller === 'exact') assert.equal(sums.told > 0, crash === 'power', JSON.stringify(sums));
    assert.ok(sums.unknown > 0, JSON.stringify(sums));
  });
}
