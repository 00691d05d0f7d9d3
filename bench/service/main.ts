// Service bench: persistent logins side by side, what a session costs while it is idle, and many clients on the control API.
// Usage: npm run bench -- service [--targets N] [--portals N] [--rounds N] [--clients N] [--seconds N]
// The targets are embedded ones in a process of their own, a dead and a silent one among them; so are the clients.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { sleep, systemClock } from '../../src/base/index.ts';
import { openControlServer } from '../../src/control/index.ts';
import { openService, type Service } from '../../src/service/index.ts';
import { formatSpread, spreadOf } from '../spread.ts';
import type { ClientFigures } from './clients.ts';
import type { ListeningTarget, TargetsOrder } from './target.ts';

const { values } = parseArgs({
  options: {
    targets: { type: 'string', default: '50' },
    portals: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '5' },
    clients: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '3' },
  },
});
const order: TargetsOrder = {
  prefix: 'iqn.2026-11.bench:service',
  count: Number(values.targets),
  portalsEach: Number(values.portals),
};
const rounds = Number(values.rounds);
const sessionCount = order.count * order.portalsEach;
const loginOptions = { loginFlags: 2 } as const;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes by kind, after everything that can go has gone. */
async function memory(): Promise<{ readonly heap: number; readonly buffers: number; readonly resident: number }> {
  for (let round = 0; round < 3; round += 1) {
    collectGarbage();
    await sleep(systemClock, 50);
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed, buffers: external, resident: rss };
}

async function open(stateDirectory: string): Promise<Service> {
  return await openService({ stateDirectory, onStop: 'leave', refreshIntervalMs: 0, persistentTimeoutMs: 0 });
}

/** Keeps the logins, and tells what keeping one costs. */
async function keepLogins(service: Service, targets: readonly ListeningTarget[]): Promise<void> {
  for (const { name, portals } of targets) await service.addStaticTarget({ targetName: name, portals });
  const begun = performance.now();
  let count = 0;
  for (const { name, portals } of targets) {
    for (const { host, port } of portals) {
      await service.addPersistentLogin({ targetName: name, portal: { host, port }, loginOptions });
      count += 1;
    }
  }
  const each = (performance.now() - begun) / count;
  console.log(`a persistent login kept in             ${each.toFixed(2)} ms (${count} of them)`);
}

async function oneLogin(service: Service, { name, portals: [portal] }: ListeningTarget): Promise<number> {
  if (portal === undefined) throw new Error('The target has no portal');
  const times: number[] = [];
  for (let round = 0; round < 20; round += 1) {
    const begun = performance.now();
    const { sessionId } = await service.login({ targetName: name, portal, existing: 'add' });
    times.push(performance.now() - begun);
    await service.logout({ sessionId });
  }
  console.log(`one login                              ${formatSpread(spreadOf(times), 1)} ms`);
  return spreadOf(times).median;
}

/** Opens the service and waits until all sessions are there; the dead and the silent target are still being tried. */
async function startAll(directory: string): Promise<{ readonly service: Service; readonly tookMs: number }> {
  const begun = performance.now();
  const service = await open(directory);
  let up = 0;
  for await (const { type } of service.events()) {
    if (type === 'persistentLoginUp') up += 1;
    if (up === sessionCount) break;
  }
  return { service, tookMs: performance.now() - begun };
}

async function measureStarts(directory: string, oneMs: number): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const { service, tookMs } = await startAll(directory);
    times.push(tookMs);
    await service.close();
  }
  const ratios = times.map((ms) => ms / oneMs);
  console.log(`${sessionCount} logins at a start                  ${formatSpread(spreadOf(times), 0)} ms`);
  console.log(`  as a multiple of one login           ${formatSpread(spreadOf(ratios), 1)}`);
  console.log(`  a session                            ${(spreadOf(times).median / sessionCount).toFixed(2)} ms`);
}

async function measureApi(service: Service, directory: string): Promise<void> {
  const limits = { requestsPerSecond: 1_000_000, connections: 4096, requests: 4096 };
  await using server = await openControlServer({ service, socketPath: join(directory, 'socket'), limits });
  const [first] = await service.sessions();
  for (const operation of ['session', 'sessions']) {
    const script = join(import.meta.dirname, 'clients.js');
    const args = [server.socketPath ?? '', values.clients, values.seconds, operation, first?.sessionId ?? ''];
    const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const { requests, seconds, medianMs, p99Ms } = JSON.parse(line) as ClientFigures;
    const rate = (requests / seconds).toFixed(0);
    console.log(
      `${values.clients} clients, ${operation.padEnd(8)}                  ${rate} requests/s, median ${medianMs.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`,
    );
    await once(child, 'close');
  }
}

const child = spawn(process.execPath, [join(import.meta.dirname, 'target.js')], { stdio: ['pipe', 'pipe', 'inherit'] });
child.stdin.write(`${JSON.stringify(order)}\n`);
const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
const targets = JSON.parse(line) as ListeningTarget[];
const folder = await mkdtemp(join(tmpdir(), 'hawser-bench-'));
const directory = join(folder, 'state');
try {
  const empty = await open(directory);
  await keepLogins(empty, [...targets, { name: `${order.prefix}-dead`, portals: [{ host: '127.0.0.1', port: 1 }] }]);
  const [target] = targets;
  if (target === undefined) throw new Error('There is no target');
  const oneMs = await oneLogin(empty, target);
  const before = await memory();
  await empty.close();
  await measureStarts(directory, oneMs);
  const { service } = await startAll(directory);
  const after = await memory();
  const each = (key: keyof typeof before): string => ((after[key] - before[key]) / sessionCount / 1024).toFixed(0);
  console.log(
    `an idle session                        ${each('heap')} KiB heap, ${each('buffers')} KiB buffers, ${each('resident')} KiB resident`,
  );
  const cpu = process.cpuUsage();
  await sleep(systemClock, Number(values.seconds) * 1000);
  const { user, system } = process.cpuUsage(cpu);
  const percent = (user + system) / 1e4 / Number(values.seconds);
  console.log(`${sessionCount} idle sessions                      ${percent.toFixed(1)} % of a core`);
  await measureApi(service, folder);
  await service.close();
} finally {
  child.stdin.end();
  await rm(folder, { recursive: true, force: true });
}
