// The examples do what they say, as a reader would run them; the README's example is one of them.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { openControlServer } from 'hawser/control';
import { openService } from 'hawser/service';
import { inRepository } from '../support/repository.ts';
import { toolOutput } from '../support/run-tool.ts';
import { makeTempDir } from '../support/temp.ts';
import { openLab } from './initiator/lab.ts';

/** Runs an example that brings a target of its own, or needs the URL of one. */
async function run(name: string, ...args: readonly string[]): Promise<string> {
  return await toolOutput(process.execPath, [inRepository('dist/examples', `${name}.js`), ...args]);
}

async function runExample(name: string): Promise<string> {
  await using lab = await openLab();
  const stdout = await run(name, lab.url);
  assert.deepEqual(lab.target.sessions(), []);
  return stdout;
}

suite('examples', { concurrency: true }, () => {
  test('first-light writes, reads back and logs out', async () => {
    assert.equal(
      await runExample('first-light'),
      "iqn.2026-11.test:lab: 8388608 bytes, read back 'ahoy'\nlogged out\n",
    );
  });

  test('safe-logout is refused once and then leaves', async () => {
    assert.match(
      await runExample('safe-logout'),
      /^LUN 0 of iqn\.2026-11\.test:lab is held by backup job \(pid \d+\)\nlogged out\n$/,
    );
  });

  test('let-go asks its holders, stays while one refuses, and leaves when it does not', async () => {
    const disk = 'LUN 0 of iqn.2026-11.test:lab';
    assert.equal(
      await runExample('let-go'),
      `index: asked to let go of ${disk} (logout, 5000 ms)\n` +
        `index: ${disk} stays, I may open it again\n` +
        `refused: backup keeps ${disk}: a copy is half done\n` +
        'logged out, clean: true, writes in doubt: 0\n',
    );
  });

  test('survive loses its only connection in the middle of a write, and goes on', async () => {
    assert.equal(
      await run('survive'),
      'connection 1: ISCSI_CONNECTION_LOST\n' +
        'the session is lost; requests wait\n' +
        'the session is back: reinstated\n' +
        "read back 'ahoy'\n" +
        'over: loggedOut\n',
    );
  });

  test('unflushed hears of the write that the target forgot, and of no other, and writes it again', async () => {
    assert.equal(await run('unflushed'), "512 bytes at 8192 may be lost; writing again\nread back 'ahoy'\n");
  });

  test('service keeps a login, and the next one on the same directory carries it out', async () => {
    await using folder = await makeTempDir();
    const told = (await run('service', folder.path)).split('\n');
    for (const type of [
      'portalAdded',
      'persistentLoginAdded',
      'sessionLoggedIn',
      'serviceStopping',
      'sessionLoggedOut',
    ])
      assert.ok(told.includes(type), `${type} is among ${told.join(' ')}`);
    assert.deepEqual(told.slice(-2), ["after the restart: iqn.2026-11.io.hawser:service, 'ahoy'", '']);
  });

  test('driver-contract logs in by values and out by bytes', async () => {
    await using lab = await openLab();
    await using folder = await makeTempDir();
    const { host, port } = lab.target.portals[0]!;
    assert.equal(
      await run('driver-contract', folder.path, host, String(port), lab.target.name),
      `LoginToTarget: status 0\n${lab.target.name}: 1 connection(s)\nLogoutFromTarget: NTSTATUS 0, status 0\n`,
    );
    assert.deepEqual(lab.target.sessions(), []);
  });

  test('discovery-library logs in to what the portal tells of, and out again', async () => {
    await using lab = await openLab();
    await using folder = await makeTempDir();
    await using service = await openService({ stateDirectory: join(folder.path, 'state') });
    await using server = await openControlServer({ service, socketPath: join(folder.path, 'socket') });
    const { host, port } = lab.target.portals[0]!;
    assert.equal(
      await run('discovery-library', server.socketPath ?? '', host, String(port)),
      `login to ${lab.target.name}: ERROR_SUCCESS\nlogout: ERROR_SUCCESS\n`,
    );
    assert.deepEqual(lab.target.sessions(), []);
  });

  test("the README's examples are files here", async () => {
    const readme = await readFile(inRepository('README.md'), 'utf8');
    const shown = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, text]) => text);
    const files = ['first-light', 'discovery-library'].map(async (name) => {
      const example = await readFile(inRepository(`examples/${name}.ts`), 'utf8');
      return example.split('\n').slice(1).join('\n');
    });
    assert.deepEqual(shown, await Promise.all(files));
  });
});
