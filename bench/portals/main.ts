// Portals bench: a login to a target's only portal against one that also knows a portal that refuses and one that is silent.
// Usage: npm run bench -- portals [--rounds N]
// The silent one is a real one: a stopped process whose queue of connections is full, so that the system drops every SYN.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { parseArgs } from 'node:util';

import { InitiatorInstance } from '../../src/adapter/index.ts';
import { sleep, systemClock } from '../../src/base/index.ts';
import { createMemoryDevice } from '../../src/block/index.ts';
import type { Portal } from '../../src/session/index.ts';
import { listenTarget } from '../../src/target/index.ts';
import { formatSpread, spreadOf } from '../spread.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '20' } } });
const rounds = Number(values.rounds);
const targetName = 'iqn.2026-11.bench:portals';
const host = '127.0.0.1';

/** A port at which nobody listens. */
async function refusingPortal(): Promise<Portal> {
  const server = net.createServer().listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  return { host, port };
}

/** A port at which every SYN is dropped from the moment that this resolves. */
async function silentPortal(): Promise<Portal & { readonly end: () => void }> {
  const script = `const s = require('net').createServer().listen({ port: 0, host: '${host}', backlog: 1 }, () => console.log(s.address().port))`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(line.toString());
  child.kill('SIGSTOP');
  const fillers: net.Socket[] = [];
  for (let isOpen = true; isOpen; ) {
    const socket = net.connect({ host, port }).on('error', () => undefined);
    fillers.push(socket);
    isOpen = await Promise.race([once(socket, 'connect').then(() => true), sleep(systemClock, 300).then(() => false)]);
  }
  return {
    host,
    port,
    end: () => {
      for (const socket of fillers) socket.destroy();
      child.kill('SIGKILL');
    },
  };
}

/** The milliseconds of one login. */
async function login(portals: readonly Portal[]): Promise<number> {
  const instance = new InitiatorInstance({ name: 'bench' });
  const begun = performance.now();
  await instance.loginToTarget({ targetName, portals, sessionType: 'data', existing: 'find' });
  const ms = performance.now() - begun;
  await instance.close({ logOut: true });
  return ms;
}

const target = await listenTarget({
  name: targetName,
  luns: [{ lun: 0, device: createMemoryDevice(1024 * 1024) }],
  listen: [{ host, port: 0 }],
});
const refusing = await refusingPortal();
const silent = await silentPortal();
const live = target.portals;
const kinds = {
  'to the live one alone': live,
  'with a silent one before it': [silent, ...live],
  'with a silent and a refusing one': [silent, refusing, ...live],
};
const times = new Map(Object.keys(kinds).map((kind) => [kind, [] as number[]]));
for (let round = -5; round < rounds; round += 1) {
  const all = Object.entries(kinds);
  // Each kind comes first as often as the others.
  const first = Math.abs(round) % all.length;
  const order = [...all.slice(first), ...all.slice(0, first)];
  for (const [kind, portals] of order) {
    const ms = await login(portals);
    if (round >= 0) times.get(kind)?.push(ms); // those before warm up
  }
}
const alone = spreadOf(times.get('to the live one alone') ?? []).median;
for (const [kind, figures] of times) {
  const spread = spreadOf(figures);
  console.log(`login ${kind.padEnd(34)}${formatSpread(spread)} ms, ${(spread.median / alone).toFixed(2)} of alone`);
}
silent.end();
await target.destroy();
