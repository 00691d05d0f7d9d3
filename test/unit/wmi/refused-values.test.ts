// Values that no structure can hold: refused by the name of the member, at any depth.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { encodeStructure, type StructureName } from '../../../src/wmi/index.ts';
import { zeroOf } from '../../support/wmi-values.ts';

/** Encodes what the types would not let pass. */
function refused(name: StructureName, members: Record<string, unknown>, argument: string): void {
  const value = { ...zeroOf(name), ...members };
  assert.throws(() => encodeStructure(name, value as never), {
    name: 'UsageError',
    code: 'ISCSI_BAD_ARGUMENT',
    argument: `${name}.${argument}`,
  });
}

suite('values out of range', () => {
  test('numbers that do not fit their bits, or are no integers', () => {
    for (const Socket of [-1, 0x10000, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '3260', 1n, undefined]) {
      refused('ISCSI_TargetPortal', { Socket }, 'Socket');
    }
    for (const PageCode of [-1, 256]) refused('ScsiInquiry_IN', { PageCode }, 'PageCode');
    for (const OSLUN of [-1, 2 ** 32]) refused('ISCSI_LUNList', { OSLUN }, 'OSLUN');
    for (const Lun of [-1n, 1n << 64n, 0, undefined]) refused('ScsiReadCapacity_IN', { Lun }, 'Lun');
  });

  test('the largest ones that fit are taken', () => {
    encodeStructure('ISCSI_TargetPortal', { ...zeroOf('ISCSI_TargetPortal'), Socket: 0xffff });
    const largest = encodeStructure('ISCSI_LUNList', { TargetLUN: (1n << 64n) - 1n, OSLUN: 2 ** 32 - 1 });
    assert.equal(Buffer.from(largest).toString('hex'), `${'ff'.repeat(12)}00000000`);
  });

  test('what is no boolean, text, bytes, array or structure', () => {
    refused('MSiSCSI_HBASessionConfig', { InitialR2T: 1 }, 'InitialR2T');
    refused('AddiSNSServer_IN', { iSNSServerName: 7 }, 'iSNSServerName');
    refused('SetGroupPresharedKey_IN', { Key: 'text' }, 'Key');
    refused('SetGroupPresharedKey_IN', { Key: [1, 2] }, 'Key');
    refused('MSiSCSI_TargetMappings', { TargetMappings: {} }, 'TargetMappings');
    refused('AddRADIUSServer_IN', { RADIUSIPAddress: '192.0.2.1' }, 'RADIUSIPAddress');
    refused('AddRADIUSServer_IN', { RADIUSIPAddress: null }, 'RADIUSIPAddress');
  });

  test('bytes that are more than an array of fixed length has', () => {
    refused('ISCSI_IP_Address', { IpV6Address: new Uint8Array(17) }, 'IpV6Address');
  });

  test('more elements than a count of 16 bits can say', () => {
    const connection = zeroOf('ISCSI_ConnectionStaticInfo');
    const ConnectionsList = Array.from({ length: 0x10000 }, () => connection);
    refused('ISCSI_SessionStaticInfo', { ConnectionsList }, 'ConnectionCount');
  });

  test('the member is named from the outermost structure on', () => {
    const mapping = zeroOf('ISCSI_TargetMapping');
    const LUNList = [zeroOf('ISCSI_LUNList'), { TargetLUN: 1n, OSLUN: -5 }];
    const TargetMappings = [mapping, { ...mapping, LUNList }];
    refused('MSiSCSI_TargetMappings', { TargetMappings }, 'TargetMappings[1].LUNList[1].OSLUN');
  });

  test('a secret is in no message', () => {
    const value = { SharedSecret: 'correct horse battery' };
    assert.throws(
      () => encodeStructure('SetCHAPSharedSecret_IN', value as never),
      (error: Error) => !error.message.includes('horse'),
    );
  });
});

suite('values that may be left out', () => {
  test('counts and reserved members, at any depth', () => {
    const { LUNCount, Reserved, ...mapping } = zeroOf('ISCSI_TargetMapping');
    assert.deepEqual([LUNCount, Reserved], [0, 0n]);
    const short = encodeStructure('MSiSCSI_TargetMappings', {
      UniqueAdapterId: 1n,
      TargetMappings: [{ ...mapping, LUNList: [{ TargetLUN: 1n, OSLUN: 1 }] }],
    });
    const full = encodeStructure('MSiSCSI_TargetMappings', {
      UniqueAdapterId: 1n,
      TargetMappingCount: 1,
      Reserved: 0,
      TargetMappings: [{ ...mapping, LUNCount: 1, Reserved: 0n, LUNList: [{ TargetLUN: 1n, OSLUN: 1, Reserved: 0 }] }],
    });
    assert.deepEqual(short, full);
  });
});
