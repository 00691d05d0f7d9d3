// The TLS driver: TLS over TCP.

import net from 'node:net';
import tls from 'node:tls';
import type { Destination, Link, LocalBinding, Remote, TransportDriver } from './driver.ts';
import { lookUpHost } from './host-addresses.ts';
import { resolveBinding } from './local-address.ts';
import { integer } from './options.ts';
import { SocketLink } from './socket-link.ts';
import { socketOptions } from './tcp.ts';

/** What a TLS driver may be told. Certificates and keys are PEM. */
export interface TlsOptions {
  /** Authorities to trust in place of the system's. */
  readonly ca?: string | Uint8Array;
  /** Our certificate, with `key`, for a peer that asks for one. */
  readonly cert?: string | Uint8Array;
  readonly key?: string | Uint8Array;
  /** The name that the peer's certificate must be for; the remote host unless set. */
  readonly servername?: string;
  /** Whether a peer whose certificate does not hold is refused; true unless set. */
  readonly rejectUnauthorized?: boolean;
  /** As for TCP. */
  readonly keepAliveMs?: number;
}

/** Makes a driver for TLS over TCP. Throws UsageError `ISCSI_BAD_ARGUMENT` for an option that cannot be taken. */
export function tlsDriver(options: TlsOptions = {}): TransportDriver {
  const keepAliveMs = integer('keepAliveMs', options.keepAliveMs ?? 0, 0);
  return {
    name: 'tls',
    checkBinding(binding) {
      resolveBinding(binding, undefined);
    },
    async lookUp({ host }, binding, signal) {
      return await lookUpHost(host, binding, signal);
    },
    async connect(remote, binding, signal) {
      return await connectTls(remote, binding, keepAliveMs, options, signal);
    },
  };
}

async function connectTls(
  remote: Destination,
  binding: LocalBinding,
  keepAliveMs: number,
  options: TlsOptions,
  signal: AbortSignal,
): Promise<Link> {
  const bottom = net.connect(socketOptions(remote, binding, keepAliveMs));
  bottom.pause(); // the first bytes belong to TLS
  await new SocketLink(bottom).opened('connect', signal);
  const socket = tls.connect({ socket: bottom, ...secureOptions(remote, options) });
  const link = new SocketLink(socket, bottom);
  await link.opened('secureConnect', signal);
  socket.pause();
  socket.on('data', (chunk: Uint8Array) => {
    link.deliver(chunk);
  });
  return link;
}

function secureOptions(remote: Remote, options: TlsOptions): tls.ConnectionOptions {
  const { ca, cert, key, servername, rejectUnauthorized } = options;
  const wanted = servername ?? remote.host;
  return {
    rejectUnauthorized: rejectUnauthorized ?? true,
    // RFC 6066 §3 forbids address literals in the server name extension; the certificate is checked against `host` then.
    ...(net.isIP(wanted) === 0 ? { servername: wanted } : { host: wanted }),
    ...(ca === undefined ? {} : { ca: asPem(ca) }),
    ...(cert === undefined ? {} : { cert: asPem(cert) }),
    ...(key === undefined ? {} : { key: asPem(key) }),
  };
}

function asPem(pem: string | Uint8Array): string | Buffer {
  return typeof pem === 'string' ? pem : Buffer.from(pem);
}
