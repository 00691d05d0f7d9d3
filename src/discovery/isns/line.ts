// One byte stream to or from an iSNS server: requests with their answers, and notices with ours.

import {
  type Clock,
  type Deferred,
  deferred,
  IscsiError,
  IsnsError,
  raceAbort,
  SessionError,
  withDeadline,
} from '../../base/index.ts';
import { functionId, functionName, responseBit } from './function-id.ts';
import { encodeMessage, type IsnsMessage, MessageAssembler } from './message.ts';
import { type IsnsNotice, readNotice } from './notification.ts';
import { decodeAnswer, encodeAnswer, encodeRequest, type IsnsAnswer, type IsnsRequest } from './request.ts';
import { isnsStatus } from './status.ts';

/** Requests that may be unanswered at a time, those that nobody waits for any more included. */
const pendingBound = 64;

/** The longest message that is taken: room for some ten thousand targets. */
const longestMessage = 16 * 1024 * 1024;

/** What a line needs of the stream that it is on. */
export interface IsnsLineOptions {
  /** Sends bytes, which do not change afterwards. */
  readonly send: (bytes: Uint8Array) => void;
  /** A notice came. False when it was meant for somebody else: the server hears that there is no such entry. */
  readonly noticed: (notice: IsnsNotice) => boolean;
  /** The line is of no more use, and the stream should be closed. Called once at most, not from within `request`. */
  readonly failed: (error: IscsiError) => void;
  readonly clock: Clock;
  /** How long an answer may take. */
  readonly timeoutMs: number;
}

interface Pending {
  readonly functionId: number;
  /** Absent once nobody waits any more. */
  answer: Deferred<IsnsAnswer> | undefined;
}

/** One stream's worth of iSNS. The owner hands it what comes, and tells it when the stream has ended. */
export class IsnsLine {
  readonly #options: IsnsLineOptions;
  readonly #assembler: MessageAssembler;
  readonly #pending = new Map<number, Pending>();
  #lastTransactionId = 0;
  #ended: IscsiError | undefined;

  constructor(options: IsnsLineOptions) {
    this.#options = options;
    this.#assembler = new MessageAssembler((message) => {
      this.#take(message);
    }, longestMessage);
  }

  /** Bytes from the stream; they are copied. */
  received(chunk: Uint8Array): void {
    if (this.#ended !== undefined) return;
    try {
      this.#assembler.push(chunk);
    } catch (error) {
      if (!(error instanceof IscsiError)) throw error;
      this.#fail(error);
    }
  }

  /** The stream is gone: everybody who waits for an answer hears of it. */
  disconnected(error: Error | undefined): void {
    const why = error === undefined ? 'the server closed it' : error.message;
    this.#end(new IsnsError('ISNS_UNREACHABLE', `The line to the iSNS server ended: ${why}`, { cause: error }));
  }

  /**
   * Asks, and resolves with the server's answer. Rejects with IsnsError ISNS_REFUSED, ISNS_TIMEOUT (the line is of no
   * more use then), ISNS_UNREACHABLE, ISNS_BAD_ANSWER, the signal's reason, UsageError ISCSI_BAD_ARGUMENT for what cannot
   * be encoded, or SessionError ISCSI_QUEUE_FULL.
   */
  async request(request: IsnsRequest, signal?: AbortSignal): Promise<IsnsAnswer> {
    signal?.throwIfAborted();
    if (this.#ended !== undefined) throw this.#ended;
    if (this.#pending.size >= pendingBound) {
      throw new SessionError('ISCSI_QUEUE_FULL', `${pendingBound} requests wait for the iSNS server already`);
    }
    const { functionId: id, replaces } = request;
    const payload = encodeRequest(request);
    const transactionId = this.#freeTransactionId();
    const answer = deferred<IsnsAnswer>();
    const pending: Pending = { functionId: id, answer };
    this.#pending.set(transactionId, pending);
    this.#options.send(encodeMessage({ functionId: id, transactionId, sender: 'client', replaces, payload }));
    const late = this.#lateError(id);
    try {
      const { clock, timeoutMs } = this.#options;
      return await withDeadline(
        clock,
        timeoutMs,
        () => late,
        signal,
        async (both) => await raceAbort(answer.promise, both),
      );
    } catch (error) {
      pending.answer = undefined;
      if (error === late) this.#fail(late);
      throw error;
    }
  }

  #take(message: IsnsMessage): void {
    if ((message.functionId & responseBit) !== 0) this.#takeAnswer(message);
    else if (message.functionId !== functionId.heartbeat) this.#takeNotice(message);
  }

  #takeAnswer({ functionId: id, transactionId, payload }: IsnsMessage): void {
    const pending = this.#pending.get(transactionId);
    if (pending === undefined || (pending.functionId | responseBit) !== id) {
      const message = `${functionName(id)} came for transaction ${transactionId}, which asked for no such answer`;
      throw new IsnsError('ISNS_BAD_ANSWER', message, { clause: 'RFC 4171 §5.1.5' });
    }
    this.#pending.delete(transactionId);
    if (pending.answer === undefined) return;
    try {
      pending.answer.resolve(decodeAnswer(pending.functionId, payload));
    } catch (error) {
      pending.answer.reject(error);
    }
  }

  #takeNotice(message: IsnsMessage): void {
    const notice = readNotice(message);
    if (notice === undefined) {
      this.#answer(message, encodeAnswer(isnsStatus.messageNotSupported, []));
      return;
    }
    const isOurs = this.#options.noticed(notice);
    this.#answer(message, encodeAnswer(isOurs ? isnsStatus.successful : isnsStatus.noSuchEntry, notice.echo));
  }

  #answer({ functionId: id, transactionId }: IsnsMessage, payload: Uint8Array): void {
    const answer = { functionId: id | responseBit, transactionId, sender: 'client', replaces: false, payload } as const;
    this.#options.send(encodeMessage(answer));
  }

  #freeTransactionId(): number {
    do this.#lastTransactionId = (this.#lastTransactionId + 1) & 0xffff;
    while (this.#pending.has(this.#lastTransactionId));
    return this.#lastTransactionId;
  }

  #lateError(id: number): IsnsError {
    const message = `The iSNS server did not answer ${functionName(id)} within ${this.#options.timeoutMs} ms`;
    return new IsnsError('ISNS_TIMEOUT', message);
  }

  #fail(error: IscsiError): void {
    if (this.#ended !== undefined) return;
    this.#end(error);
    this.#options.failed(error);
  }

  #end(error: IscsiError): void {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    this.#assembler.stop();
    for (const { answer } of this.#pending.values()) answer?.reject(error);
    this.#pending.clear();
  }
}
