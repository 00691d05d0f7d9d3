// Prints a report anew whenever something changes in the service.

import { deferred, ServiceError, sleep, systemClock } from '../../base/index.ts';
import type { Report } from '../printer.ts';
import type { ServiceContext } from './service-action.ts';

/** Counters grow without an event, and an event may pass between a look and the first word of the event stream. */
const refreshMs = 5_000;

/** Prints what `look` finds: once, or with `isWatching` whenever it has become different, until interrupted. */
export async function printOrWatch(
  context: ServiceContext,
  isWatching: boolean | undefined,
  look: () => Promise<Report>,
): Promise<void> {
  if (isWatching === true) await watch(context, look);
  else context.printer.print(await look());
}

async function watch({ service, signal, printer }: ServiceContext, look: () => Promise<Report>): Promise<void> {
  const over = new AbortController();
  const anySignal = AbortSignal.any([signal, over.signal]);
  const changes = new Changes();
  const following = changes.follow(service.events({}, { signal: anySignal }), anySignal);
  let last: string | undefined;
  try {
    while (!signal.aborted) {
      changes.forget();
      const report = await look();
      const now = JSON.stringify(printer.isJson ? report.document : report.text);
      if (now !== last) printer.update(report);
      last = now;
      await Promise.race([changes.next(), sleep(systemClock, refreshMs, anySignal)]);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    over.abort();
    await following;
  }
}

/** Turns events into one word: whether there was one since the last look. */
class Changes {
  #isThere = false;
  #end: { readonly error: unknown } | undefined;
  #woken = deferred();

  /** From here on, only what comes later counts. */
  forget(): void {
    this.#isThere = false;
  }

  /** Resolves when there was an event since the last `forget`. Rejects when the events have ended. */
  async next(): Promise<void> {
    if (!this.#isThere && this.#end === undefined) await this.#woken.promise;
    if (this.#end !== undefined) throw this.#end.error;
  }

  /** Reads events to their end; never rejects. */
  async follow(events: AsyncIterable<unknown>, signal: AbortSignal): Promise<void> {
    try {
      const iterator = events[Symbol.asyncIterator]();
      while ((await iterator.next()).done !== true) {
        this.#isThere = true;
        this.#wake();
      }
      this.#end = { error: new ServiceError('SERVICE_STOPPING', 'The service has stopped') };
    } catch (error) {
      if (!signal.aborted) this.#end = { error };
    }
    this.#wake();
  }

  #wake(): void {
    this.#woken.resolve();
    this.#woken = deferred();
  }
}
