// Getting what was written out of the device's volatile cache: SYNCHRONIZE CACHE.

import { ScsiError } from '../base/index.ts';
import { encodeSynchronizeCache10Cdb, encodeSynchronizeCache16Cdb } from '../scsi/index.ts';
import type { CommandRunner } from './command-runner.ts';
import { flushTraits } from './command-traits.ts';

/** The write cache of one disk. */
export class WriteCache {
  readonly #runner: CommandRunner;
  /** Undefined when the device does not say. */
  readonly #isEnabled: boolean | undefined;
  /** The forms of the command that the device has not refused yet, the likelier first. */
  readonly #forms: (typeof encodeSynchronizeCache10Cdb | typeof encodeSynchronizeCache16Cdb)[] = [
    encodeSynchronizeCache10Cdb,
    encodeSynchronizeCache16Cdb,
  ];

  constructor(runner: CommandRunner, isEnabled: boolean | undefined) {
    this.#runner = runner;
    this.#isEnabled = isEnabled;
  }

  /**
   * Puts all that has been written on stable storage. A device that has no such command and does not say that it has a
   * cache has nothing to synchronize; one that says so and has no command rejects with ScsiError SCSI_UNSUPPORTED.
   */
  async synchronize(signal: AbortSignal | undefined): Promise<void> {
    for (let form = this.#forms[0]; form !== undefined; form = this.#forms[0]) {
      try {
        const cdb = form({ lba: 0, blocks: 0, immed: false });
        await this.#runner.run(this.#runner.request(cdb, signal), flushTraits);
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
