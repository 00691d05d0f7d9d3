// The targets of the service bench, in a process of their own: told how many on standard input, says where they listen.
// Ends when its standard input does.

import { createInterface } from 'node:readline';

import { createMemoryDevice } from '../../src/block/index.ts';
import { listenTarget } from '../../src/target/index.ts';

/** What is to listen, as a line of JSON. */
export interface TargetsOrder {
  readonly prefix: string;
  readonly count: number;
  readonly portalsEach: number;
}

/** A target that listens, as a line of JSON says it in a list. */
export interface ListeningTarget {
  readonly name: string;
  readonly portals: readonly { readonly host: string; readonly port: number }[];
}

const listen = { host: '127.0.0.1', port: 0 } as const;

process.on('SIGINT', () => undefined); // comes to the whole group; the end of the standard input is what counts
for await (const line of createInterface({ input: process.stdin })) {
  const { prefix, count, portalsEach } = JSON.parse(line) as TargetsOrder;
  const targets: ListeningTarget[] = [];
  for (let index = 0; index < count; index += 1) {
    const luns = [{ lun: 0, device: createMemoryDevice(1024 * 1024) }];
    const { name, portals } = await listenTarget({
      name: `${prefix}-${index}`,
      luns,
      listen: Array.from({ length: portalsEach }, () => listen),
    });
    targets.push({ name, portals });
  }
  // Takes connections in, and never answers.
  const silent = await listenTarget({ name: `${prefix}-silent`, luns: [], listen: [listen] });
  silent.inject('stall-connection:ms=3600000');
  console.log(JSON.stringify([...targets, { name: silent.name, portals: silent.portals }]));
}
process.exit(0);
