// What a disk learns beside its own commands: sense data of others, and the unit attentions that wait behind a
// reinstatement.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TransportError } from '../../../src/base/index.ts';
import { type Disk, type DiskOptions, openDisk } from '../../../src/disk/index.ts';
import * as scsi from '../../../src/scsi/index.ts';
import { FakeScsiDevice } from '../../support/fake-scsi-device.ts';
import { instantClock } from '../../support/instant-clock.ts';

async function open(options: DiskOptions = {}): Promise<[FakeScsiDevice, Disk]> {
  const fake = new FakeScsiDevice();
  const disk = await openDisk(fake, 0, { clock: instantClock(), ...options });
  fake.requests.length = 0;
  return [fake, disk];
}

function attention(code: number): { sense: scsi.Sense } {
  return { sense: scsi.makeSense(scsi.senseKey.unitAttention, code) };
}

const powerOn = attention(0x2901);
const block = new Uint8Array(512).fill(1);
const lostAnswer = new TransportError('ISCSI_CONNECTION_LOST', 'lost', { address: 'x', effect: 'unknown' });

test('sense data that other commands met count as if the disk had met them', async () => {
  const [, disk] = await open();
  await disk.write(0, block);
  disk.noteSense(powerOn.sense);
  await assert.rejects(disk.flush(), { code: 'BLOCK_WRITES_LOST' });
});

test('§4.2.2.2: sense data of others on a connection put writes under way in doubt, but not those answered on it later', async () => {
  const [device, disk] = await open();
  for (const [cid, isLost] of [
    [5, false],
    [6, true],
    [undefined, true],
  ] as const) {
    let letGo!: () => void;
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    device.pace = async ({ dataOut }) => {
      if (dataOut !== undefined) await held;
    };
    device.script({ opcode: 0x2a, patch: { cid: 5 } });
    const writing = disk.write(0, block);
    disk.noteSense(scsi.encodeSense(powerOn.sense), cid);
    letGo();
    await writing;
    if (isLost) await assert.rejects(disk.flush(), { code: 'BLOCK_WRITES_LOST' });
    else await disk.flush();
  }
});

test('bytes that are no sense data say nothing', async () => {
  const [, disk] = await open();
  await disk.write(0, block);
  disk.noteSense(Uint8Array.of(0x70, 0));
  await disk.flush();
});

test('resume meets all unit attentions that wait, one command at a time, over the port it is given', async () => {
  const heard: number[] = [];
  const onUnitAttention = ({ asc, ascq }: scsi.Sense): void => {
    heard.push(asc * 0x100 + ascq);
  };
  const [device, disk] = await open({ onUnitAttention });
  await disk.write(0, block);
  device.requests.length = 0;
  const ahead = new FakeScsiDevice();
  ahead.script({ status: 8 }, powerOn, attention(0x2a09));
  await disk.resume(ahead);
  assert.deepEqual(
    ahead.takeCommands(),
    Array.from({ length: 4 }, () => 'TEST UNIT READY'),
  );
  assert.equal(ahead.mostInFlight, 1);
  assert.deepEqual(device.takeCommands(), []);
  assert.deepEqual(heard, [0x2901, 0x2a09]);
  await assert.rejects(disk.flush(), { code: 'BLOCK_WRITES_LOST' });
});

test('resume leaves other ends than unit attentions to those who do I/O, and comes to an end', async () => {
  const [, disk] = await open();
  const ahead = new FakeScsiDevice();
  ahead.script({ sense: scsi.makeSense(2, 0x0400) });
  await disk.resume(ahead);
  assert.equal(ahead.requests.length, 1);
  ahead.script({ ...attention(0x2a09), times: 100 });
  await disk.resume(ahead);
  assert.equal(ahead.requests.length, 12);
});

test('writes that wait for the reinstatement are not in doubt: they are sent after what resume met', async () => {
  const [device, disk] = await open();
  let letGo!: () => void;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  device.pace = async () => {
    await held;
  };
  device.script({ opcode: 0x2a, patch: { cid: 5 } });
  const writing = disk.write(0, block);
  const ahead = new FakeScsiDevice();
  ahead.script(powerOn);
  await disk.resume(ahead);
  letGo();
  await writing;
  await disk.flush();
});

test('an answer to resume that was lost may have told of a reset: the cache counts as lost after the next one', async () => {
  const [device, disk] = await open();
  await disk.write(0, block);
  const ahead = new FakeScsiDevice();
  const unsent = new TransportError('ISCSI_CONNECTION_LOST', 'lost', { address: 'x', effect: 'none' });
  ahead.script({ error: unsent });
  await assert.rejects(disk.resume(ahead), (error) => error === unsent);
  await disk.resume(ahead);
  await disk.flush();
  await disk.write(0, block);
  ahead.script({ error: lostAnswer });
  await assert.rejects(disk.resume(ahead), (error) => error === lostAnswer);
  await disk.resume(ahead);
  device.medium.fill(0);
  await assert.rejects(disk.flush(), { code: 'BLOCK_WRITES_LOST', message: /an answer was lost/ });
  await disk.write(0, block);
  await disk.resume(ahead);
  await disk.flush();
});
