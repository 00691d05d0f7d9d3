// Run as a process of its own by kill.test.ts: changes several stores without end, until it is killed.
//
//   load-child.js DIRECTORY FROM,FROM…   changes the stores DIRECTORY/0, DIRECTORY/1 … from generation FROM on
//
// Threads, because starting a process for each store takes longer than all that it could do until it is killed.

import { join } from 'node:path';
import { argv } from 'node:process';
import { Worker } from 'node:worker_threads';
import type { Load } from './load-thread.ts';

const [, , directory = '', numbers = ''] = argv;

for (const [name, from] of numbers.split(',').entries()) {
  const workerData: Load = { path: join(directory, String(name)), name, from: Number(from) };
  new Worker(new URL('./load-thread.js', import.meta.url), { workerData });
}
