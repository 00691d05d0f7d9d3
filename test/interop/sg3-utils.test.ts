// An independent oracle for src/scsi: the decoders of sg3-utils read what our encoders write. READ CAPACITY data and mode
// pages are missing here, since sg3-utils reads those from devices only.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import * as scsi from '../../src/scsi/index.ts';

const isInstalled = spawnSync('sg_decode_sense', ['--version']).status === 0;
const skip = isInstalled ? false : 'skipped: sg3-utils is not installed';

describe('sg3-utils reads our encoders', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-sg3-'));
  after(() => {
    rmSync(folder, { recursive: true });
  });

  function hexOf(bytes: Uint8Array): string[] {
    return [...bytes].map((byte) => byte.toString(16).padStart(2, '0'));
  }

  function run(tool: string, ...options: string[]): string {
    return execFileSync(tool, options, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** What a tool prints for response data. */
  function read(tool: string, bytes: Uint8Array, ...options: string[]): string {
    const file = join(folder, 'response.hex');
    writeFileSync(file, `${hexOf(bytes).join(' ')}\n`);
    return run(tool, `--inhex=${file}`, ...options);
  }

  function includesAll(text: string, expected: readonly string[]): void {
    for (const line of expected) assert.ok(text.includes(line), `'${line}' is not in:\n${text}`);
  }

  test('standard INQUIRY data: sg_inq reads every field', () => {
    const text = read(
      'sg_inq',
      scsi.encodeInquiryData({
        peripheralQualifier: 0,
        deviceType: scsi.deviceType.disk,
        isRemovable: true,
        version: 6,
        normAca: false,
        hiSup: true,
        tpgs: 3,
        thirdPartyCopy: true,
        protect: true,
        multiP: true,
        cmdQue: true,
        vendor: 'HAWSER',
        product: 'MEMORY DISK',
        revision: '1.0',
        versionDescriptors: [0x00a0, 0x0960, 0x0460, 0x04c0],
      }),
    );
    includesAll(text, [
      'PQual=0  PDT=0  RMB=1',
      'version=0x06  [SPC-4]',
      'NormACA=0  HiSUP=1  Resp_data_format=2',
      'TPGS=3  3PC=1  Protect=1',
      'MultiP=1',
      'CmdQue=1',
      'length=96 (0x60)',
      'Vendor identification: HAWSER  \n',
      'Product identification: MEMORY DISK     \n',
      'Product revision level: 1.0 \n',
    ]);
  });

  test('VPD 00h and 80h: sg_vpd reads the pages in order and the serial', () => {
    const pages = read('sg_vpd', scsi.encodeSupportedPages([0x00, 0xb0, 0x80, 0x83]), '--page=0x00');
    assert.match(pages, /\[sv\][\s\S]*\[sn\][\s\S]*\[di\][\s\S]*\[bl\]/);
    includesAll(read('sg_vpd', scsi.encodeUnitSerialNumber('HW-1'), '--page=0x80'), ['Unit serial number: HW-1']);
  });

  test('VPD 83h: sg_vpd reads every type of designator', () => {
    const { targetPort } = scsi.designatorAssociation;
    const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));
    const text = read(
      'sg_vpd',
      scsi.encodeDeviceIdentification([
        scsi.encodeDesignator({ type: 'naa', naa: 6, value: bytes('6001405abcdef0123456789abcdef000') }),
        scsi.encodeDesignator({ type: 'naa', naa: 5, value: bytes('5000c50011223344') }),
        scsi.encodeDesignator({ type: 'naa', naa: 3, value: bytes('3123456789abcdef') }),
        scsi.encodeDesignator({ type: 'naa', naa: 2, value: bytes('2123456789abcdef') }),
        scsi.encodeDesignator({ type: 't10VendorId', vendor: 'HAWSER', identifier: 'disk-7' }),
        scsi.encodeDesignator({ type: 'eui64', value: bytes('0014ee0000000001') }),
        scsi.encodeDesignator({ type: 'logicalUnitGroup', group: 9 }),
        scsi.encodeDesignator({ type: 'md5LogicalUnit', value: new Uint8Array(16).fill(0xab) }),
        scsi.encodeDesignator({ type: 'uuid', uuid: '00112233-4455-6677-8899-aabbccddeeff' }),
        scsi.encodeDesignator({ type: 'vendorSpecific', value: bytes('c0ffee') }),
        scsi.encodeDesignator({ type: 'relativeTargetPort', port: 258 }, targetPort),
        scsi.encodeDesignator({ type: 'targetPortGroup', group: 7 }, targetPort),
        scsi.encodeDesignator(
          { type: 'scsiName', name: 'iqn.2026-11.example:t' },
          targetPort,
          scsi.iscsiProtocolIdentifier,
        ),
        scsi.encodeDesignator({ type: 'protocolSpecificPort', value: bytes('01000000') }, targetPort, 9),
      ]),
      '--page=0x83',
    );
    includesAll(text, [
      '0x6001405abcdef0123456789abcdef000',
      '0x5000c50011223344',
      '0x3123456789abcdef',
      '0x2123456789abcdef',
      'designator type: T10 vendor identification,  code set: ASCII\n      vendor id: HAWSER  \n      vendor specific: disk-7',
      'designator type: EUI-64 based,  code set: Binary\n      0x0014ee0000000001',
      'Logical unit group: 0x9',
      'MD5 logical unit identifier:\nab ab ab ab ab ab ab ab  ab ab ab ab ab ab ab ab',
      'Locally assigned UUID: 00112233-4455-6677-8899-aabbccddeeff',
      'vendor specific:\nc0 ff ee',
      'Relative target port: 0x102',
      'Target port group: 0x7',
      'transport: Internet SCSI (iSCSI)\n      SCSI name string:\n      iqn.2026-11.example:t\n',
      'USB device address: 0x1',
    ]);
    assert.match(text, /Addressed logical unit:[\s\S]*c0 ff ee[\s\S]*Target port:[\s\S]*Relative target port/);
  });

  test('VPD B0h: sg_vpd reads every limit', () => {
    const text = read(
      'sg_vpd',
      scsi.encodeBlockLimits({
        wsnz: true,
        maximumCompareAndWriteLength: 32,
        optimalTransferLengthGranularity: 8,
        maximumTransferLength: 32768,
        optimalTransferLength: 1024,
        maximumPrefetchLength: 3,
        maximumUnmapLbaCount: 4194304,
        maximumUnmapBlockDescriptorCount: 256,
        optimalUnmapGranularity: 9,
        unmapGranularityAlignment: 4,
        maximumWriteSameLength: 65535,
        maximumAtomicTransferLength: 16,
        atomicAlignment: 2,
        atomicTransferLengthGranularity: 1,
      }),
      '--page=0xb0',
    );
    includesAll(text, [
      'Write same non-zero (WSNZ): 1',
      'Maximum compare and write length: 32 blocks',
      'Optimal transfer length granularity: 8 blocks',
      'Maximum transfer length: 32768 blocks',
      'Optimal transfer length: 1024 blocks',
      'Maximum prefetch transfer length: 3 blocks',
      'Maximum unmap LBA count: 4194304',
      'Maximum unmap block descriptor count: 256',
      'Optimal unmap granularity: 9 blocks',
      'Unmap granularity alignment valid: true',
      'Unmap granularity alignment: 4',
      'Maximum write same length: 0xffff blocks',
      'Maximum atomic transfer length: 16 blocks',
      'Atomic alignment: 2',
      'Atomic transfer length granularity: 1',
    ]);
  });

  test('VPD B1h and B2h: sg_vpd reads characteristics and provisioning', () => {
    const characteristics = scsi.encodeBlockDeviceCharacteristics({
      mediumRotationRate: 7200,
      productType: 0,
      nominalFormFactor: 2,
      zoned: 1,
      fuab: true,
      vbuls: false,
    });
    includesAll(read('sg_vpd', characteristics, '--page=0xb1'), [
      'Nominal rotation rate: 7200 rpm',
      'Nominal form factor: 3.5 inch',
      'ZONED=1',
      'FUAB=1',
      'VBULS=0',
    ]);
    const provisioning = scsi.encodeLogicalBlockProvisioning({
      thresholdExponent: 9,
      lbpu: true,
      lbpws: false,
      lbpws10: true,
      lbprz: 1,
      anchorSupported: true,
      minimumPercentage: 10,
      provisioningType: 2,
      thresholdPercentage: 5,
      provisioningGroup: scsi.encodeDesignator({
        type: 'naa',
        naa: 5,
        value: new Uint8Array(Buffer.from('5000c50011223344', 'hex')),
      }),
    });
    includesAll(read('sg_vpd', provisioning, '--page=0xb2'), [
      '(LBPU): 1',
      '(LBPWS): 0',
      '(LBPWS10): 1',
      '(LBPRZ): 1',
      '(ANC_SUP): 1',
      'Threshold exponent: 9',
      'Descriptor present (DP): 1',
      'Minimum percentage: 10',
      'Provisioning type: 2 (thin provisioned)',
      'Threshold percentage: 5',
      '0x5000c50011223344',
    ]);
  });

  test('GET LBA STATUS: sg_get_lba_status reads every range', () => {
    const list = scsi.encodeLbaStatusList([
      { lba: 0, blocks: 8, status: scsi.provisioningStatus.mapped },
      { lba: 8, blocks: 4096, status: scsi.provisioningStatus.deallocated },
      { lba: 2 ** 33, blocks: 5, status: scsi.provisioningStatus.anchored },
    ]);
    includesAll(read('sg_get_lba_status', list, '--maxlen=512'), [
      'LBA: 0x0000000000000000  blocks:          8  mapped',
      'LBA: 0x0000000000000008  blocks:       4096  deallocated',
      'LBA: 0x0000000200000000  blocks:          5  anchored',
    ]);
  });

  test('sense data: sg_decode_sense reads both formats', () => {
    const more = {
      information: 77,
      commandSpecificInformation: 9,
      fieldReplaceableUnitCode: 7,
      senseKeySpecific: scsi.encodeFieldPointer({ isInCdb: true, byte: 2, bit: 5 }),
    };
    const sense = scsi.makeSense(scsi.senseKey.illegalRequest, scsi.additionalSense.invalidFieldInCdb, more);
    includesAll(run('sg_decode_sense', ...hexOf(scsi.encodeSense(sense))), [
      'Fixed format, current; Sense key: Illegal Request',
      'Additional sense: Invalid field in cdb',
      'Info fld=0x4d [77]',
      'Field replaceable unit code: 7',
      'Error in Command: byte 2 bit 5',
    ]);
    const descriptors = scsi.encodeSense({ ...sense, format: 'descriptor', isDeferred: true });
    includesAll(run('sg_decode_sense', ...hexOf(descriptors)), [
      'Descriptor format, <<<deferred>>>',
      'Information: 0x000000000000004d',
      'Command specific: 0x0000000000000009',
      'Error in Command: byte 2 bit 5',
      'Field replaceable unit code: 0x7',
    ]);
  });

  test('names: sg_decode_sense gives every additional sense code, sense key and status the name that we give it', () => {
    for (const [code, name] of scsi.additionalSenseNames()) {
      const sense = scsi.makeSense(scsi.senseKey.notReady, code, { format: 'descriptor' });
      const text = run('sg_decode_sense', ...hexOf(scsi.encodeSense(sense)));
      assert.equal(/Additional sense: (.*)/.exec(text)?.[1]?.toUpperCase(), name, code.toString(16));
    }
    for (const key of Object.values(scsi.senseKey)) {
      const text = run('sg_decode_sense', ...hexOf(scsi.encodeSense(scsi.makeSense(key, 0, { format: 'descriptor' }))));
      const name = /Sense key: (.*)/
        .exec(text)?.[1]
        ?.toUpperCase()
        .split(/ ?[([]/)[0];
      assert.equal(name, scsi.senseKeyName(key));
    }
    for (const status of Object.values(scsi.scsiStatus)) {
      const text = run('sg_decode_sense', `--status=${status.toString(16)}`).trim();
      assert.equal(text.replace('SCSI status: ', '').toUpperCase(), scsi.scsiStatusName(status));
    }
  });

  test('CDBs: sg_decode_sense names each as we do', () => {
    const transfer = { lba: 1, blocks: 1, dpo: false, fua: false, protect: 0 };
    const mode = { dbd: true, llbaa: false, pageControl: 0, pageCode: 8, subpageCode: 0, allocationLength: 32 };
    const cache = { lba: 0, blocks: 0, immed: false };
    const cdbs = [
      scsi.encodeTestUnitReadyCdb(),
      scsi.encodeInquiryCdb({ evpd: false, pageCode: 0, allocationLength: 36 }),
      scsi.encodeReportLunsCdb({ selectReport: 0, allocationLength: 512 }),
      scsi.encodeReadCapacity10Cdb(),
      scsi.encodeReadCapacity16Cdb(),
      scsi.encodeRead10Cdb(transfer),
      scsi.encodeRead16Cdb(transfer),
      scsi.encodeWrite10Cdb(transfer),
      scsi.encodeWrite16Cdb(transfer),
      scsi.encodeCompareAndWriteCdb(transfer),
      scsi.encodeSynchronizeCache10Cdb(cache),
      scsi.encodeSynchronizeCache16Cdb(cache),
      scsi.encodeUnmapCdb({ anchor: false, parameterListLength: 24 }),
      scsi.encodeWriteSame16Cdb({ lba: 0, blocks: 1, unmap: false, anchor: false, ndob: true, protect: 0 }),
      scsi.encodeGetLbaStatusCdb({ lba: 0, allocationLength: 24 }),
      scsi.encodeModeSense6Cdb(mode),
      scsi.encodeModeSense10Cdb(mode),
      scsi.encodeRequestSenseCdb({ desc: false, allocationLength: 252 }),
    ];
    for (const cdb of cdbs) {
      const length = scsi.cdbLength(cdb[0]!);
      const name = run('sg_decode_sense', '--cdb', ...hexOf(cdb.subarray(0, length))).trim();
      assert.equal(name.toUpperCase(), scsi.commandName(cdb));
    }
  });

  test('SAM-5 §4.7: sg_luns reads each addressing method', () => {
    const cases = [
      [scsi.lunFromNumber(5), 'Peripheral device addressing: lun=5'],
      [scsi.lunFromNumber(300), 'Flat space addressing: lun=300'],
      [scsi.lunFromNumber(20000), 'Extended flat space addressing: lun=20000'],
      [scsi.lunFromNumber(2 ** 30), 'Long extended flat space addressing: lun=1073741824'],
      [
        scsi.encodeLunAddress({ method: 'logicalUnit', bus: 1, target: 37, lun: 10 }),
        'Logical unit addressing: bus_id=1, target=37, lun=10',
      ],
      [scsi.encodeLunAddress({ method: 'wellKnown', lun: 1 }), 'REPORT LUNS well known logical unit'],
    ] as const;
    for (const [lun, expected] of cases) {
      const hex = lun.high.toString(16).padStart(8, '0') + lun.low.toString(16).padStart(8, '0');
      includesAll(run('sg_luns', `--test=${hex}`, '--decode'), [expected]);
    }
  });
});
