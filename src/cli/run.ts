// Runs one command line: parses it, calls the command, prints how it ended and tells the exit status.

import { CommanderError } from 'commander';
import type { CliEnvironment } from './environment.ts';
import { describeFailure, exitStatus } from './failure.ts';
import { Printer, printable } from './printer.ts';
import { makeProgram } from './program.ts';

/**
 * Runs `hawser` with these arguments (without the names of program and script). Resolves with the exit status when all
 * that was opened is closed again; never rejects.
 */
export async function run(argv: readonly string[], environment: CliEnvironment): Promise<number> {
  // Asked before parsing, since a command line that cannot be parsed is answered in the form asked for too.
  const options = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  const printer = new Printer(environment, options.includes('--json'));
  try {
    const context = { environment, printer, signal: environment.interruption };
    const program = await makeProgram(context, argv[0]);
    await program.parseAsync(argv, { from: 'user' });
    return exitStatus.success;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitStatus.success;
    // What fails after an interruption fails because of it.
    const { interruption } = environment;
    return report(interruption.aborted ? interruption.reason : error, printer, environment);
  }
}

function report(error: unknown, printer: Printer, environment: CliEnvironment): number {
  const failure = describeFailure(error);
  if (printer.isJson && !printer.hasPrinted) {
    printer.print({ document: { error: failure.facts }, text: '' });
  } else if (failure.line !== undefined && failure.line !== '') {
    environment.stderr.write(`hawser: ${oneLine(failure.line)}\n`);
    for (const line of failure.more ?? []) environment.stderr.write(`  ${oneLine(line)}\n`);
  }
  const isDebugging = (environment.variables['HAWSER_DEBUG'] ?? '') !== '';
  if (isDebugging && failure.stack !== undefined) environment.stderr.write(`${failure.stack}\n`);
  return failure.exitStatus;
}

/** A line, whatever a message holds. */
function oneLine(text: string): string {
  return printable(text.replaceAll(/\s*\n\s*/g, ' '));
}
