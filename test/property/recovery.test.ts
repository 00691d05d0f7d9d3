// Sessions at ErrorRecoveryLevel 1 against a target that loses, repeats and damages PDUs in both directions: what can be
// recovered is, with the right data; what cannot ends with a clear error; and everything ends.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { IscsiError } from '../../src/base/index.ts';
import type { ScsiRequest, ScsiResult } from '../../src/session/index.ts';
import { recoveringBench } from '../support/recovering-bench.ts';
import { type Chance, type Fault, type RecoveringSession, RecoveringTarget } from '../support/recovering-target.ts';
import { lun, pattern, type SessionBench } from '../support/session-bench.ts';
import { type TargetLine, turns } from '../support/target-line.ts';

/** npm test gives the same answer twice; seeds that nobody has seen come by HAWSER_SEED. */
const seed = Number(process.env['HAWSER_SEED'] ?? 7143);

const scenario = fc.record({
  commands: fc.array(
    fc.record({
      kind: fc.constantFrom('read', 'write', 'plain'),
      length: fc.oneof(fc.integer({ min: 0, max: 64 }), fc.integer({ min: 65, max: 6000 })),
    }),
    { minLength: 1, maxLength: 8 },
  ),
  connections: fc.integer({ min: 1, max: 2 }),
  segment: fc.integer({ min: 512, max: 1500 }),
  immediateData: fc.boolean(),
  /** Where it may be worse than mild: a connection that is cut, and after how many steps of the target. */
  cut: fc.option(fc.record({ line: fc.integer({ min: 0, max: 1 }), steps: fc.integer({ min: 0, max: 40 }) })),
  /** Of 16 PDUs, so many meet a fault. */
  faults: fc.integer({ min: 0, max: 8 }),
  seed: fc.integer({ min: 1, max: 0x7fff_fffe }),
});

type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

/** How much may go wrong with one PDU: twice is recovered always, for a PDU is asked for four times. */
const mostFaults = 2;

/** The lots of a scenario. */
interface Lots extends Chance {
  losesCommand(times: number): boolean;
  /** From here on nothing goes wrong. */
  rest(): void;
}

function lotsOf({ seed, faults }: Scenario, isMild: boolean): Lots {
  let state = seed;
  let isAtRest = false;
  const lot = (bound: number): number => {
    state = (state * 48_271) % 0x7fff_ffff;
    return bound === 0 ? 0 : state % bound;
  };
  const meetsFault = (times: number): boolean => !isAtRest && (!isMild || times < mostFaults) && lot(16) < faults;
  return {
    isMild,
    lot,
    fault: (times) => (meetsFault(times) ? (['lost', 'twice', 'damaged'] satisfies Fault[])[lot(3)]! : 'none'),
    damagesDataOut: meetsFault,
    losesCommand: meetsFault,
    rejectsSnack: () => !isMild && !isAtRest && lot(6) === 0,
    rest: () => {
      isAtRest = true;
    },
  };
}

type End = ScsiResult | Error;

