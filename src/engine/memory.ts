// The memory driver: circuits inside one process, for tests and for targets that live beside their initiator.

import { type CircuitEndpoint, deferred, nextTurn, UsageError } from '../base/index.ts';
import type { Link, LinkListener, LocalBinding, Remote, TransportDriver } from './driver.ts';
import { MemoryLink, systemError } from './memory-link.ts';
import { SendQueue } from './send-queue.ts';

/** Pending bytes at which a peer's `send` returns false. */
const peerHighWaterMark = 4 * 1024 * 1024;

/** What a memory peer tells the one who listens. None of these runs inside a call on the peer. */
export interface MemoryPeerHandlers {
  /** Bytes from the circuit. `chunk` is valid during the call only. */
  received(chunk: Uint8Array): void;
  /** After `send` returned false: pending bytes are at half the high-water mark or less. */
  drained?(): void;
  /** The circuit sends no more. This side may go on sending until it ends too. */
  ended?(): void;
  /** The circuit is gone; the error is absent after an orderly end. */
  closed?(error: Error | undefined): void;
}

/** Where a memory driver listens. */
export interface MemoryListener {
  readonly host: string;
  readonly port: number;
  /** Takes no further circuits; those that are connected stay. */
  close(): void;
}

/** Called for each circuit with the far end of it; returns that end's handlers. */
export type AcceptMemoryPeer = (peer: MemoryPeer) => MemoryPeerHandlers;

/** A driver whose circuits end in the same process. */
export interface MemoryDriver extends TransportDriver {
  /**
   * Accepts circuits at `host` and `port`; port 0 takes a free one. Throws UsageError `ISCSI_BAD_ARGUMENT` when somebody
   * listens there already.
   */
  listen(at: { readonly host: string; readonly port: number }, accept: AcceptMemoryPeer): MemoryListener;
}

/** The far end of a memory circuit. */
export class MemoryPeer {
  readonly #link: MemoryLink;
  readonly #queue = new SendQueue();
  readonly #closed = deferred();
  #handlers: MemoryPeerHandlers | undefined;
  #isEnding = false;
  #wantsDrained = false;

  /** @internal */
  constructor(link: MemoryLink) {
    this.#link = link;
  }

  get local(): CircuitEndpoint {
    return this.#link.local;
  }

  get remote(): CircuitEndpoint {
    return this.#link.remote;
  }

  get pendingBytes(): number {
    return this.#queue.pendingBytes;
  }

  /** Settles when this end is gone; never rejects. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /** Sends bytes, which must not change until they have left. Returns false when the caller should wait for `drained`. */
  send(pieces: readonly Uint8Array[]): boolean {
    if (this.#isEnding) return false;
    this.#queue.push(pieces);
    this.#flush();
    if (this.#queue.pendingBytes < peerHighWaterMark) return true;
    this.#wantsDrained = true;
    return false;
  }

  pause(): void {
    this.#link.pause();
  }

  resume(): void {
    this.#link.resume();
  }

  /** Sends what is pending, then FIN. Still receives. */
  end(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    if (this.#queue.pendingBytes === 0) this.#link.end();
  }

  /** Drops everything; the circuit sees a reset. */
  reset(): void {
    this.#isEnding = true;
    this.#queue.clear();
    this.#link.reset();
  }

  /** @internal */
  start(handlers: MemoryPeerHandlers): void {
    this.#handlers = handlers;
    this.#link.start({
      received: handlers.received.bind(handlers),
      written: this.#written.bind(this),
      ended: () => handlers.ended?.(),
      closed: this.#linkClosed.bind(this),
    });
  }

  #flush(): void {
    if (this.#queue.isUnderWay) return;
    const batch = this.#queue.take();
    if (batch !== undefined) this.#link.write(batch);
  }

  #written(): void {
    this.#queue.settle();
    this.#flush();
    if (this.#isEnding && this.#queue.pendingBytes === 0) this.#link.end();
    if (this.#wantsDrained && this.#queue.pendingBytes * 2 <= peerHighWaterMark) {
      this.#wantsDrained = false;
      this.#handlers?.drained?.();
    }
  }

  #linkClosed(error: Error | undefined): void {
    this.#isEnding = true;
    this.#queue.clear();
    this.#closed.resolve();
    this.#handlers?.closed?.(error);
  }
}

/** Makes a memory driver. Two drivers share nothing: a circuit reaches only what listens on its own driver. */
export function memoryDriver(): MemoryDriver {
  const listeners = new Map<string, (link: MemoryLink) => void>();
  let lastPort = 49_151; // ephemeral ports begin at 49152 (RFC 6335 §6)
  const freePort = (): number => {
    lastPort += 1;
    return lastPort;
  };
  const listenAt = (
    { host, port }: Remote,
    accept: (link: MemoryLink) => void,
  ): Remote & { readonly close: () => void } => {
    const at: Remote = { host, port: port === 0 ? freePort() : port };
    const key = keyOf(at);
    if (listeners.has(key)) throw new UsageError('ISCSI_BAD_ARGUMENT', `${key} is taken`, { argument: 'port' });
    listeners.set(key, accept);
    return {
      ...at,
      close: () => {
        listeners.delete(key);
      },
    };
  };
  return {
    name: 'memory',
    checkBinding,
    async connect(remote, binding, signal) {
      await nextTurn();
      signal.throwIfAborted();
      const accept = listeners.get(keyOf(remote));
      if (accept === undefined) throw systemError('ECONNREFUSED', `nothing listens at ${keyOf(remote)}`);
      return joinPair(remote, { address: binding.localAddress ?? 'memory', port: freePort() }, accept);
    },
    listen(at, accept) {
      return listenAt(at, (link) => {
        const peer = new MemoryPeer(link);
        peer.start(accept(peer));
      });
    },
    async openListener({ binding, port }, accepted): Promise<LinkListener> {
      await nextTurn();
      const { host, port: found, close } = listenAt({ host: binding.localAddress ?? 'memory', port }, accepted);
      return {
        local: { address: host, port: found },
        async close() {
          close();
          await nextTurn();
        },
      };
    },
  };
}

function checkBinding(binding: LocalBinding): void {
  if (binding.interface === undefined) return;
  throw new UsageError('ISCSI_BAD_ARGUMENT', 'the memory transport has no network interfaces', {
    argument: 'interface',
  });
}

function joinPair(remote: Remote, near: CircuitEndpoint, accept: (link: MemoryLink) => void): Link {
  const far: CircuitEndpoint = { address: remote.host, port: remote.port };
  const ours = new MemoryLink(near, far);
  const theirs = new MemoryLink(far, near);
  MemoryLink.join(ours, theirs);
  accept(theirs);
  return ours;
}

function keyOf(at: Remote): string {
  return `${at.host}:${at.port}`;
}
