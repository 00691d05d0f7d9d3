// Connecting in several ways at once, interrupted at every step: what is not the caller's is released.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextTurn } from '../../../src/base/index.ts';
import { Bench, isSettled, winnersOf } from './many-bench.ts';

/** What may come in between, at any step of a connect. */
const interruptions: Record<string, (bench: Bench, abort: AbortController) => unknown> = {
  'an abort': (_bench, abort) => {
    abort.abort(new Error('enough'));
  },
  'teardown of the address': (bench) => bench.address.tearDown(),
  'teardown of the transport': (bench) => bench.transport.tearDown(),
  'closing the engine': (bench) => bench.engine.close(),
  'an end by the peer': (bench) => {
    for (const link of bench.driver.links.values()) if (link.calls.at(-1) === 'start') link.events.ended();
  },
};

/** More microtasks than a connect takes from its answer to its decision. */
const mostSteps = 45;

for (const [name, interrupt] of Object.entries(interruptions)) {
  for (const select of ['first', 'best', 'all'] as const) {
    test(`${name} at any step of select ${select} leaves a winner or an error, and no link of any other`, async () => {
      const outcomes = new Set<string>();
      for (let step = 0; step < mostSteps; step += 1) {
        const bench = new Bench();
        const abort = new AbortController();
        const connect = bench.connect(select, ['a', 'b', 'silent'], { signal: abort.signal });
        await bench.settle();
        bench.driver.answer('b');
        bench.driver.answer('a');
        bench.driver.refuse('silent');
        for (let done = 0; done < step; done += 1) await (done === 30 ? nextTurn() : Promise.resolve());
        const interrupted = Promise.resolve(interrupt(bench, abort));
        await bench.settle();
        assert.ok(await isSettled(connect.decided), `decided after step ${step}`);
        assert.ok(await isSettled(connect.cleanedUp), `cleaned up after step ${step}`);
        const winners = await winnersOf(connect).catch((): string[] => []);
        outcomes.add(winners.join());
        for (const host of bench.left()[1] ?? []) assert.ok(winners.includes(host), `${host} stays after step ${step}`);
        await bench.engine.close();
        await interrupted;
        assert.deepEqual(bench.left(), [[], [], []]);
        assert.deepEqual([bench.driver.waiting, bench.clock.pendingTimers], [0, 0]);
      }
      assert.ok(outcomes.size > 1, `one outcome alone: ${[...outcomes].join(' | ')}`);
    });
  }
}
