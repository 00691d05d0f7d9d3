// The clients of the service bench, in a process of their own: as many as are asked for, each with one request after the
// other until the time is over. Usage: clients.js SOCKET CLIENTS SECONDS OPERATION SESSION. Says what they saw as JSON.

import { openControlClient } from '../../src/control/index.ts';

/** What the clients of one run saw. */
export interface ClientFigures {
  readonly requests: number;
  readonly seconds: number;
  readonly medianMs: number;
  readonly p99Ms: number;
}

const [, , socketPath = '', count = '', seconds = '', operation = '', sessionId = ''] = process.argv;
const clients = Array.from({ length: Number(count) }, () => openControlClient({ socketPath }));
const latencies: number[] = [];
const started = performance.now();
const endsAt = started + Number(seconds) * 1000;
await Promise.all(
  clients.map(async (client) => {
    while (performance.now() < endsAt) {
      const begun = performance.now();
      if (operation === 'session') await client.session({ sessionId });
      else await client.sessions();
      latencies.push(performance.now() - begun);
    }
  }),
);
const took = (performance.now() - started) / 1000;
latencies.sort((a, b) => a - b);
const at = (part: number): number => latencies[Math.floor(latencies.length * part)] ?? Number.NaN;
const figures: ClientFigures = { requests: latencies.length, seconds: took, medianMs: at(0.5), p99Ms: at(0.99) };
console.log(JSON.stringify(figures));
await Promise.all(clients.map((client) => client.close()));
