// The client of the control API: the service as an InitiatorService, from another process or another host.

import { type Clock, ServiceError, SessionError, systemClock, withDeadline } from '../../base/index.ts';
import type { CallOptions, InitiatorService } from '../../service/index.ts';
import type { AnyOperation, OperationName } from '../operations/operation.ts';
import { operationNames, operations } from '../operations/table.ts';
import { type Placement, placeInput, placementOf } from '../placement.ts';
import { timeoutHeader } from '../timeout-header.ts';
import { type ControlAddress, type Endpoint, makeEndpoint } from './endpoint.ts';
import { readEvents } from './event-reader.ts';
import { exchange, parseJson } from './exchange.ts';
import { OpenCalls } from './open-calls.ts';

/** Where the service is, and how long to wait for it. */
export type ControlClientOptions = ControlAddress & {
  /** How long an operation may take, 10 minutes unless given; the service ends it with SERVICE_TIMEOUT. */
  readonly timeoutMs?: number;
  /** For how long a reader of events looks for a service that was there and answers no more; a minute unless given. */
  readonly reconnectMs?: number;
  readonly clock?: Clock;
};

/** The service, seen over its control API. Any call may also end with SERVICE_NOT_RUNNING and SERVICE_UNAUTHORIZED. */
export interface ControlClient extends InitiatorService, AsyncDisposable {
  /** Ends the calls that are under way with ISCSI_CLOSED, and all connections. What they began goes on as after an abort. */
  close(): Promise<void>;
}

const defaultTimeoutMs = 600_000;
const defaultReconnectMs = 60_000;
/** An operation that has a limit of its own gets that much more, so that it is that limit which ends it. */
const headroomMs = 30_000;
/** A service that does not even say that the time is up is waited for that much longer. */
const silenceMs = 10_000;
/** As long as the service lets anything take. */
const longestMs = 86_400_000;

/** Makes a client. Nothing is opened before the first call, and no connection that is idle keeps the process alive. */
export function openControlClient(options: ControlClientOptions): ControlClient {
  const endpoint = makeEndpoint(options);
  const clock = options.clock ?? systemClock;
  const open = new OpenCalls();
  const calls = { endpoint, clock, open, timeoutMs: options.timeoutMs ?? defaultTimeoutMs };
  const close = async (): Promise<void> => {
    open.close(new SessionError('ISCSI_CLOSED', 'The client of the control API has been closed'));
    endpoint.close();
    await Promise.resolve();
  };
  const methods = Object.fromEntries(operationNames.map((name) => [name, makeMethod(name, operations[name], calls)]));
  const events: InitiatorService['events'] = (input, { signal } = {}) =>
    open.iterate(signal, (either) =>
      readEvents(endpoint, {
        clock,
        after: input?.after,
        reconnectMs: options.reconnectMs ?? defaultReconnectMs,
        signal: either,
      }),
    );
  // The table has every method of the interface: its own type says so.
  return { ...(methods as unknown as InitiatorService), events, close, [Symbol.asyncDispose]: close };
}

interface Calls {
  readonly endpoint: Endpoint;
  readonly clock: Clock;
  readonly open: OpenCalls;
  readonly timeoutMs: number;
}

function makeMethod(
  name: OperationName,
  row: AnyOperation,
  calls: Calls,
): (...given: readonly unknown[]) => Promise<unknown> {
  const placement = placementOf(row);
  return async (...given) => {
    const [input, options] = (row.input === undefined ? [{}, given[0]] : given) as [object?, CallOptions?];
    return await call(name, row, placement, { input: { ...input }, signal: options?.signal }, calls);
  };
}

async function call(
  name: OperationName,
  row: AnyOperation,
  placement: Placement,
  { input, signal }: { readonly input: Readonly<Record<string, unknown>>; readonly signal: AbortSignal | undefined },
  { endpoint, clock, open, timeoutMs }: Calls,
): Promise<unknown> {
  const limitMs = limitOf(row, input, timeoutMs);
  const { url, body } = placeInput(row, placement, input);
  const headers = { accept: 'application/json', [timeoutHeader]: String(limitMs) };
  const request = { method: row.method, path: url, headers, body };
  const silent = (): Error =>
    new ServiceError('SERVICE_TIMEOUT', `The service at ${endpoint.name} did not answer ${name} within ${limitMs} ms`, {
      effect: 'unknown',
    });
  const text = await open.run(signal, async (either) => {
    return await withDeadline(clock, limitMs + silenceMs, silent, either, async (all) => {
      return await exchange(endpoint, request, clock, all);
    });
  });
  if (row.output === undefined) return undefined;
  const answer = row.output.safeParse(parseJson(text));
  if (answer.success) return answer.data;
  throw new ServiceError(
    'SERVICE_FAILED',
    `The service at ${endpoint.name} answered ${name} in a form of another version`,
  );
}

function limitOf({ ownLimitMs }: AnyOperation, input: unknown, timeoutMs: number): number {
  if (ownLimitMs === undefined) return timeoutMs;
  const own = ownLimitMs(input as never);
  return own === undefined ? longestMs : Math.min(longestMs, Math.max(timeoutMs, own + headroomMs));
}
