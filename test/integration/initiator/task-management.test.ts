// Task management and escalation between a whole initiator and a whole target.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { connect, Initiator, type ScsiError, TimeoutError } from 'hawser';
import { openLab, rejection, scsi, size, targetName } from './lab.ts';

suite('task management', () => {
  test('§4.2.3.3 a reset of the unit under load over four connections ends commands, and the disk goes on', async () => {
    await using lab = await openLab();
    await using initiator = new Initiator();
    const portal = { host: '127.0.0.1', port: lab.target.portals[0]?.port ?? 0 };
    await using session = await initiator.connect({ targetName, portal, connections: 4 });
    const disk = await session.openDisk(0);
    for (let round = 0; round < 8; round += 1) {
      const writes = Array.from({ length: 64 }, async (_, at) => {
        await disk.write(((at * 131_072) % size) & ~511, Buffer.alloc(65_536, at));
      });
      const settled = Promise.allSettled(writes);
      const { terminated } = await session.manageTasks(round % 2 === 0 ? 'logicalUnitReset' : 'abortTaskSet', {
        lun: 0,
      });
      const failed = (await settled).filter(({ status }) => status === 'rejected');
      assert.ok(failed.length <= terminated, `${failed.length} requests failed, ${terminated} commands were ended`);
    }
    assert.equal(session.connections.length, 4);
    await disk.write(0, Buffer.from('after the resets'));
    const back = Buffer.alloc(16);
    await disk.read(0, back);
    assert.equal(back.toString(), 'after the resets');
    assert.equal(lab.target.sessions()[0]?.taskCount, 0);
  });

  test('§11.6.1 a unit that is not there, and a function that the target does not have', async () => {
    await using lab = await openLab();
    await using session = await connect(lab.url);
    await assert.rejects(session.manageTasks('logicalUnitReset', { lun: 7 }), { code: 'ISCSI_NO_SUCH_LUN' });
    await assert.rejects(session.manageTasks('clearAca', { lun: 0 }), { code: 'ISCSI_FUNCTION_UNSUPPORTED' });
  });
});

test('a command whose ABORT TASK is never answered costs a reset of its unit, and no connection', async () => {
  await using lab = await openLab({
    hooks: {
      onCommand: ({ cdb }) => (cdb[0] === scsi.read10 ? { kind: 'never' } : undefined),
      onTaskManagement: (request) => (request.function === 1 ? 'ignore' : undefined),
    },
  });
  await using initiator = new Initiator();
  await using session = await initiator.connect({
    targetName,
    portal: { host: '127.0.0.1', port: lab.target.portals[0]?.port ?? 0 },
    limits: { taskTimeoutMs: 200, abortTimeoutMs: 200 },
  });
  const steps: string[] = [];
  session.events.on('escalated', (step) => steps.push(step));
  const disk = await session.openDisk(0);
  const reads = Array.from({ length: 5 }, async (_, at) => {
    const error = await rejection<TimeoutError | ScsiError>(disk.read(at * 4096, Buffer.alloc(512)), TimeoutError);
    assert.deepEqual([error.code, error.effect], ['ISCSI_TASK_TIMEOUT', 'none']);
  });
  await Promise.all(reads);
  assert.deepEqual(steps, ['lunReset']);
  assert.equal(session.connections.length, 1);
  await disk.write(0, Buffer.alloc(512));
});
