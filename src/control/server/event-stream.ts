// Events as a stream of server-sent events: one line of JSON each, with an id to go on from after a lost line.

import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type Clock, type IscsiError, raceAbort, sleep, withDeadline } from '../../base/index.ts';
import type { ServiceEvent } from '../../service/index.ts';
import { httpStatus } from '../http-status.ts';
import { asForeseen, toProblem } from '../problem.ts';
import { serviceEvent } from '../schemas/state.ts';
import type { ControlLimits } from './limits.ts';
import { toJson } from './wire-json.ts';

/** So often something is sent that means nothing, so that both ends notice a line that is dead. */
const heartbeatMs = 15_000;

/** How a stream is written. */
export interface EventStreamTools {
  readonly clock: Clock;
  readonly limits: ControlLimits;
  readonly signal: AbortSignal;
  /** Aborted when the server closes, which the reader is told as the end of the service. */
  readonly isClosing: () => boolean;
}

/** Writes events until the service ends, the reader goes, or does not read. Resolves with what the stream ended with. */
export async function writeEvents(
  response: ServerResponse,
  events: AsyncIterator<ServiceEvent>,
  tools: EventStreamTools,
): Promise<IscsiError | undefined> {
  let next = events.next();
  next.catch(() => undefined); // looked at below
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.on('error', () => undefined); // a reader that goes is no news
  const over = new AbortController();
  const beating = beat(response, tools.clock, AbortSignal.any([tools.signal, over.signal])).catch(() => undefined);
  try {
    await write(response, 'retry: 1000\n\n', tools);
    while (true) {
      const step = await raceAbort(next, tools.signal);
      if (step.done === true) break;
      await write(response, asMessage(step.value), tools);
      next = events.next();
      next.catch(() => undefined);
    }
    response.end('event: end\ndata: {}\n\n');
    return undefined;
  } catch (error) {
    return endAfter(error, response, tools);
  } finally {
    over.abort();
    await beating;
    await events.return?.().catch(() => undefined);
  }
}

function endAfter(caught: unknown, response: ServerResponse, { signal, isClosing }: EventStreamTools): IscsiError {
  const error = asForeseen(caught);
  if (isClosing()) {
    response.end('event: end\ndata: {}\n\n');
  } else if (signal.aborted) {
    response.destroy();
  } else {
    response.end(`event: problem\ndata: ${JSON.stringify(toProblem(error, httpStatus(error)))}\n\n`);
  }
  return error;
}

function asMessage(event: ServiceEvent): string {
  return `id: ${event.id.replaceAll(/[\r\n\0]/g, '')}\ndata: ${toJson(serviceEvent.parse(event))}\n\n`;
}

/** Waits for the reader to take what there is, within the limit. */
async function write(
  response: ServerResponse,
  text: string,
  { clock, limits, signal }: EventStreamTools,
): Promise<void> {
  if (response.write(text)) return;
  const stalled = (): Error => new Error('The reader of events does not read');
  await withDeadline(clock, limits.stalledReaderMs, stalled, signal, async (both) => {
    await once(response, 'drain', { signal: both });
  }).catch((error: unknown) => {
    response.destroy();
    throw error;
  });
}

async function beat(response: ServerResponse, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(clock, heartbeatMs, signal);
    if (!response.writableNeedDrain) response.write(':\n\n');
  }
}
