// Losses that no later PDU shows (RFC 7143 §7.1.4.2): a watch over the commands of one connection that do not get on, and
// over PDUs that were asked for and did not come. One timer for all of them.

import { asIscsiError, type Timer } from '../../base/index.ts';
import { snackType } from '../../wire/index.ts';
import { plugGap } from '../hole-filler.ts';
import { type Member, recoversErrors } from '../roster.ts';
import type { ScsiTask } from '../scsi-task.ts';
import type { SessionContext } from '../session-context.ts';
import type { TaskSet } from '../task-set.ts';
import { retryCommand } from './command-retry.ts';
import { DataRecovery } from './data-recovery.ts';
import { Probe } from './probe.ts';

/** How often the watch looks in one interval: a loss is noticed that much of an interval late at most. */
const looksPerInterval = 4;
/** How often R2Ts are asked for that nothing has shown to be lost. */
const mostR2tRequests = 2;

/** Watches one connection until `stop`. Does nothing at ErrorRecoveryLevel 0, nor with an interval of 0. */
export class QuietWatch {
  readonly #context: SessionContext;
  readonly #member: Member;
  readonly #recovery: DataRecovery;
  readonly #intervalMs: number;
  #timer: Timer | undefined;
  #probe: { readonly probe: Probe; readonly sentMs: number } | undefined;
  /** The first missing StatSN, and since when it has been that. */
  #missing: { readonly statSn: number | undefined; readonly sinceMs: number } | undefined;

  constructor(context: SessionContext, member: Member, tasks: TaskSet) {
    this.#context = context;
    this.#member = member;
    this.#recovery = new DataRecovery(tasks);
    this.#intervalMs = recoversErrors(member) ? context.limits.commandRetryIntervalMs : 0;
    this.#schedule();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#probe?.probe.end();
    this.#probe = undefined;
  }

  #schedule(): void {
    if (this.#intervalMs === 0) return;
    this.#timer = this.#context.clock.schedule(
      Math.ceil(this.#intervalMs / looksPerInterval),
      () => {
        this.#schedule();
        this.#look();
      },
      { unref: true },
    );
  }

  #look(): void {
    const { connection } = this.#member;
    const nowMs = this.#context.clock.now();
    try {
      this.#lookAtStatus(nowMs);
      if (this.#member.tasksInFlight > 0) this.#lookAtTasks(nowMs);
    } catch (error) {
      connection.fail(asIscsiError(error));
    }
  }

  #lookAtStatus(nowMs: number): void {
    const { status } = this.#member.connection;
    const { firstMissing: statSn } = status;
    if (this.#missing === undefined || this.#missing.statSn !== statSn) {
      this.#missing = { statSn, sinceMs: nowMs };
    } else if (statSn !== undefined && nowMs - this.#missing.sinceMs >= this.#intervalMs) {
      this.#missing = { statSn, sinceMs: nowMs };
      status.askAgain();
    }
  }

  #lookAtTasks(nowMs: number): void {
    const quiet = this.#quietTasks(nowMs);
    const lacking = quiet.filter((task) => task.recovery?.hasMissing === true);
    for (const task of lacking) this.#recovery.askAgain(task, this.#member);
    restart(lacking, nowMs);
    const silent = quiet.filter((task) => !lacking.includes(task));
    if (silent.length === 0) return;
    if (this.#probe === undefined) {
      this.#sendProbe(nowMs);
    } else if (nowMs - this.#probe.sentMs >= this.#intervalMs) {
      // Not even that was answered. What can be lost is sent again; whether the target lives is for the pings to say.
      this.#probe.probe.end();
      this.#probe = undefined;
      for (const task of silent) this.#retryFirst(task);
      plugGap(this.#context, this.#member);
      restart(silent, nowMs);
    }
  }

  /** Those that have not got on for an interval. What is still being sent is not quiet. */
  #quietTasks(nowMs: number): ScsiTask[] {
    const isSending = this.#member.connection.pendingBytes > 0;
    const quiet: ScsiTask[] = [];
    for (const task of this.#context.tags.holders()) {
      if (task.kind !== 'scsi' || task.member !== this.#member || task.state !== 'sent') continue;
      const { expDataSn, receivedLength, standing } = task;
      const isSame = standing?.expDataSn === expDataSn && standing.receivedLength === receivedLength;
      if (isSending || !isSame) task.standing = { expDataSn, receivedLength, sinceMs: nowMs, r2tRequests: 0 };
      else if (nowMs - standing.sinceMs >= this.#intervalMs) quiet.push(task);
    }
    return quiet;
  }

  #sendProbe(nowMs: number): void {
    const probe = new Probe(this.#context, this.#member.connection, () => {
      this.#probe = undefined;
      this.#answered();
    });
    this.#probe = { probe, sentMs: nowMs };
    probe.send();
  }

  /**
   * The target's numbers are known now, and missing statuses have been asked for. A command that it had not received when
   * it answered is lost, for the ping came behind it.
   */
  #answered(): void {
    const nowMs = this.#context.clock.now();
    const quiet = this.#quietTasks(nowMs);
    for (const task of quiet) {
      if (!this.#retryFirst(task)) this.#askForR2ts(task);
    }
    if (quiet.length > 0) plugGap(this.#context, this.#member);
    restart(quiet, nowMs);
  }

  /** Only the first number that the target lacks is known to be lost; those behind it may wait for it at the target. */
  #retryFirst(task: ScsiTask): boolean {
    return task.cmdSn === this.#context.window.expCmdSn && retryCommand(this.#context, task, this.#member);
  }

  /**
   * A write that waits for an R2T. §7.1.4.1 would rather leave that to the target, because a recovery R2T or a response might
   * be on its way: the answer to the ping has ruled that out, for it would have come before it. With all in order at the
   * target, which then has not asked yet, it rejects this, and nothing follows from that.
   */
  #askForR2ts(task: ScsiTask): void {
    const { connection } = this.#member;
    const { standing, initiatorTaskTag, expDataSn: begRun } = task;
    const isWaiting = task.request.dataOut !== undefined && task.askedLength < task.length;
    if (!isWaiting || connection.status.hasMissing || !this.#context.window.hasArrived(task.cmdSn)) return;
    if (standing === undefined || standing.r2tRequests >= mostR2tRequests) return;
    task.standing = { ...standing, r2tRequests: standing.r2tRequests + 1 };
    connection.sendSnack({ type: snackType.dataOrR2t, initiatorTaskTag, begRun, runLength: 0 });
  }
}

/** Gives tasks for which something was done another interval to get on. */
function restart(tasks: readonly ScsiTask[], nowMs: number): void {
  for (const task of tasks) if (task.standing !== undefined) task.standing = { ...task.standing, sinceMs: nowMs };
}
