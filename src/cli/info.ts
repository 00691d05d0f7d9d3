// `hawser info`: all that is known of a LUN and of the session to it.

import type { Command } from 'commander';
import { formatIsid, type InitiatorSession, parseIscsiUrl } from '../adapter/index.ts';
import type { DeviceHandle } from '../devices/index.ts';
import { action, addCommonOptions, type CommandContext } from './command-context.ts';
import { addConnectionOptions, type ConnectionOptions, toConnect } from './connection-options.ts';
import type { Report } from './printer.ts';
import { formatSize } from './sizes.ts';
import { formatFacts } from './table.ts';
import { withDisk } from './with-session.ts';

/** Adds `hawser info`. */
export function addInfo(program: Command, context: CommandContext): void {
  const command = program
    .command('info')
    .summary('show a LUN and its session')
    .description('Shows identity, capacity, limits and features of a LUN, and what was negotiated with its target.')
    .argument('<url>', 'iscsi://[user[%secret]@]host[:port]/target[/lun]; LUN 0 unless given')
    .addHelpText('after', '\nExample:\n  hawser info iscsi://192.0.2.10/iqn.2026-11.example:disk/0');
  addCommonOptions(addConnectionOptions(command)).action(action(context, info));
}

async function info(context: CommandContext, url: string, options: ConnectionOptions): Promise<void> {
  const { environment, printer, signal } = context;
  const wanted = await toConnect(parseIscsiUrl(url), options, environment);
  const report = await withDisk(wanted, 'hawser info', signal, async (handle, session) => {
    return await Promise.resolve(describe(handle, session, wanted.wishes.lun ?? 0));
  });
  printer.print(report);
}

function describe(handle: DeviceHandle, session: InitiatorSession, lun: number): Report {
  const { size, blockSize, readOnly, features, disk } = handle;
  const { identity, limits, details } = disk;
  const { targetName, tsih, parameters } = session;
  const connections = session.connections.map(({ cid, address, isLeading }) => ({ cid, address, isLeading }));
  const device = { size, blockSize, readOnly, physicalBlockSize: details.physicalBlockSize };
  const document = {
    target: targetName,
    lun,
    identity: { ...identity, designators: identity.designators.map(plain) },
    ...device,
    isThin: details.isThin,
    isWriteCacheEnabled: details.isWriteCacheEnabled,
    rotationRate: details.rotationRate,
    features,
    limits,
    session: { id: session.id, isid: formatIsid(session.isid), tsih, connections, parameters },
  };
  return { document, text: [deviceText(handle, targetName, lun), sessionText(session)].join('\n\n') };
}

function deviceText({ size, blockSize, readOnly, features, disk }: DeviceHandle, target: string, lun: number): string {
  const { identity, limits, details } = disk;
  const can = Object.entries(features).flatMap(([name, has]) => (has === true ? [name] : []));
  return formatFacts([
    ['Target', target],
    ['LUN', lun],
    ['Device', `${identity.vendor} ${identity.product} ${identity.revision}`],
    ['Serial number', identity.serial],
    ['Size', `${formatSize(size)} (${size} bytes)`],
    ['Blocks', `${blockSize} bytes, physical ${details.physicalBlockSize}`],
    ['Access', readOnly ? 'read-only' : 'read and write'],
    ['Provisioning', details.isThin ? 'thin' : 'full'],
    ['Write cache', onOff(details.isWriteCacheEnabled)],
    ['Features', can.length === 0 ? 'none' : can.join(', ')],
    ['Transfer limit', formatSize(limits.maxTransferLength)],
  ]);
}

function sessionText({ isid, tsih, parameters, connections }: InitiatorSession): string {
  const yesNo = (value: boolean): string => (value ? 'Yes' : 'No');
  const digest = (value: boolean): string => (value ? 'CRC32C' : 'None');
  return formatFacts([
    ['Session', `ISID ${formatIsid(isid)}, TSIH ${tsih}, portal group ${parameters.targetPortalGroupTag ?? 'unknown'}`],
    ['Connections', connections.map(({ cid, address }) => `${cid} to ${address}`).join(', ')],
    ['TargetAlias', parameters.targetAlias],
    ['HeaderDigest', digest(parameters.headerDigest)],
    ['DataDigest', digest(parameters.dataDigest)],
    ['MaxConnections', parameters.maxConnections],
    ['InitialR2T', yesNo(parameters.initialR2t)],
    ['ImmediateData', yesNo(parameters.immediateData)],
    ['MaxRecvDataSegmentLength', `${parameters.maxRecvDataSegmentLength} (ours)`],
    ['MaxRecvDataSegmentLength', `${parameters.maxXmitDataSegmentLength} (target's)`],
    ['MaxBurstLength', parameters.maxBurstLength],
    ['FirstBurstLength', parameters.firstBurstLength],
    ['MaxOutstandingR2T', parameters.maxOutstandingR2t],
    ['DefaultTime2Wait', parameters.defaultTime2Wait],
    ['DefaultTime2Retain', parameters.defaultTime2Retain],
    ['ErrorRecoveryLevel', parameters.errorRecoveryLevel],
  ]);
}

function onOff(value: boolean | undefined): string {
  if (value === undefined) return 'unknown';
  return value ? 'on' : 'off';
}

/** Bytes and large integers in the forms that JSON has. */
function plain(value: object): object {
  return Object.fromEntries(
    Object.entries(value).map(([name, member]: [string, unknown]) => {
      if (member instanceof Uint8Array) return [name, Buffer.from(member).toString('hex')];
      return [name, typeof member === 'bigint' ? member.toString() : member];
    }),
  );
}
