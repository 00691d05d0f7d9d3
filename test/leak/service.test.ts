// A process that has closed its service exits by itself: no socket, timer, lock or promise keeps it.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { createMemoryDevice } from 'hawser/block';
import { listenTarget } from 'hawser/target';
import { assertExits } from '../support/leak-check.ts';

const child = new URL('./service-child.js', import.meta.url);
const name = 'iqn.2026-11.test:leak';

suite('a process with a closed service exits by itself', () => {
  for (const how of ['logout', 'leave'] as const) {
    test(`with logins, holds, waits and a target that is not there, on ${how}`, async () => {
      const directory = await mkdtemp(join(tmpdir(), 'hawser-leak-'));
      await using target = await listenTarget({
        name,
        luns: [{ lun: 0, device: createMemoryDevice(1024 * 1024) }],
        listen: [{ host: '127.0.0.1', port: 0 }],
      });
      try {
        const port = target.portals[0]?.port ?? 0;
        await assertExits(child, { args: [how, join(directory, 'state'), name, String(port)] });
      } finally {
        await rm(directory, { recursive: true, force: true });
      }
    });
  }
});
