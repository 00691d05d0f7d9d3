// isnsd, Debian's iSNS server (open-isns-server): each one is a process of its own on a free loopback port.

import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import net from 'node:net';
import { eventually } from './eventually.ts';
import { exitOf, spawnGuarded, toolOutput } from './run-tool.ts';
import { makeTempDir } from './temp.ts';

export interface IsnsdOptions {
  /** A free one unless set. */
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

/** A loopback address that is this test process's alone: the port of a server that is started again is free. */
const host = `127.${64 + ((process.pid >> 16) & 63)}.${(process.pid >> 8) & 255}.${process.pid & 255}`;

/** Starts an isnsd that keeps its database in memory and puts nodes of no domain into one. Resolves once it listens. */
export async function startIsnsd(options: IsnsdOptions = {}): Promise<Isnsd> {
  const dir = await makeTempDir();
  const port = options.port ?? (await freePort());
  const common = { ControlSocket: dir.file('control'), Security: '0' };
  const settings = {
    ...common,
    SourceName: 'iqn.2026-11.hawser.isnsd:server',
    BindAddress: `${host}:${port}`,
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
    await eventually(
      () => isListening(port),
      (listens) => listens,
    );
    return {
      host,
      port,
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

/** A port of the address that nobody listens on; isnsd itself takes only ports below 1024 for any, which needs root. */
async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function isListening(port: number): Promise<boolean> {
  const socket = net.connect(port, host);
  const isConnected = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return isConnected;
}
