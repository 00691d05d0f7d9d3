// The sessions of an initiator instance: which login makes one, and what their ids outlive.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { DeviceBusyError, type InstanceSession, SessionError, UniqueIds } from 'hawser';
import { nextTurn, ServiceError, systemClock } from '../../../src/base/index.ts';
import { eventsOf, logIn, nodeName, openInstance } from './instance-bench.ts';
import { openLab, rejection, targetName } from './lab.ts';

suite('logins of an initiator instance', () => {
  test('to different targets run side by side, and all ids differ, over instances too', async () => {
    await using first = await openLab();
    await using second = await openLab({ name: 'iqn.2026-11.test:second' });
    const ids = new UniqueIds();
    await using instance = openInstance({ ids });
    await using other = openInstance({ ids, nodeName: 'iqn.2026-11.test:other' });
    const results = await Promise.all([
      logIn(instance, first.target.portals),
      logIn(instance, second.target.portals, { targetName: second.target.name }),
      logIn(other, first.target.portals),
    ]);
    const all = results.flatMap(({ uniqueSessionId, uniqueConnectionId }) => [uniqueSessionId, uniqueConnectionId]);
    assert.equal(new Set(all).size, 6);
    assert.deepEqual(
      instance
        .sessions()
        .map((session) => session.targetName)
        .sort(),
      [targetName, 'iqn.2026-11.test:second'],
    );
    assert.notEqual(instance.adapterId, other.adapterId);
  });

  test('to the same target at the same time make one session; `refuse` refuses, `add` has another', async () => {
    await using lab = await openLab();
    const { portals } = lab.target;
    await using instance = openInstance();
    const many = await Promise.all(Array.from({ length: 20 }, () => logIn(instance, portals)));
    assert.equal(new Set(many.map(({ uniqueSessionId }) => uniqueSessionId)).size, 1);
    assert.equal(many.filter(({ wasThere }) => !wasThere).length, 1);
    assert.equal(lab.target.sessions().length, 1);
    const refused = await rejection(logIn(instance, portals, { existing: 'refuse' }), ServiceError);
    assert.deepEqual([refused.code, refused.field], ['SERVICE_TARGET_LOGGED_IN', 'targetName']);
    const added = await logIn(instance, portals, { existing: 'add' });
    assert.equal(added.wasThere, false);
    assert.notEqual(added.uniqueSessionId, many[0]?.uniqueSessionId);
    assert.equal(lab.target.sessions().length, 2);
  });

  test('offer the keys of the instance where they name none; changed ones from the next login on', async () => {
    await using lab = await openLab();
    const { portals } = lab.target;
    await using instance = openInstance({ offers: { initialR2t: true, maxBurstLength: 65_536 } });
    const { uniqueSessionId } = await logIn(instance, portals);
    const { parameters } = instance.session(uniqueSessionId).session;
    assert.deepEqual([parameters.initialR2t, parameters.maxBurstLength], [true, 65_536]);
    assert.throws(
      () => {
        instance.setOffers({ firstBurstLength: 131_072 });
      },
      { code: 'ISCSI_BAD_ARGUMENT' },
    );
    assert.equal(instance.offers.firstBurstLength, 65_536);
    instance.setOffers({ maxBurstLength: 32_768, immediateData: false });
    const connect = { offers: { immediateData: true } };
    const added = await logIn(instance, portals, { existing: 'add', connect });
    const changed = instance.session(added.uniqueSessionId).session.parameters;
    assert.deepEqual([changed.initialR2t, changed.maxBurstLength, changed.immediateData], [true, 32_768, true]);
    assert.equal(instance.session(uniqueSessionId).session.parameters.maxBurstLength, 65_536);
  });

  test('that are told different things wait for each other, and are content with what comes of it', async () => {
    await using lab = await openLab({ chap: { user: 'user', secret: 'right-secret-1' } });
    const { portals } = lab.target;
    await using instance = openInstance();
    const wrong = logIn(instance, portals, { connect: { chap: { user: 'user', secret: 'wrong-secret-1' } } });
    const right = logIn(instance, portals, { connect: { chap: { user: 'user', secret: 'right-secret-1' } } });
    await assert.rejects(wrong, { code: 'ISCSI_AUTH_FAILED' });
    const { uniqueSessionId } = await right;
    assert.equal(instance.session(uniqueSessionId).authType, 'chap');
    assert.equal(lab.target.sessions().length, 1);
  });

  test('given up by all who wait leave nothing behind; those who stay get it', async () => {
    await using lab = await openLab();
    const { portals } = lab.target;
    await using instance = openInstance();
    const end = new AbortController();
    const leaving = logIn(instance, portals, { signal: end.signal });
    const staying = logIn(instance, portals);
    end.abort(new Error('no more'));
    await assert.rejects(leaving, /no more/);
    const { uniqueSessionId } = await staying;
    await instance.logoutFromTarget(uniqueSessionId);
    const alone = new AbortController();
    const gone = logIn(instance, portals, { signal: alone.signal });
    alone.abort(new Error('nobody'));
    await assert.rejects(gone, /nobody/);
    assert.deepEqual([instance.sessions(), lab.target.sessions()], [[], []]);
  });

  test('under a new node name leave the sessions of the old one as they are', async () => {
    await using lab = await openLab();
    await using instance = openInstance({ alias: 'before' });
    const { uniqueSessionId } = await logIn(instance, lab.target.portals);
    instance.setNodeName('iqn.2026-11.test:RENAMED');
    assert.throws(
      () => {
        instance.setNodeName('no name');
      },
      { code: 'ISCSI_BAD_ARGUMENT' },
    );
    const again = await logIn(instance, lab.target.portals);
    assert.equal(again.uniqueSessionId, uniqueSessionId);
    await logIn(instance, lab.target.portals, { existing: 'add' });
    assert.deepEqual(
      lab.target.sessions().map(({ initiatorName, initiatorAlias }) => [initiatorName, initiatorAlias]),
      [
        [nodeName, 'before'],
        ['iqn.2026-11.test:renamed', ''],
      ],
    );
    assert.deepEqual(
      instance.sessions().map(({ initiatorName }) => initiatorName),
      [nodeName, 'iqn.2026-11.test:renamed'],
    );
  });
});

