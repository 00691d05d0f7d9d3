// Logins at several portals: which is tried when, how long others wait for it, and what is said when none takes it.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { PortalCandidates, type PortalTurn } from '../../../../src/adapter/instance/portal-candidates.ts';
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
import { type Address, Engine } from '../../../../src/engine/index.ts';
import type { Portal } from '../../../../src/session/index.ts';
import { CircuitRecorder } from '../../../support/circuit-recorder.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { GateDriver } from '../../../support/gate-driver.ts';

const targetName = 'iqn.2026-11.test:several';
const refusedConnect = new TransportError('ISCSI_CONNECT_FAILED', 'nobody listens', { address: 'b:2' });

function portal(host: string): Portal {
  return { host, port: 3260 };
}

/** Connects and logins that end when the test says so. */
class Bench {
  readonly clock = new FakeClock();
  readonly driver = new GateDriver();
  readonly engine = new Engine({ clock: this.clock });
  readonly address: Address = this.engine.buildTransport(this.driver).buildAddress();
  /** Hosts of the logins in order; with `!` those that had no circuit to take. */
  readonly logins: string[] = [];
  readonly waiting = new Map<string, Deferred<string>>();
  readonly end = new AbortController();
  readonly candidates: PortalCandidates;

  constructor(hosts: readonly string[]) {
    this.candidates = new PortalCandidates(hosts.map(portal), {
      clock: this.clock,
      attempt: (remote) => ({ address: this.address, remote }),
      connectTimeoutMs: 10_000,
      closeTimeoutMs: 5_000,
    });
  }

