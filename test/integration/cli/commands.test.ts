// Every command as a user runs it, against `hawser target`: what it prints, and that --json is one document.

import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { after, before, suite, test } from 'node:test';
import { type HawserTarget, hawser, startHawserTarget } from '../../support/hawser-program.ts';
import type { ToolOptions } from '../../support/run-tool.ts';
import { makeTempDir } from '../../support/temp.ts';

/** Runs a command that succeeds with --json; standard output must hold exactly one document. */
async function document(args: readonly string[], options?: ToolOptions): Promise<Record<string, unknown>> {
  const { status, stdout, stderr } = await hawser([...args, '--json'], options);
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as Record<string, unknown>;
}

suite('commands', () => {
  let target: HawserTarget;
  let url = '';
  let portal = '';
  before(async () => {
    target = await startHawserTarget(['--lun', 'ram:64M', '--lun', 'ram:8M', '--alias', 'for tests']);
    [url = ''] = target.urls;
    portal = `${target.portal.host}:${target.portal.port}`;
  });
  after(async () => {
    await target[Symbol.asyncDispose]();
  });

  test('discover lists the targets of a portal, named by host and port or by a URL', async () => {
    for (const where of [portal, `iscsi://${portal}/`]) {
      const { status, stdout, stderr } = await hawser(['discover', where]);
      assert.equal(status, 0, stderr);
      assert.equal(stdout, `TARGET                        ADDRESS\n${target.name}  ${portal},1\n`);
    }
    const { targets } = await document(['discover', portal]);
    const address = { ...target.portal, portalGroupTag: 1 };
    assert.deepEqual(targets, [{ name: target.name, addresses: [address] }]);
  });

  test('ls lists the LUNs of a target, and of all targets of a portal', async () => {
    for (const where of [`iscsi://${portal}/`, `iscsi://${portal}/${target.name}`]) {
      const { targets } = await document(['ls', where]);
      const [listed, ...others] = targets as { name: string; luns: Record<string, unknown>[] }[];
      assert.deepEqual(others, []);
      assert.equal(listed?.name, target.name);
      assert.deepEqual(
        listed.luns.map(({ lun, url: own, size, blockSize, readOnly }) => ({ lun, own, size, blockSize, readOnly })),
        [
          { lun: 0, own: target.urls[0], size: 64 << 20, blockSize: 512, readOnly: false },
          { lun: 1, own: target.urls[1], size: 8 << 20, blockSize: 512, readOnly: false },
        ],
      );
    }
    const { stdout } = await hawser(['ls', `iscsi://${portal}/`]);
    assert.match(stdout, /^TARGET +LUN +SIZE +DEVICE\n.* 0 +64 MiB +HAWSER VIRTUAL-DISK\n.* 1 +8 MiB /);
  });

  test('info shows the LUN and what was negotiated', async () => {
    const found = await document(['info', url, '--header-digest', 'crc32c', '--connections', '3']);
    assert.deepEqual(
      [found['target'], found['lun'], found['size'], found['blockSize']],
      [target.name, 0, 64 << 20, 512],
    );
    assert.equal((found['identity'] as Record<string, unknown>)['vendor'], 'HAWSER');
    const session = found['session'] as { connections: unknown[]; parameters: Record<string, unknown> };
    assert.equal(session.connections.length, 3);
    assert.deepEqual([session.parameters['headerDigest'], session.parameters['dataDigest']], [true, false]);
    const isid = '0x80a1a2a30001';
    const { stdout } = await hawser(['info', `${url}?isid=${isid}`]);
    assert.match(stdout, new RegExp(`^Session +ISID ${isid}, TSIH \\d+, portal group 1$`, 'm'));
    assert.match(stdout, /^Size +64 MiB \(67108864 bytes\)$/m);
    assert.match(stdout, /^TargetAlias +for tests$/m);
    for (const line of stdout.split('\n')) assert.ok(line.length <= 100, line);
  });

  test('write takes standard input, read gives it back, at any offset', async () => {
    const input = 'What was written.\n'.repeat(30_000);
    const written = await document(['write', url, '--offset', '12345'], { input });
    assert.deepEqual([written['offset'], written['bytes']], [12_345, input.length]);
    const { status, stdout, stderr } = await hawser(['read', url, '--offset', '12345', '--length', `${input.length}`]);
    assert.deepEqual([status, stderr], [0, '']);
    assert.ok(stdout === input);
  });

  test('write and read take files', async () => {
    await using folder = await makeTempDir();
    const bytes = Buffer.from(Array.from({ length: 3_000_000 }, (_unused, index) => (index * 7) & 0xff));
    await writeFile(folder.file('in'), bytes);
    await document(['write', url, '--input', folder.file('in'), '--offset', '1M']);
    const read = ['read', url, '--offset', '1M', '--length', '3000000', '--output', folder.file('out')];
    assert.equal((await document(read))['bytes'], 3_000_000);
    assert.ok((await readFile(folder.file('out'))).equals(bytes));
  });

  test('bench measures reads, and writes only by consent', async () => {
    const load = ['bench', url, '--time', '0.3', '--depth', '8', '--span', '4M'];
    for (const more of [[], ['--rw', 'randrw', '--yes-overwrite', '--connections', '2', '--block-size', '8k']]) {
      const result = await document([...load, ...more]);
      for (const key of ['iops', 'bytesPerSecond', 'cpuMicrosecondsPerIo']) assert.ok(Number(result[key]) > 0, key);
      const { p50, p90, p99, p999, max, mean } = result['latencyMs'] as Record<string, number>;
      assert.ok(p50! > 0 && p50! <= p90! && p90! <= p99! && p99! <= p999! && p999! <= max! && mean! > 0);
      assert.equal(Number(result['writes']) > 0, more.length > 0);
      assert.equal(result['span'], 4 << 20);
    }
    const refused = await hawser([...load, '--rw', 'randwrite']);
    assert.deepEqual([refused.status, refused.stdout], [2, '']);
  });

  test('bench shows what each connection carried under its policy', async () => {
    const load = ['bench', url, '--time', '0.2', '--depth', '8', '--connections', '3', '--rwmix', '50'];
    const mixed = [...load, '--rw', 'randrw', '--yes-overwrite', '--policy'];
    const turns = await document([...mixed, 'round-robin']);
    assert.equal(turns['policy'], 'round-robin');
    const shares = turns['shares'] as Record<string, number>[];
    assert.deepEqual(
      shares.map(({ cid, role }) => [cid, role]),
      [1, 2, 3].map((cid) => [cid, 'active']),
    );
    const commands = shares.map((share) => share['commands'] ?? 0);
    assert.ok(Math.max(...commands) - Math.min(...commands) <= 1, String(commands));
    assert.equal(
      commands.reduce((sum, count) => sum + count, 0),
      Number(turns['reads']) + Number(turns['writes']),
    );
    const bytes = (key: string): number => shares.reduce((sum, share) => sum + (share[key] ?? 0), 0);
    assert.equal(bytes('bytesRead'), Number(turns['reads']) * 4096);
    assert.equal(bytes('bytesWritten'), Number(turns['writes']) * 4096);
    assert.ok(Math.abs(bytes('commandShare') - 1) < 1e-9 && Math.abs(bytes('byteShare') - 1) < 1e-9);
    const { status, stdout } = await hawser([...load, '--policy', 'fail-over:2']);
    assert.equal(status, 0);
    assert.match(stdout, /^Policy +fail-over$/m);
    assert.match(stdout, /^CID +PORTAL +ROLE +COMMANDS +SHARE +READ +WRITTEN +SHARE$/m);
    assert.match(stdout, /^ +1 +127\.\d[^ ]+ +standby +0 +0\.0 % +0 B +0 B +0\.0 %$/m);
    assert.match(stdout, /^ +2 +127\.\d[^ ]+ +active +\d+ +100\.0 % .* 100\.0 %$/m);
    const tooFew = await hawser([...load, '--policy', 'fail-over:4']);
    assert.deepEqual([tooFew.status, tooFew.stdout], [10, '']);
    assert.match(tooFew.stderr, /names connection 4 of a session that has 3/);
  });
});

