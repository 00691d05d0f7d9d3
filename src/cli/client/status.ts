// `hawser status`: how the service is, and what is not as wanted.

import type { Command } from 'commander';
import type { ServiceStatus } from '../../service/index.ts';
import type { CommandContext } from '../command-context.ts';
import type { Report } from '../printer.ts';
import { formatFacts, formatTable } from '../table.ts';
import { formatTime } from './place.ts';
import { addServiceOptions, addWatchOption, type ServiceContext, serviceAction } from './service-action.ts';
import { printOrWatch } from './watch.ts';

/** Adds `hawser status`. */
export function addStatus(program: Command, context: CommandContext): void {
  const command = program
    .command('status')
    .summary('how the service is')
    .description('Shows how the service is, and why something is not yet as wanted.')
    .addHelpText('after', '\nExample:\n  hawser status --watch');
  addServiceOptions(addWatchOption(command)).action(serviceAction(context, show));
}

async function show(context: ServiceContext, { watch }: { readonly watch?: boolean }): Promise<void> {
  const { service, signal } = context;
  await printOrWatch(context, watch, async () => report(await service.status({ signal })));
}

function report(status: ServiceStatus): Report {
  const { counts, lostSessions, concerns } = status;
  const lost = lostSessions.length === 0 ? '' : `, ${lostSessions.length} lost`;
  const facts = formatFacts([
    ['Service', `version ${status.version}, pid ${status.pid}, since ${formatTime(status.startedAt)}`],
    ['Ready', status.isReady ? 'yes' : 'not yet'],
    ['State in', status.stateDirectory],
    ['Node', status.nodeName],
    ['Sessions', `${counts.sessions} with ${counts.connections} connections${lost}`],
    ['Devices', counts.devices],
    ['Persistent logins', counts.persistentLogins],
    ['Targets known', counts.targets],
    ['Portals', counts.portals],
    ['iSNS servers', counts.isnsServers],
  ]);
  return { document: status, text: `${facts}\n\n${describeConcerns(concerns)}` };
}

function describeConcerns(concerns: ServiceStatus['concerns']): string {
  if (concerns.length === 0) return 'Everything is as wanted';
  const rows = concerns.map(({ kind, name, since, nextAttemptAt, message, code }) => [
    kind,
    name,
    formatTime(since),
    formatTime(nextAttemptAt),
    `${message} (${code})`,
  ]);
  return formatTable(['NOT AS WANTED', 'NAME', 'SINCE', 'NEXT ATTEMPT', 'WHY'], rows);
}
