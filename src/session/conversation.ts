// A request that is not a SCSI command, and its answers: text, task management, logout, ping. One tag for all of it.

import { type Deferred, deferred, IscsiError, raceAbort, SessionError, withDeadline } from '../base/index.ts';
import type { Connection } from '../connection/index.ts';
import type { InitiatorPdu, TargetPdu } from '../wire/index.ts';
import type { PendingRequest, SessionContext } from './session-context.ts';

/** An answer and its data segment. */
export interface Answer<P extends TargetPdu> {
  readonly pdu: P;
  readonly data: Uint8Array;
}

/** How long to wait for an answer, and what it means when none comes. */
export interface AskLimits {
  readonly timeoutMs: number;
  readonly tooLate: () => IscsiError;
  readonly signal?: AbortSignal | undefined;
}

/** One tag on one connection: ask as often as the exchange has rounds, then `end`. */
export class Conversation implements PendingRequest {
  readonly kind = 'request';
  readonly connection: Connection;
  readonly initiatorTaskTag: number;
  /** The number that the request uses up, when it is not immediate: lost with its connection, it is to be filled. */
  readonly cmdSn?: number;
  readonly #context: SessionContext;
  #waiting: { expects: TargetPdu['opcode']; answer: Deferred<Answer<TargetPdu>> } | undefined;
  #lost: IscsiError | undefined;

  /**
   * `takeCmdSn` numbers a request that is not immediate. Throws SessionError ISCSI_QUEUE_FULL when all task tags are in
   * use.
   */
  constructor(context: SessionContext, connection: Connection, takeCmdSn?: () => number) {
    this.#context = context;
    this.connection = connection;
    const tag = context.tags.acquire(this);
    if (tag === undefined) {
      throw new SessionError('ISCSI_QUEUE_FULL', `All ${context.tags.size} task tags of the session are in use`);
    }
    this.initiatorTaskTag = tag;
    if (takeCmdSn !== undefined) this.cmdSn = takeCmdSn();
  }

  /** Sends a request and waits for the answer with opcode `expects`. Rejects when the connection is lost, too. */
  async ask<O extends TargetPdu['opcode']>(
    pdu: InitiatorPdu,
    data: Uint8Array | undefined,
    expects: O,
    limits: AskLimits,
  ): Promise<Answer<Extract<TargetPdu, { opcode: O }>>> {
    if (this.#lost !== undefined) throw this.#lost;
    const answer = deferred<Answer<TargetPdu>>();
    this.#waiting = { expects, answer };
    this.connection.send(pdu, data);
    const { clock } = this.#context;
    const { timeoutMs, tooLate, signal } = limits;
    try {
      const got = await withDeadline(
        clock,
        timeoutMs,
        tooLate,
        signal,
        async (both) => await raceAbort(answer.promise, both),
      );
      return got as Answer<Extract<TargetPdu, { opcode: O }>>;
    } finally {
      this.#waiting = undefined;
    }
  }

  /** Gives the tag back. An answer that comes later names no task and is dropped. */
  end(): void {
    this.#context.tags.release(this.initiatorTaskTag);
  }

  take(connection: Connection, pdu: TargetPdu, data: Uint8Array): boolean {
    const waiting = this.#waiting;
    if (waiting?.expects !== pdu.opcode || connection !== this.connection) return false;
    waiting.answer.resolve({ pdu, data });
    return true;
  }

  fail(error: IscsiError): void {
    this.#lost = error;
    this.#waiting?.answer.reject(error);
  }
}
