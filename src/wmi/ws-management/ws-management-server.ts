// WS-Management (DMTF DSP0226) over HTTP: remote management of the classes of a CIM repository.

import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { hostname } from 'node:os';
import { inspect } from 'node:util';
import { type Clock, nextTurn, systemClock } from '../../base/index.ts';
import type { CimRepository } from '../cim/cim-repository.ts';
import { EnumerationContexts } from './enumeration-contexts.ts';
import type { MessageDesk } from './handle-message.ts';
import type { WsCredentials } from './http/basic-auth.ts';
import { checkListening, isLoopbackHost, listen, type WsAddress, type WsTls } from './http/listener.ts';
import { Operations } from './http/operations-under-way.ts';
import { makeRouter, type WsAnswerFacts } from './http/router.ts';
import { resolveLimits, type WsManagementLimits } from './limits.ts';
import type { CimEvent, Endpoint, EnumerationItem } from './operations/operation.ts';
import { Subscriptions } from './subscriptions.ts';

/** What is served, where, and to whom. */
export interface WsManagementOptions {
  readonly repository: CimRepository;
  /** Port 0 takes a free one. Another address than the loopback's needs `tls`. */
  readonly listen: WsAddress;
  readonly tls?: WsTls;
  /** Who may ask, by HTTP Basic; the password has 12 bytes or more. */
  readonly credentials: WsCredentials;
  /** Whether whoever asks so (with the HTTP header `WSMANIDENTIFY: unauthenticated`) learns that this speaks WS-Management. */
  readonly allowsAnonymousIdentify?: boolean;
  /** What Identify says of us, to whoever has shown who he is. */
  readonly version: string;
  readonly limits?: Partial<WsManagementLimits>;
  readonly clock?: Clock;
  readonly hooks?: WsManagementHooks;
}

/** What an endpoint tells its owner; meant for logs. */
export interface WsManagementHooks {
  /** A request has been answered. */
  readonly onAnswer?: (facts: WsAnswerFacts) => void;
  /** Something happened that should not have: a fault of the program, of which the client is not told. With its stack. */
  readonly onFault?: (fault: string) => void;
}

/** An endpoint that is served. */
export interface WsManagementServer extends AsyncDisposable {
  /** What clients are told to connect to, with the port that was taken. */
  readonly url: string;
  readonly port: number;
  /** How many of each there are now. */
  readonly counts: { readonly operations: number; readonly enumerations: number; readonly subscriptions: number };
  /**
   * Takes no new request, ends the subscriptions with those who wait for their events, lets operations go on for
   * `closeTimeoutMs`, aborts those that remain, and closes every connection. Does not close what the repository is made of.
   */
  close(): Promise<void>;
}

/**
 * Checks what an endpoint would be opened with, before anything else is begun that would have to be undone.
 *
 * @throws UsageError `ISCSI_BAD_ARGUMENT` as `openWsManagement`.
 */
export function checkWsManagement(options: Pick<WsManagementOptions, 'listen' | 'credentials' | 'tls'>): void {
  checkListening(options.listen, options.credentials, options.tls);
}

/**
 * Serves WS-Management at `/wsman`.
 *
 * @throws UsageError `ISCSI_BAD_ARGUMENT` for an address that others can reach without TLS, for credentials that keep nobody
 *   out, and for a certificate or key that is none.
 * @throws TransportError `ISCSI_CONNECT_FAILED` when the address cannot be opened.
 */
export async function openWsManagement(options: WsManagementOptions): Promise<WsManagementServer> {
  checkWsManagement(options);
  const { repository, credentials, tls, clock = systemClock, hooks = {} } = options;
  const limits = resolveLimits(options.limits);
  const endpoint: Endpoint = {
    repository,
    clock,
    limits,
    enumerations: new EnumerationContexts<EnumerationItem>(clock, limits.enumerations),
    subscriptions: new Subscriptions<CimEvent>(clock, limits),
  };
  const underWay = new Operations(limits.operations);
  const desk: MessageDesk = {
    endpoint,
    identity: { version: options.version, isTls: tls !== undefined },
    host: hostname(),
    newId: () => `uuid:${randomUUID()}`,
  };
  const app = await makeRouter({
    desk,
    credentials,
    allowsAnonymousIdentify: options.allowsAnonymousIdentify === true,
    hostNames: hostNamesFor(options),
    underWay,
    limits,
    clock,
    onAnswer: (facts) => hooks.onAnswer?.(facts),
    onUnforeseen: (error) => hooks.onFault?.(inspect(error)),
  });
  const { server, port } = await listen(options.listen, tls, limits, (request, response) => {
    app.routing(request, response);
  });
  const stopListening = repository.onEvent((namespace, event) => {
    endpoint.subscriptions.publish({ namespace, event });
  });
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    closing ??= closeAll(endpoint, underWay, server, async () => {
      stopListening();
      await app.close();
    });
    await closing;
  };
  return {
    url: urlOf(options.listen.host, port, tls !== undefined),
    port,
    get counts() {
      const { enumerations, subscriptions } = endpoint;
      return { operations: underWay.size, enumerations: enumerations.size, subscriptions: subscriptions.size };
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** On the loopback, only names that mean it: a page of the web cannot make its browser send one of these. */
function hostNamesFor({ listen: { host } }: Pick<WsManagementOptions, 'listen'>): readonly string[] | undefined {
  return isLoopbackHost(host) ? ['localhost', '127.0.0.1', '[::1]', host] : undefined;
}

function urlOf(host: string, port: number, isTls: boolean): string {
  return `${isTls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}/wsman`;
}

async function closeAll(
  { enumerations, subscriptions, clock, limits }: Endpoint,
  underWay: Operations,
  server: Server,
  closeApp: () => Promise<void>,
): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
  });
  server.closeIdleConnections();
  subscriptions.close();
  await underWay.close(clock, limits.closeTimeoutMs);
  enumerations.close();
  await closeApp();
  // What has been answered is on its way; whoever does not take it now never will.
  server.closeIdleConnections();
  await nextTurn();
  server.closeAllConnections();
  await closed;
}
