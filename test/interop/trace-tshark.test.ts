// Our traces in tshark's hands: it finds every PDU that we sent and received, and nothing to complain about.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { channels, connect, discover, openTrace } from '../../src/index.ts';
import { type HawserTarget, hawser, startHawserTarget } from '../support/hawser-program.ts';
import { skipWithout } from '../support/peers.ts';
import { toolOutput } from '../support/run-tool.ts';
import { makeTempDir } from '../support/temp.ts';
import { decodeCapture } from '../support/tshark.ts';

type PduPassed = Parameters<typeof channels.pduSent.publish>[0];

/** Runs `work` and returns the PDUs that passed, as `> opcode` for sent and `< opcode` for received, sorted. */
async function recorded(work: () => Promise<void>): Promise<string[]> {
  const passed: string[] = [];
  const name = (bhs: Uint8Array): string => `0x${(bhs[0]! & 0x3f).toString(16).padStart(2, '0')}`;
  const sent = ({ bhs }: PduPassed): void => {
    passed.push(`> ${name(bhs)}`);
  };
  const received = ({ bhs }: PduPassed): void => {
    passed.push(`< ${name(bhs)}`);
  };
  channels.pduSent.subscribe(sent);
  channels.pduReceived.subscribe(received);
  try {
    await work();
  } finally {
    channels.pduSent.unsubscribe(sent);
    channels.pduReceived.unsubscribe(received);
  }
  return passed.sort();
}

async function exercise(target: HawserTarget, query: string): Promise<void> {
  const url = `${target.urls[0]!}?${query}`;
  await discover(`127.0.0.1:${target.portal.port}`);
  await using session = await connect(url);
  const disk = await session.openDisk();
  const bytes = Buffer.alloc(700_001, 'payload');
  await disk.write(512, bytes);
  await disk.read(512, bytes);
  await disk.flush();
  const cid = session.connections.at(-1)?.cid ?? 0;
  if (session.connections.length > 1) await session.removeConnection(cid);
  await disk.close();
  await session.logout();
}

suite('trace', { skip: skipWithout(['tshark', 'capinfos']) }, () => {
  for (const [title, query] of [
    ['one connection', ''],
    ['three connections', 'connections=3'],
    ['both digests', 'header-digest=crc32c&data-digest=crc32c'],
  ] as const) {
    test(`of ${title}: tshark finds every PDU, and no fault`, async () => {
      await using folder = await makeTempDir();
      await using target = await startHawserTarget(['--lun', 'ram:16M']);
      const path = folder.file('trace.pcapng');
      const passed = await recorded(async () => {
        const trace = await openTrace(path);
        await exercise(target, query).finally(() => trace.close());
      });
      const { pdus, warnings } = await decodeCapture(path, target.portal.port);
      assert.deepEqual(warnings, []);
      const found = pdus.map(
        ({ fromTarget, fields }) => `${fromTarget ? '<' : '>'} ${fields['iscsi.opcode']?.[0] ?? ''}`,
      );
      assert.deepEqual(found.sort(), passed);
      // Login, text, SCSI command, response, Data-Out, R2T, Data-In and logout, both ways.
      const kinds = [
        '> 0x01',
        '> 0x03',
        '> 0x04',
        '> 0x05',
        '> 0x06',
        '< 0x21',
        '< 0x23',
        '< 0x24',
        '< 0x25',
        '< 0x26',
        '< 0x31',
      ];
      for (const kind of kinds) assert.ok(passed.includes(kind), kind);
    });
  }

  test('of a whole command, with checksums that hold and the program named', async () => {
    await using folder = await makeTempDir();
    await using target = await startHawserTarget(['--lun', 'ram:16M']);
    await writeFile(folder.file('image'), Buffer.alloc(5_000_000, 'data'));
    const path = folder.file('trace.pcapng');
    const { status, stderr } = await hawser([
      'copy',
      folder.file('image'),
      target.urls[0]!,
      '--verify',
      '--trace',
      path,
    ]);
    assert.equal(status, 0, stderr);
    const { port } = target.portal;
    assert.match(stderr, new RegExp(`^Trace of \\d+ packets: tshark -r ${path} -d tcp\\.port==${port},iscsi$`, 'm'));
    const checks = ['-o', 'tcp.check_checksum:TRUE', '-o', 'ip.check_checksum:TRUE'];
    const bad = 'tcp.checksum.status != "Good" || ip.checksum.status != "Good" || tcp.analysis.flags';
    assert.equal(await toolOutput('tshark', ['-r', path, ...checks, '-Y', bad]), '');
    assert.match(await toolOutput('capinfos', [path]), /Capture application: +hawser \d/);
    const { pdus, warnings } = await decodeCapture(path, port);
    assert.deepEqual(warnings, []);
    assert.ok(pdus.length > 20);
  });

  test('is decoded without being told the port where that is 3260', async () => {
    await using folder = await makeTempDir();
    const path = folder.file('trace.pcapng');
    const trace = await openTrace(path);
    const circuitId = 2 ** 40;
    // Names, as the memory transport has them, and the well-known port: only the bytes of a NOP-Out are real.
    const [local, remote] = [
      { address: 'memory', port: 50_000 },
      { address: 'target', port: 3260 },
    ];
    channels.circuitConnected.publish({ circuitId, transport: 'memory', local, remote });
    const nopOut = Buffer.alloc(48);
    nopOut[0] = 0x40;
    nopOut[1] = 0x80;
    nopOut.fill(0xff, 16, 24);
    channels.circuitBytesSent.publish({ circuitId, pieces: [nopOut] });
    channels.circuitClosed.publish({ circuitId });
    await trace.close();
    assert.match(await toolOutput('tshark', ['-r', path]), /127\.\d+\.\d+\.\d+ → 127\.\d+\.\d+\.\d+ +iSCSI .*NOP Out/);
  });
});
