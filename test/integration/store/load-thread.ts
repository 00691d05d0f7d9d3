// A thread of load-child.ts: changes one store without end. Says "NAME begun" before it opens the store, then
// "NAME GENERATION" when a change has been made, at once: what has been heard was said before anything came later.

import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { openStore } from '../../../src/store/index.ts';
import { putGeneration } from './generation.ts';

/** What a thread is told. */
export interface Load {
  readonly path: string;
  readonly name: number;
  /** The first generation that it makes. */
  readonly from: number;
}

const { path, name, from } = workerData as Load;
writeSync(1, `${name} begun\n`);
const store = openStore({ directory: path });
for (let generation = from; ; generation += 1) {
  store.change((tx) => {
    putGeneration(tx, generation);
  });
  writeSync(1, `${name} ${generation}\n`);
}
