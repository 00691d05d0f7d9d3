// `hawser persistent`: logins that are carried out whenever the service starts.

import type { Command } from 'commander';
import type { PersistentLogin, PortalAddress } from '../../service/index.ts';
import type { CommandContext } from '../command-context.ts';
import type { Report } from '../printer.ts';
import { formatTable } from '../table.ts';
import { addPlanOptions, type LoginPlan, toPlan } from './login.ts';
import { addBoundDevices } from './persistent-devices.ts';
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

interface RemoveOptions extends PlaceOptions {
  readonly portal?: PortalAddress;
}

/** Adds `hawser persistent`. */
export function addPersistent(program: Command, context: CommandContext): void {
  const family = program
    .command('persistent')
    .helpCommand(false)
    .summary('logins and devices that are kept over restarts')
    .description(
      'Lists, adds and removes logins that the service carries out whenever it starts, and binds devices that have to ' +
        'be there before it says that it is ready.',
    )
    .addHelpText(
      'after',
      '\nExample:\n  hawser persistent add iqn.2026-11.example:disk --connections 2\n  hawser persistent bind',
    );
  const list = family
    .command('list', { isDefault: true })
    .description('Lists the logins, and what has become of them.');
  addServiceOptions(list).action(serviceAction(context, listLogins));
  const add = family
    .command('add')
    .description('Keeps a login without carrying it out now.')
    .argument('<target>', 'its name');
  addServiceOptions(addPlanOptions(add)).action(serviceAction(context, addLogin));
  const remove = family
    .command('remove')
    .description('Forgets the logins to a target that match what is given. Sessions stay.')
    .argument('<target>', 'its name')
    .option('--portal <address>', 'host[:port]; any unless given', parsePortalArgument);
  addServiceOptions(addPlaceOptions(remove)).action(serviceAction(context, removeLogins));
  addBoundDevices(family, context);
}

async function listLogins({ service, printer, signal }: ServiceContext): Promise<void> {
  printer.print(reportLogins(await service.persistentLogins({ signal })));
}

async function addLogin(context: ServiceContext, targetName: string, options: LoginPlan): Promise<void> {
  const { service, printer, signal } = context;
  const added = await service.addPersistentLogin(await toPlan(context, targetName, options), { signal });
  printer.print({ document: added, text: formatLogins([added]) });
}

async function removeLogins(
  { service, printer, signal }: ServiceContext,
  targetName: string,
  options: RemoveOptions,
): Promise<void> {
  const { portal } = options;
  const key = { targetName, ...toPlace(options), ...(portal === undefined ? {} : { portal }) };
  const result = await service.removePersistentLogin(key, { signal });
  const count = result.removed === 1 ? 'a persistent login' : `${result.removed} persistent logins`;
  printer.print({ document: result, text: `Removed ${count} to ${targetName}` });
}

function reportLogins(logins: readonly PersistentLogin[]): Report {
  return {
    document: { persistentLogins: logins },
    text: logins.length === 0 ? 'No persistent logins' : formatLogins(logins),
  };
}

function formatLogins(logins: readonly PersistentLogin[]): string {
  const rows = logins.map((login) => [
    login.targetName,
    login.portal === undefined ? 'any' : formatPortal(login.portal),
    formatPlace(login),
    login.actual.state,
    login.actual.sessionId ?? 'none',
    login.actual.attempts,
    formatTime(login.actual.nextAttemptAt),
    login.actual.error === undefined ? '' : `${login.actual.error.message} (${login.actual.error.code})`,
  ]);
  return formatTable(['TARGET', 'PORTAL', 'INITIATOR', 'STATE', 'SESSION', 'ATTEMPTS', 'NEXT', 'TROUBLE'], rows, [5]);
}
