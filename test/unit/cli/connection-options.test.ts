// What the options of a command line make of a URL.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parseIscsiUrl } from '../../../src/adapter/index.ts';
import { toConnect, toDiscovery } from '../../../src/cli/connection-options.ts';
import { Kept, makeWorld } from '../../support/cli-world.ts';

const { environment } = makeWorld(new Kept(), new Kept(), { variables: { HAWSER_CHAP_SECRET: 'a secret of ours' } });
const name = 'iqn.2026-11.example:disk';
const url = parseIscsiUrl(
  `iscsi://h:1/${name}/2?initiator=iqn.2026-11.a&connections=2&header-digest=crc32c&login-timeout=9&ping-interval=3`,
);

suite('connection options', () => {
  test('leave what the URL says where they say nothing', async () => {
    const { note, ...wanted } = await toConnect(url, {}, environment);
    assert.equal(typeof note, 'function');
    assert.deepEqual(wanted, {
      initiatorName: 'iqn.2026-11.a',
      wishes: {
        portal: { host: 'h', port: 1 },
        targetName: name,
        lun: 2,
        connections: 2,
        limits: { loginTimeoutMs: 9000, pingIntervalMs: 3000 },
        offers: { headerDigest: 'CRC32C', dataDigest: undefined },
      },
    });
  });

  test('go before the URL', async () => {
    const options = {
      initiatorName: 'iqn.2026-11.b',
      connections: 5,
      headerDigest: 'None',
      dataDigest: 'None,CRC32C',
      timeout: 1.5,
      replacementTimeout: 0,
      chapUser: 'me',
    } as const;
    const { initiatorName, wishes } = await toConnect(url, options, environment);
    assert.equal(initiatorName, 'iqn.2026-11.b');
    assert.equal(wishes.connections, 5);
    assert.deepEqual(wishes.offers, { headerDigest: 'None', dataDigest: 'None,CRC32C' });
    assert.deepEqual(wishes.chap, { user: 'me', secret: 'a secret of ours' });
    const { connectTimeoutMs, loginTimeoutMs, taskTimeoutMs, logoutTimeoutMs, pingIntervalMs } = wishes.limits ?? {};
    assert.equal(wishes.limits?.replacementTimeoutMs, 0);
    assert.deepEqual(
      [connectTimeoutMs, loginTimeoutMs, taskTimeoutMs, logoutTimeoutMs, pingIntervalMs],
      [1500, 1500, 1500, 1500, 3000],
    );
  });

  test('keep the policy until there are connections', async () => {
    const policy = { kind: 'failOver', preferred: 2 } as const;
    assert.equal((await toConnect(url, { policy }, environment)).policy, policy);
  });

  test('of a discovery take a portal or a URL', async () => {
    const bare = await toDiscovery('[::1]:5', {}, environment);
    assert.deepEqual([bare.wishes.portal, bare.wishes.chap], [{ host: '::1', port: 5 }, undefined]);
    const full = await toDiscovery('iscsi://me@h/', {}, environment);
    assert.deepEqual(full.wishes.portal, { host: 'h', port: 3260 });
    assert.deepEqual(full.wishes.chap, { user: 'me', secret: 'a secret of ours' });
  });

  test('need a target where one is to be logged in to', async () => {
    await assert.rejects(toConnect(parseIscsiUrl('iscsi://h/'), {}, environment), { code: 'ISCSI_BAD_URL' });
  });
});
