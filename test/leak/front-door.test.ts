// A process that has left its sessions, or never got one, exits by itself: no socket, timer or promise keeps it.

import { suite, test } from 'node:test';
import { createMemoryDevice } from 'hawser/block';
import { listenTarget } from 'hawser/target';
import { assertExits } from '../support/leak-check.ts';
import { listenTcpPeer } from '../support/scripted-peer.ts';

const child = new URL('./front-door-child.js', import.meta.url);
const target = 'iqn.2026-11.test:leak';

suite('a process exits by itself', () => {
  for (const how of ['close', 'logout', 'destroy', 'discover', 'abandoned-reads'] as const) {
    test(`after ${how}`, async () => {
      await using server = await listenTarget({
        name: target,
        luns: [{ lun: 0, device: createMemoryDevice(1024 * 1024) }],
        listen: [{ host: '127.0.0.1', port: 0 }],
      });
      const port = server.portals[0]?.port ?? 0;
      await assertExits(child, { args: [how, `iscsi://127.0.0.1:${port}/${target}/0?connections=2`] });
    });
  }

  test('after a login that was refused', async () => {
    await using server = await listenTarget({
      name: target,
      luns: [],
      listen: [{ host: '127.0.0.1', port: 0 }],
      chap: { user: 'joe', secret: 'a secret of joe' },
    });
    await assertExits(child, { args: ['fail', `iscsi://127.0.0.1:${server.portals[0]?.port ?? 0}/${target}/0`] });
  });

  test('after a login that was given up', async () => {
    const silent = await listenTcpPeer();
    try {
      await assertExits(child, { args: ['given-up', `iscsi://127.0.0.1:${silent.port}/${target}/0`] });
    } finally {
      await silent.close();
    }
  });

  test('after it has left a session that was lost, while its target is down', async () => {
    await using server = await listenTarget({
      name: target,
      luns: [{ lun: 0, device: createMemoryDevice(1024 * 1024) }],
      listen: [{ host: '127.0.0.1', port: 0 }],
    });
    server.inject('reboot:command=read,ms=3600000');
    const limits = 'logout-timeout=1&drain-timeout=1&abort-timeout=1&flush-timeout=1';
    await assertExits(child, {
      args: ['lost', `iscsi://127.0.0.1:${server.portals[0]?.port ?? 0}/${target}/0?${limits}`],
    });
  });

  test('after a login to a peer that never answers', async () => {
    const silent = await listenTcpPeer();
    try {
      await assertExits(child, { args: ['fail', `iscsi://127.0.0.1:${silent.port}/${target}/0?login-timeout=1`] });
    } finally {
      await silent.close();
    }
  });
});
