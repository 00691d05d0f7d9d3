// The connections of an instance's sessions: ids that outlive losses and nothing else.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { suite, test } from 'node:test';

import {
  type ConnectionWishes,
  type InitiatorInstance,
  type InstanceConnection,
  type InstanceEvents,
  SessionError,
} from 'hawser';
import { eventsOf, logIn, openInstance } from './instance-bench.ts';
import { openLab, rejection, size } from './lab.ts';

/** Comes back without a pause. */
const atOnce = { offers: { defaultTime2Wait: 0 }, limits: { reconnectIntervalMs: 20 } };

const idsOf = (instance: InitiatorInstance, session: bigint): bigint[] =>
  instance.session(session).connections.map(({ uniqueConnectionId }) => uniqueConnectionId);

/** Resolves when the event has come so often. */
async function times(instance: InitiatorInstance, name: keyof InstanceEvents, count: number): Promise<void> {
  await new Promise<void>((resolve) => {
    let seen = 0;
    instance.events.on(name, () => {
      seen += 1;
      if (seen === count) resolve();
    });
  });
}

suite('connections of a session of an instance', () => {
  test('are added, at another portal of the group too, and removed by ids; the leading and the last stay', async () => {
    await using lab = await openLab({
      listen: [
        { host: '127.0.0.1', port: 0 },
        { host: '127.0.0.2', port: 0 },
      ],
    });
    const [near, far] = lab.target.portals;
    await using instance = openInstance();
    const told = eventsOf(instance, 'connectionAdded', 'connectionRemoved');
    const { uniqueSessionId: id, uniqueConnectionId: leading } = await logIn(instance, [near!]);
    const second = await instance.addConnectionToSession(id, { portal: far! });
    const third = await instance.addConnectionToSession(id);
    assert.deepEqual(idsOf(instance, id), [leading, second, third]);
    assert.deepEqual(
      instance.session(id).connections.map(({ address, isLeading }) => [address, isLeading]),
      [
        [`127.0.0.1:${near?.port}`, true],
        [`127.0.0.2:${far?.port}`, false],
        [`127.0.0.1:${near?.port}`, false],
      ],
    );
    const remove = async (connection: bigint): Promise<string> =>
      (await rejection(instance.removeConnectionFromSession(id, connection), SessionError)).code;
    assert.equal(await remove(leading), 'ISCSI_LEADING_CONNECTION');
    await instance.removeConnectionFromSession(id, second);
    await assert.rejects(instance.removeConnectionFromSession(id, second), { code: 'SERVICE_CONNECTION_UNKNOWN' });
    await assert.rejects(instance.removeConnectionFromSession(id, id), { code: 'SERVICE_CONNECTION_UNKNOWN' });
    await instance.removeConnectionFromSession(id, third);
    assert.equal(await remove(leading), 'ISCSI_LAST_CONNECTION');
    const fourth = await instance.addConnectionToSession(id);
    assert.ok(fourth > third);
    assert.equal(lab.target.sessions()[0]?.connections.length, 2);
    assert.equal(told.join(' '), 'connectionAdded connectionAdded connectionRemoved connectionRemoved connectionAdded');
  });

  test('several of one login have ids each, and an event for none of them but the login’s', async () => {
    await using lab = await openLab();
    await using instance = openInstance();
    const told = eventsOf(instance, 'loggedIn', 'connectionAdded');
    const { uniqueSessionId } = await logIn(instance, lab.target.portals, { connect: { connections: 3 } });
    assert.equal(new Set(idsOf(instance, uniqueSessionId)).size, 3);
    assert.deepEqual(told, ['loggedIn']);
  });

  test('§13 are told digests and credentials of their own, and still have them after a loss', async () => {
    const chap = { user: 'user', secret: 'right-secret-1' };
    await using lab = await openLab({ chap });
    await using instance = openInstance();
    const { uniqueSessionId: id } = await logIn(instance, lab.target.portals, { connect: { ...atOnce, chap } });
    const add = async (connect: ConnectionWishes): Promise<bigint> =>
      await instance.addConnectionToSession(id, { connect });
    await assert.rejects(add({ chap: { ...chap, secret: 'wrong-secret-1' } }), { code: 'ISCSI_AUTH_FAILED' });
    await assert.rejects(add({ chap: 'none' }), { code: 'ISCSI_AUTH_FAILED' });
    await add({ chap, offers: { headerDigest: 'CRC32C' } });
    await add({ offers: { dataDigest: 'CRC32C', maxRecvDataSegmentLength: 8192 } });
    const digests = (): unknown[] =>
      instance.session(id).connections.map(({ facts }) => {
        const { headerDigest, dataDigest, maxRecvDataSegmentLength } = facts!.parameters;
        return [headerDigest, dataDigest, maxRecvDataSegmentLength];
      });
    const agreed = [
      [false, false, 262_144],
      [true, false, 262_144],
      [false, true, 8192],
    ];
    assert.deepEqual(digests(), agreed);
    const back = times(instance, 'connectionRecovered', 3);
    lab.target.sessions()[0]?.cut();
    await back;
    assert.deepEqual(digests(), agreed);
  });

  test('§7.14 keep their ids when one is lost and comes back, and is shown lost meanwhile', async () => {
    await using lab = await openLab();
    await using instance = openInstance();
    const { uniqueSessionId: id } = await logIn(instance, lab.target.portals, {
      connect: { ...atOnce, connections: 2 },
    });
    const before = idsOf(instance, id);
    const session = instance.session(id);
    const lost = once(instance.events, 'connectionLost');
    const refused = lab.target.inject('refuse-login:connection=added,count=1');
    const back = once(instance.events, 'connectionRecovered');
    const retried = once(instance.events, 'connectionRetried');
    lab.target.sessions()[0]?.cut(2);
    assert.equal((await lost)[1], before[1]);
    const away = session.connections.find(({ uniqueConnectionId }) => uniqueConnectionId === before[1]);
    assert.deepEqual([away?.facts, away?.error?.code], [undefined, 'ISCSI_CONNECTION_LOST']);
    assert.equal(session.lastError?.code, 'ISCSI_CONNECTION_LOST');
    assert.equal(((await retried) as InstanceEvents['connectionRetried'])[2].code, 'ISCSI_TARGET_ERROR');
    assert.equal(session.lastError.code, 'ISCSI_TARGET_ERROR');
    assert.equal((await back)[1], before[1]);
    refused.remove();
    assert.deepEqual(idsOf(instance, id), before);
    assert.deepEqual([session.recoveries, session.lastError], [1, undefined]);
  });

  test('§6.3.5 keep their ids when the whole session is lost and reinstated; so does the session', async () => {
    await using lab = await openLab();
    await using instance = openInstance();
    const { uniqueSessionId: id } = await logIn(instance, lab.target.portals, {
      connect: { ...atOnce, connections: 3 },
    });
    const before = idsOf(instance, id);
    const session = instance.session(id);
    const told = eventsOf(instance, 'sessionLost', 'sessionBack');
    const lost = once(instance.events, 'sessionLost');
    const recovered = times(instance, 'connectionRecovered', 3);
    const refused = lab.target.inject('refuse-login:count=2');
    const retried = times(instance, 'sessionRetried', 2);
    lab.target.sessions()[0]?.cut();
    await lost;
    assert.equal(session.lastError?.code, 'ISCSI_CONNECTION_LOST');
    assert.deepEqual(await logIn(instance, lab.target.portals), {
      uniqueSessionId: id,
      uniqueConnectionId: before[0],
      wasThere: true,
      failedPortals: [],
    });
    await retried;
    assert.equal(session.lastError.code, 'ISCSI_TARGET_ERROR');
    await recovered;
    refused.remove();
    assert.deepEqual([idsOf(instance, id), told], [before, ['sessionLost', 'sessionBack']]);
    assert.deepEqual([session.session.state, session.lastError], ['loggedIn', undefined]);
    assert.equal((await instance.logoutFromTarget(id)).isClean, true);
  });

  test('that are not opened again lose their ids', async () => {
    await using lab = await openLab();
    await using instance = openInstance();
    const { uniqueSessionId: id } = await logIn(instance, lab.target.portals, {
      connect: { ...atOnce, connections: 3, reconnects: false },
    });
    const [leading, second, third] = idsOf(instance, id);
    const removed = once(instance.events, 'connectionRemoved');
    lab.target.sessions()[0]?.cut(2);
    assert.equal((await removed)[1], second);
    assert.deepEqual(idsOf(instance, id), [leading, third]);
    assert.equal(instance.session(id).lastError, undefined);
    const next = await instance.addConnectionToSession(id);
    assert.ok(next > third!);
    const over = once(instance.events, 'loggedOut');
    lab.target.sessions()[0]?.cut();
    const [, end] = (await over) as InstanceEvents['loggedOut'];
    assert.deepEqual([end.how, instance.sessions()], ['lost', []]);
  });

  test('§11.9.1 lose their ids when the target asks for a logout; the session stays, and so does its id', async () => {
    await using lab = await openLab();
    await using instance = openInstance();
    const { uniqueSessionId: id } = await logIn(instance, lab.target.portals, {
      connect: { ...atOnce, connections: 2 },
    });
    const [leading, second] = idsOf(instance, id);
    const removed = once(instance.events, 'connectionRemoved');
    lab.target.sessions()[0]?.requestLogout({ cid: 2 });
    assert.equal((await removed)[1], second);
    assert.deepEqual(idsOf(instance, id), [leading]);
    const back = once(instance.events, 'sessionBack');
    lab.target.sessions()[0]?.requestLogout();
    await back;
    assert.deepEqual(idsOf(instance, id), [leading]);
    assert.equal(instance.session(id).session.state, 'loggedIn');
  });

  test('§11.9.1 one of them leads when the target asks for a logout of the leading one, and all have ids after a break', async () => {
    await using lab = await openLab();
    await using instance = openInstance();
    const { portals } = lab.target;
    const { uniqueSessionId: id } = await logIn(instance, portals, { connect: { ...atOnce, connections: 3 } });
    const [first, second, third] = idsOf(instance, id);
    const removed = once(instance.events, 'connectionRemoved');
    lab.target.sessions()[0]?.requestLogout({ cid: 1 });
    assert.equal((await removed)[1], first);
    assert.deepEqual((await logIn(instance, portals)).uniqueConnectionId, second);
    const gone: bigint[] = [];
    instance.events.on('connectionRemoved', (_session, connection) => gone.push(connection));
    const back = once(instance.events, 'sessionBack');
    for (const cid of [2, 3]) lab.target.sessions()[0]?.requestLogout({ cid });
    await back;
    await instance.scsiReportLuns(id);
    const now = idsOf(instance, id);
    assert.deepEqual(gone, [second, third]);
    assert.equal(now.length, 1);
    assert.ok(now[0]! > third!);
    assert.equal((await logIn(instance, portals)).uniqueConnectionId, now[0]);
  });

  test('of a lost session stay lost after a logout, which ends all attempts', async () => {
    await using lab = await openLab();
    await using instance = openInstance();
    const { uniqueSessionId: id } = await logIn(instance, lab.target.portals, {
      connect: { limits: { logoutTimeoutMs: 200, reconnectIntervalMs: 20 } },
    });
    const lost = once(instance.events, 'sessionLost');
    await lab.target.destroy();
    await lost;
    const { isClean } = await instance.logoutFromTarget(id);
    assert.deepEqual([isClean, instance.sessions()], [false, []]);
  });
});

