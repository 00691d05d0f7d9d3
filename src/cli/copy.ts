// `hawser copy`: from any to any of URL, file and standard stream.

import type { Command } from 'commander';
import { formatIscsiUrl } from '../adapter/index.ts';
import { UsageError } from '../base/index.ts';
import { action, addCommonOptions, type CommandContext } from './command-context.ts';
import { addConnectionOptions, type ConnectionOptions } from './connection-options.ts';
import {
  type Endpoint,
  formatEndpoint,
  type OpenDestination,
  type OpenSource,
  parseEndpoint,
  withDestination,
  withSource,
} from './endpoint.ts';
import { CommandLineError } from './failure.ts';
import { addPolicyOption } from './policy-option.ts';
import { startProgress } from './progress.ts';
import { formatDuration, formatRate, formatSize, integerFrom, parsePositiveSize } from './sizes.ts';
import { type SparseTally, toSparseDevice } from './sparse.ts';
import { type TransferOptions, transfer } from './transfer.ts';
import { ChunkDigests } from './verify.ts';

interface CopyOptions extends ConnectionOptions {
  readonly verify?: boolean;
  readonly sparse?: boolean;
  readonly depth: number;
  readonly chunkSize: number;
}

/** What a copy did. */
interface CopyResult {
  readonly bytes: number;
  readonly seconds: number;
  /** Bytes that were zeros and not sent; absent without `--sparse`. */
  readonly zeroBytes?: number;
  readonly isVerified: boolean;
}

const holder = 'hawser copy';

/** Adds `hawser copy`. */
export function addCopy(program: Command, context: CommandContext): void {
  const command = program
    .command('copy')
    .summary('copy between disks, files and streams')
    .description(
      'Copies all of SOURCE to DESTINATION. Each is an iscsi:// URL, a file, or - for a standard stream. A regular file ' +
        'as destination is replaced; a disk or block special file must be large enough and keeps what lies behind.',
    )
    .argument('<source>', 'URL, file or -')
    .argument('<destination>', 'URL, file or -')
    .option('--verify', 'read everything back and compare')
    .option('--sparse', 'do not send zeros: leave holes in files, let disks make zeros themselves')
    .option('--depth <n>', 'requests in flight at each end', integerFrom(1, 256), 8)
    .option('--chunk-size <size>', 'bytes of a request', parsePositiveSize, 1_048_576)
    .addHelpText(
      'after',
      '\nExample:\n  hawser copy disk.img iscsi://192.0.2.10/iqn.2026-11.example:disk/0 --verify --sparse',
    );
  addCommonOptions(addPolicyOption(addConnectionOptions(command))).action(action(context, copy));
}

async function copy(context: CommandContext, from: string, to: string, options: CopyOptions): Promise<void> {
  const source = parseEndpoint(from);
  const destination = parseEndpoint(to);
  await checkPair(source, destination, context, options);
  const result = await withSource(source, context, options, holder, async (opened) => {
    return await withDestination(destination, opened.size, context, options, holder, async (target) => {
      return await copyBetween(opened, target, context, options);
    });
  });
  const text = describe(result);
  const document = {
    source: formatEndpoint(source),
    destination: formatEndpoint(destination),
    ...result,
    bytesPerSecond: Math.round(result.bytes / result.seconds),
  };
  if (destination.kind === 'stream') context.printer.note(text);
  else context.printer.print({ document, text });
}

async function copyBetween(
  { source, size }: OpenSource,
  destination: OpenDestination,
  { environment, signal }: CommandContext,
  options: CopyOptions,
): Promise<CopyResult> {
  const { depth, chunkSize: chunkLength } = options;
  const tally: SparseTally = { zeroBytes: 0 };
  const { device, readsZero } = destination;
  const sink =
    options.sparse === true && device !== undefined
      ? toSparseDevice(device, 0, readsZero, tally, signal)
      : destination.sink;
  const digests = options.verify === true ? new ChunkDigests(chunkLength) : undefined;
  const started = performance.now();
  const bytes = await withProgress(environment, 'copy', size, async (onProgress) => {
    const settings: TransferOptions = { depth, chunkLength, signal, onProgress };
    return await transfer(
      source,
      sink,
      digests === undefined
        ? settings
        : {
            ...settings,
            onChunk: (chunk) => {
              digests.add(chunk);
            },
          },
    );
  });
  await destination.finish();
  const seconds = elapsedSeconds(started);
  if (digests !== undefined) {
    await destination.readBack(async (readable) => {
      await withProgress(environment, 'verify', bytes, async (onProgress) => {
        await digests.compare(readable, 0, { depth, chunkLength, signal, onProgress });
      });
    });
  }
  const { zeroBytes } = tally;
  return { bytes, seconds, ...(options.sparse === true ? { zeroBytes } : {}), isVerified: digests !== undefined };
}

/** Runs `work` with a bar that is gone when it has ended, however that was. */
export async function withProgress<T>(
  environment: CommandContext['environment'],
  label: string,
  total: number | undefined,
  work: (onProgress: (bytes: number) => void) => Promise<T>,
): Promise<T> {
  const progress = startProgress(environment, label, total);
  try {
    return await work(progress.update);
  } finally {
    progress.stop();
  }
}

/** Never 0, so that it can be divided by. */
export function elapsedSeconds(started: number): number {
  return Math.max(performance.now() - started, 0.001) / 1000;
}

async function checkPair(
  source: Endpoint,
  destination: Endpoint,
  { environment, printer }: CommandContext,
  options: CopyOptions,
): Promise<void> {
  if (destination.kind === 'stream') {
    if (source.kind === 'stream') throw new CommandLineError('source and destination are both standard streams');
    if (printer.isJson) throw new CommandLineError('--json and data cannot both go to standard output');
    if (options.verify === true) throw new CommandLineError('--verify cannot read standard output back');
    if (options.sparse === true) throw new CommandLineError('--sparse cannot leave anything out of standard output');
  }
  const [one, other] = [await identityOf(source, environment), await identityOf(destination, environment)];
  if (one === undefined || one !== other) return;
  throw new UsageError('ISCSI_BAD_ARGUMENT', 'Source and destination are the same', { argument: 'destination' });
}

async function identityOf(endpoint: Endpoint, { files }: CommandContext['environment']): Promise<string | undefined> {
  if (endpoint.kind === 'stream') return undefined;
  if (endpoint.kind === 'file') return (await files.describe(endpoint.path))?.identity;
  const { lun = 0, ...url } = endpoint.url;
  return formatIscsiUrl({ ...url, lun });
}

function describe({ bytes, seconds, zeroBytes, isVerified }: CopyResult): string {
  const zeros = zeroBytes === undefined ? '' : `, ${formatSize(zeroBytes)} of zeros left out`;
  const rate = formatRate(bytes / seconds);
  return `Copied ${formatSize(bytes)} in ${formatDuration(seconds)} (${rate})${zeros}${isVerified ? ', verified' : ''}`;
}
