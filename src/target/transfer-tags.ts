// Target transfer tags (RFC 7143 §11.7.4, §11.8.5).

import { reservedTag } from '../wire/index.ts';

/** A source of target transfer tags: 32 bits, never the reserved one. */
export class TransferTags {
  #next = 1;

  /** The tag that `take` returns next. */
  get next(): number {
    return this.#next;
  }

  take(): number {
    const tag = this.#next;
    this.#next = tag + 1 === reservedTag ? 1 : tag + 1;
    return tag;
  }
}
