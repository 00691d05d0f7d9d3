// The engine: owner of transports and of the worker on which disconnects are initiated.

import type { TransportDriver } from './driver.ts';
import { Lifetime } from './lifetime.ts';
import { type EngineOptions, type ResolvedEngineOptions, resolveOptions } from './options.ts';
import { Transport } from './transport.ts';
import { Worker, type WorkQueue } from './worker.ts';

/** Transports, addresses, connections and virtual circuits, in that order of ownership, and one worker. */
export class Engine {
  readonly #options: ResolvedEngineOptions;
  readonly #worker: Worker;
  readonly #lifetime = new Lifetime<Transport>('the engine');

  /** Throws UsageError `ISCSI_BAD_ARGUMENT` for an option that cannot be taken. */
  constructor(options: EngineOptions = {}) {
    this.#options = resolveOptions(options);
    this.#worker = new Worker(this.#options.workerBound);
  }

  /** The work queue; the only place from which a disconnect can be initiated. */
  get worker(): WorkQueue {
    return this.#worker;
  }

  get transports(): readonly Transport[] {
    return this.#lifetime.children;
  }

  /** Puts a driver to work. Throws UsageError `ISCSI_WRONG_STATE` once the engine is closed. */
  buildTransport(driver: TransportDriver): Transport {
    const transport = new Transport({ driver, worker: this.#worker, options: this.#options }, (released) => {
      this.#lifetime.release(released);
    });
    this.#lifetime.adopt(transport);
    return transport;
  }

  /**
   * Tears down every transport and all that is on it, then closes the worker: items that wait are refused, the running one
   * goes on. Idempotent; never rejects.
   */
  close(): Promise<void> {
    return this.#lifetime.end(undefined, () => {
      this.#worker.close();
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
