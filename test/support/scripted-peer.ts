// A peer that a test plays by hand, byte by byte: over loopback TCP, over TLS, or at the far end of a memory circuit.

import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { type Deferred, deferred } from '../../src/base/index.ts';
import type { MemoryDriver, MemoryPeer } from '../../src/engine/index.ts';
import { tlsTestFiles } from './tls-test-files.ts';

/** Where a scripted peer listens. Dispose of it, or close it, at the end of the test: that resets what is left. */
export interface ScriptedPeer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** The next circuit that comes in, in order of arrival. */
  accept(): Promise<PeerCircuit>;
  close(): Promise<void>;
}

/** How the other side ended: in order, or by a reset. */
export type PeerEnd = 'ended' | 'reset';

/** What a wire under a PeerCircuit can do. */
interface Wire {
  send(bytes: Uint8Array): void;
  end(): void;
  reset(): void;
  pause(): void;
  resume(): void;
}

/** The far end of one circuit, in the hands of the test. */
export class PeerCircuit {
  readonly #wire: Wire;
  #received: Uint8Array = new Uint8Array(0);
  #chunks: Uint8Array[] = [];
  #chunkBytes = 0;
  #waiting: Deferred<void> = deferred();
  #end: PeerEnd | undefined;
  readonly #closed = deferred();

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** Bytes received and not taken yet. */
  get available(): number {
    return this.#received.length + this.#chunkBytes;
  }

