// The HTTP side: one path that takes messages by POST, and whom it lets in.

import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Clock, ServiceError, sleep } from '../../../base/index.ts';
import { writeFault } from '../envelope/write-envelope.ts';
import { type HandledMessage, handleMessage, type MessageDesk } from '../handle-message.ts';
import type { WsManagementLimits } from '../limits.ts';
import { soapFault } from '../soap-fault.ts';
import { isAuthorized, type WsCredentials } from './basic-auth.ts';
import type { Operations } from './operations-under-way.ts';

/** How a request was answered; meant for logs. Nothing of what the request said is in it but the class that it named. */
export interface WsAnswerFacts {
  /** For example `Get` or `Invoke`; undefined for what was no request. */
  readonly operation: string | undefined;
  readonly resource: string | undefined;
  readonly status: number;
  /** For example `InvalidSelectors`. */
  readonly fault: string | undefined;
  readonly durationMs: number;
}

/** What the router works with. */
export interface RouterTools {
  readonly desk: MessageDesk;
  readonly credentials: WsCredentials;
  /** Whether Identify is answered to whoever asks for it so (DSP0226 clause 11, WSMANIDENTIFY). */
  readonly allowsAnonymousIdentify: boolean;
  /** The names that may stand in Host; undefined for any. */
  readonly hostNames: readonly string[] | undefined;
  readonly underWay: Operations;
  readonly limits: WsManagementLimits;
  readonly clock: Clock;
  readonly onAnswer: (facts: WsAnswerFacts) => void;
  readonly onUnforeseen: (error: unknown) => void;
}

/** HTTP's word for a client that has gone before its answer; logs have it. */
const clientGone = 499;
/** Messages, whatever the parameters of the type: charset is read later. */
const messageType = /^(?:application\/soap\+xml|text\/xml|application\/xml)\s*(?:;|$)/i;

