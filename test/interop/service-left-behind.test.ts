// The service against tgtd, after the host of the service has vanished: tgtd keeps the session, and the next start takes it.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { openService, type Service } from 'hawser/service';
import { eventually } from '../support/eventually.ts';
import { lingeringRelays } from '../support/lingering-relay.ts';
import { skipWithout } from '../support/peers.ts';
import { tempStateDirectory } from '../support/state-directory.ts';
import { startTgtd } from '../support/tgtd.ts';

async function open(stateDirectory: string): Promise<Service> {
  return await openService({ stateDirectory, refreshIntervalMs: 0, onStop: 'leave' });
}

suite('sessions that a service left behind at tgtd', { skip: skipWithout(['tgtd', 'tgtadm']) }, () => {
  test('§6.3.5: each start of the service has tgtd end the session of the one before, and none is left', async () => {
    await using tgtd = await startTgtd({ luns: [{ sizeBytes: 4 << 20 }] });
    await using relays = await lingeringRelays(tgtd);
    await using directory = await tempStateDirectory();
    const { targetName } = tgtd;
    const first = await open(directory.path);
    await first.addStaticTarget({ targetName, portals: relays.portals });
    await first.login({ targetName, isPersistent: true });
    await first.close();
    assert.equal((await tgtd.sessions()).length, 1);
    for (let start = 0; start < 3; start += 1) {
      await using service = await open(directory.path);
      await service.ready;
      assert.equal((await service.sessions())[0]?.state, 'loggedIn');
      const left = await eventually(
        () => tgtd.sessions(),
        (sessions) => sessions.length === 1,
      );
      assert.equal(left[0]?.connections, 1);
    }
    await using last = await open(directory.path);
    await last.ready;
    for (const { sessionId } of await last.sessions()) await last.logout({ sessionId });
    await eventually(
      () => tgtd.sessions(),
      (sessions) => sessions.length === 0,
    );
  });
});
