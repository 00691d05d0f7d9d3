// What has happened, kept in a ring: every reader goes through it at its own pace, and can go on after a lost line.

import { type Deferred, deferred, raceAbort, throwIfAborted } from '../../base/index.ts';
import type { ServiceEvent } from '../contract/events.ts';
import { momentIn } from '../moment.ts';

/** What an event says besides its type. */
export type EventFacts = Partial<Omit<ServiceEvent, 'id' | 'at' | 'type'>>;

/** How many events are kept for readers that are slow or come again; older ones are missed. */
const mostEvents = 4096;

/** The events of one run of the service. */
export class EventLog {
  /** Tells the events of this run from those of another one. */
  readonly #start: string;
  readonly #bound: number;
  readonly #ring: ServiceEvent[] = [];
  readonly #listeners = new Set<(event: ServiceEvent) => void>();
  /** How many events there have been; the last one has this number. */
  #count = 0;
  /** Of each reader that has read everything. Not one promise for all: until the next event it would hold whoever has gone. */
  readonly #waiting = new Set<Deferred<void>>();
  #isClosed = false;

  constructor(start: string = Date.now().toString(36), bound: number = mostEvents) {
    this.#start = start;
    this.#bound = bound;
  }

  /** Adds an event. Listeners hear of it before this returns. */
  publish(type: string, facts: EventFacts = {}): void {
    if (this.#isClosed) return;
    this.#count += 1;
    const event: ServiceEvent = {
      id: this.#id(this.#count),
      at: momentIn(),
      type,
      ...facts,
      detail: facts.detail ?? {},
    };
    this.#ring.push(event);
    if (this.#ring.length > this.#bound) this.#ring.shift();
    for (const listener of this.#listeners) listener(event);
    this.#wake();
  }

  /** Calls `listener` with every event from now on, until what is returned is called. It must not throw. */
  listen(listener: (event: ServiceEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Lets readers read what there is, and then end. */
  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  /**
   * The events from now on, or those after the event `after`. Where some of them are not known any more, `eventsMissed`
   * stands in their place, and what follows is what happens from then on. Ends with the log; throws the signal's reason.
   */
  read(after: string | undefined, signal: AbortSignal | undefined): AsyncIterable<ServiceEvent> {
    // The place to begin is taken now, so that nothing is missed between this call and the first step.
    const from = after === undefined ? this.#count : this.#countOf(after);
    return this.#read(from, after, signal);
  }

  async *#read(
    from: number | undefined,
    after: string | undefined,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<ServiceEvent, void, undefined> {
    let last = from;
    while (true) {
      throwIfAborted(signal);
      if (last === undefined || last < this.#count - this.#ring.length) {
        last = this.#count;
        yield this.#missed(after);
        continue;
      }
      const event = this.#ring[last - (this.#count - this.#ring.length)];
      if (event !== undefined) {
        last += 1;
        yield event;
      } else if (this.#isClosed) {
        return;
      } else {
        await this.#growth(signal);
      }
    }
  }

  /** Waits until there is another event, or will be none. */
  async #growth(signal: AbortSignal | undefined): Promise<void> {
    const grown = deferred();
    this.#waiting.add(grown);
    try {
      await raceAbort(grown.promise, signal);
    } finally {
      this.#waiting.delete(grown);
    }
  }

  #wake(): void {
    for (const grown of this.#waiting) grown.resolve();
  }

  #missed(after: string | undefined): ServiceEvent {
    const detail = after === undefined ? {} : { after };
    return { id: this.#id(this.#count), at: momentIn(), type: 'eventsMissed', detail };
  }

  /** How many events there had been with the one of this id; undefined for an id that is not of this run. */
  #countOf(id: string): number | undefined {
    const at = id.lastIndexOf('-');
    const count = Number(id.slice(at + 1));
    const isOurs = id.slice(0, at) === this.#start && Number.isSafeInteger(count) && count >= 0 && count <= this.#count;
    return isOurs ? count : undefined;
  }

  #id(count: number): string {
    return `${this.#start}-${count}`;
  }
}
