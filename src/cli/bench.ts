// `hawser bench`: how fast a LUN is, and what it costs.

import { type Command, Option } from 'commander';
import { parseIscsiUrl } from '../adapter/index.ts';
import { BlockError, raceAbort } from '../base/index.ts';
import type { DeviceHandle } from '../devices/index.ts';
import type { LatencySummary } from './bench-latency.ts';
import { AccessPattern, keepBusy, type LoadCount, type LoadKind, loadKinds, SeededRandom } from './bench-load.ts';
import { action, addCommonOptions, type CommandContext } from './command-context.ts';
import { addConnectionOptions, type ConnectionOptions, toConnect } from './connection-options.ts';
import { type ConnectionShare, formatShares, sharesOf } from './connection-shares.ts';
import { elapsedSeconds } from './copy.ts';
import { CommandLineError } from './failure.ts';
import { addPolicyOption, nameOfPolicy } from './policy-option.ts';
import { formatRate, formatSize, integerFrom, parsePositiveSize, secondsUpTo } from './sizes.ts';
import { formatFacts } from './table.ts';
import { withDisk } from './with-session.ts';

interface BenchOptions extends ConnectionOptions {
  readonly rw: LoadKind;
  readonly blockSize: number;
  readonly depth: number;
  readonly time: number;
  readonly warmUp?: number;
  readonly span?: number;
  readonly seed: number;
  readonly rwmix: number;
  readonly yesOverwrite?: boolean;
}

/** What was measured. */
interface BenchResult {
  readonly rw: LoadKind;
  readonly blockSize: number;
  readonly depth: number;
  readonly connections: number;
  readonly policy: string;
  /** What each connection carried while it was measured. */
  readonly shares: readonly ConnectionShare[];
  readonly span: number;
  readonly seed: number;
  readonly seconds: number;
  readonly reads: number;
  readonly writes: number;
  readonly iops: number;
  readonly bytesPerSecond: number;
  readonly latencyMs: LatencySummary;
  readonly cpuMicrosecondsPerIo: number;
}

/** Adds `hawser bench`. */
export function addBench(program: Command, context: CommandContext): void {
  const command = program
    .command('bench')
    .summary('measure a LUN')
    .description(
      'Measures operations and bytes a second, latencies, and the CPU time that this process spends on a request. ' +
        'Loads that write DESTROY the data of the LUN and need --yes-overwrite.',
    )
    .argument('<url>', 'iscsi://[user[%secret]@]host[:port]/target[/lun]; LUN 0 unless given')
    .addOption(new Option('--rw <load>', 'what to do').choices(loadKinds).default('randread'))
    .option('--block-size <size>', 'bytes of a request', parsePositiveSize, 4096)
    .option('--depth <n>', 'requests in flight', integerFrom(1, 4096), 32)
    .option('--time <seconds>', 'how long to measure', secondsUpTo(86_400), 10)
    .option('--warm-up <seconds>', 'how long to load before measuring', secondsUpTo(3600))
    .option('--span <size>', 'use only this much of the LUN, from its beginning', parsePositiveSize)
    .option('--seed <n>', 'of the random numbers', integerFrom(0, 0xffff_ffff), 1)
    .option('--rwmix <percent>', 'share of reads in randrw', integerFrom(0, 100), 50)
    .option('--yes-overwrite', 'consent: what the LUN holds within the span may be overwritten')
    .addHelpText(
      'after',
      '\nExample:\n  hawser bench iscsi://192.0.2.10/iqn.2026-11.example:disk/0 --rw randread --depth 32 --time 10',
    );
  addCommonOptions(addPolicyOption(addConnectionOptions(command))).action(action(context, bench));
}

