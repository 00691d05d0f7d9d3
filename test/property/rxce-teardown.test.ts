// Teardown races over the RxCe names: whatever meets whatever in whatever order, each call ends with a status that it is
// documented with, no event comes twice or too late, and nothing is left. HAWSER_SEED and HAWSER_RUNS choose other orders,
// and more of them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import { channels, nextTurn } from '../../src/base/index.ts';
import { type NtStatusName, ntStatusName } from '../../src/rxce/index.ts';
import { documented, type Kind, kinds, Race } from '../support/rxce-race.ts';

const seed = Number(process.env['HAWSER_SEED'] ?? 20_261_121);
const runs = Number(process.env['HAWSER_RUNS'] ?? 1000);

/** What a client does, and how many turns of the event loop go by before the next thing is done. */
const step = fc.record({ kind: fc.constantFrom(...kinds), turns: fc.integer({ min: 0, max: 3 }) });

async function run(
  scheduler: fc.Scheduler,
  steps: readonly { readonly kind: Kind; readonly turns: number }[],
): Promise<void> {
  const letOneGo = async (): Promise<void> => {
    if (scheduler.count() > 0) await scheduler.waitNext(1);
  };
  const race = new Race(async (promise) => await scheduler.schedule(promise, 'connect'), letOneGo);
  await race.build();
  const connected = race.connect(race.connection, race.vc);
  for (const { kind, turns } of steps) {
    scheduler.schedule(Promise.resolve(turns), kind).then(
      () => {
        race.play(kind);
      },
      () => undefined,
    );
  }
  void race.peer.accept().then((far) => {
    race.far ??= far;
  });
  const waits = steps.map(({ turns }) => turns);
  for (let at = 0; at < 400; at += 1) {
    await letOneGo();
    for (let turn = waits[at] ?? 1; turn > 0; turn -= 1) await nextTurn();
    if (scheduler.count() === 0 && at >= steps.length) break;
  }
  const status = ntStatusName(await connected);
  assert.ok(documented['build']?.includes(status as NtStatusName), status);
  await race.end();
}

test(`teardown races: ${runs} orders of disconnect, send, receive, remote close, teardown and connect end as documented`, async () => {
  const open = new Set<number>();
  const connected = ({ circuitId }: { circuitId: number }): void => void open.add(circuitId);
  const closed = ({ circuitId }: { circuitId: number }): void => void open.delete(circuitId);
  channels.circuitConnected.subscribe(connected);
  channels.circuitClosed.subscribe(closed);
  try {
    const property = fc.asyncProperty(fc.scheduler(), fc.array(step, { minLength: 1, maxLength: 14 }), run);
    await fc.assert(property, { numRuns: runs, seed });
  } finally {
    channels.circuitConnected.unsubscribe(connected);
    channels.circuitClosed.unsubscribe(closed);
  }
  assert.equal(open.size, 0, 'each circuit that was connected is closed');
});
