// Runs foreign programs with a deadline, and long-running ones so that they cannot outlive the test process.

import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { systemClock, withDeadline } from '../../src/base/index.ts';
import { findTool } from './peers.ts';

/** What a program left behind. */
export interface ToolResult {
  /** The exit status; undefined when a signal ended the program. */
  readonly status: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ToolOptions {
  /** The program is killed after this time; 30 s unless set. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** What the program reads from its standard input; nothing unless set. */
  readonly input?: string | Uint8Array;
}

/**
 * Runs a program to its end, whatever its exit status. Rejects when it cannot be started, runs into its deadline or is
 * aborted; it has been killed by then.
 */
export async function runTool(
  command: string,
  args: readonly string[],
  options: ToolOptions = {},
): Promise<ToolResult> {
  const timeoutMs = options.timeoutMs ?? 30_000;
  const child = spawnGuarded(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: 'pipe',
  });
  const { stdin, stdout, stderr } = child;
  if (stdin === null || stdout === null || stderr === null) throw new Error(`${command} has no pipes`);
  stdin.on('error', () => undefined); // a program need not read what it is given
  stdin.end(options.input ?? '');
  const late = (): Error => new Error(`${command} ${args.join(' ')} ran for more than ${timeoutMs} ms`);
  try {
    return await withDeadline(systemClock, timeoutMs, late, options.signal, async () => {
      const [status, out, err] = await Promise.all([exitOf(child), text(stdout), text(stderr)]);
      return { status, stdout: out, stderr: err };
    });
  } finally {
    child.kill('SIGKILL');
  }
}

/** Runs a program that must succeed and returns its standard output. */
export async function toolOutput(command: string, args: readonly string[], options?: ToolOptions): Promise<string> {
  const { status, stdout, stderr } = await runTool(command, args, options);
  if (status !== 0) {
    throw new Error(`${command} ${args.join(' ')} ended with ${status ?? 'a signal'}: ${stdout}${stderr}`);
  }
  return stdout;
}

/**
 * Starts a program that the kernel ends together with this process, however this process ends: by SIGKILL, or by
 * SIGTERM where the program must end others in turn.
 */
export function spawnGuarded(
  command: string,
  args: readonly string[],
  options: SpawnOptions,
  endedBy: 'SIGKILL' | 'SIGTERM' = 'SIGKILL',
): ChildProcess {
  const guard = findTool('setpriv');
  if (guard === undefined) return spawn(command, args, options);
  return spawn(guard, ['--pdeathsig', endedBy.slice('SIG'.length), '--', command, ...args], options);
}

/** Resolves with a child's exit status, or undefined when a signal ended it; rejects when it could not be started. */
export async function exitOf(child: ChildProcess): Promise<number | undefined> {
  if (child.exitCode !== null) return child.exitCode;
  if (child.signalCode !== null) return undefined;
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status) => {
      resolve(status ?? undefined);
    });
  });
}
