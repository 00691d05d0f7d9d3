// Pings for a silent connection (RFC 7143 §11.18): NOP-Out after an interval without a PDU, an end after a limit.

import { type Clock, lunZero, TimeoutError, type Timer } from '../base/index.ts';
import { opcode, reservedTag } from '../wire/index.ts';
import { Conversation } from './conversation.ts';
import type { Member } from './roster.ts';
import type { SessionContext } from './session-context.ts';

/** Watches one connection until `stop`. Any byte from the target proves it alive, and so does progress in sending. */
export class Keepalive {
  readonly #context: SessionContext;
  readonly #member: Member;
  readonly #clock: Clock;
  #timer: Timer | undefined;
  #received = 0;
  /** Bytes sent when the watch began, if more were waiting behind them. */
  #backedUp: number | undefined;
  #ping: Conversation | undefined;

  constructor(context: SessionContext, member: Member) {
    this.#context = context;
    this.#member = member;
    this.#clock = context.clock;
    if (context.limits.pingIntervalMs > 0) this.#watch(context.limits.pingIntervalMs);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#ping?.end();
    this.#ping = undefined;
  }

  #watch(delayMs: number): void {
    const { connection } = this.#member;
    this.#received = connection.receivedBytes;
    // What the transport takes at once proves nothing of the target; what had to wait for it does.
    this.#backedUp = connection.pendingBytes > 0 ? connection.sentBytes : undefined;
    this.#timer = this.#clock.schedule(
      delayMs,
      () => {
        this.#check();
      },
      { unref: true },
    );
  }

  #check(): void {
    const { connection } = this.#member;
    const { pingIntervalMs, pingTimeoutMs } = this.#context.limits;
    const isSending = this.#backedUp !== undefined && connection.sentBytes !== this.#backedUp;
    const isAlive = connection.receivedBytes !== this.#received || isSending;
    const wasPinged = this.#ping !== undefined;
    this.#ping?.end();
    this.#ping = undefined;
    if (isAlive) {
      this.#watch(pingIntervalMs);
    } else if (wasPinged) {
      const message = `${connection.address} did not answer a ping in ${pingTimeoutMs} ms`;
      connection.fail(new TimeoutError('ISCSI_PING_TIMEOUT', message, { operation: 'ping', limitMs: pingTimeoutMs }));
    } else {
      // Watched from before the ping: its own bytes leaving for the transport prove nothing of the target.
      this.#watch(pingTimeoutMs);
      if (!this.#context.tags.isFull) this.#sendPing();
    }
  }

  #sendPing(): void {
    const { connection } = this.#member;
    this.#ping = new Conversation(this.#context, connection);
    connection.send({
      opcode: opcode.nopOut,
      isImmediate: true,
      lun: lunZero,
      initiatorTaskTag: this.#ping.initiatorTaskTag,
      targetTransferTag: reservedTag,
      cmdSn: this.#context.window.cmdSn,
      expStatSn: connection.expStatSn,
    });
  }
}
