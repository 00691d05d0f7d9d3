// `hawser read`: bytes of a disk to standard output or into a file.

import type { Command } from 'commander';
import { parseIscsiUrl } from '../adapter/index.ts';
import { BlockError } from '../base/index.ts';
import { action, addCommonOptions, type CommandContext } from './command-context.ts';
import { addConnectionOptions, type ConnectionOptions, toConnect } from './connection-options.ts';
import { elapsedSeconds, withProgress } from './copy.ts';
import { type Endpoint, withDestination } from './endpoint.ts';
import { CommandLineError } from './failure.ts';
import { addPolicyOption } from './policy-option.ts';
import { formatDuration, formatRate, formatSize, integerFrom, parseSize } from './sizes.ts';
import { fromDevice, transfer } from './transfer.ts';
import { withDisk } from './with-session.ts';

interface ReadOptions extends ConnectionOptions {
  readonly offset: number;
  readonly length?: number;
  readonly output?: string;
  readonly depth: number;
}

const holder = 'hawser read';
const chunkLength = 1_048_576;

/** Adds `hawser read`. */
export function addRead(program: Command, context: CommandContext): void {
  const command = program
    .command('read')
    .summary('read bytes of a disk')
    .description('Writes bytes of a LUN to standard output, or into a file, which is replaced.')
    .argument('<url>', 'iscsi://[user[%secret]@]host[:port]/target[/lun]; LUN 0 unless given')
    .option('--offset <size>', 'where to begin (4096, 64k, 1.5G, 10MB …)', parseSize, 0)
    .option('--length <size>', 'how many bytes; to the end of the disk unless given', parseSize)
    .option('--output <file>', 'write to this file instead of standard output')
    .option('--depth <n>', 'requests in flight', integerFrom(1, 256), 8)
    .addHelpText(
      'after',
      '\nExample:\n  hawser read iscsi://192.0.2.10/iqn.2026-11.example:disk/0 --length 512 | xxd | head',
    );
  addCommonOptions(addPolicyOption(addConnectionOptions(command))).action(action(context, read));
}

async function read(context: CommandContext, url: string, options: ReadOptions): Promise<void> {
  const { environment, printer, signal } = context;
  const { offset, output, depth } = options;
  if (output === undefined && printer.isJson) {
    throw new CommandLineError('--json and data cannot both go to standard output: give --output');
  }
  const destination: Endpoint = output === undefined ? { kind: 'stream' } : { kind: 'file', path: output };
  const wanted = await toConnect(parseIscsiUrl(url), options, environment);
  const result = await withDisk(wanted, holder, signal, async (disk) => {
    const length = options.length ?? Math.max(0, disk.size - offset);
    checkRange(disk.size, offset, length);
    const started = performance.now();
    await withDestination(destination, length, context, options, holder, async ({ sink, finish }) => {
      await withProgress(environment, 'read', length, async (onProgress) => {
        return await transfer(fromDevice(disk, offset, length), sink, { depth, chunkLength, signal, onProgress });
      });
      await finish();
    });
    return { offset, bytes: length, seconds: elapsedSeconds(started) };
  });
  if (output === undefined) return;
  const rate = result.bytes / result.seconds;
  printer.print({
    document: { ...result, bytesPerSecond: Math.round(rate), output },
    text: `Read ${formatSize(result.bytes)} in ${formatDuration(result.seconds)} (${formatRate(rate)})`,
  });
}

/** Refuses before anything moves what the device would refuse in the middle. */
function checkRange(size: number, offset: number, length: number): void {
  if (offset + length <= size) return;
  throw new BlockError('BLOCK_OUT_OF_RANGE', `${length} bytes at ${offset} lie outside of a disk of ${size} bytes`, {
    offset,
    length,
  });
}
