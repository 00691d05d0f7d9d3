// What an initiator instance counts, each counter driven by what it counts and by nothing else.

import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { suite, test } from 'node:test';

import type { ConnectOptions, InitiatorInstance, InstanceStatistics, LoginStatistics } from 'hawser';
import { deadPortal, logIn, openInstance } from './instance-bench.ts';
import { type Lab, openLab } from './lab.ts';

const secrets = { one: 'first-secret-1', two: 'second-secret-2', wrong: 'wrong-secret-33' };

/** What has grown from one moment to another, by how much. */
function growth<T extends object>(before: T, after: T): Partial<Record<keyof T, number>> {
  const grown: Partial<Record<keyof T, number>> = {};
  for (const key of Object.keys(after) as (keyof T)[]) {
    const more = Number(after[key]) - Number(before[key]);
    if (more !== 0) grown[key] = more;
  }
  return grown;
}

/** What the work made the login counters grow by. */
async function counted(
  instance: InitiatorInstance,
  work: () => Promise<unknown>,
): Promise<Partial<Record<keyof LoginStatistics, number>>> {
  const before = instance.statistics().logins;
  await work().catch(() => undefined);
  return growth(before, instance.statistics().logins);
}

suite('RFC 4544 login and logout counters', () => {
  test('accepted logins of sessions, connections and discoveries; logouts by their reasons', async () => {
    await using lab = await openLab();
    await using instance = openInstance();
    const portal = lab.target.portals[0]!;
    const login = async (): Promise<unknown> => await logIn(instance, [portal], { connect: { connections: 2 } });
    assert.deepEqual(await counted(instance, login), { loginAcceptRsps: 2 });
    const discovery = async (): Promise<unknown> => await instance.sendTargets({ portal });
    assert.deepEqual(await counted(instance, discovery), { loginAcceptRsps: 1, logoutNormals: 1 });
    const { uniqueSessionId, connectionIds } = instance.sessions()[0]!;
    const remove = async (): Promise<void> => {
      await instance.removeConnectionFromSession(uniqueSessionId, connectionIds.get(2)!);
    };
    assert.deepEqual(await counted(instance, remove), { logoutOtherCodes: 1 });
    const logout = async (): Promise<unknown> => await instance.logoutFromTarget(uniqueSessionId);
    assert.deepEqual(await counted(instance, logout), { logoutNormals: 1 });
  });

  test('refusals by the target: of who we are, and all others; redirections; a portal that is not there', async () => {
    await using lab = await openLab({ chap: { user: 'user', secret: secrets.one } });
    await using instance = openInstance();
    const attempt = (chap: ConnectOptions['chap'], portals = lab.target.portals) =>
      counted(instance, () => logIn(instance, portals, { connect: chap === undefined ? {} : { chap } }));
    const good = { user: 'user', secret: secrets.one };
    assert.deepEqual(await attempt({ user: 'user', secret: secrets.wrong }), {
      loginAuthFailRsps: 1,
      loginFailures: 1,
    });
    lab.target.inject('refuse-login:class=3,detail=1,count=1');
    assert.deepEqual(await attempt(good), { loginOtherFailRsps: 1, loginFailures: 1 });
    assert.deepEqual(await attempt(good, [await deadPortal()]), { loginFailures: 1 });
    await using other = await openLab({ chap: { user: 'user', secret: secrets.one } });
    lab.target.inject(`redirect-login:address=127.0.0.1:${other.target.portals[0]?.port},count=1`);
    assert.deepEqual(await attempt(good), { loginRedirectRsps: 1, loginAcceptRsps: 1 });
    assert.deepEqual(Object.fromEntries(instance.statistics().errorCodes), {
      ISCSI_AUTH_FAILED: 1,
      ISCSI_TARGET_ERROR: 1,
      ISCSI_CONNECT_FAILED: 1,
    });
  });

  test('logins that we end because the target does not prove itself', async () => {
    const chap = { user: 'user', secret: secrets.one, mutual: { user: 'target', secret: secrets.two } };
    await using lab = await openLab({ chap });
    await using instance = openInstance();
    const wrong = { ...chap, mutual: { secret: secrets.wrong } };
    const unproven = async (): Promise<unknown> =>
      await logIn(instance, lab.target.portals, { connect: { chap: wrong } });
    assert.deepEqual(await counted(instance, unproven), { loginAuthenticateFails: 1, loginFailures: 1 });
    await logIn(instance, lab.target.portals, { connect: { chap } });
    assert.equal(instance.sessions()[0]?.authType, 'mutualChap');
  });
});

