// Informational sessions: no devices, raw SCSI alone, and a logout that asks nobody.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { Initiator, UsageError } from 'hawser';
import { openLab, rejection, targetName } from './lab.ts';

suite('an informational session', () => {
  test('answers raw SCSI commands, has no devices, and its logout sends no command', async () => {
    const commands: number[] = [];
    await using lab = await openLab({
      hooks: {
        onCommand: ({ cdb }) => {
          commands.push(cdb[0] ?? 0);
          return undefined;
        },
      },
    });
    await using initiator = new Initiator();
    const session = await initiator.connect({ portal: lab.target.portals[0]!, targetName, informational: true });
    assert.equal(session.isInformational, true);
    const dataIn = new Uint8Array(36);
    const cdb = Uint8Array.of(0x12, 0, 0, 0, 36, 0);
    const { status } = await session.execute({ lun: { high: 0, low: 0 }, cdb, dataIn });
    assert.equal(status, 0);
    for (const refused of [session.openDisk(0), session.devices(), session.removeDevice(0)]) {
      const error = await rejection(refused, UsageError);
      assert.equal(error.code, 'ISCSI_WRONG_STATE');
      assert.match(error.message, /informational session has no devices/);
    }
    const { isClean } = await session.logout();
    assert.equal(isClean, true);
    assert.deepEqual(commands, [0x12]);
    assert.deepEqual(lab.target.sessions(), []);
  });

  test('is no hindrance to a session with devices, nor that one to it', async () => {
    await using lab = await openLab();
    await using initiator = new Initiator();
    const portal = lab.target.portals[0]!;
    const [informational, ordinary] = await Promise.all([
      initiator.connect({ portal, targetName, informational: true }),
      initiator.connect({ portal, targetName }),
    ]);
    await using disk = await ordinary.openDisk(0);
    await informational.logout();
    assert.equal(ordinary.isInformational, false);
    await disk.read(0, Buffer.alloc(512));
  });
});
