// The control socket of a running target.

import assert from 'node:assert/strict';
import { access, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { test } from 'node:test';
import { askControl, openControl } from '../../../src/target/index.ts';
import { nextStatus, openReady } from '../../support/fault-bench.ts';
import { cdb, openRawTarget } from '../../support/raw-target.ts';
import { makeTempDir } from '../../support/temp.ts';

test('faults are injected, listed and removed; the socket is its owner’s alone, and goes away', async () => {
  await using folder = await makeTempDir();
  const path = folder.file('control');
  await using opened = await openRawTarget();
  const control = await openControl(opened.target, path);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  const initiator = await openReady(opened);
  const { fault } = await askControl(path, { inject: 'busy:count=1' });
  initiator.command(cdb.testUnitReady);
  assert.equal(await nextStatus(initiator), 8);
  const { faults } = await askControl(path, { list: true });
  assert.deepEqual([faults?.[0]?.id, faults?.[0]?.hits, faults?.[0]?.isSpent], [fault?.id, 1, true]);
  assert.equal((await askControl(path, { sessions: true })).sessions?.[0]?.initiatorName, 'iqn.2026-01.test:initiator');
  assert.deepEqual((await askControl(path, { remove: 'all' })).removed, [fault?.id]);
  await assert.rejects(askControl(path, { remove: 77 }), { code: 'ISCSI_BAD_ARGUMENT', argument: 'remove' });
  await assert.rejects(askControl(path, { inject: 'busy:cid=x' }), { code: 'ISCSI_BAD_ARGUMENT', argument: 'cid' });
  await control.close();
  await assert.rejects(access(path), { code: 'ENOENT' });
  await assert.rejects(askControl(path, { list: true }), { code: 'ISCSI_CONNECT_FAILED' });
});

test('logical units come, change and go, and a reboot is over when it is answered', async () => {
  await using folder = await makeTempDir();
  const path = folder.file('control');
  await using opened = await openRawTarget();
  await using control = await openControl(opened.target, path);
  assert.equal(control.path, path);
  await askControl(path, { addLun: { lun: 4, size: '1M' } });
  await askControl(path, { resizeLun: { lun: 4, size: '2M' } });
  await askControl(path, { removeLun: 4 });
  await assert.rejects(askControl(path, { removeLun: 4 }), { code: 'ISCSI_BAD_ARGUMENT' });
  const initiator = await openReady(opened);
  await askControl(path, { reboot: { ms: 20 } });
  assert.deepEqual(await initiator.closed(), []);
  await openReady(opened);
});

test('a line that is too long, or nonsense, is refused', async () => {
  await using folder = await makeTempDir();
  const path = folder.file('control');
  await using opened = await openRawTarget();
  await using control = await openControl(opened.target, path);
  assert.equal(control.path, path);
  for (const line of ['nonsense\n', '{"list":true,"remove":1}\n', '[]\n', 'x'.repeat(70_000)]) {
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(path, () => socket.write(line));
      socket.once('data', (chunk) => {
        socket.destroy();
        resolve(chunk.toString());
      });
      socket.once('error', reject);
    });
    assert.match(answer, /^\{"ok":false,"error":\{"code":"ISCSI_BAD_ARGUMENT"/);
  }
  await assert.rejects(openControl(opened.target, path), { code: 'ISCSI_CONNECT_FAILED' });
});
