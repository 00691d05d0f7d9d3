// tgtd, a user-space iSCSI target: each one is a process of its own on a free loopback port.

import { open } from 'node:fs/promises';
import { eventually } from './eventually.ts';
import { exitOf, runTool, spawnGuarded, toolOutput } from './run-tool.ts';
import { makeTempDir } from './temp.ts';

export interface TgtdLun {
  readonly sizeBytes: number;
  /** A file that is there already; unless set, a sparse one is made and removed with the target. */
  readonly path?: string;
  readonly blockSize?: 512 | 4096;
  /** tgtadm's logical unit parameters, such as `{ readonly: '1', thin_provisioning: '1' }`. */
  readonly params?: Readonly<Record<string, string>>;
}

export interface TgtdAccount {
  readonly user: string;
  readonly secret: string;
}

export interface TgtdOptions {
  readonly targetName?: string;
  /** They become LUN 1, 2, …: LUN 0 is tgtd's controller. */
  readonly luns: readonly TgtdLun[];
  /** What initiators must prove. */
  readonly chap?: TgtdAccount;
  /** What the target proves in turn. */
  readonly mutual?: TgtdAccount;
  /** What initiators must prove in a discovery session. */
  readonly discoveryChap?: TgtdAccount;
  /** Negotiation keys that tgtd takes, such as `{ HeaderDigest: 'CRC32C', MaxOutstandingR2T: '4' }`. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Where it listens on 127.0.0.1; a free port unless set. */
  readonly port?: number;
}

/** A session that tgtd holds. */
export interface TgtdSession {
  readonly initiatorName: string;
  readonly connections: number;
}

export interface Tgtd extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly targetName: string;
  /** The sessions it holds now; those of discovery are not among them. */
  sessions(): Promise<TgtdSession[]>;
  /** Stops it where it stands, lets it go on, or ends it without a word. */
  signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void;
  /** Adds a LUN while it runs. */
  addLun(number: number, lun: TgtdLun): Promise<void>;
  /** Takes a LUN away while it runs. */
  removeLun(number: number): Promise<void>;
  /** Runs tgtadm on this tgtd and returns what it prints. */
  admin(...args: string[]): Promise<string>;
}

const target = ['--lld', 'iscsi', '--mode', 'target'];
const logicalUnit = ['--lld', 'iscsi', '--mode', 'logicalunit'];
const account = ['--lld', 'iscsi', '--mode', 'account'];
const first = ['--tid', '1'];

/** Starts a tgtd with one target. Resolves once it listens and its LUNs are there. */
export async function startTgtd(options: TgtdOptions): Promise<Tgtd> {
  const targetName = options.targetName ?? 'iqn.2026-11.hawser.tgtd:disk';
  const dir = await makeTempDir();
  // The control socket's path is ours alone, so the control number need not be told apart from another tgtd's.
  const env = { TGT_IPC_SOCKET: dir.file('control') };
  const child = spawnGuarded('tgtd', ['-f', '-C', '1', '--iscsi', `portal=127.0.0.1:${options.port ?? 0}`], {
    env: { ...process.env, ...env },
    stdio: 'ignore',
  });
  const ended = exitOf(child).catch(() => undefined);
  const admin = async (...args: string[]): Promise<string> => await toolOutput('tgtadm', ['-C', '1', ...args], { env });
  const dispose = async (): Promise<void> => {
    child.kill('SIGKILL'); // on SIGTERM it waits for its sessions to end
    await ended;
    await dir[Symbol.asyncDispose]();
  };
  try {
    const port = await listeningPort(env);
    await admin(...target, '--op', 'new', ...first, '--targetname', targetName);
    let files = 0;
    const add = async (number: number, lun: TgtdLun): Promise<void> => {
      files += 1;
      await addLun(admin, number, lun.path ?? (await makeSparseFile(dir.file(`disk${files}`), lun.sizeBytes)), lun);
    };
    for (const [index, lun] of options.luns.entries()) await add(index + 1, lun);
    if (options.chap !== undefined) await addAccount(admin, options.chap, first);
    if (options.mutual !== undefined) await addAccount(admin, options.mutual, [...first, '--outgoing']);
    // An account that is bound to no target is for discovery.
    if (options.discoveryChap !== undefined) await addAccount(admin, options.discoveryChap, []);
    for (const [name, value] of Object.entries(options.parameters ?? {})) {
      await admin(...target, '--op', 'update', ...first, '--name', name, '--value', value);
    }
    await admin(...target, '--op', 'bind', ...first, '--initiator-address', 'ALL');
    const sessions = async (): Promise<TgtdSession[]> => parseSessions(await admin(...target, '--op', 'show'));
    const signal = (name: NodeJS.Signals): void => void child.kill(name);
    const removeLun = async (number: number): Promise<void> => {
      await admin(...logicalUnit, '--op', 'delete', ...first, '--lun', String(number));
    };
    const controls = { sessions, addLun: add, removeLun, signal, admin };
    return { host: '127.0.0.1', port, targetName, ...controls, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** The port tgtd was given by the kernel, once it answers. */
async function listeningPort(env: Readonly<Record<string, string>>): Promise<number> {
  const show = ['-C', '1', '--lld', 'iscsi', '--mode', 'portal', '--op', 'show'];
  const look = async (): Promise<string> => (await runTool('tgtadm', show, { env })).stdout;
  const portal = /Portal: 127\.0\.0\.1:(\d+)/;
  return Number(portal.exec(await eventually(look, (printed) => portal.test(printed)))?.[1]);
}

async function makeSparseFile(path: string, length: number): Promise<string> {
  const file = await open(path, 'wx');
  try {
    await file.truncate(length);
  } finally {
    await file.close();
  }
  return path;
}

type Admin = (...args: string[]) => Promise<string>;

async function addLun(admin: Admin, number: number, path: string, lun: TgtdLun): Promise<void> {
  const which = [...first, '--lun', String(number)];
  await admin(...logicalUnit, '--op', 'new', ...which, '-b', path, '--blocksize', String(lun.blockSize ?? 512));
  const params = Object.entries(lun.params ?? {}).map(([name, value]) => `${name}=${value}`);
  if (params.length > 0) await admin(...logicalUnit, '--op', 'update', ...which, '--params', params.join(','));
}

async function addAccount(admin: Admin, { user, secret }: TgtdAccount, where: readonly string[]): Promise<void> {
  await admin(...account, '--op', 'new', '--user', user, '--password', secret);
  await admin(...account, '--op', 'bind', ...where, '--user', user);
}

/** Reads "I_T nexus: N", "Initiator: NAME alias: ALIAS" and "Connection: CID" of tgtadm's listing. */
function parseSessions(listing: string): TgtdSession[] {
  return listing
    .split(/I_T nexus: \d+/)
    .slice(1)
    .map((part) => part.split(/LUN information:/)[0] ?? '')
    .map((part) => ({
      initiatorName: /Initiator: (\S+)/.exec(part)?.[1] ?? '',
      connections: part.match(/Connection: \d+/g)?.length ?? 0,
    }));
}
