// What happened last, for whoever has to find out why a run failed.

import { systemClock } from '../../src/base/index.ts';

/** Lines that are kept. */
const bound = 120;

/** The last lines of a run, each with the milliseconds since its beginning. */
export class Trace {
  readonly #lines: string[] = [];
  readonly #begun = systemClock.now();
  readonly #echo: ((line: string) => void) | undefined;

  /** `echo` is given every line as it comes. */
  constructor(echo?: (line: string) => void) {
    this.#echo = echo;
  }

  get lines(): readonly string[] {
    return this.#lines;
  }

  note(text: string): void {
    const line = `${(systemClock.now() - this.#begun).toFixed(0).padStart(7)} ${text}`;
    this.#lines.push(line);
    if (this.#lines.length > bound) this.#lines.shift();
    this.#echo?.(line);
  }
}
