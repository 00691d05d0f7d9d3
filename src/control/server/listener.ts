// A place where the control API listens: a Unix socket that the directory and its mode guard, or a TCP port that a token does.

import { chmod, lstat, mkdir, unlink } from 'node:fs/promises';
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, isIPv4 } from 'node:net';
import { dirname } from 'node:path';
import { createSecureContext } from 'node:tls';
import { TransportError, UsageError } from '../../base/index.ts';
import { answerBrokenRequest } from './broken-request.ts';
import type { ControlLimits } from './limits.ts';

/** PEM texts. */
export interface ControlTls {
  readonly cert: string;
  readonly key: string;
}

/** What a request has to show, by where it comes in. */
export interface ListenerRules {
  /** The bearer token; undefined on the Unix socket, where whoever may open it may do all. */
  readonly token: string | undefined;
  /** The names that may stand in Host; undefined for any. A page of the web cannot make its browser send one of these. */
  readonly hostNames: readonly string[] | undefined;
}

/** A listener that listens. */
export interface Listener {
  readonly server: Server;
  readonly address: { readonly host: string; readonly port: number } | undefined;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** No token that is shorter is worth the name. */
const shortestToken = 16;
const leastTls = 'TLSv1.2';

/**
 * Rules for a TCP listener. Throws UsageError for one that would let everybody in, or let tokens be read on the way, and for
 * a certificate or key that is none.
 */
export function tcpRules(
  listen: { readonly host: string; readonly port: number },
  token: string | undefined,
  tls: ControlTls | undefined,
): ListenerRules {
  if (token === undefined || Buffer.byteLength(token) < shortestToken) {
    const message = `A control API on TCP needs a bearer token of at least ${shortestToken} bytes`;
    throw new UsageError('ISCSI_BAD_ARGUMENT', message, { argument: 'token' });
  }
  const isLoopback = isLoopbackHost(listen.host);
  if (!isLoopback && tls === undefined) {
    const message = `A control API on ${listen.host}, which others can reach, needs TLS`;
    throw new UsageError('ISCSI_BAD_ARGUMENT', message, { argument: 'tls' });
  }
  if (tls !== undefined) checkTls(tls);
  const hostNames = ['localhost', '127.0.0.1', '[::1]', listen.host];
  return { token, hostNames: isLoopback ? hostNames : undefined };
}

function checkTls(tls: ControlTls): void {
  try {
    createSecureContext({ ...tls, minVersion: leastTls });
  } catch (cause) {
    const message = `The control API cannot use this certificate and key: ${(cause as Error).message}`;
    throw new UsageError('ISCSI_BAD_ARGUMENT', message, { argument: 'tls', cause: cause as Error });
  }
}

export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

/** Listens on TCP. */
export async function listenTcp(
  { host, port }: { readonly host: string; readonly port: number },
  tls: ControlTls | undefined,
  limits: ControlLimits,
  handler: Handler,
): Promise<Listener> {
  const server = makeServer(tls, limits, handler);
  const where = `${host}:${port}`;
  await listening(server, where, () => server.listen({ port, host, backlog: limits.connections }));
  const bound = server.address() as AddressInfo;
  return { server, address: { host, port: bound.port } };
}

/**
 * Listens on a Unix socket of mode 0660. A socket that a dead process left behind is replaced; one that somebody listens
 * on is not.
 *
 * @throws TransportError `ISCSI_CONNECT_FAILED` when it cannot be opened, or something else is there.
 */
export async function listenUnix(path: string, limits: ControlLimits, handler: Handler): Promise<Listener> {
  const server = makeServer(undefined, limits, handler);
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o750 });
    await removeStale(path);
  } catch (error) {
    throw cannotOpen(path, error as Error);
  }
  await listening(server, path, () => {
    // The socket is made in this call: at no moment may others open it.
    const before = process.umask(0o117);
    try {
      server.listen({ path, backlog: limits.connections });
    } finally {
      process.umask(before);
    }
  });
  await chmod(path, 0o660); // an umask of the process that is stricter than ours has no say
  return { server, address: undefined };
}

function makeServer(tls: ControlTls | undefined, limits: ControlLimits, handler: Handler): Server {
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
  server.on('clientError', answerBrokenRequest);
  return server;
}

async function listening(server: Server, where: string, listen: () => void): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const onError = (cause: Error): void => {
      reject(cannotOpen(where, cause));
    };
    server.once('error', onError).once('listening', () => {
      server.off('error', onError);
      resolve();
    });
    listen();
  });
}

/** A service that was killed leaves its socket behind. */
async function removeStale(path: string): Promise<void> {
  const facts = await lstat(path).catch(() => undefined);
  if (facts === undefined) return;
  if (!facts.isSocket()) throw new Error('there is something else of this name');
  if (await isAnswered(path)) throw new Error('another process listens there');
  await unlink(path);
}

async function isAnswered(path: string): Promise<boolean> {
  return await new Promise<boolean>((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT');
    });
  });
}

function cannotOpen(where: string, cause: Error): TransportError {
  const message = `The control API cannot be opened at ${where}: ${cause.message}`;
  return new TransportError('ISCSI_CONNECT_FAILED', message, { address: where, cause });
}
