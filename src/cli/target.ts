// `hawser target`: the embedded target, until it is asked to stop.

import { type Command, InvalidArgumentError } from 'commander';
import { type ChapCredentials, formatIscsiUrl } from '../adapter/index.ts';
import { onAbort, parsePortal } from '../base/index.ts';
import { type BlockDevice, createMemoryDevice, openFileDevice, readOnlyLayer } from '../block/index.ts';
import type { DigestOffer } from '../session/index.ts';
import {
  type ControlServer,
  checkFault,
  type DigestName,
  listenTarget,
  openControl,
  type PortalAddress,
  type Target,
  type TargetParameters,
} from '../target/index.ts';
import { action, addCommonOptions, type CommandContext } from './command-context.ts';
import { addSecretOptions, digestOption } from './connection-options.ts';
import { CommandLineError } from './failure.ts';
import type { Report } from './printer.ts';
import { collectChap, type SecretOptions } from './secrets.ts';
import { formatSize, integerFrom, parsePositiveSize, parseSize } from './sizes.ts';

interface TargetCommandOptions extends SecretOptions {
  readonly lun: readonly string[];
  readonly listen: readonly PortalAddress[];
  readonly name: string;
  readonly alias?: string;
  readonly blockSize?: number;
  readonly readOnly?: boolean;
  readonly maxConnections?: number;
  readonly errorRecoveryLevel?: number;
  readonly time2Wait?: number;
  readonly time2Retain?: number;
  readonly headerDigest?: DigestOffer;
  readonly dataDigest?: DigestOffer;
  readonly trace?: string;
  readonly fault: readonly string[];
  readonly control?: string;
}

const defaultName = 'iqn.2026-11.io.hawser:target';
const defaultListen: PortalAddress = { host: '127.0.0.1', port: 3260 };

/** Adds `hawser target`. */
export function addTarget(program: Command, context: CommandContext): void {
  const command = program
    .command('target')
    .summary('run a target')
    .description(
      'Serves files, block special files and memory as LUNs, numbered from 0 in the order given, until SIGINT or SIGTERM ' +
        '(exit status 0). Without --chap-user everybody who reaches it may log in.',
    )
    .option('--lun <path|ram:size>', 'a LUN; may be repeated', collectLun, [])
    .option('--listen <host:port>', 'where to listen; port 0 takes a free one; may be repeated', collectPortal, [])
    .option('--name <name>', 'iSCSI name of the target', defaultName)
    .option('--alias <text>', 'TargetAlias')
    .option('--block-size <size>', 'bytes of a logical block', parsePositiveSize)
    .option('--read-only', 'refuse writes')
    .option('--max-connections <n>', 'connections a session may have', integerFrom(1, 16))
    .option('--error-recovery-level <n>', 'the highest level to agree to; 0 unless given', integerFrom(0, 2))
    .option('--time2-wait <s>', 'DefaultTime2Wait', integerFrom(0, 3600))
    .option('--time2-retain <s>', 'DefaultTime2Retain; 0 unless given, and 20 at level 2', integerFrom(0, 3600))
    .addOption(digestOption('--header-digest <list>'))
    .addOption(digestOption('--data-digest <list>'))
    .option('--fault <name[:key=value,...]>', 'a fault from the start (see hawser fault describe)', collectFault, [])
    .option('--control <path>', 'open a Unix socket there, for hawser fault')
    .addHelpText('after', '\nExample:\n  hawser target --lun disk.img --lun ram:64M --listen 127.0.0.1:3260');
  addCommonOptions(addSecretOptions(command, 'target')).action(action(context, serve));
}

async function serve(context: CommandContext, options: TargetCommandOptions): Promise<void> {
  const { printer, signal } = context;
  if (options.lun.length === 0)
    throw new CommandLineError('there is nothing to serve: give --lun PATH or --lun ram:SIZE');
  const devices: BlockDevice[] = [];
  try {
    for (const text of options.lun) devices.push(await openLun(text, options));
    const target = await listenTarget(await toTargetOptions(options, devices, context));
    let control: ControlServer | undefined;
    try {
      for (const fault of options.fault) target.inject(fault);
      if (options.control !== undefined) control = await openControl(target, options.control);
      printer.print(report(target, devices));
      if (!signal.aborted) await untilAborted(signal);
    } finally {
      await control?.close();
      await target.close();
    }
  } finally {
    for (const device of devices) await device.close();
  }
}

