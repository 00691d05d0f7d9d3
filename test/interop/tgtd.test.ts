// The initiator against tgtd: login, authentication, negotiation, discovery, and what is left after a logout.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type ConnectOptions, connect, discover, Initiator, IscsiError, LoginError } from 'hawser';
import type { KeyOfferOptions } from 'hawser/session';
import { eventually } from '../support/eventually.ts';
import { skipWithout } from '../support/peers.ts';
import { startTgtd, type Tgtd } from '../support/tgtd.ts';
import { exerciseDisk } from './disk-exercise.ts';
import { foreignTools, foreignUrl, readByQemu, sha256, targetsByLibiscsi } from './foreign-tools.ts';

const luns = [{ sizeBytes: 4 << 20 }];
const name = 'iqn.2026-11.hawser.test:tgtd';
const bob = { user: 'bob', secret: 'a-secret-of-bob-1' };
const alice = { user: 'alice', secret: 'a-secret-of-alice' };

function wishes({ host, port, targetName }: Tgtd, more: Partial<ConnectOptions> = {}): ConnectOptions {
  return { portal: { host, port }, targetName, ...more };
}

/** Waits until tgtd holds no session: it lets go of one when it has sent its last answer. */
async function settled(tgtd: Tgtd): Promise<void> {
  await eventually(
    () => tgtd.sessions(),
    (sessions) => sessions.length === 0,
  );
}

/** Logs in, moves data, logs out, and returns what was agreed. */
async function roundTrip(tgtd: Tgtd, more: Partial<ConnectOptions> = {}): Promise<Record<string, unknown>> {
  const session = await connect(wishes(tgtd, more), { name });
  try {
    const disk = await session.openDisk(1);
    await exerciseDisk(disk, { seed: 1, requests: 20, longest: 65_536 });
    await disk.close();
    const { isClean, error } = await session.logout();
    assert.ok(isClean, String(error));
    return { ...session.parameters };
  } finally {
    await session.close();
    await settled(tgtd);
  }
}

async function refused(tgtd: Tgtd, more: Partial<ConnectOptions>, code: string): Promise<void> {
  await assert.rejects(connect(wishes(tgtd, more), { name }), (error) => {
    assert.ok(error instanceof LoginError, String(error));
    assert.equal(error.code, code, error.message);
    return true;
  });
  await settled(tgtd);
}

suite('tgtd: sessions', { skip: skipWithout(['tgtd', 'tgtadm', ...foreignTools]) }, () => {
  test('§6 a login makes one session under our name, and a logout leaves none', async () => {
    await using tgtd = await startTgtd({ luns });
    await using session = await connect(wishes(tgtd), { name });
    assert.deepEqual(await tgtd.sessions(), [{ initiatorName: name, connections: 1 }]);
    assert.equal(session.parameters.targetPortalGroupTag, 1);
    const { isClean, error } = await session.logout();
    assert.ok(isClean, String(error));
    await settled(tgtd);
  });

  test('§4.4.3 an initiator has two sessions with one target at once, and leaves one without the other', async () => {
    await using tgtd = await startTgtd({ luns: [...luns, ...luns] });
    await using initiator = new Initiator({ name });
    const sessions = await Promise.all([initiator.connect(wishes(tgtd)), initiator.connect(wishes(tgtd))] as const);
    const seen = { initiatorName: name, connections: 1 };
    assert.deepEqual(await tgtd.sessions(), [seen, seen]);
    const disks = await Promise.all(sessions.map((session, index) => session.openDisk(index + 1)));
    const models = await Promise.all(disks.map((disk, index) => exerciseDisk(disk, { seed: index, requests: 20 })));
    await disks[0]?.close();
    const { isClean } = await sessions[0].logout();
    assert.ok(isClean);
    assert.deepEqual(await tgtd.sessions(), [seen]);
    const back = Buffer.alloc(models[1]!.length);
    await disks[1]!.read(0, back);
    assert.equal(sha256(back), sha256(models[1]!));
    await initiator.close();
    await settled(tgtd);
    assert.equal(sha256(await readByQemu(foreignUrl(tgtd, 1))), sha256(models[0]!));
  });

  test('§13.2 MaxConnections: four are asked for, one is agreed, and no other can be added', async () => {
    await using tgtd = await startTgtd({ luns });
    await using session = await connect(wishes(tgtd, { connections: 4 }), { name });
    assert.equal(session.parameters.maxConnections, 1);
    assert.equal(session.connections.length, 1);
    await assert.rejects(session.addConnection(), { code: 'ISCSI_TOO_MANY_CONNECTIONS' });
    await assert.rejects(session.removeConnection(session.connections[0]!.cid), { code: 'ISCSI_LAST_CONNECTION' });
    assert.deepEqual(await tgtd.sessions(), [{ initiatorName: name, connections: 1 }]);
  });

  test('§13.1 digests: each combination is agreed and carries data', async () => {
    const parameters = { HeaderDigest: 'CRC32C,None', DataDigest: 'CRC32C,None' };
    await using tgtd = await startTgtd({ luns, parameters });
    for (const headerDigest of ['None', 'CRC32C'] as const) {
      for (const dataDigest of ['None', 'CRC32C'] as const) {
        const agreed = await roundTrip(tgtd, { offers: { headerDigest, dataDigest } });
        assert.deepEqual(
          [agreed['headerDigest'], agreed['dataDigest']],
          [headerDigest === 'CRC32C', dataDigest === 'CRC32C'],
        );
      }
    }
  });

  test('§13.1 digests: what we insist on and the target does not have ends the login', async () => {
    await using tgtd = await startTgtd({ luns, parameters: { HeaderDigest: 'None', DataDigest: 'None' } });
    for (const offers of [{ headerDigest: 'CRC32C' }, { dataDigest: 'CRC32C' }] satisfies KeyOfferOptions[]) {
      await refused(tgtd, { offers }, 'ISCSI_NO_AGREEMENT');
    }
  });

  test('§6 a target name that tgtd does not have is refused as not found', async () => {
    await using tgtd = await startTgtd({ luns });
    await refused({ ...tgtd, targetName: 'iqn.2026-11.hawser.tgtd:other' }, {}, 'ISCSI_TARGET_NOT_FOUND');
  });
});

