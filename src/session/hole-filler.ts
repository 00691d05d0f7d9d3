// Command numbers that the target never got, filled again so that the window of the session can move on.

import { lunZero, SessionError, snAdd, snBefore, TimeoutError, type Timer } from '../base/index.ts';
import type { Connection } from '../connection/index.ts';
import { opcode, reservedTag, type TargetPdu } from '../wire/index.ts';
import { type Member, recoversErrors } from './roster.ts';
import type { PendingRequest, SessionContext } from './session-context.ts';

/** How often a NOP-Out is sent again where the target may have dropped it for a wrong digest. */
const mostRetries = 2;

/** A NOP-Out in the place of a lost command: known as such until it is answered, or its connection is lost as well. */
class Filler implements PendingRequest {
  readonly kind = 'request';
  readonly connection: Connection;
  readonly cmdSn: number;
  readonly initiatorTaskTag: number;
  readonly #context: SessionContext;
  #timer: Timer;

  constructor(context: SessionContext, member: Member, cmdSn: number) {
    this.#context = context;
    this.connection = member.connection;
    this.cmdSn = cmdSn;
    const tag = context.tags.acquire(this);
    if (tag === undefined) {
      throw new SessionError('ISCSI_QUEUE_FULL', `All ${context.tags.size} task tags of the session are in use`);
    }
    this.initiatorTaskTag = tag;
    this.#timer = this.#wait(recoversErrors(member) ? mostRetries : 0, context.limits.pingTimeoutMs);
  }

  /** The same PDU again, on the same connection (§7.2.1), unless a Logout has been sent there (§11.14). */
  #retry(): void {
    if (!this.#context.window.hasArrived(this.cmdSn) && this.connection.canLogOut) this.send();
  }

  send(): void {
    const { connection, cmdSn, initiatorTaskTag } = this;
    connection.send({
      opcode: opcode.nopOut,
      isImmediate: false,
      lun: lunZero,
      initiatorTaskTag,
      targetTransferTag: reservedTag,
      cmdSn,
      expStatSn: connection.expStatSn,
    });
  }

  take(_connection: Connection, pdu: TargetPdu): boolean {
    if (pdu.opcode !== opcode.nopIn) return false;
    // The number is the NOP-Out's, for good: a command that had it too has not been received, and will not be.
    for (const holder of this.#context.tags.holders()) {
      if (holder.kind === 'scsi' && holder.state === 'orphaned' && holder.cmdSn === this.cmdSn)
        holder.isPreempted = true;
    }
    this.fail();
    return true;
  }

  fail(): void {
    this.#timer.cancel();
    this.#context.tags.release(this.initiatorTaskTag);
  }

  #wait(retries: number, leftMs: number): Timer {
    const delayMs = Math.floor(leftMs / (retries + 1));
    return this.#context.clock.schedule(delayMs, () => {
      if (retries === 0) {
        this.#late();
        return;
      }
      this.#retry();
      this.#timer = this.#wait(retries - 1, leftMs - delayMs);
    });
  }

  /** A number that does not get through holds all later commands up; another connection is asked to take it. */
  #late(): void {
    const { window, limits } = this.#context;
    if (window.hasArrived(this.cmdSn)) {
      this.fail();
      return;
    }
    const limitMs = limits.pingTimeoutMs;
    const message = `A NOP-Out with CmdSN ${this.cmdSn} was not taken in ${limitMs} ms`;
    this.connection.fail(new TimeoutError('ISCSI_PING_TIMEOUT', message, { operation: 'ping', limitMs }));
  }
}

/**
 * Sends a NOP-Out with each of the missing numbers that nothing fills already. A target delivers commands in the order
 * of their CmdSN over all connections (RFC 7143 §4.2.2.1), so a number that never arrives would hold up every later
 * command. One that had arrived after all is a duplicate, which the target must ignore.
 */
export function fillHoles(context: SessionContext, member: Member, missing: readonly number[]): void {
  const filled = new Set(numbersBeingFilled(context));
  for (const cmdSn of missing) {
    if (context.window.hasArrived(cmdSn) || filled.has(cmdSn)) continue;
    filled.add(cmdSn);
    new Filler(context, member, cmdSn).send();
  }
}

/**
 * The numbers that the target has not acknowledged and that nothing on a connection of the session carries, the lowest
 * first. A target that holds an aborted command behind a gap drops it with its connection, and nothing else would send
 * its number again. No more than can be in flight: what was answered has been acknowledged.
 */
export function missingNumbers(context: SessionContext): number[] {
  const { window, limits } = context;
  const carried = numbersCarried(context);
  const missing: number[] = [];
  for (
    let cmdSn = window.expCmdSn;
    cmdSn !== window.cmdSn && missing.length < limits.maxTasks;
    cmdSn = snAdd(cmdSn, 1)
  ) {
    if (!carried.has(cmdSn)) missing.push(cmdSn);
  }
  return missing;
}

/** The numbers of all commands and requests that are on their way on connections that the session has. */
export function numbersCarried({ tags, roster }: SessionContext): Set<number> {
  const numbers = new Set<number>();
  for (const holder of tags.holders()) {
    const connection = holder.kind === 'scsi' ? holder.member?.connection : holder.connection;
    const isOnItsWay = connection !== undefined && roster.get(connection.cid)?.connection === connection;
    if (isOnItsWay && holder.cmdSn !== undefined) numbers.add(holder.cmdSn);
  }
  return numbers;
}

/**
 * Fills the first number that the target lacks, which commands of all connections may be waiting behind, when nobody has it
 * any more: the request that took it was lost, and given up unanswered.
 */
export function plugGap(context: SessionContext, member: Member): void {
  forgetFilled(context);
  const { window, tags } = context;
  const { expCmdSn } = window;
  const isWanted = tags.holders().some(({ cmdSn }) => cmdSn === expCmdSn);
  if (!isWanted && snBefore(expCmdSn, window.cmdSn) && !tags.isFull) fillHoles(context, member, [expCmdSn]);
}

/** The numbers for which a NOP-Out is on its way. */
export function numbersBeingFilled(context: SessionContext): number[] {
  return fillers(context).map(({ cmdSn }) => cmdSn);
}

/**
 * Forgets the NOP-Outs whose numbers have arrived: one that was a duplicate has been ignored, and is never answered. As long
 * as a command of the same number has no connection, the answer is what tells which of the two has arrived.
 */
export function forgetFilled(context: SessionContext): void {
  const { window, tags } = context;
  const isInDoubt = (number: number): boolean =>
    tags.holders().some((holder) => holder.kind === 'scsi' && holder.state === 'orphaned' && holder.cmdSn === number);
  for (const filler of fillers(context)) {
    if (window.hasArrived(filler.cmdSn) && !isInDoubt(filler.cmdSn)) filler.fail();
  }
}

function fillers({ tags }: SessionContext): Filler[] {
  return tags.holders().filter((holder) => holder instanceof Filler);
}
