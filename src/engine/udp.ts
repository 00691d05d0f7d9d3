// The UDP driver, over IPv4 and IPv6: datagrams, and no circuits.

import dgram from 'node:dgram';
import dns from 'node:dns/promises';
import { isIP } from 'node:net';
import { type CircuitEndpoint, deferred, raceAbort, UsageError } from '../base/index.ts';
import type { DatagramEvents, DatagramLink, LocalBinding, Remote, TransportDriver } from './driver.ts';
import { resolveBinding } from './local-address.ts';

/** Makes a driver for UDP over IPv4 and IPv6. */
export function udpDriver(): TransportDriver {
  return {
    name: 'udp',
    checkBinding(binding) {
      resolveBinding(binding, undefined);
    },
    async connect() {
      return await Promise.reject(
        new UsageError('ISCSI_BAD_ARGUMENT', 'UDP has datagrams and no circuits', { argument: 'driver' }),
      );
    },
    async openDatagrams({ binding, port, remote }, events, signal) {
      return await openUdp(binding, port, remote, events, signal);
    },
  };
}

async function openUdp(
  binding: LocalBinding,
  port: number,
  remote: Remote | undefined,
  events: DatagramEvents,
  signal: AbortSignal,
): Promise<DatagramLink> {
  const { localAddress, family } = resolveBinding(binding, remote?.host);
  const peer = remote === undefined ? undefined : await lookUp(remote.host, family, signal);
  const isV6 = (peer?.family ?? family) === 6;
  const socket = dgram.createSocket({ type: isV6 ? 'udp6' : 'udp4', ipv6Only: isV6 });
  const link = new UdpLink(socket, events);
  const bind = (done: () => void): void => {
    socket.bind({ port, exclusive: true, ...(localAddress === undefined ? {} : { address: localAddress }) }, done);
  };
  const connect = (done: () => void): void => {
    if (remote === undefined || peer === undefined) done();
    else socket.connect(remote.port, peer.address, done);
  };
  try {
    await link.open([bind, connect]);
  } catch (error) {
    await link.close();
    throw error;
  }
  return link;
}

interface Found {
  readonly address: string;
  readonly family: number;
}

async function lookUp(host: string, family: 4 | 6 | undefined, signal: AbortSignal): Promise<Found> {
  const literal = isIP(host);
  if (literal !== 0) return { address: host, family: literal };
  return await raceAbort(dns.lookup(host, { family: family ?? 0 }), signal);
}

class UdpLink implements DatagramLink {
  readonly #socket: dgram.Socket;
  readonly #closed = deferred();
  /** The datagrams that the system has not taken yet: a socket that is closed while a name is looked up forgets them. */
  readonly #sending = new Set<(error: Error) => void>();
  #local: CircuitEndpoint = { address: '', port: 0 };
  #state: 'opening' | 'open' | 'closing' = 'opening';

  constructor(socket: dgram.Socket, events: DatagramEvents) {
    this.#socket = socket;
    socket.on('message', (bytes, { address, port }) => {
      events.received(bytes, { address, port });
    });
    socket.on('error', (error) => {
      if (this.#state === 'open') events.failed(error);
    });
    socket.on('close', () => {
      for (const reject of this.#sending) reject(new Error('the port was closed'));
      this.#closed.resolve();
    });
  }

  get local(): CircuitEndpoint {
    return this.#local;
  }

  /** Takes one step of opening after the other; rejects when the socket has an error first. */
  async open(steps: readonly ((done: () => void) => void)[]): Promise<void> {
    for (const step of steps) {
      const done = deferred();
      this.#socket.once('error', done.reject);
      step(done.resolve);
      await done.promise;
      this.#socket.off('error', done.reject);
    }
    const { address, port } = this.#socket.address();
    this.#local = { address, port };
    this.#state = 'open';
  }

  async send(bytes: Uint8Array, remote: Remote | undefined): Promise<void> {
    const sent = deferred();
    const settle = (error: Error | null): void => {
      if (error === null) sent.resolve();
      else sent.reject(error);
    };
    this.#sending.add(sent.reject);
    try {
      if (remote === undefined) this.#socket.send(bytes, settle);
      else this.#socket.send(bytes, remote.port, remote.host, settle);
      await sent.promise;
    } finally {
      this.#sending.delete(sent.reject);
    }
  }

  async close(): Promise<void> {
    if (this.#state !== 'closing') {
      this.#state = 'closing';
      this.#socket.close();
    }
    await this.#closed.promise;
  }
}
