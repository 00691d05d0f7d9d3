// Getting what was written out of the device's volatile cache: SYNCHRONIZE CACHE.

import { BlockError, raceAbort, ScsiError } from '../base/index.ts';
import { encodeSynchronizeCache10Cdb, encodeSynchronizeCache16Cdb } from '../scsi/index.ts';
import type { CommandRunner } from './command-runner.ts';
import { flushTraits } from './command-traits.ts';
import { isIscsiError, withEffect } from './effects.ts';
import type { LossCursor } from './lost-writes.ts';
import type { ReadBack } from './read-back.ts';

/** How often a flush, or reading back, starts over when the device is reset meanwhile. */
const mostRounds = 4;

/** The write cache of one disk. */
export class WriteCache {
  readonly #runner: CommandRunner;
  readonly #readBack: ReadBack;
  /** While it goes on, flushes wait. */
  #readingBack: Promise<void> | undefined;
  /** Undefined when the device does not say. */
  readonly #isEnabled: boolean | undefined;
  readonly #timeoutMs: number;
  /** The forms of the command that the device has not refused yet, the likelier first. */
  readonly #forms: (typeof encodeSynchronizeCache10Cdb | typeof encodeSynchronizeCache16Cdb)[] = [
    encodeSynchronizeCache10Cdb,
    encodeSynchronizeCache16Cdb,
  ];

  constructor(runner: CommandRunner, readBack: ReadBack, isEnabled: boolean | undefined, timeoutMs: number) {
    this.#runner = runner;
    this.#readBack = readBack;
    this.#isEnabled = isEnabled;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Settles when every write that had settled before is on stable storage. Rejects with BlockError BLOCK_WRITES_LOST when
   * all of them are but those that the error tells of, which the device may have lost before.
   */
  async flush(cursor: LossCursor | undefined, signal: AbortSignal | undefined): Promise<void> {
    const { unflushed } = this.#runner;
    const since = unflushed.toldTo(cursor);
    await this.#stabilize(cursor, signal);
    const loss = unflushed.takeLosses(since, cursor);
    if (loss !== undefined) throw loss;
  }

  /**
   * Puts one write on stable storage that began when there had been `lossCount` losses. Losses are left for those who
   * flush to be told of.
   */
  async makeStable(offset: number, length: number, lossCount: number, signal: AbortSignal | undefined): Promise<void> {
    try {
      await this.#stabilize(undefined, signal);
    } catch (error) {
      if (!isIscsiError(error)) throw error;
      throw withEffect(error, 'unknown', 'what was written may still be in a volatile cache', { offset, length });
    }
    if (this.#runner.unflushed.lossCount === lossCount) return;
    const message = `The device lost its cache while ${length} bytes at ${offset} were on their way to stable storage`;
    throw new BlockError('BLOCK_WRITES_LOST', message, { effect: 'unknown', offset, length });
  }

  /** Puts on stable storage what the device still has of all acknowledged writes. What it has not is counted as lost. */
  async #stabilize(cursor: LossCursor | undefined, signal: AbortSignal | undefined): Promise<void> {
    const { unflushed } = this.#runner;
    for (let rounds = 1; ; rounds += 1) {
      if (this.#readingBack !== undefined || unflushed.hasDoubt) await this.#resolveDoubt(signal);
      const flush = unflushed.beginFlush(cursor);
      try {
        await this.#synchronize(signal);
        unflushed.endFlush(flush);
      } catch (error) {
        unflushed.failFlush(flush, error);
        throw error;
      }
      if (!unflushed.hasDoubtedSince(flush)) return;
      if (rounds === mostRounds) {
        unflushed.giveUpDoubt();
        return;
      }
    }
  }

  /** Reads back what is in doubt. No flush begins meanwhile: it would make nothing stable of what is being read. */
  async #resolveDoubt(signal: AbortSignal | undefined): Promise<void> {
    const { unflushed } = this.#runner;
    let rounds = 0;
    while (this.#readingBack !== undefined || unflushed.hasDoubt) {
      if (this.#readingBack === undefined) {
        rounds += 1;
        if (rounds > mostRounds) unflushed.giveUpDoubt();
        this.#readingBack = this.#readBack.run(signal).finally(() => {
          this.#readingBack = undefined;
        });
        await this.#readingBack;
      } else {
        // Whoever began it hears of its failure.
        await raceAbort(
          this.#readingBack.catch(() => undefined),
          signal,
        );
      }
    }
  }

  /**
   * Puts all that has been written on stable storage. A device that has no such command and does not say that it has a
   * cache has nothing to synchronize; one that says so and has no command rejects with ScsiError SCSI_UNSUPPORTED.
   */
  async #synchronize(signal: AbortSignal | undefined): Promise<void> {
    for (let form = this.#forms[0]; form !== undefined; form = this.#forms[0]) {
      try {
        const cdb = form({ lba: 0, blocks: 0, immed: false });
        const request = { ...this.#runner.request(cdb, signal), timeoutMs: this.#timeoutMs };
        await this.#runner.run(request, flushTraits);
        return;
      } catch (error) {
        if (!(error instanceof ScsiError && error.code === 'SCSI_UNSUPPORTED')) throw error;
        if (this.#forms[0] === form) this.#forms.shift(); // another call may have found out in the meantime
      }
    }
    if (this.#isEnabled === true) {
      throw new ScsiError('SCSI_UNSUPPORTED', 'the device has a write cache and no SYNCHRONIZE CACHE');
    }
  }
}
