// A service that is killed again and again while clients change what it keeps and write to its disks comes back to what
// was wanted every time. HAWSER_KILLS says how often; a hundred take about a minute on two idle cores.

import assert from 'node:assert/strict';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { env } from 'node:process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { type BlockDevice, createMemoryDevice } from 'hawser/block';
import { openService, type Service } from 'hawser/service';
import type { Target } from 'hawser/target';
import { type Deferred, deferred, seededRandom, sleep, systemClock } from '../../../src/base/index.ts';
import { eventually } from '../../support/eventually.ts';
import { lingeringRelays } from '../../support/lingering-relay.ts';
import {
  blockOf,
  busyName,
  emptyBlock,
  keptName,
  type LoadReport,
  loadLimits,
  numberOf,
  placesOf,
  spareName,
  writersEach,
} from './load-places.ts';
import { openLab, size } from './service-lab.ts';

const program = fileURLToPath(new URL('./load-child.js', import.meta.url));
const rounds = Number(env['HAWSER_KILLS'] ?? 20);

/** How many changes are heard of before the child is killed, at most; it is killed while it starts, too. */
const mostChanges = 40;

/** What of a name may be found: the number that was done last, and the one that was begun last. */
interface Trail {
  done: number;
  begun: number;
}

/** What clients were told, over all the lives of the service. */
class Ledger {
  readonly #trails = new Map<string, Trail>();
  #changes = 0;
  #awaited: { readonly count: number; readonly heard: Deferred<void> } | undefined;

  /** How many changes were done. */
  get changes(): number {
    return this.#changes;
  }

  /** Resolves when so many further changes have been done. */
  async further(count: number): Promise<void> {
    const heard = deferred();
    this.#awaited = { count: this.#changes + count, heard };
    await heard.promise;
  }