suite('tgtd: CHAP', { skip: skipWithout(['tgtd', 'tgtadm']) }, () => {
  test('§12.1.3 the algorithms that we offer unasked lead to an agreement', async () => {
    await using tgtd = await startTgtd({ luns, chap: bob });
    await roundTrip(tgtd, { chap: bob });
  });

  test('§12.1.3 MD5 alone leads to an agreement too, in both directions', async () => {
    await using tgtd = await startTgtd({ luns, chap: bob, mutual: alice });
    await roundTrip(tgtd, { chap: { ...bob, mutual: alice, algorithms: ['MD5'] } });
  });

  test('§12.1.3 a target that has none of our algorithms ends the login', async () => {
    await using tgtd = await startTgtd({ luns, chap: bob });
    await refused(tgtd, { chap: { ...bob, algorithms: ['SHA3-256'] } }, 'ISCSI_LOGIN_REFUSED');
  });

  test('§12.1.3 wrong credentials, of ours or of the target, end the login and leave no session', async () => {
    await using tgtd = await startTgtd({ luns, chap: bob, mutual: alice });
    const other = 'a-secret-of-nobody';
    const wrong: ConnectOptions['chap'][] = [
      { ...bob, secret: other },
      { ...bob, user: 'eve' },
      { ...bob, mutual: { ...alice, secret: other } },
      { ...bob, mutual: { ...alice, user: 'eve' } },
    ];
    for (const chap of wrong) await refused(tgtd, { chap: chap! }, 'ISCSI_AUTH_FAILED');
    await refused(tgtd, {}, 'ISCSI_AUTH_FAILED');
    await roundTrip(tgtd, { chap: { ...bob, mutual: alice } });
  });

  test('§12.1 a target that will not authenticate as we insist is refused', async () => {
    await using open = await startTgtd({ luns });
    await refused(open, { chap: bob }, 'ISCSI_AUTH_FAILED');
    await using oneWay = await startTgtd({ luns, chap: bob });
    await refused(oneWay, { chap: { ...bob, mutual: alice } }, 'ISCSI_AUTH_FAILED');
  });
});

suite('tgtd: discovery', { skip: skipWithout(['tgtd', 'tgtadm', ...foreignTools]) }, () => {
  test('Appendix C: SendTargets gives the names that libiscsi lists, and an address that leads to the target', async () => {
    await using tgtd = await startTgtd({ luns });
    const second = 'iqn.2026-11.hawser.tgtd:second';
    const twice = ['--lld', 'iscsi', '--mode', 'target', '--tid', '2'];
    await tgtd.admin(...twice, '--op', 'new', '--targetname', second);
    await tgtd.admin(...twice, '--op', 'bind', '--initiator-address', 'ALL');
    const { host, port } = tgtd;
    const found = await discover(`${host}:${port}`, { name });
    assert.deepEqual(found.map((target) => target.name).sort(), (await targetsByLibiscsi(tgtd)).sort());
    assert.deepEqual(found.map((target) => target.name).sort(), [tgtd.targetName, second].sort());
    for (const { addresses } of found) assert.deepEqual(addresses, [{ host, port, portalGroupTag: 1 }]);
    await roundTrip({ ...tgtd, ...found.find((target) => target.name === tgtd.targetName)?.addresses[0] });
  });

  test('Appendix C: discovery with CHAP: the secret of discovery opens it, that of a target does not', async () => {
    const dora = { user: 'dora', secret: 'a-secret-of-dora' };
    await using tgtd = await startTgtd({ luns, chap: bob, discoveryChap: dora });
    const portal = { host: tgtd.host, port: tgtd.port };
    const found = await discover({ portal, chap: dora }, { name });
    assert.deepEqual(
      found.map((target) => target.name),
      await targetsByLibiscsi(tgtd, dora),
    );
    for (const chap of [bob, { ...dora, secret: bob.secret }]) {
      await assert.rejects(discover({ portal, chap }, { name }), { code: 'ISCSI_AUTH_FAILED' });
    }
    await assert.rejects(discover({ portal }, { name }), { code: 'ISCSI_AUTH_FAILED' });
    await assert.rejects(roundTrip(tgtd, { chap: dora }), IscsiError);
    await roundTrip(tgtd, { chap: bob });
  });
});
