// The supervision of one persistent login, on a clock that stands still.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { type Deferred, deferred, TransportError } from '../../../src/base/index.ts';
import { type SessionEnding, SupervisedLogin } from '../../../src/service/logins/supervised-login.ts';
import { FakeClock } from '../../support/fake-clock.ts';

interface Bench {
  readonly login: SupervisedLogin;
  readonly clock: FakeClock;
  /** When each attempt was made, in milliseconds. */
  readonly attempts: number[];
  /** What the next attempts come to: a session's id, or a failure. */
  readonly outcomes: (string | Error)[];
  readonly endings: Map<string, Deferred<SessionEnding>>;
  readonly states: string[];
}

const dead = new TransportError('ISCSI_CONNECT_FAILED', 'nobody is there', { address: 'a:1' });

function bench(outcomes: (string | Error)[]): Bench {
  const clock = new FakeClock();
  const attempts: number[] = [];
  const endings = new Map<string, Deferred<SessionEnding>>();
  const states: string[] = [];
  const login = new SupervisedLogin('key', {
    clock,
    random: () => 0,
    attempt: () => {
      attempts.push(clock.now());
      const outcome = outcomes.shift() ?? dead;
      return typeof outcome === 'string' ? Promise.resolve(outcome) : Promise.reject(outcome);
    },
    ended: (sessionId) => {
      const ending = deferred<SessionEnding>();
      endings.set(sessionId, ending);
      return ending.promise;
    },
    changed: ({ state }) => states.push(state),
  });
  return { login, clock, attempts, outcomes, endings, states };
}

suite('a supervised persistent login', () => {
  test('it is tried again after 1, 2, 4 … up to 60 s, for ever', async () => {
    const { login, clock, attempts } = bench([]);
    login.start();
    await clock.advance(250_000);
    assert.deepEqual(attempts, [0, 1000, 3000, 7000, 15_000, 31_000, 63_000, 123_000, 183_000, 243_000]);
    assert.deepEqual([login.state, login.error?.code, login.attempts], ['waiting', 'ISCSI_CONNECT_FAILED', 10]);
    await login.stop(dead);
    assert.equal(clock.pendingTimers, 0);
  });

  test('a session that ended without us is logged in again, and one that lived long without a long wait', async () => {
    const { login, clock, attempts, endings } = bench([dead, dead, 'one', 'two']);
    login.start();
    await clock.advance(100_000);
    assert.deepEqual([login.sessionId, login.error], ['one', undefined]);
    endings.get('one')?.resolve({ isByUs: false, error: dead });
    await clock.advance(1000);
    assert.deepEqual([attempts, login.sessionId], [[0, 1000, 3000, 101_000], 'two']);
    endings.get('two')?.resolve({ isByUs: false, error: undefined });
    await clock.advance(1999);
    assert.equal(attempts.length, 4);
    await clock.advance(1);
    assert.equal(attempts.length, 5);
    await login.stop(dead);
  });

  test('one that a user logged out rests, until there is a session to look after', async () => {
    const { login, clock, attempts, endings } = bench(['one']);
    login.start();
    await login.tried;
    endings.get('one')?.resolve({ isByUs: true, error: undefined });
    await clock.advance(1_000_000);
    assert.deepEqual([login.state, login.sessionId, attempts.length], ['resting', undefined, 1]);
    login.wake();
    await clock.advance(0);
    assert.equal(login.state, 'resting');
    assert.equal(login.adopt('mine'), true);
    assert.deepEqual([login.state, login.sessionId], ['up', 'mine']);
    assert.equal(login.adopt('another'), false);
    await clock.advance(0);
    endings.get('mine')?.resolve({ isByUs: false, error: dead });
    await clock.advance(1000);
    assert.equal(attempts.length, 2);
    await login.stop(dead);
  });

  test('what is woken does not wait any longer, and a session made meanwhile needs no login', async () => {
    const { login, clock, attempts } = bench([dead, dead, dead, dead]);
    login.start();
    await clock.advance(3500);
    assert.equal(attempts.length, 3);
    login.wake();
    await clock.advance(0);
    assert.equal(attempts.length, 4);
    assert.equal(login.adopt('found'), true);
    await clock.advance(100_000);
    assert.deepEqual([login.state, attempts.length, clock.pendingTimers], ['up', 4, 0]);
    await login.stop(dead);
  });

  test('it stops at once in every state, and is never started without being asked to', async () => {
    const resting = bench([]);
    resting.login.start(null);
    await resting.login.tried;
    await resting.clock.advance(100_000);
    assert.equal(resting.attempts.length, 0);
    await resting.login.stop(dead);
    const first = deferred<string>();
    const trying = bench([]);
    trying.login.start(first.promise);
    await trying.clock.advance(0);
    await trying.login.stop(dead);
    first.resolve('late');
    assert.deepEqual([trying.login.state, trying.states], ['stopped', ['trying', 'stopped']]);
  });
});
