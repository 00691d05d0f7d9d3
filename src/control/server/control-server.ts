// The control API's server: listeners, the guard before them, and the life of both.

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { type Clock, nextTurn, systemClock, UsageError } from '../../base/index.ts';
import type { InitiatorService } from '../../service/index.ts';
import { Admission } from './admission.ts';
import { guard, noSuchResource } from './guard.ts';
import { type ControlLimits, resolveLimits } from './limits.ts';
import { type ControlTls, type ListenerRules, listenTcp, listenUnix, tcpRules } from './listener.ts';
import { Replies, sendProblem } from './replies.ts';
import type { AnswerFacts } from './request-metrics.ts';
import { addEvents, addOperations, addProbes, type RouteContext } from './routes.ts';

/** Where and how the control API is served. At least one of `socketPath` and `listen` is needed. */
export interface ControlServerOptions {
  readonly service: InitiatorService;
  /** A Unix socket, made with mode 0660: whoever may open it may do everything. */
  readonly socketPath?: string;
  /** A TCP port, 0 for a free one. Needs `token`, and `tls` unless the address is of the loopback. */
  readonly listen?: { readonly host: string; readonly port: number };
  /** The bearer token that requests over TCP must have: 16 bytes or more. */
  readonly token?: string;
  readonly tls?: ControlTls;
  /** The service's own metrics in the text format of Prometheus. */
  readonly metrics?: () => Promise<string>;
  readonly limits?: Partial<ControlLimits>;
  readonly clock?: Clock;
  readonly hooks?: ControlHooks;
}

/** What a control server tells its owner; meant for logs. */
export interface ControlHooks {
  /** An operation has been answered. */
  readonly onAnswer?: (facts: AnswerFacts) => void;
  /** Something happened that should not have: a fault of the program, of which the client is not told. With its stack. */
  readonly onFault?: (fault: string) => void;
}

/** A control API that is served. */
export interface ControlServer extends AsyncDisposable {
  readonly socketPath: string | undefined;
  /** The TCP address, with the port that was taken. */
  readonly address: { readonly host: string; readonly port: number } | undefined;
  /**
   * Takes no new request, ends the event streams, lets operations go on for `closeTimeoutMs`, aborts those that remain, and
   * closes every connection. Does not close the service.
   */
  close(): Promise<void>;
}

/**
 * Checks what a server would be opened with, before anything else is begun that would have to be undone.
 *
 * @throws UsageError `ISCSI_BAD_ARGUMENT` as `openControlServer`.
 */
export function checkControlServer({ socketPath, listen, token, tls }: Omit<ControlServerOptions, 'service'>): void {
  if (socketPath === undefined && listen === undefined) {
    throw new UsageError('ISCSI_BAD_ARGUMENT', 'There is nowhere to serve the control API', { argument: 'socketPath' });
  }
  if (listen !== undefined) tcpRules(listen, token, tls);
}

/**
 * Serves the control API.
 *
 * @throws UsageError `ISCSI_BAD_ARGUMENT` for an address that would let everybody in, or a certificate or key that is none.
 * @throws TransportError `ISCSI_CONNECT_FAILED` when an address cannot be opened, as when another service listens there.
 */
export async function openControlServer(options: ControlServerOptions): Promise<ControlServer> {
  const { socketPath, listen, token, tls } = options;
  checkControlServer(options);
  const limits = resolveLimits(options.limits);
  const rules = listen === undefined ? undefined : tcpRules(listen, token, tls);
  const { app, admission, handlerFor } = await makeApp(options, limits);
  const servers: Server[] = [];
  let address: ControlServer['address'];
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    closing ??= closeAll(app, admission, servers);
    await closing;
  };
  try {
    if (socketPath !== undefined) {
      const handler = handlerFor({ token: undefined, hostNames: undefined });
      servers.push((await listenUnix(socketPath, limits, handler)).server);
    }
    if (listen !== undefined && rules !== undefined) {
      const listener = await listenTcp(listen, tls, limits, handlerFor(rules));
      servers.push(listener.server);
      address = listener.address;
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { socketPath, address, close, [Symbol.asyncDispose]: close };
}

interface App {
  readonly app: FastifyInstance;
  readonly admission: Admission;
  readonly handlerFor: (rules: ListenerRules) => (request: IncomingMessage, response: ServerResponse) => void;
}

async function makeApp(options: ControlServerOptions, limits: ControlLimits): Promise<App> {
  const { service, hooks = {}, clock = systemClock } = options;
  const admission = new Admission(clock, limits);
  // What only a server needs is loaded here: every command that only wants the client starts faster without it.
  const { RequestMetrics } = await import('./request-metrics.ts');
  const metrics = new RequestMetrics(admission);
  const replies = new Replies((error) => hooks.onFault?.(error));
  const rulesOf = new WeakMap<IncomingMessage, ListenerRules>();
  const app = await makeRouter(limits, replies);
  app.addHook('onRequest', (request, reply, next) => {
    // A listener that is not known lets nobody in.
    const rules = rulesOf.get(request.raw) ?? { token: '', hostNames: [] };
    const refusal = admission.knock() ?? guard(request.raw, rules);
    if (refusal === undefined) {
      next();
      return;
    }
    reply.header('connection', 'close'); // its body, if any, is not waited for
    sendProblem(reply, refusal.error, refusal.status);
  });
  const answered = (facts: AnswerFacts): void => {
    metrics.answered(facts);
    hooks.onAnswer?.(facts);
  };
  const context: RouteContext = { service, clock, limits, admission, replies, answered };
  addOperations(app, context);
  addEvents(app, context);
  const printMetrics = async (): Promise<string> => `${(await options.metrics?.()) ?? ''}${await metrics.print()}`;
  addProbes(app, context, printMetrics);
  await app.ready();
  const handlerFor: App['handlerFor'] = (rules) => (request, response) => {
    rulesOf.set(request, rules);
    app.routing(request, response);
  };
  return { app, admission, handlerFor };
}

/** The router with nothing in it but what it says when there is no route, or when one fails. */
async function makeRouter(limits: ControlLimits, replies: Replies): Promise<FastifyInstance> {
  const { default: fastify } = await import('fastify');
  const app = fastify({
    logger: false,
    exposeHeadRoutes: false,
    bodyLimit: limits.bodyLength,
    routerOptions: { caseSensitive: true, ignoreTrailingSlash: false, maxParamLength: 2048 },
    frameworkErrors: (error, request, reply) => {
      replies.answerError(error, request, reply);
    },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, app.getDefaultJsonParser('error', 'error'));
  app.addHook('onSend', (_request, reply, _payload, next) => {
    reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    next();
  });
  app.setErrorHandler((error, request, reply) => replies.answerError(error, request, reply));
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, noSuchResource(), 404));
  return await app;
}

async function closeAll(app: FastifyInstance, admission: Admission, servers: readonly Server[]): Promise<void> {
  const closed = servers.map(async (server) => {
    await new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
      server.closeIdleConnections();
    });
  });
  await admission.close();
  await app.close();
  // What has been answered is on its way; whoever does not take it now never will.
  for (const server of servers) server.closeIdleConnections();
  await nextTurn();
  for (const server of servers) server.closeAllConnections();
  await Promise.all(closed);
}
