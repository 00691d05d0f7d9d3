// The initiator against LIO, the Linux kernel's target: many connections a session, and what the kernel says of them.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { type ConnectOptions, connect, discover, type InitiatorSession, IscsiError, LoginError } from 'hawser';
import { blockDeviceSuite } from '../compliance/block-device.ts';
import { eventually } from '../support/eventually.ts';
import { type LioConnection, type LioTarget, type LioVm, startLio } from '../support/lio-vm.ts';
import { linuxVm, skipWithout } from '../support/peers.ts';
import { exerciseDisk, startExercise } from './disk-exercise.ts';
import {
  foreignTools,
  foreignUrl,
  identityByLibiscsi,
  readByQemu,
  sha256,
  sizeByQemu,
  targetsByLibiscsi,
  writeByQemu,
} from './foreign-tools.ts';

const name = 'iqn.2026-11.hawser.test:lio';
const sizeMib = 4;
const bob = { user: 'bob', secret: 'a-secret-of-bob-1' };
const alice = { user: 'alice', secret: 'a-secret-of-alice' };

async function logIn(target: LioTarget, more: Partial<ConnectOptions> = {}): Promise<InitiatorSession> {
  const { host, port, targetName } = target;
  return await connect({ portal: { host, port }, targetName, ...more }, { name });
}

/** The connections of LIO's only session, by CID. */
async function connectionsAt(target: LioTarget): Promise<LioConnection[]> {
  const sessions = await target.sessions();
  assert.deepEqual(
    sessions.map(({ initiatorName }) => initiatorName),
    [name],
  );
  return sessions.flatMap(({ connections }) => connections).sort((a, b) => a.cid - b.cid);
}

/** Our connections, as LIO has to show them. */
function connectionsOf(session: InitiatorSession): LioConnection[] {
  return cidsOf(session).map((cid) => ({ cid, state: 'LOGGED_IN' }));
}

function cidsOf(session: InitiatorSession): number[] {
  return session.connections.map(({ cid }) => cid).sort((a, b) => a - b);
}

/** Waits until LIO has our connections and no other: it lets go of one shortly after it has answered its logout. */
async function agreed(session: InitiatorSession, target: LioTarget): Promise<void> {
  await eventually(
    () => connectionsAt(target),
    (seen) => isDeepStrictEqual(seen, connectionsOf(session)),
  );
}

/** Logs out in order, and makes sure that LIO has nothing left of the session. */
async function logOut(session: InitiatorSession, target: LioTarget): Promise<void> {
  const { isClean, error } = await session.logout();
  assert.ok(isClean, String(error));
  await target.settled();
  assert.deepEqual(await target.sessions(), []);
}

