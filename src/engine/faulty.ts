// The faulty driver: another driver whose circuits go wrong by a script. Made for tests.

import {
  type CircuitEndpoint,
  type Clock,
  type Deferred,
  deferred,
  nextTurn,
  raceAbort,
  systemClock,
} from '../base/index.ts';
import type { Link, LinkEvents, LocalBinding, Remote, TransportDriver } from './driver.ts';
import { type Fault, FaultLane } from './fault-lane.ts';
import { systemError } from './memory-link.ts';

/** The faults of every circuit, or of each circuit by its number: the driver's connected circuits count from 0. */
export type FaultScript = readonly Fault[] | ((circuit: number) => readonly Fault[]);

/**
 * Wraps `inner` so that its circuits go wrong as `script` says. Delays are taken from `clock`. What a listener accepts has
 * no faults, and neither have datagrams.
 */
export function faultyDriver(inner: TransportDriver, script: FaultScript, clock: Clock = systemClock): TransportDriver {
  let count = 0;
  return {
    name: `faulty ${inner.name}`,
    checkBinding(binding: LocalBinding) {
      inner.checkBinding(binding);
    },
    async connect(remote: Remote, binding: LocalBinding, signal: AbortSignal) {
      const link = await inner.connect(remote, binding, signal);
      const faults = typeof script === 'function' ? script(count) : script;
      count += 1;
      return new FaultyLink(link, faults, clock);
    },
    ...(inner.openListener === undefined ? {} : { openListener: inner.openListener.bind(inner) }),
    ...(inner.openDatagrams === undefined ? {} : { openDatagrams: inner.openDatagrams.bind(inner) }),
  };
}

/** A link with a lane of faults in each direction. */
class FaultyLink implements Link {
  readonly #inner: Link;
  readonly #sent: FaultLane;
  readonly #received: FaultLane;
  readonly #gone = new AbortController();
  #events: LinkEvents | undefined;
  #scripted: Error | undefined;
  /** Bytes received and not passed on; while there are any, or a fault is at work, the inner link is paused. */
  #held: Uint8Array[] = [];
  #receiving: Promise<void> | undefined;
  #sending: Promise<void> | undefined;
  #partWritten: Deferred<void> | undefined;
  #flowing: Deferred<void> | undefined;
  #hasEnded = false;
  #isEndHeld = false;

  constructor(inner: Link, faults: readonly Fault[], clock: Clock) {
    this.#inner = inner;
    const reset = this.#resetByScript.bind(this);
    const sent = { pass: this.#passOut.bind(this), reset, halfClose: this.#endInner.bind(this) };
    const received = { pass: this.#passIn.bind(this), reset, halfClose: this.#tellEnded.bind(this) };
    const lane = (direction: string, outlet: typeof sent): FaultLane =>
      new FaultLane(
        faults.filter((fault) => fault.direction === direction),
        outlet,
        clock,
        this.#gone.signal,
      );
    this.#sent = lane('sent', sent);
    this.#received = lane('received', received);
  }

  get local(): CircuitEndpoint {
    return this.#inner.local;
  }

  get remote(): CircuitEndpoint {
    return this.#inner.remote;
  }

  start(events: LinkEvents): void {
    this.#events = events;
    this.#inner.start({
      received: this.#innerReceived.bind(this),
      written: this.#innerWritten.bind(this),
      ended: this.#innerEnded.bind(this),
      closed: this.#innerClosed.bind(this),
    });
    if (!this.#sent.isClear) this.#sending = this.#send([]);
    if (!this.#received.isClear) this.#receiving = this.#receive();
  }

  write(pieces: readonly Uint8Array[]): void {
    if (this.#sent.isClear && this.#sending === undefined) this.#inner.write(pieces);
    else this.#sending = this.#send(pieces, this.#sending);
  }

  pause(): void {
    this.#flowing ??= deferred();
    this.#inner.pause();
  }

  resume(): void {
    this.#flowing?.resolve();
    this.#flowing = undefined;
    if (this.#receiving === undefined) this.#inner.resume();
  }

  end(): void {
    if (!this.#sent.isCut) this.#endInner();
  }

  destroy(): void {
    this.#gone.abort();
    this.#inner.destroy();
  }

  reset(): void {
    this.#gone.abort();
    this.#inner.reset();
  }

  async #send(pieces: readonly Uint8Array[], before?: Promise<void>): Promise<void> {
    await before;
    await this.#untilGone(async () => {
      await nextTurn();
      if (pieces.length === 0) await this.#sent.start();
      for (const piece of pieces) await this.#sent.take(piece);
    });
    this.#sending = undefined;
    if (pieces.length > 0 && !this.#gone.signal.aborted) this.#events?.written();
  }

  async #passOut(bytes: Uint8Array): Promise<void> {
    this.#partWritten = deferred();
    this.#inner.write([bytes]);
    await raceAbort(this.#partWritten.promise, this.#gone.signal);
  }

  #innerWritten(): void {
    if (this.#partWritten === undefined) this.#events?.written();
    else this.#partWritten.resolve();
    this.#partWritten = undefined;
  }

  #innerReceived(chunk: Uint8Array): void {
    if (this.#received.isClear && this.#receiving === undefined) {
      this.#events?.received(chunk);
      return;
    }
    this.#held.push(chunk.slice());
    this.#receiving ??= this.#receive();
  }

  async #receive(): Promise<void> {
    this.#inner.pause();
    await this.#untilGone(async () => {
      await nextTurn();
      await this.#received.start();
      for (let chunk = this.#held.shift(); chunk !== undefined; chunk = this.#held.shift()) {
        await this.#received.take(chunk);
      }
      if (this.#isEndHeld && !this.#received.isCut) await this.#tellEnded();
    });
    this.#receiving = undefined;
    if (this.#flowing === undefined && !this.#gone.signal.aborted) this.#inner.resume();
  }

  async #passIn(bytes: Uint8Array): Promise<void> {
    await this.#untilFlowing();
    this.#events?.received(bytes);
  }

  async #untilFlowing(): Promise<void> {
    while (this.#flowing !== undefined) await raceAbort(this.#flowing.promise, this.#gone.signal);
    this.#gone.signal.throwIfAborted();
  }

  #innerEnded(): void {
    if (this.#receiving !== undefined) this.#isEndHeld = true;
    else if (!this.#received.isCut) this.#events?.ended();
  }

  async #tellEnded(): Promise<void> {
    await this.#untilFlowing();
    this.#events?.ended();
  }

  #endInner(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#inner.end();
  }

  #resetByScript(): void {
    if (this.#gone.signal.aborted) return;
    this.#scripted = systemError('ECONNRESET', 'reset by the fault script');
    this.reset();
  }

  #innerClosed(error: Error | undefined): void {
    this.#gone.abort();
    this.#events?.closed(this.#scripted ?? error);
  }

  /** Runs `work`, which ends without fuss when the link goes. */
  async #untilGone(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!this.#gone.signal.aborted) throw error;
    }
  }
}
