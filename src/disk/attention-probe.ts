// Meets the unit attentions that wait behind a session's reinstatement before any I/O does, so that a device which has lost
// its cache is known to have when the first answer is passed on.

import { sleep } from '../base/index.ts';
import { encodeTestUnitReadyCdb, type Sense, scsiStatus, senseKey, senseOf } from '../scsi/index.ts';
import type { ScsiPort, ScsiResult } from '../session/index.ts';
import type { CommandRunner } from './command-runner.ts';
import { isIscsiError } from './effects.ts';
import type { ResolvedDiskOptions } from './options.ts';

/** The probe of one disk. */
export class AttentionProbe {
  readonly #runner: CommandRunner;
  readonly #options: ResolvedDiskOptions;
  /** An answer was lost which may have carried a unit attention; those are told once (SAM-5 §5.14). */
  #missedAnswer = false;

  constructor(runner: CommandRunner, options: ResolvedDiskOptions) {
    this.#runner = runner;
    this.#options = options;
  }

  /**
   * Sends TEST UNIT READY over `port`, one at a time, until it meets no more unit attention. What else it ends with is
   * for those who do I/O. Rejects with what the port rejects with.
   */
  async run(port: ScsiPort, signal: AbortSignal | undefined): Promise<void> {
    const { maxResends, backoffMs, clock } = this.#options;
    for (let sent = 0; sent <= maxResends; sent += 1) {
      const result = await this.#ask(port, signal);
      const sense = result.status === scsiStatus.checkCondition ? senseOf(result.sense) : undefined;
      if (sense?.senseKey === senseKey.unitAttention) this.#met(sense);
      else if (result.status !== scsiStatus.busy && result.status !== scsiStatus.taskSetFull) break;
      else await sleep(clock, backoffMs, signal);
    }
    const { unflushed } = this.#runner;
    if (this.#missedAnswer) unflushed.doubt('an answer was lost that may have told of a reset', undefined);
    else unflushed.metSilence();
    this.#missedAnswer = false;
  }

  async #ask(port: ScsiPort, signal: AbortSignal | undefined): Promise<ScsiResult> {
    try {
      return await port.execute(this.#runner.request(encodeTestUnitReadyCdb(), signal));
    } catch (error) {
      // TEST UNIT READY does nothing; an effect that is not `none` says only that it may have been received.
      if (!isIscsiError(error) || error.effect !== 'none') this.#missedAnswer = true;
      throw error;
    }
  }

  /** Whatever was sent before the reinstatement is over, so no answer under way is in doubt. */
  #met(sense: Sense): void {
    this.#runner.unflushed.met(sense, undefined);
    this.#options.onUnitAttention(sense);
  }
}
