// The framer: finds PDUs in a stream of chunks (RFC 7143 §11.2) and copies each payload straight to where it belongs.
//
//   bhs ──► rest of header ──► announced: onHeader ──► data ──► trailer ──► onPdu or onDataDigestError ──► bhs
//   48      AHS and digest, if any                     payload  padding and digest, if any
//
// The header is gathered in a scratch even when it is whole in the chunk: copying 48 bytes costs what making a view does
// (about 40 ns), and leaves no garbage, one path for whole and split headers, and a view that is ready for the digest.

import { assert, ProtocolError, putU8, u8 } from '../base/index.ts';
import { bhsLength, dataSegmentLength, longestAhsLength, opcodeOf, paddedLength, totalAhsLength } from './bhs.ts';
import { crc32c, digestLength, digestMatches } from './digest.ts';

/** What a framer must know of the connection; taken together, so that a change is one change. */
export interface FramerOptions {
  /** The longest data segment that we declared to take, in bytes. */
  readonly maxRecvDataSegmentLength: number;
  readonly headerDigest: boolean;
  readonly dataDigest: boolean;
}

/** Hears of PDUs as they come. It may call `reconfigure` and `stop` from within a call, but not `push`. */
export interface FramerSink {
  /**
   * A header has come, and its digest holds. `bhs` and `ahs` are valid during the call only. Returns where the payload
   * goes, exactly `dataSegmentLength` bytes, or undefined to have it checked and thrown away.
   */
  onHeader(bhs: Uint8Array, ahs: Uint8Array, dataSegmentLength: number): Uint8Array | undefined;
  /** The PDU of the last `onHeader` is complete, and its data digest holds. */
  onPdu(): void;
  /** Called instead of `onPdu`: the payload of the last `onHeader` is complete but damaged. */
  onDataDigestError(): void;
  /** A header is damaged, so that nothing after it can be found; the framer has stopped. */
  onHeaderDigestError(): void;
}

const noBytes = new Uint8Array(0);

/** From this many bytes on, a read of its own costs less than a copy. */
const worthPlacing = 16 * 1024;
/** From this length on, payloads are large: the header of the next is fetched with a short read. */
const largePayload = 128 * 1024;
const shortRead = 4096;

type Stage = 'bhs' | 'headerRest' | 'data' | 'trailer';

/** Finds the PDUs in a stream. After `push` has thrown, by itself or through the sink, a framer is of no further use. */
export class Framer {
  readonly #sink: FramerSink;
  #options: FramerOptions;
  #stage: Stage = 'bhs';
  /** Bytes of the current stage that have come, and that it needs; the header counts on through both its stages. */
  #filled = 0;
  #needed: number = bhsLength;
  #isStopped = false;

  /** The data segment length of the last header: what the next one is likely to be. */
  #lastLength = 0;

  readonly #header = new Uint8Array(bhsLength + longestAhsLength + digestLength);
  readonly #bhs = this.#header.subarray(0, bhsLength);
  #hasHeaderDigest = false;

  #destination: Uint8Array | undefined;
  #hasDataDigest = false;
  #crc = 0;
  /** Up to 3 bytes of padding, then the digest. */
  readonly #trailer = new Uint8Array(3 + digestLength);
  #paddingLength = 0;

  constructor(sink: FramerSink, options: FramerOptions) {
    this.#sink = sink;
    this.#options = options;
  }

  /** Takes new options. They hold for every PDU whose first 48 bytes have not all come yet. */
  reconfigure(options: FramerOptions): void {
    this.#options = options;
  }

  /** Ends framing: drops the rest of the current chunk and all that comes after it. */
  stop(): void {
    this.#isStopped = true;
    this.#destination = undefined;
  }

  /**
   * Where the next bytes of the stream are best read to: the rest of a large payload's own place, so that it needs no copy,
   * else `scratch`, or only its beginning while large payloads come, so that most of the next one is read to its place.
   */
  nextBuffer(scratch: Uint8Array): Uint8Array {
    if (this.#stage === 'data' && this.#destination !== undefined && this.#needed - this.#filled >= worthPlacing) {
      return this.#destination.subarray(this.#filled);
    }
    return this.#lastLength >= largePayload ? scratch.subarray(0, shortRead) : scratch;
  }

  /**
   * Takes the next bytes of the stream; `chunk` may be reused after the call.
   * @throws ProtocolError ISCSI_SEGMENT_TOO_LONG when a data segment is longer than `maxRecvDataSegmentLength`
   * (RFC 7143 §13.12), and whatever the sink throws.
   */
  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length && !this.#isStopped) {
      if (this.#stage === 'data') at = this.#takeData(chunk, at);
      else if (this.#stage === 'trailer') at = this.#takeTrailer(chunk, at);
      else at = this.#takeHeader(chunk, at);
    }
  }

