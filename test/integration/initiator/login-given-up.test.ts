// Logins that are given up, by the caller's signal or with their initiator, at each stage: they end at once, and nothing is
// left here or at the target.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { ConnectOptions, InitiatorSession } from 'hawser';
import { createMemoryDevice } from 'hawser/block';
import { listenTarget, type Target } from 'hawser/target';
import { eventually } from '../../support/eventually.ts';
import { listenTcpPeer } from '../../support/scripted-peer.ts';
import { type WatchedInitiator, watchInitiator } from '../../support/watched-initiator.ts';

interface Row {
  readonly stage: string;
  /** What keeps the login from going on; its hit says that the stage is reached. */
  readonly fault: string;
  readonly connections?: number;
}

const chap = { user: 'joe', secret: 'a secret of joe' };
const none = { sessions: 0, connections: 0 };

// Login Responses of a login with CHAP, counted from 0: AuthMethod, CHAP_C, the end of security, the end of the login.
const rows: readonly Row[] = [
  { stage: 'before the first answer', fault: 'stall-connection:opcode=login-request,direction=received' },
  ...['AuthMethod', 'the challenge', 'the end of security', 'the last answer'].map((what, after) => ({
    stage: `when ${what} does not come`,
    fault: `stall-connection:opcode=login-response,direction=sent,after=${after}`,
  })),
  {
    stage: 'when the second connection is not let in',
    fault: 'stall-connection:opcode=login-request,direction=received,cid=2',
    connections: 3,
  },
  {
    stage: 'when the last answer to the third connection does not come',
    fault: 'stall-connection:opcode=login-response,direction=sent,cid=3,after=3',
    connections: 3,
  },
];

const ways = {
  'the signal': ({ connecting, abort }: Underway): Promise<unknown> => {
    abort.abort(new Error('enough'));
    return assert.rejects(connecting, /enough/);
  },
  'the initiator': async ({ connecting, watched }: Underway): Promise<void> => {
    const closed = watched.initiator.close();
    await assert.rejects(connecting, { code: 'ISCSI_CLOSED' });
    await closed;
  },
};

interface Underway {
  readonly connecting: Promise<InitiatorSession>;
  readonly abort: AbortController;
  readonly watched: WatchedInitiator;
}

function start(watched: WatchedInitiator, options: ConnectOptions): Underway {
  const abort = new AbortController();
  const connecting = watched.initiator.connect({ reconnects: true, ...options, signal: abort.signal });
  connecting.catch(() => undefined);
  return { connecting, abort, watched };
}

async function settled(target: Target): Promise<void> {
  const seen = (): object => ({ sessions: target.sessions().length, connections: target.connectionCount });
  await eventually(seen, (each) => JSON.stringify(each) === JSON.stringify(none));
}

async function run(row: Row, way: keyof typeof ways, errorRecoveryLevel: number): Promise<void> {
  const times = { defaultTime2Wait: 0, defaultTime2Retain: errorRecoveryLevel === 2 ? 1 : 0 };
  await using target = await listenTarget({
    name: 'iqn.2026-11.test:given-up',
    luns: [{ lun: 0, device: createMemoryDevice(1 << 20) }],
    listen: [{ host: '127.0.0.1', port: 0 }],
    parameters: { maxConnections: 4, errorRecoveryLevel, ...times },
    chap,
  });
  const held = target.inject(row.fault);
  const watched = watchInitiator();
  const { connections = 1 } = row;
  const offers = { errorRecoveryLevel, ...times };
  const wishes = { portal: target.portals[0]!, targetName: target.name, chap, connections, offers };
  const underway = start(watched, wishes);
  await held.hit();
  await ways[way](underway);
  assert.deepEqual(watched.initiator.sessions, []);
  await watched.initiator.close();
  await watched.nothingLeft();
  held.remove();
  await settled(target);
}

for (const way of Object.keys(ways) as (keyof typeof ways)[]) {
  for (const level of [0, 2]) {
    suite(`a login given up by ${way}, at ErrorRecoveryLevel ${level}`, { concurrency: 8 }, () => {
      for (const row of rows) {
        test(row.stage, { timeout: 60_000 }, async () => {
          await run(row, way, level);
        });
      }
    });
  }

  test(`a login given up by ${way}, at a peer that says nothing at all`, async () => {
    const silent = await listenTcpPeer();
    try {
      const watched = watchInitiator();
      const portal = { host: '127.0.0.1', port: silent.port };
      const underway = start(watched, { portal, targetName: 'iqn.2026-11.test:silent' });
      await eventually(
        () => watched.connects,
        (count) => count === 1,
      );
      await ways[way](underway);
      await watched.initiator.close();
      await watched.nothingLeft();
    } finally {
      await silent.close();
    }
  });
}

test('§6.3.5 what a target keeps of a login that was given up, the next login takes the place of', async () => {
  await using target = await listenTarget({
    name: 'iqn.2026-11.test:given-up',
    luns: [],
    listen: [{ host: '127.0.0.1', port: 0 }],
    parameters: { errorRecoveryLevel: 2 },
  });
  const held = target.inject('stall-connection:opcode=login-response,direction=sent,after=1');
  const watched = watchInitiator();
  const wishes = { portal: target.portals[0]!, targetName: target.name };
  const underway = start(watched, wishes);
  await held.hit();
  await ways['the signal'](underway);
  held.remove();
  const kept = (): number[] => target.sessions().map(({ connections }) => connections.length);
  await eventually(kept, ([connections]) => connections === 0);
  const [before] = target.sessions();
  const session = await watched.initiator.connect(wishes);
  assert.deepEqual(
    target.sessions().map(({ isid }) => isid),
    [before?.isid],
  );
  assert.equal(session.isid, before?.isid);
  await watched.initiator.close();
  await watched.nothingLeft();
  await settled(target);
});

test('a discovery ends with its initiator', async () => {
  await using target = await listenTarget({
    name: 'iqn.2026-11.test:given-up',
    luns: [],
    listen: [{ host: '127.0.0.1', port: 0 }],
  });
  for (const fault of ['login-response', 'text-response']) {
    const held = target.inject(`stall-connection:direction=sent,opcode=${fault}`);
    const watched = watchInitiator();
    const found = assert.rejects(watched.initiator.discover({ portal: target.portals[0]! }), { code: 'ISCSI_CLOSED' });
    await held.hit();
    watched.hurry(20);
    await watched.initiator.close();
    await found;
    await watched.nothingLeft();
    held.remove();
    await settled(target);
  }
});
