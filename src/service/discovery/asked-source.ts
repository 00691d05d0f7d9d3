// A discovery source that is asked at the start, from time to time, and on request; one question at a time.

import { asIscsiError, type Clock, type IscsiError, raceAbort, type Timer } from '../../base/index.ts';
import type { DiscoveryOutcome } from '../contract/discovery.ts';
import { momentIn } from '../moment.ts';
import type { DiscoverySource, FoundTarget } from './discovery-source.ts';

/** What becomes of the answers. */
export interface SourceEvents {
  found(targets: readonly FoundTarget[]): void;
  /** An attempt has ended, one way or the other. */
  ended(outcome: DiscoveryOutcome): void;
}

/** What a source is asked with. */
export interface SourceSurroundings {
  readonly clock: Clock;
  /** From one attempt to the next; 0 for no repetition. */
  readonly intervalMs: number;
}

/** A source with what has become of asking it. */
export class AskedSource {
  readonly source: DiscoverySource;
  readonly #events: SourceEvents;
  readonly #surroundings: SourceSurroundings;
  readonly #end = new AbortController();
  #asking: Promise<void> | undefined;
  #outcome: DiscoveryOutcome = { at: undefined, targetCount: 0, error: undefined };
  #failingSince: string | undefined;
  #timer: Timer | undefined;
  #nextAt: string | undefined;

  constructor(source: DiscoverySource, events: SourceEvents, surroundings: SourceSurroundings) {
    this.source = source;
    this.#events = events;
    this.#surroundings = surroundings;
  }

  get outcome(): DiscoveryOutcome {
    return this.#outcome;
  }

  /** Since when every attempt has failed; undefined where the last one did not. */
  get failingSince(): string | undefined {
    return this.#failingSince;
  }

  get nextAttemptAt(): string | undefined {
    return this.#nextAt;
  }

  /** Asks, or waits for the answer to a question that is under way. Rejects with what went wrong, or the signal's reason. */
  async refresh(signal?: AbortSignal): Promise<void> {
    this.#end.signal.throwIfAborted();
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    await raceAbort(this.#asking, signal);
  }

  /** Asks without anybody who waits. Never rejects: the outcome tells. */
  async attempt(): Promise<void> {
    await this.refresh().catch(() => undefined);
  }

  /** Ends what is under way, and asks no more. Never rejects. */
  async close(reason: Error): Promise<void> {
    this.#end.abort(reason);
    this.#timer?.cancel();
    await this.#asking?.catch(() => undefined);
    await this.source.close();
  }

  async #ask(): Promise<void> {
    this.#timer?.cancel();
    const { signal } = this.#end;
    try {
      const targets = await this.source.ask(signal);
      signal.throwIfAborted();
      this.#failingSince = undefined;
      this.#take({ at: momentIn(), targetCount: targets.length, error: undefined }, targets);
    } catch (error) {
      signal.throwIfAborted();
      const known = asIscsiError(error);
      this.#failingSince ??= momentIn();
      this.#take({ at: momentIn(), targetCount: this.#outcome.targetCount, error: shown(known) });
      throw known;
    }
  }

  #take(outcome: DiscoveryOutcome, targets?: readonly FoundTarget[]): void {
    this.#outcome = outcome;
    if (targets !== undefined) this.#events.found(targets);
    this.#events.ended(outcome);
    const { clock, intervalMs } = this.#surroundings;
    if (intervalMs === 0) return;
    this.#nextAt = momentIn(intervalMs);
    this.#timer = clock.schedule(intervalMs, () => void this.attempt(), { unref: true });
  }
}

/** An error as outcomes and events show it. */
export function shown(error: IscsiError): { readonly code: string; readonly message: string } {
  return { code: error.code, message: error.message };
}
