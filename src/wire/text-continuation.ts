// Text that is longer than a PDU, RFC 7143 §6.1: joined from PDUs with the C bit when received, cut into them when sent.

import { ProtocolError } from '../base/index.ts';
import { parseTextKeys, type TextKey } from './text.ts';

/**
 * Joins the data segments of PDUs whose C bit is set with the one that ends them, under a bound. A segment may end
 * anywhere, in the middle of a key too. One accumulator serves any number of texts, one after the other.
 */
export class TextAccumulator {
  readonly #maxLength: number;
  #pieces: Uint8Array[] = [];
  #length = 0;

  /** `maxLength` bounds one text in bytes; §6.1 wants at least 8192, and 64 KiB with long authentication items. */
  constructor(maxLength: number) {
    this.#maxLength = maxLength;
  }

  /**
   * Takes the data segment of the next PDU; `data` may be reused after the call. Returns the pairs when the text is
   * complete, and undefined while `isContinue` says that there is more.
   * @throws ProtocolError ISCSI_BAD_TEXT when the text grows beyond the bound, or as `parseTextKeys` does.
   */
  add(data: Uint8Array, isContinue: boolean): TextKey[] | undefined {
    this.#length += data.length;
    if (this.#length > this.#maxLength) {
      const length = this.#length;
      this.reset();
      throw new ProtocolError('ISCSI_BAD_TEXT', `A text of ${length} bytes is longer than ${this.#maxLength}`, {
        value: length,
        clause: 'RFC 7143 §6.1',
      });
    }
    if (!isContinue && this.#pieces.length === 0) {
      this.reset();
      return parseTextKeys(data);
    }
    if (data.length > 0) this.#pieces.push(new Uint8Array(data));
    if (isContinue) return undefined;
    const text = Buffer.concat(this.#pieces);
    this.reset();
    return parseTextKeys(text);
  }

  /** Forgets what has come of an unfinished text. */
  reset(): void {
    this.#pieces = [];
    this.#length = 0;
  }
}

/**
 * Cuts text into data segments of at most `maxLength` bytes: all but the last are sent with the C bit. There is always
 * one, an empty one for an empty text. The pieces are views into `bytes`.
 */
export function splitText(bytes: Uint8Array, maxLength: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let start = 0;
  do {
    pieces.push(bytes.subarray(start, start + maxLength));
    start += maxLength;
  } while (start < bytes.length);
  return pieces;
}
