// `hawser iscsicli`: the commands that Windows administrators and their scripts know, with the same arguments.

import type { Command } from 'commander';
import { DeviceBusyError, raceAbort, type StatusFacts, statusFacts } from '../../base/index.ts';
import type { Answer } from '../../iscsidsc/index.ts';
import { addAddressOptions, withService } from '../client/service-action.ts';
import { addJsonOption, type CommandContext } from '../command-context.ts';
import { CommandLineError, describeHolder, StatusEnd } from '../failure.ts';
import type { Report } from '../printer.ts';
import type { IscsicliCommand, Outcome } from './command.ts';
import { failed } from './persistent-login.ts';
import { plain } from './plain.ts';
import { findIscsicliCommand, iscsicliCommands } from './table.ts';
import { Values } from './values.ts';

const success = 'The operation completed successfully.';

const help = `
A value that is * is left to the default; a shell has to be kept from it by quotes. Numbers are
decimal or begin with 0x; t and f are true and false; the ids of sessions and connections are as
LoginTarget and SessionList print them. A command's name may be in either case. Options of hawser
stand before it.

The last line is "${success}", or the name and the value of the
status and what it says. Exit status: 0, or the last 8 bits of the status (1 where these are 0),
which is what a program that ends with that status has on Unix.

Passwords and secrets among the values are seen by everybody who may list processes: hawser login
and hawser secrets take them from elsewhere.

Commands:
`;

/** Adds `hawser iscsicli`. */
export function addIscsicli(program: Command, context: CommandContext): void {
  const command = program
    .command('iscsicli')
    .summary('the commands of iscsicli, with its arguments')
    .description('Carries out a command of iscsicli, so that scripts that were made for it run.')
    .argument('<command>', 'its name')
    .argument('[values...]', 'its values, in their order')
    // What comes after the name is the command's own, -1 included.
    .passThroughOptions()
    .addHelpText('after', `${help}${usages()}\n\nExample:\n  hawser iscsicli QLoginTarget iqn.2026-11.example:disk`);
  addAddressOptions(addJsonOption(command)).action(
    async (name: string, given: readonly string[], _options: object, self: Command) => {
      await carryOut(context, self, name, given);
    },
  );
}

async function carryOut(context: CommandContext, self: Command, name: string, given: readonly string[]): Promise<void> {
  const { printer, environment, signal } = context;
  const command = findIscsicliCommand(name);
  if (command === undefined) throw new CommandLineError(`iscsicli has no command ${name}; see hawser iscsicli --help`);
  const values = new Values(usageOf(command), given);
  const call = command.parse(values);
  values.end();
  const { answer, lines } = await withService(context, self.opts(), async (service) => {
    const { openIscsiDsc } = await import('../../iscsidsc/index.ts');
    // The calls of the Discovery Library know of no interruption.
    return await raceAbort(call({ dsc: openIscsiDsc(service), service, ping: environment.ping, signal }), signal);
  }).catch((error: unknown): Outcome => failed(error));
  signal.throwIfAborted();
  printer.print(report(command, answer, lines));
  if (answer.Status !== 0) throw new StatusEnd(answer.Status & 0xff || 1);
}

function report(command: IscsicliCommand, answer: Answer, lines: readonly string[]): Report {
  const { Status, ...rest } = answer;
  const facts = statusFacts(Status);
  const { Cause, ...out } = rest as { Cause?: Error };
  const error = Cause === undefined ? {} : { error: { message: Cause.message, ...holdersOf(Cause) } };
  return {
    document: { command: command.name, status: Status, statusName: facts?.name, ...(plain(out) as object), ...error },
    text: [...lines, ...describe(answer, facts)].join('\n'),
  };
}

function describe(answer: Answer, facts: StatusFacts | undefined): string[] {
  if (answer.Status === 0) return [success];
  const { Cause, Status } = answer;
  const holders = Cause instanceof DeviceBusyError ? Cause.holders.map(describeHolder) : [];
  const value = `0x${Status.toString(16).padStart(8, '0')}`;
  return [Cause.message, ...holders, `${facts?.name ?? 'Status'} (${value}): ${facts?.text ?? 'it failed'}`];
}

function holdersOf(cause: Error): object {
  return cause instanceof DeviceBusyError ? { holders: cause.holders } : {};
}

function usageOf({ name, values }: IscsicliCommand): string {
  return `${name} ${values}`.trimEnd();
}

/** All usages, broken into lines of 100 columns. */
function usages(): string {
  return iscsicliCommands
    .map((command) => broken(usageOf(command), 96).join('\n      '))
    .map((usage) => `  ${usage}`)
    .join('\n');
}

function broken(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last === '') lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= width - (lines.length > 1 ? 4 : 0))
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
