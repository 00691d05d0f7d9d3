// A login that several callers may wait for: it goes on while one of them does.

import { raceAbort } from '../base/index.ts';

/** What a login makes. */
interface Closable {
  close(): Promise<void>;
}

/** A login under way. */
export class JointLogin<S extends Closable> {
  readonly #end = new AbortController();
  readonly #result: Promise<S>;
  #waiting = 0;
  #isTaken = false;

  /** `logIn` rejects soon after its signal is aborted, and then leaves nothing behind. */
  constructor(logIn: (signal: AbortSignal) => Promise<S>) {
    this.#result = logIn(this.#end.signal);
    this.#result.catch(() => undefined);
  }

  /** Nobody waits for it any more, or nobody may: it ends soon. */
  get isGivenUp(): boolean {
    return this.#end.signal.aborted;
  }

  /** Ends it; whoever waits gets `reason`. */
  giveUp(reason: Error): void {
    this.#end.abort(reason);
  }

  /** Settles when the login is over, however it went. */
  async over(): Promise<void> {
    await this.#result.catch(() => undefined);
  }

  /**
   * Resolves with what the login made, or rejects with what it failed with or the signal's reason. The last one to leave
   * takes the login along, and waits until nothing of it is left.
   */
  async wait(signal: AbortSignal | undefined): Promise<S> {
    this.#waiting += 1;
    try {
      const made = await raceAbort(this.#result, signal);
      this.#isTaken = true;
      return made;
    } catch (error) {
      if (signal?.aborted === true && this.#waiting === 1 && !this.#isTaken) await this.#discard(signal.reason);
      throw error;
    } finally {
      this.#waiting -= 1;
    }
  }

  async #discard(reason: unknown): Promise<void> {
    this.#end.abort(reason);
    // It may have succeeded in the same moment.
    const made = await this.#result.catch(() => undefined);
    await made?.close();
  }
}
