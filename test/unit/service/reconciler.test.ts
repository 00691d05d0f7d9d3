// The reconciler: many persistent logins side by side, and sessions that somebody else has made.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { TransportError } from '../../../src/base/index.ts';
import { EventLog } from '../../../src/service/events/event-log.ts';
import { Reconciler } from '../../../src/service/logins/reconciler.ts';
import type { Entry, Sessions } from '../../../src/service/sessions/sessions.ts';
import { Wanted } from '../../../src/service/wanted/wanted.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { MemoryStore } from './memory-store.ts';

const dead = new TransportError('ISCSI_CONNECT_FAILED', 'nobody is there', { address: 'a:1' });
const login = { isInformational: false, loginOptions: {}, securityFlags: 0 };

function entry(targetName: string, port: number): Entry {
  const facts = { targetName, isInformational: false, portal: { host: 'a', port } };
  const shown = { sessionId: `${targetName} ${port}`, instance: { name: 'i' }, facts };
  return { ...shown, isLeaving: false, ailingSince: undefined } as unknown as Entry;
}

interface Bench {
  readonly clock: FakeClock;
  readonly wanted: Wanted;
  readonly reconciler: Reconciler;
  readonly entries: Entry[];
  readonly types: string[];
  /** Targets at which a login fails, and those at which it never ends. */
  readonly failing: Set<string>;
  readonly silent: Set<string>;
}

function bench(names: readonly string[]): Bench {
  const clock = new FakeClock();
  const wanted = new Wanted(new MemoryStore());
  const events = new EventLog();
  const entries: Entry[] = [];
  const types: string[] = [];
  const failing = new Set<string>();
  const silent = new Set<string>();
  events.listen(({ type, targetName }) => types.push(`${type} ${targetName ?? ''}`));
  for (const targetName of names) wanted.logins.put({ ...login, targetName });
  const find = (id: string): Entry | undefined => entries.find(({ sessionId }) => sessionId === id);
  const sessions = { all: () => entries, find, ended: () => new Promise(() => {}) } as unknown as Sessions;
  const reconciler = new Reconciler({
    wanted,
    sessions,
    events,
    clock,
    random: () => 0,
    isUp: () => undefined,
    attempt: (key, signal) => {
      const targetName = wanted.logins.get(key)?.targetName ?? '';
      if (failing.has(targetName)) return Promise.reject(dead);
      if (!silent.has(targetName)) return Promise.resolve(`${targetName} 1`);
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
      });
    },
  });
  return { clock, wanted, reconciler, entries, types, failing, silent };
}

const [one, two, three] = ['iqn.2026-11.test:1', 'iqn.2026-11.test:2', 'iqn.2026-11.test:3'] as const;

suite('the reconciler', () => {
  test('one that fails and one that never ends hold up nobody, and nothing is left of either at the end', async () => {
    const { clock, reconciler, failing, silent, types } = bench([one, two, three]);
    failing.add(one);
    silent.add(two);
    reconciler.start();
    await clock.advance(0);
    assert.deepEqual(
      reconciler.all().map(({ state }) => state),
      ['waiting', 'trying', 'up'],
    );
    assert.deepEqual(types.sort(), [`persistentLoginUp ${three}`, `persistentLoginWaiting ${one}`]);
    await reconciler.close();
    assert.deepEqual([reconciler.all(), clock.pendingTimers], [[], 0]);
  });

  test('it is ready when each has been tried once', async () => {
    const { clock, reconciler, failing, silent } = bench([one, two]);
    failing.add(one);
    silent.add(two);
    reconciler.start();
    let isTried = false;
    const tried = reconciler.tried().then(() => {
      isTried = true;
    });
    await clock.advance(1000);
    assert.equal(isTried, false);
    await reconciler.close();
    await tried;
  });

  test('a target that becomes known wakes its own login and no other', async () => {
    const { clock, reconciler, failing } = bench([one, two]);
    failing.add(one).add(two);
    reconciler.start();
    await clock.advance(0);
    failing.clear();
    reconciler.wake(one);
    await clock.advance(0);
    assert.deepEqual(
      reconciler.all().map(({ state }) => state),
      ['up', 'waiting'],
    );
    await reconciler.close();
  });

  test('a session is looked after by one login that would have made it, of its portal where it names one', () => {
    const { wanted, reconciler, entries } = bench([]);
    const plain = wanted.logins.put({ ...login, targetName: one });
    const other = wanted.logins.put({ ...login, targetName: one, portal: { host: 'a', port: 2 } });
    entries.push(entry(one, 1), entry(two, 2));
    reconciler.supervise(plain, null);
    reconciler.supervise(other, null);
    assert.deepEqual([reconciler.get(plain)?.sessionId, reconciler.get(other)?.sessionId], [`${one} 1`, undefined]);
    reconciler.sessionMade(entry(one, 2));
    assert.equal(reconciler.get(other)?.sessionId, `${one} 2`);
  });

  test('what is wanted no more is let go, and what has come to be wanted is begun', async () => {
    const { clock, wanted, reconciler, silent } = bench([one]);
    silent.add(one);
    reconciler.start();
    await clock.advance(0);
    for (const key of wanted.logins.keys()) wanted.logins.delete(key);
    const key = wanted.logins.put({ ...login, targetName: two });
    reconciler.start();
    await clock.advance(0);
    assert.deepEqual([reconciler.all().length, reconciler.get(key)?.state], [1, 'up']);
    await reconciler.close();
  });
});
