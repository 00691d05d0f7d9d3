// The bookkeeping of discovery: sources that are asked, and what is known from all of them.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { type Deferred, deferred, TransportError } from '../../../src/base/index.ts';
import { AskedSource } from '../../../src/service/discovery/asked-source.ts';
import type { FoundTarget } from '../../../src/service/discovery/discovery-source.ts';
import { KnownTargets, mergePortals } from '../../../src/service/discovery/known-targets.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const name = 'iqn.2026-11.test:a';
const dead = new TransportError('ISCSI_CONNECT_FAILED', 'nobody is there', { address: 'a:1' });

interface Bench {
  readonly clock: FakeClock;
  readonly source: AskedSource;
  readonly questions: Deferred<readonly FoundTarget[]>[];
  readonly told: string[];
}

function bench(): Bench {
  const clock = new FakeClock();
  const questions: Deferred<readonly FoundTarget[]>[] = [];
  const told: string[] = [];
  const source = new AskedSource(
    {
      mechanism: 'SendTargets:a:1',
      instance: 'i',
      isRegistered: false,
      ask: (signal) => {
        const question = deferred<readonly FoundTarget[]>();
        signal.addEventListener('abort', () => {
          question.reject(signal.reason);
        });
        questions.push(question);
        return question.promise;
      },
      close: async () => {},
    },
    {
      found: (targets) => told.push(`found ${targets.length}`),
      ended: ({ error }) => told.push(error === undefined ? 'done' : error.code),
    },
    { clock, intervalMs: 300_000 },
  );
  return { clock, source, questions, told };
}

suite('a discovery source', () => {
  test('whoever asks while a question is under way gets its answer', async () => {
    const { source, questions, told } = bench();
    const both = Promise.all([source.refresh(), source.refresh()]);
    assert.equal(questions.length, 1);
    questions[0]?.resolve([{ targetName: name, portals: [] }]);
    await both;
    assert.deepEqual(told, ['found 1', 'done']);
    assert.equal(source.outcome.targetCount, 1);
  });

  test('it is asked again after each interval, whatever came of the last question', async () => {
    const { clock, source, questions, told } = bench();
    const first = source.attempt();
    questions[0]?.reject(dead);
    await first;
    assert.equal(source.outcome.error?.code, dead.code);
    const since = source.failingSince;
    assert.notEqual(since, undefined);
    await clock.advance(300_000);
    questions[1]?.reject(dead);
    await clock.advance(300_000);
    assert.equal(source.failingSince, since);
    questions[2]?.resolve([]);
    await clock.advance(0);
    assert.deepEqual([questions.length, source.outcome.error, source.failingSince], [3, undefined, undefined]);
    assert.deepEqual(told, [dead.code, dead.code, 'found 0', 'done']);
    await source.close(dead);
    assert.equal(clock.pendingTimers, 0);
  });

  test('who gives up waiting leaves the question; closing ends it', async () => {
    const { clock, source, questions, told } = bench();
    const abort = new AbortController();
    const waiting = source.refresh(abort.signal);
    abort.abort(new Error('enough'));
    await assert.rejects(waiting, { message: 'enough' });
    const other = source.refresh();
    assert.equal(questions.length, 1);
    const closed = source.close(new Error('over'));
    await assert.rejects(other, { message: 'over' });
    await closed;
    await assert.rejects(source.refresh(), { message: 'over' });
    assert.deepEqual([told, clock.pendingTimers], [[], 0]);
  });
});

suite('known targets', () => {
  const from = (mechanism: string): { mechanism: string; instance: string } => ({ mechanism, instance: 'i' });

  test('a name is the same in any case, and text that is no name is left out', () => {
    const known = new KnownTargets();
    const changes = known.replace('s', from('SendTargets:a:1'), [
      { targetName: name.toUpperCase(), portals: [] },
      { targetName: 'nonsense', portals: [] },
    ]);
    assert.deepEqual(changes, { found: [name], gone: [] });
    assert.equal(known.instancesOf(name).length, 1);
  });

  test('an answer takes the place of the last one of its source, and of no other', () => {
    const known = new KnownTargets();
    const target = { targetName: name, portals: [] };
    known.replace('s', from('SendTargets:a:1'), [target]);
    assert.deepEqual(known.replace('t', from('iSNS:b'), [target]), { found: [], gone: [] });
    assert.deepEqual(known.replace('s', from('SendTargets:a:1'), []), { found: [], gone: [] });
    assert.deepEqual(
      known.instancesOf(name).map(({ mechanism }) => mechanism),
      ['iSNS:b'],
    );
    assert.deepEqual(known.forget('t'), { found: [], gone: [name] });
  });

  test('portals of several instances are one each, and a portal group that is known anywhere counts', () => {
    const known = new KnownTargets();
    const portal = { host: 'Host', port: 3260 };
    known.replace('s', from('a'), [{ targetName: name, portals: [portal, { host: 'other', port: 1 }] }]);
    known.replace('t', from('b'), [{ targetName: name, portals: [{ host: 'host', port: 3260, portalGroupTag: 2 }] }]);
    assert.deepEqual(mergePortals(known.instancesOf(name)), [
      { host: 'host', port: 3260, portalGroupTag: 2 },
      { host: 'other', port: 1 },
    ]);
  });
});
