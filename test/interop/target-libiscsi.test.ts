// The embedded target against libiscsi and QEMU: initiators that were written by others from the same RFC.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { type BlockDevice, createMemoryDevice, openFileDevice } from '../../src/block/index.ts';
import { listenTarget, type TargetOptions } from '../../src/target/index.ts';
import { skipWithout } from '../support/peers.ts';
import { runTool, toolOutput } from '../support/run-tool.ts';
import { makeTempDir } from '../support/temp.ts';

const name = 'iqn.2026-01.test:disk';
const mib = 1_048_576;
const chap = { user: 'alice', secret: 'sixteen bytes !!', mutual: { user: 'the-target', secret: 'other bytes here' } };
const chapUrl = {
  secret: 'alice%sixteen bytes !!@',
  mutual: '?target_user=the-target&target_password=other bytes here',
};

/** A target with its URL; `device` is LUN 0. */
async function open(options: Partial<TargetOptions> = {}, device: BlockDevice = createMemoryDevice(64 * mib)) {
  const target = await listenTarget({
    name,
    luns: [{ lun: 0, device }],
    listen: [{ host: '127.0.0.1', port: 0 }],
    ...options,
  });
  const portal = `127.0.0.1:${target.portals[0]?.port ?? 0}`;
  return {
    target,
    device,
    portal,
    url: `iscsi://${portal}/${name}/0`,
    [Symbol.asyncDispose]: async () => {
      await target.close();
      await device.close();
    },
  };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function contentOf(device: BlockDevice): Promise<string> {
  const bytes = Buffer.alloc(device.size);
  await device.read(0, bytes);
  return sha256(bytes);
}

suite('libiscsi tools', { skip: skipWithout(['iscsi-ls', 'iscsi-inq', 'iscsi-readcapacity16', 'iscsi-perf']) }, () => {
  test('iscsi-ls finds the target and its units', async () => {
    await using opened = await open({
      luns: [
        { lun: 0, device: createMemoryDevice(mib) },
        { lun: 7, device: createMemoryDevice(2 * mib) },
      ],
    });
    const output = await toolOutput('iscsi-ls', ['-s', `iscsi://${opened.portal}`]);
    assert.match(output, new RegExp(`Target:${name} Portal:${opened.portal},1`));
    assert.match(output, /Lun:0 .*DIRECT_ACCESS/);
    assert.match(output, /Lun:7 .*DIRECT_ACCESS/);
  });

  test('iscsi-inq reads the standard data and each page', async () => {
    await using opened = await open();
    assert.match(await toolOutput('iscsi-inq', [opened.url]), /Vendor:HAWSER/);
    for (const page of ['0x00', '0x80', '0x83', '0xb0', '0xb1', '0xb2']) {
      assert.notEqual(await toolOutput('iscsi-inq', ['-e', '1', '-c', page, opened.url]), '');
    }
  });

  test('iscsi-readcapacity16 tells the size', async () => {
    await using opened = await open();
    const output = await toolOutput('iscsi-readcapacity16', [opened.url]);
    assert.match(output, new RegExp(`Total size:${64 * mib}`));
    assert.match(output, /LBPME:1 LBPRZ:1/);
  });

  test('iscsi-perf reads without an error, small and large, in order and at random', async () => {
    await using opened = await open();
    for (const shape of [
      ['-b', '8', '-m', '32', '-r'],
      ['-b', '2048', '-m', '4'],
    ]) {
      const output = await toolOutput('iscsi-perf', [...shape, '-t', '1', opened.url]);
      assert.match(output, /finished\./);
    }
  });

  test('CHAP, one way and both ways: the right secrets get in, wrong ones do not', async () => {
    await using opened = await open({ chap });
    const urlOf = (user: string, query = ''): string => `iscsi://${user}${opened.portal}/${name}/0${query}`;
    assert.match(await toolOutput('iscsi-inq', [urlOf(chapUrl.secret)]), /Vendor:HAWSER/);
    assert.match(await toolOutput('iscsi-inq', [urlOf(chapUrl.secret, chapUrl.mutual)]), /Vendor:HAWSER/);
    for (const url of [urlOf('alice%wrong and more wrong@'), urlOf('')]) {
      const { status, stderr } = await runTool('iscsi-inq', [url]);
      assert.notEqual(status, 0);
      assert.match(stderr, /Authentication failure\(513\)/);
    }
  });
});

suite('qemu-img', { skip: skipWithout(['qemu-img']) }, () => {
  test('writes, compares and reads back an image in a sparse file, with CHAP', async () => {
    await using folder = await makeTempDir();
    const device = await openFileDevice(folder.file('disk.img'), { create: true, size: 32 * mib });
    await using opened = await open({ chap }, device);
    const url = `iscsi://${chapUrl.secret}${opened.portal}/${name}/0`;
    const image = randomBytes(32 * mib);
    await writeFile(folder.file('source.img'), image);
    await toolOutput('qemu-img', ['convert', '-n', '-f', 'raw', '-O', 'raw', folder.file('source.img'), url]);
    assert.equal(sha256(await readFile(folder.file('disk.img'))), sha256(image));
    const compared = await toolOutput('qemu-img', [
      'compare',
      '-f',
      'raw',
      '-F',
      'raw',
      folder.file('source.img'),
      url,
    ]);
    assert.match(compared, /Images are identical/);
    await toolOutput('qemu-img', ['convert', '-f', 'raw', '-O', 'raw', url, folder.file('back.img')]);
    assert.equal(sha256(await readFile(folder.file('back.img'))), sha256(image));
  });

  test('the same in memory, with small segments and bursts, R2T for everything, and header digests', async () => {
    await using folder = await makeTempDir();
    const parameters = {
      headerDigest: ['CRC32C'],
      maxRecvDataSegmentLength: 4096,
      maxBurstLength: 16_384,
      firstBurstLength: 4096,
      initialR2t: true,
      immediateData: false,
    } as const;
    await using opened = await open({ parameters }, createMemoryDevice(8 * mib));
    const image = randomBytes(8 * mib);
    await writeFile(folder.file('source.img'), image);
    // The URL form of this option ends qemu-img 7.2 with a segmentation fault.
    const options = { transport: 'tcp', portal: opened.portal, target: name, lun: '0', 'header-digest': 'crc32c' };
    const file = Object.entries(options).map(([key, value]) => `file.${key}=${value}`);
    const there = ['driver=raw', 'file.driver=iscsi', ...file].join(',');
    await toolOutput('qemu-img', [
      'convert',
      '-n',
      '-f',
      'raw',
      '--target-image-opts',
      folder.file('source.img'),
      there,
    ]);
    assert.equal(await contentOf(opened.device), sha256(image));
    const back = folder.file('back.img');
    await toolOutput('qemu-img', ['convert', '--image-opts', '-O', 'raw', there, back]);
    assert.equal(sha256(await readFile(back)), sha256(image));
  });
});

/**
 * The families and tests of iscsi-test-cu whose subject this target has. Left out: reservations, EXTENDED COPY, ORWRITE, PREFETCH,
 * WRITE ATOMIC, defect data and SANITIZE, which it does not have, and media removal and multipath.
 */
const families = [
  ...['GetLBAStatus', 'Inquiry', 'Mandatory', 'ModeSense6', 'Read6', 'Read10', 'Read12', 'Read16', 'ReadCapacity10'],
  ...['ReadCapacity16', 'ReportSupportedOpcodes', 'StartStopUnit', 'TestUnitReady', 'Unmap', 'Verify10', 'Verify12'],
  ...['Verify16', 'Write10', 'Write12', 'Write16', 'WriteSame10', 'WriteSame16', 'WriteVerify10', 'WriteVerify12'],
  ...['WriteVerify16', 'iSCSIcmdsn', 'iSCSIdatasn', 'iSCSIResiduals', 'iSCSITMF'],
  ...['CompareAndWrite.DpoFua', 'CompareAndWrite.Unwritten', 'CompareAndWrite.InvalidDataOutSize'],
];

suite('iscsi-test-cu', { skip: skipWithout(['iscsi-test-cu']) }, () => {
  const run = async (url: string, family: string): Promise<void> => {
    const { stdout } = await runTool('iscsi-test-cu', ['-d', '-n', '-t', `ALL.${family}`, url], { timeoutMs: 60_000 });
    // "tests TOTAL RAN PASSED FAILED INACTIVE"
    const counts = /^ *tests +(\d+) +(\d+) +(\d+) +(\d+)/m.exec(stdout);
    assert.ok(counts !== null && Number(counts[2]) > 0, stdout);
    assert.equal(counts[4], '0', stdout);
  };

  for (const family of families) {
    test(family, async () => {
      await using opened = await open();
      await run(opened.url, family);
    });
  }

  for (const each of ['Simple', 'Miscompare']) {
    test(`CompareAndWrite.${each}, on a unit of 255 blocks`, async () => {
      // On a larger one the tool sends 256 blocks, whose count of one byte is 0 (SBC-4 §5.3: no operation), and expects
      // an error.
      await using opened = await open({}, createMemoryDevice(255 * 512));
      await run(opened.url, `CompareAndWrite.${each}`);
    });
  }

  test('ReadOnly, on a unit that cannot be written', async () => {
    const device = createMemoryDevice(64 * mib);
    await using opened = await open({ luns: [{ lun: 0, device, readOnly: true }] }, device);
    await run(opened.url, 'ReadOnly');
  });
});
