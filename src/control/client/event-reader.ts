// Events over the control API: goes on after a lost line from where it was, until the service ends or the reader stops.

import { type Clock, IscsiError, ServiceError, sleep } from '../../base/index.ts';
import type { ServiceEvent } from '../../service/index.ts';
import { eventsPath } from '../operations/table.ts';
import { fromProblem, problemSchema } from '../problem.ts';
import { serviceEvent } from '../schemas/state.ts';
import type { Endpoint } from './endpoint.ts';
import { asError, isLineLost, parseJson, readWhole, send } from './exchange.ts';
import { readMessages } from './server-sent-events.ts';

/** How a reader comes again. */
export interface EventReaderOptions {
  readonly clock: Clock;
  readonly after: string | undefined;
  /** For how long a service that does not answer is looked for, once it had answered. */
  readonly reconnectMs: number;
  readonly signal: AbortSignal;
}

const firstDelayMs = 100;
const longestDelayMs = 2000;

/**
 * Yields events until the service ends. Throws the signal's reason when it is aborted, SERVICE_NOT_RUNNING when no service
 * answers, and what the service answers instead of events.
 */
export async function* readEvents(
  endpoint: Endpoint,
  { clock, after, reconnectMs, signal }: EventReaderOptions,
): AsyncGenerator<ServiceEvent, void, undefined> {
  let last = after;
  let wasThere = false;
  let lostAt = 0;
  for (let delayMs = firstDelayMs; ; delayMs = Math.min(2 * delayMs, longestDelayMs)) {
    try {
      for await (const message of readOnce(endpoint, last, signal)) {
        if (message === 'open') {
          wasThere = true;
          delayMs = firstDelayMs;
          lostAt = 0;
          continue;
        }
        last = message.id;
        yield message;
      }
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (lostAt === 0) lostAt = clock.now();
      if (!isPassing(error) || !wasThere || clock.now() - lostAt > reconnectMs) throw asReason(error, endpoint);
    }
    await sleep(clock, delayMs, signal);
  }
}

/** One connection's worth of events. Returns when the service says that it ends; throws when the line is lost. */
async function* readOnce(
  endpoint: Endpoint,
  last: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<ServiceEvent | 'open', void, undefined> {
  const headers = { accept: 'text/event-stream', ...(last === undefined ? {} : { 'last-event-id': last }) };
  const request = { method: 'GET', path: eventsPath, headers, body: undefined, isAlone: true };
  const { status, message } = await send(endpoint, request, signal);
  if (status !== 200) throw asError(status, await readWhole(message, signal), endpoint);
  try {
    yield 'open';
    for await (const { type, data } of readMessages(message as AsyncIterable<Uint8Array>)) {
      if (type === 'end') return;
      if (type === 'problem') throw fromProblem(problemSchema.parse(parseJson(data)));
      yield serviceEvent.parse(parseJson(data));
    }
    throw new Error('The stream ended in the middle');
  } finally {
    message.destroy();
  }
}

/** What is no answer of the service but a lost line, or one that says so, is worth another try. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof IscsiError)) return true;
  return ['SERVICE_NOT_RUNNING', 'SERVICE_OVERLOADED', 'SERVICE_STOPPING'].includes(error.code);
}

function asReason(error: unknown, endpoint: Endpoint): unknown {
  if (error instanceof IscsiError) return error;
  const message = isLineLost(error) ? 'The line was lost' : (error as Error).message;
  return new ServiceError('SERVICE_NOT_RUNNING', `No events from ${endpoint.name}: ${message}`, { cause: error });
}
