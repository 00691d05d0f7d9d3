// Logout in every state of a session, against the embedded target and its faults: it ends by its limits, a second call
// gets the first one's result, and nothing is left here or at the target.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { suite, test } from 'node:test';
import type { InitiatorSession, SessionLimits } from 'hawser';
import { createMemoryDevice } from 'hawser/block';
import { defaultLimits } from 'hawser/session';
import { listenTarget, type Target } from 'hawser/target';
import { eventually } from '../../support/eventually.ts';
import { goesOn, type LogoutRow, leaveInTime } from '../../support/logout-trial.ts';
import { type WatchedInitiator, watchInitiator } from '../../support/watched-initiator.ts';

/** What a row has to do with. */
interface Ground {
  readonly target: Target;
  readonly watched: WatchedInitiator;
  readonly session: InitiatorSession;
  /** To be undone when the logout is over. */
  readonly undo: (() => void)[];
  /** Promises that have to settle with the session. */
  readonly work: Promise<unknown>[];
}

interface Row extends LogoutRow<Ground> {
  /** Where limits are met before it ends well. */
  readonly limits?: Partial<SessionLimits>;
  readonly needsMany?: boolean;
}

const targetName = 'iqn.2026-11.test:logout';
const short = { drainTimeoutMs: 300, abortTimeoutMs: 300, lunResetTimeoutMs: 300 };
const silent = ['ISCSI_LOGOUT_TIMEOUT'];

/** Keeps reading and writing until the session refuses. */
function load({ session, work }: Ground): void {
  const one = async (lun: number): Promise<void> => {
    const disk = await session.openDisk(lun);
    const bytes = Buffer.alloc(65_536);
    for (;;) await (lun === 0 ? disk.write(0, bytes) : disk.read(0, bytes));
  };
  for (const lun of [0, 1, 0, 1]) goesOn(work, one(lun));
}

/** Has the target take a write in that it never answers. */
async function stuck(ground: Ground): Promise<void> {
  const disk = await ground.session.openDisk(0);
  const never = inject(ground, 'never-answer:command=write');
  goesOn(ground.work, disk.write(0, Buffer.alloc(512)));
  await never.hit();
}

function inject({ target, undo }: Ground, fault: string): ReturnType<Target['inject']> {
  const handle = target.inject(fault);
  undo.push(() => {
    handle.remove();
  });
  return handle;
}

/** Cuts all connections, and resolves when the session knows. */
async function lose({ target, session }: Ground): Promise<void> {
  const lost = once(session.events, 'suspended');
  target.sessions()[0]?.cut();
  await lost;
}

