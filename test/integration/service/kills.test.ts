// A service that is killed at any moment: afterwards its records are the old ones or the new ones, whole.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createMemoryDevice } from 'hawser/block';
import { type ExportedState, openService, type Service } from 'hawser/service';
import { listenTarget } from 'hawser/target';
import { fillState, killOperations, targetName } from './kill-operations.ts';

const child = fileURLToPath(new URL('./kill-child.js', import.meta.url));

/** The steps of a change, and which of them come after the moment from which on it must be kept. */
const steps = { begun: false, written: false, committing: false, committed: true, wiped: true } as const;

/** How many times a service under load is killed; HAWSER_KILLS for more. */
const kills = Number(process.env['HAWSER_KILLS'] ?? 4);

async function withService<T>(stateDirectory: string, work: (service: Service) => Promise<T>): Promise<T> {
  await using service = await openService({ stateDirectory, refreshIntervalMs: 0, onStop: 'leave' });
  return await work(service);
}

async function stateOf(stateDirectory: string): Promise<ExportedState> {
  return await withService(stateDirectory, (service) => service.exportState({ includesSecrets: true }));
}

/** Resolves with the signal that ended the child, or null where it ended by itself. */
async function runChild(directory: string, what: string, step: string): Promise<NodeJS.Signals | null> {
  const running = spawn(process.execPath, [child, directory, what, step], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [status, signal] = (await once(running, 'exit')) as [number | null, NodeJS.Signals | null];
  if (signal === null) assert.equal(status, 0, `${what} up to ${step}`);
  return signal;
}

suite('a service that is killed', { concurrency: false }, () => {
  for (const [what, operate] of Object.entries(killOperations)) {
    test(`at each step of ${what}: the records are the old ones or the new ones`, async () => {
      const root = await mkdtemp(join(tmpdir(), 'hawser-kill-'));
      try {
        const base = join(root, 'base');
        await withService(base, fillState);
        const before = await stateOf(base);
        await cp(base, join(root, 'whole'), { recursive: true });
        await withService(join(root, 'whole'), operate);
        const after = await stateOf(join(root, 'whole'));
        assert.notDeepEqual(after, before);
        const ends = Object.entries(steps).map(async ([step, isKept]) => {
          const directory = join(root, step);
          await cp(base, directory, { recursive: true });
          const signal = await runChild(directory, what, step);
          // Only what takes a secret away is wiped; every other step is one of every change.
          assert.ok(signal === 'SIGKILL' || step === 'wiped', `${what} was not killed at ${step}`);
          assert.deepEqual(await stateOf(directory), isKept ? after : before, `${what} at ${step}`);
        });
        await Promise.all(ends);
      } finally {
        await rm(root, { recursive: true, force: true });
      }
    });
  }

  test(`${kills} times at random under load: what was said to be kept is there, with its secret`, async () => {
    const root = await mkdtemp(join(tmpdir(), 'hawser-kill-'));
    try {
      for (let kill = 0; kill < kills; kill += 1) {
        const directory = join(root, String(kill));
        const running = spawn(process.execPath, [child, directory, 'goOn'], { stdio: ['ignore', 'pipe', 'inherit'] });
        const exited = once(running, 'exit');
        let kept = -1;
        const wanted = Math.floor(Math.random() * 20);
        for await (const line of createInterface(running.stdout)) {
          kept = Number(line);
          if (kept >= wanted) running.kill('SIGKILL');
        }
        await exited;
        const { records, secrets = {} } = await stateOf(directory);
        const logins = Object.keys(records['persistentLogin'] ?? {});
        assert.ok(logins.length >= kept + 1, `${logins.length} logins after ${kept + 1} were said to be kept`);
        assert.deepEqual(Object.keys(secrets).sort(), logins.map((key) => `persistentLogin/${key}`).sort());
      }
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  });

  test('with a session: the next start logs in again, and nobody has to say so', async () => {
    const root = await mkdtemp(join(tmpdir(), 'hawser-kill-'));
    await using target = await listenTarget({
      name: targetName,
      luns: [{ lun: 0, device: createMemoryDevice(1024 * 1024) }],
      listen: [{ host: '127.0.0.1', port: 0 }],
    });
    try {
      const directory = join(root, 'state');
      const port = String(target.portals[0]?.port ?? 0);
      const running = spawn(process.execPath, [child, directory, 'stay', port], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const exited = once(running, 'exit');
      let killed = '';
      for await (const line of createInterface(running.stdout)) {
        killed = line;
        running.kill('SIGKILL');
      }
      await exited;
      await withService(directory, async (service) => {
        await service.ready;
        const [session, ...others] = await service.sessions();
        assert.deepEqual([session?.targetName, others], [targetName, []]);
        assert.notEqual(session?.sessionId, killed);
      });
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  });
});
