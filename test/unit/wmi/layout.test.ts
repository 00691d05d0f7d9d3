// Where members are and what bytes they are, against bytes laid out by hand.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import {
  decodeStructure,
  encodeStructure,
  type StructureInput,
  structureLayout,
  structureNames,
} from '../../../src/wmi/index.ts';
import { decodeItem } from '../../../src/wmi/layout/index.ts';
import { zeroOf } from '../../support/wmi-values.ts';

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function bytesOf(...parts: readonly string[]): Uint8Array {
  return Buffer.from(parts.join('').replaceAll(' ', ''), 'hex');
}

suite('layouts', () => {
  test('all 99 structures have one: members in order, aligned, none over another, all in the size', () => {
    assert.equal(structureNames.length, 99);
    for (const name of structureNames) {
      const { fields, size, sizeOf, align } = structureLayout(name);
      let end = 0;
      for (const field of fields.filter(({ offset }) => offset !== undefined)) {
        assert.ok(field.offset !== undefined && field.offset >= end, `${name}.${field.name}`);
        assert.equal(field.offset % field.align, 0, `${name}.${field.name}`);
        end = field.offset + field.size;
      }
      assert.equal(size, end, name);
      assert.ok(sizeOf >= size && sizeOf - size < align && sizeOf % align === 0, name);
    }
  });

  test('NAME_SIZE ends with the last member, sizeof with the padding behind it', () => {
    const sizes = (['MSiSCSI_LUNMappingInformation', 'ScsiInquiry_IN', 'ISCSI_TargetPortal'] as const).map((name) => {
      const { size, sizeOf } = structureLayout(name);
      return [size, sizeOf];
    });
    assert.deepEqual(sizes, [
      [28, 32],
      [18, 24],
      [554, 556],
    ]);
  });

  test('the least size has no element and no padding at the end', () => {
    const names = ['LoginToTarget_IN', 'MSiSCSI_InitiatorSessionInfo', 'ISCSI_DiscoveredTargetPortal2'] as const;
    assert.deepEqual(
      names.map((name) => structureLayout(name).leastSize),
      [2032 + 480, 12, 560 + 514],
    );
  });

  test('a member behind a variable array has no offset; one behind a variable structure, a nominal one', () => {
    const places = structureLayout('LoginToTarget_IN').fields.slice(-4);
    assert.deepEqual(
      places.map(({ name, offset, isNominal, isVariable }) => [name, offset, isNominal, isVariable]),
      [
        ['Mappings', 2032, false, true],
        ['Key', 2528, true, true],
        ['Username', undefined, false, true],
        ['Password', undefined, false, true],
      ],
    );
    assert.equal(structureLayout('LoginToTarget_IN').sizeOf, 2536);
  });
});

