// One end of an in-process byte stream: behaves like a socket, touches no system.

import { type CircuitEndpoint, nextTurn } from '../base/index.ts';
import type { Link, LinkEvents } from './driver.ts';

/** The largest chunk that is delivered at once. */
const chunkLength = 64 * 1024;

/**
 * One end of a pair. Bytes go straight from the writer's pieces into this end's one chunk buffer, a chunk a turn of the
 * event loop, so a batch has left when the other end has received it: a reader that pauses stops its writer.
 */
export class MemoryLink implements Link {
  readonly local: CircuitEndpoint;
  readonly remote: CircuitEndpoint;
  /** The other end; itself until the two are joined. */
  #peer: MemoryLink;
  #events: LinkEvents | undefined;
  #chunk: Uint8Array | undefined;
  /** The batch that the peer has not received yet; the next byte is `#at` in piece `#index`. */
  #outgoing: readonly Uint8Array[] = [];
  #index = 0;
  #at = 0;
  #isPaused = false;
  /** News for our own events, told in the next turn. */
  #hasWritten = false;
  #hasEnded = false;
  #peerHasEnded = false;
  #toldPeerHasEnded = false;
  #release: { readonly error: Error | undefined } | undefined;
  #isClosed = false;
  #pump: Promise<void> | undefined;

  constructor(local: CircuitEndpoint, remote: CircuitEndpoint) {
    this.local = local;
    this.remote = remote;
    this.#peer = this;
  }

  /** Ties two ends together. */
  static join(one: MemoryLink, other: MemoryLink): void {
    one.#peer = other;
    other.#peer = one;
  }

  start(events: LinkEvents): void {
    this.#events = events;
    this.#wake();
  }

  write(pieces: readonly Uint8Array[]): void {
    if (this.#release !== undefined) return;
    if (this.#peer.#release !== undefined) {
      this.#letGo(systemError('EPIPE', 'the peer takes no more'));
      return;
    }
    this.#outgoing = pieces;
    this.#index = 0;
    this.#at = 0;
    this.#peer.#wake();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#wake();
  }

  end(): void {
    this.#hasEnded = true;
    this.#peer.#peerHasEnded = true;
    this.#peer.#wake();
    this.#wake();
  }

  destroy(): void {
    if (this.#peer.#outgoing.length > 0) {
      this.reset(); // as TCP does when a socket is closed with bytes unread
      return;
    }
    this.#outgoing = [];
    if (!this.#hasEnded) this.end();
    this.#letGo(undefined);
  }

  reset(): void {
    this.#outgoing = [];
    this.#letGo(undefined);
    if (this.#peer.#release === undefined) this.#peer.#letGo(systemError('ECONNRESET', 'the peer reset the circuit'));
  }

  #letGo(error: Error | undefined): void {
    this.#release ??= { error };
    this.#wake();
  }

  #wake(): void {
    if (this.#isClosed || this.#events === undefined) return;
    this.#pump ??= this.#tellAll(this.#events);
  }

  /** Tells one piece of news a turn while there is any: an event never runs inside a call on either end. */
  async #tellAll(events: LinkEvents): Promise<void> {
    do await nextTurn();
    while (this.#tellOne(events));
    this.#pump = undefined;
  }

  #tellOne(events: LinkEvents): boolean {
    if (this.#release !== undefined) {
      this.#isClosed = true;
      events.closed(this.#release.error);
      return false;
    }
    if (this.#hasWritten) {
      this.#hasWritten = false;
      events.written();
      return true;
    }
    if (this.#isPaused) return false;
    if (this.#receive(events)) return true;
    if (this.#peerHasEnded && !this.#toldPeerHasEnded) {
      this.#toldPeerHasEnded = true;
      events.ended();
      return true;
    }
    if (this.#hasEnded && this.#toldPeerHasEnded && this.#isReceivedByPeer()) {
      this.#letGo(undefined);
      return true;
    }
    return false;
  }

  /** Whether the peer knows all that we had to tell, so that closing takes nothing from it. */
  #isReceivedByPeer(): boolean {
    return this.#peer.#release !== undefined || this.#outgoing.length === 0;
  }

  /** Delivers one chunk of what the peer wrote; false when there is nothing. */
  #receive(events: LinkEvents): boolean {
    const peer = this.#peer;
    if (peer.#outgoing.length === 0) return false;
    this.#chunk ??= new Uint8Array(chunkLength);
    const length = peer.#takeInto(this.#chunk);
    if (peer.#outgoing.length === 0) {
      peer.#hasWritten = true;
      peer.#wake();
    }
    events.received(this.#chunk.subarray(0, length));
    return true;
  }

  #takeInto(chunk: Uint8Array): number {
    let length = 0;
    for (let piece = this.#outgoing[this.#index]; piece !== undefined; piece = this.#outgoing[this.#index]) {
      const part = piece.subarray(this.#at, this.#at + chunk.length - length);
      chunk.set(part, length);
      length += part.length;
      this.#at += part.length;
      if (this.#at < piece.length) return length;
      this.#index += 1;
      this.#at = 0;
    }
    this.#outgoing = [];
    return length;
  }
}

/** An error with a system's code, as sockets give them. */
export function systemError(code: string, message: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${message}`), { code });
}
