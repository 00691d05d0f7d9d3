// The program itself, as a process: what a user runs.

import type { ChildProcess } from 'node:child_process';
import { inRepository } from './repository.ts';
import { exitOf, runTool, spawnGuarded, type ToolOptions, type ToolResult } from './run-tool.ts';

const program = inRepository('dist/src/bin/hawser.js');

/** Runs `hawser` to its end. */
export async function hawser(args: readonly string[], options?: ToolOptions): Promise<ToolResult> {
  return await runTool(process.execPath, ['--enable-source-maps', program, ...args], options);
}

/** Starts `hawser` with pipes for its three streams; it does not outlive this process. */
export function startHawser(args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  const all = { ...process.env, ...env };
  return spawnGuarded(process.execPath, ['--enable-source-maps', program, ...args], { stdio: 'pipe', env: all });
}

/** A running `hawser target`. */
export interface HawserTarget extends AsyncDisposable {
  readonly name: string;
  readonly portal: { readonly host: string; readonly port: number };
  /** Of each LUN. */
  readonly urls: readonly string[];
  /** Asks it to stop, as a user would, and resolves with its exit status. */
  stop(signal: 'SIGINT' | 'SIGTERM'): Promise<number | undefined>;
}

interface TargetDocument {
  readonly name: string;
  readonly portals: readonly { readonly host: string; readonly port: number }[];
  readonly luns: readonly { readonly urls: readonly string[] }[];
}

/** Starts `hawser target --json` on a free loopback port and reads its document. */
export async function startHawserTarget(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<HawserTarget> {
  const child = startHawser(['target', '--json', '--listen', '127.0.0.1:0', ...args], env);
  const ended = exitOf(child);
  const { name, portals, luns } = JSON.parse(await firstDocument(child)) as TargetDocument;
  const stop = async (signal: NodeJS.Signals): Promise<number | undefined> => {
    child.kill(signal);
    return await ended;
  };
  return {
    name,
    portal: portals[0]!,
    urls: luns.map(({ urls }) => urls[0]!),
    stop,
    async [Symbol.asyncDispose]() {
      await stop('SIGKILL');
    },
  };
}

/** Reads standard output up to the end of the first JSON document, which is the only line that begins with a brace. */
async function firstDocument(child: ChildProcess): Promise<string> {
  let printed = '';
  let complaints = '';
  child.stderr?.on('data', (piece: Buffer) => {
    complaints += piece.toString();
  });
  return await new Promise((resolve, reject) => {
    child.stdout?.on('data', (piece: Buffer) => {
      printed += piece.toString();
      if (/^\}$/m.test(printed)) resolve(printed);
    });
    child.once('exit', (status) => {
      reject(new Error(`hawser target ended with ${status ?? 'a signal'}: ${printed}${complaints}`));
    });
  });
}
