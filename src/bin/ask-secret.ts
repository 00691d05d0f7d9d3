// Asking for a secret on the terminal, without echo.

import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

/** Asks on standard error and reads a line from standard input, of which nothing is shown. */
export async function askSecret(question: string, signal: AbortSignal): Promise<string> {
  process.stderr.write(`${question}: `);
  const nowhere = new Writable({
    write(_chunk, _encoding, done) {
      done();
    },
  });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true, historySize: 0 });
  // The terminal is in raw mode, so ^C arrives as a key and not as a signal.
  lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    return await lines.question('', { signal });
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}
