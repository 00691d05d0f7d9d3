// How commands end that cannot succeed: exit statuses, one line or one document, secrets never shown, signals obeyed.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { after, before, suite, test } from 'node:test';
import { deferred, systemClock, withDeadline } from '../../../src/base/index.ts';
import { createMemoryDevice } from '../../../src/block/index.ts';
import { type CommandVerdict, listenTarget, type Target } from '../../../src/target/index.ts';
import { eventually } from '../../support/eventually.ts';
import { type HawserTarget, hawser, startHawser, startHawserTarget } from '../../support/hawser-program.ts';
import { exitOf } from '../../support/run-tool.ts';
import { makeTempDir } from '../../support/temp.ts';

/** Runs a command that must fail, as text and with --json, and returns the document's `error`. */
async function failure(
  args: readonly string[],
  status: number,
  env: Readonly<Record<string, string>> = {},
): Promise<Record<string, unknown>> {
  const told = await hawser(args, { env });
  assert.equal(told.status, status, told.stderr);
  assert.equal(told.stdout, '');
  assert.match(told.stderr, /^hawser: [^\n]*\([A-Z_]+\)\n$/);
  const documented = await hawser([...args, '--json'], { env });
  assert.equal(documented.status, status);
  assert.equal(documented.stderr, '');
  const { error } = JSON.parse(documented.stdout) as { error: Record<string, unknown> };
  assert.ok(told.stderr.includes(`(${String(error['code'])})`));
  return error;
}

/** A port on which nobody listens any more. */
async function deadPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

suite('failures', () => {
  let target: HawserTarget;
  let portal = '';
  before(async () => {
    target = await startHawserTarget(['--lun', 'ram:8M', '--read-only']);
    portal = `${target.portal.host}:${target.portal.port}`;
  });
  after(async () => {
    await target[Symbol.asyncDispose]();
  });

  test('nobody listens: ISCSI_CONNECT_FAILED, 20', async () => {
    const error = await failure(['discover', `127.0.0.1:${await deadPort()}`], 20);
    assert.deepEqual([error['code'], error['isRetryable']], ['ISCSI_CONNECT_FAILED', true]);
  });

  test('another target: ISCSI_TARGET_NOT_FOUND, 52', async () => {
    const error = await failure(['info', `iscsi://${portal}/iqn.2026-11.io.hawser:another`], 52);
    assert.deepEqual([error['statusClass'], error['statusDetail']], [2, 3]);
  });

  test('a LUN that is not there: what the device said', async () => {
    const error = await failure(['info', `iscsi://${portal}/${target.name}/7`], 67);
    assert.equal(error['code'], 'SCSI_UNSUPPORTED');
  });

  test('beyond the end: BLOCK_OUT_OF_RANGE, 80', async () => {
    await failure(['read', target.urls[0]!, '--offset', '8M', '--length', '1', '--output', '/dev/null'], 80);
  });

  test('a read-only disk: BLOCK_READ_ONLY, 81', async () => {
    await using folder = await makeTempDir();
    await writeFile(folder.file('image'), 'data');
    await failure(['write', target.urls[0]!, '--input', folder.file('image')], 81);
    await failure(['copy', folder.file('image'), target.urls[0]!], 81);
  });

  test('a file that is not there: BLOCK_IO_FAILED, 83', async () => {
    await failure(['write', target.urls[0]!, '--input', '/nonexistent/file'], 83);
    await failure(['discover', portal, '--trace', '/nonexistent/file.pcapng'], 83);
    await failure(['target', '--lun', '/nonexistent/file'], 83);
  });
});

