// `hawser persistent devices|bind|unbind|clear|wait`: devices that the service has to have before it is ready.

import type { Command } from 'commander';
import type { PersistentDevice } from '../../service/index.ts';
import type { CommandContext } from '../command-context.ts';
import type { Report } from '../printer.ts';
import { secondsUpTo } from '../sizes.ts';
import { formatTable } from '../table.ts';
import { addServiceOptions, type ServiceContext, serviceAction } from './service-action.ts';

/** Adds the part of `hawser persistent` that has to do with devices. */
export function addBoundDevices(family: Command, context: CommandContext): void {
  addServiceOptions(family.command('devices').description('Lists the devices that are bound.')).action(
    serviceAction(context, listDevices),
  );
  const bind = family
    .command('bind')
    .description('Binds devices: those that are named, or all of the sessions that have a persistent login.')
    .argument('[path...]', 'TARGET/LUN');
  addServiceOptions(bind).action(serviceAction(context, bindDevices));
  const unbind = family
    .command('unbind')
    .description('Ends the binding of devices.')
    .argument('<path...>', 'TARGET/LUN');
  addServiceOptions(unbind).action(serviceAction(context, unbindDevices));
  addServiceOptions(family.command('clear').description('Ends the binding of every device.')).action(
    serviceAction(context, clearDevices),
  );
  const wait = family
    .command('wait')
    .description('Waits until all devices that are bound are there.')
    .option('--timeout <seconds>', 'fail after this', secondsUpTo(86_400, true));
  addServiceOptions(wait).action(serviceAction(context, waitForDevices));
}

async function listDevices({ service, printer, signal }: ServiceContext): Promise<void> {
  printer.print(reportDevices(await service.persistentDevices({ signal })));
}

async function bindDevices({ service, printer, signal }: ServiceContext, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) {
    printer.print(reportDevices(await service.bindPersistentDevices({ signal })));
    return;
  }
  const bound: PersistentDevice[] = [];
  for (const path of paths) bound.push(await service.addPersistentDevice({ path }, { signal }));
  printer.print(reportDevices(bound));
}

async function unbindDevices({ service, printer, signal }: ServiceContext, paths: readonly string[]): Promise<void> {
  for (const path of paths) await service.removePersistentDevice({ path }, { signal });
  printer.print({
    document: { removed: paths.map((path) => ({ path })) },
    text: paths.map((path) => `${path} is bound no more`).join('\n'),
  });
}

async function clearDevices({ service, printer, signal }: ServiceContext): Promise<void> {
  await service.clearPersistentDevices({ signal });
  printer.print({ document: { cleared: true }, text: 'No device is bound any more' });
}

async function waitForDevices(
  { service, printer, signal }: ServiceContext,
  { timeout }: { readonly timeout?: number },
): Promise<void> {
  const input = timeout === undefined ? {} : { timeoutMs: Math.ceil(timeout * 1000) };
  await service.waitForPersistentDevices(input, { signal });
  printer.print({ document: { areThere: true }, text: 'All devices that are bound are there' });
}

function reportDevices(devices: readonly PersistentDevice[]): Report {
  const rows = devices.map(({ path, isPresent }) => [path, isPresent ? 'there' : 'missing']);
  return {
    document: { persistentDevices: devices },
    text: rows.length === 0 ? 'No device is bound' : formatTable(['DEVICE', 'STATE'], rows),
  };
}
