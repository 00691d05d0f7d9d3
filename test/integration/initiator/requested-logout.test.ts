// A target that asks for a logout, or announces that it drops what it has, while verified I/O runs: it costs a delay.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { suite, test } from 'node:test';

import { BlockError, connect, type DeviceHandle, type InitiatorSession } from 'hawser';
import { createMemoryDevice } from 'hawser/block';
import { type Lab, openLab, rejection, size } from './lab.ts';

const block = 4096;
const parameters = { maxConnections: 4, defaultTime2Wait: 0, defaultTime2Retain: 0 } as const;

/** Writes and reads back, each worker in a part of the disk of its own, until told to stop. Rejects when anything fails. */
function keepBusy(disk: DeviceHandle, workers: number): () => Promise<void> {
  let isStopped = false;
  const share = Math.floor(size / workers / block) * block;
  const rounds = Array.from({ length: workers }, async (_, worker) => {
    const written = new Map<number, Buffer>();
    const back = Buffer.alloc(block);
    for (let count = 0; !isStopped; count += 1) {
      const offset = worker * share + (count % (share / block)) * block;
      const data = randomBytes(block);
      await disk.write(offset, data);
      await disk.read(offset, back);
      assert.deepEqual(back, data);
      written.set(offset, data);
    }
    for (const [offset, data] of written) {
      await disk.read(offset, back);
      assert.deepEqual(back, data);
    }
  });
  const all = Promise.all(rounds);
  all.catch(() => undefined);
  return async () => {
    isStopped = true;
    await all;
  };
}

/** A write, and a read of it, for each state in which the session is found until it is back. */
function startInEachState(session: InitiatorSession, disk: DeviceHandle): { states: string[]; done: Promise<void>[] } {
  const states: string[] = [];
  const done: Promise<void>[] = [];
  session.events.on('stateChanged', (state) => {
    states.push(state);
    const work = writeAndRead(disk, size - states.length * block);
    work.catch(() => undefined);
    done.push(work);
  });
  return { states, done };
}

async function writeAndRead(disk: DeviceHandle, offset: number): Promise<void> {
  const data = randomBytes(block);
  await disk.write(offset, data);
  const back = Buffer.alloc(block);
  await disk.read(offset, back);
  assert.deepEqual(back, data);
}

/** Logs in, with limits under which a logout that comes to nothing costs a test little. */
async function login(lab: Lab, connections: number): Promise<InitiatorSession> {
  const host = lab.target.portals[0]!;
  return await connect({
    portal: { host: host.host, port: host.port },
    targetName: lab.target.name,
    connections,
    reconnects: true,
    offers: { defaultTime2Wait: 0, defaultTime2Retain: 0 },
    limits: { logoutTimeoutMs: 500, reconnectIntervalMs: 50 },
  });
}

interface Row {
  readonly title: string;
  readonly connections: number;
  /** What goes wrong besides, and then what the target says. */
  readonly faults: readonly string[];
  readonly states: readonly string[];
}

const away = ['leaving', 'failed', 'loggedIn'];
const rows: readonly Row[] = [
  { title: 'event 1', connections: 1, faults: ['async-message:event=1,seconds=3'], states: away },
  {
    title: 'event 1 for both connections',
    connections: 2,
    faults: ['async-message:event=1,seconds=3,cid=1', 'async-message:event=1,seconds=3,cid=2'],
    states: away,
  },
  {
    title: 'event 1, and the Logout is refused',
    connections: 1,
    faults: ['refuse-logout:response=2', 'async-message:event=1,seconds=3'],
    states: ['leaving', 'leavingFailed', 'failed', 'loggedIn'],
  },
  {
    title: 'event 1, and the Logout is not answered',
    connections: 1,
    faults: ['silent-logout', 'async-message:event=1,seconds=3'],
    states: ['leaving', 'leavingFailed', 'failed', 'loggedIn'],
  },
  {
    title: 'event 2 for the only connection',
    connections: 1,
    faults: ['async-message:event=2'],
    states: ['failed', 'loggedIn'],
  },
  { title: 'event 3', connections: 2, faults: ['async-message:event=3'], states: ['failed', 'loggedIn'] },
];

suite('§11.9.1 what the target announces costs I/O a delay', () => {
  for (const { title, connections, faults, states } of rows) {
    test(title, { timeout: 60_000 }, async () => {
      await using lab = await openLab({ parameters });
      await using session = await login(lab, connections);
      const disk = await session.openDisk(0);
      const stop = keepBusy(disk, 6);
      for (let round = 0; round < 3; round += 1) {
        const started = startInEachState(session, disk);
        const resumed = once(session.events, 'resumed');
        for (const fault of faults) lab.target.inject(fault);
        await resumed;
        session.events.removeAllListeners('stateChanged');
        assert.deepEqual(started.states, states);
        await Promise.all(started.done);
      }
      await stop();
    });
  }

  test('event 1: a disk is opened meanwhile', async () => {
    await using lab = await openLab({ parameters });
    await using session = await login(lab, 1);
    const leaving = new Promise<DeviceHandle>((resolve, reject) => {
      session.events.once('stateChanged', () => {
        session.openDisk(0).then(resolve, reject);
      });
    });
    lab.target.inject('async-message:event=1,seconds=3');
    await writeAndRead(await leaving, 0);
  });

  test('event 1, and another device at the LUN when the session is back: it never gets what waited', async () => {
    const device = createMemoryDevice(size);
    await using lab = await openLab({ parameters, luns: [{ lun: 0, device }] });
    await using session = await login(lab, 1);
    const disk = await session.openDisk(0);
    // From the next login on.
    lab.target.inject('wrong-identity');
    const waiting = new Promise<BlockError>((resolve, reject) => {
      session.events.once('stateChanged', () => {
        rejection(disk.write(0, Buffer.alloc(block, 7)), BlockError).then(resolve, reject);
      });
    });
    lab.target.inject('async-message:event=1,seconds=3');
    assert.equal((await waiting).code, 'ISCSI_DEVICE_CHANGED');
    const bytes = Buffer.alloc(block);
    await device.read(0, bytes);
    assert.ok(bytes.every((byte) => byte === 0));
  });

  test('event 1, and logout() meanwhile: it takes what waits along, and ends the session', async () => {
    await using lab = await openLab({ parameters });
    const session = await login(lab, 1);
    const disk = await session.openDisk(0);
    const left = new Promise<boolean>((resolve, reject) => {
      session.events.once('stateChanged', () => {
        const write = disk.write(0, Buffer.alloc(block, 7));
        const out = session.logout({ force: true });
        Promise.all([write, out]).then(([, { isClean }]) => {
          resolve(isClean);
        }, reject);
      });
    });
    lab.target.inject('async-message:event=1,seconds=3');
    assert.ok(await left);
    assert.equal(session.state, 'free');
    assert.deepEqual(lab.target.sessions(), []);
  });
});
