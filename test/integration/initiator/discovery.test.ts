// Discovery and login through the front door: CHAP, several portals, redirects, many names.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { connect, discover, LoginError } from 'hawser';
import { openLab, rejection, targetName } from './lab.ts';

const chap = { user: 'joe', secret: 'a secret of joe' };

suite('discovery and login', () => {
  test('SendTargets tells every portal of the target', async () => {
    await using lab = await openLab({
      listen: [
        { host: '127.0.0.1', port: 0 },
        { host: '127.0.0.1', port: 0 },
      ],
    });
    const [portal] = lab.target.portals;
    const targets = await discover(`127.0.0.1:${portal?.port ?? 0}`);
    assert.deepEqual(
      targets.map(({ name }) => name),
      [targetName],
    );
    assert.deepEqual(
      targets[0]?.addresses.map(({ host, port }) => ({ host, port })),
      lab.target.portals.map(({ host, port }) => ({ host, port })),
    );
  });

  test('over IPv6', async () => {
    await using lab = await openLab({ listen: [{ host: '::1', port: 0 }] });
    const port = lab.target.portals[0]?.port ?? 0;
    const [target] = await discover(`[::1]:${port}`);
    assert.equal(target?.addresses[0]?.host, '::1');
    await using session = await connect(`iscsi://[::1]:${port}/${targetName}/0`);
    assert.equal(session.state, 'loggedIn');
  });

  test('with CHAP in the URL; without it, or with another secret, ISCSI_AUTH_FAILED', async () => {
    await using lab = await openLab({ chap });
    const { host } = new URL(lab.url.replace('iscsi:', 'http:'));
    assert.equal((await discover(`iscsi://joe%a%20secret%20of%20joe@${host}`)).length, 1);
    await using session = await connect(lab.url.replace('//', '//joe%a%20secret%20of%20joe@'));
    assert.equal(session.state, 'loggedIn');
    assert.equal((await rejection(discover(host), LoginError)).code, 'ISCSI_AUTH_FAILED');
    const wrong = connect(lab.url.replace('//', '//joe%another%20secret@'));
    assert.equal((await rejection(wrong, LoginError)).code, 'ISCSI_AUTH_FAILED');
    assert.equal(lab.target.sessions().length, 1);
  });

  test('a redirect is followed; one that leads round in a circle is given up', async () => {
    await using real = await openLab();
    const [there] = real.target.portals;
    await using sign = await openLab({ redirect: { host: '127.0.0.1', port: there?.port ?? 0, isPermanent: false } });
    await using session = await connect(sign.url);
    assert.equal(session.connections[0]?.address, `127.0.0.1:${there?.port ?? 0}`);
    assert.equal(real.target.sessions().length, 1);

    await using circle = await openLab({ redirect: () => ({ ...here(), isPermanent: true }) });
    const here = (): { host: string; port: number } => ({
      host: '127.0.0.1',
      port: circle.target.portals[0]?.port ?? 0,
    });
    assert.equal((await rejection(connect(circle.url), LoginError)).code, 'ISCSI_TOO_MANY_REDIRECTS');
  });

  test('a target that is not there is refused by name', async () => {
    await using lab = await openLab();
    const wrong = connect(lab.url.replace(targetName, 'iqn.2026-11.test:elsewhere'));
    assert.equal((await rejection(wrong, LoginError)).code, 'ISCSI_TARGET_NOT_FOUND');
  });
});