suite('counters of errors', () => {
  const offers = { headerDigest: 'CRC32C', dataDigest: 'CRC32C', defaultTime2Wait: 0 } as const;

  /** What a loss by this fault, met by a read, made grow. */
  async function lossBy(lab: Lab, fault: string, level: number): Promise<InstanceStatistics> {
    await using instance = openInstance();
    const limits = { pingIntervalMs: 50, pingTimeoutMs: 50, taskTimeoutMs: 60_000 };
    const { uniqueSessionId } = await logIn(instance, lab.target.portals, {
      connect: { limits, offers: { ...offers, errorRecoveryLevel: level }, disk: {} },
    });
    const disk = await instance.session(uniqueSessionId).session.openDisk(0);
    const back = level === 0 ? once(instance.events, 'sessionBack') : undefined;
    const injected = lab.target.inject(fault);
    await disk.read(0, Buffer.alloc(4096));
    await back;
    injected.remove();
    await disk.close();
    const { sessions, errors } = instance.statistics();
    const { digestErrors, connectionTimeoutErrors, formatErrors } = errors;
    const [session] = sessions;
    assert.deepEqual(
      [session?.digestErrors, session?.connectionTimeoutErrors, session?.formatErrors],
      [digestErrors, connectionTimeoutErrors, formatErrors],
    );
    return instance.statistics();
  }

  test('digest errors, those that end a connection and those that are recovered from', async () => {
    await using lab = await openLab({ parameters: { errorRecoveryLevel: 1 } });
    const kinds = { digestErrors: 1, connectionTimeoutErrors: 0, formatErrors: 0 };
    const fatal = await lossBy(lab, 'corrupt-header:opcode=data-in,count=1', 0);
    assert.deepEqual(fatal.errors, { ...kinds, sessionFailures: 1 });
    const mended = await lossBy(lab, 'corrupt-data:opcode=data-in,count=1', 1);
    assert.deepEqual(mended.errors, { ...kinds, sessionFailures: 0 });
  });

  test('timeouts of a connection', async () => {
    await using lab = await openLab();
    const { errors, errorCodes } = await lossBy(lab, 'stall-connection:opcode=data-in,count=1,ms=3000', 0);
    assert.deepEqual(errors, { digestErrors: 0, connectionTimeoutErrors: 1, formatErrors: 0, sessionFailures: 1 });
    assert.equal(errorCodes.get('ISCSI_PING_TIMEOUT'), 1);
  });

  test('format errors', async () => {
    await using lab = await openLab();
    const { errors } = await lossBy(lab, 'corrupt-header:opcode=data-in,at=0,mask=31,digest=right,count=1', 0);
    assert.deepEqual(errors, { digestErrors: 0, connectionTimeoutErrors: 0, formatErrors: 1, sessionFailures: 1 });
  });
});

suite('counters of what goes over the wire', () => {
  test('by connection from its opening, by session over losses, by instance for good; times of commands', async () => {
    await using lab = await openLab();
    const durations: number[] = [];
    await using instance = openInstance({ commandAnswered: (_session, durationMs) => durations.push(durationMs) });
    const { uniqueSessionId: id } = await logIn(instance, lab.target.portals, {
      connect: { connections: 2, policy: { kind: 'roundRobin' }, offers: { defaultTime2Wait: 0 } },
    });
    const disk = await instance.session(id).session.openDisk(0);
    for (let count = 0; count < 10; count += 1) await disk.write(0, Buffer.alloc(8192));
    const [before] = instance.statistics().sessions;
    const [first, second] = before!.connections;
    assert.ok(before!.bytesSent > 10 * 8192, `${before?.bytesSent} bytes`);
    assert.equal(before!.commandsSent, before!.responsesReceived);
    assert.equal(before!.commandsSent, durations.length);
    assert.equal(first!.commandsSent + second!.commandsSent, before!.commandsSent);
    for (const { averageProcessingTimeMs: average, maximumProcessingTimeMs: maximum } of before!.connections) {
      assert.ok(average > 0 && average <= maximum && maximum <= Math.max(...durations), `${average} ${maximum}`);
    }
    const back = once(instance.events, 'connectionRecovered');
    lab.target.sessions()[0]?.cut(2);
    await back;
    const [after] = instance.statistics().sessions;
    assert.ok(after!.commandsSent >= before!.commandsSent);
    assert.deepEqual([after!.connections[1]?.commandsSent, after!.connections[1]?.maximumProcessingTimeMs], [0, 0]);
    assert.equal(after!.connections[1]?.uniqueConnectionId, second!.uniqueConnectionId);
    await disk.close();
    await instance.logoutFromTarget(id);
    const { traffic, sessions } = instance.statistics();
    assert.deepEqual(sessions, []);
    assert.ok(traffic.bytesSent > after!.bytesSent && traffic.commandsSent >= after!.commandsSent);
  });

  test('by the local address that connections start from, PDUs too, those of connections that are over as well', async () => {
    await using lab = await openLab();
    await using instance = openInstance();
    let sessionId = 0;
    const seen = { sent: 0, received: 0 };
    const count = (kind: keyof typeof seen) => (pdu: unknown) => {
      const isOurs = sessionId === 0 || (pdu as { sessionId: number }).sessionId === sessionId;
      if (isOurs) seen[kind] += 1;
    };
    const [sent, received] = [count('sent'), count('received')];
    subscribe('hawser:pdu:sent', sent);
    subscribe('hawser:pdu:received', received);
    const portal = lab.target.portals[0]!;
    const { uniqueSessionId: id } = await logIn(instance, [{ ...portal, localAddress: '127.0.0.5' }], {
      connect: { policy: { kind: 'roundRobin' } },
    });
    sessionId = instance.session(id).session.id;
    const second = await instance.addConnectionToSession(id, { portal: { ...portal, localAddress: '127.0.0.6' } });
    const disk = await instance.session(id).session.openDisk(0);
    for (let turn = 0; turn < 10; turn += 1) await disk.write(0, Buffer.alloc(8192));
    const addresses = ['127.0.0.5', '127.0.0.6'];
    const before = instance.statistics();
    assert.deepEqual([...before.trafficByAddress.keys()], addresses);
    await instance.removeConnectionFromSession(id, second);
    await disk.close();
    await instance.logoutFromTarget(id);
    unsubscribe('hawser:pdu:sent', sent);
    unsubscribe('hawser:pdu:received', received);
    const { traffic, trafficByAddress } = instance.statistics();
    assert.deepEqual([...trafficByAddress.keys()].sort(), addresses);
    assert.deepEqual([traffic.pdusSent, traffic.pdusReceived], [seen.sent, seen.received]);
    for (const address of addresses) {
      const { bytesSent, pdusReceived } = trafficByAddress.get(address)!;
      assert.ok(bytesSent > 4 * 8192 && pdusReceived > 5, `${address}: ${bytesSent} bytes, ${pdusReceived} PDUs`);
    }
  });
});
