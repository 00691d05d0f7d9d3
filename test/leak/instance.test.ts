// A process that has closed its initiator instance exits by itself, with whatever it had under way.

import { suite, test } from 'node:test';
import { createMemoryDevice } from 'hawser/block';
import { listenTarget } from 'hawser/target';
import { assertExits } from '../support/leak-check.ts';
import { listenTcpPeer } from '../support/scripted-peer.ts';

const child = new URL('./instance-child.js', import.meta.url);
const name = 'iqn.2026-11.test:leak';

suite('a process with an initiator instance exits by itself', () => {
  for (const how of ['log-out', 'leave', 'under-way'] as const) {
    test(`after ${how}`, async () => {
      await using server = await listenTarget({
        name,
        luns: [{ lun: 0, device: createMemoryDevice(1024 * 1024) }],
        listen: [{ host: '127.0.0.1', port: 0 }],
      });
      const silent = await listenTcpPeer();
      try {
        await assertExits(child, { args: [how, name, String(server.portals[0]?.port), String(silent.port)] });
      } finally {
        await silent.close();
      }
    });
  }
});