async function play(it: Scenario, isMild: boolean): Promise<void> {
  const chance = lotsOf(it, isMild);
  await using bench = recoveringBench({
    keys: {
      ImmediateData: it.immediateData ? 'Yes' : 'No',
      MaxBurstLength: '3000',
      FirstBurstLength: '512',
      MaxRecvDataSegmentLength: '600',
    },
    offers: { maxRecvDataSegmentLength: it.segment },
    limits: { taskTimeoutMs: isMild ? 0 : 120_000 },
    session: { reconnects: false },
  });
  const lines = await bench.openWith(it.connections);
  const contents = it.commands.map(({ kind, length }, index) => pattern(kind === 'plain' ? 0 : length, index + 1));
  const { numbers } = bench;
  const contentOf = (cdb: Uint8Array): Uint8Array => contents[cdb[5]!] ?? pattern(0);
  const common: RecoveringSession = { numbers, contentOf, chance, segment: it.segment, targets: [] };
  for (const line of lines) new RecoveringTarget(line, common);
  const lost = new Map<number, number>();
  numbers.ignores = (cmdSn) => {
    const times = lost.get(cmdSn) ?? 0;
    lost.set(cmdSn, times + 1);
    return chance.losesCommand(times);
  };
  const buffers = it.commands.map(({ kind, length }) => new Uint8Array(kind === 'read' ? length : 0));
  const execute = async (index: number, data: Pick<ScsiRequest, 'dataIn' | 'dataOut'> = {}): Promise<End> => {
    try {
      return await bench.session.execute({ lun, cdb: Uint8Array.of(0xc0, 0, 0, 0, 0, index), ...data });
    } catch (error) {
      return error as Error;
    }
  };
  const ends = await driven(
    Promise.all(
      it.commands.map(({ kind }, index) =>
        execute(
          index,
          kind === 'read' ? { dataIn: buffers[index]! } : kind === 'write' ? { dataOut: contents[index]! } : {},
        ),
      ),
    ),
    bench,
    common,
    isMild ? null : it.cut,
  );
  ends.forEach((end, index) => {
    check(end, isMild);
    const isGood = !(end instanceof Error) && end.status === 0;
    if (isGood && it.commands[index]!.kind === 'read') assert.deepEqual(buffers[index], contents[index]);
  });
  chance.rest();
  const before = livingOf(lines);
  const last = await driven(execute(it.commands.length), bench, common, null);
  // Nothing of what went wrong may stand in its way, unless that has still cost a connection.
  const isLeft = livingOf(lines) === before && before > 0;
  assert.ok(!isLeft || (!(last instanceof Error) && last.status === 0), last as Error);
}

function livingOf(lines: readonly TargetLine[]): number {
  return lines.filter(({ end }) => end === undefined).length;
}

/** Plays the target until `work` is done. */
async function driven<T>(
  work: Promise<T>,
  { clock, lines }: SessionBench,
  { targets }: RecoveringSession,
  cut: Scenario['cut'],
): Promise<T> {
  const seen = { isDone: false };
  const done = work.finally(() => {
    seen.isDone = true;
  });
  const untilMs = clock.now() + 3_600_000;
  let steps = 0;
  for (let idle = 0; !seen.isDone; idle += 1) {
    assert.ok(idle < 1000 && clock.now() < untilMs, 'nothing goes on');
    await turns(3);
    lines.forEach((line, index) => {
      for (const heard of line.drainHeard()) {
        targets[index]!.take(heard);
        idle = 0;
      }
    });
    if (cut?.steps === steps) lines[cut.line]?.reset();
    const isStep = targets.map((target) => target.step()).includes(true);
    if (isStep) steps += 1;
    if (isStep) idle = 0;
    else await clock.advance(700);
  }
  return await done;
}

/** What a command may end with where not everything can be recovered. */
const clear = [
  'ISCSI_REJECTED',
  'ISCSI_BAD_SEQUENCE',
  'ISCSI_CONNECTION_LOST',
  'ISCSI_TASK_TIMEOUT',
  'ISCSI_CLOSED',
  // A reset of the unit, for another command whose abort came to nothing.
  'SCSI_TASK_ABORTED',
];

function check(end: End, isMild: boolean): void {
  if (end instanceof Error) {
    assert.ok(!isMild, end);
    assert.ok(end instanceof IscsiError && clear.includes(end.code), end);
  } else {
    assert.equal(end.residual, 'none');
    assert.ok(end.status === 0 || (!isMild && end.status === 2), `status ${end.status}`);
  }
}

test('§7.1.4 PDUs lost, repeated and damaged in both directions: every command succeeds, with the right data', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async (it) => {
      await play(it, true);
    }),
    { numRuns: 100, seed, includeErrorInReport: true },
  );
});

test('§7.1.4 with SNACKs rejected and no end of faults: the right data or a clear error, and always an end', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async (it) => {
      await play(it, false);
    }),
    { numRuns: 100, seed, includeErrorInReport: true },
  );
});
