// A virtual circuit: one connected byte stream with batched sends, a receive handler, and a disconnect that is initiated
// from the engine's worker alone.

import {
  type CircuitEndpoint,
  channels,
  deferred,
  nextTurn,
  type Timer,
  TransportError,
  UsageError,
} from '../base/index.ts';
import { type CircuitEvent, type CircuitState, transition } from './circuit-states.ts';
import type { Link } from './driver.ts';
import type { ResolvedEngineOptions } from './options.ts';
import { SendQueue } from './send-queue.ts';
import type { Worker, WorkerContext } from './worker.ts';

/**
 * What a circuit tells its client. No handler ever runs inside a call on the circuit, and none runs after the client's own
 * disconnect was initiated.
 */
export interface CircuitHandlers {
  /** Bytes from the peer. `chunk` is valid during the call only: copy what you keep. */
  received(chunk: Uint8Array): void;
  /**
   * Where the next bytes are to be read to: `scratch`, a part of it, or memory of the client's own, into which large
   * payloads then go without a copy. Only a wish: `received` tells where the bytes are. The memory is written to until
   * the next call, or until `pause`. `scratch` when left out.
   */
  nextBuffer?(scratch: Uint8Array): Uint8Array;
  /** A batch has been handed to the system: `sentBytes` tells how far. Left out by clients that do not count. */
  sent?(): void;
  /** After `send` returned false: pending bytes are at half the high-water mark or less. */
  drained(): void;
  /**
   * The circuit ended without the client's asking; called once at most. The error is absent when the peer closed in order,
   * otherwise a TransportError `ISCSI_CONNECTION_LOST`. A reset right behind data can look like an orderly close: libuv
   * reports the hang-up then, and not the error.
   */
  disconnected(error: Error | undefined): void;
}

/** How to disconnect: after everything pending was sent, or at once. */
export type DisconnectKind = 'graceful' | 'abortive';

/** What a circuit is made with. @internal */
export interface CircuitParts {
  readonly link: Link;
  readonly handlers: CircuitHandlers;
  readonly transport: string;
  readonly worker: Worker;
  readonly options: ResolvedEngineOptions;
  /** Takes the circuit off its connection. */
  readonly release: (circuit: VirtualCircuit) => void;
}

/** One connected byte stream. Built by `EngineConnection.buildCircuit`; whoever built it tears it down. */
export class VirtualCircuit {
  // The diagnostics channels are one set a process, so the ids that they carry are counted a process too.
  static #lastId = 0;

  /** Unique in this process. */
  readonly id: number;
  readonly #parts: CircuitParts;
  readonly #link: Link;
  readonly #queue = new SendQueue();
  readonly #closed = deferred();
  #handlers: CircuitHandlers;
  /** What came while the circuit was nobody's: told before the link goes on. */
  #held: Uint8Array | undefined;
  #state: CircuitState = 'active';
  #isPaused = false;
  #isFlushScheduled = false;
  #wantsDrained = false;
  #receivedBytes = 0;
  #error: TransportError | undefined;
  #deadline: Timer | undefined;
  #tearingDown: Promise<void> | undefined;

  /** @internal */
  constructor(parts: CircuitParts) {
    VirtualCircuit.#lastId += 1;
    this.id = VirtualCircuit.#lastId;
    this.#parts = parts;
    this.#handlers = parts.handlers;
    this.#link = parts.link;
    if (parts.options.publishesCircuits && channels.circuitConnected.hasSubscribers) {
      channels.circuitConnected.publish({
        circuitId: this.id,
        transport: parts.transport,
        local: this.local,
        remote: this.remote,
      });
    }
    parts.link.start({
      received: this.#received.bind(this),
      nextBuffer: this.#nextBuffer.bind(this),
      written: this.#written.bind(this),
      ended: this.#ended.bind(this),
      closed: this.#linkClosed.bind(this),
    });
  }

  get state(): CircuitState {
    return this.#state;
  }

  /** Our end, as far as the transport knows it. */
  get local(): CircuitEndpoint {
    return this.#link.local;
  }

  get remote(): CircuitEndpoint {
    return this.#link.remote;
  }

  /** Bytes accepted by `send` that have not been handed to the system yet. */
  get pendingBytes(): number {
    return this.#queue.pendingBytes;
  }

  /** Pending bytes at which `send` asks its caller to wait. */
  get highWaterMark(): number {
    return this.#parts.options.highWaterMark;
  }

  /** Bytes that have been handed to the system, in all. */
  get sentBytes(): number {
    return this.#queue.sentBytes;
  }

