// What an administrator does with iSNS and RADIUS servers, by any door.

import assert from 'node:assert/strict';
import { type FreeRadius, startFreeRadius } from '../freeradius.ts';
import { startIsnsd } from '../isnsd.ts';
import { textOf } from './door.ts';
import { assertRefused, type Scenario } from './scenario.ts';
import { know, refusal, sessionOf } from './scenario-basics.ts';

const user = { user: 'initiator', secret: 'Gr8-ours-0f-them' };
const alice = { user: 'alice', secret: 'Gr8-theirs-0f-us' };

/** Each door has an isnsd of its own. */
export const isns: Scenario = {
  title: 'iSNS: a server tells of its targets, which are logged in to; one that is down is kept and says so',
  async *steps(play) {
    const { door, http, target } = play;
    const { targetName, portal } = target;
    await using isnsd = await startIsnsd();
    const address = textOf(isnsd);
    await isnsd.addTarget({ name: targetName, portal: textOf(portal) });
    assert.equal(await door.addIsnsServer(address), undefined);
    const found = (await http.looks.targets?.())?.find((each) => each.targetName === targetName);
    assert.deepEqual([found?.mechanisms, found?.portals], [[`iSNS:${address}`], [textOf(portal)]]);
    const { sessionId } = await door.login(targetName);
    yield { same: ['isnsServers', 'targets', 'sessions'] };
    await door.logout(sessionId);
    await door.removeIsnsServer(address);
    isnsd.signal('SIGKILL');
    await isnsd.ended;
    assert.equal(await door.addIsnsServer(address), 'ISNS_UNREACHABLE');
    yield { same: ['isnsServers'] };
  },
};

/** All doors ask one freeradius, which knows alice. */
export function radius(server: () => FreeRadius): Scenario {
  return {
    title: 'mutual CHAP through RADIUS: without a server and its secret no login; with them it judges the target',
    wish: { chap: user, mutual: alice },
    async *steps(play) {
      const { door, target } = play;
      await know(play);
      const wish = { chap: user, isMutual: true, asksRadius: true };
      await assertRefused(door, door.login(target.targetName, wish), refusal.noServer);
      yield { same: ['radiusServers'] };
      await door.addRadiusServer(textOf(server()));
      await assertRefused(door, door.login(target.targetName, wish), refusal.noSecret);
      yield { same: ['radiusServers'] };
      await door.setRadiusSecret(server().secret);
      const { sessionId } = await door.login(target.targetName, wish);
      assert.equal((await sessionOf(play, sessionId)).authType, 'mutualChap');
      yield { same: ['sessions', 'secrets'] };
      await door.logout(sessionId);
    },
  };
}

/** The target proves itself as alice, with a secret that is not hers. */
export function radiusRefuses(server: () => FreeRadius): Scenario {
  return {
    title: 'mutual CHAP through RADIUS: a target that the server does not accept is not logged in to',
    wish: { chap: user, mutual: { ...alice, secret: 'Gr8-nobodys-0f-u' } },
    async *steps(play) {
      const { door, target } = play;
      await know(play);
      await door.addRadiusServer(textOf(server()));
      await door.setRadiusSecret(server().secret);
      const login = door.login(target.targetName, { chap: user, isMutual: true, asksRadius: true });
      await assertRefused(door, login, refusal.notProven);
      yield { same: ['sessions'] };
    },
  };
}

/** Starts the server of these scenarios. */
export async function startRadiusOfScenarios(): Promise<FreeRadius> {
  return await startFreeRadius({ users: [alice] });
}
