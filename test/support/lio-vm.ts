// LIO, the Linux kernel's iSCSI target, in a guest: many connections a session, and ErrorRecoveryLevel 2.

import { eventually } from './eventually.ts';
import { bootLinux, type LinuxGuest } from './linux-guest.ts';

export interface LioAccount {
  readonly user: string;
  readonly secret: string;
}

export interface LioOptions {
  readonly erl?: 0 | 1 | 2;
  /** MaxConnections; 8 unless set. */
  readonly connections?: number;
  /** What initiators must prove; without a colon. */
  readonly chap?: LioAccount & { readonly mutual?: LioAccount };
  /** The digests that it offers, in order; 'CRC32C,None' unless set. */
  readonly digests?: string;
  /** The size of LUN 0, and of LUN 1; 64 unless set. */
  readonly sizeMib?: number;
  readonly signal?: AbortSignal;
}

export interface LioConnection {
  readonly cid: number;
  /** The kernel's word without its prefix, such as LOGGED_IN. */
  readonly state: string;
}

/** A session that LIO holds. */
export interface LioSession {
  readonly initiatorName: string;
  /** As on the wire, in hexadecimal. */
  readonly isid: string;
  readonly tsih: number;
  readonly type: string;
  readonly state: string;
  readonly connections: readonly LioConnection[];
}

/** What LIO has counted since it was started. */
export interface LioCounters {
  /** Sessions there are now. */
  readonly sessions: number;
  /** TCP connections there are now, logged in or not. */
  readonly sockets: number;
  readonly accepts: number;
  readonly normal_logouts: number;
  readonly abnormal_logouts: number;
  readonly digest_errors: number;
  readonly cxn_errors: number;
}

export interface LioVm extends LinuxGuest {
  readonly host: string;
  readonly targetName: string;
  /** The sessions it holds now. Of several sessions with one initiator name LIO shows the newest only. */
  sessions(): Promise<LioSession[]>;
  counters(): Promise<LioCounters>;
  /** Waits until LIO holds no session and no connection: it lets go of them shortly after it has answered a logout. */
  settled(options?: { readonly withinMs?: number }): Promise<void>;
}

/** Boots a guest whose target has two RAM disks, LUN 0 and LUN 1. Resolves once it listens. */
export async function startLio(options: LioOptions = {}): Promise<LioVm> {
  const guest = await bootLinux(['target', ...argumentsOf(options)], options.signal);
  const state = async (): Promise<string> => {
    const { status, output } = await guest.run('hawser-state');
    if (status !== 0) throw new Error(`hawser-state ended with ${status}: ${output}`);
    return output;
  };
  const counters = async (): Promise<LioCounters> => parseCounters(await state());
  return {
    ...guest,
    host: '127.0.0.1',
    targetName: 'iqn.2026-11.hawser.lio:disk',
    sessions: async () => parseSessions(await state()),
    counters,
    settled: async (wait) => {
      await eventually(counters, (seen) => seen.sessions === 0 && seen.sockets === 0, wait);
    },
  };
}

function argumentsOf({ erl, connections, chap, digests, sizeMib }: LioOptions): string[] {
  const secrets = chap && [chap, ...(chap.mutual ? [chap.mutual] : [])].flatMap(({ user, secret }) => [user, secret]);
  const given = { erl, connections, chap: secrets?.join(':'), digests, 'size-mib': sizeMib };
  return Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, String(value)]));
}

function parseCounters(state: string): LioCounters {
  const counted = new Map([...state.matchAll(/^counter (\S+) (\d+)$/gm)].map((line) => [line[1], Number(line[2])]));
  const of = (name: keyof LioCounters): number => {
    const value = counted.get(name);
    if (value === undefined) throw new Error(`LIO has no counter ${name}: ${state}`);
    return value;
  };
  return {
    sessions: of('sessions'),
    sockets: of('sockets'),
    accepts: of('accepts'),
    normal_logouts: of('normal_logouts'),
    abnormal_logouts: of('abnormal_logouts'),
    digest_errors: of('digest_errors'),
    cxn_errors: of('cxn_errors'),
  };
}

function parseSessions(state: string): LioSession[] {
  const sessions: (LioSession & { connections: LioConnection[] })[] = [];
  for (const line of state.split('\n')) {
    const [kind, ...words] = line.split(' ');
    if (kind === 'session') {
      const [initiatorName = '', isid = '', tsih, type = '', sessionState = ''] = words;
      sessions.push({ initiatorName, isid, tsih: Number(tsih), type, state: sessionState, connections: [] });
    } else if (kind === 'connection') {
      sessions.at(-1)?.connections.push({ cid: Number(words[0]), state: words[1] ?? '' });
    }
  }
  return sessions;
}