const rows: readonly Row[] = [
  { state: 'idle', ends: 'clean' },
  { state: 'under I/O', reach: load, ends: 'clean', within: ['drainTimeoutMs', 'logoutTimeoutMs'] },
  {
    state: 'with a command that is never answered',
    reach: stuck,
    ends: 'clean',
    within: ['drainTimeoutMs', 'abortTimeoutMs', 'logoutTimeoutMs'],
    limits: short,
  },
  {
    state: 'with a command that is never answered, nor is its abort',
    reach: async (ground) => {
      inject(ground, 'drop-task-management');
      await stuck(ground);
    },
    ends: 'clean',
    within: ['drainTimeoutMs', 'abortTimeoutMs', 'lunResetTimeoutMs', 'logoutTimeoutMs'],
    limits: short,
  },
  {
    state: 'with a connection being removed',
    reach: async (ground) => {
      const { session, work } = ground;
      await stuck(ground);
      const { connections } = session;
      const cid = connections.find(({ isLeading }) => !isLeading)?.cid ?? 0;
      goesOn(work, session.removeConnection(cid));
    },
    ends: 'clean',
    within: ['drainTimeoutMs', 'abortTimeoutMs', 'logoutTimeoutMs'],
    limits: short,
    needsMany: true,
  },
  {
    state: 'with a connection being added',
    reach: async (ground) => {
      const held = inject(ground, 'stall-connection:direction=sent,opcode=login-response');
      goesOn(ground.work, ground.session.addConnection());
      await held.hit();
    },
    ends: 'clean',
    needsMany: true,
  },
  {
    state: 'with a connection in cleanup',
    reach: async ({ target, session }) => {
      const lost = once(session.events, 'connectionLost');
      target.sessions()[0]?.cut(2);
      await lost;
    },
    ends: 'clean',
    needsMany: true,
  },
  {
    state: 'asked for a logout by the target',
    reach: async ({ target, session }) => {
      const asked = once(session.events, 'asyncMessage');
      target.sessions()[0]?.requestLogout({ seconds: 5 });
      await asked;
    },
    ends: 'clean',
  },
  { state: 'lost a moment ago', reach: lose, ends: 'clean' },
  {
    state: 'lost under I/O',
    reach: async (ground) => {
      load(ground);
      await lose(ground);
    },
    ends: 'clean',
    within: ['drainTimeoutMs', 'logoutTimeoutMs'],
  },
  {
    state: 'between reconnects, the target down',
    reach: async ({ target, session }) => {
      const retried = once(session.events, 'retried');
      await target.destroy();
      await retried;
    },
    ends: ['ISCSI_CONNECT_FAILED', 'ISCSI_LOGOUT_TIMEOUT'],
    speed: 20,
  },
  {
    state: 'logging in again, the target silent',
    reach: async (ground) => {
      await lose(ground);
      await inject(ground, 'silent-death').hit();
    },
    ends: silent,
    speed: 20,
  },
  {
    state: 'the target silent',
    reach: (ground) => void inject(ground, 'silent-death'),
    ends: silent,
    speed: 20,
  },
  {
    state: 'the target silent under I/O',
    reach: async (ground) => {
      load(ground);
      await inject(ground, 'silent-death').hit();
    },
    // Where numbers were lost with a connection, it may be their filling that is not answered first.
    ends: [...silent, 'ISCSI_PING_TIMEOUT'],
    within: ['drainTimeoutMs', 'abortTimeoutMs', 'logoutTimeoutMs'],
    speed: 20,
  },
  {
    state: 'the target dies when it is asked',
    reach: ({ target, undo }) => {
      const asked = target.inject('silent-logout');
      undo.push(() => undefined);
      void asked.hit().then(() => target.destroy());
    },
    ends: ['ISCSI_CONNECT_FAILED', 'ISCSI_LOGOUT_TIMEOUT'],
    speed: 5,
  },
  {
    state: 'the connections reset when it is asked',
    reach: (ground) => void inject(ground, 'reset-connection:direction=received,opcode=logout-request'),
    ends: 'clean',
  },
  {
    state: 'the target closing in place of the answer',
    reach: (ground) => void inject(ground, 'drop-connection:direction=sent,opcode=logout-response'),
    ends: 'clean',
  },
  { state: 'never answered', reach: (ground) => void inject(ground, 'silent-logout'), ends: silent, speed: 20 },
  ...[1, 2, 3].map((response) => ({
    state: `refused with response ${response}`,
    reach: (ground: Ground) => void inject(ground, `refuse-logout:response=${response}`),
    ends: ['ISCSI_LOGOUT_FAILED'],
  })),
];

async function run(row: Row, connections: number, errorRecoveryLevel: number): Promise<void> {
  const times = { defaultTime2Wait: 0, defaultTime2Retain: errorRecoveryLevel === 2 ? 1 : 0 };
  await using target = await listenTarget({
    name: targetName,
    luns: [0, 1].map((lun) => ({ lun, device: createMemoryDevice(1 << 20) })),
    listen: [{ host: '127.0.0.1', port: 0 }],
    parameters: { maxConnections: 4, errorRecoveryLevel, ...times },
  });
  const watched = watchInitiator();
  const { initiator } = watched;
  const offers = { errorRecoveryLevel, ...times };
  const limits = { ...defaultLimits, pingIntervalMs: 0, ...row.limits };
  const portal = target.portals[0]!;
  const session = await initiator.connect({ portal, targetName, connections, reconnects: true, offers, limits });
  assert.equal(session.connections.length, connections);
  const ground: Ground = { target, watched, session, undo: [], work: [] };
  await row.reach?.(ground);

  await leaveInTime(row, session, watched, limits);
  await Promise.allSettled(ground.work);
  await initiator.close();
  await watched.nothingLeft();
  for (const undo of ground.undo) undo();
  await eventually(
    () => [target.sessions().length, target.connectionCount],
    ([sessions, left]) => sessions === 0 && left === 0,
  );
}

for (const connections of [1, 3]) {
  for (const level of [0, 2]) {
    suite(`logout of a session of ${connections} at ErrorRecoveryLevel ${level}`, { concurrency: 12 }, () => {
      for (const row of rows) {
        if (row.needsMany === true && connections === 1) continue;
        test(row.state, { timeout: 60_000 }, async () => {
          await run(row, connections, level);
        });
      }
    });
  }
}
