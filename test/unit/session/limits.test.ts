// Every limit of a session has its own timer: each is met to the millisecond while all the others are far away.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { defaultLimits, openSession, type SessionLimits } from '../../../src/session/index.ts';
import { opcode } from '../../../src/wire/index.ts';
import { answer, expectFunction, functions, stuckCommand, watch } from '../../support/management-script.ts';
import { lun, pattern, plainRequest, readRequest, SessionBench, writeRequest } from '../../support/session-bench.ts';
import { turns } from '../../support/target-line.ts';

/** Far away: nothing in these tests takes as long. */
const farMs = 10_000_000;
const limitMs = 700;
const abortTask = 1;

/** All limits far away, and the one that is looked at. */
function only(name: keyof SessionLimits): Partial<SessionLimits> {
  const timers = Object.keys(defaultLimits).filter((each) => each.endsWith('Ms'));
  return { ...Object.fromEntries(timers.map((each) => [each, farMs])), pingIntervalMs: 0, [name]: limitMs };
}

/** Sets the scene; what it resolves with tells whether the limit has been met. */
type Scene = (bench: SessionBench) => Promise<() => boolean>;

const reason = new Error('the caller gave up');

/** Whether a task management request for this function has come. */
function asksFor(bench: SessionBench, code: number): () => boolean {
  return () => bench.line.drainHeard().some(({ pdu }) => 'function' in pdu && pdu.function === code);
}

function isClosed(bench: SessionBench): () => boolean {
  const seen = watch(bench.session.closed);
  return () => seen.isSettled;
}

/** A command that its caller has given up, with the steps that were refused already. */
async function givenUp(bench: SessionBench, refused: readonly number[]): Promise<void> {
  await bench.open();
  const stuck = await stuckCommand(bench, bench.line, lun);
  stuck.done.catch(() => undefined);
  stuck.abort(reason);
  for (const code of refused) answer(bench.line, await expectFunction(bench.line, code), 5);
  await turns();
  bench.line.drainHeard();
}

const scenes: Partial<Record<keyof SessionLimits, Scene>> = {
  loginTimeoutMs: async (bench) => {
    const opened = bench.start();
    const seen = watch(opened);
    await bench.accept();
    return () => seen.isSettled;
  },
  taskTimeoutMs: async (bench) => {
    await bench.open();
    await bench.command(readRequest(4));
    return asksFor(bench, abortTask);
  },
  abortTimeoutMs: async (bench) => {
    await givenUp(bench, []);
    return asksFor(bench, functions.logicalUnitReset);
  },
  lunResetTimeoutMs: async (bench) => {
    await givenUp(bench, [abortTask]);
    return asksFor(bench, functions.targetWarmReset);
  },
  targetResetTimeoutMs: async (bench) => {
    await givenUp(bench, [abortTask, functions.logicalUnitReset]);
    return isClosed(bench);
  },
  textTimeoutMs: async (bench) => {
    const session = await bench.open();
    const seen = watch(session.text([['SendTargets', 'All']]));
    return () => seen.isSettled;
  },
  pingIntervalMs: async (bench) => {
    await bench.open();
    return () => bench.line.drainHeard().some(({ pdu }) => pdu.opcode === opcode.nopOut);
  },
  drainTimeoutMs: async (bench) => {
    const session = await bench.open();
    await bench.command(writeRequest(pattern(4)));
    void session.logout();
    return asksFor(bench, abortTask);
  },
  logoutTimeoutMs: async (bench) => {
    const session = await bench.open();
    void session.logout();
    await bench.line.expect(opcode.logoutRequest);
    return isClosed(bench);
  },
};

suite('each limit is met by itself, all others being far away', () => {
  for (const [name, scene] of Object.entries(scenes) as [keyof SessionLimits, Scene][]) {
    test(`${name}: not a millisecond before its time`, async () => {
      await using bench = new SessionBench({ limits: only(name), session: { escalation: 'targetReset' } });
      const isMet = await scene(bench);
      await bench.clock.advance(limitMs - 1);
      assert.equal(isMet(), false);
      await bench.clock.advance(1);
      await turns();
      assert.equal(isMet(), true);
      bench.session.destroy();
    });
  }

  test('pingTimeoutMs: counted from the ping', async () => {
    await using bench = new SessionBench({ limits: { ...only('pingTimeoutMs'), pingIntervalMs: 5000 } });
    const session = await bench.open();
    await bench.clock.advance(5000 + limitMs - 1);
    assert.equal(session.state, 'loggedIn');
    await bench.clock.advance(1);
    assert.equal((await session.closed).error?.code, 'ISCSI_PING_TIMEOUT');
  });

  test('connectTimeoutMs: handed to the transport', async () => {
    const bench = new SessionBench({ limits: only('connectTimeoutMs') });
    const given: number[] = [];
    const { options } = bench;
    const route: typeof options.route = (portal) => ({
      ...options.route(portal),
      connect: (_handlers, { timeoutMs }) => {
        given.push(timeoutMs);
        return Promise.reject(reason);
      },
    });
    await assert.rejects(openSession({ ...options, route }), reason);
    assert.deepEqual(given, [limitMs]);
  });

  test('what is left out here is tested elsewhere: devices, recovery, retries', () => {
    const elsewhere = ['askTimeoutMs', 'flushTimeoutMs', 'commandRetryIntervalMs'];
    const ofRecovery = ['reconnectIntervalMs', 'reconnectMaxIntervalMs', 'replacementTimeoutMs'];
    const here = [...Object.keys(scenes), 'pingTimeoutMs', 'connectTimeoutMs'];
    assert.deepEqual(
      Object.keys(defaultLimits)
        .filter((name) => name.endsWith('Ms'))
        .sort(),
      [...here, ...elsewhere, ...ofRecovery].sort(),
    );
  });
});

suite('pings and stuck commands have nothing to do with each other', () => {
  test('§7.11 answered pings do not prolong the time of a command', async () => {
    const limits = { taskTimeoutMs: 20_000, pingIntervalMs: 1000, pingTimeoutMs: 500, commandRetryIntervalMs: farMs };
    await using bench = new SessionBench({ limits });
    const session = await bench.open();
    await bench.command(readRequest(4));
    const aborts: number[] = [];
    let pings = 0;
    for (let tick = 0; tick < 84; tick += 1) {
      await bench.clock.advance(250);
      for (const { pdu } of bench.line.drainHeard()) {
        if (pdu.opcode === opcode.taskManagementRequest) aborts.push(bench.clock.now());
        if (pdu.opcode !== opcode.nopOut) continue;
        pings += 1;
        bench.line.nopIn({ initiatorTaskTag: pdu.initiatorTaskTag });
      }
    }
    assert.deepEqual(aborts, [20_000]);
    assert.ok(pings >= 9, `${pings} pings`);
    assert.equal(session.state, 'loggedIn');
  });

  test('a stuck command does not keep its connection from being given up for silence', async () => {
    const limits = { taskTimeoutMs: 20_000, pingIntervalMs: 1000, pingTimeoutMs: 500, commandRetryIntervalMs: farMs };
    await using bench = new SessionBench({ limits });
    const session = await bench.open();
    await bench.command(plainRequest());
    await bench.clock.advance(1500);
    assert.equal((await session.closed).error?.code, 'ISCSI_PING_TIMEOUT');
  });
});
