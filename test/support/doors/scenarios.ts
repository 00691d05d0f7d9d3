// What an administrator does with a service, step by step, for any door and any target.

import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { eventually } from '../eventually.ts';
import { type Address, textOf } from './door.ts';
import { assertRefused, type Scenario } from './scenario.ts';
import { know, refusal, sessionOf, sessionsWith, strangeId } from './scenario-basics.ts';

const user = { user: 'initiator', secret: 'Gr8!ours-0f-them' };
const it = { user: 'it', secret: 'Gr8!theirs-0f-us' };

/** A loopback address where nobody listens. */
async function nobody(): Promise<Address> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return { host: '127.0.0.1', port };
}

export const discovery: Scenario = {
  title:
    'discovery: a portal tells of its targets; one that cannot be asked stays and says so; what it told goes with it',
  async *steps({ door, http, target: { targetName, portal } }) {
    const found = async (): Promise<readonly string[]> =>
      (await http.looks.targets?.())?.find((each) => each.targetName === targetName)?.mechanisms ?? [];
    await assertRefused(door, door.login(targetName), refusal.noTarget);
    assert.equal(await door.addPortal(portal), undefined);
    const dead = await nobody();
    assert.equal(await door.addPortal(dead), 'ISCSI_CONNECT_FAILED');
    assert.deepEqual(await found(), [`SendTargets:${textOf(portal)}`]);
    yield { same: ['portals', 'targets'] };
    await door.addTarget(targetName, portal);
    await door.refreshPortal(portal);
    await door.removePortal(portal);
    await assertRefused(door, door.removePortal(portal), refusal.noPortal);
    assert.deepEqual(await found(), ['Static']);
    yield { same: ['targets'] };
    await door.removeTarget(targetName);
    assert.deepEqual(await found(), []);
  },
};

export const login: Scenario = {
  title: 'login: a session with ids of its own; a second one when it is asked for; none once they are logged out',
  async *steps(play) {
    const { door, http, target } = play;
    const { targetName, portal, lun } = target;
    await know(play);
    const first = await door.login(targetName);
    const session = await sessionOf(play, first.sessionId);
    const addresses = session.connections.map(({ connectionId, address }) => [connectionId, address]);
    assert.deepEqual(addresses, [[first.connectionId, textOf(portal)]]);
    const [, specific = ''] = first.sessionId.split('-');
    assert.ok(
      ![session.isid, session.tsih.toString(16)].includes(specific.replace(/^0+/, '')),
      'an id is no ISID or TSIH',
    );
    const devices = (await http.looks.devices?.()) ?? [];
    assert.ok(devices.some(({ path, sessionId }) => path === `${targetName}/${lun}` && sessionId === first.sessionId));
    await assertRefused(door, door.login(targetName), refusal.loggedIn);
    const second = await door.login(targetName, { existing: 'add' });
    assert.notEqual(second.sessionId, first.sessionId);
    yield { same: ['sessions', 'devices'] };
    await door.logout(first.sessionId);
    await door.logout(second.sessionId);
    await assertRefused(door, door.logout(second.sessionId), refusal.noSession);
    yield { same: ['sessions'] };
  },
};

export const connections: Scenario = {
  title: 'connections: one joins and goes; the last, the leading and an unknown one are not removed',
  async *steps(play) {
    const { door, target } = play;
    const { targetName, portal, takesConnections } = target;
    await know(play);
    const { sessionId, connectionId } = await door.login(targetName);
    await assertRefused(door, door.removeConnection(sessionId, connectionId), refusal.last);
    if (!takesConnections) {
      await assertRefused(door, door.addConnection(sessionId, portal), refusal.tooMany);
      yield { same: ['sessions'] };
      await door.logout(sessionId);
      return;
    }
    const added = await door.addConnection(sessionId, portal);
    const { connections: both } = await sessionOf(play, sessionId);
    assert.deepEqual(both.map((each) => each.connectionId).sort(), [connectionId, added].sort());
    yield { same: ['sessions'] };
    await assertRefused(door, door.removeConnection(sessionId, connectionId), refusal.leading);
    await assertRefused(door, door.removeConnection(sessionId, strangeId), refusal.noConnection);
    await assertRefused(door, door.addConnection(strangeId, portal), refusal.noSession);
    await door.removeConnection(sessionId, added);
    yield { same: ['sessions'] };
    await door.logout(sessionId);
  },
};

