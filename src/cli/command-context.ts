// What a command's action is given besides its arguments, and what every action is wrapped in: its trace.

import type { Command } from 'commander';
import type { Trace } from '../trace/index.ts';
import type { CliEnvironment } from './environment.ts';
import type { Printer } from './printer.ts';

/** What an action works with. */
export interface CommandContext {
  readonly environment: CliEnvironment;
  readonly printer: Printer;
  /** Aborted when the command is to end early. */
  readonly signal: AbortSignal;
}

/** The options of every command. */
interface CommonOptions {
  readonly json?: boolean;
  readonly trace?: string;
}

/** Adds the option that every command has. */
export function addJsonOption(command: Command): Command {
  return command.option('--json', 'print one JSON document on standard output and nothing else');
}

/** Adds the options of every command that talks iSCSI. */
export function addCommonOptions(command: Command): Command {
  return addJsonOption(command).option(
    '--trace <file.pcapng>',
    'record all that passes between us and our peers, for Wireshark and tshark',
  );
}

/** Makes a command's action of `work`: a trace is opened before it and closed after it. */
export function action<Arguments extends unknown[]>(
  context: CommandContext,
  work: (context: CommandContext, ...given: Arguments) => Promise<void>,
): (...given: [...Arguments, Command]) => Promise<void> {
  return async (...given) => {
    const command = given.at(-1) as Command;
    await withTrace(command.opts<CommonOptions>().trace, context, async () => {
      await work(context, ...(given.slice(0, -1) as Arguments));
    });
  };
}

async function withTrace(
  path: string | undefined,
  { environment, printer }: CommandContext,
  work: () => Promise<void>,
): Promise<void> {
  if (path === undefined) {
    await work();
    return;
  }
  const { openTrace } = await import('../trace/index.ts'); // few commands are traced
  const trace = await openTrace(path, { application: `hawser ${environment.version}` });
  try {
    await work();
  } catch (error) {
    await trace.close().catch((traceError: unknown) => {
      printer.note(`hawser: ${traceError instanceof Error ? traceError.message : String(traceError)}`);
    });
    throw error;
  }
  await trace.close();
  printer.note(describeTrace(trace));
}

/** How to look at a trace: the ports by which Wireshark knows iSCSI by itself need no telling. */
function describeTrace({ path, packets, targetPorts }: Trace): string {
  const decodeAs = targetPorts.filter((port) => port !== 3260).map((port) => ` -d tcp.port==${port},iscsi`);
  return `Trace of ${packets} packets: tshark -r ${path}${decodeAs.join('')}`;
}
