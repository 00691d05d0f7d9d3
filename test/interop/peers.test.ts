// The foreign programs that other tests lean on do what those tests expect of them.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { startLinuxInitiator } from '../support/linux-initiator.ts';
import { startLio } from '../support/lio-vm.ts';
import { linuxVm, skipWithout } from '../support/peers.ts';
import { runTool, toolOutput } from '../support/run-tool.ts';
import { makeTempDir } from '../support/temp.ts';
import { startTgtd } from '../support/tgtd.ts';
import { decodeCapture } from '../support/tshark.ts';
import { captureFile } from './capture-file.ts';

suite('tgtd', { skip: skipWithout(['tgtd', 'tgtadm', 'iscsi-ls', 'iscsi-inq']) }, () => {
  test('lists its target and LUNs to libiscsi, and holds no session afterwards', async () => {
    await using tgtd = await startTgtd({ luns: [{ sizeBytes: 16 << 20 }, { sizeBytes: 8 << 20, blockSize: 4096 }] });
    const listing = await toolOutput('iscsi-ls', ['-s', `iscsi://${tgtd.host}:${tgtd.port}`]);
    assert.match(listing, new RegExp(`Target:${tgtd.targetName} Portal:127.0.0.1:${tgtd.port},1`));
    assert.match(listing, /Lun:1 .*Size:1[56]M/);
    assert.match(listing, /Lun:2 .*Size:[78]M/);
    await eventually(
      () => tgtd.sessions(),
      (sessions) => sessions.length === 0,
    );
  });

  test('shows a session for as long as it lasts', async () => {
    await using tgtd = await startTgtd({ luns: [{ sizeBytes: 1 << 20 }] });
    const ends = new AbortController();
    const lun = `iscsi://${tgtd.host}:${tgtd.port}/${tgtd.targetName}/1`;
    const name = 'iqn.2026-11.hawser.test:shown';
    const busy = runTool('iscsi-perf', ['-i', name, '-t', '30', lun], { signal: ends.signal });
    const held = await eventually(
      () => tgtd.sessions(),
      (sessions) => sessions.length > 0,
    );
    assert.deepEqual(held, [{ initiatorName: name, connections: 1 }]);
    ends.abort(new Error('seen enough'));
    await assert.rejects(busy, /seen enough/);
    await eventually(
      () => tgtd.sessions(),
      (sessions) => sessions.length === 0,
    );
  });

  test('lets in only who knows the CHAP secret, and proves its own', async () => {
    const chap = { user: 'bob', secret: 'a secret of bob 1' };
    const mutual = { user: 'alice', secret: 'a secret of alice' };
    await using tgtd = await startTgtd({ luns: [{ sizeBytes: 1 << 20 }], chap, mutual });
    const lun = `iscsi://${tgtd.host}:${tgtd.port}/${tgtd.targetName}/1`;
    const known = { LIBISCSI_CHAP_USERNAME: chap.user, LIBISCSI_CHAP_PASSWORD: chap.secret };
    const answer = { LIBISCSI_CHAP_TARGET_USERNAME: mutual.user, LIBISCSI_CHAP_TARGET_PASSWORD: mutual.secret };
    assert.notEqual((await runTool('iscsi-inq', [lun])).status, 0);
    assert.equal((await runTool('iscsi-inq', [lun], { env: { ...known, ...answer } })).status, 0);
    const other = { ...answer, LIBISCSI_CHAP_TARGET_PASSWORD: 'another secret 1' };
    assert.notEqual((await runTool('iscsi-inq', [lun], { env: { ...known, ...other } })).status, 0);
  });
});

suite('LIO in a Linux guest', { skip: skipWithout([linuxVm, 'iscsi-ls']) }, () => {
  test('lists its target under an address that the host can reach, and shows its sessions', async () => {
    await using lio = await startLio({ erl: 2 });
    assert.deepEqual(await lio.sessions(), []);
    const listing = await toolOutput('iscsi-ls', [`iscsi://${lio.host}:${lio.port}`]);
    assert.match(listing, new RegExp(`Target:${lio.targetName} Portal:127.0.0.1:${lio.port},1`));
    await lio.settled();

    const ends = new AbortController();
    const name = 'iqn.2026-11.hawser.test:shown';
    const lun = `iscsi://${lio.host}:${lio.port}/${lio.targetName}/0`;
    const busy = runTool('iscsi-perf', ['-i', name, '-t', '60', lun], { signal: ends.signal, timeoutMs: 90_000 });
    const [session] = await eventually(
      () => lio.sessions(),
      (sessions) => sessions.length > 0,
    );
    assert.equal(session?.initiatorName, name);
    assert.deepEqual(session.connections, [{ cid: 0, state: 'LOGGED_IN' }]);
    ends.abort(new Error('seen enough'));
    await assert.rejects(busy, /seen enough/);
    await lio.settled();
    assert.deepEqual(await lio.sessions(), []);
  });
});