  logIn(): Promise<string> {
    const login = {
      targetName,
      clock: this.clock,
      candidates: this.candidates,
      hurryMs: 3000,
      logIn: async ({ portal: { host }, ready }: PortalTurn, signal: AbortSignal) => {
        const taken = ready?.take(new CircuitRecorder());
        this.logins.push(taken === undefined ? `${host}!` : host);
        try {
          return await this.#until(host, signal);
        } finally {
          await taken?.connection.tearDown();
        }
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

  /** Hosts of the links that are open. */
  get open(): string[] {
    return [...this.driver.open].map(({ remote }) => remote.address);
  }

  async answer(...hosts: string[]): Promise<void> {
    await this.settle();
    for (const host of hosts) this.driver.answer(host);
    await this.settle();
  }

  async #until(host: string, signal: AbortSignal): Promise<string> {
    const end = deferred<string>();
    this.waiting.set(host, end);
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
  test('a single one, which the login connects to by itself', async () => {
    const bench = new Bench(['a']);
    const result = bench.logIn();
    await bench.settle();
    assert.deepEqual([bench.logins, bench.driver.connects], [['a!'], []]);
    bench.waiting.get('a')?.resolve('session');
    assert.equal(await result, 'session');
  });

  test('the one that answers while those before it are silent, over the circuit that answered, without a wait', async () => {
    const bench = new Bench(['silent', 'a', 'b']);
    const result = bench.logIn();
    await bench.answer('a');
    assert.deepEqual([bench.logins, bench.clock.now()], [['a'], 0]);
    bench.waiting.get('a')?.resolve('session');
    assert.equal(await result, 'session');
    assert.deepEqual(bench.driver.connects, ['silent', 'a', 'b']);
    await bench.candidates.close();
    assert.deepEqual([bench.open, bench.driver.waiting, bench.clock.pendingTimers], [[], 0, 0]);
  });

  test('of those that answer in the same turn of the event loop, the first in the order given', async () => {
    const bench = new Bench(['silent', 'a', 'b']);
    void bench.logIn();
    await bench.settle();
    bench.driver.answer('b');
    for (let step = 0; step < 100; step += 1) await Promise.resolve();
    bench.driver.answer('a');
    await bench.settle();
    assert.deepEqual(bench.logins, ['a']);
  });

  test('the next when one refuses, over the circuit that has waited; then those that answer later', async () => {
    const bench = new Bench(['slow', 'a', 'b']);
    const result = bench.logIn();
    await bench.answer('a', 'b');
    assert.deepEqual([bench.logins, bench.open], [['a'], ['a', 'b']]);
    bench.waiting.get('a')?.reject(new LoginError('ISCSI_TARGET_ERROR', 'not now', { statusClass: 3 }));
    await bench.settle();
    bench.waiting.get('b')?.reject(new TimeoutError('ISCSI_LOGIN_TIMEOUT', 'late', { operation: 'login', limitMs: 1 }));
    await bench.settle();
    assert.deepEqual([bench.logins, bench.open], [['a', 'b'], []]);
    await bench.answer('slow');
    bench.waiting.get('slow')?.resolve('session');
    assert.equal(await result, 'session');
    assert.deepEqual(
      [bench.logins, bench.driver.connects],
      [
        ['a', 'b', 'slow'],
        ['slow', 'a', 'b'],
      ],
    );
    assert.deepEqual(
      bench.candidates.failures.map(({ portal: { host }, error }) => [host, error.code]),
      [
        ['a', 'ISCSI_TARGET_ERROR'],
        ['b', 'ISCSI_LOGIN_TIMEOUT'],
      ],
    );
  });

  test('one whose circuit was lost while it waited is still tried, by a connect of the login’s own', async () => {
    const bench = new Bench(['a', 'b']);
    const result = bench.logIn();
    await bench.answer('a', 'b');
    bench.driver.links.get('b')?.lose();
    await bench.settle();
    bench.waiting.get('a')?.reject(refusedConnect);
    await bench.settle();
    bench.waiting.get('b')?.resolve('session');
    assert.equal(await result, 'session');
    assert.deepEqual(bench.logins, ['a', 'b!']);
  });

  test('a circuit that its login did not come to take is released when the login has failed', async () => {
    const bench = new Bench(['a', 'b']);
    await bench.answer('a');
    const turn = await bench.candidates.next(bench.end.signal);
    assert.equal(turn?.ready?.state, 'answered');
    bench.candidates.strike(turn.portal, refusedConnect);
    await bench.settle();
    assert.deepEqual(bench.open, []);
  });

  test('no more than 16 circuits are being connected or wait, and each portal is connected to once', async () => {
    const hosts = Array.from({ length: 40 }, (_, index) => `h${index}`);
    const bench = new Bench([...hosts, 'h0', 'H1']);
    const result = bench.logIn();
    await bench.answer(...hosts);
    assert.equal(bench.driver.connects.length, 17, 'sixteen, and one in the place of that which was taken');
    for (const host of hosts) {
      await bench.answer(...hosts);
      assert.ok(bench.open.length <= 17);
      bench.waiting.get(host)?.reject(refusedConnect);
    }
    await assert.rejects(result, { code: 'SERVICE_NO_PORTAL' });
    assert.deepEqual([bench.driver.connects, bench.open], [hosts, []]);
  });

  test('portals that come later are connected to as well, and counted in', async () => {
    const bench = new Bench(['a']);
    const result = bench.logIn();
    await bench.settle();
    bench.candidates.add([portal('b'), portal('a')]);
    await bench.answer('b');
    bench.waiting.get('a')?.reject(refusedConnect);
    await bench.settle();
    bench.waiting.get('b')?.resolve('session');
    assert.equal(await result, 'session');
    assert.deepEqual([bench.logins, bench.driver.connects], [['a!', 'b'], ['b']]);
  });
});

suite('when a login has succeeded', () => {
  async function loggedIn(): Promise<{ bench: Bench; told: string[]; finished: Promise<void> }> {
    const bench = new Bench(['slow', 'dead', 'a', 'b']);
    const result = bench.logIn();
    await bench.answer('a', 'b');
    bench.waiting.get('a')?.resolve('session');
    await result;
    assert.deepEqual(bench.open, ['b']);
    const told: string[] = [];
    const finished = bench.candidates.finish(({ portal: { host }, error }) => told.push(`${host} ${error.code}`));
    await bench.settle();
    assert.deepEqual(bench.open, [], 'what waits is released at once');
    return { bench, told, finished };
  }

  test('a portal is told to be dead when its connect has failed, and not when it was merely slower', async () => {
    const { bench, told, finished } = await loggedIn();
    bench.candidates.add([portal('late')]);
    await bench.answer('slow');
    assert.deepEqual([told, bench.open], [[], []]);
    await bench.clock.advance(9_999);
    assert.deepEqual(told, []);
    await bench.clock.advance(1);
    await finished;
    assert.deepEqual(told, ['dead ISCSI_CONNECT_TIMEOUT']);
    assert.deepEqual(bench.driver.connects, ['slow', 'dead', 'a', 'b']);
  });

  test('closing ends the connects that are still under way, and tells nothing of them', async () => {
    const { bench, told, finished } = await loggedIn();
    await bench.candidates.close();
    await finished;
    assert.deepEqual([told, bench.open, bench.driver.waiting, bench.clock.pendingTimers], [[], [], 0, 0]);
  });
});

suite('a portal that takes connections in and never answers', () => {
  test('is put off after a while when another one waits, and tried again, without hurry, when that refuses', async () => {
    const bench = new Bench(['silent', 'a']);
    const result = bench.logIn();
    await bench.answer('silent');
    await bench.clock.advance(2_999);
    await bench.answer('a');
    assert.deepEqual(bench.logins, ['silent']);
    await bench.clock.advance(1);
    assert.deepEqual(bench.logins, ['silent', 'a']);
    assert.deepEqual(
      bench.candidates.failures.map(({ error }) => error.code),
      ['ISCSI_LOGIN_TIMEOUT'],
    );
    bench.waiting.get('a')?.reject(new LoginError('ISCSI_TARGET_ERROR', 'not now'));
    await bench.settle();
    assert.deepEqual(bench.logins, ['silent', 'a', 'silent!']);
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
    await bench.settle();
    bench.driver.refuse('dead');
    await bench.answer('silent');
    await bench.clock.advance(14_000);
    assert.deepEqual(bench.logins, ['silent']);
    bench.waiting.get('silent')?.resolve('session');
    assert.equal(await result, 'session');
  });
});

suite('when no portal takes the login', () => {
  async function failing(errors: readonly Error[]): Promise<unknown> {
    const hosts = errors.map((_, index) => `h${index}`);
    const bench = new Bench(hosts);
    const result = bench.logIn();
    await bench.answer(...hosts);
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

  test('an abort ends it with the reason, and closing ends the connects and releases what waits', async () => {
    const bench = new Bench(['a', 'b', 'c', 'd']);
    const result = bench.logIn();
    await bench.answer('c', 'd');
    bench.end.abort(new Error('enough'));
    await assert.rejects(result, /enough/);
    assert.deepEqual([bench.driver.waiting, bench.open], [2, ['d']]);
    await bench.candidates.close();
    assert.deepEqual([bench.driver.waiting, bench.open, bench.clock.pendingTimers], [0, [], 0]);
  });
});