suite('policies by connection ids', () => {
  test('choose the connections that carry the commands, and are told by ids', async () => {
    await using lab = await openLab();
    await using instance = openInstance();
    const { uniqueSessionId: id } = await logIn(instance, lab.target.portals, { connect: { connections: 3 } });
    const [first, second, third] = idsOf(instance, id) as [bigint, bigint, bigint];
    const disk = await instance.session(id).session.openDisk(0);
    const sent = ({ facts }: InstanceConnection): number => facts?.tasksSent ?? 0;
    const shares = async (): Promise<number[]> => {
      const before = instance.session(id).connections.map(sent);
      for (let count = 0; count < 12; count += 1) await disk.read(0, Buffer.alloc(512));
      return instance.session(id).connections.map((connection, index) => sent(connection) - (before[index] ?? 0));
    };
    const { preferred } = { preferred: third };
    for (const [policy, share] of [
      [{ kind: 'failOver', preferred }, [0, 0, 12]],
      [{ kind: 'roundRobin' }, [4, 4, 4]],
      [{ kind: 'roundRobinWithSubset', preferred: [second, third] }, [0, 6, 6]],
      [{ kind: 'leastQueueDepth' }, [12, 0, 0]],
      [{ kind: 'weightedPaths', weights: new Map([[second, 5]]) }, [0, 12, 0]],
    ] as const) {
      instance.setLoadBalancePolicy(id, policy);
      assert.deepEqual(instance.loadBalancePolicy(id), policy);
      assert.deepEqual(await shares(), share, policy.kind);
    }
    assert.throws(
      () => {
        instance.setLoadBalancePolicy(id, { kind: 'failOver', preferred: first + 100n });
      },
      { code: 'SERVICE_CONNECTION_UNKNOWN' },
    );
    await disk.close();
  });
});

suite('devices of an instance', () => {
  test('are told of with their session', async () => {
    await using lab = await openLab();
    await using instance = openInstance();
    const { uniqueSessionId: id } = await logIn(instance, lab.target.portals);
    const seen: string[] = [];
    instance.events.on('device', (session, happening) => {
      assert.equal(session.uniqueSessionId, id);
      seen.push(happening.name === 'deviceAdded' ? `added ${happening.args[0].lun}` : happening.name);
    });
    const { session } = instance.session(id);
    await session.devices();
    const disk = await session.openDisk(0);
    const resized = new Promise<void>((resolve) => {
      instance.events.on('device', (_session, { name }) => {
        if (name === 'deviceResized') resolve();
      });
    });
    lab.target.resizeLun(0, size / 2);
    await disk.read(0, Buffer.alloc(512));
    await resized;
    await disk.close();
    assert.ok(seen.includes('added 0') && seen.includes('unitAttention'), seen.join(' '));
  });
});
