// One SCSI command on its way: what was asked, where it stands, and who waits for it.

import type { Effect } from '../base/index.ts';
import { type R2t, reservedTag } from '../wire/index.ts';
import type { TaskRecovery } from './recovery/task-recovery.ts';
import type { Member } from './roster.ts';
import type { ScsiRequest, ScsiResult } from './scsi-port.ts';

/** Where a task stands. `aborting` is sent, with an ABORT TASK behind it; `orphaned` is sent, its connection lost. */
export type TaskState = 'queued' | 'sent' | 'aborting' | 'orphaned' | 'done';

/** How far a task had come, and since when it has not come further. */
export interface Standing {
  readonly expDataSn: number;
  readonly receivedLength: number;
  readonly sinceMs: number;
  /** How often it has been asked for R2Ts since, though nothing had shown that any were lost. */
  readonly r2tRequests: number;
}

const noDeadline = Number.POSITIVE_INFINITY;

/** A SCSI task, from `execute` to its end. */
export class ScsiTask {
  readonly kind = 'scsi';
  readonly request: ScsiRequest;
  /** Expected Data Transfer Length. */
  readonly length: number;
  /** Goes before all others, as part of a recovery, and does not survive the loss of its connection. */
  readonly isAhead: boolean;
  state: TaskState = 'queued';
  initiatorTaskTag: number = reservedTag;
  cmdSn = 0;
  /** When it was sent first, on the session's clock; kept where somebody counts the time of commands. */
  sentAt = 0;
  /** The connection to which the task is allegiant (RFC 7143 §4.2.5.1), once it has been sent. */
  member: Member | undefined;
  /** When it is to be aborted, on the session's clock. */
  deadline: number = noDeadline;
  /** Why it is being aborted. */
  abortReason: Error | undefined;
  /** A task management function that ends many tasks is under way and ends this one too. */
  isAffected = false;
  /** R2Ts that may not be answered now (RFC 7143 §4.2.3.4 a); undefined where they may. */
  withheldR2ts: R2t[] | undefined;
  /** How many bytes of read data have arrived. */
  receivedLength = 0;
  /** How many Data-In and R2T PDUs have arrived: the next DataSN or R2TSN, and what ExpDataSN must say at the end. */
  expDataSn = 0;
  /** Up to where a write's data have been sent, or asked for, so far. */
  askedLength = 0;
  /** What it lacks, once a PDU of it was lost where that is recovered. */
  recovery: TaskRecovery | undefined;
  /** How it stood when it was last looked at; kept by the watch over quiet commands. */
  standing: Standing | undefined;
  /** Another request has taken its CmdSN: the target never had the command, and would ignore it now. */
  isPreempted = false;
  /** How often its command was sent again. */
  retries = 0;
  readonly #resolve: (result: ScsiResult) => void;
  readonly #reject: (error: Error) => void;
  #release: (() => void) | undefined;

  constructor(
    request: ScsiRequest,
    resolve: (result: ScsiResult) => void,
    reject: (error: Error) => void,
    isAhead = false,
  ) {
    this.request = request;
    this.isAhead = isAhead;
    this.length = request.dataOut?.length ?? request.dataIn?.length ?? 0;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** What the command may have done to the medium, when it ends without an answer. */
  get effect(): Effect {
    const isHarmless = this.state === 'queued' || this.isPreempted || this.request.dataIn !== undefined;
    return isHarmless ? 'none' : 'unknown';
  }

  /** Its connection is gone, and with it the PDUs that were missing: the target sends from `expDataSn` on, or ends the task. */
  forgetRecovery(): void {
    this.recovery?.ended();
    this.recovery = undefined;
    this.standing = undefined;
  }

  /** It was never received, so that it begins once more as if it had never been sent. */
  startOver(): void {
    this.forgetRecovery();
    this.state = 'queued';
    this.member = undefined;
    this.isPreempted = false;
    this.askedLength = 0;
    this.retries = 0;
  }

  /** Keeps what is to be called at the end, whatever the end. */
  onEnd(release: () => void): void {
    this.#release = release;
  }

  resolve(result: ScsiResult): void {
    this.state = 'done';
    this.#release?.();
    this.#resolve(result);
  }

  reject(error: Error): void {
    this.state = 'done';
    this.#release?.();
    this.#reject(error);
  }
}
