// Debian's freeradius: each one is a process of its own, with a configuration of its own, on a free loopback port.

import dgram from 'node:dgram';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { eventually } from './eventually.ts';
import { exitOf, spawnGuarded } from './run-tool.ts';
import { makeTempDir } from './temp.ts';

/** Somebody whom the server knows. */
export interface RadiusUser {
  readonly user: string;
  readonly secret: string;
  /** The only target that the user may answer for; any unless given. */
  readonly targetName?: string;
}

export interface FreeRadiusOptions {
  readonly users: readonly RadiusUser[];
  /** Whether its answers have a Message-Authenticator; they have unless refused. */
  readonly signsAnswers?: boolean;
}

export interface FreeRadius extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly secret: string;
  /** What it has written about logins: `Login OK` and `Login incorrect`, with the user. */
  logins(): readonly string[];
}

const secret = 'what-radius-and-we-know';
/** How often another port is tried, where somebody else has taken the one that was free. */
const attempts = 3;

/** Starts a server. Resolves once it takes requests. */
export async function startFreeRadius(options: FreeRadiusOptions): Promise<FreeRadius> {
  const dir = await makeTempDir();
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    await mkdir(dir.file('run'), { recursive: true });
    await writeFile(dir.file('radiusd.conf'), configuration(dir.path, port, options.signsAnswers ?? true), {
      mode: 0o600,
    });
    await writeFile(dir.file('users'), options.users.map(userEntry).join(''), { mode: 0o600 });
    // In the foreground, with its log on the standard output.
    const child = spawnGuarded('freeradius', ['-f', '-l', 'stdout', '-d', dir.path], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const ended = exitOf(child).catch(() => undefined);
    const lines: string[] = [];
    child.stdout?.on('data', (chunk: Buffer) => lines.push(...chunk.toString().split('\n')));
    const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
    const isReady = (): boolean => lines.some((line) => line.includes('Ready to process requests'));
    const dispose = async (): Promise<void> => {
      child.kill('SIGKILL');
      await ended;
    };
    try {
      await eventually(
        () => isReady() || hasEnded(),
        (seen) => seen,
      );
    } catch (error) {
      await dispose();
      await dir[Symbol.asyncDispose]();
      throw error;
    }
    if (!isReady() && attempt < attempts) continue;
    if (!isReady()) {
      await dir[Symbol.asyncDispose]();
      throw new Error(`freeradius ended: ${lines.join('\n')}`);
    }
    return {
      host: '127.0.0.1',
      port,
      secret,
      logins: () => lines.flatMap((line) => /Login (?:OK|incorrect).*?\[[^\]]*\]/.exec(line)?.[0] ?? []),
      async [Symbol.asyncDispose]() {
        await dispose();
        await dir[Symbol.asyncDispose]();
      },
    };
  }
}

/** A port that was free a moment ago: the server takes no 0 for any. */
async function freePort(): Promise<number> {
  const socket = dgram.createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  const closed = once(socket, 'close');
  socket.close();
  await closed;
  return port;
}

function userEntry({ user, secret: password, targetName }: RadiusUser): string {
  const check = targetName === undefined ? '' : `Called-Station-Id == "${targetName}", `;
  return `"${user}" ${check}Cleartext-Password := "${password}"\n`;
}

/** CHAP against the users file, and nothing else. Version 3.2.1 signs its answers when it is told to. */
function configuration(directory: string, port: number, signsAnswers: boolean): string {
  const sign = 'update reply {\n Message-Authenticator := 0x00\n}';
  return `
confdir = ${directory}
run_dir = ${directory}/run
logdir = ${directory}
libdir = /usr/lib/freeradius
hostname_lookups = no
max_request_time = 5
cleanup_delay = 2
max_requests = 256
log {
  destination = stdout
  auth = yes
}
security {
  reject_delay = 0
  status_server = no
}
thread pool {
  start_servers = 1
  max_servers = 2
  min_spare_servers = 1
  max_spare_servers = 2
}
client loopback {
  ipaddr = 127.0.0.1
  secret = ${secret}
  require_message_authenticator = yes
}
modules {
  chap {
  }
  files {
    filename = ${directory}/users
  }
}
server default {
  listen {
    type = auth
    ipaddr = 127.0.0.1
    port = ${port}
  }
  authorize {
    chap
    files
  }
  authenticate {
    Auth-Type CHAP {
      chap
    }
  }
  post-auth {
    ${signsAnswers ? sign : ''}
    Post-Auth-Type REJECT {
      ${signsAnswers ? sign : ''}
    }
  }
}
`;
}
