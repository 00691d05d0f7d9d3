// `hawser portals`: the portals that the service asks for targets (SendTargets).

import type { Command } from 'commander';
import type { PortalAddress, SendTargetsPortal } from '../../service/index.ts';
import type { CommandContext } from '../command-context.ts';
import type { Report } from '../printer.ts';
import { formatTable } from '../table.ts';
import { addAuthOptions, type LoginCommandOptions, toLoginOptions } from './login-options.ts';
import {
  addPlaceOptions,
  formatPlace,
  formatPortal,
  formatTime,
  type PlaceOptions,
  parsePortalArgument,
  toPlace,
} from './place.ts';
import { addServiceOptions, type ServiceContext, serviceAction } from './service-action.ts';

interface AddOptions extends PlaceOptions, LoginCommandOptions {
  readonly symbolicName?: string;
}

/** Adds `hawser portals`. */
export function addPortals(program: Command, context: CommandContext): void {
  const family = program
    .command('portals')
    .helpCommand(false)
    .summary('portals that are asked for targets')
    .description('Lists, adds, removes or asks the portals from which the service learns of targets (SendTargets).')
    .addHelpText('after', '\nExample:\n  hawser portals add 192.0.2.10');
  addServiceOptions(family.command('list', { isDefault: true }).description('Lists the portals.')).action(
    serviceAction(context, list),
  );
  const add = family
    .command('add')
    .description('Adds a portal and asks it. One that is there already gets the new options.')
    .option('--symbolic-name <name>', 'a name of your own for it');
  addServiceOptions(addAuthOptions(addPlaceOptions(withPortal(add)))).action(serviceAction(context, addPortal));
  const remove = family.command('remove').description('Removes a portal. Targets that it told of are forgotten.');
  addServiceOptions(addPlaceOptions(withPortal(remove))).action(serviceAction(context, removePortal));
  const refresh = family.command('refresh').description('Asks a portal again, or all of them, what targets there are.');
  addServiceOptions(addPlaceOptions(refresh.argument('[portal]', 'host[:port]', parsePortalArgument))).action(
    serviceAction(context, refreshPortals),
  );
}

function withPortal(command: Command): Command {
  return command.argument('<portal>', 'host[:port]; port 3260 unless given', parsePortalArgument);
}

async function list({ service, printer, signal }: ServiceContext): Promise<void> {
  printer.print(reportPortals(await service.portals({ signal })));
}

async function addPortal(context: ServiceContext, portal: PortalAddress, options: AddOptions): Promise<void> {
  const { service, environment, printer, signal } = context;
  const { symbolicName } = options;
  const loginOptions = await toLoginOptions(options, environment);
  const added = await service.addPortal(
    {
      ...portal,
      ...toPlace(options),
      ...(symbolicName === undefined ? {} : { symbolicName }),
      ...(loginOptions === undefined ? {} : { loginOptions }),
    },
    { signal },
  );
  printer.print({ document: added, text: formatPortals([added]) });
}

async function removePortal(
  { service, printer, signal }: ServiceContext,
  portal: PortalAddress,
  options: PlaceOptions,
): Promise<void> {
  await service.removePortal({ ...portal, ...toPlace(options) }, { signal });
  printer.print({ document: { removed: portal }, text: `Removed the portal ${formatPortal(portal)}` });
}

async function refreshPortals(
  { service, printer, signal }: ServiceContext,
  portal: PortalAddress | undefined,
  options: PlaceOptions,
): Promise<void> {
  if (portal !== undefined) {
    const refreshed = await service.refreshPortal({ ...portal, ...toPlace(options) }, { signal });
    printer.print({ document: refreshed, text: formatPortals([refreshed]) });
    return;
  }
  // What becomes of each is told in its outcome, so that one that does not answer hides no other.
  await service.targets({ refresh: true }, { signal });
  printer.print(reportPortals(await service.portals({ signal })));
}

function reportPortals(portals: readonly SendTargetsPortal[]): Report {
  return { document: { portals }, text: portals.length === 0 ? 'No portals' : formatPortals(portals) };
}

function formatPortals(portals: readonly SendTargetsPortal[]): string {
  const rows = portals.map((portal) => [
    formatPortal(portal),
    formatPlace(portal),
    portal.outcome.targetCount,
    formatTime(portal.outcome.at),
    describeOutcome(portal.outcome),
  ]);
  return formatTable(['PORTAL', 'INITIATOR', 'TARGETS', 'ASKED', 'RESULT'], rows, [2]);
}

/** How asking went, in a word or two. */
export function describeOutcome({ at, error }: SendTargetsPortal['outcome']): string {
  if (error !== undefined) return `${error.message} (${error.code})`;
  return at === undefined ? 'not asked yet' : 'ok';
}
