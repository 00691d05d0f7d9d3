// Discovery sessions that an instance keeps: what can be asked over them, what their loss means, and how they end.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { type InitiatorInstance, type InstanceDiscovery, SessionError } from 'hawser';
import { nextTurn, ServiceError } from '../../../src/base/index.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { deadPortal, logIn, openInstance } from './instance-bench.ts';
import { type Lab, openLab, rejection, targetName } from './lab.ts';

async function keep(instance: InitiatorInstance, lab: Lab): Promise<InstanceDiscovery> {
  return await instance.loginForDiscovery({ portal: lab.target.portals[0]! });
}

/** Settles when the other side has learnt of the loss. */
async function lost({ session }: InstanceDiscovery): Promise<void> {
  while (session.state === 'loggedIn') await nextTurn();
}

suite('a discovery session that is kept', () => {
  test('RFC 7143 Appendix C: answers All and a name again and again, over one login', async () => {
    const texts: string[] = [];
    await using lab = await openLab();
    await using instance = openInstance();
    const { uniqueSessionId: id, uniqueConnectionId, session } = await keep(instance, lab);
    assert.notEqual(id, uniqueConnectionId);
    for (const which of ['All', targetName, 'All', 'iqn.2026-11.test:nobody']) {
      const { text, targets } = await instance.sendTargetsOver(id, which);
      texts.push(Buffer.from(text).toString('latin1'));
      assert.equal(targets.length, which === 'iqn.2026-11.test:nobody' ? 0 : 1);
    }
    const [{ host, port }] = lab.target.portals as [{ host: string; port: number }];
    const answer = `TargetName=${targetName}\0TargetAddress=${host}:${port},1\0`;
    assert.deepEqual(texts, [answer, answer, answer, '']);
    assert.equal(instance.statistics().logins.loginAcceptRsps, 1);
    assert.deepEqual(
      [session.state, session.connections.length, lab.target.sessions().map(({ isDiscovery }) => isDiscovery)],
      ['loggedIn', 1, [true]],
    );
  });

  test('stands in a list of its own, is no session for commands, and its id is none after the logout', async () => {
    await using lab = await openLab();
    await using instance = openInstance();
    const { uniqueSessionId: id, uniqueConnectionId } = await keep(instance, lab);
    const data = await logIn(instance, lab.target.portals);
    assert.equal(new Set([id, uniqueConnectionId, data.uniqueSessionId, data.uniqueConnectionId]).size, 4);
    assert.deepEqual(
      instance.discoverySessions().map(({ uniqueSessionId }) => uniqueSessionId),
      [id],
    );
    assert.equal(instance.sessions().length, 1);
    const unknown = { code: 'SERVICE_SESSION_UNKNOWN', field: 'sessionId' };
    await assert.rejects(instance.scsiInquiry(id, { lun: 0 }), unknown);
    await assert.rejects(instance.addConnectionToSession(id), unknown);
    await assert.rejects(instance.sendTargetsOver(data.uniqueSessionId, 'All'), unknown);
    const logouts = instance.statistics().logins.logoutNormals;
    assert.equal((await instance.logoutFromTarget(id)).isClean, true);
    assert.equal(instance.statistics().logins.logoutNormals, logouts + 1);
    assert.deepEqual([instance.discoverySessions(), lab.target.sessions().length], [[], 1]);
    const gone = await rejection(instance.sendTargetsOver(id, 'All'), ServiceError);
    assert.equal(gone.code, 'SERVICE_SESSION_UNKNOWN');
  });

  test('stays lost until it is asked, and then logs in once for all who ask, under its ids', async () => {
    await using lab = await openLab();
    await using instance = openInstance();
    const discovery = await keep(instance, lab);
    lab.target.sessions()[0]?.cut();
    await lost(discovery);
    assert.deepEqual([discovery.session.state, discovery.session.connections], ['lost', []]);
    assert.equal(instance.statistics().logins.loginAcceptRsps, 1);
    assert.deepEqual(instance.discoverySessions(), [discovery]);
    const answers = await Promise.all(
      [1, 2, 3].map(async () => await instance.sendTargetsOver(discovery.uniqueSessionId, 'All')),
    );
    assert.deepEqual(
      answers.map(({ targets }) => targets[0]?.name),
      [targetName, targetName, targetName],
    );
    assert.equal(instance.statistics().logins.loginAcceptRsps, 2);
    assert.equal(discovery.session.state, 'loggedIn');
  });

  test('asks once more when it is lost with the question', async () => {
    const textRequest = 0x04;
    let texts = 0;
    await using lab = await openLab({
      hooks: {
        onPduReceived: ({ opcode }) => {
          if (opcode === textRequest) texts += 1;
          return opcode === textRequest && texts === 1 ? 'close' : undefined;
        },
      },
    });
    await using instance = openInstance();
    const { uniqueSessionId } = await keep(instance, lab);
    assert.equal((await instance.sendTargetsOver(uniqueSessionId, 'All')).targets.length, 1);
    assert.equal(instance.statistics().logins.loginAcceptRsps, 2);
  });

  test('answers with why it cannot log in again, keeps its id, and is logged out all the same', async () => {
    await using instance = openInstance();
    let id: bigint;
    {
      await using lab = await openLab();
      const discovery = await keep(instance, lab);
      id = discovery.uniqueSessionId;
      await lab.target.close();
      await lost(discovery);
    }
    await assert.rejects(instance.sendTargetsOver(id, 'All'), { code: 'ISCSI_CONNECT_FAILED' });
    const [kept] = instance.discoverySessions();
    assert.deepEqual([kept?.uniqueSessionId, kept?.session.lastError?.code], [id, 'ISCSI_CONNECT_FAILED']);
    await instance.logoutFromTarget(id);
    assert.deepEqual(instance.discoverySessions(), []);
  });

  test('is logged out while it logs in again at a portal that says nothing, without waiting for that', async () => {
    let isSilent = false;
    const clock = new FakeClock();
    await using lab = await openLab({ hooks: { onPduReceived: () => (isSilent ? 'ignore' : undefined) } });
    await using instance = openInstance({ clock });
    const discovery = await keep(instance, lab);
    isSilent = true;
    lab.target.sessions()[0]?.cut();
    await lost(discovery);
    const asking = rejection(instance.sendTargetsOver(discovery.uniqueSessionId, 'All'), SessionError);
    while (lab.target.connectionCount === 0) await nextTurn();
    await instance.logoutFromTarget(discovery.uniqueSessionId);
    assert.equal((await asking).code, 'ISCSI_CLOSED');
    assert.equal(discovery.session.state, 'closed');
  });

  test('ends with its instance: by a logout, or dropped without a word', async () => {
    for (const logOut of [true, false]) {
      const reasons: number[] = [];
      await using lab = await openLab({ hooks: { onLogout: ({ reason }) => void reasons.push(reason) } });
      const instance = openInstance();
      await keep(instance, lab);
      await keep(instance, lab);
      await instance.close({ logOut });
      assert.deepEqual([instance.discoverySessions(), reasons], [[], logOut ? [0, 0] : []]);
      await assert.rejects(keep(instance, lab), { code: 'ISCSI_CLOSED' });
    }
  });

  test('is not there when its login was given up, in the middle or in the moment of success', async () => {
    const end = new AbortController();
    let pdusSent = 0;
    await using lab = await openLab({
      hooks: {
        beforePduSent: () => {
          pdusSent += 1;
          if (pdusSent === 1) end.abort(new Error('enough'));
          return undefined;
        },
      },
    });
    await using instance = openInstance();
    const portal = lab.target.portals[0]!;
    await assert.rejects(instance.loginForDiscovery({ portal, signal: end.signal }), /enough/);
    assert.deepEqual(instance.discoverySessions(), []);
    while (lab.target.connectionCount > 0) await nextTurn();
    assert.deepEqual(lab.target.sessions(), []);
  });

  test('is not there after a login that failed, and leaves nothing behind', async () => {
    await using lab = await openLab({ chap: { user: 'user', secret: 'right-secret-1' } });
    await using instance = openInstance();
    await assert.rejects(keep(instance, lab), { code: 'ISCSI_AUTH_FAILED' });
    await assert.rejects(instance.loginForDiscovery({ portal: await deadPortal() }), { code: 'ISCSI_CONNECT_FAILED' });
    assert.deepEqual([instance.discoverySessions(), lab.target.sessions()], [[], []]);
    const chap = { user: 'user', secret: 'right-secret-1' };
    const { authType } = await instance.loginForDiscovery({ portal: lab.target.portals[0]!, chap });
    assert.equal(authType, 'chap');
  });
});
