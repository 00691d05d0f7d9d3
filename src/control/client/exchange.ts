// One request and its answer.

import type { ClientRequest, IncomingMessage } from 'node:http';
import { type Clock, type IscsiError, onAbort, ServiceError, sleep } from '../../base/index.ts';
import { fromProblem, problemSchema } from '../problem.ts';
import type { Endpoint, EndpointRequest } from './endpoint.ts';

/** The longest answer that is taken, in bytes. */
const longestAnswer = 256 * 1024 * 1024;

/** An answer that began to come. */
export interface Answer {
  readonly status: number;
  readonly message: IncomingMessage;
}

/** The connection went before the answer came. */
class LineLost extends Error {
  override readonly name = 'LineLost';
  /** Whether the connection had been used before: then the service may have closed it just when this request was sent. */
  readonly wasReused: boolean;

  constructor(cause: Error, wasReused: boolean) {
    super(cause.message, { cause });
    this.wasReused = wasReused;
  }
}

/** So often, and after so long, a service is asked again whose queue of connections is full. */
const queueAttempts = 40;
const queueDelayMs = 50;

/** Sends a request, and reads its answer whole. Rejects with the error that the service answers. */
export async function exchange(
  endpoint: Endpoint,
  request: EndpointRequest & { readonly body: string | undefined },
  clock: Clock,
  signal: AbortSignal,
): Promise<string> {
  const isRepeatable = request.method !== 'POST' && request.method !== 'PATCH';
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = await send(endpoint, request, signal);
      const text = await readWhole(answer.message, signal);
      if (answer.status >= 400) throw asError(answer.status, text, endpoint);
      return text;
    } catch (error) {
      if (isQueueFull(error) && attempt < queueAttempts) {
        await sleep(clock, queueDelayMs, signal); // nothing has been sent
      } else if (!(error instanceof LineLost)) {
        throw error;
      } else if (!(isRepeatable && error.wasReused && attempt < 3)) {
        throw lost(error, endpoint);
      }
    }
  }
}

/** Linux refuses a connection to a Unix socket while as many wait there as its backlog takes; TCP would let it wait. */
function isQueueFull(error: unknown): boolean {
  return error instanceof ServiceError && (error.cause as NodeJS.ErrnoException | undefined)?.code === 'EAGAIN';
}

/** Sends a request and waits for the head of its answer. The signal ends the reading of the rest, too. */
export async function send(
  endpoint: Endpoint,
  { body, ...request }: EndpointRequest & { readonly body: string | undefined },
  signal: AbortSignal,
): Promise<Answer> {
  signal.throwIfAborted();
  const outgoing = endpoint.open({
    ...request,
    headers: { ...request.headers, ...bodyHeaders(body) },
  });
  const remove = onAbort(signal, () => outgoing.destroy());
  outgoing.once('close', remove);
  return await new Promise<Answer>((resolve, reject) => {
    outgoing.once('response', (message) => {
      resolve({ status: message.statusCode ?? 0, message });
    });
    outgoing.once('error', (error: NodeJS.ErrnoException) => {
      reject(signal.aborted ? (signal.reason as Error) : describe(error, outgoing, endpoint));
    });
    // An abort before there is a connection ends without an error.
    outgoing.once('close', () => {
      reject(signal.aborted ? (signal.reason as Error) : new LineLost(new Error('closed'), outgoing.reusedSocket));
    });
    outgoing.end(body);
  });
}

function bodyHeaders(body: string | undefined): Record<string, string> {
  if (body === undefined) return {};
  return { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) };
}

/** Reads an answer to its end. */
export async function readWhole(message: IncomingMessage, signal: AbortSignal): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of message as AsyncIterable<Buffer>) {
      length += piece.length;
      if (length > longestAnswer) throw new ServiceError('SERVICE_FAILED', 'The service answers without end');
      pieces.push(piece);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ServiceError) throw error;
    throw new LineLost(error as Error, false);
  }
  return Buffer.concat(pieces).toString();
}

/** What the service answers when it does not do what it was asked. */
export function asError(status: number, text: string, endpoint: Endpoint): IscsiError {
  const problem = problemSchema.safeParse(parseJson(text));
  if (problem.success) return fromProblem(problem.data);
  return new ServiceError(
    'SERVICE_FAILED',
    `What answers at ${endpoint.name} is no control API: HTTP status ${status}`,
  );
}

/** JSON, or undefined for what is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Codes of errors that come before anything was sent. */
const unreachable: ReadonlySet<string> = new Set([
  ...['ENOENT', 'ENOTDIR', 'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'],
  ...['ENOTSOCK', 'EPROTOTYPE', 'EINVAL', 'EADDRNOTAVAIL', 'EPROTO'],
]);

function describe(error: NodeJS.ErrnoException, outgoing: ClientRequest, endpoint: Endpoint): Error {
  const code = error.code ?? '';
  if (code === 'EACCES' || code === 'EPERM') {
    const message = `The control API at ${endpoint.name} may not be used: ${error.message}`;
    return new ServiceError('SERVICE_UNAUTHORIZED', message, { cause: error });
  }
  if (code === 'EAGAIN') {
    const message = `The control API at ${endpoint.name} takes no more connections now`;
    return new ServiceError('SERVICE_OVERLOADED', message, { cause: error });
  }
  const isTls = code.startsWith('ERR_TLS') || code.startsWith('ERR_SSL') || /CERT|SIGNATURE/.test(code);
  if (unreachable.has(code) || isTls) return notRunning(error, endpoint);
  return new LineLost(error, outgoing.reusedSocket);
}

function notRunning(cause: Error, { name }: Endpoint): ServiceError {
  return new ServiceError('SERVICE_NOT_RUNNING', `No service answers at ${name}: ${cause.message}`, { cause });
}

/** The request was sent, so nobody knows what became of it. */
function lost(cause: LineLost, { name }: Endpoint): ServiceError {
  const message = `The service at ${name} ended the connection before it answered`;
  return new ServiceError('SERVICE_NOT_RUNNING', message, { cause: cause.cause, effect: 'unknown' });
}

/** Whether the line was lost, so that it is worth trying again. */
export function isLineLost(error: unknown): boolean {
  return error instanceof LineLost;
}