suite('bytes', () => {
  test('integers are little-endian at aligned offsets, padding between them is zero, and none is behind the last', () => {
    const bytes = encodeStructure('ScsiInquiry_IN', {
      UniqueSessionId: 0x0102030405060708n,
      Lun: 0xff00000000000000n,
      InquiryFlags: 1,
      PageCode: 0x83,
    });
    assert.equal(hex(bytes), '0807060504030201 00000000000000ff 0183'.replaceAll(' ', ''));
    const event = encodeStructure('MSiSCSI_AdapterEvent', { UniqueAdapterId: 1n, EventCode: 3 });
    assert.equal(hex(event), '0100000000000000' + '03000000');
    const login = encodeStructure('LoginToTarget_OUT', {
      Status: 0xefff0003,
      UniqueSessionId: 2n,
      UniqueConnectionId: 3n,
    });
    assert.equal(hex(login), ['0300ffef00000000', '0200000000000000', '0300000000000000'].join(''));
  });

  test('booleans are one byte, 0 or 1, and any other byte is true as well', () => {
    const config = zeroOf('MSiSCSI_HBASessionConfig');
    const bytes = encodeStructure('MSiSCSI_HBASessionConfig', { ...config, ImmediateData: true, FirstBurstLength: 5 });
    assert.equal(hex(bytes), ['00010000', '00000000', '00000000', '05000000', '00000000'].join(''));
    bytes[0] = 0x80;
    assert.equal(decodeStructure('MSiSCSI_HBASessionConfig', bytes).InitialR2T, true);
  });

  test('arrays of fixed length stand in place; one that is shorter is filled up with zeros', () => {
    const guid = Uint8Array.from({ length: 16 }, (_, index) => index + 1);
    const bytes = encodeStructure('SetGenerationalGuid_IN', { GenerationalGuid: guid });
    assert.deepEqual(bytes, guid);
    const nic = { ...zeroOf('MSiSCSI_NICConfig'), LinkState: 1, MacAddress: Uint8Array.of(2, 4) };
    const encoded = encodeStructure('MSiSCSI_NICConfig', nic);
    assert.equal(hex(encoded.subarray(16)), '020400000000');
    assert.equal(encoded.length, 22);
  });

  test('an embedded structure keeps the padding behind its last member', () => {
    const bytes = encodeStructure('RemovePersistentLogin_IN', zeroOf('RemovePersistentLogin_IN'));
    assert.equal(bytes.length, 1008);
    const portal = { ...zeroOf('ISCSI_TargetPortal'), Socket: 3260 };
    const input = encodeStructure('LoginToTarget_IN', {
      ...zeroOf('LoginToTarget_IN'),
      TargetPortal: portal,
      Username: Uint8Array.of(7),
    });
    assert.equal(hex(input.subarray(48 + 552, 608)), 'bc0c0000' + '01000000');
  });

  test('without the padding behind the last member, and with more behind it, a buffer is as good', () => {
    const whole = encodeStructure('MSiSCSI_TargetMappings', zeroOf('MSiSCSI_TargetMappings'));
    const event = bytesOf('0100000000000000', '03000000');
    const expected = { UniqueAdapterId: 1n, EventCode: 3 };
    assert.deepEqual(decodeStructure('MSiSCSI_AdapterEvent', event), expected);
    assert.deepEqual(decodeStructure('MSiSCSI_AdapterEvent', bytesOf(hex(event), 'ffffffff', hex(whole))), expected);
    const portal = encodeStructure('ISCSI_TargetPortal', { ...zeroOf('ISCSI_TargetPortal'), Socket: 860 });
    assert.equal(decodeStructure('ISCSI_TargetPortal', portal).Socket, 860);
    const removal = encodeStructure('RemovePersistentLogin_IN', zeroOf('RemovePersistentLogin_IN'));
    assert.deepEqual(
      decodeStructure('RemovePersistentLogin_IN', removal.subarray(0, 1006)),
      zeroOf('RemovePersistentLogin_IN'),
    );
  });

  test('what was decoded shares no memory with the buffer', () => {
    const bytes = bytesOf('02000000', 'aabb');
    const { Key } = decodeStructure('SetGroupPresharedKey_IN', bytes);
    bytes.fill(0);
    assert.deepEqual(Key, Uint8Array.of(0xaa, 0xbb));
  });
});

suite('data items', () => {
  test('an item is its member by itself, a variable array all of the buffer', () => {
    assert.equal(decodeItem('MSiSCSI_HBASessionConfig', 'MaxBurstLength', bytesOf('00000400')), 0x40000);
    assert.equal(decodeItem('MSiSCSI_HBASessionConfig', 'ImmediateData', bytesOf('01')), true);
    assert.deepEqual(decodeItem('MSiSCSI_RADIUSConfig', 'SharedSecret', bytesOf('010203')), Uint8Array.of(1, 2, 3));
    assert.deepEqual(decodeItem('MSiSCSI_RADIUSConfig', 'SharedSecret', bytesOf()), new Uint8Array());
    const address: StructureInput<'ISCSI_IP_Address'> = { ...zeroOf('ISCSI_IP_Address'), Type: 3 };
    const bytes = encodeStructure('ISCSI_IP_Address', address);
    assert.deepEqual(decodeItem('MSiSCSI_DiscoveryConfig', 'iSNSServer', bytes), address);
  });

  test('text by itself need not fill its room, and keeps what it keeps within a structure', () => {
    const text = (bytes: string): unknown => decodeItem('MSiSCSI_DiscoveryConfig', 'InitiatorName', bytesOf(bytes));
    assert.deepEqual(
      ['0000', '0400 6100 0000', '0400 00d8 6200', '0200 6100 6200'].map((bytes) => text(bytes)),
      ['', 'a', '\ud800b', 'a'],
    );
    for (const bytes of ['', '00', '0200', '020061', '0100 6100', `0202 ${'6100'.repeat(257)}`]) {
      const member = 'MSiSCSI_DiscoveryConfig.InitiatorName';
      assert.throws(() => text(bytes), { code: 'WMI_BAD_BUFFER', member, offset: 0 }, bytes);
    }
  });

  test('what are no bytes is a mistake of the caller, named as such', () => {
    assert.throws(() => decodeStructure('LogoutFromTarget_IN', undefined as never), {
      code: 'ISCSI_BAD_ARGUMENT',
      argument: 'LogoutFromTarget_IN',
    });
  });

  test('a short one is refused by its name', () => {
    assert.throws(() => decodeItem('MSiSCSI_HBASessionConfig', 'MaxBurstLength', bytesOf('0000')), {
      code: 'WMI_BAD_BUFFER',
      member: 'MSiSCSI_HBASessionConfig.MaxBurstLength',
      offset: 0,
    });
  });
});
