// Finds the borders of PDUs in a received stream, and gathers whole PDUs where somebody wants to have a look at them.

import { type Digests, RawPdu, wireLength } from './raw-pdu.ts';

/** What the splitter does with what it finds. */
export interface SplitterSink {
  /** Whether PDUs that begin now are to be handed over whole. */
  wantsPdus(): boolean;
  /** Bytes that nobody wants to look at. Valid during the call only. */
  pass(bytes: Uint8Array): void;
  take(pdu: RawPdu): void;
}

/** The length of a PDU stands in the first bytes of its header. */
const lengthEnd = 8;

/** The splitter of one connection. It keeps count even while nobody looks, so that looking can begin at any border. */
export class PduSplitter {
  readonly #sink: SplitterSink;
  #digests: Digests = { header: false, data: false };
  /** A PDU that is longer than this is not gathered: the framer behind will refuse it. */
  #longest: number;
  readonly #head = Buffer.alloc(lengthEnd);
  #headLength = 0;
  /** Bytes of the present PDU that have not come; undefined until its length is known. */
  #missing: number | undefined;
  /** The present PDU so far, when it is gathered. */
  #gathered: Uint8Array[] | undefined;

  constructor(sink: SplitterSink, longest: number) {
    this.#sink = sink;
    this.#longest = longest;
  }

  /** Takes new digests and a new longest data segment, from the next PDU on. */
  reconfigure(digests: Digests, longest: number): void {
    this.#digests = digests;
    this.#longest = longest;
  }

  push(chunk: Uint8Array): void {
    let start = 0;
    let at = 0;
    while (at < chunk.length) {
      const isBorder = this.#missing === undefined && this.#headLength === 0;
      if (isBorder && this.#sink.wantsPdus()) {
        this.#pass(chunk.subarray(start, at));
        start = at;
        this.#gathered = [];
      }
      at += this.#consume(chunk.subarray(at));
      if (this.#gathered === undefined) continue;
      this.#gathered.push(Buffer.from(chunk.subarray(start, at)));
      start = at;
      this.#finishGathering(this.#gathered);
    }
    this.#pass(chunk.subarray(start));
  }

  /** Takes what belongs to the present PDU, and returns how much that is. */
  #consume(bytes: Uint8Array): number {
    let taken = 0;
    if (this.#missing === undefined) {
      taken = Math.min(lengthEnd - this.#headLength, bytes.length);
      this.#head.set(bytes.subarray(0, taken), this.#headLength);
      this.#headLength += taken;
      if (this.#headLength < lengthEnd) return taken;
      this.#missing = wireLength(this.#head, this.#digests) - lengthEnd;
    }
    const rest = Math.min(this.#missing, bytes.length - taken);
    this.#missing -= rest;
    if (this.#missing === 0) {
      this.#missing = undefined;
      this.#headLength = 0;
    }
    return taken + rest;
  }

  #finishGathering(gathered: readonly Uint8Array[]): void {
    const isWhole = this.#missing === undefined && this.#headLength === 0;
    if (!isWhole && (this.#missing ?? 0) <= this.#longest) return;
    this.#gathered = undefined;
    const bytes = Buffer.concat(gathered);
    if (isWhole) this.#sink.take(new RawPdu(bytes, this.#digests));
    else this.#sink.pass(bytes);
  }

  #pass(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#sink.pass(bytes);
  }
}
