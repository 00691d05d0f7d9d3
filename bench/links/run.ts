// The run of the links bench, inside its network namespace; see main.ts.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { parseArgs } from 'node:util';

import { sleep, systemClock } from '../../src/base/index.ts';
import { connect, type InitiatorSession, type Portal } from '../../src/index.ts';
import { formatSpread, spreadOf } from '../spread.ts';
import { cut, type Link, makeLinks, mend } from './links.ts';
import { throughput, VerifiedLoad } from './load.ts';
import type { TargetOrder } from './target.ts';

const name = 'iqn.2026-11.bench:links';
const sizeBytes = 64 * 1024 * 1024;
/** Soon enough for a bench to see a link go, late enough for a loaded machine. */
const limits = { pingIntervalMs: 1_000, pingTimeoutMs: 2_000 } as const;
/** How long the session is given to have both connections again. */
const returnLimitMs = 60_000;

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '3' },
    erl: { type: 'string', default: '0' },
    'cut-seconds': { type: 'string', default: '8' },
  },
});
const rateMbit = Number(values.rate);
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);

/** The target and the links to it. */
interface Site {
  readonly pid: number;
  readonly links: readonly Link[];
  readonly portals: readonly Portal[];
}

async function openSite(): Promise<Site> {
  const script = join(import.meta.dirname, 'target.js');
  const child = spawn('unshare', ['--net', '--fork', '--kill-child', '--', process.execPath, script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.once('exit', () => {
    fail(new Error('The target ended'));
  });
  const answers = createInterface({ input: child.stdout });
  const { pid } = await nextAnswer<{ pid: number }>(answers);
  const links = makeLinks(2, rateMbit, pid);
  const order: TargetOrder = {
    name,
    sizeBytes,
    hosts: links.map(({ far }) => far),
    parameters: { maxConnections: 4, errorRecoveryLevel: Number(values.erl), defaultTime2Retain: 20 },
  };
  child.stdin.write(`${JSON.stringify(order)}\n`);
  const { portals } = await nextAnswer<{ portals: Portal[] }>(answers);
  return { pid, links, portals };
}

async function nextAnswer<T>(answers: Interface): Promise<T> {
  const [line] = (await once(answers, 'line')) as [string];
  return JSON.parse(line) as T;
}

async function logIn(portal: Portal): Promise<InitiatorSession> {
  const offers = { errorRecoveryLevel: Number(values.erl) };
  return await connect({ portal, targetName: name, limits, offers, reconnects: true });
}

/** One connection, then two, round by round in one session: the second one comes and goes. */
async function compare([first, second]: readonly Portal[]): Promise<void> {
  if (first === undefined || second === undefined) throw new Error('The target has less than two portals');
  await using session = await logIn(first);
  await using disk = await session.openDisk(0);
  console.log(`\n${rounds} rounds of ${seconds} s, requests of 256 KiB, 16 in flight; median (minimum–maximum)`);
  console.log('        1 connection MB/s      2 connections MB/s     ratio');
  for (const kind of ['read', 'write'] as const) {
    const figures: { one: number[]; two: number[]; ratio: number[] } = { one: [], two: [], ratio: [] };
    for (let round = 0; round < rounds; round += 1) {
      const one = (await throughput(disk, kind, seconds)) / 1e6;
      const cid = await session.addConnection(second);
      const two = (await throughput(disk, kind, seconds)) / 1e6;
      await session.removeConnection(cid);
      figures.one.push(one);
      figures.two.push(two);
      figures.ratio.push(two / one);
    }
    const [one, two] = [figures.one, figures.two].map((each) => formatSpread(spreadOf(each), 1).padEnd(22));
    console.log(`${kind.padEnd(7)} ${one} ${two} ${formatSpread(spreadOf(figures.ratio))}`);
  }
}

/** Cuts the link of one of two connections under verified load, mends it, and waits until both are there again. */
async function survive({ pid, links, portals }: Site, which: 0 | 1): Promise<void> {
  const [first, second] = portals;
  const link = links[which];
  if (first === undefined || second === undefined || link === undefined) throw new Error('There is no second link');
  await using session = await logIn(first);
  await session.addConnection(second);
  await using disk = await session.openDisk(0);
  const load = new VerifiedLoad(disk, session);
  await load.start(16);
  await sleep(systemClock, 1_000);
  const address = session.connections[which]?.address;
  const noticed = noticedWithin(session);
  const started = performance.now();
  console.log(
    `\n${link.name} (${which === 0 ? 'leading' : 'added'} connection ${address ?? ''}) cut under verified load`,
  );
  cut(link, pid);
  await sleep(systemClock, Number(values['cut-seconds']) * 1000);
  console.log(`  loss noticed after ${await noticed}; session ${session.state}, ${describe(session)}`);
  mend(link, pid);
  const mended = performance.now();
  const isBack = await untilBoth(session);
  const took = `${((performance.now() - mended) / 1000).toFixed(1)} s after the link`;
  console.log(isBack ? `  both connections there again ${took}` : `  the connection did not come back in ${took}`);
  await sleep(systemClock, 1_000);
  const report = await load.stop();
  const failures = Object.entries(report.failures).map(([code, count]) => `${count} × ${code}`);
  console.log(
    `  ${report.requests} requests in ${((performance.now() - started) / 1000).toFixed(1)} s, longest wait ` +
      `${(report.longestWaitMs / 1000).toFixed(1)} s, failed: ${failures.join(', ') || 'none'}`,
  );
  console.log(`  ${report.verifiedBlocks} blocks read back, each as it was written last`);
  if (!isBack || failures.length > 0) process.exitCode = 1;
}

async function noticedWithin(session: InitiatorSession): Promise<string> {
  const started = performance.now();
  await once(session.events, 'connectionLost');
  return `${((performance.now() - started) / 1000).toFixed(1)} s`;
}

async function untilBoth(session: InitiatorSession): Promise<boolean> {
  const deadline = performance.now() + returnLimitMs;
  const isWhole = (): boolean => session.connections.filter(({ role }) => role !== 'unusable').length === 2;
  while (!isWhole() && performance.now() < deadline) await sleep(systemClock, 50);
  return isWhole();
}

function describe(session: InitiatorSession): string {
  return session.connections.map(({ cid, role, tasksSent }) => `CID ${cid} ${role} ${tasksSent} commands`).join(', ');
}

function fail(error: unknown): never {
  console.error(error);
  process.exit(1);
}

// Whoever started this run has gone when its standard input ends.
process.stdin.resume().once('end', () => process.exit(1));
const site = await openSite();
await compare(site.portals);
await survive(site, 1);
await survive(site, 0);
process.exit();
