// What comes in on a circuit, and what of it the client takes: receive events, what is left over, and follow-up buffers.

import { FollowUp } from './follow-up.ts';
import type { ReceiveAnswer } from './handlers.ts';
import type { MDL } from './mdl.ts';
import { ntStatus } from './nt-status.ts';

/** The circuit and the client, as the inflow sees them. */
export interface InflowOutlet {
  /** Tells the client of bytes; undefined when nobody wants any. */
  indicate(tsdu: Uint8Array, available: number): ReceiveAnswer | undefined;
  /** Gives a buffer back to the client. */
  dataReady(mdl: MDL, copied: number, status: number): void;
  /** The client's answer does not fit. */
  answerRefused(): void;
  /** Whether the circuit is still to be heard of. */
  isOpen(): boolean;
  pause(): void;
  resume(): void;
}

const none = new Uint8Array(0);

/** The incoming bytes of one circuit. */
export class Inflow {
  readonly #outlet: InflowOutlet;
  /** How many bytes an event indicates at most, and how many that were not taken are kept before the circuit is paused. */
  readonly #lookahead: number;
  /** What was indicated and not taken: our own memory. */
  #kept: Uint8Array = none;
  #followUp: FollowUp | undefined;
  #isPaused = false;
  #events = 0;

  constructor(outlet: InflowOutlet, lookahead: number) {
    this.#outlet = outlet;
    this.#lookahead = lookahead;
  }

  /** Receive events so far. */
  get events(): number {
    return this.#events;
  }

  /** The buffer that is being filled. */
  get buffer(): MDL | null {
    return this.#followUp?.mdl ?? null;
  }

  /** Where the circuit is to read to next. */
  nextBuffer(scratch: Uint8Array): Uint8Array {
    return this.#followUp?.room ?? scratch;
  }

  /** Bytes have come; they are valid during the call only. */
  received(chunk: Uint8Array): void {
    this.#indicate(this.#fill(chunk));
  }

  /** The client wants to be told again of what it has not taken. */
  again(): void {
    if (this.#isPaused) {
      this.#isPaused = false;
      this.#outlet.resume();
    }
    this.#indicate(none);
  }

  /** Nothing comes any more: a buffer that is not full goes back, and what was not taken is forgotten. */
  end(status: number): void {
    this.#kept = none;
    const followUp = this.#followUp;
    this.#followUp = undefined;
    if (followUp !== undefined) this.#outlet.dataReady(followUp.mdl, followUp.copied, status);
  }

  /** Tells the client of what there is, until it is all taken, refused or waits for more. */
  #indicate(fresh: Uint8Array): void {
    let data = this.#kept.length === 0 ? fresh : Buffer.concat([this.#kept, fresh]);
    this.#kept = none;
    while (data.length > 0 && this.#outlet.isOpen()) {
      const tsdu = data.length > this.#lookahead ? data.subarray(0, this.#lookahead) : data;
      this.#events += 1;
      const answer = this.#outlet.indicate(tsdu, data.length);
      if (answer === undefined) return;
      const taken = takenOf(answer, tsdu.length);
      if (taken === undefined) {
        this.#outlet.answerRefused();
        this.#refuse(data);
        return;
      }
      data = data.subarray(taken);
      if (answer.Status === ntStatus.STATUS_MORE_PROCESSING_REQUIRED) {
        this.#followUp = FollowUp.of(answer);
        data = this.#fill(data);
      } else if (answer.Status !== ntStatus.STATUS_SUCCESS) {
        this.#refuse(data);
        return;
      } else if (taken === 0 || (taken < tsdu.length && data.length <= tsdu.length - taken)) {
        this.#keep(data); // there is no more to tell of than it knows
        return;
      }
    }
  }

  /** Fills the follow-up buffer, if there is one, and returns what is left for events. */
  #fill(data: Uint8Array): Uint8Array {
    const followUp = this.#followUp;
    if (followUp === undefined || !this.#outlet.isOpen()) return data;
    const rest = followUp.fill(data);
    if (followUp.isFull) {
      this.#followUp = undefined;
      this.#outlet.dataReady(followUp.mdl, followUp.copied, ntStatus.STATUS_SUCCESS);
    }
    return rest;
  }

  #refuse(data: Uint8Array): void {
    this.#keep(data);
    this.#pause();
  }

  #keep(data: Uint8Array): void {
    this.#kept = new Uint8Array(data); // a copy, of a Buffer as well
    if (this.#kept.length >= this.#lookahead) this.#pause();
  }

  #pause(): void {
    if (this.#isPaused || !this.#outlet.isOpen()) return;
    this.#isPaused = true;
    this.#outlet.pause();
  }
}

/** How much of what was indicated an answer takes; undefined for an answer that does not fit. */
export function takenOf(answer: ReceiveAnswer, indicated: number): number | undefined {
  const { Status, BytesTaken: taken = 0 } = answer;
  if (!Number.isInteger(Status) || !Number.isInteger(taken) || taken < 0 || taken > indicated) return undefined;
  if (Status === ntStatus.STATUS_MORE_PROCESSING_REQUIRED && FollowUp.of(answer) === undefined) return undefined;
  const isTaking = Status === ntStatus.STATUS_SUCCESS || Status === ntStatus.STATUS_MORE_PROCESSING_REQUIRED;
  return isTaking ? taken : 0;
}
