// What a command prints: one document or one text on standard output, notes on standard error.

import type { CliEnvironment } from './environment.ts';

/** A result in its two forms. */
export interface Report {
  /** What `--json` prints. */
  readonly document: object;
  /** What a person reads, lines without the last line end; empty for nothing. */
  readonly text: string;
}

/** Prints for one command. */
export class Printer {
  readonly isJson: boolean;
  readonly #environment: CliEnvironment;
  #hasPrinted = false;

  constructor(environment: CliEnvironment, isJson: boolean) {
    this.#environment = environment;
    this.isJson = isJson;
  }

  /** Whether the result is out, so that standard output takes no more. */
  get hasPrinted(): boolean {
    return this.#hasPrinted;
  }

  /** Prints the command's result; once. With `--json` it is the only thing that standard output gets. */
  print(report: Report): void {
    this.#hasPrinted = true;
    if (this.isJson) this.#environment.stdout.write(`${JSON.stringify(report.document, undefined, 2)}\n`);
    else if (report.text !== '') this.#environment.stdout.write(`${printable(report.text)}\n`);
  }

  /** Tells a person of what is going on, as part of the result; a machine's document is kept clear of it. */
  tell(text: string): void {
    const { stdout, stderr } = this.#environment;
    (this.isJson ? stderr : stdout).write(`${printable(text)}\n`);
  }

  /** Prints a line for the person at the terminal. */
  note(line: string): void {
    this.#environment.stderr.write(`${printable(line)}\n`);
  }
}

/** Replaces what a terminal would obey: names and aliases come from the other side. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, '?');
}
