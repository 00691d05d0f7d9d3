// `hawser devices`: the LUNs of all sessions, who holds them, and holding them on behalf of somebody.

import type { Command } from 'commander';
import { ServiceError } from '../../base/index.ts';
import type { DeviceInfo, HoldInfo } from '../../service/index.ts';
import type { CommandContext } from '../command-context.ts';
import { CommandLineError } from '../failure.ts';
import type { Report } from '../printer.ts';
import { formatSize, integerFrom, secondsUpTo } from '../sizes.ts';
import { formatTable } from '../table.ts';
import { findSession, sessionArgument } from './find-session.ts';
import { describeRemoval } from './logout.ts';
import { formatTime } from './place.ts';
import { addServiceOptions, addWatchOption, type ServiceContext, serviceAction } from './service-action.ts';
import { printOrWatch } from './watch.ts';

interface SessionOption {
  readonly session?: string;
}

interface ListOptions extends SessionOption {
  readonly rescan?: boolean;
  readonly watch?: boolean;
}

interface HoldOptions extends SessionOption {
  readonly label: string;
  readonly pid?: number;
  readonly lease?: number;
}

const pathArgument = 'as `hawser devices` shows it: TARGET/LUN';
const longestLease = 86_400;

/** Adds `hawser devices`. */
export function addDevices(program: Command, context: CommandContext): void {
  const family = program
    .command('devices')
    .helpCommand(false)
    .summary('devices and who holds them')
    .description(
      'Lists the devices of the sessions. A device that is held is not taken away by a logout; hold, renew and release ' +
        'do that on behalf of a program of yours.',
    )
    .addHelpText(
      'after',
      '\nExample:\n  hawser devices hold iqn.2026-11.example:disk/0 --label "nightly backup" --lease 3600',
    );
  addList(family, context);
  addHolds(family, context);
  const remove = family
    .command('remove')
    .description('Lets a device go while its session stays; refused while somebody holds on.')
    .argument('<path>', pathArgument)
    .option('--session <session>', `whose device, where several have it: ${sessionArgument}`)
    .option('--force', 'go on although it is held, and say what that cost');
  addServiceOptions(remove).action(serviceAction(context, removeDevice));
}

function addList(family: Command, context: CommandContext): void {
  const list = family
    .command('list', { isDefault: true })
    .description('Lists the devices of all sessions, or of one.')
    .option('--session <session>', `${sessionArgument}; all unless given`)
    .option('--rescan', 'ask the targets anew what devices they have');
  addServiceOptions(addWatchOption(list)).action(serviceAction(context, listDevices));
}

function addHolds(family: Command, context: CommandContext): void {
  const lease = ['--lease <seconds>', 'the hold ends by itself after this', secondsUpTo(longestLease)] as const;
  const hold = family
    .command('hold')
    .description('Holds a device, and prints the id by which the hold is renewed and released.')
    .argument('<path>', pathArgument)
    .requiredOption('--label <text>', 'what whoever wants the device away is told')
    .option('--session <session>', `whose device, where several have it: ${sessionArgument}`)
    .option(
      '--pid <n>',
      'the process that holds it; the one that runs this command unless given',
      integerFrom(1, 0x7fff_ffff),
    )
    .option(...lease);
  addServiceOptions(hold).action(serviceAction(context, holdDevice));
  const renew = family
    .command('renew')
    .description('Gives a hold a new lease.')
    .argument('<hold>', 'its id')
    .requiredOption(...lease);
  addServiceOptions(renew).action(serviceAction(context, renewHold));
  const release = family.command('release').description('Ends a hold.').argument('<hold>', 'its id');
  addServiceOptions(release).action(serviceAction(context, releaseHold));
  addServiceOptions(family.command('holds').description('Lists the holds.')).action(serviceAction(context, listHolds));
}

async function listDevices(context: ServiceContext, { session, rescan, watch }: ListOptions): Promise<void> {
  const { service, signal } = context;
  const of = session === undefined ? {} : { sessionId: (await findSession(context, session)).sessionId };
  let isFirst = true;
  await printOrWatch(context, watch, async () => {
    const devices = await service.devices({ ...of, ...(rescan === true && isFirst ? { rescan } : {}) }, { signal });
    isFirst = false;
    return reportDevices(devices);
  });
}