/** Makes the router. */
export async function makeRouter(tools: RouterTools): Promise<FastifyInstance> {
  // Loaded here, since a service that serves no WS-Management need not wait for it.
  const { default: fastify } = await import('fastify');
  const { limits } = tools;
  const app = fastify({
    logger: false,
    exposeHeadRoutes: false,
    bodyLimit: limits.envelopeLength,
    routerOptions: { ignoreTrailingSlash: true },
    frameworkErrors: (_error, _request, reply) => {
      answerEmpty(reply, 400);
    },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(messageType, { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  app.addHook('onSend', (_request, reply, _payload, next) => {
    reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    next();
  });
  app.setErrorHandler((error, _request, reply) => answerBroken(error as { readonly code?: string }, reply, tools));
  app.setNotFoundHandler((request, reply) => {
    const isOurs = /^\/wsman\/?(?:\?|$)/.test(request.url);
    if (isOurs) reply.header('allow', 'POST');
    return answerEmpty(reply, isOurs ? 405 : 404);
  });
  const authenticated = new WeakSet<FastifyRequest>();
  app.post('/wsman', {
    onRequest: async (request, reply) => {
      if (await admit(request, reply, tools)) authenticated.add(request);
    },
    handler: async (request, reply) => await serve(request, reply, authenticated.has(request), tools),
  });
  await app.ready();
  return await app;
}

/** Lets a request in, or answers it. Whether whoever asks has shown who he is. */
async function admit(request: FastifyRequest, reply: FastifyReply, tools: RouterTools): Promise<boolean> {
  if (!isOurHost(request.headers.host, tools.hostNames)) {
    await reply.code(421).header('connection', 'close').send('');
    return false;
  }
  const { authorization } = request.headers;
  if (isAuthorized(authorization, tools.credentials)) return true;
  const isAnonymous = tools.allowsAnonymousIdentify && authorization === undefined;
  if (isAnonymous && request.headers['wsmanidentify'] === 'unauthenticated') return false;
  // Who asks without credentials is told at once that they are needed; who guesses them waits.
  if (authorization !== undefined) {
    await sleep(tools.clock, tools.limits.refusalDelayMs, tools.underWay.closing).catch(() => undefined);
  }
  tools.onAnswer({ operation: undefined, resource: undefined, status: 401, fault: 'AccessDenied', durationMs: 0 });
  // Who answers the challenge does so on the same connection, when what was sent is no more than a message.
  const length = Number(request.headers['content-length'] ?? Number.NaN);
  if (!(length <= tools.limits.envelopeLength)) reply.header('connection', 'close');
  await challenge(reply).send('');
  return false;
}

function answerEmpty(reply: FastifyReply, status: number): FastifyReply {
  return reply.code(status).send('');
}

function challenge(reply: FastifyReply): FastifyReply {
  return reply.code(401).header('www-authenticate', 'Basic realm="WSMAN", charset="UTF-8"');
}

/** Against DNS rebinding: a name that a stranger made to mean this host is none of ours. */
function isOurHost(host: string | undefined, names: readonly string[] | undefined): boolean {
  if (names === undefined) return true;
  return names.includes(host?.toLowerCase().replace(/:\d{1,5}$/, '') ?? '');
}

async function serve(
  request: FastifyRequest,
  reply: FastifyReply,
  isAuthenticated: boolean,
  tools: RouterTools,
): Promise<FastifyReply> {
  const startedAt = tools.clock.now();
  const told = (status: number, handled: Partial<HandledMessage>): void => {
    const { operation, resource, fault } = handled;
    tools.onAnswer({ operation, resource, status, fault, durationMs: tools.clock.now() - startedAt });
  };
  const place = tools.underWay.enter();
  if (place === undefined) {
    told(400, { fault: 'QuotaLimit' });
    return await answerFault('quotaLimit', reply, tools);
  }
  const stopWatching = watchClient(request.raw, reply, place.abandon);
  const message = {
    body: request.body instanceof Uint8Array ? request.body : new Uint8Array(),
    contentType: request.headers['content-type'] ?? '',
    isAuthenticated,
    signal: place.signal,
  };
  // It rejects when nobody waits for an answer, or the endpoint closes.
  const handled = await handleMessage(tools.desk, message).catch(() => undefined);
  stopWatching();
  place.leave();
  if (handled === undefined) {
    told(clientGone, {});
    reply.hijack();
    reply.raw.destroy();
    return await reply;
  }
  if (handled.unforeseen !== undefined) tools.onUnforeseen(handled.unforeseen);
  told(handled.status, handled);
  if (handled.status === 401) challenge(reply);
  return await reply.code(handled.status).type(handled.contentType).send(handled.body);
}

/** Hears when the connection closes before the answer has gone out. */
function watchClient(raw: IncomingMessage, reply: FastifyReply, abandon: (reason: Error) => void): () => void {
  const onClose = (): void => {
    if (!reply.raw.writableFinished) abandon(new ServiceError('SERVICE_TIMEOUT', 'The client has gone'));
  };
  reply.raw.once('close', onClose);
  if (raw.socket.destroyed) onClose();
  return () => {
    reply.raw.off('close', onClose);
  };
}

/** What never became a message: too long, of another type, or cut off. */
function answerBroken({ code }: { readonly code?: string }, reply: FastifyReply, tools: RouterTools): FastifyReply {
  reply.header('connection', 'close');
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return answerFault('encodingLimit', reply, tools);
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return reply.code(415).send('');
  return answerFault('schemaValidationError', reply, tools);
}

function answerFault(
  name: 'quotaLimit' | 'encodingLimit' | 'schemaValidationError',
  reply: FastifyReply,
  { desk, limits }: RouterTools,
): FastifyReply {
  const fault =
    name === 'encodingLimit'
      ? soapFault(name, {
          detail: 'ServiceEnvelopeLimit',
          text: `A request has at most ${limits.envelopeLength} octets`,
        })
      : soapFault(name);
  const text = writeFault(fault, { messageId: desk.newId(), relatesTo: undefined }, desk.host);
  return reply.code(400).type('application/soap+xml;charset=UTF-8').send(text);
}
