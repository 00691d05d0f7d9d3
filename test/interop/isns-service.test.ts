// The service with isnsd: servers that are kept, targets that they tell of, logins to them, and what stays of it.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { eventOf, openLab, type ServiceLab, targetName } from '../integration/service/service-lab.ts';
import { eventually } from '../support/eventually.ts';
import { type Isnsd, startIsnsd } from '../support/isnsd.ts';
import { skipWithout } from '../support/peers.ts';

const other = 'iqn.2026-11.test:other';

function addressOf({ host, port }: Isnsd): string {
  return `${host}:${port}`;
}

async function knownNames({ service }: ServiceLab): Promise<string[]> {
  return (await service.targets()).map((target) => target.targetName);
}

suite('the service and isnsd', { skip: skipWithout(['isnsd', 'isnsadm']) }, () => {
  test('AddISNSServer: its targets are known by mechanism, with alias and portals, and can be logged in to', async () => {
    await using isnsd = await startIsnsd();
    await using lab = await openLab();
    const { service } = lab;
    const { portal } = await lab.target();
    await isnsd.addTarget({ name: targetName, alias: 'disks', portal: `${portal.host}:${portal.port}` });
    const server = await service.addIsnsServer({ address: addressOf(isnsd) });
    assert.deepEqual([server.outcome.targetCount, server.outcome.error, server.isRegistered], [1, undefined, true]);
    const [known] = await service.targets();
    assert.deepEqual(
      known?.instances.map(({ mechanism, targetAlias, portals, initiatorInstance }) => {
        return { mechanism, targetAlias, portals, initiatorInstance };
      }),
      [
        {
          mechanism: `iSNS:${addressOf(isnsd)}`,
          targetAlias: 'disks',
          portals: [{ ...portal, portalGroupTag: 1 }],
          initiatorInstance: (await service.initiator()).instances[0]?.instance,
        },
      ],
    );
    await service.login({ targetName });
    assert.equal((await service.sessions()).length, 1);
  });

  test('a target that comes or goes at the server is heard of without a question', async () => {
    await using isnsd = await startIsnsd();
    await using lab = await openLab();
    const { service } = lab;
    await service.addIsnsServer({ address: addressOf(isnsd) });
    const found = eventOf(service, 'targetFound');
    await isnsd.addTarget({ name: other, portal: '192.0.2.9:3260' });
    assert.equal((await found).targetName, other);
    const gone = eventOf(service, 'targetGone');
    await isnsd.removeTarget(other);
    assert.equal((await gone).targetName, other);
    assert.deepEqual(await knownNames(lab), []);
  });

  test('RemoveISNSServer: we are deregistered there, and its targets stay in the list', async () => {
    await using isnsd = await startIsnsd();
    await isnsd.addTarget({ name: other, portal: '192.0.2.9:3260' });
    await using lab = await openLab();
    const { service } = lab;
    const { nodeName } = await service.setInitiator({ nodeName: 'iqn.2026-11.test:me' });
    await service.addIsnsServer({ address: addressOf(isnsd) });
    assert.match(await isnsd.admin('--list', 'nodes'), new RegExp(nodeName));
    await service.removeIsnsServer({ address: addressOf(isnsd) });
    await eventually(
      async () => await isnsd.admin('--list', 'nodes'),
      (nodes) => !nodes.includes(nodeName),
    );
    assert.deepEqual(await knownNames(lab), [other]);
    assert.deepEqual(await service.isnsServers(), []);
  });

  test('a server is asked again by the next run of the service', async () => {
    await using isnsd = await startIsnsd();
    await isnsd.addTarget({ name: other, portal: '192.0.2.9:3260' });
    await using lab = await openLab();
    await lab.service.addIsnsServer({ address: addressOf(isnsd) });
    await lab.start();
    await eventually(
      async () => await knownNames(lab),
      (names) => names.includes(other),
    );
    const [server] = await lab.service.isnsServers();
    assert.equal(server?.isRegistered, true);
  });

  test('a server that cannot be reached is kept, with the reason, and registered with when it is there', async () => {
    const before = await startIsnsd();
    await before[Symbol.asyncDispose]();
    await using lab = await openLab();
    const { service } = lab;
    const address = addressOf(before);
    const server = await service.addIsnsServer({ address });
    assert.deepEqual([server.outcome.error?.code, server.isRegistered], ['ISNS_UNREACHABLE', false]);
    await assert.rejects(service.refreshIsnsServer({ address }), { code: 'ISNS_UNREACHABLE' });
    const registered = eventOf(service, 'isnsRegistered');
    await using isnsd = await startIsnsd({ port: before.port });
    await isnsd.addTarget({ name: other, portal: '192.0.2.9:3260' });
    const refreshed = await service.refreshIsnsServer({ address });
    assert.deepEqual([refreshed.outcome.targetCount, refreshed.isRegistered], [1, true]);
    assert.deepEqual((await registered).detail, { address });
    const lost = eventOf(service, 'isnsLost');
    isnsd.signal('SIGKILL');
    assert.equal(((await lost).detail['error'] as { code: string }).code, 'ISNS_UNREACHABLE');
  });
});