async function holdDevice(context: ServiceContext, path: string, options: HoldOptions): Promise<void> {
  const { service, printer, signal } = context;
  const { label, session, pid, lease } = options;
  const held = await service.holdDevice(
    {
      path,
      label,
      ...(session === undefined ? {} : { sessionId: (await findSession(context, session)).sessionId }),
      // Whoever is told of the holder looks for the script or the shell, not for this process, which is about to end.
      pid: pid ?? process.ppid,
      ...(lease === undefined ? {} : { leaseMs: Math.ceil(lease * 1000) }),
    },
    { signal },
  );
  printer.print({ document: held, text: held.holdId });
}

async function renewHold(
  { service, printer, signal }: ServiceContext,
  holdId: string,
  { lease }: { readonly lease: number },
): Promise<void> {
  const held = await service.renewHold({ holdId, leaseMs: Math.ceil(lease * 1000) }, { signal });
  printer.print({ document: held, text: `The hold ${holdId} ends at ${formatTime(held.endsAt)}` });
}

async function releaseHold({ service, printer, signal }: ServiceContext, holdId: string): Promise<void> {
  await service.releaseHold({ holdId }, { signal });
  printer.print({ document: { released: { holdId } }, text: `Released the hold ${holdId}` });
}

async function listHolds({ service, printer, signal }: ServiceContext): Promise<void> {
  const holds = await service.holds({ signal });
  printer.print({ document: { holds }, text: holds.length === 0 ? 'No holds' : formatHolds(holds) });
}

async function removeDevice(
  context: ServiceContext,
  path: string,
  { session, force }: SessionOption & { readonly force?: boolean },
): Promise<void> {
  const { service, printer, signal } = context;
  const of = session === undefined ? {} : { sessionId: (await findSession(context, session)).sessionId };
  const { sessionId, lun } = findDevice(await service.devices(of, { signal }), path);
  const info = await service.removeDevice({ sessionId, lun, ...(force === undefined ? {} : { force }) }, { signal });
  const lines = [`Removed the device ${path}`, ...describeRemoval(info).map((line) => `  ${line}`)];
  printer.print({ document: { path, sessionId, ...info }, text: lines.join('\n') });
}

function findDevice(devices: readonly DeviceInfo[], path: string): DeviceInfo {
  const [first, ...others] = devices.filter((device) => device.path === path);
  if (first === undefined)
    throw new ServiceError('SERVICE_DEVICE_UNKNOWN', `No session has a device ${path}`, { field: 'path' });
  if (others.length === 0) return first;
  const sessions = [first, ...others].map(({ sessionId }) => sessionId);
  throw new CommandLineError(`several sessions have ${path}: give --session, one of ${sessions.join(', ')}`);
}

function reportDevices(devices: readonly DeviceInfo[]): Report {
  const rows = devices.map((device) => [
    device.path,
    device.size === undefined ? '' : formatSize(device.size),
    `${device.vendor} ${device.product}`.trim(),
    device.state,
    device.isPersistent ? 'yes' : 'no',
    device.sessionId,
    device.holders.map(({ label, pid }) => `${label} (pid ${pid})`).join(', '),
  ]);
  const headings = ['DEVICE', 'SIZE', 'MODEL', 'STATE', 'BOUND', 'SESSION', 'HELD BY'];
  return { document: { devices }, text: rows.length === 0 ? 'No devices' : formatTable(headings, rows, [1]) };
}

function formatHolds(holds: readonly HoldInfo[]): string {
  const rows = holds.map(({ holdId, path, label, pid, endsAt }) => [
    holdId,
    path,
    label,
    pid,
    endsAt === undefined ? 'never' : formatTime(endsAt),
  ]);
  return formatTable(['HOLD', 'DEVICE', 'LABEL', 'PID', 'ENDS'], rows, [3]);
}
