// The calls of a client that are under way: each ends by its caller's signal, or with the client.

import { onAbort } from '../../base/index.ts';

/**
 * Gives each call a signal of its own. Not AbortSignal.any: what that hangs on a signal that lives as long as the client would
 * stay there for as long (Node 20).
 */
export class OpenCalls {
  readonly #controllers = new Set<AbortController>();
  #closed: Error | undefined;

  /** Aborts all calls that are under way, and every later one. */
  close(reason: Error): void {
    this.#closed ??= reason;
    for (const controller of this.#controllers) controller.abort(this.#closed);
  }

  /** Runs a call. */
  async run<T>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const call = this.#begin(signal);
    try {
      return await work(call.signal);
    } finally {
      call.end();
    }
  }

  /** Runs a call that gives one value after the other. */
  async *iterate<T>(
    signal: AbortSignal | undefined,
    work: (signal: AbortSignal) => AsyncIterable<T>,
  ): AsyncGenerator<T, void, undefined> {
    const call = this.#begin(signal);
    try {
      yield* work(call.signal);
    } finally {
      call.end();
    }
  }

  #begin(signal: AbortSignal | undefined): { readonly signal: AbortSignal; end(): void } {
    const controller = new AbortController();
    this.#controllers.add(controller);
    if (this.#closed !== undefined) controller.abort(this.#closed);
    const abort = (): void => {
      controller.abort(signal?.reason);
    };
    if (signal?.aborted === true) abort();
    const remove = signal === undefined ? undefined : onAbort(signal, abort);
    return {
      signal: controller.signal,
      end: () => {
        remove?.();
        this.#controllers.delete(controller);
      },
    };
  }
}
