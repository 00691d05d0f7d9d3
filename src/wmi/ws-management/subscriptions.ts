// Subscriptions to events: each keeps what its subscriber has not fetched, up to a bound, until it ends or is too old.

import { randomUUID } from 'node:crypto';
import { type Clock, type Deferred, deferred, raceAbort, type Timer } from '../../base/index.ts';
import { type FaultName, soapFault } from './soap-fault.ts';
import type { XmlElement } from './xml/xml-node.ts';

/** What is waiting for a subscriber. */
export interface WaitingEvents<T> {
  readonly events: readonly T[];
  /** How many were dropped before these, since too many waited. */
  readonly dropped: number;
  /** How each is written for this subscriber. */
  readonly write: (event: T) => XmlElement;
}

/** What a subscriber wants. */
export interface Wish<T> {
  readonly wants: (event: T) => boolean;
  /** How an event is written that is wanted. */
  readonly write: (event: T) => XmlElement;
}

interface Subscription<T> {
  readonly id: string;
  readonly contextId: string;
  readonly wish: Wish<T>;
  waiting: T[];
  dropped: number;
  expiresAtMs: number;
  timer: Timer;
  /** Set while somebody waits for events, of whom there is one at a time. */
  pull: Deferred<void> | undefined;
  isOver: boolean;
}

/** All subscriptions of an endpoint. */
export class Subscriptions<T> {
  readonly #clock: Clock;
  readonly #most: number;
  readonly #mostWaiting: number;
  readonly #byId = new Map<string, Subscription<T>>();
  readonly #byContext = new Map<string, Subscription<T>>();

  constructor(clock: Clock, bounds: { readonly subscriptions: number; readonly waitingEvents: number }) {
    this.#clock = clock;
    this.#most = bounds.subscriptions;
    this.#mostWaiting = bounds.waitingEvents;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** Begins a subscription. Throws a fault (wsman:QuotaLimit) when there are too many. */
  open(wish: Wish<T>, lifetimeMs: number): { readonly id: string; readonly contextId: string } {
    if (this.#byId.size >= this.#most) {
      throw soapFault('quotaLimit', { text: `There are ${this.#most} subscriptions already` });
    }
    const id = `uuid:${randomUUID()}`;
    const subscription: Subscription<T> = {
      id,
      contextId: `uuid:${randomUUID()}`,
      wish,
      waiting: [],
      dropped: 0,
      expiresAtMs: this.#clock.now() + lifetimeMs,
      timer: this.#expire(id, lifetimeMs),
      pull: undefined,
      isOver: false,
    };
    this.#byId.set(id, subscription);
    this.#byContext.set(subscription.contextId, subscription);
    return { id, contextId: subscription.contextId };
  }

  /** Gives an event to everybody who wants it. */
  publish(event: T): void {
    for (const subscription of this.#byId.values()) {
      if (!subscription.wish.wants(event)) continue;
      subscription.waiting.push(event);
      if (subscription.waiting.length > this.#mostWaiting) {
        subscription.waiting.shift();
        subscription.dropped += 1;
      }
      subscription.pull?.resolve();
    }
  }

  hasContext(contextId: string): boolean {
    return this.#byContext.has(contextId);
  }

  /**
   * Waits until there is an event, and gives all that wait; `taken` says afterwards how many of them have gone out. Rejects
   * with the signal's reason, or a fault: for a context that there is not or no more, or that somebody waits at already.
   */
  async pull(contextId: string, signal: AbortSignal): Promise<WaitingEvents<T>> {
    const subscription = this.#byContext.get(contextId);
    if (subscription === undefined) throw soapFault('invalidEnumerationContext');
    if (subscription.pull !== undefined) {
      throw soapFault('concurrency', { text: 'Another request waits for the events of this subscription' });
    }
    if (subscription.waiting.length === 0) {
      const pull = deferred();
      subscription.pull = pull;
      try {
        await raceAbort(pull.promise, signal);
      } finally {
        subscription.pull = undefined;
      }
    }
    if (subscription.isOver) throw soapFault('invalidEnumerationContext');
    const { waiting: events, dropped, wish } = subscription;
    return { events, dropped, write: wish.write };
  }

  /** Says how many of the events that wait have gone out, and with them the number of those dropped. */
  taken(contextId: string, count: number): void {
    const subscription = this.#byContext.get(contextId);
    if (subscription === undefined) return;
    subscription.waiting = subscription.waiting.slice(count);
    subscription.dropped = 0;
  }

  /** Gives a subscription time again. Throws `otherwise` where there is none of this id. */
  renew(id: string, lifetimeMs: number, otherwise: FaultName): void {
    const subscription = this.#get(id, otherwise);
    subscription.timer.cancel();
    subscription.expiresAtMs = this.#clock.now() + lifetimeMs;
    subscription.timer = this.#expire(id, lifetimeMs);
  }

  /** How long a subscription will live. Throws `otherwise` where there is none of this id. */
  remainingMs(id: string, otherwise: FaultName): number {
    return this.#get(id, otherwise).expiresAtMs - this.#clock.now();
  }

  /** Ends a subscription. Throws `otherwise` where there is none of this id. */
  end(id: string, otherwise: FaultName): void {
    this.#remove(this.#get(id, otherwise));
  }

  /** Ends the subscription of a context. */
  endContext(contextId: string): void {
    const subscription = this.#byContext.get(contextId);
    if (subscription !== undefined) this.#remove(subscription);
  }

  close(): void {
    for (const subscription of [...this.#byId.values()]) this.#remove(subscription);
  }

  #get(id: string, otherwise: FaultName): Subscription<T> {
    const subscription = this.#byId.get(id);
    if (subscription === undefined) throw soapFault(otherwise, { text: 'There is no such subscription' });
    return subscription;
  }

  #expire(id: string, lifetimeMs: number): Timer {
    const end = (): void => {
      const subscription = this.#byId.get(id);
      if (subscription !== undefined) this.#remove(subscription);
    };
    return this.#clock.schedule(lifetimeMs, end, { unref: true });
  }

  #remove(subscription: Subscription<T>): void {
    subscription.isOver = true;
    subscription.timer.cancel();
    this.#byId.delete(subscription.id);
    this.#byContext.delete(subscription.contextId);
    subscription.pull?.resolve();
  }
}