suite('sessions of an initiator instance', () => {
  test('by type: an informational one takes raw SCSI commands, and none is taken for the other', async () => {
    await using lab = await openLab();
    await using instance = openInstance();
    const [data, informational] = await Promise.all([
      logIn(instance, lab.target.portals),
      logIn(instance, lab.target.portals, { sessionType: 'informational' }),
    ]);
    assert.notEqual(data.uniqueSessionId, informational.uniqueSessionId);
    for (const { uniqueSessionId: id } of [data, informational]) {
      assert.equal((await instance.scsiInquiry(id, { lun: 0 })).response[0], 0);
      assert.equal((await instance.scsiReadCapacity(id, 0)).response.length, 32);
      assert.deepEqual([...(await instance.scsiReportLuns(id)).response.subarray(0, 4)], [0, 0, 0, 8]);
      const missing = await instance.scsiReadCapacity(id, 5);
      assert.deepEqual([missing.scsiStatus, missing.response.length, missing.sense[2]], [2, 0, 5]);
    }
    assert.equal((await logIn(instance, lab.target.portals)).uniqueSessionId, data.uniqueSessionId);
  });

  test('are over after a logout, and so are their ids; the next login makes a session with others', async () => {
    await using lab = await openLab();
    await using instance = openInstance();
    const told = eventsOf(instance, 'loggedIn', 'loggedOut');
    const { uniqueSessionId, uniqueConnectionId } = await logIn(instance, lab.target.portals);
    const report = await instance.logoutFromTarget(uniqueSessionId);
    assert.equal(report.isClean, true);
    assert.deepEqual([instance.sessions(), lab.target.sessions(), told], [[], [], ['loggedIn', 'loggedOut']]);
    const unknown = { code: 'SERVICE_SESSION_UNKNOWN', field: 'sessionId' };
    assert.throws(() => instance.session(uniqueSessionId), unknown);
    await assert.rejects(instance.logoutFromTarget(uniqueSessionId), unknown);
    await assert.rejects(instance.removeConnectionFromSession(uniqueSessionId, uniqueConnectionId), unknown);
    await assert.rejects(instance.scsiReportLuns(uniqueSessionId), unknown);
    const next = await logIn(instance, lab.target.portals);
    assert.ok(next.uniqueSessionId > uniqueConnectionId);
  });

  test('stay when a holder refuses the logout; a login while one is under way gets a session that stays', async () => {
    await using lab = await openLab();
    await using instance = openInstance();
    const { uniqueSessionId } = await logIn(instance, lab.target.portals);
    const disk = await instance.session(uniqueSessionId).session.openDisk(0, { label: 'nightly backup' });
    const busy = await rejection(instance.logoutFromTarget(uniqueSessionId), DeviceBusyError);
    assert.deepEqual(
      busy.holders.map(({ label }) => label),
      ['nightly backup'],
    );
    assert.equal((await logIn(instance, lab.target.portals)).uniqueSessionId, uniqueSessionId);
    await disk.close();
    const leaving = instance.logoutFromTarget(uniqueSessionId);
    const back = await logIn(instance, lab.target.portals);
    await leaving;
    assert.notEqual(back.uniqueSessionId, uniqueSessionId);
    assert.equal(instance.session(back.uniqueSessionId).session.state, 'loggedIn');
  });

  test('discover: SendTargets under the node’s name', async () => {
    await using lab = await openLab({ allowedInitiators: ['iqn.2026-11.test:known'] });
    await using instance = openInstance();
    const portal = lab.target.portals[0]!;
    assert.deepEqual(await instance.sendTargets({ portal }), []);
    instance.setNodeName('iqn.2026-11.test:known');
    assert.deepEqual(
      (await instance.sendTargets({ portal })).map(({ name }) => name),
      [targetName],
    );
  });
});

