// What a session makes of a target that is busy, slow, silent, or wants it gone.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { suite, test } from 'node:test';

import { connect, parseIscsiUrl, type ScsiError, TimeoutError, toConnectOptions } from 'hawser';
import { nextTurn } from '../../../src/base/index.ts';
import { openLab, rejection, scsi, status } from './lab.ts';

suite('faults of the target', () => {
  for (const [name, code] of Object.entries({ BUSY: status.busy, 'TASK SET FULL': status.taskSetFull })) {
    test(`${name} is waited out`, async () => {
      let refusals = 3;
      await using lab = await openLab({
        hooks: {
          onCommand: ({ cdb }) => {
            if (cdb[0] !== scsi.write10 || refusals === 0) return undefined;
            refusals -= 1;
            return { kind: 'status', status: code };
          },
        },
      });
      await using session = await connect(lab.url);
      const disk = await session.openDisk(0);
      await disk.write(0, Buffer.from('at last'));
      assert.equal(refusals, 0);
      const back = Buffer.alloc(7);
      await disk.read(0, back);
      assert.equal(back.toString(), 'at last');
    });
  }

  test('a reservation conflict is told, with nothing written', async () => {
    await using lab = await openLab({
      hooks: {
        onCommand: ({ cdb }) =>
          cdb[0] === scsi.write10 ? { kind: 'status', status: status.reservationConflict } : undefined,
      },
    });
    await using session = await connect(lab.url);
    const disk = await session.openDisk(0);
    await assert.rejects(disk.write(0, Buffer.alloc(512)), (error: ScsiError) => {
      assert.deepEqual([error.code, error.effect], ['SCSI_RESERVATION_CONFLICT', 'none']);
      return true;
    });
  });

  test('a command that is never answered is aborted at its limit; the session goes on', async () => {
    await using lab = await openLab({
      hooks: { onCommand: ({ cdb }) => (cdb[0] === scsi.read10 ? { kind: 'never' } : undefined) },
    });
    await using session = await connect(`${lab.url}?task-timeout=1`);
    const disk = await session.openDisk(0);
    const error = await rejection(disk.read(0, Buffer.alloc(512)), TimeoutError);
    assert.deepEqual([error.code, error.effect], ['ISCSI_TASK_TIMEOUT', 'none']);
    assert.equal(lab.target.sessions()[0]?.taskCount, 0);
    await disk.write(0, Buffer.alloc(512));
  });

  test('an aborted signal aborts the task at the target; the reason comes back unwrapped', async () => {
    await using lab = await openLab({
      hooks: { onCommand: ({ cdb }) => (cdb[0] === scsi.write10 ? { kind: 'never' } : undefined) },
    });
    await using session = await connect(lab.url);
    const disk = await session.openDisk(0);
    const controller = new AbortController();
    const write = disk.write(0, Buffer.alloc(65_536), { signal: controller.signal });
    write.catch(() => undefined);
    while (lab.target.sessions()[0]?.taskCount !== 1) await nextTurn();
    const reason = new Error('changed my mind');
    controller.abort(reason);
    await assert.rejects(write, (error) => error === reason);
    assert.equal(lab.target.sessions()[0]?.taskCount, 0);
  });

  test('async event 1: a session with one connection that is not to come back logs out in time', async () => {
    await using lab = await openLab();
    const session = await connect({ ...toConnectOptions(parseIscsiUrl(lab.url)), reconnects: false });
    lab.target.sessions()[0]?.requestLogout({ seconds: 3 });
    const end = await session.closed;
    assert.deepEqual([end.how, end.error], ['requestedByTarget', undefined]);
    assert.deepEqual(lab.target.sessions(), []);
  });

  test('async event 1: a session with one connection logs out in time, and comes back', async () => {
    await using lab = await openLab();
    await using session = await connect(lab.url);
    const first = lab.target.sessions()[0];
    const resumed = once(session.events, 'resumed');
    first?.requestLogout({ seconds: 3 });
    assert.deepEqual(await resumed, ['reinstated']);
    const sessions = lab.target.sessions();
    assert.deepEqual([sessions.length, sessions[0] === first], [1, false]);
  });

  test('async event 1 on one of two connections: that one is logged out, the other works on', async () => {
    await using lab = await openLab();
    await using session = await connect(`${lab.url}?connections=2`);
    const disk = await session.openDisk(0);
    const removed = once(session.events, 'connectionRemoved');
    lab.target.sessions()[0]?.requestLogout({ cid: 1, seconds: 3 });
    assert.deepEqual(await removed, [1]);
    await disk.write(0, Buffer.alloc(4096, 2));
    assert.deepEqual(
      session.connections.map(({ cid }) => cid),
      [2],
    );
  });

  test('async event 3: the session is lost, and says who dropped it', async () => {
    await using lab = await openLab();
    const url = parseIscsiUrl(`${lab.url}?connections=2`);
    const session = await connect({ ...toConnectOptions(url), reconnects: false });
    lab.target.sessions()[0]?.drop();
    const end = await session.closed;
    assert.equal(end.how, 'lost');
    assert.match(end.error?.message ?? '', /announced that it drops all connections|closed by the target/);
  });

  test('async event 4: the target gets the Text Request that it asked for', async () => {
    let texts = 0;
    await using lab = await openLab({
      hooks: {
        onPduReceived: (pdu) => {
          if (pdu.opcode === 0x04) texts += 1;
          return undefined;
        },
      },
    });
    await using session = await connect(lab.url);
    const told = once(session.events, 'asyncMessage');
    lab.target.sessions()[0]?.requestNegotiation({ seconds: 3 });
    await told;
    while (texts === 0) await nextTurn();
    const disk = await session.openDisk(0);
    await disk.write(0, Buffer.alloc(512));
  });

  test('async event 0: a SCSI event is told with its sense data', async () => {
    await using lab = await openLab();
    await using session = await connect(lab.url);
    const told = once(session.events, 'asyncMessage');
    // 3F/0E, REPORTED LUNS DATA HAS CHANGED.
    lab.target.sessions()[0]?.reportSense(0, { senseKey: 6, asc: 0x3f, ascq: 0x0e });
    const [message, sense] = (await told) as [{ asyncEvent: number }, Uint8Array];
    assert.equal(message.asyncEvent, 0);
    assert.deepEqual([(sense[2] ?? 0) & 0x0f, sense[12], sense[13]], [6, 0x3f, 0x0e]);
  });
});
