// Many connections in one session: added, removed and lost while verified I/O runs.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { suite, test } from 'node:test';

import { connect, type DeviceHandle, LoginError, SessionError } from 'hawser';
import { nextTurn } from '../../../src/base/index.ts';
import { openLab, rejection, scsi, size } from './lab.ts';

const block = 4096;

/** Writes and reads back, in a part of the disk of its own, until told to stop; returns how many rounds went well. */
function keepBusy(disk: DeviceHandle, workers: number): () => Promise<number> {
  let isStopped = false;
  const share = Math.floor(size / workers / block) * block;
  const rounds = Array.from({ length: workers }, async (_, worker) => {
    let count = 0;
    const back = Buffer.alloc(block);
    while (!isStopped) {
      const offset = worker * share + (count % (share / block)) * block;
      const data = randomBytes(block);
      await disk.write(offset, data);
      await disk.read(offset, back);
      assert.deepEqual(back, data);
      count += 1;
    }
    return count;
  });
  return async () => {
    isStopped = true;
    return (await Promise.all(rounds)).reduce((sum, count) => sum + count, 0);
  };
}

suite('many connections in one session', () => {
  test('as many as asked for, no more than the target allows', async () => {
    await using lab = await openLab({ parameters: { maxConnections: 2 } });
    await using session = await connect(`${lab.url}?connections=3`);
    assert.equal(session.connections.length, 2);
    assert.equal(lab.target.sessions()[0]?.connections.length, 2);
    assert.equal((await rejection(session.addConnection(), LoginError)).code, 'ISCSI_TOO_MANY_CONNECTIONS');
  });

  test('added and removed under verified I/O; each carries commands while it is there', async () => {
    await using lab = await openLab();
    await using session = await connect(`${lab.url}?connections=2`);
    const disk = await session.openDisk(0);
    const stop = keepBusy(disk, 8);
    for (let round = 0; round < 5; round += 1) {
      const cid = await session.addConnection();
      while ((session.connections.find((connection) => connection.cid === cid)?.tasksSent ?? 0) < 20) {
        await disk.read(0, Buffer.alloc(512));
      }
      await session.removeConnection(cid);
      assert.equal(
        session.connections.some((connection) => connection.cid === cid),
        false,
      );
    }
    assert.ok((await stop()) > 0);
    assert.deepEqual(
      lab.target.sessions()[0]?.connections.map(({ cid }) => cid),
      [1, 2],
    );
  });

  test('the leading and the last connection cannot be removed, nor one that is not there', async () => {
    await using lab = await openLab();
    await using session = await connect(`${lab.url}?connections=2`);
    assert.equal((await rejection(session.removeConnection(1), SessionError)).code, 'ISCSI_LEADING_CONNECTION');
    await session.removeConnection(2);
    assert.equal((await rejection(session.removeConnection(1), SessionError)).code, 'ISCSI_LAST_CONNECTION');
    assert.equal((await rejection(session.removeConnection(9), SessionError)).code, 'ISCSI_NO_SUCH_CONNECTION');
  });

  test('§7.14 a lost connection is logged out over the other one, which then carries its write, and is opened again; so is the session, when both are lost', async () => {
    const cut = new Set<number>();
    await using lab = await openLab({
      hooks: {
        onCommand: ({ cdb, connection }) => {
          if (cdb[0] !== scsi.write10 && cdb[0] !== scsi.read10) return undefined;
          return cut.has(connection.cid) ? { kind: 'never' } : undefined;
        },
      },
    });
    await using session = await connect(`${lab.url}?connections=2`);
    const disk = await session.openDisk(0);
    cut.add(1).add(2);
    // Least queue depth puts one command on each connection.
    const write = disk.write(0, Buffer.alloc(512, 1));
    const read = disk.read(4096, Buffer.alloc(512));
    const onFirst = session.connections.map(({ tasksInFlight }) => tasksInFlight);
    assert.deepEqual(onFirst, [1, 1]);
    read.catch(() => undefined);
    while (lab.target.sessions()[0]?.taskCount !== 2) await nextTurn();
    lab.target.sessions()[0]?.cut(1);
    cut.clear();
    const recovered = once(session.events, 'connectionRecovered');
    await write;
    for (let count = 0; count < 300; count += 1) await disk.read(0, Buffer.alloc(512));
    await assert.rejects(disk.read(0, Buffer.alloc(512), { signal: AbortSignal.abort(new Error('enough')) }), /enough/);
    await recovered;
    assert.deepEqual(session.connections.map(({ cid }) => cid).sort(), [1, 2]);
    const resumed = once(session.events, 'resumed');
    lab.target.sessions()[0]?.cut(2);
    lab.target.sessions()[0]?.cut(1);
    assert.deepEqual(await resumed, ['reinstated']);
    await read;
    assert.equal(session.state, 'loggedIn');
  });
});
