// The operations that are under way: not more than the limit, each of which can be ended, and all of which are waited for.

import type { Clock } from '../../../base/index.ts';
import { ServiceError } from '../../../base/index.ts';

/** An operation that has been let in. */
export interface OperationPlace {
  readonly signal: AbortSignal;
  /** Ends it: whoever asked has gone. */
  readonly abandon: (reason: Error) => void;
  /** Gives the place back; harmless when it has been given back. */
  readonly leave: () => void;
}

/** All operations of an endpoint. */
export class Operations {
  readonly #most: number;
  readonly #inside = new Set<AbortController>();
  readonly #closing = new AbortController();
  #whenEmpty: (() => void) | undefined;

  constructor(most: number) {
    this.#most = most;
  }

  /** Aborted as soon as nobody is let in any more. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  get size(): number {
    return this.#inside.size;
  }

  /** A place for an operation; undefined when there is none, or never will be. */
  enter(): OperationPlace | undefined {
    if (this.closing.aborted || this.#inside.size >= this.#most) return undefined;
    const controller = new AbortController();
    this.#inside.add(controller);
    return {
      signal: controller.signal,
      abandon: (reason) => {
        controller.abort(reason);
      },
      leave: () => {
        if (this.#inside.delete(controller) && this.#inside.size === 0) this.#whenEmpty?.();
      },
    };
  }

  /** Lets nobody in any more. Operations may go on for `patienceMs`, and are ended then; resolves when none is left or that is over. */
  async close(clock: Clock, patienceMs: number): Promise<void> {
    this.#closing.abort();
    if (this.#inside.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = clock.schedule(patienceMs, () => {
        const stopping = new ServiceError('SERVICE_STOPPING', 'The service is being stopped');
        for (const controller of this.#inside) controller.abort(stopping);
        resolve();
      });
      this.#whenEmpty = () => {
        timer.cancel();
        resolve();
      };
    });
  }
}
