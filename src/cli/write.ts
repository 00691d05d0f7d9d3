// `hawser write`: standard input or a file onto a disk.

import type { Command } from 'commander';
import { parseIscsiUrl } from '../adapter/index.ts';
import { BlockError } from '../base/index.ts';
import { action, addCommonOptions, type CommandContext } from './command-context.ts';
import { addConnectionOptions, type ConnectionOptions, toConnect } from './connection-options.ts';
import { elapsedSeconds, withProgress } from './copy.ts';
import { type Endpoint, withSource } from './endpoint.ts';
import { addPolicyOption } from './policy-option.ts';
import { formatDuration, formatRate, formatSize, integerFrom, parseSize } from './sizes.ts';
import { toDevice, transfer } from './transfer.ts';
import { withDisk } from './with-session.ts';

interface WriteOptions extends ConnectionOptions {
  readonly offset: number;
  readonly input?: string;
  readonly depth: number;
}

const holder = 'hawser write';
const chunkLength = 1_048_576;

/** Adds `hawser write`. */
export function addWrite(program: Command, context: CommandContext): void {
  const command = program
    .command('write')
    .summary('write bytes onto a disk')
    .description(
      'Writes standard input, or a file, onto a LUN and makes it durable (SYNCHRONIZE CACHE). What the disk held there ' +
        'is gone.',
    )
    .argument('<url>', 'iscsi://[user[%secret]@]host[:port]/target[/lun]; LUN 0 unless given')
    .option('--offset <size>', 'where to begin (4096, 64k, 1.5G, 10MB …)', parseSize, 0)
    .option('--input <file>', 'read from this file instead of standard input')
    .option('--depth <n>', 'requests in flight', integerFrom(1, 256), 8)
    .addHelpText(
      'after',
      '\nExample:\n  gunzip -c disk.gz | hawser write iscsi://192.0.2.10/iqn.2026-11.example:disk/0',
    );
  addCommonOptions(addPolicyOption(addConnectionOptions(command))).action(action(context, write));
}

async function write(context: CommandContext, url: string, options: WriteOptions): Promise<void> {
  const { environment, printer, signal } = context;
  const { offset, input, depth } = options;
  const from: Endpoint = input === undefined ? { kind: 'stream' } : { kind: 'file', path: input };
  const wanted = await toConnect(parseIscsiUrl(url), options, environment);
  const result = await withSource(from, context, options, holder, async ({ source, size }) => {
    return await withDisk(wanted, holder, signal, async (disk) => {
      if (size !== undefined && offset + size > disk.size) {
        const message = `${size} bytes at ${offset} lie outside of a disk of ${disk.size} bytes`;
        throw new BlockError('BLOCK_OUT_OF_RANGE', message, { offset, length: size });
      }
      const started = performance.now();
      const bytes = await withProgress(environment, 'write', size, async (onProgress) => {
        const settings = { depth, chunkLength, signal, onProgress };
        return await transfer(source, toDevice(disk, offset, signal), settings);
      });
      await disk.flush({ signal });
      return { offset, bytes, seconds: elapsedSeconds(started) };
    });
  });
  const rate = result.bytes / result.seconds;
  printer.print({
    document: { ...result, bytesPerSecond: Math.round(rate) },
    text: `Wrote ${formatSize(result.bytes)} in ${formatDuration(result.seconds)} (${formatRate(rate)})`,
  });
}