async function bench(context: CommandContext, url: string, options: BenchOptions): Promise<void> {
  const { environment, printer, signal } = context;
  if (options.rw !== 'read' && options.rw !== 'randread' && options.yesOverwrite !== true) {
    throw new CommandLineError(`--rw ${options.rw} overwrites data on the LUN: consent with --yes-overwrite`);
  }
  const wanted = await toConnect(parseIscsiUrl(url), options, environment);
  const result = await withDisk(wanted, 'hawser bench', signal, async (disk, session): Promise<BenchResult> => {
    if (options.warmUp !== undefined) await measure(disk, options, options.warmUp, signal);
    const before = session.connections;
    const measured = await measure(disk, options, options.time, signal);
    const shares = sharesOf(before, session.connections);
    const { rw, blockSize, depth, seed } = options;
    const policy = nameOfPolicy(session.policy);
    return { rw, blockSize, depth, connections: shares.length, policy, seed, ...measured, shares };
  });
  printer.print({ document: result, text: describe(result) });
}

type Measured = Omit<BenchResult, 'rw' | 'blockSize' | 'depth' | 'connections' | 'policy' | 'shares' | 'seed'>;

async function measure(
  device: DeviceHandle,
  { rw, blockSize, depth, span: wantedSpan, seed, rwmix }: BenchOptions,
  seconds: number,
  signal: AbortSignal,
): Promise<Measured> {
  // The histogram takes a tenth of a second to load, which other commands need not wait for.
  const { Latency } = await import('./bench-latency.ts');
  const blockCount = Math.floor(Math.min(wantedSpan ?? device.size, device.size) / blockSize);
  if (blockCount === 0) {
    throw new BlockError('BLOCK_OUT_OF_RANGE', `There is no room for ${blockSize} bytes within the span`, {
      offset: 0,
      length: blockSize,
    });
  }
  const latency = new Latency();
  const count: LoadCount = { reads: 0, writes: 0 };
  const pattern = new AccessPattern({ kind: rw, blockSize, blockCount, readShare: rwmix / 100, seed });
  const buffers = makeBuffers(depth, blockSize, seed);
  const now = (): number => performance.now();
  const cpu = process.cpuUsage();
  const started = now();
  const run = { device, pattern, latency, count, deadlineMs: started + seconds * 1000, now, signal };
  await raceAbort(Promise.all(buffers.map((buffer) => keepBusy(run, buffer))), signal);
  const took = elapsedSeconds(started);
  const { user, system } = process.cpuUsage(cpu);
  const ios = count.reads + count.writes;
  return {
    span: blockCount * blockSize,
    seconds: took,
    ...count,
    iops: ios / took,
    bytesPerSecond: (ios * blockSize) / took,
    latencyMs: latency.summary(),
    cpuMicrosecondsPerIo: ios === 0 ? 0 : (user + system) / ios,
  };
}

/** A buffer for each request in flight, with bytes that no device can make smaller. */
function makeBuffers(depth: number, blockSize: number, seed: number): Uint8Array[] {
  const random = new SeededRandom(seed);
  return Array.from({ length: depth }, () => {
    const buffer = new Uint8Array(blockSize);
    random.fill(buffer);
    return buffer;
  });
}

function describe(result: BenchResult): string {
  const { rw, blockSize, depth, connections, policy, seconds, reads, writes, latencyMs, shares } = result;
  const ms = (value: number): string => `${value.toFixed(value < 10 ? 3 : 1)} ms`;
  const { p50, p90, p99, p999, max, mean } = latencyMs;
  const facts = formatFacts([
    ['Load', `${rw} of ${formatSize(blockSize)}, depth ${depth}, connections ${connections}`],
    ['Policy', connections > 1 ? policy : undefined],
    ['Time', `${seconds.toFixed(2)} s`],
    ['Requests', `${reads} reads, ${writes} writes`],
    ['IOPS', Math.round(result.iops)],
    ['Throughput', formatRate(result.bytesPerSecond)],
    ['Latency', `mean ${ms(mean)}, 50% ${ms(p50)}, 90% ${ms(p90)}, 99% ${ms(p99)}, 99.9% ${ms(p999)}, max ${ms(max)}`],
    ['CPU', `${result.cpuMicrosecondsPerIo.toFixed(1)} µs a request`],
  ]);
  return connections > 1 ? `${facts}\n\n${formatShares(shares)}` : facts;
}
