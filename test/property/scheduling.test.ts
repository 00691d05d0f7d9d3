// Commands over several connections whose lines stall and go on by lot, under policies that change meanwhile: the numbers
// stay in order, the data right, and nothing goes beyond the window.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { SchedulingPolicy, Session } from '../../src/session/index.ts';
import { opcode } from '../../src/wire/index.ts';
import { type Lot, ModelTarget, type ModelTerms } from '../support/model-target.ts';
import { lun, pattern, SessionBench, soon } from '../support/session-bench.ts';
import { type Heard, type TargetLine, turns } from '../support/target-line.ts';

const scenario = fc.record({
  connections: fc.integer({ min: 2, max: 4 }),
  commands: fc.integer({ min: 1, max: 60 }),
  window: fc.integer({ min: 1, max: 16 }),
  maxTasks: fc.integer({ min: 1, max: 32 }),
  cmdSn: fc.constantFrom(1, 0xffff_ffe0),
  /** One in so many turns, a line stalls or goes on. */
  rarity: fc.integer({ min: 2, max: 12 }),
  /** One in so many turns, the policy changes. */
  fidelity: fc.integer({ min: 1, max: 20 }),
  seed: fc.integer({ min: 1, max: 0x7fff_fffe }),
});

type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

const terms: ModelTerms = {
  immediateData: true,
  initialR2t: true,
  firstBurstLength: 1024,
  maxBurstLength: 2048,
  maxOutstandingR2t: 1,
  targetSegment: 1024,
  initiatorSegment: 1024,
  isSequenceInOrder: true,
};

/** The minimal standard generator: drawing lots that fast-check can repeat. */
function lotOf(seed: number): Lot {
  let state = seed;
  return (bound) => {
    state = (state * 48_271) % 0x7fff_ffff;
    return bound === 0 ? 0 : state % bound;
  };
}

function policyBy(lot: Lot, count: number): SchedulingPolicy {
  const cid = 1 + lot(count);
  switch (lot(6)) {
    case 0:
      return { kind: 'failOver' };
    case 1:
      return { kind: 'failOver', preferred: cid };
    case 2:
      return { kind: 'roundRobin' };
    case 3:
      return { kind: 'roundRobinWithSubset', preferred: [cid] };
    case 4:
      return { kind: 'weightedPaths', weights: new Map([[cid, lot(3)]]) };
    default:
      return { kind: 'leastQueueDepth' };
  }
}

/** The target's ends of the connections, which stall and go on. */
class Lines {
  readonly #bench: SessionBench;
  readonly #target: ModelTarget;
  readonly #stalled = new Set<TargetLine>();
  /** The last command number of each line. */
  readonly #last = new Map<TargetLine, number>();

  constructor(bench: SessionBench, target: ModelTarget) {
    this.#bench = bench;
    this.#target = target;
  }

  toggle(line: TargetLine): void {
    if (this.#stalled.delete(line)) {
      line.resume();
    } else {
      this.#stalled.add(line);
      line.pause();
    }
  }

  resumeAll(): void {
    for (const line of [...this.#stalled]) this.toggle(line);
  }

  /** Hands over what has come; false when nothing has. */
  take(): boolean {
    let hasCome = false;
    for (const line of this.#bench.lines) {
      for (const heard of line.drainHeard()) {
        this.#check(line, heard);
        this.#target.take(line, heard);
        hasCome = true;
      }
    }
    return hasCome;
  }

  #check(line: TargetLine, { pdu }: Heard): void {
    if (pdu.opcode !== opcode.scsiCommand) return;
    const last = this.#last.get(line);
    assert.ok(last === undefined || ((pdu.cmdSn - last) | 0) > 0, '§4.2.2.1: in increasing order on each connection');
    assert.ok(((this.#bench.numbers.maxCmdSn - pdu.cmdSn) | 0) >= 0, '§4.2.2.1: no command beyond MaxCmdSN');
    this.#last.set(line, pdu.cmdSn);
  }
}

/** Half of the commands read, half write; a command's number stands in its CDB and decides its bytes. */
function executeAll(session: Session, contents: readonly Uint8Array[]): Promise<unknown>[] {
  return contents.map(async (content, index) => {
    const cdb = Uint8Array.of(0xc0, 0, 0, 0, 0, index);
    const isRead = index % 2 === 0;
    const dataIn = new Uint8Array(content.length);
    const data = isRead ? { dataIn } : { dataOut: content.slice() };
    const { status } = await session.execute({ lun, cdb, ...data });
    assert.equal(status, 0);
    if (isRead) assert.deepEqual(dataIn, content);
  });
}

async function play(it: Scenario): Promise<void> {
  await using bench = new SessionBench({
    keys: {
      FirstBurstLength: String(terms.firstBurstLength),
      MaxBurstLength: String(terms.maxBurstLength),
      MaxRecvDataSegmentLength: String(terms.targetSegment),
    },
    offers: { maxRecvDataSegmentLength: terms.initiatorSegment },
    limits: { maxTasks: it.maxTasks },
    window: it.window,
    cmdSn: it.cmdSn,
  });
  await bench.openWith(it.connections);
  const { session } = bench;
  const lot = lotOf(it.seed);
  const contents = Array.from({ length: it.commands }, (_, index) => pattern(1 + lot(3000), index + 1));
  const target = new ModelTarget(terms, bench.numbers, (cdb) => contents[cdb[5]!]!, lot);
  const lines = new Lines(bench, target);
  const all = Promise.all(executeAll(session, contents));
  all.catch(() => undefined);
  for (let idle = 0; target.served < it.commands; idle += 1) {
    assert.ok(idle < 400, 'nothing goes on');
    if (lot(it.rarity) === 0) lines.toggle(bench.lines[lot(it.connections)]!);
    if (idle > 100) lines.resumeAll();
    if (lot(it.fidelity) === 0) session.setPolicy(policyBy(lot, it.connections));
    await turns(1 + lot(3));
    if (lines.take()) idle = 0;
    for (let count = lot(6); count > 0 && target.step(); count -= 1) idle = 0;
  }
  await soon(all);
  const ahead = bench.numbers.all.map((cmdSn) => (cmdSn - it.cmdSn) >>> 0).sort((a, b) => a - b);
  assert.deepEqual(ahead, Array.from(ahead.keys()), '§4.2.2.1: every number once, without a gap');
  assert.equal(ahead.length, it.commands);
  checkCounters(session, contents);
  lines.resumeAll();
}

/** What the connections tell adds up to what was asked for. */
function checkCounters(session: Session, contents: readonly Uint8Array[]): void {
  const sum = (of: (connection: Session['connections'][number]) => number): number =>
    session.connections.reduce((total, connection) => total + of(connection), 0);
  const bytes = (remainder: number): number =>
    contents.reduce((total, { length }, index) => total + (index % 2 === remainder ? length : 0), 0);
  assert.equal(
    sum(({ tasksSent }) => tasksSent),
    contents.length,
  );
  assert.equal(
    sum(({ tasksInFlight }) => tasksInFlight),
    0,
  );
  assert.equal(
    sum(({ bytesRead }) => bytesRead),
    bytes(0),
  );
  assert.equal(
    sum(({ bytesWritten }) => bytesWritten),
    bytes(1),
  );
}

test('§4.2.2.1 CmdSN over any number of connections that stall and go on, under changing policies: in order, no gap', async () => {
  await fc.assert(fc.asyncProperty(scenario, play), { numRuns: 60, includeErrorInReport: true });
});
