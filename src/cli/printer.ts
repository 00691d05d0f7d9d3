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

  /** Prints one of many: a line, of a document or of text. */
  printLine(report: Report): void {
    this.#hasPrinted = true;
    const line = this.isJson ? JSON.stringify(report.document) : printable(report.text);
    this.#environment.stdout.write(`${line}\n`);
  }

  /**
   * Prints the result as it is by now: on a terminal in the place of the last one, elsewhere below it after an empty line,
   * and as a line of its own with `--json`.
   */
  update(report: Report): void {
    if (!this.isJson) {
      const { stdout, terminals } = this.#environment;
      if (terminals.stdout) stdout.write('\u001b[H\u001b[2J');
      else if (this.#hasPrinted) stdout.write('\n');
    }
    this.printLine(report);
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
