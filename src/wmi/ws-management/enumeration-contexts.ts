// Enumerations that clients have begun: what is left of each, until it is read to the end, released or too old.

import { randomUUID } from 'node:crypto';
import type { Clock, Timer } from '../../base/index.ts';
import { soapFault } from './soap-fault.ts';

interface Kept<T> {
  rest: readonly T[];
  readonly lifetimeMs: number;
  /** Whether each pull gives it its whole lifetime again: not when the client has named a time. */
  readonly isRenewed: boolean;
  timer: Timer;
}

/** All enumerations of an endpoint. */
export class EnumerationContexts<T> {
  readonly #clock: Clock;
  readonly #most: number;
  readonly #kept = new Map<string, Kept<T>>();

  constructor(clock: Clock, most: number) {
    this.#clock = clock;
    this.#most = most;
  }

  get size(): number {
    return this.#kept.size;
  }

  /** Keeps what is left to be read. Throws a fault (wsman:QuotaLimit) when there are too many. */
  open(rest: readonly T[], lifetimeMs: number, isRenewed: boolean): string {
    if (this.#kept.size >= this.#most) {
      throw soapFault('quotaLimit', { text: `There are ${this.#most} enumerations already` });
    }
    const id = `uuid:${randomUUID()}`;
    this.#kept.set(id, { rest, lifetimeMs, isRenewed, timer: this.#expire(id, lifetimeMs) });
    return id;
  }

  has(id: string): boolean {
    return this.#kept.has(id);
  }

  /** What is left of an enumeration. Throws a fault (wsen:InvalidEnumerationContext) where there is none of this id. */
  restOf(id: string): readonly T[] {
    return this.#get(id).rest;
  }

  /** Goes on by so many items. Returns whether it is at its end, and is then no more. */
  advance(id: string, count: number): boolean {
    const kept = this.#get(id);
    kept.rest = kept.rest.slice(count);
    if (kept.rest.length === 0) {
      this.release(id);
      return true;
    }
    if (kept.isRenewed) {
      kept.timer.cancel();
      kept.timer = this.#expire(id, kept.lifetimeMs);
    }
    return false;
  }

  /** Ends an enumeration. Throws as `restOf`. */
  release(id: string): void {
    this.#get(id).timer.cancel();
    this.#kept.delete(id);
  }

  close(): void {
    for (const { timer } of this.#kept.values()) timer.cancel();
    this.#kept.clear();
  }

  #get(id: string): Kept<T> {
    const kept = this.#kept.get(id);
    if (kept === undefined) throw soapFault('invalidEnumerationContext');
    return kept;
  }

  #expire(id: string, lifetimeMs: number): Timer {
    return this.#clock.schedule(lifetimeMs, () => this.#kept.delete(id), { unref: true });
  }
}
