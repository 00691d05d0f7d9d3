// `hawser radius`: the servers that check the CHAP responses of targets.

import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { formatTable } from '../table.ts';
import { formatPortal } from './place.ts';
import { addServiceOptions, type ServiceContext, serviceAction } from './service-action.ts';

/** Adds `hawser radius`. */
export function addRadius(program: Command, context: CommandContext): void {
  const family = program
    .command('radius')
    .helpCommand(false)
    .summary('RADIUS servers that check CHAP')
    .description('Lists, adds and removes the RADIUS servers (RFC 2865) of logins with --radius-verification.')
    .addHelpText('after', '\nExample:\n  hawser radius add 192.0.2.20');
  const address = ['<server>', 'host[:port]; port 1812 unless given'] as const;
  addServiceOptions(family.command('list', { isDefault: true }).description('Lists the servers.')).action(
    serviceAction(context, list),
  );
  const add = family
    .command('add')
    .description('Adds a server.')
    .argument(...address);
  addServiceOptions(add).action(serviceAction(context, addServer));
  const remove = family
    .command('remove')
    .description('Removes a server.')
    .argument(...address);
  addServiceOptions(remove).action(serviceAction(context, removeServer));
}

async function list({ service, printer, signal }: ServiceContext): Promise<void> {
  const servers = await service.radiusServers({ signal });
  const rows = servers.map((server) => [formatPortal(server)]);
  printer.print({
    document: { servers },
    text: rows.length === 0 ? 'No RADIUS servers' : formatTable(['SERVER'], rows),
  });
}

async function addServer({ service, printer, signal }: ServiceContext, address: string): Promise<void> {
  await service.addRadiusServer({ address }, { signal });
  printer.print({ document: { added: { address } }, text: `Added the RADIUS server ${address}` });
}

async function removeServer({ service, printer, signal }: ServiceContext, address: string): Promise<void> {
  await service.removeRadiusServer({ address }, { signal });
  printer.print({ document: { removed: { address } }, text: `Removed the RADIUS server ${address}` });
}
