// Logins at several portals: which is tried when, how long others wait for it, and what is said when none takes it.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { PortalCandidates } from '../../../../src/adapter/instance/portal-candidates.ts';
import { logInAtPortals } from '../../../../src/adapter/instance/portal-logins.ts';
import {
  type Deferred,
  deferred,
  LoginError,
  onAbort,
  ServiceError,
  SessionError,
  TimeoutError,
  TransportError,
} from '../../../../src/base/index.ts';
import type { Portal } from '../../../../src/session/index.ts';
import { FakeClock } from '../../../support/fake-clock.ts';

const targetName = 'iqn.2026-11.test:several';
const refusedConnect = new TransportError('ISCSI_CONNECT_FAILED', 'nobody listens', { address: 'b:2' });

function portal(host: string): Portal {
  return { host, port: 3260 };
}

/** Probes and logins that end when the test says so. */
class Bench {
  readonly clock = new FakeClock();
  readonly probes = new Map<string, Deferred<void>>();
  readonly logins: string[] = [];
  readonly waiting = new Map<string, Deferred<string>>();
  /** How many probes are under way, and the most that were. */
  probing = 0;
  most = 0;
  readonly end = new AbortController();
  readonly candidates: PortalCandidates;

  constructor(hosts: readonly string[]) {
    this.candidates = new PortalCandidates(hosts.map(portal), {
      clock: this.clock,
      probe: async ({ host }, signal) => {
        this.probing += 1;
        this.most = Math.max(this.most, this.probing);
        try {
          await this.#until(this.probes, host, signal);
        } finally {
          this.probing -= 1;
        }
      },
    });
  }

  logIn(): Promise<string> {
    const login = {
      targetName,
      clock: this.clock,
      candidates: this.candidates,
      hurryMs: 3000,
      logIn: async ({ host }: Portal, signal: AbortSignal) => {
        this.logins.push(host);
        return await this.#until(this.waiting, host, signal);
      },
    };
    const result = logInAtPortals(login, this.end.signal);
    result.catch(() => undefined);
    return result;
  }

  /** Lets everything settle that can. */
  async settle(): Promise<void> {
    await this.clock.advance(0);
  }

  async #until<T>(all: Map<string, Deferred<T>>, host: string, signal: AbortSignal): Promise<T> {
    const end = deferred<T>();
    all.set(host, end);
    const remove = onAbort(signal, () => {
      end.reject(signal.reason);
    });
    try {
      return await end.promise;
    } finally {
      remove();
    }
  }
}

suite('which portal is tried', () => {
  test('a single one without a probe', async () => {
    const bench = new Bench(['a']);
    const result = bench.logIn();
    await bench.settle();
    assert.deepEqual([bench.logins, bench.most], [['a'], 0]);
    bench.waiting.get('a')?.resolve('session');
    assert.equal(await result, 'session');
  });

  test('the first in the order given, when it answers last but soon', async () => {
    const bench = new Bench(['a', 'b', 'c']);
    void bench.logIn();
    bench.probes.get('c')?.resolve();
    bench.probes.get('b')?.resolve();
    await bench.clock.advance(99);
    assert.deepEqual(bench.logins, []);
    bench.probes.get('a')?.resolve();
    await bench.settle();
    assert.deepEqual(bench.logins, ['a']);
  });

  test('one that has answered does not wait for those behind it, nor more than 100 ms for a dead one before it', async () => {
    const bench = new Bench(['dead', 'a', 'b']);
    void bench.logIn();
    bench.probes.get('a')?.resolve();
    await bench.clock.advance(100);
    assert.deepEqual(bench.logins, ['a']);
  });

  test('one before it that fails is not waited for', async () => {
    const bench = new Bench(['a', 'b']);
    void bench.logIn();
    bench.probes.get('b')?.resolve();
    bench.probes.get('a')?.reject(refusedConnect);
    await bench.settle();
    assert.deepEqual(bench.logins, ['b']);
  });

  test('the next when one refuses, and those that have not answered yet when all others have', async () => {
    const bench = new Bench(['slow', 'a', 'b']);
    const result = bench.logIn();
    bench.probes.get('a')?.resolve();
    bench.probes.get('b')?.resolve();
    await bench.clock.advance(100);
    bench.waiting.get('a')?.reject(new LoginError('ISCSI_TARGET_ERROR', 'not now', { statusClass: 3 }));
    await bench.settle();
    bench.waiting.get('b')?.reject(new TimeoutError('ISCSI_LOGIN_TIMEOUT', 'late', { operation: 'login', limitMs: 1 }));
    await bench.settle();
    assert.deepEqual(bench.logins, ['a', 'b']);
    bench.probes.get('slow')?.resolve();
    await bench.settle();
    bench.waiting.get('slow')?.resolve('session');
    assert.equal(await result, 'session');
    assert.deepEqual(
      bench.candidates.failures.map(({ portal: { host }, error }) => [host, error.code]),
      [
        ['a', 'ISCSI_TARGET_ERROR'],
        ['b', 'ISCSI_LOGIN_TIMEOUT'],
      ],
    );
  });

  test('no more than 16 are probed at a time, and each portal once', async () => {
    const hosts = Array.from({ length: 40 }, (_, index) => `h${index}`);
    const bench = new Bench([...hosts, 'h0', 'H1']);
    const result = bench.logIn();
    for (const host of hosts) {
      await bench.settle();
      assert.ok(bench.probing <= 16);
      bench.probes.get(host)?.reject(refusedConnect);
    }
    await assert.rejects(result, { code: 'SERVICE_NO_PORTAL' });
    assert.deepEqual([bench.most, bench.probes.size], [16, 40]);
  });

  test('portals that come later are probed too, and counted in', async () => {
    const bench = new Bench(['a']);
    const result = bench.logIn();
    await bench.settle();
    bench.candidates.add([portal('b'), portal('a')]);
    bench.probes.get('b')?.resolve();
    bench.waiting.get('a')?.reject(refusedConnect);
    await bench.settle();
    bench.waiting.get('b')?.resolve('session');
    assert.equal(await result, 'session');
    assert.deepEqual([...bench.probes.keys()], ['b']);
  });
});