async function toTargetOptions(
  options: TargetCommandOptions,
  devices: readonly BlockDevice[],
  { environment, printer, signal }: CommandContext,
): Promise<Parameters<typeof listenTarget>[0]> {
  const { name, alias, listen } = options;
  const chap = await collectChap(options, { options: {} }, environment);
  return {
    name,
    ...(alias === undefined ? {} : { alias }),
    luns: devices.map((device, lun) => ({ lun, device })),
    listen: listen.length === 0 ? [defaultListen] : listen,
    parameters: toParameters(options),
    publishesCircuits: options.trace !== undefined,
    ...(chap === undefined ? {} : { chap: toTargetChap(chap, name) }),
    hooks: {
      onError: (error, { initiatorName }) => {
        if (signal.aborted) return; // connections that we cut ourselves are no news
        printer.note(`${initiatorName === '' ? 'connection' : initiatorName}: ${String(error)}`);
      },
    },
  };
}

function toTargetChap(
  { user, secret, mutual, allowWeakSecrets }: ChapCredentials,
  targetName: string,
): NonNullable<Parameters<typeof listenTarget>[0]['chap']> {
  return {
    user,
    secret,
    ...(mutual?.secret === undefined ? {} : { mutual: { user: mutual.user ?? targetName, secret: mutual.secret } }),
    ...(allowWeakSecrets === undefined ? {} : { allowWeakSecrets }),
  };
}

function toParameters(options: TargetCommandOptions): TargetParameters {
  const { maxConnections, errorRecoveryLevel, time2Wait, time2Retain, headerDigest, dataDigest } = options;
  return {
    ...(maxConnections === undefined ? {} : { maxConnections }),
    ...(errorRecoveryLevel === undefined ? {} : { errorRecoveryLevel }),
    ...(time2Wait === undefined ? {} : { defaultTime2Wait: time2Wait }),
    ...(time2Retain === undefined ? {} : { defaultTime2Retain: time2Retain }),
    ...(headerDigest === undefined ? {} : { headerDigest: headerDigest.split(',') as DigestName[] }),
    ...(dataDigest === undefined ? {} : { dataDigest: dataDigest.split(',') as DigestName[] }),
  };
}

/** Opens what `--lun` names: `ram:64M`, or a path. */
async function openLun(text: string, { blockSize, readOnly }: TargetCommandOptions): Promise<BlockDevice> {
  const settings = blockSize === undefined ? {} : { blockSize };
  if (!text.startsWith('ram:')) return await openFileDevice(text, { ...settings, readOnly: readOnly ?? false });
  const device = createMemoryDevice(parseSize(text.slice('ram:'.length)), settings);
  return readOnly === true ? readOnlyLayer(device) : device;
}

function collectLun(text: string, before: readonly string[]): readonly string[] {
  if (text.startsWith('ram:')) parsePositiveSize(text.slice('ram:'.length));
  return [...before, text];
}

function collectFault(text: string, before: readonly string[]): readonly string[] {
  try {
    checkFault(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
  return [...before, text];
}

/** `host:port` as everywhere, and port 0 besides. */
function collectPortal(text: string, before: readonly PortalAddress[]): readonly PortalAddress[] {
  try {
    const anyPort = /^(?<host>.+):0$/.exec(text)?.groups?.['host'];
    return [...before, anyPort === undefined ? parsePortal(text) : { ...parsePortal(anyPort), port: 0 }];
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

function report(target: Target, devices: readonly BlockDevice[]): Report {
  const luns = devices.map(({ size, blockSize, readOnly }, lun) => ({
    lun,
    size,
    blockSize,
    readOnly,
    urls: target.portals.map((portal) => formatIscsiUrl({ portal: reachable(portal), targetName: target.name, lun })),
  }));
  const lines = luns.flatMap(({ lun, size, urls }) => [
    `LUN ${lun}, ${formatSize(size)}:`,
    ...urls.map((url) => `  ${url}`),
  ]);
  const portals = target.portals.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`);
  return {
    document: { name: target.name, pid: process.pid, portals: target.portals, luns },
    text: [`${target.name} listens on ${portals.join(' and ')}`, ...lines].join('\n'),
  };
}

/** A portal on all addresses is reached from here over loopback. */
function reachable({ host, port }: PortalAddress): PortalAddress {
  if (host === '0.0.0.0') return { host: '127.0.0.1', port };
  return { host: host === '::' ? '::1' : host, port };
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    onAbort(signal, resolve);
  });
}
