// A buffer that a receive event was answered with: it is filled from where the event left off, before anything else is indicated.

import type { ReceiveAnswer } from './handlers.ts';
import { firstBytes, type MDL, mdlPieces, totalLength } from './mdl.ts';

/** Below this, reading straight into the buffer is not worth a read of its own. */
const directLength = 4096;

/** One buffer and how far it is filled. */
export class FollowUp {
  readonly mdl: MDL;
  readonly wanted: number;
  copied = 0;
  readonly #pieces: readonly Uint8Array[];
  #index = 0;
  #at = 0;

  private constructor(mdl: MDL, pieces: readonly Uint8Array[], wanted: number) {
    this.mdl = mdl;
    this.wanted = wanted;
    this.#pieces = firstBytes(pieces, wanted);
  }

  /** The buffer of an answer; undefined when it has none that could be filled. */
  static of({ pDataBufferPointer, pDataBufferSize }: ReceiveAnswer): FollowUp | undefined {
    const pieces = mdlPieces(pDataBufferPointer)?.filter((piece) => piece.length > 0);
    if (pDataBufferPointer === undefined || pieces === undefined) return undefined;
    const length = totalLength(pieces);
    const wanted = pDataBufferSize ?? length;
    if (!Number.isInteger(wanted) || wanted < 1 || wanted > length) return undefined;
    return new FollowUp(pDataBufferPointer, pieces, wanted);
  }

  get isFull(): boolean {
    return this.copied === this.wanted;
  }

  /** Where the next bytes can be read to; undefined where copying costs less. */
  get room(): Uint8Array | undefined {
    const piece = this.#pieces[this.#index];
    return piece !== undefined && piece.length - this.#at >= directLength ? piece.subarray(this.#at) : undefined;
  }

  /** Takes what there is room for, and returns the rest. Bytes that were read to `room` are there already. */
  fill(data: Uint8Array): Uint8Array {
    let rest = data;
    for (
      let piece = this.#pieces[this.#index];
      piece !== undefined && rest.length > 0;
      piece = this.#pieces[this.#index]
    ) {
      const part = rest.subarray(0, piece.length - this.#at);
      const isThere = part.buffer === piece.buffer && part.byteOffset === piece.byteOffset + this.#at;
      if (!isThere) piece.set(part, this.#at);
      this.copied += part.length;
      this.#at += part.length;
      rest = rest.subarray(part.length);
      if (this.#at < piece.length) break;
      this.#index += 1;
      this.#at = 0;
    }
    return rest;
  }
}
