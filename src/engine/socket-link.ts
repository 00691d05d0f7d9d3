// A link over a socket of node:net or node:tls.

import type net from 'node:net';
import { type CircuitEndpoint, deferred, raceAbort } from '../base/index.ts';
import type { Link, LinkEvents } from './driver.ts';

/** A link over a socket that was made with `allowHalfOpen` and is paused. Bytes come in through `deliver`. */
export class SocketLink implements Link {
  readonly #socket: net.Socket;
  /** The TCP socket at the bottom: only that one can be reset. */
  readonly #bottom: net.Socket;
  readonly #closed = deferred();
  #events: LinkEvents | undefined;
  #error: Error | undefined;
  #isReleased = false;
  #local: CircuitEndpoint = { address: '', port: 0 };
  #remote: CircuitEndpoint = { address: '', port: 0 };

  constructor(socket: net.Socket, bottom: net.Socket = socket) {
    this.#socket = socket;
    this.#bottom = bottom;
    socket.on('error', (error) => {
      this.#error ??= error;
    });
    socket.on('end', () => {
      if (!this.#isReleased) this.#events?.ended();
    });
    socket.on('close', () => {
      this.#isReleased = true;
      this.#closed.resolve();
      this.#events?.closed(this.#error);
    });
  }

  get local(): CircuitEndpoint {
    return this.#local;
  }

  get remote(): CircuitEndpoint {
    return this.#remote;
  }

  /** Waits until the socket emits `event`. On failure or abort it rejects, after the socket is closed. */
  async opened(event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<void> {
    const opened = deferred();
    this.#socket.once(event, () => {
      opened.resolve();
    });
    const failed = this.#closed.promise.then(() => {
      throw this.#error ?? new Error('the socket closed while connecting');
    });
    try {
      await raceAbort(Promise.race([opened.promise, failed]), signal);
    } catch (error) {
      this.#bottom.destroy();
      this.#socket.destroy();
      await this.#closed.promise;
      throw error;
    } finally {
      failed.catch(() => undefined);
    }
    this.connected();
  }

  /** Learns the ends of a socket that is connected. */
  connected(): void {
    const { localAddress = '', localPort = 0, remoteAddress = '', remotePort = 0 } = this.#bottom;
    this.#local = { address: localAddress, port: localPort };
    this.#remote = { address: remoteAddress, port: remotePort };
  }

  start(events: LinkEvents): void {
    this.#events = events;
    this.resume();
  }

  /** Bytes that the socket read. */
  deliver(chunk: Uint8Array): void {
    if (!this.#isReleased) this.#events?.received(chunk);
  }

  /** Where the socket is to read to next. */
  nextBuffer(scratch: Uint8Array): Uint8Array {
    return this.#isReleased ? scratch : (this.#events?.nextBuffer?.(scratch) ?? scratch);
  }

  write(pieces: readonly Uint8Array[]): void {
    const last = pieces.length - 1;
    // One piece goes past the corked stream's list of buffers.
    if (last === 0 && pieces[0] !== undefined) {
      this.#socket.write(pieces[0], this.#onWritten);
      return;
    }
    this.#socket.cork();
    pieces.forEach((piece, index) => {
      if (index < last) this.#socket.write(piece);
      else this.#socket.write(piece, this.#onWritten);
    });
    this.#socket.uncork();
  }

  readonly #onWritten = (error?: Error | null): void => {
    if (!this.#isReleased && (error === undefined || error === null)) this.#events?.written();
  };

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#isReleased = true;
    this.#socket.destroy();
  }

  reset(): void {
    this.#isReleased = true;
    // While a shutdown is under way the system refuses to reset (libuv answers EINVAL and Node never closes the socket).
    const isShuttingDown = this.#socket.writableEnded && !this.#socket.writableFinished;
    if (isShuttingDown) this.#socket.destroy();
    else this.#bottom.resetAndDestroy(); // a TLS socket is closed by the close of the TCP socket below it
  }
}
