// The two clients of the macro bench, as whole processes: what each did, and what CPU it took.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** A run of a client. */
export interface Load {
  readonly blockSize: number;
  readonly depth: number;
  readonly seconds: number;
}

/** What a run gave: requests a second, and CPU microseconds a request, user and system. */
export interface Figures {
  readonly iops: number;
  readonly cpu: number;
}

/** Runs one client on one target. */
export type Client = (url: string, load: Load) => Promise<Figures>;

/** Both clients. */
export interface Clients {
  readonly hawser: Client;
  readonly libiscsi: Client;
}

const program = join(import.meta.dirname, '../../src/bin/hawser.js');

/** Finds both clients. Throws when libiscsi's is not installed. */
export function startClients(): Clients {
  if (spawnSync('sh', ['-c', 'command -v iscsi-perf']).status !== 0) {
    throw new Error('iscsi-perf is not installed (Debian: libiscsi-bin)');
  }
  return { hawser: runHawser, libiscsi: runLibiscsi };
}

async function runHawser(url: string, { blockSize, depth, seconds }: Load): Promise<Figures> {
  const load = ['--block-size', String(blockSize), '--depth', String(depth), '--time', String(seconds)];
  const { stdout } = await run(process.execPath, [program, 'bench', url, '--rw', 'randread', ...load, '--json']);
  const { iops, cpuMicrosecondsPerIo } = JSON.parse(stdout) as { iops: number; cpuMicrosecondsPerIo: number };
  return { iops, cpu: cpuMicrosecondsPerIo };
}

/** bash's `time` tells the CPU of the process; iscsi-perf prints its average on the last line. */
async function runLibiscsi(url: string, { blockSize, depth, seconds }: Load): Promise<Figures> {
  const perf = `iscsi-perf -r -m ${depth} -b ${blockSize / 512} -t ${seconds} '${url}'`;
  const { stdout, stderr } = await run('bash', ['-c', `TIMEFORMAT='cpu %U %S'; time ${perf}`]);
  const iops = Number(/iops average (\d+)/.exec(stdout)?.[1]);
  const [, user, system] = /cpu ([\d.]+) ([\d.]+)/.exec(stderr) ?? [];
  if (!(iops > 0)) throw new Error(`iscsi-perf gave no figure: ${stdout.slice(-200)} ${stderr.slice(-200)}`);
  return { iops, cpu: ((Number(user) + Number(system)) * 1e6) / (iops * seconds) };
}

function run(command: string, args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (status !== 0) return Promise.reject(new Error(`${command} ended with ${String(status)}: ${stderr.slice(-500)}`));
  return Promise.resolve({ stdout, stderr });
}
