// Command numbers that the target never got, filled again so that the window of the session can move on.

import { lunZero, SessionError, snAdd, TimeoutError, type Timer } from '../base/index.ts';
import type { Connection } from '../connection/index.ts';
import { opcode, reservedTag, type TargetPdu } from '../wire/index.ts';
import type { Member } from './roster.ts';
import type { PendingRequest, SessionContext } from './session-context.ts';

/** A NOP-Out in the place of a lost command: known as such until it is answered, or its connection is lost as well. */
class Filler implements PendingRequest {
  readonly kind = 'request';
  readonly connection: Connection;
  readonly cmdSn: number;
  readonly initiatorTaskTag: number;
  readonly #context: SessionContext;
  readonly #timer: Timer;

  constructor(context: SessionContext, connection: Connection, cmdSn: number) {
    this.#context = context;
    this.connection = connection;
    this.cmdSn = cmdSn;
    const tag = context.tags.acquire(this);
    if (tag === undefined) {
      throw new SessionError('ISCSI_QUEUE_FULL', `All ${context.tags.size} task tags of the session are in use`);
    }
    this.initiatorTaskTag = tag;
    const { pingTimeoutMs } = context.limits;
    this.#timer = context.clock.schedule(pingTimeoutMs, () => {
      this.#late(pingTimeoutMs);
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

  /** A number that does not get through holds all later commands up; another connection is asked to take it. */
  #late(limitMs: number): void {
    if (this.#context.window.hasArrived(this.cmdSn)) {
      this.fail();
      return;
    }
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
  const { connection } = member;
  const filled = new Set(numbersBeingFilled(context));
  for (const cmdSn of missing) {
    if (context.window.hasArrived(cmdSn) || filled.has(cmdSn)) continue;
    filled.add(cmdSn);
    const { initiatorTaskTag } = new Filler(context, connection, cmdSn);
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

/** The numbers for which a NOP-Out is on its way. */
export function numbersBeingFilled(context: SessionContext): number[] {
  return fillers(context).map(({ cmdSn }) => cmdSn);
}

/** Forgets the NOP-Outs whose numbers have arrived: one that was a duplicate has been ignored, and is never answered. */
export function forgetFilled(context: SessionContext): void {
  for (const filler of fillers(context)) if (context.window.hasArrived(filler.cmdSn)) filler.fail();
}

function fillers({ tags }: SessionContext): Filler[] {
  return tags.holders().filter((holder) => holder instanceof Filler);
}
