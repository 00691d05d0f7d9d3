// The TCP driver, over IPv4 and IPv6.

import net from 'node:net';
import process from 'node:process';
import { deferred } from '../base/index.ts';
import type { Destination, Link, LinkListener, LocalBinding, TransportDriver } from './driver.ts';
import { lookUpHost } from './host-addresses.ts';
import { resolveBinding } from './local-address.ts';
import { integer } from './options.ts';
import { SocketLink } from './socket-link.ts';

/** What a TCP driver may be told. */
export interface TcpOptions {
  /** Idle time before the system probes the peer (SO_KEEPALIVE); 0, the default, for no probes. */
  readonly keepAliveMs?: number;
  /** Size of the receive buffer that the circuits share, and so of the largest chunk; 256 KiB unless set. */
  readonly receiveBufferLength?: number;
}

/**
 * Makes a driver for TCP over IPv4 and IPv6, without delay (Nagle off). Chunks are views of one buffer that is
 * used again for the next chunk, of whichever circuit. Throws UsageError `ISCSI_BAD_ARGUMENT` for an option that cannot be taken.
 */
export function tcpDriver(options: TcpOptions = {}): TransportDriver {
  const keepAliveMs = integer('keepAliveMs', options.keepAliveMs ?? 0, 0);
  const bufferLength = integer('receiveBufferLength', options.receiveBufferLength ?? 256 * 1024, 1);
  const scratch = sharedScratch(bufferLength);
  return {
    name: 'tcp',
    checkBinding(binding) {
      resolveBinding(binding, undefined);
    },
    async connect(remote, binding, signal) {
      return await connectTcp(remote, binding, keepAliveMs, scratch(), signal);
    },
    async lookUp({ host }, binding, signal) {
      return await lookUpHost(host, binding, signal);
    },
    async openListener({ binding, port }, accepted) {
      return await listenTcp(binding, port, keepAliveMs, accepted);
    },
  };
}

/**
 * One buffer for all circuits of a driver, made when the first one needs it: a chunk is delivered before anything else is
 * read, and valid during that call only. But Windows reads into the buffers of many sockets at once, behind the program.
 */
function sharedScratch(length: number): () => Uint8Array {
  let shared: Uint8Array | undefined;
  return () => {
    if (process.platform === 'win32') return new Uint8Array(length);
    shared ??= new Uint8Array(length);
    return shared;
  };
}

async function connectTcp(
  remote: Destination,
  binding: LocalBinding,
  keepAliveMs: number,
  scratch: Uint8Array,
  signal: AbortSignal,
): Promise<Link> {
  let link: SocketLink | undefined = undefined;
  const socket = net.connect({
    ...socketOptions(remote, binding, keepAliveMs),
    onread: {
      // Asked for the first time before there is a link.
      buffer: () => link?.nextBuffer(scratch) ?? scratch,
      callback(length, buffer) {
        link?.deliver(buffer.subarray(0, length));
        return true;
      },
    },
  });
  socket.pause();
  link = new SocketLink(socket);
  await link.opened('connect', signal);
  return link;
}

async function listenTcp(
  binding: LocalBinding,
  port: number,
  keepAliveMs: number,
  accepted: (link: Link) => void,
): Promise<LinkListener> {
  const { localAddress, family } = resolveBinding(binding, undefined);
  const everywhere = family === 4 ? '0.0.0.0' : '::';
  const host = localAddress ?? (family === undefined ? undefined : everywhere);
  const server = net.createServer({ ...streamOptions(keepAliveMs), pauseOnConnect: true });
  server.on('connection', (socket) => {
    const link = new SocketLink(socket);
    link.connected();
    socket.on('data', (chunk: Uint8Array) => {
      link.deliver(chunk);
    });
    accepted(link);
  });
  const opened = deferred();
  server.once('error', opened.reject);
  server.listen(
    { port, exclusive: true, ...(host === undefined ? {} : { host }), ipv6Only: family === 6 },
    opened.resolve,
  );
  await opened.promise;
  server.on('error', () => undefined); // a peer that went before it was accepted is no failure of ours
  const local = server.address() as net.AddressInfo;
  const closed = deferred();
  return {
    local: { address: local.address, port: local.port },
    async close() {
      server.close(() => {
        closed.resolve();
      });
      await closed.promise;
    },
  };
}

/** The options that TCP has in common with what runs over it. */
export function socketOptions(remote: Destination, binding: LocalBinding, keepAliveMs: number): net.TcpNetConnectOpts {
  const host = remote.address ?? remote.host;
  return {
    host,
    port: remote.port,
    ...resolveBinding(binding, host),
    ...streamOptions(keepAliveMs),
  };
}

function streamOptions(keepAliveMs: number): net.ServerOpts {
  return {
    noDelay: true,
    // Half-open, because after our FIN we still read, and after the peer's FIN the circuit decides what becomes of us.
    allowHalfOpen: true,
    keepAlive: keepAliveMs > 0,
    keepAliveInitialDelay: keepAliveMs,
  };
}
