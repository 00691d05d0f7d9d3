// One direction of one connection: PDUs pass it one after the other, and faults hold, lose, repeat, swap, change or cut.
//
// Nothing is in the way while no fault is armed: the connection asks `isClear` and goes past.

import { type Clock, raceAbort, type Timer } from '../../base/index.ts';
import type { RawPdu } from './raw-pdu.ts';
import type { Direction, WireOrder } from './wire-order.ts';

/** What a lane needs of its connection and of the laboratory. */
export interface LaneHost {
  readonly clock: Clock;
  /** Whether any fault wants to see PDUs. */
  hasFaults(): boolean;
  /** What the faults make of a PDU that starts at `position` of the stream. */
  ordersFor(direction: Direction, raw: RawPdu, position: number): WireOrder[];
  /** Lets bytes go on. */
  pass(direction: Direction, bytes: Uint8Array): void;
  /** The lane holds bytes back, or does not any more. */
  held(direction: Direction, isHeld: boolean): void;
  /** Holds the lane of the other direction. */
  holdOther(direction: Direction, until: Hold['until']): void;
  cut(how: 'drop' | 'reset'): void;
}

type Hold = Extract<WireOrder, { kind: 'hold' }>;

/** What is left to do with a PDU when its holds are over. */
interface Rest {
  readonly raw: RawPdu;
  /** Bytes of it that have passed. */
  readonly passed: number;
  readonly copies: number;
  readonly swap: Extract<WireOrder, { kind: 'swap' }> | undefined;
}

/** A lane. */
export class WireLane {
  readonly #direction: Direction;
  readonly #host: LaneHost;
  readonly #stopped = new AbortController();
  readonly #queue: RawPdu[] = [];
  #position = 0;
  #pendingLength = 0;
  #holds = 0;
  #rest: Rest | undefined;
  #isCut = false;
  #swapped: RawPdu | undefined;
  #swapTimer: Timer | undefined;
  #atEnd: (() => void) | undefined;

  constructor(direction: Direction, host: LaneHost) {
    this.#direction = direction;
    this.#host = host;
  }

  /** Whether PDUs may go past the lane: no fault looks at them, and none waits in it. */
  get isClear(): boolean {
    return !this.#host.hasFaults() && this.isEmpty && !this.#isCut;
  }

  get isEmpty(): boolean {
    return this.#holds === 0 && this.#swapped === undefined;
  }

  get isHeld(): boolean {
    return this.#holds > 0;
  }

  /** Bytes that are held back. */
  get pendingLength(): number {
    return this.#pendingLength;
  }

  /** Bytes have gone past. */
  skip(length: number): void {
    this.#position += length;
  }

  take(raw: RawPdu): void {
    if (this.#isCut || this.#stopped.signal.aborted) return;
    this.#queue.push(raw);
    this.#pendingLength += raw.bytes.length;
    this.#pump();
  }

  /** Calls `then` as soon as nothing is held back any more. Not called when the lane is stopped before. */
  end(then: () => void): void {
    this.#atEnd = then;
    if (this.#swapped !== undefined && !this.isHeld) this.#releaseSwapped();
    this.#pump();
  }

  /** The connection is gone: forgets everything. */
  stop(): void {
    this.#stopped.abort();
    this.#swapTimer?.cancel();
    this.#queue.length = 0;
    this.#pendingLength = 0;
  }

  #pump(): void {
    while (!this.isHeld) {
      const raw = this.#queue.shift();
      if (raw === undefined) break;
      this.#pendingLength -= raw.bytes.length;
      this.#process(raw);
    }
    if (this.isHeld || this.#swapped !== undefined || this.#stopped.signal.aborted) return;
    const then = this.#atEnd;
    this.#atEnd = undefined;
    then?.();
  }

  #process(raw: RawPdu): void {
    const orders = this.#host.ordersFor(this.#direction, raw, this.#position);
    this.#position += raw.bytes.length;
    let copies = 1;
    let swap: Rest['swap'];
    const holds: Hold[] = [];
    for (const order of orders) {
      if (order.kind === 'change') order.apply(raw);
      else if (order.kind === 'lose') copies = 0;
      else if (order.kind === 'duplicate') copies += copies > 0 ? 1 : 0;
      else if (order.kind === 'swap') swap = order;
      else if (order.kind === 'hold') holds.push(order);
      else {
        this.#cut(raw, order);
        return;
      }
    }
    const rest: Rest = { raw, passed: Math.min(...holds.map((hold) => hold.after), raw.bytes.length), copies, swap };
    if (holds.length === 0) this.#finish({ ...rest, passed: 0 });
    else this.#holdInside(rest, holds);
  }

  #cut(raw: RawPdu, { after, how }: Extract<WireOrder, { kind: 'cut' }>): void {
    this.#isCut = true;
    this.#queue.length = 0;
    this.#pendingLength = 0;
    if (after > 0) this.#host.pass(this.#direction, raw.bytes.subarray(0, after));
    this.#host.cut(how);
  }

  /** Holds everything back that has not passed yet. */
  hold(until: Hold['until']): void {
    const { signal } = this.#stopped;
    if (signal.aborted) return;
    this.#holds += 1;
    this.#host.held(this.#direction, true);
    void raceAbort(until(signal), signal).then(
      () => {
        this.#holds -= 1;
        if (this.#holds === 0) this.#goOn();
      },
      () => undefined, // the connection went first
    );
  }

  #holdInside(rest: Rest, holds: readonly Hold[]): void {
    const { raw, passed, copies } = rest;
    if (passed > 0 && copies > 0) this.#host.pass(this.#direction, raw.bytes.subarray(0, passed));
    this.#rest = rest;
    this.#pendingLength += raw.bytes.length - passed;
    for (const { until, isBoth } of holds) {
      this.hold(until);
      if (isBoth) this.#host.holdOther(this.#direction, until);
    }
  }

  #goOn(): void {
    const rest = this.#rest;
    this.#rest = undefined;
    if (rest !== undefined) {
      this.#pendingLength -= rest.raw.bytes.length - rest.passed;
      this.#finish(rest);
    }
    this.#host.held(this.#direction, false);
    this.#pump();
  }

  #finish({ raw, passed, copies, swap }: Rest): void {
    if (swap !== undefined && copies > 0 && this.#swapped === undefined && this.#atEnd === undefined) {
      this.#swapped = raw;
      this.#swapTimer = this.#host.clock.schedule(swap.waitMs, () => {
        this.#releaseSwapped();
        this.#pump();
      });
      return;
    }
    for (let copy = 0; copy < copies; copy += 1) {
      this.#host.pass(this.#direction, copy === 0 ? raw.bytes.subarray(passed) : raw.bytes);
    }
    if (copies > 0) this.#releaseSwapped();
  }

  #releaseSwapped(): void {
    const swapped = this.#swapped;
    this.#swapTimer?.cancel();
    this.#swapped = undefined;
    if (swapped !== undefined && !this.#isCut) this.#host.pass(this.#direction, swapped.bytes);
  }
}