suite('CHAP', () => {
  const ours = 'the secret of us';
  const theirs = 'the secret of them';

  test('secrets come from files and the environment; wrong ones are refused on either side', async () => {
    await using folder = await makeTempDir();
    await writeFile(folder.file('ours'), `${ours}\n`);
    await using target = await startHawserTarget(
      ['--lun', 'ram:1M', '--chap-user', 'me', '--target-user', 'it', '--chap-secret-file', folder.file('ours')],
      { HAWSER_TARGET_SECRET: theirs },
    );
    const url = target.urls[0]!;
    const mutual = ['info', url, '--chap-user', 'me', '--target-user', 'it', '--json'];
    const right = { HAWSER_CHAP_SECRET: ours, HAWSER_TARGET_SECRET: theirs };
    assert.equal((await hawser(mutual, { env: right })).status, 0);
    const inUrl = url.replace('iscsi://', `iscsi://me%${encodeURIComponent(ours)}@`);
    assert.equal((await hawser(['info', inUrl, '--json'])).status, 0);

    await failure(['info', url], 51);
    await failure(['info', url, '--chap-user', 'me'], 51, { HAWSER_CHAP_SECRET: 'some other secret' });
    await failure(['info', url, '--chap-user', 'you'], 51, { HAWSER_CHAP_SECRET: ours });
    await failure(mutual.slice(0, -1), 51, { ...right, HAWSER_TARGET_SECRET: 'some other secret' });
    const weak = await failure(['info', url, '--chap-user', 'me'], 57, { HAWSER_CHAP_SECRET: 'short' });
    assert.ok(!JSON.stringify(weak).includes('short"'));
    await failure(['info', url, '--chap-user', 'me'], 10);
  });

  test('no secret is shown, not even by HAWSER_DEBUG', async () => {
    const secret = 'tops3cr3t-t0ps3cret';
    const env = { HAWSER_DEBUG: '1', HAWSER_CHAP_SECRET: secret };
    const port = await deadPort();
    for (const url of [
      `iscsi://me%${secret}@127.0.0.1:${port}/iqn.2026-11.example:x/0`,
      `iscsi://me@127.0.0.1:${port}/iqn.2026-11.example:x/0`,
    ]) {
      const { stdout, stderr } = await hawser(['info', url], { env });
      assert.match(stderr, /at .*\.ts:\d+/);
      assert.ok(!`${stdout}${stderr}`.includes('tops3cr3t'));
    }
  });
});

suite('signals', () => {
  async function listen(onCommand?: () => CommandVerdict): Promise<AsyncDisposable & { target: Target; url: string }> {
    const target = await listenTarget({
      name: 'iqn.2026-11.io.hawser:signals',
      luns: [{ lun: 0, device: createMemoryDevice(64 << 20) }],
      listen: [{ host: '127.0.0.1', port: 0 }],
      hooks: onCommand === undefined ? {} : { onCommand },
    });
    const url = `iscsi://127.0.0.1:${target.portals[0]!.port}/${target.name}/0`;
    return { target, url, [Symbol.asyncDispose]: () => target.close() };
  }

  for (const [signal, status] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    test(`${signal} ends a command under load with ${status}, after a logout`, async () => {
      await using served = await listen();
      const { target, url } = served;
      const child = startHawser(['bench', url, '--time', '60']);
      const ended = exitOf(child);
      await eventually(
        () => target.sessions().length,
        (sessions) => sessions === 1,
      );
      child.kill(signal);
      assert.equal(await ended, status);
      await eventually(
        () => target.connectionCount,
        (connections) => connections === 0,
      );
    });
  }

  for (const [when, deafFrom] of [
    ['while it opens the disk', 1],
    ['under load', 1000],
  ] as const) {
    test(`SIGTERM ends a command whose target has stopped answering ${when}`, async () => {
      let commands = 0;
      const deaf = deferred();
      await using served = await listen(() => {
        commands += 1;
        if (commands < deafFrom) return undefined;
        deaf.resolve();
        return { kind: 'never' };
      });
      const child = startHawser(['bench', served.url, '--time', '60', '--depth', '4']);
      const ended = exitOf(child);
      await deaf.promise;
      child.kill('SIGTERM');
      const limit = (): Error => new Error('It did not end in 10 s');
      assert.equal(await withDeadline(systemClock, 10_000, limit, undefined, () => ended), 143);
    });
  }

  test('a reader that wants no more ends `hawser read` without a word', async () => {
    await using served = await listen();
    const child = startHawser(['read', served.url]);
    let said = '';
    child.stderr?.on('data', (piece: Buffer) => {
      said += piece.toString();
    });
    await once(child.stdout!, 'data');
    child.stdout!.destroy();
    assert.equal(await exitOf(child), 141);
    assert.equal(said, '');
  });

  test('SIGINT ends a tour with nothing left behind', async () => {
    await using folder = await makeTempDir();
    const child = startHawser(['tour', '--size', '256M'], { TMPDIR: folder.path });
    const ended = exitOf(child);
    const seen = once(child.stdout!, 'data');
    await seen;
    child.kill('SIGINT');
    assert.equal(await ended, 130);
    assert.deepEqual(await readdir(folder.path), []);
  });

  test('hawser target is asked to stop by either signal, and ends with 0', async () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      await using target = await startHawserTarget(['--lun', 'ram:1M']);
      assert.equal(await target.stop(signal), 0);
    }
  });
});