  #takeHeader(chunk: Uint8Array, start: number): number {
    const end = this.#gather(this.#header, chunk, start);
    if (this.#filled < this.#needed) return end;
    if (this.#stage === 'bhs') {
      this.#hasHeaderDigest = this.#options.headerDigest;
      this.#needed += totalAhsLength(this.#bhs) + (this.#hasHeaderDigest ? digestLength : 0);
      this.#stage = 'headerRest';
      if (this.#filled < this.#needed) return end;
    }
    this.#announce();
    return end;
  }

  /** The header is whole: checks it and asks the sink where the payload goes. */
  #announce(): void {
    const headerLength = this.#needed - (this.#hasHeaderDigest ? digestLength : 0);
    if (this.#hasHeaderDigest) {
      const header = headerLength === bhsLength ? this.#bhs : this.#header.subarray(0, headerLength);
      if (!digestMatches(crc32c(header), this.#header, headerLength)) {
        this.stop();
        this.#sink.onHeaderDigestError();
        return;
      }
    }
    const length = dataSegmentLength(this.#bhs);
    this.#lastLength = length;
    if (length > this.#options.maxRecvDataSegmentLength) this.#refuseLength(length);
    this.#hasDataDigest = this.#options.dataDigest;
    const ahs = headerLength === bhsLength ? noBytes : this.#header.subarray(bhsLength, headerLength);
    const destination = this.#sink.onHeader(this.#bhs, ahs, length);
    if (this.#isStopped) return;
    if (length === 0) {
      // A data segment without bytes has no digest either (§11.2.3).
      this.#hasDataDigest = false;
      this.#finish();
      return;
    }
    assert(destination === undefined || destination.length === length, 'a payload goes where it fits exactly');
    this.#destination = destination;
    this.#crc = 0;
    this.#enter('data', length);
  }

  #takeData(chunk: Uint8Array, start: number): number {
    const length = Math.min(chunk.length - start, this.#needed - this.#filled);
    if (this.#destination !== undefined || this.#hasDataDigest) {
      const piece = length === chunk.length ? chunk : chunk.subarray(start, start + length);
      if (this.#destination !== undefined && !isInPlace(piece, this.#destination, this.#filled)) {
        this.#destination.set(piece, this.#filled);
      }
      if (this.#hasDataDigest) this.#crc = crc32c(piece, this.#crc);
    }
    this.#filled += length;
    if (this.#filled === this.#needed) {
      this.#paddingLength = paddedLength(this.#needed) - this.#needed;
      const trailerLength = this.#paddingLength + (this.#hasDataDigest ? digestLength : 0);
      if (trailerLength === 0) this.#finish();
      else this.#enter('trailer', trailerLength);
    }
    return start + length;
  }

  #takeTrailer(chunk: Uint8Array, start: number): number {
    const end = this.#gather(this.#trailer, chunk, start);
    if (this.#filled === this.#needed) this.#finish();
    return end;
  }

  /** Copies bytes for the current stage, as many as it needs and the chunk has; returns where the chunk goes on. */
  #gather(into: Uint8Array, chunk: Uint8Array, start: number): number {
    const end = Math.min(chunk.length, start + this.#needed - this.#filled);
    let filled = this.#filled;
    for (let at = start; at < end; at++) putU8(into, filled++, u8(chunk, at));
    this.#filled = filled;
    return end;
  }

  /** Goes to the next PDU before the sink hears of this one, so that the sink may reconfigure or stop. */
  #finish(): void {
    const isWhole = !this.#hasDataDigest || this.#trailerMatches();
    this.#destination = undefined;
    this.#enter('bhs', bhsLength);
    if (isWhole) this.#sink.onPdu();
    else this.#sink.onDataDigestError();
  }

  /** The padding is covered by the digest, whatever its bytes are (§11.2.3, §13.1). */
  #trailerMatches(): boolean {
    const padding = this.#paddingLength;
    if (padding > 0) this.#crc = crc32c(this.#trailer.subarray(0, padding), this.#crc);
    return digestMatches(this.#crc, this.#trailer, padding);
  }

  #enter(stage: Stage, needed: number): void {
    this.#stage = stage;
    this.#filled = 0;
    this.#needed = needed;
  }

  #refuseLength(length: number): never {
    this.stop();
    const limit = this.#options.maxRecvDataSegmentLength;
    throw new ProtocolError('ISCSI_SEGMENT_TOO_LONG', `A data segment of ${length} bytes is longer than ${limit}`, {
      opcode: opcodeOf(this.#bhs),
      byte: 5,
      value: length,
      clause: 'RFC 7143 §13.12',
    });
  }
}

/** Whether `piece` was read straight to its place in `destination`. */
function isInPlace(piece: Uint8Array, destination: Uint8Array, at: number): boolean {
  return piece.buffer === destination.buffer && piece.byteOffset === destination.byteOffset + at;
}
