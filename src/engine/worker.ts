// The worker: a bounded queue whose items run one after the other. Disconnects are initiated from here and nowhere else,
// so that two of them never interleave and none starts inside an event handler.

import { channels, deferred, SessionError } from '../base/index.ts';

/**
 * Proof of running on the worker. Each item is handed one of its own; it is worth something while that item runs, and
 * nothing afterwards. It cannot be made elsewhere: the class is not exported, and its private member keeps lookalikes out.
 */
class Context {
  readonly #isContext = true;
  static is(value: object): boolean {
    return #isContext in value && value.#isContext;
  }
}

/** Proof of running on the engine's worker; only a worker item is handed one. */
export type WorkerContext = Context;

/** The engine's work queue, as its clients see it. */
export interface WorkQueue {
  /** How many items may wait. */
  readonly bound: number;
  /** How many items wait; the running one is not counted. */
  readonly length: number;
  /**
   * Runs `item` after the items before it have settled, never inside this call, and settles as the item does. Rejects
   * with SessionError `ISCSI_QUEUE_FULL` when the queue is at its bound and `ISCSI_CLOSED` when the engine closes first.
   * An item that waits for another item of the same queue waits for ever.
   */
  run<T>(item: (context: WorkerContext) => T | Promise<T>): Promise<T>;
  /** Whether `context` belongs to the item that is running now. */
  isCurrent(context: WorkerContext): boolean;
}

interface Entry {
  readonly run: (context: Context) => Promise<void>;
  readonly refuse: (error: Error) => void;
}

/** The work queue of one engine. */
export class Worker implements WorkQueue {
  readonly bound: number;
  #entries: Entry[] = [];
  #current: Context | undefined;
  #pump: Promise<void> | undefined;
  #isClosed = false;

  constructor(bound: number) {
    this.bound = bound;
  }

  get length(): number {
    return this.#entries.length;
  }

  async run<T>(item: (context: WorkerContext) => T | Promise<T>): Promise<T> {
    if (this.#entries.length >= this.bound) {
      channels.queueFull.publish({ name: 'engine:worker', bound: this.bound });
      throw new SessionError('ISCSI_QUEUE_FULL', `the engine's worker has ${this.bound} items waiting already`);
    }
    return await this.runReserved(item);
  }

  /** As `run`, but past the bound: for the engine's own items, of which there is at most one a circuit. */
  async runReserved<T>(item: (context: WorkerContext) => T | Promise<T>): Promise<T> {
    if (this.#isClosed) throw closedError();
    const done = deferred<T>();
    const run = async (context: Context): Promise<void> => {
      this.#current = context;
      try {
        done.resolve(await item(context));
      } catch (error) {
        done.reject(error);
      } finally {
        this.#current = undefined; // before anybody hears that the item has ended
      }
    };
    this.#entries.push({ run, refuse: done.reject });
    this.#pump ??= this.#runEntries();
    return await done.promise;
  }

  isCurrent(context: WorkerContext): boolean {
    return this.#current === context && Context.is(context);
  }

  /** Takes no further items and refuses those that wait. The running item goes on, and nobody waits for it. */
  close(): void {
    this.#isClosed = true;
    for (const entry of this.#entries.splice(0)) entry.refuse(closedError());
  }

  async #runEntries(): Promise<void> {
    await Promise.resolve(); // an item never runs inside the call that queued it
    for (let entry = this.#entries.shift(); entry !== undefined; entry = this.#entries.shift()) {
      await entry.run(new Context());
    }
    this.#pump = undefined;
  }
}

function closedError(): SessionError {
  return new SessionError('ISCSI_CLOSED', 'the engine is closed');
}
