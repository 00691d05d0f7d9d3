// Starts the programs that open stores in processes of their own, and hears what they say.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('./store-child.js', import.meta.url));
const loadProgram = fileURLToPath(new URL('./load-child.js', import.meta.url));

/** A child that opens a store. */
export interface StoreChild {
  readonly process: ChildProcess;
  /** The whole lines that it has said so far. */
  readonly lines: readonly string[];
  /** Resolves with the next line, or undefined at the end. */
  nextLine(): Promise<string | undefined>;
  /** Resolves when the child has ended and everything that it said has been heard. */
  readonly ended: Promise<void>;
}

/** Starts a child; see store-child.ts for its arguments. */
export function startStoreChild(args: readonly string[]): StoreChild {
  return start([process.execPath, program, ...args]);
}

/** Starts a child that changes stores until it is killed; see load-child.ts for its arguments. */
export function startLoadChild(args: readonly string[]): StoreChild {
  return start([process.execPath, loadProgram, ...args]);
}

/** Starts a child that can write no file larger than some KiB. */
export function startSmallStoreChild(args: readonly string[], largestKib: number): StoreChild {
  // Signal 25 is SIGXFSZ: ignored, a write that goes too far fails. The shell counts in blocks of 512 bytes.
  const script = `trap '' 25; ulimit -f ${largestKib * 2}; exec "$0" "$@"`;
  return start(['/bin/sh', '-c', script, process.execPath, program, ...args]);
}

function start([command = '', ...args]: readonly string[]): StoreChild {
  return listenTo(spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] }));
}

function listenTo(child: ChildProcess): StoreChild {
  if (child.stdout === null) throw new Error('the child has no standard output');
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => lines.push(line));
  const iterator = reader[Symbol.asyncIterator]();
  return {
    process: child,
    lines,
    async nextLine() {
      const next = await iterator.next();
      return next.done === true ? undefined : next.value;
    },
    ended: once(child, 'close').then(() => undefined),
  };
}