/** What a step of the tour tells a machine, as far as it is looked at here. */
interface TourFacts {
  readonly code?: string;
  readonly status?: string;
  readonly sessionId?: string;
  readonly how?: string;
  /** What MSiSCSI_InitiatorSessionInfo has. */
  readonly sessions?: number;
  readonly connections?: number;
  readonly bytes?: number;
}

test('tour shows and checks everything, and leaves nothing behind', async () => {
  await using folder = await makeTempDir();
  const env = { TMPDIR: folder.path };
  const { isComplete, steps } = await document(['tour', '--size', '4M'], { env });
  assert.equal(isComplete, true);
  const all = (steps as { facts?: TourFacts }[]).map(({ facts = {} }) => facts);
  assert.deepEqual(
    all.flatMap(({ code, status }) => code ?? status ?? []),
    [
      'ISCSI_CONNECTION_LOST',
      'BLOCK_WRITES_LOST',
      'ISCSI_LEADING_CONNECTION',
      'ISCSI_LAST_CONNECTION',
      'ISCSI_DEVICE_BUSY',
      'ISDSC_DEVICE_BUSY_ON_SESSION',
      'ERROR_SUCCESS',
    ],
  );
  const [first, continued, reinstated, restarted] = all.flatMap(({ sessionId }) => sessionId ?? []);
  assert.deepEqual([continued, reinstated], [first, first], 'a session that was lost keeps its id');
  assert.notEqual(restarted, first);
  assert.deepEqual(
    all.flatMap(({ how }) => how ?? []),
    ['continued', 'reinstated'],
  );
  const driver = all.find(({ bytes }) => bytes !== undefined);
  assert.deepEqual([driver?.sessions, driver?.connections], [2, 3]);
  const { status, stdout } = await hawser(['tour', '--size', '4M'], { env });
  assert.equal(status, 0);
  assert.match(stdout, /^ 1\. Start two targets$/m);
  assert.match(stdout, /^31\. Look at the targets\n {4}They have no session and no connection left$/m);
  assert.match(stdout, /^All of it worked, in \d+\.\d s$/m);
  assert.deepEqual(await readdir(folder.path), []);
});
