// Macro bench: hawser against libiscsi's iscsi-perf on the same targets, interleaved, in ratios with their spread.
// Usage: npm run bench -- macro [--rounds N] [--seconds N] [--target tgtd|hawser|both] [--cell NAME]
// Random reads. Ratios are hawser/libiscsi round by round: IOPS above 1 and CPU below 1 are in hawser's favour.

import { parseArgs } from 'node:util';

import { formatSpread, spreadOf } from '../spread.ts';
import { type Clients, startClients } from './clients.ts';
import { type RunningTarget, startHawserTarget, startTgtd } from './targets.ts';

/** What is measured: a block size and how many requests are in flight. */
interface Cell {
  readonly name: string;
  readonly blockSize: number;
  readonly depth: number;
}

const cells: readonly Cell[] = [
  { name: '4k-1', blockSize: 4096, depth: 1 },
  { name: '4k-32', blockSize: 4096, depth: 32 },
  { name: '4k-128', blockSize: 4096, depth: 128 },
  { name: '64k-32', blockSize: 65_536, depth: 32 },
  { name: '1m-8', blockSize: 1 << 20, depth: 8 },
];

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    target: { type: 'string', default: 'both' },
    cell: { type: 'string' },
  },
});
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);

async function measure(label: string, target: RunningTarget, clients: Clients): Promise<void> {
  console.log(`${label}: ${rounds} rounds of ${seconds} s a client, median (minimum–maximum)`);
  console.log('cell      hawser IOPS   IOPS ratio             CPU/IO ratio           hawser MB/s');
  for (const cell of cells) {
    if (values.cell !== undefined && values.cell !== cell.name) continue;
    const ours: number[] = [];
    const iopsRatios: number[] = [];
    const cpuRatios: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      // The order changes from round to round, so that neither side always meets the warmer target.
      const order = round % 2 === 0 ? (['hawser', 'libiscsi'] as const) : (['libiscsi', 'hawser'] as const);
      const result = { hawser: { iops: 0, cpu: 0 }, libiscsi: { iops: 0, cpu: 0 } };
      for (const client of order) result[client] = await clients[client](target.url, { ...cell, seconds });
      ours.push(result.hawser.iops);
      iopsRatios.push(result.hawser.iops / result.libiscsi.iops);
      cpuRatios.push(result.hawser.cpu / result.libiscsi.cpu);
    }
    const { median } = spreadOf(ours);
    const rate = ((median * cell.blockSize) / 1e6).toFixed(0);
    const columns = [
      cell.name.padEnd(9),
      median.toFixed(0).padStart(11),
      `  ${formatSpread(spreadOf(iopsRatios)).padEnd(22)}`,
      formatSpread(spreadOf(cpuRatios)).padEnd(22),
      rate.padStart(11),
    ];
    console.log(columns.join(' '));
  }
}

const clients = startClients();
const wanted = { tgtd: startTgtd, hawser: startHawserTarget };
for (const [label, start] of Object.entries(wanted)) {
  if (values.target !== 'both' && values.target !== label) continue;
  await using target = await start();
  await measure(label, target, clients);
}
