// The program as administrators run it: a service in one process, commands in others, over its socket and over TCP.

import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { createMemoryDevice } from '../../../src/block/index.ts';
import { listenTarget } from '../../../src/target/index.ts';
import { hawser, startHawser } from '../../support/hawser-program.ts';
import { exitOf } from '../../support/run-tool.ts';
import { makeTempDir } from '../../support/temp.ts';

const name = 'iqn.2026-11.example:disk';

/** What `hawser service --json` prints when it can be asked. */
async function firstDocument(child: ChildProcess): Promise<Record<string, unknown>> {
  let printed = '';
  return await new Promise((resolve, reject) => {
    child.stdout?.on('data', (piece: Buffer) => {
      printed += piece.toString();
      if (/^\}$/m.test(printed)) resolve(JSON.parse(printed) as Record<string, unknown>);
    });
    child.once('exit', (status) => {
      reject(new Error(`hawser service ended with ${status ?? 'a signal'}: ${printed}`));
    });
  });
}

suite('hawser service in a process of its own', () => {
  test('is found by socket and by URL with its token; its sessions end with it', async () => {
    await using dir = await makeTempDir();
    const [socket, tokenFile] = [dir.file('hawser.sock'), dir.file('token')];
    await writeFile(tokenFile, 'a token of sixteen bytes or more\n', { mode: 0o600 });
    const target = await listenTarget({
      name,
      luns: [{ lun: 0, device: createMemoryDevice(8 << 20) }],
      listen: [{ host: '127.0.0.1', port: 0 }],
    });
    const serve = ['service', '--json', '--state', dir.file('state'), '--socket', socket, '--listen', '127.0.0.1:0'];
    const env = { HAWSER_SOCKET: socket };
    try {
      const service = startHawser([...serve, '--token-file', tokenFile]);
      const ended = exitOf(service);
      const { url } = await firstDocument(service);
      const [{ host, port } = { host: '', port: 0 }] = target.portals;
      const added = await hawser(['portals', 'add', `${host}:${port}`], { env });
      assert.equal(added.status, 0, added.stderr);
      const over = ['--url', String(url), '--token-file', tokenFile];
      const login = await hawser(['login', name, ...over]);
      assert.equal(login.status, 0, login.stderr);
      assert.equal(target.sessions().length, 1);
      const listed = await hawser(['iscsicli', 'SessionList'], { env });
      assert.match(listed.stdout, new RegExp(`^Target Name +: ${name}$`, 'm'));
      const stranger = await hawser(['sessions', '--url', String(url)], { env: { HAWSER_TOKEN: 'some other token' } });
      assert.equal(stranger.status, 108, stranger.stderr);
      service.kill('SIGTERM');
      assert.equal(await ended, 0);
      assert.equal(target.sessions().length, 0);
    } finally {
      await target.close();
    }
  });
});
