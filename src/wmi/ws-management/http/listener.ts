// Where the endpoint listens: a TCP port, of the loopback alone unless there is TLS.

import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, isIPv4 } from 'node:net';
import { createSecureContext } from 'node:tls';
import { TransportError, UsageError } from '../../../base/index.ts';
import type { WsManagementLimits } from '../limits.ts';
import type { WsCredentials } from './basic-auth.ts';

/** PEM texts. */
export interface WsTls {
  readonly cert: string;
  readonly key: string;
}

/** Where to listen; port 0 takes a free one. */
export interface WsAddress {
  readonly host: string;
  readonly port: number;
}

/** No password that is shorter keeps anybody out who may guess as often as they like. */
const shortestPassword = 12;
const leastTls = 'TLSv1.2';

/**
 * Checks where an endpoint would listen, and with what.
 *
 * @throws UsageError `ISCSI_BAD_ARGUMENT` for an address that others can reach without TLS, where passwords could be read on
 *   the way; for credentials that are none; and for a certificate or key that is none.
 */
export function checkListening(listen: WsAddress, credentials: WsCredentials, tls: WsTls | undefined): void {
  const { user, password } = credentials;
  if (user === '' || user.includes(':')) refuse('needs a user whose name has no colon', 'credentials');
  if (Buffer.byteLength(password) < shortestPassword) {
    refuse(`needs a password of at least ${shortestPassword} bytes`, 'credentials');
  }
  if (tls === undefined) {
    if (!isLoopbackHost(listen.host)) refuse(`on ${listen.host}, which others can reach, needs TLS`, 'tls');
    return;
  }
  try {
    createSecureContext({ ...tls, minVersion: leastTls });
  } catch (cause) {
    const message = `WS-Management cannot use this certificate and key: ${(cause as Error).message}`;
    throw new UsageError('ISCSI_BAD_ARGUMENT', message, { argument: 'tls', cause });
  }
}

function refuse(what: string, argument: string): never {
  throw new UsageError('ISCSI_BAD_ARGUMENT', `WS-Management ${what}`, { argument });
}

export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

/**
 * Listens.
 *
 * @throws TransportError `ISCSI_CONNECT_FAILED` when the address cannot be opened.
 */
export async function listen(
  { host, port }: WsAddress,
  tls: WsTls | undefined,
  limits: WsManagementLimits,
  handler: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ readonly server: Server; readonly port: number }> {
  const options = {
    maxHeaderSize: limits.headerLength,
    headersTimeout: limits.receiveTimeoutMs,
    requestTimeout: limits.receiveTimeoutMs,
    keepAliveTimeout: 65_000,
    connectionsCheckingInterval: Math.min(limits.receiveTimeoutMs, 5000),
  };
  const server =
    tls === undefined
      ? createHttpServer(options, handler)
      : createHttpsServer({ ...options, ...tls, minVersion: leastTls }, handler);
  server.maxConnections = limits.connections;
  await new Promise<void>((resolve, reject) => {
    const onError = (cause: Error): void => {
      const address = `${host}:${port}`;
      const message = `WS-Management cannot be opened at ${address}: ${cause.message}`;
      reject(new TransportError('ISCSI_CONNECT_FAILED', message, { address, cause }));
    };
    server.once('error', onError).listen({ host, port }, () => {
      server.off('error', onError);
      resolve();
    });
  });
  return { server, port: (server.address() as AddressInfo).port };
}
