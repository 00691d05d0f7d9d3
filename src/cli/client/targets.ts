// `hawser targets`: the targets that the service knows, and those that it is told of.

import type { Command } from 'commander';
import type { KnownTarget, PortalAddress } from '../../service/index.ts';
import type { CommandContext } from '../command-context.ts';
import type { Report } from '../printer.ts';
import { formatTable } from '../table.ts';
import { addLoginOptions, type LoginCommandOptions, toLoginOptions } from './login-options.ts';
import { collectPortals, formatPortal } from './place.ts';
import { addServiceOptions, type ServiceContext, serviceAction } from './service-action.ts';

interface ListOptions {
  readonly refresh?: boolean;
  readonly all?: boolean;
}

interface AddOptions extends LoginCommandOptions {
  readonly alias?: string;
  readonly portal: readonly PortalAddress[];
  readonly hidden?: boolean;
  readonly merge?: boolean;
  readonly temporary?: boolean;
}

/** Adds `hawser targets`. */
export function addTargets(program: Command, context: CommandContext): void {
  const family = program
    .command('targets')
    .helpCommand(false)
    .summary('targets that are known')
    .description('Lists the targets that the service has found or was told of; adds and removes those it is told of.')
    .addHelpText(
      'after',
      '\nExample:\n  hawser targets --refresh\n  hawser targets add iqn.2026-11.example:disk --portal 192.0.2.10',
    );
  const list = family
    .command('list', { isDefault: true })
    .description('Lists the targets that are known.')
    .option('--refresh', 'ask every portal and iSNS server before')
    .option('--all', 'hidden ones too');
  addServiceOptions(list).action(serviceAction(context, listTargets));
  const add = family
    .command('add')
    .description('Tells the service of a target, which is then known without discovery.')
    .argument('<target>', 'its name')
    .option('--portal <address>', 'where it listens, host[:port]; may be given several times', collectPortals, [])
    .option('--alias <text>', 'an alias for it')
    .option('--hidden', 'do not list it before it is discovered as well')
    .option('--merge', 'keep what is stored of it already and is not given here')
    .option('--temporary', 'forget it when the service stops');
  addServiceOptions(addLoginOptions(add)).action(serviceAction(context, addTarget));
  const remove = family.command('remove').description('Forgets a target that was added. Its sessions stay.');
  addServiceOptions(remove.argument('<target>', 'its name')).action(serviceAction(context, removeTarget));
}

async function listTargets({ service, printer, signal }: ServiceContext, options: ListOptions): Promise<void> {
  const wanted = { refresh: options.refresh === true, includesHidden: options.all === true };
  printer.print(reportTargets(await service.targets(wanted, { signal })));
}

async function addTarget(context: ServiceContext, targetName: string, options: AddOptions): Promise<void> {
  const { service, environment, printer, signal } = context;
  const { alias, portal, hidden, merge, temporary } = options;
  const loginOptions = await toLoginOptions(options, environment);
  const added = await service.addStaticTarget(
    {
      targetName,
      ...(alias === undefined ? {} : { targetAlias: alias }),
      ...(portal.length === 0 ? {} : { portals: portal }),
      ...(hidden === undefined ? {} : { isHidden: hidden }),
      ...(merge === undefined ? {} : { merges: merge }),
      ...(temporary === undefined ? {} : { persists: !temporary }),
      ...(loginOptions === undefined ? {} : { loginOptions }),
    },
    { signal },
  );
  printer.print({ document: added, text: formatTargets([added]) });
}

async function removeTarget({ service, printer, signal }: ServiceContext, targetName: string): Promise<void> {
  await service.removeStaticTarget({ targetName }, { signal });
  printer.print({ document: { removed: { targetName } }, text: `Removed the target ${targetName}` });
}

function reportTargets(targets: readonly KnownTarget[]): Report {
  return { document: { targets }, text: targets.length === 0 ? 'No targets' : formatTargets(targets) };
}

/** A line for every way in which a target was found. */
function formatTargets(targets: readonly KnownTarget[]): string {
  const rows = targets.flatMap(({ targetName, instances, sessions }) =>
    instances.map(({ mechanism, portals, targetAlias, isHidden }) => [
      targetName,
      sessions.length,
      `${mechanism}${isHidden ? ' (hidden)' : ''}`,
      portals.map(formatPortal).join(' '),
      targetAlias,
    ]),
  );
  return formatTable(['TARGET', 'SESSIONS', 'FOUND BY', 'PORTALS', 'ALIAS'], rows, [1]);
}
