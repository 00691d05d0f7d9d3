// The targets of the macro bench: tgtd, and hawser's own in a process of its own.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { startTgtd as startTgtdPeer } from '../../test/support/tgtd.ts';

/** A target with one disk that clients are run against. */
export interface RunningTarget extends AsyncDisposable {
  /** In the form that both clients read. */
  readonly url: string;
}

const sizeBytes = 256 * 1024 * 1024;
const program = join(import.meta.dirname, '../../src/bin/hawser.js');

/** tgtd with one file in the page cache. */
export async function startTgtd(): Promise<RunningTarget> {
  const target = await startTgtdPeer({ luns: [{ sizeBytes }] });
  return {
    url: `iscsi://127.0.0.1:${target.port}/${target.targetName}/1`,
    [Symbol.asyncDispose]: async () => {
      await target[Symbol.asyncDispose]();
    },
  };
}

/** `hawser target` with one disk in memory. */
export async function startHawserTarget(): Promise<RunningTarget> {
  const args = [program, 'target', '--lun', `ram:${sizeBytes}`, '--listen', '127.0.0.1:0', '--json'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line.startsWith('}') || (lines.length === 1 && line.endsWith('}'))) break;
  }
  const { luns } = JSON.parse(lines.join('\n')) as { luns: [{ urls: [string] }] };
  return {
    url: luns[0].urls[0],
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
