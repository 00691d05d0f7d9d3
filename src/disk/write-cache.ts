// Getting what was written out of the device's volatile cache: SYNCHRONIZE CACHE.

import { BlockError, ScsiError } from '../base/index.ts';
import { encodeSynchronizeCache10Cdb, encodeSynchronizeCache16Cdb } from '../scsi/index.ts';
import type { CommandRunner } from './command-runner.ts';
import { flushTraits } from './command-traits.ts';
import { isIscsiError, withEffect } from './effects.ts';
import type { LossCursor } from './lost-writes.ts';

/** The write cache of one disk. */
export class WriteCache {
  readonly #runner: CommandRunner;
  /** Undefined when the device does not say. */
  readonly #isEnabled: boolean | undefined;
  readonly #timeoutMs: number;
  /** The forms of the command that the device has not refused yet, the likelier first. */
  readonly #forms: (typeof encodeSynchronizeCache10Cdb | typeof encodeSynchronizeCache16Cdb)[] = [
    encodeSynchronizeCache10Cdb,
    encodeSynchronizeCache16Cdb,
  ];

  constructor(runner: CommandRunner, isEnabled: boolean | undefined, timeoutMs: number) {
    this.#runner = runner;
    this.#isEnabled = isEnabled;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Settles when every write that had settled before is on stable storage. Rejects with BlockError BLOCK_WRITES_LOST when
   * all of them are but those that the error tells of, which the device may have lost before.
   */
  async flush(cursor: LossCursor | undefined, signal: AbortSignal | undefined): Promise<void> {
    const { unflushed } = this.#runner;
    const flush = unflushed.beginFlush(cursor);
    try {
      await this.#synchronize(signal);
    } catch (error) {
      unflushed.failFlush(flush, error);
      throw error;
    }
    unflushed.endFlush(flush);
    const loss = unflushed.takeLosses(flush);
    if (loss !== undefined) throw loss;
  }

  /**
   * Puts one write on stable storage that began when there had been `lossCount` losses. Losses are left for those who
   * flush to be told of.
   */
  async makeStable(offset: number, length: number, lossCount: number, signal: AbortSignal | undefined): Promise<void> {
    const { unflushed } = this.#runner;
    const flush = unflushed.beginFlush();
    try {
      await this.#synchronize(signal);
    } catch (error) {
      unflushed.failFlush(flush, error);
      if (!isIscsiError(error)) throw error;
      throw withEffect(error, 'unknown', 'what was written may still be in a volatile cache', { offset, length });
    }
    unflushed.endFlush(flush);
    if (unflushed.lossCount === lossCount) return;
    const message = `The device lost its cache while ${length} bytes at ${offset} were on their way to stable storage`;
    throw new BlockError('BLOCK_WRITES_LOST', message, { effect: 'unknown', offset, length });
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
