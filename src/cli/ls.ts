// `hawser ls`: targets and their LUNs.

import type { Command } from 'commander';
import {
  formatIscsiUrl,
  type Initiator,
  type InitiatorSession,
  type IscsiUrl,
  type LoginWishes,
  lunToNumber,
  parseIscsiUrl,
} from '../adapter/index.ts';
import { IscsiError, raceAbort } from '../base/index.ts';
import { action, addCommonOptions, type CommandContext } from './command-context.ts';
import { addConnectionOptions, type ConnectionOptions, toConnect, toDiscovery } from './connection-options.ts';
import type { Report } from './printer.ts';
import { formatSize } from './sizes.ts';
import { formatTable } from './table.ts';
import { withInitiator } from './with-session.ts';

/** A fault in the way of one target or LUN, which does not hide the others. */
interface Fault {
  readonly code: string;
  readonly message: string;
}

/** A LUN as it is listed. */
interface ListedLun {
  readonly lun: number | string;
  readonly url?: string;
  readonly size?: number;
  readonly blockSize?: number;
  readonly vendor?: string;
  readonly product?: string;
  readonly readOnly?: boolean;
  readonly error?: Fault;
}

/** A target as it is listed. */
interface ListedTarget {
  readonly name: string;
  readonly luns: readonly ListedLun[];
  readonly error?: Fault;
}

/** Adds `hawser ls`. */
export function addLs(program: Command, context: CommandContext): void {
  const command = program
    .command('ls')
    .summary('list targets and LUNs')
    .description('Lists the LUNs of the target in the URL, or of all targets of the portal where it names none.')
    .argument('<url>', 'iscsi://[user[%secret]@]host[:port][/target]')
    .addHelpText('after', '\nExample:\n  hawser ls iscsi://192.0.2.10/');
  addCommonOptions(addConnectionOptions(command)).action(action(context, list));
}

async function list(context: CommandContext, text: string, options: ConnectionOptions): Promise<void> {
  const url = parseIscsiUrl(text);
  const targets =
    url.targetName === undefined ? await listPortal(context, text, options) : [await listOne(context, url, options)];
  context.printer.print(report(targets));
}

async function listOne(context: CommandContext, url: IscsiUrl, options: ConnectionOptions): Promise<ListedTarget> {
  const { environment, signal } = context;
  const { initiatorName, wishes } = await toConnect(url, options, environment);
  return await withInitiator(initiatorName, signal, async (initiator) => {
    return await listTarget(initiator, wishes, wishes.targetName, signal);
  });
}

async function listPortal(
  { environment, signal }: CommandContext,
  text: string,
  options: ConnectionOptions,
): Promise<ListedTarget[]> {
  const { initiatorName, wishes } = await toDiscovery(text, options, environment);
  return await withInitiator(initiatorName, signal, async (initiator) => {
    const listed: ListedTarget[] = [];
    // One after the other: a portal with many targets is not to be stormed by somebody who only looks.
    for (const { name, addresses } of await initiator.discover({ ...wishes, signal })) {
      const portal = choosePortal(wishes.portal, addresses);
      listed.push(await listOrExcuse(initiator, { ...wishes, portal }, name, signal));
    }
    return listed;
  });
}

/** The portal that was asked, when the target can be reached there, else its first address. */
function choosePortal(
  asked: LoginWishes['portal'],
  addresses: readonly LoginWishes['portal'][],
): LoginWishes['portal'] {
  const isHere = addresses.some(({ host, port }) => host === asked.host && port === asked.port);
  return isHere ? asked : (addresses[0] ?? asked);
}

async function listOrExcuse(
  initiator: Initiator,
  wishes: LoginWishes,
  name: string,
  signal: AbortSignal,
): Promise<ListedTarget> {
  try {
    return await listTarget(initiator, wishes, name, signal);
  } catch (error) {
    return { name, luns: [], error: excuse(error) };
  }
}

async function listTarget(
  initiator: Initiator,
  wishes: LoginWishes,
  targetName: string,
  signal: AbortSignal,
): Promise<ListedTarget> {
  const session = await initiator.connect({ ...wishes, targetName, signal });
  try {
    const luns: ListedLun[] = [];
    for (const field of await session.luns({ signal })) {
      const lun = lunToNumber(field);
      if (lun === undefined) luns.push({ lun: `${hex(field.high)}${hex(field.low)}` });
      else luns.push(await raceAbort(listLun(session, wishes, lun), signal));
    }
    return { name: targetName, luns };
  } finally {
    if (!signal.aborted) await session.close(); // else the initiator's own end is quicker
  }
}

async function listLun(session: InitiatorSession, { portal }: LoginWishes, lun: number): Promise<ListedLun> {
  const url = formatIscsiUrl({ portal, targetName: session.targetName, lun });
  try {
    const handle = await session.openDisk(lun, { label: 'hawser ls' });
    const { size, blockSize, readOnly } = handle;
    const { vendor, product } = handle.disk.identity;
    await handle.close();
    return { lun, url, size, blockSize, vendor, product, readOnly };
  } catch (error) {
    return { lun, url, error: excuse(error) };
  }
}

/** What may stand in a list; anything else ends the command. */
function excuse(error: unknown): Fault {
  if (!(error instanceof IscsiError)) throw error;
  return { code: error.code, message: error.message };
}

function report(targets: readonly ListedTarget[]): Report {
  const rows = targets.flatMap(({ name, luns, error }) => {
    if (error !== undefined) return [[name, '', '', error.code]];
    if (luns.length === 0) return [[name, '', '', 'no LUNs']];
    return luns.map((lun) => [name, lun.lun, lun.size === undefined ? '' : formatSize(lun.size), describe(lun)]);
  });
  return {
    document: { targets },
    text: rows.length === 0 ? 'No targets' : formatTable(['TARGET', 'LUN', 'SIZE', 'DEVICE'], rows, [1, 2]),
  };
}

function describe({ vendor = '', product = '', readOnly, error }: ListedLun): string {
  return error?.code ?? `${vendor} ${product}${readOnly === true ? ' (read-only)' : ''}`.trim();
}

function hex(half: number): string {
  return half.toString(16).padStart(8, '0');
}