export const holders: Scenario = {
  title: 'logout: refused while somebody holds a device, who is named; once it is let go, the session ends',
  async *steps(play) {
    const { door, wide, target } = play;
    const { targetName, lun } = target;
    await know(play);
    const { sessionId } = await door.login(targetName);
    const label = `backup of ${door.name}`;
    const hold = await wide.hold(`${targetName}/${lun}`, label);
    const { holders: named } = await assertRefused(door, door.logout(sessionId), refusal.busy);
    assert.deepEqual(
      named.map((each) => [each.label, each.pid]),
      [[label, process.pid]],
    );
    yield { same: ['sessions', 'devices', 'holds'] };
    await wide.release(hold);
    await door.logout(sessionId);
    yield { same: ['sessions'] };
  },
};

export const force: Scenario = {
  title: 'logout by force: the session ends, and who lost a device is told',
  async *steps(play) {
    const { door, wide, target } = play;
    const { targetName, lun } = target;
    await know(play);
    const { sessionId } = await door.login(targetName);
    const label = `backup of ${door.name}`;
    await wide.hold(`${targetName}/${lun}`, label);
    assert.deepEqual(await wide.logoutByForce(sessionId), [label]);
    await assertRefused(door, door.logout(sessionId), refusal.noSession);
    yield { same: ['sessions', 'devices', 'holds'] };
  },
};

export const restart: Scenario = {
  title: 'persistent login: there again after a restart, in a session of its own; without it, the session stays',
  isProcess: true,
  async *steps(play) {
    const { door, target } = play;
    const { targetName } = target;
    await know(play);
    const before = await door.login(targetName, { isPersistent: true });
    yield { same: ['sessions', 'persistentLogins'], restarts: true };
    const sessions = await sessionsWith(play);
    const [{ sessionId } = { sessionId: '' }] = sessions;
    assert.equal(sessions.length, 1);
    assert.notEqual(sessionId, before.sessionId);
    await assertRefused(door, door.logout(before.sessionId), refusal.noSession);
    await door.removePersistentLogin(targetName);
    assert.equal((await sessionsWith(play)).length, 1);
    yield { same: ['sessions', 'persistentLogins', 'devices'], restarts: true };
    assert.deepEqual(await sessionsWith(play), []);
  },
};

export const loss: Scenario = {
  title: 'target loss: the session comes back by itself, with its ids and those of its connections unchanged',
  async *steps(play) {
    const { door, http, target } = play;
    await know(play);
    const { sessionId, connectionId } = await door.login(target.targetName);
    await target.goAway();
    await eventually(
      async () => await http.get(`/v1/sessions/${sessionId}`),
      (session) => session.at('state').text === 'loggedIn' && session.at('recoveries').number > 0,
    );
    const back = await sessionOf(play, sessionId);
    assert.deepEqual(
      back.connections.map((each) => each.connectionId),
      [connectionId],
    );
    yield { same: ['sessions', 'devices'] };
    await door.logout(sessionId);
    yield { same: [] };
  },
};

export const chap: Scenario = {
  title: 'CHAP: only the right secret logs in, also after a restart, and no door tells it',
  wish: { chap: user },
  async *steps(play) {
    const { door, target } = play;
    const { targetName } = target;
    await know(play);
    await assertRefused(door, door.login(targetName), refusal.notProven);
    const wrong = { ...user, secret: it.secret };
    await assertRefused(door, door.login(targetName, { chap: wrong }), refusal.notProven);
    yield { same: [] };
    const { sessionId } = await door.login(targetName, { chap: user, isPersistent: true });
    assert.equal((await sessionOf(play, sessionId)).authType, 'chap');
    yield { same: ['sessions', 'persistentLogins', 'secrets'], restarts: true };
    assert.deepEqual(
      (await sessionsWith(play)).map(({ authType }) => authType),
      ['chap'],
    );
    await door.removePersistentLogin(targetName);
    yield { same: ['secrets'] };
  },
};

export const mutualChap: Scenario = {
  title: 'mutual CHAP: the target proves itself by the initiator secret; one that it does not know ends the login',
  wish: { chap: user, mutual: it },
  async *steps(play) {
    const { door, target } = play;
    const { targetName } = target;
    await know(play);
    const wish = { chap: user, isMutual: true };
    await assertRefused(door, door.login(targetName, wish), refusal.noSecret);
    yield { same: [] };
    await door.setInitiatorSecret(it.secret);
    const { sessionId } = await door.login(targetName, wish);
    assert.equal((await sessionOf(play, sessionId)).authType, 'mutualChap');
    yield { same: ['sessions', 'secrets'] };
    await door.setInitiatorSecret('Gr8!nobodys-word');
    await assertRefused(door, door.login(targetName, { ...wish, existing: 'add' }), refusal.notProven);
    await door.logout(sessionId);
    yield { same: ['sessions'] };
  },
};

/** All of them. */
export const scenarios: readonly Scenario[] = [
  discovery,
  login,
  connections,
  holders,
  force,
  restart,
  loss,
  chap,
  mutualChap,
];
