// Designators of every type, against values typed from SPC-4.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Designator,
  type DesignatorContent,
  decodeDesignator,
  designatorAssociation,
  encodeDesignator,
  formatDesignator,
  iscsiProtocolIdentifier,
} from '../../../src/scsi/index.ts';

function bytesOf(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
}

interface Case {
  readonly type: number;
  readonly codeSet: number;
  readonly hex: string;
  readonly content: DesignatorContent;
  readonly text: string;
}

const cases: readonly Case[] = [
  {
    type: 0,
    codeSet: 1,
    hex: 'c0ffee',
    content: { type: 'vendorSpecific', value: bytesOf('c0ffee') },
    text: 'vendor.c0ffee',
  },
  {
    type: 1,
    codeSet: 2,
    hex: '48415753455220206469736b2d37',
    content: { type: 't10VendorId', vendor: 'HAWSER', identifier: 'disk-7' },
    text: 't10.HAWSER  disk-7',
  },
  {
    type: 2,
    codeSet: 1,
    hex: '0014ee0000000001',
    content: { type: 'eui64', value: bytesOf('0014ee0000000001') },
    text: 'eui.0014ee0000000001',
  },
  {
    type: 2,
    codeSet: 1,
    hex: '0014ee000000000100000002',
    content: { type: 'eui64', value: bytesOf('0014ee000000000100000002') },
    text: 'eui.0014ee000000000100000002',
  },
  {
    type: 3,
    codeSet: 1,
    hex: '2123456789abcdef',
    content: { type: 'naa', naa: 2, value: bytesOf('2123456789abcdef') },
    text: 'naa.2123456789abcdef',
  },
  {
    type: 3,
    codeSet: 1,
    hex: '3123456789abcdef',
    content: { type: 'naa', naa: 3, value: bytesOf('3123456789abcdef') },
    text: 'naa.3123456789abcdef',
  },
  {
    type: 3,
    codeSet: 1,
    hex: '5000c50011223344',
    content: { type: 'naa', naa: 5, value: bytesOf('5000c50011223344') },
    text: 'naa.5000c50011223344',
  },
  {
    type: 3,
    codeSet: 1,
    hex: '6001405abcdef0123456789abcdef000',
    content: { type: 'naa', naa: 6, value: bytesOf('6001405abcdef0123456789abcdef000') },
    text: 'naa.6001405abcdef0123456789abcdef000',
  },
  { type: 4, codeSet: 1, hex: '00000102', content: { type: 'relativeTargetPort', port: 258 }, text: 'port.258' },
  { type: 5, codeSet: 1, hex: '00000001', content: { type: 'targetPortGroup', group: 1 }, text: 'portgroup.1' },
  { type: 6, codeSet: 1, hex: '0000ffff', content: { type: 'logicalUnitGroup', group: 65535 }, text: 'lugroup.65535' },
  {
    type: 7,
    codeSet: 1,
    hex: '00112233445566778899aabbccddeeff',
    content: { type: 'md5LogicalUnit', value: bytesOf('00112233445566778899aabbccddeeff') },
    text: 'md5.00112233445566778899aabbccddeeff',
  },
  {
    type: 8,
    codeSet: 3,
    hex: '69716e2e783a7900',
    content: { type: 'scsiName', name: 'iqn.x:y' },
    text: 'name.iqn.x:y',
  },
  {
    type: 8,
    codeSet: 3,
    hex: '69716e2e783a797a00000000',
    content: { type: 'scsiName', name: 'iqn.x:yz' },
    text: 'name.iqn.x:yz',
  },
  {
    type: 9,
    codeSet: 1,
    hex: '01000000',
    content: { type: 'protocolSpecificPort', value: bytesOf('01000000') },
    text: 'protocolport.01000000',
  },
  {
    type: 10,
    codeSet: 1,
    hex: '1000 00112233445566778899aabbccddeeff',
    content: { type: 'uuid', uuid: '00112233-4455-6677-8899-aabbccddeeff' },
    text: 'uuid.00112233-4455-6677-8899-aabbccddeeff',
  },
];

for (const { type, codeSet, hex, content, text } of cases) {
  test(`SPC-4 designator type ${type}: ${text} is ${hex}`, () => {
    const designator: Designator = {
      type,
      association: 0,
      codeSet,
      protocolIdentifier: undefined,
      value: bytesOf(hex),
    };
    assert.deepEqual(decodeDesignator(designator), content);
    assert.deepEqual(encodeDesignator(content), designator);
    assert.equal(formatDesignator(designator), text);
  });
}

test('SPC-4 designators: association and protocol go with the name', () => {
  const name = { type: 'scsiName', name: 'iqn.2026-11.example:t,t,0x0001' } as const;
  const designator = encodeDesignator(name, designatorAssociation.targetPort, iscsiProtocolIdentifier);
  assert.deepEqual([designator.association, designator.protocolIdentifier], [1, 5]);
});

test('SPC-4 designators: content that does not fit its type is SCSI_BAD_DATA, and shown as bytes', () => {
  const wrong: readonly (readonly [type: number, hex: string])[] = [
    [1, '41424344454647'],
    [2, '0014ee00000000'],
    [3, ''],
    [3, '6001405abcdef012'],
    [3, '5000c5001122334455'],
    [4, '0001'],
    [7, '00'],
    [10, '2000 00112233445566778899aabbccddeeff'],
    [10, '1000 00'],
  ];
  for (const [type, hex] of wrong) {
    const designator = { type, association: 0, codeSet: 1, protocolIdentifier: undefined, value: bytesOf(hex) };
    assert.throws(() => decodeDesignator(designator), { code: 'SCSI_BAD_DATA' });
    assert.equal(formatDesignator(designator), `type${type}.${hex.replaceAll(' ', '')}`);
  }
});

test('SPC-4 designators: a reserved type is kept as it is', () => {
  const designator = { type: 13, association: 0, codeSet: 1, protocolIdentifier: undefined, value: bytesOf('01') };
  assert.deepEqual(decodeDesignator(designator), { type: 'other', value: bytesOf('01') });
  assert.equal(formatDesignator(designator), 'type13.01');
});

test('SPC-4 designators: a SCSI name shows no control characters and may lack its NUL', () => {
  const designator = { type: 8, association: 0, codeSet: 3, protocolIdentifier: undefined, value: bytesOf('69711b5b') };
  assert.equal(formatDesignator(designator), 'name.iq?[');
});

test('SPC-4 designators: content that its type cannot hold is ISCSI_BAD_ARGUMENT', () => {
  const wrong: readonly DesignatorContent[] = [
    { type: 'naa', naa: 6, value: bytesOf('6001') },
    { type: 'eui64', value: bytesOf('00') },
    { type: 't10VendorId', vendor: 'NINECHARS', identifier: '' },
    { type: 'uuid', uuid: 'not a uuid' },
    { type: 'scsiName', name: 'x'.repeat(256) },
    { type: 'other', value: bytesOf('00') },
  ];
  for (const content of wrong) assert.throws(() => encodeDesignator(content), { code: 'ISCSI_BAD_ARGUMENT' });
});
