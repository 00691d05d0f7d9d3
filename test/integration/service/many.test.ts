// Many at once: 200 sessions to 50 targets, a dead one among them, and a hundred callers.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { createMemoryDevice } from 'hawser/block';
import { listenTarget, type Target } from 'hawser/target';
import { openLab } from './service-lab.ts';

const targetCount = 50;
const portalsEach = 4;
const sessionCount = targetCount * portalsEach;

/** How many logins one after the other may take as long as all of them at once. */
const smallMultiple = 10;

async function listenSlowly(index: number): Promise<Target> {
  const target = await listenTarget({
    name: `iqn.2026-11.test:many-${index}`,
    luns: [{ lun: 0, device: createMemoryDevice(1024 * 1024) }],
    listen: Array.from({ length: portalsEach }, () => ({ host: '127.0.0.1', port: 0 })),
  });
  target.inject('delay-pdu:opcode=login-response,ms=250,count=0');
  return target;
}

suite('many at once', () => {
  test('200 persistent logins take a small multiple of one; a dead target delays none; memory is told', async (context) => {
    await using lab = await openLab();
    const targets = await Promise.all(Array.from({ length: targetCount }, (_, index) => listenSlowly(index)));
    try {
      const dead = 'iqn.2026-11.test:many-dead';
      await lab.service.addStaticTarget({ targetName: dead, portals: [{ host: '127.0.0.1', port: 1 }] });
      await lab.service.addPersistentLogin({ targetName: dead });
      for (const { name, portals } of targets) {
        await lab.service.addStaticTarget({ targetName: name, portals });
        for (const { host, port } of portals) {
          const loginOptions = { loginFlags: 2 };
          await lab.service.addPersistentLogin({ targetName: name, portal: { host, port }, loginOptions });
        }
      }
      const began = performance.now();
      const { sessionId } = await lab.service.login({ targetName: targets[0]?.name ?? '', existing: 'add' });
      const oneMs = performance.now() - began;
      await lab.service.logout({ sessionId });
      const before = process.memoryUsage();
      const started = performance.now();
      const service = await lab.start();
      await service.ready;
      const allMs = performance.now() - started;
      const { counts, concerns } = await service.status();
      assert.equal(counts.sessions, sessionCount);
      assert.deepEqual(
        concerns.map(({ name }) => name),
        [dead],
      );
      assert.ok(allMs < smallMultiple * oneMs, `${sessionCount} logins in ${allMs} ms, one in ${oneMs} ms`);
      const answers = await Promise.all(Array.from({ length: 100 }, () => service.sessions()));
      assert.ok(answers.every((sessions) => sessions.length === sessionCount));
      const after = process.memoryUsage();
      const each = (key: 'heapUsed' | 'external'): number => (after[key] - before[key]) / sessionCount / 1024;
      context.diagnostic(
        `${sessionCount} logins in ${allMs.toFixed(0)} ms, one in ${oneMs.toFixed(0)} ms; each session with the target's ` +
          `half of it: ${each('heapUsed').toFixed(0)} KiB of heap and ${each('external').toFixed(0)} KiB of buffers`,
      );
    } finally {
      await Promise.all(targets.map((target) => target.destroy()));
    }
  });
});