suite('open-iscsi in a Linux guest', { skip: skipWithout([linuxVm, 'tgtd', 'tgtadm']) }, () => {
  test('finds, uses and leaves a target on the host under the address that it announces', async () => {
    await using tgtd = await startTgtd({ luns: [{ sizeBytes: 16 << 20 }] });
    await using linux = await startLinuxInitiator();
    const script = `
      set -e
      iscsiadm -m discovery -t sendtargets -p $PORTAL
      iscsiadm -m node --login
      iscsiadm -m session
      sg_vpd -p 0x80 /dev/sda
      iscsiadm -m node --logout
      exit 7`;
    const { status, output } = await linux.run(script, { port: tgtd.port });
    assert.equal(status, 7, output);
    assert.match(output, new RegExp(`127.0.0.1:${tgtd.port},1 ${tgtd.targetName}`));
    assert.match(output, new RegExp(`tcp: .* 127.0.0.1:${tgtd.port},1 ${tgtd.targetName}`));
    assert.match(output, /Unit serial number: +beaf11/);
    assert.deepEqual(await tgtd.sessions(), []);
  });
});

suite('tshark', { skip: skipWithout(['tshark']) }, () => {
  const port = 3333;

  /** A header with its bytes from `at` on set. */
  function header(...fields: [at: number, ...bytes: number[]][]): Uint8Array {
    const bhs = Buffer.alloc(48);
    for (const [at, ...bytes] of fields) bhs.set(bytes, at);
    return bhs;
  }

  const nopOut = header([0, 0x40, 0x80], [16, 0, 0, 0, 7, 0xff, 0xff, 0xff, 0xff], [24, 0, 0, 0, 5, 0, 0, 0, 9]);
  const read10 = header([0, 0x01, 0xc1], [19, 9], [22, 2, 0], [32, 0x28, 0, 0, 0, 0, 0, 0, 0, 1]);

  test('decodes PDUs that share a segment, and one that is spread over two', async () => {
    await using dir = await makeTempDir();
    const file = dir.file('good.pcap');
    const segments = [Buffer.concat([nopOut, nopOut]), read10.subarray(0, 20), read10.subarray(20)];
    await writeFile(
      file,
      captureFile(
        segments.map((payload) => ({ from: 'initiator', payload })),
        port,
      ),
    );
    const { pdus, warnings } = await decodeCapture(file, port);
    assert.deepEqual(warnings, []);
    assert.deepEqual(
      pdus.map(({ frame, fields }) => [frame, fields['iscsi.opcode']]),
      [
        [1, ['0x00']],
        [1, ['0x00']],
        [3, ['0x01']],
      ],
    );
    assert.deepEqual(pdus[0]?.fields['iscsi.expstatsn'], ['9']);
    assert.deepEqual(pdus[2]?.fields['scsi_sbc.opcode'], ['0x28']);
  });

  test('warns of a malformed packet, of bytes that are no PDU, and of a PDU that never ends', async () => {
    await using dir = await makeTempDir();
    const file = dir.file('bad.pcap');
    // Sense data whose announced length goes beyond the data segment, in answer to a command.
    const response = header([0, 0x21, 0x80, 0, 2], [7, 3], [19, 9]);
    const cutSense = Buffer.concat([response, Buffer.from([0, 0x12, 0x70, 0])]);
    const segments = [
      { from: 'initiator', payload: read10 },
      { from: 'target', payload: cutSense },
      { from: 'target', payload: header([0, 0x2b]) },
      { from: 'initiator', payload: nopOut.subarray(0, 40) },
    ] as const;
    await writeFile(file, captureFile(segments, port));
    const { warnings } = await decodeCapture(file, port);
    assert.equal(warnings.length, 3, warnings.join('\n'));
    assert.match(warnings[0] ?? '', /frame 2: .*Malformed/);
    assert.equal(warnings[1], 'frame 3: 48 bytes that are no iSCSI PDU');
    assert.equal(warnings[2], 'frame 4: 40 bytes that are no iSCSI PDU');
  });
});
