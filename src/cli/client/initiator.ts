// `hawser initiator`: the initiator node, its name, and the instances that log in for it.

import type { Command } from 'commander';
import type { InitiatorInfo, InitiatorInput } from '../../service/index.ts';
import type { CommandContext } from '../command-context.ts';
import { CommandLineError } from '../failure.ts';
import type { Report } from '../printer.ts';
import { formatFacts, formatTable } from '../table.ts';
import { addServiceOptions, type ServiceContext, serviceAction } from './service-action.ts';

interface SetOptions {
  readonly default?: boolean;
}

/** Adds `hawser initiator`. */
export function addInitiator(program: Command, context: CommandContext): void {
  const family = program
    .command('initiator')
    .helpCommand(false)
    .summary('the initiator node and its name')
    .description('Shows the initiator node, or changes its name or alias. Sessions keep what they logged in with.')
    .addHelpText('after', '\nExample:\n  hawser initiator set-name iqn.2026-11.example:host1');
  addServiceOptions(
    family.command('show', { isDefault: true }).description('Shows the node and its instances.'),
  ).action(serviceAction(context, show));
  const setName = family
    .command('set-name')
    .description('Sets the name of the node.')
    .argument('[name]', 'an iSCSI name')
    .option('--default', "go back to the one made from the host's name");
  addServiceOptions(setName).action(
    serviceAction(context, async (service, name: string | undefined, options: SetOptions) => {
      await set(service, { nodeName: chosen(name, options) });
    }),
  );
  const setAlias = family
    .command('set-alias')
    .description('Sets the alias that targets are told.')
    .argument('[alias]', 'text')
    .option('--default', 'have none');
  addServiceOptions(setAlias).action(
    serviceAction(context, async (service, alias: string | undefined, options: SetOptions) => {
      await set(service, { alias: chosen(alias, options) });
    }),
  );
}

async function show({ service, printer, signal }: ServiceContext): Promise<void> {
  printer.print(report(await service.initiator({ signal })));
}

async function set({ service, printer, signal }: ServiceContext, input: InitiatorInput): Promise<void> {
  printer.print(report(await service.setInitiator(input, { signal })));
}

function chosen(text: string | undefined, options: SetOptions): string | null {
  if ((text === undefined) === (options.default === true)) return text ?? null;
  throw new CommandLineError('give what it is to be, or --default');
}

function report(info: InitiatorInfo): Report {
  const { nodeName, alias, defaultNodeName, hasChapSecret, instances } = info;
  const facts = formatFacts([
    ['Name', nodeName],
    ['Default name', defaultNodeName === nodeName ? undefined : defaultNodeName],
    ['Alias', alias],
    ['CHAP secret', hasChapSecret ? 'set' : 'not set'],
  ]);
  const rows = instances.map(({ instance, adapterId, sessionCount, ports }) => [
    instance,
    adapterId,
    sessionCount,
    ports.map((address, index) => `${index}=${address}`).join(' '),
  ]);
  const table = formatTable(['INSTANCE', 'ADAPTER', 'SESSIONS', 'PORTS'], rows, [2]);
  return { document: info, text: `${facts}\n\n${table}` };
}
