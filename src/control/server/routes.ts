// The routes of the control API: one for each operation of the table, the event stream, and what supervisors ask.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Clock, ServiceError, withDeadline } from '../../base/index.ts';
import type { InitiatorService } from '../../service/index.ts';
import { checkForm } from '../check.ts';
import { clientGone } from '../http-status.ts';
import { openApiDocument } from '../openapi.ts';
import type { AnyOperation, OperationName } from '../operations/operation.ts';
import { eventsPath, operationNames, operations } from '../operations/table.ts';
import { badRequest, joinInput, placementOf } from '../placement.ts';
import { timeoutHeader } from '../timeout-header.ts';
import type { Admission, AdmissionKind, Admitted } from './admission.ts';
import { writeEvents } from './event-stream.ts';
import { type ControlLimits, longestOperationMs } from './limits.ts';
import { jsonType, type Replies, sendJson, sendProblem } from './replies.ts';
import type { AnswerFacts } from './request-metrics.ts';
import { toJson } from './wire-json.ts';

/** What routes work with. */
export interface RouteContext {
  readonly service: InitiatorService;
  readonly clock: Clock;
  readonly limits: ControlLimits;
  readonly admission: Admission;
  readonly replies: Replies;
  /** Hears how every request of a route ended. */
  readonly answered: (facts: AnswerFacts) => void;
}

/** Adds the routes of all operations. */
export function addOperations(app: FastifyInstance, context: RouteContext): void {
  for (const name of operationNames) addOperation(app, name, operations[name], context);
}

function addOperation(app: FastifyInstance, name: OperationName, row: AnyOperation, context: RouteContext): void {
  const { limits, service, clock } = context;
  const placement = placementOf(row);
  const places = new WeakMap<FastifyRequest, Admitted>();
  app.route({
    method: row.method,
    url: row.path.replaceAll(/\{(\w+)\}/g, ':$1'),
    bodyLimit: row.isBulky === true ? limits.stateLength : limits.bodyLength,
    onRequest: (request, reply, next) => {
      const admitted = enter('request', name, request, reply, context);
      if (admitted === undefined) return;
      places.set(request, admitted);
      next();
    },
    handler: async (request, reply) => {
      const given = joinInput(placement, {
        params: request.params as Record<string, unknown>,
        query: queryOf(request),
        body: request.body,
      });
      context.replies.remember(request, given);
      const input = checkInput(row, given);
      const limitMs = operationTimeout(request, limits);
      const late = (): Error => new ServiceError('SERVICE_TIMEOUT', `${name} did not end within ${limitMs} ms`);
      const result = await withDeadline(clock, limitMs, late, places.get(request)?.signal, async (signal) => {
        return await callService(service, name, row, input, signal);
      });
      if (row.output === undefined) {
        reply.code(204);
        return null;
      }
      reply.type(jsonType);
      return toJson(row.output.parse(result));
    },
  });
}

function queryOf(request: FastifyRequest): URLSearchParams {
  const { url = '' } = request.raw;
  return new URLSearchParams(url.includes('?') ? url.slice(url.indexOf('?')) : '');
}

async function callService(
  service: InitiatorService,
  name: OperationName,
  row: AnyOperation,
  input: unknown,
  signal: AbortSignal,
): Promise<unknown> {
  // The table's type says that the schema makes just what the method takes.
  const methods = service as unknown as Readonly<Record<OperationName, (...given: unknown[]) => Promise<unknown>>>;
  return row.input === undefined ? await methods[name]({ signal }) : await methods[name](input, { signal });
}

function checkInput({ input }: AnyOperation, given: unknown): unknown {
  if (input !== undefined) return checkForm(input, given);
  const [field] = Object.keys(given as object);
  if (field !== undefined) throw badRequest('is no field of this operation', field);
  return undefined;
}

/** How long the request may take, by its own header or the limits. */
function operationTimeout(request: FastifyRequest, limits: ControlLimits): number {
  const header = request.headers[timeoutHeader];
  if (header === undefined) return limits.operationTimeoutMs;
  if (typeof header !== 'string' || !/^[1-9]\d{0,11}$/.test(header)) {
    throw badRequest('is no number of milliseconds', timeoutHeader);
  }
  return Math.min(Number(header), longestOperationMs);
}

/** Lets a request in, or answers it; gives the place back when the answer is out or the client has gone. */
function enter(
  kind: AdmissionKind,
  operation: string,
  request: FastifyRequest,
  reply: FastifyReply,
  { admission, clock, replies, answered }: RouteContext,
): Admitted | undefined {
  const startedAt = clock.now();
  const place = admission.enter(kind);
  reply.raw.once('close', () => {
    const { statusCode, writableFinished } = reply.raw;
    const gone = new ServiceError('SERVICE_TIMEOUT', 'The client has gone');
    if ('leave' in place) {
      if (!writableFinished) place.abandon(gone);
      place.leave();
    }
    // A stream of events has no other end than that its reader goes.
    const isGivenUp = kind === 'request' && !writableFinished;
    const code = (replies.errorOf(request) ?? (isGivenUp ? gone : undefined))?.code;
    const status = isGivenUp ? clientGone : statusCode;
    answered({ operation, about: replies.aboutOf(request, status), status, code, durationMs: clock.now() - startedAt });
  });
  if ('leave' in place) return place;
  replies.fail(request, place.error);
  sendProblem(reply, place.error, place.status);
  return undefined;
}

/** Adds the event stream. */
export function addEvents(app: FastifyInstance, context: RouteContext): void {
  const { service, clock, limits, admission, replies } = context;
  app.get(eventsPath, (request, reply) => {
    const place = enter('eventStream', 'events', request, reply, context);
    if (place === undefined) return;
    const after = lastEventId(request);
    const { signal } = place;
    // Reading begins before the reader is told that it may act: nothing that it then causes is missed.
    const events = service.events(after === undefined ? {} : { after }, { signal })[Symbol.asyncIterator]();
    reply.hijack();
    const tools = { clock, limits, signal, isClosing: () => admission.isClosed };
    void writeEvents(reply.raw, events, tools).then((error) => {
      if (error !== undefined) replies.fail(request, error);
    });
  });
}

/** A reader that comes again says by header where it was; `after` is for the first time. */
function lastEventId(request: FastifyRequest): string | undefined {
  const query = queryOf(request);
  for (const name of query.keys()) if (name !== 'after') throw badRequest('is no parameter of this operation', name);
  const header = request.headers['last-event-id'];
  const id = typeof header === 'string' ? header : (query.get('after') ?? undefined);
  if (id !== undefined && !/^[\w.:-]{1,128}$/.test(id)) throw badRequest('is no id of an event', 'after');
  return id;
}

/** Adds what supervisors and Prometheus ask. */
export function addProbes(app: FastifyInstance, { service }: RouteContext, metrics: () => Promise<string>): void {
  let openApi: string | undefined; // made when somebody asks for it: few do, and it takes a while
  app.get('/v1/openapi.json', (_request, reply) => {
    openApi ??= JSON.stringify(openApiDocument());
    return sendJson(reply, 200, openApi);
  });
  app.get('/healthz', (_request, reply) => sendJson(reply, 200, toJson({ isAlive: true })));
  app.get('/readyz', async (_request, reply) => {
    const { isReady, concerns } = await service.status();
    reply.code(isReady ? 200 : 503).type(jsonType);
    return toJson({ isReady, concerns: concerns.length });
  });
  app.get('/metrics', async (_request, reply) => {
    reply.type('text/plain; version=0.0.4; charset=utf-8');
    return await metrics();
  });
}
