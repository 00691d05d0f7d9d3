// Many at once: 200 logins to 50 targets with a dead and a silent one among them, and a hundred clients. `npm run bench --
// service` measures the same.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { createMemoryDevice } from 'hawser/block';
import { openControlClient, openControlServer } from 'hawser/control';
import type { Service } from 'hawser/service';
import { listenTarget, type Target } from 'hawser/target';
import { gateRelays } from '../../support/gate-relay.ts';
import { codeOf, openLab, targetName } from './service-lab.ts';

const targetCount = 50;
const portalsEach = 4;
const sessionCount = targetCount * portalsEach;
const clientCount = 100;

/** Long enough for every login to wait for the last one, on a host that is busy. */
const patientLimits = { connectTimeoutMs: 120_000, loginTimeoutMs: 120_000, pingIntervalMs: 0, logoutTimeoutMs: 5000 };

const listen = [{ host: '127.0.0.1', port: 0 }];

async function listenMany(): Promise<Target[]> {
  return await Promise.all(
    Array.from({ length: targetCount }, async (_, index) => {
      const luns = [{ lun: 0, device: createMemoryDevice(1024 * 1024) }];
      return await listenTarget({ name: `${targetName}-${index}`, luns, listen });
    }),
  );
}

/** Resolves when so many persistent logins have come up from now on. */
async function untilUp(service: Service, count: number): Promise<void> {
  const up = new Set<string>();
  for await (const { type, detail } of service.events()) {
    if (type === 'persistentLoginUp') up.add(String(detail['login']));
    if (up.size === count) return;
  }
}

suite('many at once', () => {
  test('200 logins are under way side by side; a dead target and a silent one hold none up', async () => {
    const sessionDefaults = { limits: patientLimits };
    await using lab = await openLab({ sessionDefaults });
    const targets = await listenMany();
    const silent = await lab.target({ name: `${targetName}-silent` });
    silent.inject('stall-connection:ms=600000');
    // Each login waits for the last one: with one fewer at a time, none would ever end.
    await using gate = await gateRelays(
      sessionCount,
      targets.flatMap(({ portals: [portal] }) => Array.from({ length: portalsEach }, () => portal ?? never())),
    );
    const add = async (name: string, portals: readonly { host: string; port: number }[]): Promise<void> => {
      await lab.service.addStaticTarget({ targetName: name, portals });
      const loginOptions = { loginFlags: 2 };
      for (const portal of portals) await lab.service.addPersistentLogin({ targetName: name, portal, loginOptions });
    };
    await add(`${targetName}-dead`, [{ host: '127.0.0.1', port: 1 }]);
    await add(silent.name, [silent.portal]);
    for (const [index, { name }] of targets.entries()) {
      await add(name, gate.portals.slice(index * portalsEach, (index + 1) * portalsEach));
    }
    try {
      const service = await lab.start({ sessionDefaults });
      await untilUp(service, sessionCount);
      assert.equal(gate.mostAtOnce, sessionCount);
      const { counts, concerns, isReady } = await service.status();
      assert.deepEqual([counts.sessions, counts.persistentLogins], [sessionCount, sessionCount + 2]);
      // The silent one is still being waited for.
      assert.equal(isReady, false);
      assert.deepEqual(
        concerns.map(({ name }) => name.split(' ')[0]),
        [`${targetName}-dead`],
      );
    } finally {
      await Promise.all(targets.map((target) => target.destroy()));
    }
  });

  test('a hundred clients at once get one session where they ask for one, and right answers', async () => {
    await using lab = await openLab();
    const { service } = lab;
    const target = await lab.target();
    await service.addStaticTarget({ targetName, portals: [target.portal] });
    await using server = await openControlServer({ service, socketPath: join(lab.directory, 'socket') });
    const socketPath = server.socketPath ?? never();
    const clients = Array.from({ length: clientCount }, () => openControlClient({ socketPath }));
    try {
      const logins = await Promise.all(clients.map((client) => client.login({ targetName })));
      assert.deepEqual([...new Set(logins.map(({ sessionId }) => sessionId))].length, 1);
      assert.equal(logins.filter(({ wasThere }) => !wasThere).length, 1);
      await Promise.all(
        clients.map(async (client, index) => {
          const name = `${targetName}-${index}`;
          await client.addStaticTarget({ targetName: name, portals: [{ host: '127.0.0.1', port: 1 }] });
          assert.equal((await client.sessions()).length, 1);
          await client.addPersistentLogin({ targetName: name });
          await client.removeStaticTarget({ targetName: name });
          assert.equal(await codeOf(client.removeStaticTarget({ targetName: name })), 'SERVICE_TARGET_UNKNOWN');
        }),
      );
      assert.equal((await service.persistentLogins()).length, clientCount);
      const sessionId = logins[0]?.sessionId ?? never();
      const logouts = await Promise.all(clients.map((client) => codeOf(client.logout({ sessionId }))));
      assert.ok(logouts.includes('resolved'));
      assert.deepEqual(
        [...new Set([...logouts, 'resolved'])].filter((code) => code !== 'SERVICE_SESSION_UNKNOWN'),
        ['resolved'],
      );
      assert.deepEqual([await service.sessions(), target.sessions()], [[], []]);
    } finally {
      await Promise.all(clients.map((client) => client.close()));
    }
  });
});

function never(): never {
  throw new Error('there is none');
}
