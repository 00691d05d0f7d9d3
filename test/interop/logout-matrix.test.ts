// Logout in every state of a session, against tgtd: it ends by its limits, a second call gets the first one's result, and
// nothing is left here or there; also when tgtd was stopped meanwhile, once it goes on.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, suite, test } from 'node:test';
import type { InitiatorSession } from 'hawser';
import { defaultLimits } from 'hawser/session';
import { eventually } from '../support/eventually.ts';
import { goesOn, type LogoutRow, leaveInTime } from '../support/logout-trial.ts';
import { skipWithout } from '../support/peers.ts';
import { type StubbornLine, startStubbornLine } from '../support/stubborn-line.ts';
import { startTgtd, type Tgtd } from '../support/tgtd.ts';
import { watchInitiator } from '../support/watched-initiator.ts';

/** What a row has to do with. */
interface Ground {
  readonly tgtd: Tgtd;
  readonly line: StubbornLine;
  readonly session: InitiatorSession;
  /** Promises that have to settle with the session. */
  readonly work: Promise<unknown>[];
}

interface Row extends LogoutRow<Ground> {
  /** Whether the line keeps to itself that tgtd closes a connection. */
  readonly keepsEnds?: boolean;
}

const chap = { user: 'joe', secret: 'a-secret-of-joe' };
const luns = [{ sizeBytes: 4 << 20 }, { sizeBytes: 4 << 20 }];
const down = ['ISCSI_CONNECT_FAILED', 'ISCSI_LOGOUT_TIMEOUT'];
const underLoad = ['drainTimeoutMs', 'abortTimeoutMs', 'flushTimeoutMs', 'logoutTimeoutMs'] as const;

/** Keeps reading and writing until the session refuses. */
async function load({ session, work }: Ground): Promise<void> {
  const disks = await Promise.all([session.openDisk(1), session.openDisk(2)]);
  const one = async (index: number): Promise<void> => {
    const disk = disks[index % 2]!;
    const bytes = Buffer.alloc(65_536);
    for (;;) await (index % 2 === 0 ? disk.write(0, bytes) : disk.read(0, bytes));
  };
  for (const index of [0, 1, 2, 3]) {
    goesOn(work, one(index));
  }
}

async function lose({ session, line }: Ground): Promise<void> {
  const lost = once(session.events, 'suspended');
  line.reset();
  await lost;
}

const rows: readonly Row[] = [
  { state: 'idle', ends: 'clean' },
  { state: 'under I/O', reach: load, ends: 'clean', within: ['drainTimeoutMs', 'logoutTimeoutMs'] },
  { state: 'lost a moment ago', reach: lose, ends: 'clean' },
  {
    state: 'lost under I/O',
    reach: async (ground) => {
      await load(ground);
      await lose(ground);
    },
    ends: 'clean',
    within: ['drainTimeoutMs', 'logoutTimeoutMs'],
  },
  {
    state: 'between reconnects, the portal down',
    reach: async ({ line, session }) => {
      const retried = once(session.events, 'retried');
      await line.takeDown();
      await retried;
    },
    ends: down,
    speed: 10,
  },
  {
    state: 'the line a black hole',
    reach: ({ line }) => {
      line.hold();
    },
    ends: ['ISCSI_LOGOUT_TIMEOUT'],
    speed: 20,
  },
  {
    state: 'the line a black hole under I/O',
    reach: async (ground) => {
      await load(ground);
      ground.line.hold();
    },
    ends: ['ISCSI_LOGOUT_TIMEOUT'],
    within: underLoad,
    speed: 20,
  },
  {
    state: 'the target answers and does not close',
    ends: 'clean',
    // For the answer, and for the close.
    within: ['logoutTimeoutMs', 'logoutTimeoutMs'],
    speed: 4,
    keepsEnds: true,
  },
];

/** Those that need a tgtd of their own: it is stopped or killed. */
const rowsOfSignals: readonly Row[] = [
  {
    state: 'the target stopped',
    reach: ({ tgtd }) => {
      tgtd.signal('SIGSTOP');
    },
    ends: ['ISCSI_LOGOUT_TIMEOUT'],
    speed: 20,
  },
  {
    state: 'the target stopped under I/O',
    reach: async (ground) => {
      await load(ground);
      ground.tgtd.signal('SIGSTOP');
    },
    ends: ['ISCSI_LOGOUT_TIMEOUT'],
    within: underLoad,
    speed: 20,
  },
  {
    state: 'logging in again, the target stopped',
    reach: async (ground) => {
      ground.tgtd.signal('SIGSTOP');
      await lose(ground);
    },
    ends: ['ISCSI_LOGOUT_TIMEOUT'],
    speed: 20,
  },
  {
    state: 'the target killed',
    reach: ({ tgtd }) => {
      tgtd.signal('SIGKILL');
    },
    ends: [...down, 'ISCSI_CONNECTION_LOST'],
    speed: 10,
  },
];