suite('an initiator instance is closed', () => {
  test('with its sessions logged out, and takes no more logins', async () => {
    const logouts: number[] = [];
    await using lab = await openLab({ hooks: { onLogout: ({ reason }) => void logouts.push(reason) } });
    await using instance = openInstance();
    await logIn(instance, lab.target.portals);
    await logIn(instance, lab.target.portals, { existing: 'add' });
    await instance.close({ logOut: true });
    assert.deepEqual([logouts, instance.sessions(), lab.target.sessions()], [[0, 0], [], []]);
    const error = await rejection(logIn(instance, lab.target.portals), SessionError);
    assert.equal(error.code, 'ISCSI_CLOSED');
  });

  test('with its sessions left as they are, open disks or not, without a word to the target', async () => {
    const logouts: number[] = [];
    await using lab = await openLab({ hooks: { onLogout: ({ reason }) => void logouts.push(reason) } });
    await using instance = openInstance();
    const { uniqueSessionId } = await logIn(instance, lab.target.portals);
    const disk = await instance.session(uniqueSessionId).session.openDisk(0);
    await instance.close({ logOut: false });
    assert.deepEqual([logouts, instance.sessions()], [[], []]);
    await assert.rejects(disk.read(0, Buffer.alloc(512)));
  });

  test('in the middle of logins and of a logout that waits; the second close cuts the first short', async () => {
    await using lab = await openLab({
      hooks: { onCommand: ({ cdb }) => (cdb[0] === 0x28 ? { kind: 'never' } : undefined) },
    });
    await using instance = openInstance();
    const { uniqueSessionId } = await logIn(instance, lab.target.portals);
    const disk = await instance.session(uniqueSessionId).session.openDisk(0);
    const stuck = disk.read(0, Buffer.alloc(512));
    stuck.catch(() => undefined);
    while (lab.target.sessions()[0]?.taskCount !== 1) await nextTurn();
    const login = logIn(instance, lab.target.portals, { existing: 'add' });
    login.catch(() => undefined);
    const start = systemClock.now();
    const closing = instance.close({ logOut: true });
    assert.equal(instance.close({ logOut: false }), closing);
    await Promise.all([closing, assert.rejects(stuck), assert.rejects(login, { code: 'ISCSI_CLOSED' })]);
    assert.deepEqual(instance.sessions(), []);
    const ms = systemClock.now() - start;
    assert.ok(ms < 5_000, `${ms} ms, where commands have 10 s to finish before a logout`);
  });
});

suite('an initiator port', () => {
  test('is a local address by number, from which a session or one connection of it starts', async () => {
    await using lab = await openLab();
    await using instance = openInstance();
    const { ports } = instance;
    const port = ports.indexOf('127.0.0.1');
    const result = await logIn(instance, lab.target.portals, { initiatorPort: port });
    const session: InstanceSession = instance.session(result.uniqueSessionId);
    assert.equal(session.connections[0]?.facts?.endpoints?.local.address, '127.0.0.1');
    await assert.rejects(logIn(instance, lab.target.portals, { existing: 'add', initiatorPort: ports.length }), {
      code: 'SERVICE_INSTANCE_UNKNOWN',
      field: 'initiatorPort',
    });
    await instance.addConnectionToSession(result.uniqueSessionId, { initiatorPort: 0xffff_ffff });
    assert.equal(session.connections.length, 2);
  });

  test('is the only one of an instance that is bound to it', async () => {
    await using lab = await openLab();
    await using instance = openInstance({ binding: { localAddress: '127.0.0.5' } });
    assert.deepEqual(instance.ports, ['127.0.0.5']);
    const { uniqueSessionId } = await logIn(instance, lab.target.portals, { initiatorPort: 0 });
    const [connection] = instance.session(uniqueSessionId).connections;
    assert.equal(connection?.facts?.endpoints?.local.address, '127.0.0.5');
  });

  test('stays the one of a session and of each connection, also after a redirection and a loss', async () => {
    await using lab = await openLab();
    await using directory = await openLab({ redirect: { ...lab.target.portals[0]!, isPermanent: false } });
    await using instance = openInstance();
    const [portal] = lab.target.portals;
    const { uniqueSessionId } = await logIn(
      instance,
      [{ ...directory.target.portals[0]!, localAddress: '127.0.0.6' }],
      {
        connect: { offers: { defaultTime2Wait: 0 } },
      },
    );
    await instance.addConnectionToSession(uniqueSessionId, { portal: { ...portal!, localAddress: '127.0.0.7' } });
    const session = instance.session(uniqueSessionId);
    const starts = (): (string | undefined)[] =>
      session.connections.map(({ facts }) => facts?.endpoints?.local.address);
    assert.deepEqual(starts(), ['127.0.0.6', '127.0.0.7']);
    const [first, added] = session.connections;
    const redirect = { from: session.portal, to: { ...portal!, localAddress: '127.0.0.6' }, isTemporary: true };
    assert.deepEqual([first?.facts?.redirect, added?.facts?.redirect], [redirect, undefined]);
    const back = new Promise<void>((resolve) => {
      let count = 0;
      instance.events.on('connectionRecovered', () => {
        count += 1;
        if (count === 2) resolve();
      });
    });
    lab.target.sessions()[0]?.cut();
    await back;
    assert.deepEqual(starts(), ['127.0.0.6', '127.0.0.7']);
  });
});
