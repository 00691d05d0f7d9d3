// A login that several callers wait for: whose signal ends what, and who closes a session that nobody takes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JointLogin } from '../../../src/adapter/joint-login.ts';
import { type Deferred, deferred } from '../../../src/base/index.ts';

class FakeSession {
  closes = 0;

  async close(): Promise<void> {
    this.closes += 1;
    await Promise.resolve();
  }
}

interface Bench {
  readonly login: JointLogin<FakeSession>;
  readonly made: Deferred<FakeSession>;
  readonly session: FakeSession;
  readonly signal: () => AbortSignal;
}

/** A login that ends when the test says so, and no sooner when it is given up. */
function bench(): Bench {
  const made = deferred<FakeSession>();
  const ended: { signal?: AbortSignal } = {};
  const login = new JointLogin<FakeSession>(async (signal) => {
    ended.signal = signal;
    return await made.promise;
  });
  return { login, made, session: new FakeSession(), signal: () => ended.signal! };
}

test('each caller gets what the login made', async () => {
  const { login, made, session } = bench();
  const waiting = [login.wait(undefined), login.wait(new AbortController().signal)];
  made.resolve(session);
  assert.deepEqual(await Promise.all(waiting), [session, session]);
  assert.equal(await login.wait(undefined), session);
});

test('each caller gets what the login failed with', async () => {
  const { login, made } = bench();
  const waiting = [login.wait(undefined), login.wait(undefined)];
  made.reject(new Error('refused'));
  for (const each of waiting) await assert.rejects(each, /refused/);
  await login.over();
});

test('one caller that goes leaves the login to the others', async () => {
  const { login, made, session, signal } = bench();
  const abort = new AbortController();
  const [first, second] = [login.wait(abort.signal), login.wait(undefined)];
  abort.abort(new Error('enough'));
  await assert.rejects(first, /enough/);
  assert.deepEqual([login.isGivenUp, signal().aborted], [false, false]);
  made.resolve(session);
  assert.equal(await second, session);
  assert.equal(session.closes, 0);
});

test('the last caller that goes ends the login, and waits until nothing is left of it', async () => {
  const { login, made, signal } = bench();
  const abort = new AbortController();
  const seen = { hasGone: false };
  const waiting = login.wait(abort.signal).finally(() => {
    seen.hasGone = true;
  });
  waiting.catch(() => undefined);
  abort.abort(new Error('enough'));
  await Promise.resolve().then(() => Promise.resolve());
  assert.match(String(signal().reason), /enough/);
  assert.deepEqual([login.isGivenUp, seen.hasGone], [true, false]);
  made.reject(signal().reason);
  await assert.rejects(waiting, /enough/);
});

test('a session that is made as the last caller goes is closed', async () => {
  const { login, made, session } = bench();
  const abort = new AbortController();
  const waiting = login.wait(abort.signal);
  abort.abort(new Error('enough'));
  made.resolve(session);
  await assert.rejects(waiting, /enough/);
  assert.equal(session.closes, 1);
});

test('a session that one caller has got is not closed by another that goes at that moment', async () => {
  const { login, made, session } = bench();
  const abort = new AbortController();
  const [first, second] = [login.wait(undefined), login.wait(abort.signal)];
  made.resolve(session);
  abort.abort(new Error('enough'));
  const [got] = await Promise.allSettled([first, second]);
  assert.deepEqual(got, { status: 'fulfilled', value: session });
  assert.equal(session.closes, 0);
});

test('whoever gives it up for all gives them the reason', async () => {
  const { login, made, signal } = bench();
  const waiting = login.wait(undefined);
  login.giveUp(new Error('closed'));
  made.reject(signal().reason);
  await assert.rejects(waiting, /closed/);
});
