// Lines that are cut or fall silent during a login to tgtd: `connect` always ends, says why, and leaves nothing behind.

import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { type ConnectOptions, connect, type ErrorCode, type InitiatorSession, IscsiError } from 'hawser';
import { eventually } from '../support/eventually.ts';
import { assertExits } from '../support/leak-check.ts';
import { skipWithout } from '../support/peers.ts';
import { startTgtd, type Tgtd } from '../support/tgtd.ts';
import { type LineDirection, type LineFault, type LineProxy, startLineProxy } from './line-proxy.ts';

const name = 'iqn.2026-11.hawser.test:line';
const chap = {
  user: 'bob',
  secret: 'a-secret-of-bob-1',
  mutual: { user: 'alice', secret: 'a-secret-of-alice' },
};
const directions: readonly LineDirection[] = ['toTarget', 'toInitiator'];

/** Logins under way at once. */
const lanes = 8;

suite('a line that fails', { skip: skipWithout(['tgtd', 'tgtadm']) }, () => {
  let open: Tgtd;
  let guarded: Tgtd;
  before(async () => {
    open = await startTgtd({ luns: [{ sizeBytes: 1 << 20 }] });
    guarded = await startTgtd({ luns: [{ sizeBytes: 1 << 20 }], chap, mutual: chap.mutual });
  });
  after(async () => {
    await open[Symbol.asyncDispose]();
    await guarded[Symbol.asyncDispose]();
  });

  async function logIn(tgtd: Tgtd, line: LineProxy, more: Partial<ConnectOptions> = {}): Promise<InitiatorSession> {
    const { host, port } = line;
    const wishes = { portal: { host, port }, targetName: tgtd.targetName, ...more };
    return await connect({ ...wishes, ...(tgtd === guarded ? { chap } : {}) }, { name });
  }

  /** How many bytes a login has in each direction. */
  async function lengthOfLogin(tgtd: Tgtd): Promise<Record<LineDirection, number>> {
    await using line = await startLineProxy(tgtd);
    await using session = await logIn(tgtd, line);
    assert.equal(session.state, 'loggedIn');
    return { ...line.carried };
  }

  /** tgtd holds no session, and takes a login all the same. */
  async function unharmed(tgtd: Tgtd): Promise<void> {
    await eventually(
      () => tgtd.sessions(),
      (sessions) => sessions.length === 0,
    );
    await using line = await startLineProxy(tgtd);
    await using session = await logIn(tgtd, line);
    const { isClean } = await session.logout();
    assert.ok(isClean);
  }

  /** A login through a line with this fault ends with this code. */
  async function fails(
    tgtd: Tgtd,
    fault: LineFault,
    code: ErrorCode,
    limits: ConnectOptions['limits'] = {},
  ): Promise<void> {
    await using line = await startLineProxy(tgtd, fault);
    const what = `${fault.fault} after ${fault.after} bytes ${fault.direction}`;
    await assert.rejects(
      logIn(tgtd, line, { limits }),
      (error) => {
        assert.ok(error instanceof IscsiError, `${what}: ${String(error)}`);
        assert.equal(error.code, code, `${what}: ${error.message}`);
        assert.equal(error.effect, 'none', what);
        return true;
      },
      what,
    );
  }

  async function allFail(tgtd: Tgtd, faults: readonly LineFault[], code: ErrorCode): Promise<void> {
    const queue = [...faults];
    const lane = async (): Promise<void> => {
      for (let fault = queue.pop(); fault !== undefined; fault = queue.pop()) await fails(tgtd, fault, code);
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    await unharmed(tgtd);
  }

  for (const direction of directions) {
    test(`§6 a plain login that is cut after any number of bytes ${direction} is rejected`, async () => {
      const { [direction]: length } = await lengthOfLogin(open);
      assert.ok(length > 48);
      const faults = Array.from({ length }, (_, after): LineFault => ({ direction, after, fault: 'end' }));
      await allFail(open, faults, 'ISCSI_CONNECTION_LOST');
    });

    test(`§12.1.3 a mutual CHAP login that is cut or reset along its bytes ${direction} is rejected`, async () => {
      const { [direction]: length } = await lengthOfLogin(guarded);
      assert.ok(length > 4 * 48);
      // CHAP_I is a number of one to three digits, so that one login may be shorter than another.
      const shortest = length - 4;
      const faults = Array.from({ length: Math.floor(shortest / 5) }, (_, step): LineFault => {
        return { direction, after: step * 5, fault: step % 2 === 0 ? 'end' : 'reset' };
      });
      await allFail(guarded, faults, 'ISCSI_CONNECTION_LOST');
    });

    test(`§6 a login whose line falls silent ${direction} is rejected at its deadline`, async () => {
      const { [direction]: length } = await lengthOfLogin(guarded);
      const loginTimeoutMs = 400;
      const places = [0, 1, 47, 48, 49, 100, 200, 300, 400, length - 5].filter((after) => after < length);
      const began = performance.now();
      await Promise.all(
        places.map(async (after) => {
          await fails(guarded, { direction, after, fault: 'silence' }, 'ISCSI_LOGIN_TIMEOUT', { loginTimeoutMs });
        }),
      );
      const took = performance.now() - began;
      assert.ok(took >= loginTimeoutMs - 1 && took < loginTimeoutMs + 3000, `${took} ms`);
      await unharmed(guarded);
    });
  }

  test('a process whose logins have all failed exits by itself', async () => {
    const faults = directions.flatMap((direction): LineFault[] => [
      { direction, after: 0, fault: 'end' },
      { direction, after: 60, fault: 'reset' },
      { direction, after: 60, fault: 'silence' },
    ]);
    const lines = await Promise.all(faults.map(async (fault) => await startLineProxy(open, fault)));
    try {
      const ports = lines.map(({ port }) => String(port));
      const child = new URL('./line-cuts-child.js', import.meta.url);
      const printed = await assertExits(child, { args: ['127.0.0.1', open.targetName, '400', ...ports] });
      const codes = faults.map(({ fault }) => (fault === 'silence' ? 'ISCSI_LOGIN_TIMEOUT' : 'ISCSI_CONNECTION_LOST'));
      assert.deepEqual(printed.trim().split('\n'), codes);
    } finally {
      for (const line of lines) await line[Symbol.asyncDispose]();
    }
    await unharmed(open);
  });

  test('a caller who aborts a login gets its own reason, and nothing is left', async () => {
    await using line = await startLineProxy(open, { direction: 'toInitiator', after: 0, fault: 'silence' });
    const reason = new Error('enough');
    const end = new AbortController();
    const login = logIn(open, line, { signal: end.signal });
    await eventually(
      () => line.carried.toTarget,
      (bytes) => bytes > 0,
    );
    end.abort(reason);
    await assert.rejects(login, (error) => error === reason);
    await unharmed(open);
  });

  test('§11.14 a logout over a line that has fallen silent ends by its deadline, and says so', async () => {
    await using line = await startLineProxy(open);
    const limits = { logoutTimeoutMs: 300, drainTimeoutMs: 300, pingIntervalMs: 0 };
    const session = await logIn(open, line, { limits });
    line.freeze();
    const { isClean, error } = await session.logout();
    assert.equal(isClean, false);
    assert.equal(error?.code, 'ISCSI_LOGOUT_TIMEOUT');
    await session.closed;
    await unharmed(open);
  });

  test('§11.18 a line that falls silent after the login is noticed by a ping', async () => {
    await using line = await startLineProxy(open);
    const session = await logIn(open, line, { limits: { pingIntervalMs: 100, pingTimeoutMs: 200 } });
    const lost = new Promise<IscsiError>((resolve) => {
      session.events.once('connectionLost', (_cid, error) => {
        resolve(error);
      });
    });
    line.freeze();
    assert.equal((await lost).code, 'ISCSI_PING_TIMEOUT');
    await session.close();
    await unharmed(open);
  });
});
