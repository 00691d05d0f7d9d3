// Leaving a session: who holds a device is asked first, nothing is lost, and it always ends.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { connect, DeviceBusyError, SessionError, TimeoutError } from 'hawser';
import { openFileDevice } from 'hawser/block';
import { nextTurn } from '../../../src/base/index.ts';
import { openLab, rejection, scsi } from './lab.ts';

suite('safe removal', () => {
  test('a logout is refused while a disk is open, and names every holder', async () => {
    await using lab = await openLab();
    await using session = await connect(lab.url);
    const first = await session.openDisk(0, { label: 'backup' });
    const second = await session.openDisk(0, { label: 'copy', pid: 4711 });
    const error = await rejection(session.logout(), DeviceBusyError);
    assert.equal(error.code, 'ISCSI_DEVICE_BUSY');
    assert.deepEqual(error.holders, [
      { device: 'LUN 0 of iqn.2026-11.test:lab', label: 'backup', pid: process.pid },
      { device: 'LUN 0 of iqn.2026-11.test:lab', label: 'copy', pid: 4711 },
    ]);
    assert.match(error.message, /backup .*copy/);
    assert.equal(session.state, 'loggedIn');
    await first.write(0, Buffer.from('still works'));

    await first.close();
    assert.deepEqual(
      (await rejection(session.logout(), DeviceBusyError)).holders.map(({ label }) => label),
      ['copy'],
    );
    await second.close();
    const report = await session.logout();
    assert.deepEqual([report.isClean, report.holders, report.flushErrors], [true, [], []]);
    assert.deepEqual(lab.target.sessions(), []);
  });

  test('force closes what is open, reports whose it was, and later calls get a clear error', async () => {
    await using lab = await openLab();
    await using session = await connect(lab.url);
    const disk = await session.openDisk(0, { label: 'stubborn' });
    const report = await session.logout({ force: true });
    assert.equal(report.isClean, true);
    assert.deepEqual(
      report.holders.map(({ label }) => label),
      ['stubborn'],
    );
    assert.equal((await rejection(disk.read(0, Buffer.alloc(512)), SessionError)).code, 'ISCSI_CLOSED');
    assert.equal((await rejection(session.openDisk(0), SessionError)).code, 'ISCSI_CLOSED');
  });

  test('a forced logout does not share the refusal of one that is under way, but its success', async () => {
    await using lab = await openLab();
    await using session = await connect(lab.url);
    let answer!: (veto: { veto: string } | undefined) => void;
    const disk = await session.openDisk(0, {
      label: 'slow',
      onRemoveRequested: ({ isForced }) =>
        isForced ? { veto: 'still not' } : new Promise((resolve) => (answer = resolve)),
    });
    const refused = rejection(session.logout(), DeviceBusyError);
    const forced = session.logout({ force: true });
    const shared = session.logout();
    await nextTurn();
    answer({ veto: 'not now' });
    assert.equal((await refused).holders[0]?.reason, 'not now');
    const report = await forced;
    assert.deepEqual([report.isClean, report.holders[0]?.reason], [true, 'still not']);
    assert.equal(await shared, report);
    assert.equal((await rejection(disk.read(0, Buffer.alloc(512)), SessionError)).code, 'ISCSI_CLOSED');
    assert.deepEqual(lab.target.sessions(), []);
  });

  test('close leaves although a disk is open; a second close and a second logout get the first result', async () => {
    await using lab = await openLab();
    const session = await connect(lab.url);
    await session.openDisk(0);
    const [, report, again] = await Promise.all([session.close(), session.logout(), session.logout()]);
    assert.equal(report, again);
    assert.equal((await session.closed).how, 'loggedOut');
    await session.close();
    assert.deepEqual(lab.target.sessions(), []);
  });

  test('a disk with a volatile cache is flushed before the logout', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hawser-'));
    try {
      const commands: number[] = [];
      await using device = await openFileDevice(join(folder, 'disk'), { create: true, size: 1024 * 1024 });
      await using lab = await openLab({
        luns: [{ lun: 0, device }],
        hooks: {
          onCommand: ({ cdb }) => {
            commands.push(cdb[0] ?? 0);
            return undefined;
          },
        },
      });
      await using session = await connect(lab.url);
      const disk = await session.openDisk(0);
      assert.equal(disk.features.flush, true);
      await disk.write(0, Buffer.alloc(4096, 1));
      await disk.close();
      await session.logout();
      assert.equal(commands.at(-1), scsi.synchronizeCache10);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('a flush that fails stops the logout, unless it is forced, and then the report says what failed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hawser-'));
    try {
      await using device = await openFileDevice(join(folder, 'disk'), { create: true, size: 1024 * 1024 });
      await using lab = await openLab({
        luns: [{ lun: 0, device }],
        hooks: {
          // MEDIUM ERROR, write error (SPC-4 §4.5.6).
          onCommand: ({ cdb }) =>
            cdb[0] === scsi.synchronizeCache10
              ? {
                  kind: 'status',
                  status: 2,
                  sense: Uint8Array.of(0x70, 0, 3, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x0c, 0, 0, 0, 0, 0),
                }
              : undefined,
        },
      });
      await using session = await connect(lab.url);
      const disk = await session.openDisk(0);
      await disk.write(0, Buffer.alloc(512, 1));
      await disk.close();
      await assert.rejects(session.logout(), { code: 'SCSI_CHECK_CONDITION', senseKey: 3 });
      assert.equal(session.state, 'loggedIn');
      const report = await session.logout({ force: true });
      assert.equal(report.isClean, true);
      assert.deepEqual(
        report.flushErrors.map(({ error }) => error.code),
        ['SCSI_CHECK_CONDITION'],
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('commands in flight finish before the logout; new ones are refused', async () => {
    let release = (): void => {};
    const held = new Promise<undefined>((resolve) => {
      release = () => {
        resolve(undefined);
      };
    });
    await using lab = await openLab({
      hooks: { onCommand: ({ cdb }) => (cdb[0] === scsi.read10 ? held : undefined) },
    });
    await using session = await connect(lab.url);
    const disk = await session.openDisk(0);
    const read = disk.read(0, Buffer.alloc(512));
    const logout = session.logout({ force: true });
    await nextTurn();
    await assert.rejects(session.openDisk(0), { code: 'ISCSI_DRAINING' });
    release();
    await read;
    assert.equal((await logout).isClean, true);
  });

  test('a target that does not answer is left by the deadlines, and the report says so', async () => {
    await using lab = await openLab({
      hooks: { onPduReceived: (pdu) => (pdu.opcode === 0x06 ? 'ignore' : undefined) },
    });
    const session = await connect(`${lab.url}?logout-timeout=1`);
    const report = await session.logout();
    assert.equal(report.isClean, false);
    assert.ok(report.error instanceof TimeoutError);
    assert.equal(report.error.code, 'ISCSI_LOGOUT_TIMEOUT');
    assert.equal((await session.closed).how, 'lost');
  });

  test('force does not wait for a request that hangs any longer than the drain deadline', async () => {
    await using lab = await openLab({
      hooks: { onCommand: ({ cdb }) => (cdb[0] === scsi.write10 ? { kind: 'never' } : undefined) },
    });
    await using session = await connect(`${lab.url}?drain-timeout=1`);
    const disk = await session.openDisk(0);
    const write = rejection(disk.write(0, Buffer.alloc(512)), TimeoutError);
    const report = await session.logout({ force: true });
    const error = await write;
    assert.deepEqual([error.code, error.effect], ['ISCSI_DRAIN_TIMEOUT', 'unknown']);
    assert.equal(report.isClean, true);
  });

  test('opening a disk can be given up', async () => {
    await using lab = await openLab({ hooks: { onCommand: () => ({ kind: 'never' }) } });
    const session = await connect(lab.url);
    const controller = new AbortController();
    const opening = session.openDisk(0, { signal: controller.signal });
    opening.catch(() => undefined);
    controller.abort(new Error('enough'));
    await assert.rejects(opening, /enough/);
    session.destroy();
    await session.closed;
  });

  test('one signal may stand behind many requests', async () => {
    const warnings: string[] = [];
    const onWarning = ({ message }: Error): void => {
      warnings.push(message);
    };
    process.on('warning', onWarning);
    await using lab = await openLab();
    await using session = await connect(lab.url);
    const disk = await session.openDisk(0);
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 50 }, () => disk.read(0, Buffer.alloc(512), { signal })));
    await nextTurn();
    process.off('warning', onWarning);
    assert.deepEqual(warnings, []);
  });
});