  /** Bytes that have come, in all. */
  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /**
   * What ended the link out of order, once it is gone: TransportError `ISCSI_CONNECTION_LOST`, with the transport's own error
   * as its cause, or with none for a graceful disconnect that met its deadline. Absent after an orderly end and an abortive one.
   */
  get error(): TransportError | undefined {
    return this.#error;
  }

  /** Settles when the link is gone, for whatever reason; never rejects. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /**
   * Queues bytes for sending; everything sent in the same turn goes out as one batch. The circuit owns the pieces until
   * they have left: do not change them. Returns false when the caller should wait for `drained`, and on a circuit that is
   * not active, which drops the bytes. Never throws.
   */
  send(pieces: readonly Uint8Array[]): boolean {
    if (this.#state !== 'active') return false;
    this.#queue.push(pieces);
    this.#scheduleFlush();
    if (this.#queue.pendingBytes < this.#parts.options.highWaterMark) return true;
    this.#wantsDrained = true;
    return false;
  }

  /** Stops `received` at once. The peer's orderly end waits behind the bytes that were not received. */
  pause(): void {
    if (this.#state !== 'active' || this.#isPaused) return;
    this.#isPaused = true;
    this.#link.pause();
  }

  /** Lets `received` go on. */
  resume(): void {
    if (this.#state !== 'active' || !this.#isPaused) return;
    this.#isPaused = false;
    if (this.#held === undefined) this.#link.resume();
    else void this.#deliverHeld();
  }

  /**
   * Tells another client from now on: first of `held`, which came while the circuit was nobody's, and for which it was
   * paused. @internal
   */
  handOver(handlers: CircuitHandlers, held: Uint8Array | undefined): void {
    this.#handlers = handlers;
    this.#held = held;
    if (held !== undefined) this.resume();
  }

  /** Lets go of a circuit that is nobody's: no client initiates that disconnect, so it waits for no worker. @internal */
  discard(): void {
    if (this.#isOpen()) this.#release('abortiveInitiated');
  }

  /**
   * Starts the disconnect of this circuit; `tearDown` waits for its end. `graceful` sends what is pending, then FIN,
   * discards what still comes, and is reset at the engine's close deadline; `abortive` drops everything now. Idempotent;
   * an abortive call cuts a graceful one short. Only the running worker item may call it: throws UsageError
   * `ISCSI_WRONG_STATE` for any other context, whatever state the circuit is in.
   */
  initiateDisconnect(context: WorkerContext, kind: DisconnectKind): void {
    if (!this.#parts.worker.isCurrent(context)) {
      throw new UsageError('ISCSI_WRONG_STATE', `disconnect of circuit ${this.id} initiated outside the worker`);
    }
    if (kind === 'abortive') {
      this.#release('abortiveInitiated');
      return;
    }
    const wasActive = this.#state === 'active';
    this.#move('gracefulInitiated');
    if (!wasActive) return;
    this.#armDeadline();
    // What still comes is discarded, and the peer's FIN is behind it.
    if (this.#isPaused || this.#held !== undefined) this.#link.resume();
    if (this.#queue.pendingBytes === 0) this.#link.end();
  }

  /**
   * Takes the circuit off its connection: settles when the link is closed and everything is released, and never rejects.
   * A circuit that is still active is disconnected, abortively unless told otherwise, in a worker item of its own. Inside a
   * worker item hand in its `context`: an item that waited for another item would wait until the close deadline.
   */
  tearDown(context?: WorkerContext, kind: DisconnectKind = 'abortive'): Promise<void> {
    this.#tearingDown ??= this.#tearDown(context, kind);
    return this.#tearingDown;
  }

  async #tearDown(context: WorkerContext | undefined, kind: DisconnectKind): Promise<void> {
    if (this.#state === 'active') this.#disconnectForTearDown(context, kind);
    await this.#closed.promise;
    this.#move('tornDown');
    this.#parts.release(this);
  }

  #disconnectForTearDown(context: WorkerContext | undefined, kind: DisconnectKind): void {
    const { worker } = this.#parts;
    if (context !== undefined && worker.isCurrent(context)) {
      this.initiateDisconnect(context, kind);
      return;
    }
    this.#armDeadline(); // a worker item that never ends must not keep a socket
    const initiated = worker.runReserved((own) => {
      this.initiateDisconnect(own, kind);
    });
    initiated.catch(() => {
      if (this.#isOpen()) this.#release('deadlinePassed'); // the engine closed before the item's turn
    });
  }

  #isOpen(): boolean {
    return this.#state === 'active' || this.#state === 'closing';
  }

  #mayReceive(): boolean {
    return this.#state === 'active' && !this.#isPaused;
  }

  #armDeadline(): void {
    const { clock, closeTimeoutMs } = this.#parts.options;
    this.#deadline ??= clock.schedule(closeTimeoutMs, () => {
      if (!this.#isOpen()) return;
      if (this.#state === 'closing') this.#error = this.#lostError(undefined, `no end within ${closeTimeoutMs} ms`);
      this.#release('deadlinePassed');
    });
  }

  /** Drops what is pending and lets the link go. */
  #release(event: CircuitEvent): void {
    const wasOpen = this.#isOpen();
    this.#move(event);
    if (!wasOpen) return;
    this.#queue.clear();
    if (event === 'peerEnded') this.#link.destroy();
    else this.#link.reset();
  }

  #move(event: CircuitEvent): void {
    this.#state = transition(this.#state, event);
  }

  #received(chunk: Uint8Array): void {
    this.#receivedBytes += chunk.length;
    if (this.#parts.options.publishesCircuits && channels.circuitBytesReceived.hasSubscribers) {
      channels.circuitBytesReceived.publish({ circuitId: this.id, pieces: [chunk] });
    }
    if (this.#state === 'active') this.#handlers.received(chunk);
  }

  async #deliverHeld(): Promise<void> {
    await nextTurn();
    const held = this.#held;
    if (held === undefined || !this.#mayReceive()) return;
    this.#held = undefined;
    this.#handlers.received(held);
    if (this.#mayReceive()) this.#link.resume();
  }

  #nextBuffer(scratch: Uint8Array): Uint8Array {
    return (this.#state === 'active' ? this.#handlers.nextBuffer?.(scratch) : undefined) ?? scratch;
  }

  /**
   * Flushes after everything that is running now: the microtask lets synchronous callers finish, and the tick comes when
   * the promise continuations that they woke have sent too (docs/decisions/0004-send-batching.md).
   */
  #scheduleFlush(): void {
    if (this.#isFlushScheduled || this.#queue.isUnderWay) return;
    this.#isFlushScheduled = true;
    queueMicrotask(this.#flushNextTick);
  }

  readonly #flushNextTick = (): void => {
    process.nextTick(this.#flush);
  };

  readonly #flush = (): void => {
    this.#isFlushScheduled = false;
    if (!this.#isOpen()) return;
    const batch = this.#queue.take();
    if (batch === undefined) return;
    this.#link.write(batch);
    if (this.#parts.options.publishesCircuits && channels.circuitBytesSent.hasSubscribers) {
      channels.circuitBytesSent.publish({ circuitId: this.id, pieces: batch });
    }
  };

  #written(): void {
    if (!this.#isOpen()) return;
    this.#queue.settle();
    this.#flush();
    if (this.#state === 'closing') {
      if (this.#queue.pendingBytes === 0) this.#link.end();
      return;
    }
    this.#handlers.sent?.();
    if (this.#wantsDrained && this.#queue.pendingBytes * 2 <= this.#parts.options.highWaterMark) {
      this.#wantsDrained = false;
      this.#handlers.drained();
    }
  }

  #ended(): void {
    if (this.#state !== 'active') {
      this.#move('peerEnded');
      return;
    }
    this.#release('peerEnded');
    this.#handlers.disconnected(undefined);
  }

  #linkClosed(cause: Error | undefined): void {
    const wasActive = this.#state === 'active';
    this.#move('linkClosed');
    if (cause !== undefined) this.#error ??= this.#lostError(cause);
    this.#deadline?.cancel();
    this.#queue.clear();
    if (this.#parts.options.publishesCircuits && channels.circuitClosed.hasSubscribers) {
      channels.circuitClosed.publish({ circuitId: this.id });
    }
    this.#closed.resolve();
    if (wasActive) this.#handlers.disconnected(this.#error ?? this.#lostError(undefined));
  }

  #lostError(cause: Error | undefined, why: string = cause?.message ?? 'closed without notice'): TransportError {
    const address = formatEndpoint(this.remote);
    return new TransportError('ISCSI_CONNECTION_LOST', `the connection to ${address} was lost: ${why}`, {
      address,
      cause,
    });
  }
}

/** Formats an endpoint as `host:port`, an IPv6 address in brackets. */
export function formatEndpoint(endpoint: CircuitEndpoint): string {
  const host = endpoint.address.includes(':') ? `[${endpoint.address}]` : endpoint.address;
  return `${host}:${endpoint.port}`;
}
