// Lines of text in a stream of bytes, each of bounded length.

/** Splits at newlines. */
export class LineSplitter {
  readonly #longest: number;
  #pending: Buffer = Buffer.alloc(0);
  #isTooLong = false;

  /** `longest` is the length of the longest line in bytes. */
  constructor(longest: number) {
    this.#longest = longest;
  }

  /** Whether a line was longer than allowed. Nothing comes out any more then. */
  get isTooLong(): boolean {
    return this.#isTooLong;
  }

  /** Takes bytes and returns the lines that are whole now; empty ones are passed over. */
  push(chunk: Uint8Array): string[] {
    if (this.#isTooLong) return [];
    const lines: string[] = [];
    this.#pending = Buffer.concat([this.#pending, chunk]);
    for (let end = this.#pending.indexOf(0x0a); end !== -1; end = this.#pending.indexOf(0x0a)) {
      const line = this.#pending.toString('utf8', 0, end).trim();
      if (end > this.#longest) break;
      if (line !== '') lines.push(line);
      this.#pending = this.#pending.subarray(end + 1);
    }
    this.#isTooLong = this.#pending.length > this.#longest;
    return lines;
  }
}
