// isnsd, Debian's iSNS server (open-isns-server): each one is a process of its own on a free loopback port.

import { readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { eventually } from './eventually.ts';
import { exitOf, spawnGuarded, toolOutput } from './run-tool.ts';
import { makeTempDir } from './temp.ts';

export interface IsnsdOptions {
  /** 0, the default, for a free one. */
  readonly port?: number;
  /** Lines of its configuration, such as `{ ESIMinInterval: '1' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface Isnsd extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Registers a target with a portal, by isnsadm. */
  addTarget(target: { readonly name: string; readonly alias?: string; readonly portal: string }): Promise<void>;
  /** Removes the entity of a target. */
  removeTarget(name: string): Promise<void>;
  /** Makes a discovery domain of these nodes. */
  addDomain(name: string, members: readonly string[]): Promise<void>;
  /** Runs isnsadm as a node that may do everything, and returns what it prints. */
  admin(...args: string[]): Promise<string>;
  /** Stops it where it stands, lets it go on, or ends it without a word. */
  signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void;
  /** Settles when the process has ended. */
  readonly ended: Promise<unknown>;
}

/**
 * A loopback address that is this test process's alone: a server that is started again finds its port free, though the
 * system gives each isnsd the first one that is.
 */
const host = `127.${64 + ((process.pid >> 16) & 63)}.${(process.pid >> 8) & 255}.${process.pid & 255}`;

/** Starts an isnsd that keeps its database in memory and puts nodes of no domain into one. Resolves once it listens. */
export async function startIsnsd(options: IsnsdOptions = {}): Promise<Isnsd> {
  const dir = await makeTempDir();
  const common = { ControlSocket: dir.file('control'), Security: '0' };
  const settings = {
    ...common,
    SourceName: 'iqn.2026-11.hawser.isnsd:server',
    BindAddress: `${host}:${options.port ?? 0}`,
    PIDFile: dir.file('pid'),
    DefaultDiscoveryDomain: '1',
    SLPRegister: '0',
    SCNTimeout: '2',
    ...options.settings,
  };
  await writeFile(dir.file('isnsd.conf'), configuration(settings));
  await writeFile(dir.file('isnsadm.conf'), configuration({ ...common, SourceName: 'iqn.2026-11.hawser.isnsd:admin' }));
  const child = spawnGuarded('isnsd', ['-f', '-4', '-c', dir.file('isnsd.conf')], { stdio: 'ignore' });
  const ended = exitOf(child).catch(() => undefined);
  const dispose = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
    await dir[Symbol.asyncDispose]();
  };
  const admin = async (...args: string[]): Promise<string> =>
    await toolOutput('isnsadm', ['-c', dir.file('isnsadm.conf'), '--local', ...args]);
  try {
    const port = await eventually(
      () => listeningPort(child.pid ?? 0),
      (found) => found !== undefined,
    );
    return {
      host,
      port: port ?? 0,
      admin,
      async addTarget({ name, alias, portal }) {
        const node = alias === undefined ? `target=${name}` : `target=${name},alias=${alias}`;
        await admin('--register', `entity=${entityOf(name)}`, `portal=${portal}`, node);
      },
      async removeTarget(name) {
        await admin('--deregister', `eid=${entityOf(name)}`);
      },
      async addDomain(name, members) {
        await admin('--dd-register', `dd-name=${name}`, ...members.map((member) => `member-name=${member}`));
      },
      signal: (name) => void child.kill(name),
      ended,
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

function configuration(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join('');
}

/** An entity of its own for each target. */
function entityOf(name: string): string {
  return `${name.slice(name.lastIndexOf(':') + 1)}.example`;
}

/** The TCP port on which a process listens; isnsd takes a free one, and does not tell. */
async function listeningPort(pid: number): Promise<number | undefined> {
  const folder = `/proc/${pid}/fd`;
  const links = await Promise.all(
    (await readdir(folder).catch(() => [])).map((name) => readlink(`${folder}/${name}`).catch(() => '')),
  );
  const inodes = new Set(links.map((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1]));
  const lines = (await readFile('/proc/net/tcp', 'utf8')).split('\n').map((line) => line.trim().split(/\s+/));
  const listening = lines.find(([, , , state, , , , , , inode]) => state === '0A' && inodes.has(inode));
  const port = listening?.[1]?.split(':')[1];
  return port === undefined ? undefined : Number.parseInt(port, 16);
}