suite('LIO', { skip: skipWithout([linuxVm, ...foreignTools]) }, () => {
  let lio: LioVm;
  before(async () => {
    lio = await startLio({ sizeMib });
  });
  after(async () => {
    await lio[Symbol.asyncDispose]();
  });

  test('§6 a login makes the session that LIO shows, down to its ISID and TSIH, and a logout leaves none', async () => {
    await using session = await logIn(lio);
    const [seen, ...others] = await lio.sessions();
    assert.deepEqual(others, []);
    assert.deepEqual(seen, {
      initiatorName: name,
      isid: session.isid.toString(16).padStart(12, '0'),
      tsih: session.tsih,
      type: 'Normal',
      state: 'LOGGED_IN',
      connections: [{ cid: session.connections[0]?.cid, state: 'LOGGED_IN' }],
    });
    const { normal_logouts: logouts } = await lio.counters();
    await logOut(session, lio);
    assert.equal((await lio.counters()).normal_logouts, logouts + 1);
  });

  test('identity and size are those that libiscsi and QEMU see', async () => {
    await using session = await logIn(lio);
    for (const lun of [0, 1]) {
      const { disk } = await session.openDisk(lun);
      const url = foreignUrl(lio, lun);
      const { vendor, product, revision, serial } = disk.identity;
      assert.deepEqual({ vendor, product, revision, serial }, await identityByLibiscsi(url));
      assert.equal(serial, `hawser-lun${lun}`);
      assert.equal(disk.size, sizeMib << 20);
      assert.equal(disk.size, await sizeByQemu(url));
    }
    assert.deepEqual(
      (await session.luns()).map((lun) => lun.high >>> 16),
      [0, 1],
    );
  });

  test('data written by either side is read by the other byte for byte, with digests and without', async () => {
    for (const digest of ['None', 'CRC32C'] as const) {
      await using session = await logIn(lio, { offers: { headerDigest: digest, dataDigest: digest } });
      assert.equal(session.parameters.headerDigest, digest === 'CRC32C');
      assert.equal(session.parameters.dataDigest, digest === 'CRC32C');
      const disk = await session.openDisk(1);
      const model = await exerciseDisk(disk, { seed: 11, requests: 20 });
      await disk.flush();
      assert.equal(sha256(await readByQemu(foreignUrl(lio, 1))), sha256(model));

      const theirs = randomBytes(sizeMib << 20);
      await writeByQemu(foreignUrl(lio, 1), theirs);
      const back = Buffer.alloc(theirs.length);
      await disk.read(0, back);
      assert.equal(sha256(back), sha256(theirs));
      await disk.close();
      await logOut(session, lio);
    }
    const { digest_errors: digestErrors, cxn_errors: connectionErrors } = await lio.counters();
    assert.deepEqual([digestErrors, connectionErrors], [0, 0]);
  });

  for (const connections of [1, 2, 4]) {
    test(`§4.2.2 one session over ${connections} connections: all of them carry verified random I/O`, async () => {
      const offers = { headerDigest: 'CRC32C', dataDigest: 'CRC32C' } as const;
      await using session = await logIn(lio, { connections, ...(connections === 4 ? { offers } : {}) });
      assert.equal(session.connections.length, connections);
      assert.deepEqual(await connectionsAt(lio), connectionsOf(session));
      const disk = await session.openDisk(0);
      const model = await exerciseDisk(disk, { seed: connections, requests: 30, workers: 16, longest: 65_536 });
      for (const { cid, tasksSent } of session.connections) assert.ok(tasksSent > 20, `${tasksSent} on ${cid}`);
      await disk.close();
      await logOut(session, lio);
      assert.equal(sha256(await readByQemu(foreignUrl(lio, 0))), sha256(model));
    });
  }

  test('§11.14 connections come and go under I/O, and LIO has those that we have', async () => {
    await using session = await logIn(lio, { connections: 2 });
    const disk = await session.openDisk(0);
    const exercise = await startExercise(disk, { seed: 3, workers: 4, longest: 65_536 });
    const leading = session.connections.find(({ isLeading }) => isLeading)!.cid;
    for (let round = 0; round < 4; round += 1) {
      const added = await session.addConnection();
      assert.deepEqual(await connectionsAt(lio), connectionsOf(session));
      const removed = round % 2 === 0 ? added : cidsOf(session).find((cid) => cid !== leading)!;
      await session.removeConnection(removed);
      assert.ok(!cidsOf(session).includes(removed));
      await agreed(session, lio);
    }
    const model = await exercise.stop();
    await disk.close();
    await logOut(session, lio);
    assert.equal(sha256(await readByQemu(foreignUrl(lio, 0))), sha256(model));
    assert.equal((await lio.counters()).cxn_errors, 0);
  });

  test('the leading connection and the last one are not removed, and LIO keeps them', async () => {
    await using session = await logIn(lio, { connections: 2 });
    const [leading, other] = cidsOf(session);
    await assert.rejects(session.removeConnection(leading!), { code: 'ISCSI_LEADING_CONNECTION' });
    assert.deepEqual(await connectionsAt(lio), connectionsOf(session));
    await session.removeConnection(other!);
    await assert.rejects(session.removeConnection(leading!), { code: 'ISCSI_LAST_CONNECTION' });
    await assert.rejects(session.removeConnection(other!), { code: 'ISCSI_NO_SUCH_CONNECTION' });
    await agreed(session, lio);
    const { disk } = await session.openDisk(0);
    await disk.read(0, Buffer.alloc(4096));
  });

  test('a logout while writes are under way over four connections loses none of them', async () => {
    await using session = await logIn(lio, { connections: 4 });
    const disk = await session.openDisk(1);
    const model = randomBytes(sizeMib << 20);
    const part = 128 * 1024;
    const writes = Array.from({ length: model.length / part }, async (_, index) => {
      await disk.write(index * part, model.subarray(index * part, (index + 1) * part));
    });
    const { isClean, error } = await session.logout({ force: true });
    assert.ok(isClean, String(error));
    await Promise.all(writes);
    await lio.settled();
    assert.equal(sha256(await readByQemu(foreignUrl(lio, 1))), sha256(model));
  });

  test('§13.2 MaxConnections=1: four connections are asked for, one is agreed', async () => {
    const single = await lio.addTarget('single', { connections: 1 });
    await using session = await logIn(single, { connections: 4 });
    assert.equal(session.parameters.maxConnections, 1);
    assert.deepEqual(await connectionsAt(single), connectionsOf(session));
    await assert.rejects(session.addConnection(), { code: 'ISCSI_TOO_MANY_CONNECTIONS' });
    await logOut(session, single);
  });

  test('§12.1.3 mutual CHAP lets in every connection of a session, and wrong secrets none', async () => {
    const chapTarget = await lio.addTarget('chap', { chap: { ...bob, mutual: alice } });
    const chap = { ...bob, mutual: alice };
    {
      await using session = await logIn(chapTarget, { chap, connections: 3 });
      assert.deepEqual(await connectionsAt(chapTarget), connectionsOf(session));
      const disk = await session.openDisk(0);
      const model = await exerciseDisk(disk, { seed: 5, requests: 10 });
      await disk.close();
      await logOut(session, chapTarget);
      assert.equal(sha256(await readByQemu(foreignUrl(lio, 0))), sha256(model));
    }
    const other = 'a-secret-of-nobody';
    for (const wrong of [
      { ...chap, secret: other },
      { ...chap, mutual: { ...alice, secret: other } },
    ]) {
      await assert.rejects(logIn(chapTarget, { chap: wrong }), { name: 'LoginError', code: 'ISCSI_AUTH_FAILED' });
    }
    // Linux 6.1 closes the connection without a Login Response when an initiator will not authenticate at all.
    await assert.rejects(logIn(chapTarget), IscsiError);
    await chapTarget.settled();
  });

  test('§13.1 a digest that we insist on and LIO does not have ends the login', async () => {
    const bare = await lio.addTarget('bare', { digests: 'None' });
    await assert.rejects(logIn(bare, { offers: { dataDigest: 'CRC32C' } }), LoginError);
    await bare.settled();
  });

  test('Appendix C: SendTargets gives the targets that libiscsi lists, with addresses that lead to them', async () => {
    const { host, port } = lio;
    const found = await discover(`${host}:${port}`, { name });
    assert.deepEqual(found.map((target) => target.name).sort(), (await targetsByLibiscsi(lio)).sort());
    assert.ok(found.some((target) => target.name === lio.targetName));
    for (const { addresses } of found) assert.deepEqual(addresses, [{ host, port, portalGroupTag: 1 }]);
    await lio.settled();
  });

  suite('the block-device contract over two connections', () => {
    let session: InitiatorSession;
    before(async () => {
      session = await logIn(lio, { connections: 2 });
    });
    after(async () => {
      await session.close();
    });
    blockDeviceSuite('a disk of LIO', async () => {
      const disk = await session.openDisk(0);
      await disk.zero(0, disk.size);
      return disk;
    });
  });
});
