// Connects that run side by side, a bounded number at a time, until their owner has what it wants.

import { type ConnectAttempt, Contender, type ContenderOptions } from './contender.ts';
import { integer } from './options.ts';

/** How a race is run. */
export interface RaceOptions extends ContenderOptions {
  /** How many connects may be under way at a time, circuits that wait to be taken not counted; 16 unless set. */
  readonly mostAtOnce?: number;
  /** Called after each change of a contender's state; never inside `enter` while the race is on. */
  readonly changed?: () => void;
}

/** Connects side by side. To be closed at its end. */
export class ConnectRace {
  readonly #options: RaceOptions;
  readonly #mostAtOnce: number;
  readonly #contenders: Contender[] = [];
  #closed: Promise<void> | undefined;

  /** Throws UsageError `ISCSI_BAD_ARGUMENT` for an option that cannot be taken. */
  constructor(options: RaceOptions = {}) {
    this.#options = options;
    this.#mostAtOnce = integer('mostAtOnce', options.mostAtOnce ?? 16, 1);
  }

  /** All that have been entered, in that order. */
  get contenders(): readonly Contender[] {
    return this.#contenders;
  }

  /**
   * Begins a connect, or queues it; one that comes after the close is released at once. Never throws: what is wrong with the
   * attempt is the contender's error.
   */
  enter(attempt: ConnectAttempt): Contender {
    const contender = new Contender(attempt, () => {
      this.#startMore();
      this.#options.changed?.();
    });
    this.#contenders.push(contender);
    if (this.#closed === undefined) this.#startMore();
    else void contender.release();
    return contender;
  }

  /** Releases everything that was not taken. Settles when nothing of it is left; never rejects. Idempotent. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await Promise.resolve(); // so that `#closed` is set before the first release starts another one
    await Promise.all(this.#contenders.map((contender) => contender.release()));
  }

  #startMore(): void {
    if (this.#closed !== undefined) return;
    const { connectTimeoutMs, closeTimeoutMs } = this.#options;
    let room = this.#mostAtOnce - this.#contenders.filter(({ state }) => state === 'connecting').length;
    for (const contender of this.#contenders) {
      if (room <= 0) return;
      if (contender.state !== 'queued') continue;
      room -= 1;
      contender.start({
        ...(connectTimeoutMs === undefined ? {} : { connectTimeoutMs }),
        ...(closeTimeoutMs === undefined ? {} : { closeTimeoutMs }),
      });
    }
  }
}
