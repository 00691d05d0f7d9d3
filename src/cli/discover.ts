// `hawser discover`: the targets that a portal knows, by SendTargets.

import type { Command } from 'commander';
import type { DiscoveredTarget } from '../discovery/index.ts';
import { action, addCommonOptions, type CommandContext } from './command-context.ts';
import { addConnectionOptions, type ConnectionOptions, toDiscovery } from './connection-options.ts';
import type { Report } from './printer.ts';
import { formatTable } from './table.ts';
import { withInitiator } from './with-session.ts';

/** Adds `hawser discover`. */
export function addDiscover(program: Command, context: CommandContext): void {
  const command = program
    .command('discover')
    .summary('list the targets of a portal')
    .description('Lists the targets that a portal knows, with the addresses at which each can be reached.')
    .argument('<portal>', 'host[:port] or iscsi:// URL; port 3260 unless given')
    .addHelpText('after', '\nExample:\n  hawser discover 192.0.2.10');
  addCommonOptions(addConnectionOptions(command)).action(action(context, discover));
}

async function discover(context: CommandContext, portal: string, options: ConnectionOptions): Promise<void> {
  const { environment, printer, signal } = context;
  const { initiatorName, wishes } = await toDiscovery(portal, options, environment);
  const targets = await withInitiator(initiatorName, signal, async (initiator) => {
    return await initiator.discover({ ...wishes, signal });
  });
  printer.print(report(targets));
}

function report(targets: readonly DiscoveredTarget[]): Report {
  const rows = targets.flatMap(({ name, addresses }) => addresses.map((address) => [name, formatAddress(address)]));
  return {
    document: { targets },
    text: rows.length === 0 ? 'No targets' : formatTable(['TARGET', 'ADDRESS'], rows),
  };
}

/** `host:port,tag`, as SendTargets tells it. */
export function formatAddress(address: DiscoveredTarget['addresses'][number]): string {
  const { host, port, portalGroupTag } = address;
  const tag = portalGroupTag === undefined ? '' : `,${portalGroupTag}`;
  return `${host.includes(':') ? `[${host}]` : host}:${port}${tag}`;
}