  last(): number {
    return Math.max(0, ...[...this.#trails.values()].map(({ begun }) => begun));
  }

  hear(line: string): void {
    const [, what, name = '', text] = /^(begin|done) (.*) (\d+)$/.exec(line) ?? [];
    if (what === undefined) return;
    const trail = this.of(name);
    const number = Number(text);
    this.#trails.set(name, what === 'done' ? { done: number, begun: number } : { ...trail, begun: number });
    if (what === 'done') this.#changes += 1;
    if (this.#awaited !== undefined && this.#changes >= this.#awaited.count) this.#awaited.heard.resolve();
  }

  of(name: string): Trail {
    return this.#trails.get(name) ?? { done: 0, begun: 0 };
  }

  /** What was found of a record that each change numbers anew. */
  check(name: string, found: number | undefined): void {
    const { done, begun } = this.of(name);
    assert.ok(found === done || found === begun, `${name}: ${found} is there; ${done} was done, ${begun} begun`);
    // From now on there is no doubt.
    this.#trails.set(name, { done: found, begun: found });
  }

  /** Whether a record may be there, or must: it is put by one change and taken away by another. */
  checkPresence(name: string, isThere: boolean): void {
    const put = this.of(name);
    const away = this.of(`${name} away`);
    const isDone = put.done > away.done;
    const isOpen = put.begun > put.done || away.begun > away.done;
    assert.ok(isOpen || isThere === isDone, `${name}: ${isThere ? 'is' : 'is not'} there`);
    const number = Math.max(put.begun, away.begun);
    this.#trails.set(name, { done: isThere ? number : 0, begun: isThere ? number : 0 });
    this.#trails.set(`${name} away`, { done: isThere ? 0 : number, begun: isThere ? 0 : number });
  }
}

/** A life of the service in a process of its own. */
class Life implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly ended: Promise<unknown>;
  readonly #lines: AsyncIterator<string>;
  #heard: Promise<void> | undefined;

  constructor(directory: string, from: number) {
    const child = spawn(process.execPath, [program, directory, String(from)], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child = child;
    this.ended = once(child, 'close');
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  async next(word: string): Promise<string> {
    const next = await this.#lines.next();
    const line = next.done === true ? 'nothing' : next.value;
    assert.ok(line.startsWith(word), `the service said ${line} instead of ${word}`);
    return line.slice(word.length + 1);
  }

  /** Has the clients work, and the ledger hear of it. */
  work(ledger: Ledger): void {
    this.#child.stdin.write('work\n');
    this.#heard = (async () => {
      for (let next = await this.#lines.next(); next.done !== true; next = await this.#lines.next()) {
        ledger.hear(next.value);
      }
    })();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }

  async kill(): Promise<void> {
    await this[Symbol.asyncDispose]();
    assert.equal(this.#child.signalCode, 'SIGKILL', 'the service ended by itself');
    await this.#heard;
  }
}

/** The sessions at a target by their ISIDs, as the service writes them. */
function isidsAt(target: Target): string[] {
  const sessions = target.sessions().filter(({ isDiscovery }) => !isDiscovery);
  return sessions.map(({ isid }) => isid.toString(16).padStart(12, '0')).sort();
}

function isidsOf({ sessions }: LoadReport, name: string): string[] {
  return sessions.flatMap(({ targetName, isid }) => (targetName === name ? [isid] : [])).sort();
}

/** Every record is one that was written last, or one that was being written. */
function checkRecords({ state, logins }: LoadReport, ledger: Ledger): void {
  const { records, secrets = {} } = state;
  const alias = (records['initiator']?.['default'] as { alias?: string } | undefined)?.alias;
  ledger.check('alias', Number(alias ?? 0));
  const chap = Buffer.from(secrets['initiator/chap'] ?? '', 'base64').toString();
  ledger.check('chap', Number(/\d+$/.exec(chap)?.[0] ?? 0));
  ledger.checkPresence('target', records['staticTarget']?.[spareName] !== undefined);
  ledger.checkPresence(
    'login',
    logins.some(({ targetName }) => targetName === busyName),
  );
}

/** What was written and confirmed is at the target. */
async function checkDisk(disk: BlockDevice, ledger: Ledger): Promise<void> {
  for (let writer = 0; writer < 2 * writersEach; writer += 1) {
    const { name, offset } = placesOf(writer);
    const block = emptyBlock();
    await disk.read(offset, block);
    ledger.check(name, numberOf(block));
  }
}

/** Every persistent login has its session, and the targets have these sessions and no others. */
async function checkSessions(report: LoadReport, kept: Target, busy: Target): Promise<void> {
  for (const { targetName, actual } of report.logins) {
    const session = report.sessions.find(({ sessionId }) => sessionId === actual.sessionId);
    assert.equal(session?.state, 'loggedIn', `${targetName}: ${JSON.stringify(actual)}`);
  }
  assert.equal(report.logins.length, report.sessions.length);
  assert.deepEqual(isidsAt(kept), isidsOf(report, keptName));
  // Its connections are not relayed, so it notices by itself what nobody takes the place of; but not at once.
  await eventually(
    () => isidsAt(busy),
    (found) => found.join() === isidsOf(report, busyName).join(),
  );
}

async function fill(service: Service, portals: Target['portals'], busy: Target): Promise<void> {
  await service.addStaticTarget({ targetName: keptName, portals });
  await service.addStaticTarget({ targetName: busyName, portals: busy.portals });
  for (const { host, port } of portals) {
    const loginOptions = { loginFlags: 2 };
    await service.login({ targetName: keptName, portal: { host, port }, loginOptions, isPersistent: true });
  }
}

suite('a service that is killed under load', () => {
  test(`comes back ${rounds} times to all that was wanted, and loses nothing that was confirmed`, async (context) => {
    const seed = Date.now() % 1_000_000;
    const random = seededRandom(seed);
    await using lab = await openLab();
    const disk = createMemoryDevice(size);
    const listen = [0, 0].map((port) => ({ host: '127.0.0.1', port }));
    const kept = await lab.target({ name: keptName, luns: [{ lun: 0, device: disk }], listen });
    const busy = await lab.target({ name: busyName });
    // To this target, the host of the service vanishes: it hears nothing of the end of a connection.
    await using relays = await lingeringRelays(...kept.portals);
    const directory = join(lab.directory, 'killed');
    const limits = { sessionDefaults: { limits: loadLimits } };
    const first = await openService({ stateDirectory: directory, onStop: 'leave', ...limits });
    await fill(first, relays.portals, busy);
    await first.close();
    const isids = isidsAt(kept);
    assert.equal(isids.length, 2);
    for (let writer = 0; writer < 2 * writersEach; writer += 1) await disk.write(placesOf(writer).offset, blockOf(0));
    const ledger = new Ledger();
    for (let round = 0; round < rounds; round += 1) {
      await using life = new Life(directory, ledger.last());
      await life.next('open');
      if (random() < 0.2) {
        await sleep(systemClock, random() * 50);
      } else {
        const report = JSON.parse(await life.next('ready')) as LoadReport;
        context.diagnostic(`round ${round} of seed ${seed}: ${ledger.changes} changes so far`);
        checkRecords(report, ledger);
        await checkDisk(disk, ledger);
        await checkSessions(report, kept, busy);
        assert.deepEqual(isidsAt(kept), isids);
        life.work(ledger);
        await Promise.race([ledger.further(1 + Math.floor(random() * mostChanges)), life.ended]);
      }
      await life.kill();
    }
    assert.ok(ledger.changes > rounds, `hardly any load: ${ledger.changes} changes`);
    const last = await openService({ stateDirectory: directory, ...limits });
    await last.ready;
    await last.close();
    assert.deepEqual([isidsAt(kept), isidsAt(busy)], [[], []]);
  });
});
