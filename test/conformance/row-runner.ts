// Runs rows in processes of their own, several side by side, and gathers what became of them.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** One run of one row. */
export interface Order {
  /** Module of test/conformance/rows. */
  readonly module: string;
  readonly id: string;
  /** The mutant to run against, by its row; the initiator as it is when left out. */
  readonly mutant?: string;
}

/** What became of a run. `crashed` is neither a pass nor a failed claim: it proves nothing. */
export interface Verdict {
  readonly outcome: 'passed' | 'failed' | 'crashed';
  readonly text: string;
}

/** Longer than any row needs, by far: what takes this long hangs. */
const limitMs = 15_000;

/** Runs `orders` in `width` processes. The results come in the order of the orders. */
export async function runRows(orders: readonly Order[], width = 2): Promise<Verdict[]> {
  const results: Verdict[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    let child: RowChild | undefined;
    while (next < orders.length) {
      const at = next;
      next += 1;
      child ??= await RowChild.start();
      const verdict = await child.run(orders[at]!);
      results[at] = verdict;
      // What crashed may have left anything behind.
      if (verdict.outcome !== 'crashed') continue;
      child.kill();
      child = undefined;
    }
    child?.kill();
  };
  await Promise.all(Array.from({ length: Math.min(width, orders.length) }, worker));
  return results;
}

/** A process that takes orders one after the other. */
class RowChild {
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess) {
    this.#process = process;
  }

  static async start(): Promise<RowChild> {
    const path = fileURLToPath(new URL('./row-child.js', import.meta.url));
    const child = fork(path, [], { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    await once(child, 'message');
    return new RowChild(child);
  }

  async run(order: Order): Promise<Verdict> {
    const patience = AbortSignal.timeout(limitMs);
    const gone = new AbortController();
    const signal = AbortSignal.any([patience, gone.signal]);
    const onExit = (): void => {
      gone.abort();
    };
    this.#process.once('exit', onExit);
    try {
      const answer = once(this.#process, 'message', { signal });
      this.#process.send(order);
      return (await answer)[0] as Verdict;
    } catch {
      return { outcome: 'crashed', text: gone.signal.aborted ? 'the process ended' : `nothing in ${limitMs} ms` };
    } finally {
      this.#process.off('exit', onExit);
    }
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }
}
