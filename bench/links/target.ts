// The target of the links bench, in a network namespace of its own: says its process id, is told where to listen, says its
// ports. Ends when its standard input does.

import { createInterface } from 'node:readline';

import { createMemoryDevice } from '../../src/block/index.ts';
import { listenTarget, type TargetParameters } from '../../src/target/index.ts';

/** What the target is told on its standard input, as a line of JSON. */
export interface TargetOrder {
  readonly name: string;
  readonly sizeBytes: number;
  readonly hosts: readonly string[];
  readonly parameters: TargetParameters;
}

process.on('SIGINT', () => undefined); // comes to the whole group; the end of the standard input is what counts
console.log(JSON.stringify({ pid: process.pid }));
for await (const line of createInterface({ input: process.stdin })) {
  const { name, sizeBytes, hosts, parameters } = JSON.parse(line) as TargetOrder;
  const target = await listenTarget({
    name,
    luns: [{ lun: 0, device: createMemoryDevice(sizeBytes) }],
    listen: hosts.map((host) => ({ host, port: 0 })),
    parameters,
  });
  console.log(JSON.stringify({ portals: target.portals }));
}
process.exit(0);