  /** Settles when this end is gone, in whatever way. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /** Takes exactly `length` bytes, waiting for them. Rejects when the other side ends before. */
  async expect(length: number): Promise<Uint8Array> {
    while (this.available < length) {
      if (this.#end !== undefined)
        throw new Error(`the circuit ${this.#end} after ${this.available} of ${length} bytes`);
      await this.#waiting.promise;
    }
    const all = Buffer.concat([this.#received, ...this.#chunks]);
    this.#chunks = [];
    this.#chunkBytes = 0;
    this.#received = all.subarray(length);
    return all.subarray(0, length);
  }

  /** Waits until the other side sends no more and tells how it ended. Bytes not taken stay. */
  async expectEnd(): Promise<PeerEnd> {
    while (this.#end === undefined) await this.#waiting.promise;
    return this.#end;
  }

  /** Sends bytes; several calls in one turn may arrive as one chunk. */
  send(bytes: Uint8Array): void {
    this.#wire.send(bytes);
  }

  /** Sends FIN after what was sent; goes on receiving. */
  end(): void {
    this.#wire.end();
  }

  /** Sends FIN and waits until this end is gone. */
  async close(): Promise<void> {
    this.#wire.end();
    await this.closed;
  }

  /** Drops everything; the other side sees a reset. */
  reset(): void {
    this.#wire.reset();
  }

  /** Stops receiving, so that the other side's sends back up. */
  pause(): void {
    this.#wire.pause();
  }

  resume(): void {
    this.#wire.resume();
  }

  /** For the wires: bytes came. The chunk is copied. */
  onReceived(chunk: Uint8Array): void {
    this.#chunks.push(chunk.slice());
    this.#chunkBytes += chunk.length;
    this.#notify();
  }

  /** For the wires: no more bytes come. */
  onEnd(how: PeerEnd): void {
    this.#end ??= how;
    this.#notify();
  }

  /** For the wires: everything is gone. */
  onClosed(how: PeerEnd): void {
    this.onEnd(how);
    this.#closed.resolve();
  }

  #notify(): void {
    const waiting = this.#waiting;
    this.#waiting = deferred();
    waiting.resolve();
  }
}

/** Circuits in the order in which they came, each handed out once. */
class Arrivals {
  readonly all: PeerCircuit[] = [];
  #handedOut = 0;
  #waiting: Deferred<void> = deferred();

  add(circuit: PeerCircuit): PeerCircuit {
    this.all.push(circuit);
    this.#waiting.resolve();
    this.#waiting = deferred();
    return circuit;
  }

  async next(): Promise<PeerCircuit> {
    const index = this.#handedOut;
    this.#handedOut += 1;
    for (;;) {
      const circuit = this.all[index];
      if (circuit !== undefined) return circuit;
      await this.#waiting.promise;
    }
  }
}

/** Listens on loopback TCP, on a port that the system chooses. */
export async function listenTcpPeer(host = '127.0.0.1'): Promise<ScriptedPeer> {
  const arrivals = new Arrivals();
  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    arrivals.add(overSocket(socket, socket));
  });
  return await listen(server, host, arrivals);
}

/** As `listenTcpPeer`, speaking TLS with the test certificate. */
export async function listenTlsPeer(host = '127.0.0.1'): Promise<ScriptedPeer> {
  const arrivals = new Arrivals();
  const bottoms = new Map<string, net.Socket>();
  const server = tls.createServer({ ...tlsTestFiles(), allowHalfOpen: true, noDelay: true });
  server.on('connection', (bottom: net.Socket) => bottoms.set(`${bottom.remotePort ?? 0}`, bottom));
  server.on('secureConnection', (socket) => {
    arrivals.add(overSocket(socket, bottoms.get(`${socket.remotePort ?? 0}`) ?? socket));
  });
  server.on('tlsClientError', () => {}); // a client that refuses the certificate is the client's business
  return await listen(server, host, arrivals);
}

/** Listens on a memory driver. */
export function listenMemoryPeer(driver: MemoryDriver, host = 'target'): ScriptedPeer {
  const arrivals = new Arrivals();
  const listener = driver.listen({ host, port: 0 }, (peer) => {
    const circuit = arrivals.add(new PeerCircuit(memoryWire(peer)));
    return {
      received: (chunk) => {
        circuit.onReceived(chunk);
      },
      ended: () => {
        circuit.onEnd('ended');
      },
      closed: (error) => {
        circuit.onClosed(error === undefined ? 'ended' : 'reset');
      },
    };
  });
  const close = async (): Promise<void> => {
    listener.close();
    await resetAll(arrivals);
  };
  return {
    host,
    port: listener.port,
    accept: async () => await arrivals.next(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function memoryWire(peer: MemoryPeer): Wire {
  return {
    send: (bytes) => {
      peer.send([bytes.slice()]);
    },
    end: () => {
      peer.end();
    },
    reset: () => {
      peer.reset();
    },
    pause: () => {
      peer.pause();
    },
    resume: () => {
      peer.resume();
    },
  };
}

function overSocket(socket: net.Socket, bottom: net.Socket): PeerCircuit {
  const circuit = new PeerCircuit({
    send: (bytes) => {
      socket.write(bytes);
    },
    end: () => {
      socket.end();
    },
    reset: () => {
      // While a shutdown is under way the system refuses to reset, and the socket would never close.
      const isShuttingDown = socket.writableEnded && !socket.writableFinished;
      if (isShuttingDown) socket.destroy();
      else bottom.resetAndDestroy();
    },
    pause: () => {
      socket.pause();
    },
    resume: () => {
      socket.resume();
    },
  });
  let hasFailed = false;
  socket.on('error', () => {
    hasFailed = true;
  });
  socket.on('data', (chunk: Uint8Array) => {
    circuit.onReceived(chunk);
  });
  socket.on('end', () => {
    circuit.onEnd('ended');
  });
  socket.on('close', () => {
    circuit.onClosed(hasFailed ? 'reset' : 'ended');
  });
  return circuit;
}

async function listen(server: net.Server, host: string, arrivals: Arrivals): Promise<ScriptedPeer> {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => sockets.add(socket));
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  const close = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    await resetAll(arrivals);
    for (const socket of sockets) socket.destroy(); // a TLS handshake that came to nothing made no circuit
    await closed;
  };
  return { host, port, accept: async () => await arrivals.next(), close, [Symbol.asyncDispose]: close };
}

async function resetAll(arrivals: Arrivals): Promise<void> {
  for (const circuit of arrivals.all) circuit.reset();
  await Promise.all(
    arrivals.all.map(async (circuit) => {
      await circuit.closed;
    }),
  );
}
