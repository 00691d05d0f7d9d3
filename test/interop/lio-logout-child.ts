// Run as a process of its own by lio-logout.test.ts: logs in to LIO, comes into the state that it is told, logs out, prints
// how that went, and must then exit. Arguments: HOW PORT TARGET_NAME

import { once } from 'node:events';
import { connect, type InitiatorSession } from 'hawser';
import { sleep, systemClock } from '../../src/base/index.ts';
import { type LineProxy, startLineProxy } from './line-proxy.ts';

/** What a child prints, as JSON. */
export interface LogoutOutcome {
  readonly isClean: boolean;
  readonly code: string | undefined;
  readonly tookMs: number;
  /** Whether a second call got the first one's result. */
  readonly isSame: boolean;
}

type Disturbance = (session: InitiatorSession, line: LineProxy) => Promise<void>;

function cutAll(line: LineProxy, how: 'reset' | 'void', callers: 'reset' | 'silence'): void {
  line.callers = callers;
  for (const each of line.lines) each.cut(how);
}

/** The states, each as what leads to it. */
const disturbances: Readonly<Record<string, Disturbance>> = {
  'full feature': () => Promise.resolve(),
  recovery: async (session, line) => {
    const lost = once(session.events, 'connectionLost');
    line.lines.at(-1)?.cut('reset');
    await lost;
  },
  'between reconnects': async (session, line) => {
    const retried = once(session.events, 'retried');
    cutAll(line, 'reset', 'reset');
    await retried;
    line.callers = 'pass';
  },
  'unreachable and back': async (session, line) => {
    const suspended = once(session.events, 'suspended');
    cutAll(line, 'reset', 'reset');
    await suspended;
    void sleep(systemClock, 1000).then(() => {
      line.callers = 'pass';
    });
  },
  unreachable: async (session, line) => {
    const suspended = once(session.events, 'suspended');
    cutAll(line, 'reset', 'reset');
    await suspended;
  },
  silent: (_session, line) => {
    cutAll(line, 'void', 'silence');
    return Promise.resolve();
  },
};

const [, , how = '', port = '', targetName = ''] = process.argv;
const disturb = disturbances[how];
if (disturb === undefined) throw new Error(`there is no state ${how}`);
await using line = await startLineProxy({ host: '127.0.0.1', port: Number(port) });
const session = await connect(
  {
    portal: { host: line.host, port: line.port },
    targetName,
    connections: 2,
    reconnects: true,
    limits: { logoutTimeoutMs: 4000, drainTimeoutMs: 1000, reconnectIntervalMs: 300 },
  },
  { name: 'iqn.2026-11.hawser.test:lio-logout' },
);
const disk = await session.openDisk(0);
await disk.write(0, Buffer.alloc(65_536, 1));
await disk.close();
await disturb(session, line);
const started = performance.now();
const first = session.logout();
const second = session.logout();
const report = await first;
const outcome: LogoutOutcome = {
  isClean: report.isClean,
  code: report.error?.code,
  tookMs: Math.round(performance.now() - started),
  isSame: (await second) === report && (await session.logout()) === report,
};
await session.closed;
process.stdout.write(JSON.stringify(outcome));
