// The sending half of a connection: PDUs to socket writes, with digests, batching and backpressure.

import type { Socket } from 'node:net';
import { nextTurn } from '../base/index.ts';
import {
  bhsLength,
  crc32c,
  digestLength,
  encodePdu,
  paddedLength,
  putDigest,
  putSegmentLengths,
  type TargetPdu,
} from '../wire/index.ts';
import type { CircuitTap } from './circuit-tap.ts';
import type { FaultLine } from './faults/fault-line.ts';

const padding = Buffer.alloc(3);

/**
 * Writes PDUs to a socket. Header and payload are separate writes under one cork, never joined; what is sent during
 * one turn of the event loop leaves together.
 */
export class PduSender {
  readonly #socket: Socket;
  readonly #limit: number;
  readonly #tap: CircuitTap | undefined;
  readonly #line: FaultLine;
  readonly #waiters: (() => void)[] = [];
  #hasHeaderDigest = false;
  #hasDataDigest = false;
  #isCorked = false;

  /** `limit` is the count of pending bytes from which `isFull` holds. `tap` is told of all that is sent. */
  constructor(socket: Socket, limit: number, line: FaultLine, tap?: CircuitTap) {
    this.#line = line;
    this.#socket = socket;
    this.#limit = limit;
    this.#tap = tap;
    socket.on('drain', () => {
      this.#wake();
    });
    socket.on('close', () => {
      this.#wake();
    });
  }

  /** Switches digests on for all PDUs from the next one on (RFC 7143 §13.1: full feature phase only). */
  useDigests(header: boolean, data: boolean): void {
    this.#hasHeaderDigest = header;
    this.#hasDataDigest = data;
  }

  /** Bytes that the kernel has not taken yet. */
  get pendingLength(): number {
    return this.#socket.writableLength + this.#line.pendingLength;
  }

  get isFull(): boolean {
    return !this.#socket.destroyed && this.pendingLength >= this.#limit;
  }

  /** Waits until the connection takes more, or is gone. */
  async room(): Promise<void> {
    while (this.isFull) {
      await new Promise<void>((resolve) => {
        this.#waiters.push(resolve);
      });
    }
  }

  /** Sends a PDU. `written` is called when `data` is not needed any more, sent or not. */
  send(pdu: TargetPdu, data?: Uint8Array, written?: () => void): void {
    if (this.#socket.destroyed || this.#socket.writableEnded) {
      written?.();
      return;
    }
    this.#cork();
    const header = Buffer.alloc(this.#hasHeaderDigest ? bhsLength + digestLength : bhsLength);
    encodePdu(pdu, header);
    putSegmentLengths(header, 0, data?.length ?? 0);
    if (this.#hasHeaderDigest) putDigest(crc32c(header.subarray(0, bhsLength)), header, bhsLength);
    const trailer = this.#trailerOf(data);
    if (!this.#line.isClear) {
      this.#line.send(piecesOf(header, data, trailer), { header: this.#hasHeaderDigest, data: this.#hasDataDigest });
      written?.();
      return;
    }
    this.#line.skip(header.length + (data?.length ?? 0) + (trailer?.length ?? 0));
    this.#tap?.sent(piecesOf(header, data, trailer));
    this.#socket.write(header);
    if (data === undefined || data.length === 0) {
      written?.();
      return;
    }
    const done = (): void => {
      written?.();
      this.drained();
    };
    this.#socket.write(data, trailer === undefined ? done : undefined);
    if (trailer !== undefined) this.#socket.write(trailer, done);
  }

  /** Pushes out what is batched, and ends the stream after it. */
  end(): void {
    this.#line.end(() => {
      if (this.#isCorked) this.#uncork();
      this.#socket.end();
    });
  }

  /** Writes bytes that a fault has held back or made. */
  write(bytes: Uint8Array): void {
    if (this.#socket.destroyed || this.#socket.writableEnded) return;
    this.#socket.write(bytes);
    this.#tap?.sent([bytes]);
  }

  /** Less waits to be sent than before. */
  drained(): void {
    if (this.#waiters.length > 0 && !this.isFull) this.#wake();
  }

  /** Padding and data digest, where there is either (RFC 7143 §11.2.3). */
  #trailerOf(data: Uint8Array | undefined): Uint8Array | undefined {
    if (data === undefined || data.length === 0) return undefined;
    const padLength = paddedLength(data.length) - data.length;
    if (!this.#hasDataDigest) return padLength === 0 ? undefined : padding.subarray(0, padLength);
    let crc = crc32c(data);
    if (padLength > 0) crc = crc32c(padding.subarray(0, padLength), crc);
    const trailer = Buffer.alloc(padLength + digestLength);
    putDigest(crc, trailer, padLength);
    return trailer;
  }

  #cork(): void {
    if (this.#isCorked) return;
    this.#isCorked = true;
    this.#socket.cork();
    void nextTurn().then(() => {
      if (this.#isCorked) this.#uncork();
    });
  }

  #uncork(): void {
    this.#isCorked = false;
    this.#socket.uncork();
  }

  #wake(): void {
    for (const resolve of this.#waiters.splice(0)) resolve();
  }
}

function piecesOf(...pieces: readonly (Uint8Array | undefined)[]): Uint8Array[] {
  return pieces.filter((piece): piece is Uint8Array => piece !== undefined && piece.length > 0);
}
