// LIO, the Linux kernel's iSCSI target, in a guest: many connections a session, and ErrorRecoveryLevel 2.

import { eventually } from './eventually.ts';
import { bootLinux, type LinuxGuest } from './linux-guest.ts';

export interface LioAccount {
  readonly user: string;
  readonly secret: string;
}

/** What a target of LIO asks for and offers. */
export interface LioTargetOptions {
  readonly erl?: 0 | 1 | 2;
  /** MaxConnections; 8 unless set. */
  readonly connections?: number;
  /** What initiators must prove; without a colon. */
  readonly chap?: LioAccount & { readonly mutual?: LioAccount };
  /** The digests that it offers, in order; 'CRC32C,None' unless set. */
  readonly digests?: string;
  /** DefaultTime2Wait; 2 unless set, as LIO has it. */
  readonly time2WaitSeconds?: number;
}

export interface LioOptions extends Omit<LioTargetOptions, 'time2WaitSeconds'> {
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

/** One of LIO's targets. All of a guest share a portal, and the two RAM disks that are their LUN 0 and LUN 1. */
export interface LioTarget {
  readonly host: string;
  readonly port: number;
  readonly targetName: string;
  /** The sessions it holds now. Of several sessions with one initiator name LIO shows the newest only. */
  sessions(): Promise<LioSession[]>;
  counters(): Promise<LioCounters>;
  /**
   * Waits until the target holds no session and its portal no connection: LIO lets go of them shortly after it has
   * answered a logout.
   */
  settled(options?: { readonly withinMs?: number }): Promise<void>;
}

export interface LioVm extends LinuxGuest, LioTarget {
  /** Adds a target, `iqn.2026-11.hawser.lio:` and `name`, which lasts as long as the guest. */
  addTarget(name: string, options?: LioTargetOptions): Promise<LioTarget>;
}

/** Boots a guest with one target. Resolves once it listens. */
export async function startLio(options: LioOptions = {}): Promise<LioVm> {
  const { sizeMib, signal, ...rest } = options;
  const args = [...Object.entries(settings(rest)), ...(sizeMib === undefined ? [] : [['size-mib', sizeMib]])];
  const guest = await bootLinux(['target', ...args.flatMap(([name, value]) => [`--${name}`, String(value)])], signal);
  return {
    ...guest,
    ...targetOf(guest, 'disk'),
    addTarget: async (name, wanted = {}) => {
      const { time2WaitSeconds = 2 } = wanted;
      const pairs = Object.entries(settings(wanted)).map(([key, value]) => quoted(`${key}=${value}`));
      const parameters = `/sys/kernel/config/target/iscsi/iqn.2026-11.hawser.lio:${name}/tpgt_1/param`;
      await inGuest(
        guest,
        `hawser-new-target ${name} ${pairs.join(' ')} && echo ${time2WaitSeconds} >${parameters}/DefaultTime2Wait &&
          hawser-portal ${name} ${guest.port}`,
      );
      return targetOf(guest, name);
    },
  };
}

function targetOf(guest: LinuxGuest, name: string): LioTarget {
  const state = async (): Promise<string> => await inGuest(guest, `hawser-state ${name}`);
  const counters = async (): Promise<LioCounters> => parseCounters(await state());
  return {
    host: '127.0.0.1',
    port: guest.port,
    targetName: `iqn.2026-11.hawser.lio:${name}`,
    sessions: async () => parseSessions(await state()),
    counters,
    settled: async (wait) => {
      await eventually(counters, (seen) => seen.sessions === 0 && seen.sockets === 0, wait);
    },
  };
}

/** Runs a script that must succeed and returns what it prints. */
async function inGuest(guest: LinuxGuest, script: string): Promise<string> {
  const { status, output } = await guest.run(script);
  if (status !== 0) throw new Error(`${script} ended with ${status}: ${output}`);
  return output;
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** The settings as both linux-vm.sh and hawser-new-target name them. */
function settings({ erl, connections, chap, digests }: LioTargetOptions): Record<string, string | number> {
  const secrets = chap && [chap, ...(chap.mutual ? [chap.mutual] : [])].flatMap(({ user, secret }) => [user, secret]);
  const given = { erl, connections, chap: secrets?.join(':'), digests };
  return Object.fromEntries(
    Object.entries(given).filter((entry): entry is [string, string | number] => entry[1] !== undefined),
  );
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
