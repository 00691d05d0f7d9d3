// The events of the service as the tour sees them: read from the event stream, kept, and waited for.

import type { InitiatorService, ServiceEvent } from '../../service/index.ts';

/** An id of no event, so that the stream begins by saying where it stands. */
const noEvent = '0-0';

/** Follows the events of one run of the service, until it ends. */
export class EventFollower {
  /** Resolves when the stream is open: nothing that happens from then on is missed. Rejects when it cannot be. */
  readonly opened: Promise<void>;
  /** Resolves when the stream has ended, however it has. */
  readonly ended: Promise<void>;
  readonly #events: ServiceEvent[] = [];

  /** `after` is the last event that is known, of this run or another. */
  constructor(service: InitiatorService, after: string | undefined, signal: AbortSignal) {
    const stream = service.events({ after: after ?? noEvent }, { signal })[Symbol.asyncIterator]();
    this.opened = stream.next().then(() => undefined); // the first one says that those before are not known
    this.ended = this.opened.then(() => this.#follow(stream)).catch(() => undefined);
  }

  /** How many there have been: a place to look from. */
  get count(): number {
    return this.#events.length;
  }

  /** The id of the last one. */
  get lastId(): string | undefined {
    return this.#events.at(-1)?.id;
  }

  /** The first one of this type, from a place on. */
  find(type: string, from = 0, isMeant: (event: ServiceEvent) => boolean = () => true): ServiceEvent | undefined {
    return this.#events.slice(from).find((event) => event.type === type && isMeant(event));
  }

  /** How many there have been of each type. */
  counts(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { type } of this.#events) counts.set(type, (counts.get(type) ?? 0) + 1);
    return counts;
  }

  async #follow(stream: AsyncIterator<ServiceEvent>): Promise<void> {
    for (let next = await stream.next(); next.done !== true; next = await stream.next()) {
      this.#events.push(next.value);
    }
  }
}