suite('a portal that takes connections in and never answers', () => {
  test('is put off after a while when another one waits, and tried again, without hurry, when that refuses', async () => {
    const bench = new Bench(['silent', 'a']);
    const result = bench.logIn();
    bench.probes.get('silent')?.resolve();
    await bench.settle();
    await bench.clock.advance(2_999);
    bench.probes.get('a')?.resolve();
    await bench.settle();
    assert.deepEqual(bench.logins, ['silent']);
    await bench.clock.advance(1);
    assert.deepEqual(bench.logins, ['silent', 'a']);
    assert.deepEqual(
      bench.candidates.failures.map(({ error }) => error.code),
      ['ISCSI_LOGIN_TIMEOUT'],
    );
    bench.waiting.get('a')?.reject(new LoginError('ISCSI_TARGET_ERROR', 'not now'));
    await bench.settle();
    assert.deepEqual(bench.logins, ['silent', 'a', 'silent']);
    await bench.clock.advance(10_000);
    bench.waiting.get('silent')?.resolve('session');
    assert.equal(await result, 'session');
    assert.deepEqual(
      bench.candidates.failures.map(({ portal: { host } }) => host),
      ['a'],
    );
  });

  test('has all the time of a login where there is no other', async () => {
    const bench = new Bench(['silent', 'dead']);
    const result = bench.logIn();
    bench.probes.get('dead')?.reject(refusedConnect);
    bench.probes.get('silent')?.resolve();
    await bench.settle();
    await bench.clock.advance(14_000);
    assert.deepEqual(bench.logins, ['silent']);
    bench.waiting.get('silent')?.resolve('session');
    assert.equal(await result, 'session');
  });
});

suite('when no portal takes the login', () => {
  async function failing(errors: readonly Error[]): Promise<unknown> {
    const bench = new Bench(errors.map((_, index) => `h${index}`));
    const result = bench.logIn();
    for (const probe of bench.probes.values()) probe.resolve();
    for (const [index, error] of errors.entries()) {
      await bench.settle();
      bench.waiting.get(`h${index}`)?.reject(error);
    }
    return await result.catch((error: unknown) => error);
  }

  test('no portal is known', async () => {
    const error = await failing([]);
    assert.ok(error instanceof ServiceError);
    assert.deepEqual([error.code, error.message], ['SERVICE_NO_PORTAL', `No portal of ${targetName} is known`]);
  });

  test('the error of a single one is told as it is', async () => {
    assert.equal(await failing([refusedConnect]), refusedConnect);
  });

  test('of several none of which answers, all are named with their reasons', async () => {
    const late = new TimeoutError('ISCSI_LOGIN_TIMEOUT', 'no answer', { operation: 'login', limitMs: 9 });
    const error = await failing([refusedConnect, late]);
    assert.ok(error instanceof ServiceError);
    assert.equal(error.code, 'SERVICE_NO_PORTAL');
    assert.equal(
      error.message,
      `No portal of ${targetName} answers: h0:3260 (ISCSI_CONNECT_FAILED: nobody listens), ` +
        'h1:3260 (ISCSI_LOGIN_TIMEOUT: no answer)',
    );
    assert.deepEqual((error.cause as AggregateError).errors, [refusedConnect, late]);
  });

  test('what a target says comes before what the wire says, and may be tried again where any may', async () => {
    const refusal = new LoginError('ISCSI_AUTH_FAILED', 'no', { statusClass: 2, statusDetail: 1 });
    const error = await failing([refusedConnect, refusal]);
    assert.ok(error instanceof LoginError);
    assert.deepEqual(
      [error.code, error.statusClass, error.statusDetail, error.isRetryable],
      ['ISCSI_AUTH_FAILED', 2, 1, true],
    );
    assert.match(error.message, /h0:3260 .*nobody listens.*h1:3260 .*no\)/);
  });

  test('the end of the initiator is no fault of a portal', async () => {
    const closed = new SessionError('ISCSI_CLOSED', 'The initiator is closed');
    assert.equal(await failing([closed, refusedConnect]), closed);
  });

  test('an abort ends it with the reason, and closing ends the probes', async () => {
    const bench = new Bench(['a', 'b']);
    const result = bench.logIn();
    await bench.settle();
    bench.end.abort(new Error('enough'));
    await assert.rejects(result, /enough/);
    assert.equal(bench.probing, 2);
    await bench.candidates.close(new Error('over'));
    assert.deepEqual([bench.probing, bench.clock.pendingTimers], [0, 0]);
  });
});
