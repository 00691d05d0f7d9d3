// One direction of a circuit with faults at chosen byte positions.

import { type Clock, deferred, nextTurn, raceAbort, sleep } from '../base/index.ts';

/** Seen from the circuit: `sent` towards the peer, `received` from it. */
export type FaultDirection = 'sent' | 'received';

/** What goes wrong, and where: `at` counts the bytes of that direction that pass before it, from 0. */
export type Fault = {
  readonly direction: FaultDirection;
  readonly at: number;
} & (
  | {
      /** Holds back the byte at `at` and all after it for a while. */ readonly kind: 'delay';
      readonly delayMs: number;
    }
  | {
      /** Cuts the stream before `at`, and with `every` into pieces of that length from there on. */
      readonly kind: 'split';
      readonly every?: number;
    }
  | {
      /** Flips the bits of `mask` (all of them unless set) in `length` bytes (1 unless set). */
      readonly kind: 'corrupt';
      readonly mask?: number;
      readonly length?: number;
    }
  | { /** Lets nothing past `at` any more, without a word. */ readonly kind: 'stall' }
  | { /** Resets the circuit, for both ends, as soon as `at` bytes have passed. */ readonly kind: 'reset' }
  | { /** Ends this direction as soon as `at` bytes have passed; the rest of it is lost. */ readonly kind: 'halfClose' }
);

/** What a lane does with its bytes. */
export interface LaneOutlet {
  /** Passes bytes on; settles when more may come. */
  pass(bytes: Uint8Array): Promise<void>;
  reset(): void;
  halfClose(): Promise<void> | void;
}

const noLimit = Number.POSITIVE_INFINITY;

/** One direction: bytes go in one call after the other, and come out through the outlet as the faults allow. */
export class FaultLane {
  readonly #faults: Fault[];
  readonly #outlet: LaneOutlet;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  #position = 0;
  #pieceLength = noLimit;
  #corruption = { mask: 0, left: 0 };
  #isCut = false;

  /** Every wait of the lane rejects with the reason of `signal`, which is aborted when the circuit goes. */
  constructor(faults: readonly Fault[], outlet: LaneOutlet, clock: Clock, signal: AbortSignal) {
    this.#faults = faults.toSorted((a, b) => a.at - b.at);
    this.#outlet = outlet;
    this.#clock = clock;
    this.#signal = signal;
  }

  /** Whether there is nothing left to do, so that bytes may pass by the lane. */
  get isClear(): boolean {
    return this.#faults.length === 0 && !this.#isCut && this.#pieceLength === noLimit && this.#corruption.left === 0;
  }

  /** Whether nothing passes any more: stalled, half-closed or reset. */
  get isCut(): boolean {
    return this.#isCut;
  }

  /** Applies the faults at 0 that wait for no byte. */
  async start(): Promise<void> {
    await this.#applyDue((fault) => isEager(fault));
  }

  /** Takes bytes; settles when they have passed or were swallowed. */
  async take(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      await this.#applyDue(() => true);
      if (this.#isCut) return;
      const untilFault = (this.#faults[0]?.at ?? noLimit) - this.#position;
      const length = Math.min(bytes.length - at, untilFault, this.#pieceLength, this.#corruption.left || noLimit);
      await this.#outlet.pass(this.#corrupted(bytes.subarray(at, at + length)));
      at += length;
      this.#position += length;
      await this.#applyDue((fault) => isEager(fault));
    }
  }

  async #applyDue(isWanted: (fault: Fault) => boolean): Promise<void> {
    for (let fault = this.#faults[0]; fault?.at === this.#position && isWanted(fault); fault = this.#faults[0]) {
      this.#faults.shift();
      await this.#apply(fault);
      if (this.#isCut) return;
    }
  }

  async #apply(fault: Fault): Promise<void> {
    switch (fault.kind) {
      case 'delay':
        await sleep(this.#clock, fault.delayMs, this.#signal);
        return;
      case 'split':
        this.#pieceLength = fault.every ?? this.#pieceLength;
        await nextTurn();
        return;
      case 'corrupt':
        this.#corruption = { mask: fault.mask ?? 0xff, left: fault.length ?? 1 };
        return;
      case 'stall':
        this.#isCut = true;
        await raceAbort(deferred().promise, this.#signal);
        return;
      case 'reset':
        this.#isCut = true;
        this.#outlet.reset();
        return;
      case 'halfClose':
        this.#isCut = true;
        await this.#outlet.halfClose();
        return;
    }
  }

  /** The bytes as they go on; a copy where they differ, since they are not ours. */
  #corrupted(bytes: Uint8Array): Uint8Array {
    const { mask, left } = this.#corruption;
    if (left === 0) return bytes;
    this.#corruption = { mask, left: left - bytes.length };
    return bytes.map((byte) => byte ^ mask);
  }
}

/** Whether a fault acts when its position is reached, and not on the byte that follows, which may never come. */
function isEager(fault: Fault): boolean {
  return fault.kind === 'stall' || fault.kind === 'reset' || fault.kind === 'halfClose';
}