async function sessionsOf(tgtd: Tgtd, name: string): Promise<number> {
  return (await tgtd.sessions()).filter(({ initiatorName }) => initiatorName === name).length;
}

async function run(row: Row, tgtd: Tgtd, index: number): Promise<void> {
  await using line = await startStubbornLine(tgtd, { keepsEnds: row.keepsEnds === true });
  const name = `iqn.2026-11.hawser.test:logout-${index}`;
  const watched = watchInitiator(name);
  const { initiator } = watched;
  const { targetName } = tgtd;
  const logoutTimeoutMs = row.keepsEnds === true ? 20_000 : defaultLimits.logoutTimeoutMs;
  const limits = { ...defaultLimits, pingIntervalMs: 0, logoutTimeoutMs };
  const session = await initiator.connect({ portal: line, targetName, chap, limits, offers: { defaultTime2Wait: 0 } });
  assert.equal(await sessionsOf(tgtd, name), 1);
  const ground: Ground = { tgtd, line, session, work: [] };
  await row.reach?.(ground);

  const tookMs = await leaveInTime(row, session, watched, limits);
  // The engine's own limit would have ended it sooner.
  if (row.keepsEnds === true) assert.ok(tookMs > limits.logoutTimeoutMs, `took ${tookMs} ms`);
  await Promise.allSettled(ground.work);
  await initiator.close();
  await watched.nothingLeft();
  line.reset(); // the ends that the line has kept to itself
  if (row.state === 'the target killed') return;
  tgtd.signal('SIGCONT');
  await eventually(
    async () => await sessionsOf(tgtd, name),
    (count) => count === 0,
  );
}

/** Gives a login up when so many answers of tgtd have come: AuthMethod, CHAP_C, the end of security; not the last. */
async function giveUp(tgtd: Tgtd, answers: number, way: 'signal' | 'close'): Promise<void> {
  await using line = await startStubbornLine(tgtd);
  line.hold(answers);
  const name = `iqn.2026-11.hawser.test:given-up-${way}-${answers}`;
  const watched = watchInitiator(name);
  const { initiator } = watched;
  const abort = new AbortController();
  const { targetName } = tgtd;
  const connecting = initiator.connect({ portal: line, targetName, chap, signal: abort.signal });
  const refused = assert.rejects(connecting, way === 'signal' ? /enough/ : { code: 'ISCSI_CLOSED' });
  await eventually(
    () => line.answers,
    (count) => count === answers,
  );
  if (way === 'signal') abort.abort(new Error('enough'));
  const closed = initiator.close();
  await refused;
  await closed;
  await watched.nothingLeft();
  line.reset();
  await eventually(
    async () => await sessionsOf(tgtd, name),
    (count) => count === 0,
  );
}

suite('logout from tgtd', { skip: skipWithout(['tgtd', 'tgtadm']), concurrency: 6 }, () => {
  let tgtd: Tgtd;
  before(async () => {
    tgtd = await startTgtd({ luns, chap, parameters: { DefaultTime2Wait: '0' } });
  });
  after(async () => {
    await tgtd[Symbol.asyncDispose]();
  });
  for (const [index, row] of rows.entries()) {
    test(row.state, { timeout: 60_000 }, async () => {
      await run(row, tgtd, index);
    });
  }
  for (const way of ['signal', 'close'] as const) {
    for (const answers of [0, 1, 2, 3]) {
      test(`a login given up by ${way} after ${answers} answers`, { timeout: 60_000 }, async () => {
        await giveUp(tgtd, answers, way);
      });
    }
  }
});

suite('logout from a tgtd that is stopped or killed', { skip: skipWithout(['tgtd', 'tgtadm']), concurrency: 2 }, () => {
  for (const [index, row] of rowsOfSignals.entries()) {
    test(row.state, { timeout: 60_000 }, async () => {
      await using tgtd = await startTgtd({ luns, chap, parameters: { DefaultTime2Wait: '0' } });
      await run(row, tgtd, index);
    });
  }
});
