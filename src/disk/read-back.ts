// Finds out by reading whether the device still has what was written and not flushed, when it does not tell what became of
// its cache.

import { crc32c } from '@node-rs/crc32';
import type { AlignedIo } from './aligned-io.ts';
import { inPieces } from './pieces.ts';
import type { Doubt, UnflushedWrites } from './unflushed-writes.ts';
import type { WriteGate } from './write-gate.ts';
import { type LoggedChange, planReadBack } from './write-log.ts';

const readsInFlight = 8;
const longestRead = 1_048_576;

/** Reading back for one disk. */
export class ReadBack {
  readonly #unflushed: UnflushedWrites;
  readonly #io: AlignedIo;
  readonly #gate: WriteGate;

  constructor(unflushed: UnflushedWrites, io: AlignedIo, gate: WriteGate) {
    this.#unflushed = unflushed;
    this.#io = io;
    this.#gate = gate;
  }

  /**
   * Reads everything that is in doubt. What is there waits for a flush again; what is not counts as lost. No flush is to
   * begin meanwhile. Rejects with what a read rejects with: then all is in doubt as before.
   */
  async run(signal: AbortSignal | undefined): Promise<void> {
    const doubt = this.#unflushed.takeDoubt();
    if (doubt === undefined) return;
    try {
      await this.#look(doubt, signal);
    } catch (error) {
      this.#unflushed.returnDoubt();
      throw error;
    }
  }

  async #look(doubt: Doubt, signal: AbortSignal | undefined): Promise<void> {
    const { checkable, uncertain } = planReadBack(doubt.changes);
    const kept: LoggedChange[] = [];
    const lost = [...uncertain];
    const runs = runsOf(checkable);
    const { failure } = await inPieces(runs.length, readsInFlight, async (piece) => {
      const run = runs[piece] ?? [];
      for (const { change, isThere } of await this.#read(run, signal)) {
        if (isThere) kept.push(change);
        else if (!(await this.#isOverwritten(change, signal))) lost.push(change);
      }
    });
    if (failure !== undefined) throw failure.error;
    this.#unflushed.settleDoubt(kept, lost);
  }

  async #read(
    run: readonly LoggedChange[],
    signal: AbortSignal | undefined,
  ): Promise<{ readonly change: LoggedChange; readonly isThere: boolean }[]> {
    const from = run[0]?.start ?? 0;
    const bytes = Buffer.allocUnsafe((run.at(-1)?.end ?? from) - from);
    await this.#io.read(from, bytes, signal);
    return run.map((change) => {
      const { start, end, checksum } = change;
      return { change, isThere: crc32c(bytes.subarray(start - from, end - from)) === checksum };
    });
  }

  /** Looks once more while nobody can write there: it may be a later write that was found. */
  async #isOverwritten(change: LoggedChange, signal: AbortSignal | undefined): Promise<boolean> {
    return await this.#gate.pass(change.start, change.end, true, signal, async () => {
      return await Promise.resolve(this.#unflushed.standingOf(change) === 'overwritten');
    });
  }
}

/** Changes that lie apart from each other, as runs of neighbours that are read at once. */
function runsOf(changes: readonly LoggedChange[]): LoggedChange[][] {
  const runs: LoggedChange[][] = [];
  for (const change of [...changes].sort((one, other) => one.start - other.start)) {
    const run = runs.at(-1);
    const first = run?.[0];
    if (first !== undefined && run?.at(-1)?.end === change.start && change.end - first.start <= longestRead) {
      run.push(change);
    } else runs.push([change]);
  }
  return runs;
}
