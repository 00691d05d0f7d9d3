// Who is let in: not more at a time, and not more a second, than the limits say; and nobody any more when the server closes.

import { type Clock, ServiceError } from '../../base/index.ts';
import type { ControlLimits } from './limits.ts';

/** A refusal, with the HTTP status that tells which of the bounds it was. */
export interface Refusal {
  readonly status: 429 | 503;
  readonly error: ServiceError;
}

/** Something that has been let in. */
export interface Admitted {
  /** Aborted when the server cannot wait any longer. */
  readonly signal: AbortSignal;
  /** Aborts the signal: whoever asked has gone, or the time is up. */
  readonly abandon: (reason: Error) => void;
  /** Gives the place back; harmless when it has been given back. */
  readonly leave: () => void;
}

/** What a place is taken for. */
export type AdmissionKind = 'request' | 'eventStream';

/** The door of a control server. */
export class Admission {
  readonly #clock: Clock;
  readonly #limits: ControlLimits;
  readonly #inside: Readonly<Record<AdmissionKind, Set<AbortController>>> = {
    request: new Set(),
    eventStream: new Set(),
  };
  #tokens: number;
  #filledAt: number;
  #isClosed = false;
  #whenEmpty: (() => void) | undefined;

  constructor(clock: Clock, limits: ControlLimits) {
    this.#clock = clock;
    this.#limits = limits;
    this.#tokens = 2 * limits.requestsPerSecond;
    this.#filledAt = clock.now();
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  count(kind: AdmissionKind): number {
    return this.#inside[kind].size;
  }

  /** Counts a request against the rate, whatever becomes of it; so guessing tokens is bounded too. */
  knock(): Refusal | undefined {
    if (this.#isClosed) {
      return { status: 503, error: new ServiceError('SERVICE_STOPPING', 'The service is being stopped') };
    }
    const now = this.#clock.now();
    const { requestsPerSecond } = this.#limits;
    const earned = ((now - this.#filledAt) * requestsPerSecond) / 1000;
    this.#tokens = Math.min(2 * requestsPerSecond, this.#tokens + earned);
    this.#filledAt = now;
    if (this.#tokens < 1) return overloaded(429, `There are more than ${requestsPerSecond} requests a second`);
    this.#tokens -= 1;
    return undefined;
  }

  /** Takes a place. */
  enter(kind: AdmissionKind): Admitted | Refusal {
    const inside = this.#inside[kind];
    const bound = kind === 'request' ? this.#limits.requests : this.#limits.eventStreams;
    const what = kind === 'request' ? 'requests' : 'readers of events';
    if (inside.size >= bound) return overloaded(503, `There are ${bound} ${what} already`);
    const controller = new AbortController();
    inside.add(controller);
    return {
      signal: controller.signal,
      abandon: (reason) => {
        controller.abort(reason);
      },
      leave: () => {
        if (inside.delete(controller) && this.#inside.request.size === 0) this.#whenEmpty?.();
      },
    };
  }

  /** Lets nobody in any more, and ends the event streams; requests may go on for `closeTimeoutMs`, and are aborted then. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const stopping = new ServiceError('SERVICE_STOPPING', 'The service is being stopped');
    for (const controller of this.#inside.eventStream) controller.abort(stopping);
    if (this.#inside.request.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = this.#clock.schedule(this.#limits.closeTimeoutMs, () => {
        for (const controller of this.#inside.request) controller.abort(stopping);
        resolve();
      });
      this.#whenEmpty = () => {
        timer.cancel();
        resolve();
      };
    });
  }
}

function overloaded(status: Refusal['status'], message: string): Refusal {
  return { status, error: new ServiceError('SERVICE_OVERLOADED', message) };
}
