// A run with everything in it, traced and shown to tshark: it decodes every PDU and finds nothing to complain about.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { suite, test } from 'node:test';
import { channels, connect, discover, openTrace } from 'hawser';
import { createMemoryDevice } from 'hawser/block';
import { listenTarget, type Target } from 'hawser/target';
import { nextTurn, sleep, systemClock, u32 } from '../../src/base/index.ts';
import { opcode } from '../../src/wire/index.ts';
import { skipWithout } from '../support/peers.ts';
import { makeTempDir } from '../support/temp.ts';
import { decodeCapture } from '../support/tshark.ts';

const chap = { user: 'initiator', secret: 'of the initiator', mutual: { user: 'target', secret: 'of the target' } };
const block = 0x0600_0000;
/** Reads beyond here are never answered. */
const pit = block / 512;

/** All kinds of PDUs that a healthy session at ErrorRecoveryLevel 0 exchanges: name, side, opcode (RFC 7143 §11.2.1.2). */
const kinds = {
  'NOP-Out': '> 0x00',
  'SCSI Command': '> 0x01',
  'Task Management Request': '> 0x02',
  'Login Request': '> 0x03',
  'Text Request': '> 0x04',
  'Data-Out': '> 0x05',
  'Logout Request': '> 0x06',
  'NOP-In': '< 0x20',
  'SCSI Response': '< 0x21',
  'Task Management Response': '< 0x22',
  'Login Response': '< 0x23',
  'Text Response': '< 0x24',
  'Data-In': '< 0x25',
  'Logout Response': '< 0x26',
  R2T: '< 0x31',
  'Async Message': '< 0x32',
};

async function openTarget(): Promise<Target> {
  return await listenTarget({
    name: 'iqn.2026-11.test:everything',
    luns: [{ lun: 0, device: createMemoryDevice(2 * block) }],
    listen: [{ host: '127.0.0.1', port: 0 }],
    parameters: { maxConnections: 4, firstBurstLength: 65_536, maxBurstLength: 131_072 },
    pingIntervalMs: 200,
    chap,
    hooks: {
      onCommand: ({ cdb }) =>
        cdb[0] === 0x28 && Buffer.from(cdb).readUInt32BE(2) >= pit ? { kind: 'never' } : undefined,
    },
  });
}

/** Discovery, mutual CHAP, digests, two connections, writes with R2T, reads, an abort, pings, an async message, a logout. */
async function everything(target: Target): Promise<void> {
  const portal = target.portals[0]!;
  await discover({ portal, chap });
  const session = await connect({
    portal,
    targetName: target.name,
    chap,
    connections: 2,
    offers: { headerDigest: 'CRC32C', dataDigest: 'CRC32C' },
    limits: { pingIntervalMs: 100 },
  });
  const disk = await session.openDisk(0);
  const data = Buffer.alloc(1_000_001, 'everything');
  await disk.write(0, data);
  const back = Buffer.alloc(data.length);
  await disk.read(0, back);
  assert.ok(back.equals(data));

  const controller = new AbortController();
  const read = disk.read(block, Buffer.alloc(4096), { signal: controller.signal });
  read.catch(() => undefined);
  while (target.sessions()[0]?.taskCount !== 1) await nextTurn();
  controller.abort(new Error('enough'));
  await assert.rejects(read, /enough/);

  const told = once(session.events, 'asyncMessage');
  target.sessions()[0]?.reportSense(0, { senseKey: 6, asc: 0x2a, ascq: 0x09 });
  await told;
  await session.removeConnection(session.connections[1]!.cid);
  await disk.close();
  assert.equal((await session.logout()).isClean, true);
}

suite('a trace of everything', { skip: skipWithout(['tshark']) }, () => {
  test('tshark decodes every PDU of it, with no malformed packet and no warning', async () => {
    await using folder = await makeTempDir();
    await using target = await openTarget();
    const path = folder.file('everything.pcapng');
    const trace = await openTrace(path);
    try {
      await everything(target);
      await silence(target);
    } finally {
      await trace.close();
    }
    const { pdus, warnings } = await decodeCapture(path, target.portals[0]!.port);
    assert.deepEqual(warnings, []);
    const found = new Set(
      pdus.map(({ fromTarget, fields }) => `${fromTarget ? '<' : '>'} ${fields['iscsi.opcode']?.[0] ?? ''}`),
    );
    assert.deepEqual(
      Object.entries(kinds).flatMap(([name, kind]) => (found.has(kind) ? [] : [name])),
      [],
    );
  });
});

/** A session that goes silent until each side has pinged the other. It reads first: tshark learns from a command. */
async function silence(target: Target): Promise<void> {
  const portal = target.portals[0]!;
  const session = await connect({ portal, targetName: target.name, chap, limits: { pingIntervalMs: 100 } });
  await session.luns();
  const pinged = { byUs: false, byTarget: false };
  const seen = ({ bhs }: { bhs: Uint8Array }): void => {
    if (bhs[0] !== opcode.nopIn) return;
    // A ping of the target has a target transfer tag; the answer to ours has none (RFC 7143 §11.19).
    if (u32(bhs, 20) === 0xffff_ffff) pinged.byUs = true;
    else pinged.byTarget = true;
  };
  channels.pduReceived.subscribe(seen);
  while (!pinged.byUs || !pinged.byTarget) await sleep(systemClock, 20);
  channels.pduReceived.unsubscribe(seen);
  await session.logout();
}
