// Sessions against a model target: any mix of reads and writes, over any number of connections, under any terms, in any
// order of answers and any chunking, ends with the right data, numbers without a gap and nothing left over.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { opcode } from '../../src/wire/index.ts';
import { type Lot, ModelTarget, type ModelTerms } from '../support/model-target.ts';
import { lun, pattern, SessionBench, soon } from '../support/session-bench.ts';
import { turns } from '../support/target-line.ts';

interface Command {
  readonly kind: 'read' | 'write' | 'plain';
  readonly length: number;
}

const command = fc.record({
  kind: fc.constantFrom('read', 'write', 'plain'),
  length: fc.oneof(fc.integer({ min: 0, max: 64 }), fc.integer({ min: 65, max: 9000 })),
});

const scenario = fc.record({
  commands: fc.array(command as fc.Arbitrary<Command>, { minLength: 1, maxLength: 24 }),
  connections: fc.integer({ min: 1, max: 3 }),
  window: fc.integer({ min: 1, max: 12 }),
  maxTasks: fc.integer({ min: 1, max: 12 }),
  cmdSn: fc.constantFrom(0, 1, 0x7fff_fffa, 0xffff_fff5),
  hasDigests: fc.boolean(),
  chunkLength: fc.option(fc.integer({ min: 1, max: 700 }), { nil: undefined }),
  seed: fc.integer({ min: 1, max: 0x7fff_fffe }),
  terms: fc.record<ModelTerms>({
    immediateData: fc.boolean(),
    initialR2t: fc.boolean(),
    firstBurstLength: fc.integer({ min: 512, max: 3000 }),
    maxBurstLength: fc.integer({ min: 3000, max: 6000 }),
    maxOutstandingR2t: fc.integer({ min: 1, max: 4 }),
    targetSegment: fc.integer({ min: 512, max: 2000 }),
    initiatorSegment: fc.integer({ min: 512, max: 2000 }),
    isSequenceInOrder: fc.boolean(),
  }),
});

type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

/** The minimal standard generator: drawing lots that fast-check can repeat. */
function lotOf(seed: number): Lot {
  let state = seed;
  return (bound) => {
    state = (state * 48_271) % 0x7fff_ffff;
    return bound === 0 ? 0 : state % bound;
  };
}

function yesNo(value: boolean): string {
  return value ? 'Yes' : 'No';
}

function benchOf({ terms, window, maxTasks, cmdSn, hasDigests, chunkLength }: Scenario): SessionBench {
  const digest = hasDigests ? 'CRC32C' : 'None';
  return new SessionBench({
    keys: {
      HeaderDigest: digest,
      DataDigest: digest,
      InitialR2T: yesNo(terms.initialR2t),
      ImmediateData: yesNo(terms.immediateData),
      FirstBurstLength: String(terms.firstBurstLength),
      MaxBurstLength: String(terms.maxBurstLength),
      MaxOutstandingR2T: String(terms.maxOutstandingR2t),
      MaxRecvDataSegmentLength: String(terms.targetSegment),
      DataSequenceInOrder: yesNo(terms.isSequenceInOrder),
    },
    offers: { maxRecvDataSegmentLength: terms.initiatorSegment, dataSequenceInOrder: terms.isSequenceInOrder },
    limits: { maxTasks },
    window,
    cmdSn,
    ...(chunkLength === undefined ? {} : { chunkLength }),
  });
}

/** The command's number stands in its CDB, and decides its bytes. */
function cdbOf(index: number): Uint8Array {
  return Uint8Array.of(0xc0, 0, 0, 0, 0, index);
}

async function play(it: Scenario): Promise<void> {
  await using bench = benchOf(it);
  const lines = await bench.openWith(it.connections);
  const { session } = bench;
  const contents = it.commands.map(({ kind, length }, index) => pattern(kind === 'plain' ? 0 : length, index + 1));
  const lot = lotOf(it.seed);
  const target = new ModelTarget(it.terms, bench.numbers, (cdb) => contents[cdb[5]!]!, lot);
  const buffers = it.commands.map(({ kind, length }) => new Uint8Array(kind === 'read' ? length : 0));
  const results = it.commands.map(({ kind }, index) =>
    bench.session.execute({
      lun,
      cdb: cdbOf(index),
      ...(kind === 'read' ? { dataIn: buffers[index]! } : {}),
      ...(kind === 'write' ? { dataOut: contents[index]!.slice() } : {}),
    }),
  );
  const all = Promise.all(results);
  all.catch(() => undefined);
  for (let idle = 0; target.served < it.commands.length; idle += 1) {
    assert.ok(idle < 400, 'nothing goes on');
    await turns(1 + lot(3));
    for (const line of lines) {
      for (const heard of line.drainHeard()) {
        target.take(line, heard);
        idle = 0;
      }
    }
    for (let count = lot(6); count > 0 && target.step(); count -= 1) idle = 0;
  }
  for (const { status, residual } of await soon(all)) assert.deepEqual([status, residual], [0, 'none']);
  it.commands.forEach(({ kind }, index) => {
    if (kind === 'read') assert.deepEqual(buffers[index], contents[index]);
  });
  checkNumbers(bench.numbers.all, it.cmdSn, it.commands.length);
  for (const { tasksInFlight } of session.connections) assert.equal(tasksInFlight, 0);
  await logOut(bench);
}

/** Every number once, without a gap, from the login's on. */
function checkNumbers(numbers: readonly number[], first: number, count: number): void {
  const ahead = numbers.map((cmdSn) => (cmdSn - first) >>> 0).sort((a, b) => a - b);
  assert.deepEqual(
    ahead,
    Array.from({ length: count }, (_, at) => at),
  );
}

async function logOut(bench: SessionBench): Promise<void> {
  const out = bench.session.logout();
  const { pdu } = await bench.line.expect(opcode.logoutRequest);
  bench.line.logoutResponse(pdu.initiatorTaskTag);
  assert.deepEqual(await soon(out), { how: 'loggedOut', error: undefined });
  await bench.nothingLeft();
}

test('§4.2 any mix of commands, terms, connections and orders: right data, CmdSN without a gap, nothing left', async () => {
  await fc.assert(fc.asyncProperty(scenario, play), { numRuns: 60, includeErrorInReport: true });
});
