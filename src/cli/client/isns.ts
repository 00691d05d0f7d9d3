// `hawser isns`: the iSNS servers that the service asks for targets.

import type { Command } from 'commander';
import type { IsnsServer } from '../../service/index.ts';
import type { CommandContext } from '../command-context.ts';
import type { Report } from '../printer.ts';
import { formatTable } from '../table.ts';
import { formatTime } from './place.ts';
import { describeOutcome } from './portals.ts';
import { addServiceOptions, type ServiceContext, serviceAction } from './service-action.ts';

/** Adds `hawser isns`. */
export function addIsns(program: Command, context: CommandContext): void {
  const family = program
    .command('isns')
    .helpCommand(false)
    .summary('iSNS servers that are asked for targets')
    .description('Lists, adds, removes or asks the iSNS servers (RFC 4171) from which the service learns of targets.')
    .addHelpText('after', '\nExample:\n  hawser isns add isns.example');
  const address = ['<server>', 'host[:port]; port 3205 unless given'] as const;
  addServiceOptions(family.command('list', { isDefault: true }).description('Lists the servers.')).action(
    serviceAction(context, list),
  );
  const add = family.command('add').description('Adds a server, registers there and asks it.');
  addServiceOptions(add.argument(...address)).action(serviceAction(context, addServer));
  const remove = family.command('remove').description('Removes a server. Targets that it told of stay known.');
  addServiceOptions(remove.argument(...address)).action(serviceAction(context, removeServer));
  const refresh = family.command('refresh').description('Asks a server again what targets there are.');
  addServiceOptions(refresh.argument(...address)).action(serviceAction(context, refreshServer));
}

async function list({ service, printer, signal }: ServiceContext): Promise<void> {
  const servers = await service.isnsServers({ signal });
  printer.print({ document: { servers }, text: servers.length === 0 ? 'No iSNS servers' : formatServers(servers) });
}

async function addServer({ service, printer, signal }: ServiceContext, address: string): Promise<void> {
  printer.print(reportServer(await service.addIsnsServer({ address }, { signal })));
}

async function refreshServer({ service, printer, signal }: ServiceContext, address: string): Promise<void> {
  printer.print(reportServer(await service.refreshIsnsServer({ address }, { signal })));
}

async function removeServer({ service, printer, signal }: ServiceContext, address: string): Promise<void> {
  await service.removeIsnsServer({ address }, { signal });
  printer.print({ document: { removed: { address } }, text: `Removed the iSNS server ${address}` });
}

function reportServer(server: IsnsServer): Report {
  return { document: server, text: formatServers([server]) };
}

function formatServers(servers: readonly IsnsServer[]): string {
  const rows = servers.map(({ address, isRegistered, outcome }) => [
    address,
    isRegistered ? 'yes' : 'no',
    outcome.targetCount,
    formatTime(outcome.at),
    describeOutcome(outcome),
  ]);
  return formatTable(['SERVER', 'REGISTERED', 'TARGETS', 'ASKED', 'RESULT'], rows, [2]);
}
