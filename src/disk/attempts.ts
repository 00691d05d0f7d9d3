// What the attempts at one command have come to so far: how many there were, what they may have done to the medium, and
// whether there may be another.

import { type Effect, type ErrorCode, type IscsiError, SessionError } from '../base/index.ts';
import { additionalSense, effectOfStatus, type Sense, scsiStatus, senseKey } from '../scsi/index.ts';
import type { Change } from './changes-in-flight.ts';
import type { CommandTraits } from './command-traits.ts';
import { withEffect } from './effects.ts';
import type { ResolvedDiskOptions } from './options.ts';

/** What a status asks for. */
export type Verdict = 'good' | 'resend' | 'resendLater' | 'failed';

/**
 * Ends without a status after which the target does not carry the command out any more: a session tells of a lost
 * connection when that has been logged out, or the session reinstated (RFC 7143 §6.3.5, §7.14), and of a terminated
 * task when the target has said that it is.
 */
const certainEnds: ReadonlySet<ErrorCode> = new Set(['ISCSI_CONNECTION_LOST', 'SCSI_TASK_ABORTED']);

/** Other ends that say nothing against another attempt. The command itself may still be carried out after them. */
const passingEnds: ReadonlySet<ErrorCode> = new Set([
  'ISCSI_REJECTED',
  'ISCSI_DIGEST_MISMATCH',
  'ISCSI_PING_TIMEOUT',
  'ISCSI_TASK_MANAGEMENT_TIMEOUT',
]);

/** The session takes no more commands. Why the one before was lost tells more than that. */
const refusals: ReadonlySet<ErrorCode> = new Set(['ISCSI_CLOSED', 'ISCSI_DRAINING']);

const contested =
  'not sent again, since another change of some of its blocks was under way meanwhile and may have come after it';

/** The attempts at one command. */
export class Attempts {
  readonly #options: ResolvedDiskOptions;
  readonly #traits: CommandTraits;
  /** Undefined for commands that change no block: for those, one time too many does no harm. */
  readonly #change: Change | undefined;
  #resends = 0;
  #redrives = 0;
  #effect: Effect = 'none';
  #lost: IscsiError | undefined;
  #obstacle: string | undefined;

  constructor(options: ResolvedDiskOptions, traits: CommandTraits, change: Change | undefined) {
    this.#options = options;
    this.#traits = traits;
    this.#change = change;
  }

  /** What all attempts together may have done to the medium. */
  get effect(): Effect {
    return this.#effect;
  }

  /** How often a status asked for another attempt. */
  get resends(): number {
    return this.#resends;
  }

  /** How often an attempt ended without a status and was repeated. */
  get redrives(): number {
    return this.#redrives;
  }

  /** Why a change that may have been carried out was not repeated although its end allowed it. */
  get obstacle(): string | undefined {
    return this.#obstacle;
  }

  /** Another attempt begins: what came before cannot be answered any more. */
  begin(): void {
    if (this.#change !== undefined) this.#change.doubtCid = undefined;
  }

  /** An attempt ended with a status. */
  judge(status: number, sense: Sense | undefined): Verdict {
    const verdict = verdictOf(status, sense);
    if (verdict === 'good') return verdict;
    // Once an attempt may have changed the medium, a later refusal takes nothing back.
    if (this.#effect === 'none') this.#effect = this.#effectOf(status, sense);
    if (verdict === 'failed' || this.#resends === this.#options.maxResends || !this.#mayRepeat()) return 'failed';
    this.#resends += 1;
    return verdict;
  }

  /**
   * An attempt ended without a status. Tells whether to make another one, at once or later, or which error the command
   * ends with.
   */
  judgeLoss(error: IscsiError): 'redrive' | 'redriveLater' | IscsiError {
    if (this.#effect === 'none' && this.#change !== undefined) this.#effect = error.effect;
    const isLater = error.code === 'ISCSI_QUEUE_FULL' && this.#lost !== undefined;
    const isSafe = certainEnds.has(error.code) || error.effect === 'none' || this.#change === undefined;
    const isPassing = certainEnds.has(error.code) || passingEnds.has(error.code) || isLater;
    const isBound = this.#redrives === this.#options.maxRedrives;
    if (!isPassing || !isSafe || isBound || !this.#mayRepeat()) return this.#final(error);
    this.#redrives += 1;
    if (!isLater) this.#lost = error;
    return isLater ? 'redriveLater' : 'redrive';
  }

  /** The error of the last attempt, or why the one before it was lost, with what is known of all attempts. */
  #final(error: IscsiError): IscsiError {
    if (this.#obstacle !== undefined) return withEffect(error, this.#effect, this.#obstacle);
    const cause = error instanceof SessionError && refusals.has(error.code) ? (this.#lost ?? error) : error;
    if (this.#effect === 'none' || cause.effect === this.#effect) return cause;
    return withEffect(cause, this.#effect, 'an earlier attempt may have changed the medium');
  }

  /** Whether doing it once more is safe, with what is known of the attempts before. */
  #mayRepeat(): boolean {
    if (this.#effect === 'none' || this.#change === undefined) return true;
    if (!this.#traits.isIdempotent) this.#obstacle = 'not sent again, since it would meet what it may have written';
    else if (this.#change.isContested) this.#obstacle = contested;
    return this.#obstacle === undefined;
  }

  #effectOf(status: number, sense: Sense | undefined): Effect {
    if (!this.#traits.changesMedium) return 'none';
    // COMPARE AND WRITE that found a difference has written nothing (SBC-4).
    if (!this.#traits.isIdempotent && sense?.senseKey === senseKey.miscompare) return 'none';
    return effectOfStatus(status, sense);
  }
}

function verdictOf(status: number, sense: Sense | undefined): Verdict {
  switch (status) {
    case scsiStatus.good:
    case scsiStatus.conditionMet:
      return 'good';
    case scsiStatus.busy:
    case scsiStatus.taskSetFull:
      return 'resendLater';
    case scsiStatus.checkCondition:
      return sense === undefined || sense.isDeferred ? 'failed' : verdictOfSense(sense);
    default:
      return 'failed';
  }
}

/** Deferred errors do not come here: they tell of an earlier command, whose caller has been told GOOD. */
function verdictOfSense(sense: Sense): Verdict {
  switch (sense.senseKey) {
    case senseKey.recoveredError: // the command has been carried out (SPC-4 §4.5)
      return 'good';
    case senseKey.unitAttention:
    case senseKey.abortedCommand:
      return 'resend';
    case senseKey.notReady:
      return sense.asc * 0x100 + sense.ascq === additionalSense.becomingReady ? 'resendLater' : 'failed';
    default:
      return 'failed';
  }
}
