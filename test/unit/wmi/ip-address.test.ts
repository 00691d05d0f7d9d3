// Addresses in text and as ISCSI_IP_Address.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { encodeStructure, ipAddressOf, textOf } from '../../../src/wmi/index.ts';
import { zeroOf } from '../../support/wmi-values.ts';

function hex(text: string, from: number, to: number): string {
  const bytes = encodeStructure('ISCSI_IP_Address', ipAddressOf(text));
  return Buffer.from(bytes.subarray(from, to)).toString('hex');
}

suite('addresses', () => {
  test('an IPv4 address is type 1, its octets in memory in the order in which they are read', () => {
    assert.equal(hex('192.0.2.1', 0, 8), '01000000' + 'c0000201');
    assert.equal(hex('255.254.253.252', 4, 8), 'fffefdfc');
  });

  test('an IPv6 address is type 2, its bytes in network order, its zone by number', () => {
    assert.equal(hex('2001:db8::1:2', 0, 4), '02000000');
    assert.equal(hex('2001:db8::1:2', 8, 24), '20010db8000000000000000000010002');
    assert.equal(hex('fe80::1%7', 24, 32), '00000000' + '07000000');
    assert.equal(hex('::ffff:192.0.2.1', 8, 24), '00000000000000000000ffffc0000201');
    assert.equal(hex('1:2:3:4:5:6:7:8', 8, 24), '00010002000300040005000600070008');
  });

  test('a name is type 0 and text, as is a zone that is a name; nothing is type 3', () => {
    const name = ipAddressOf('storage.example');
    assert.deepEqual([name.Type, name.TextAddress, name.IpV4Address], [0, 'storage.example', 0]);
    assert.deepEqual([ipAddressOf('fe80::1%eth0').Type, ipAddressOf('fe80::1%eth0').TextAddress], [0, 'fe80::1%eth0']);
    assert.deepEqual(ipAddressOf(''), { ...zeroOf('ISCSI_IP_Address'), Type: 3 });
  });

  test('come back as text, in the short form of RFC 5952', () => {
    for (const text of ['192.0.2.1', '0.0.0.0', '2001:db8::1:2', '::', '::1', 'fe80::1%7', 'fe80::1%eth0', 'a.b', '']) {
      assert.equal(textOf(ipAddressOf(text)), text);
    }
    assert.equal(textOf(ipAddressOf('2001:DB8:0:0:0:0:0:0001')), '2001:db8::1');
  });

  test('only the member that the type names counts', () => {
    const all = { ...ipAddressOf('192.0.2.1'), IpV6Address: ipAddressOf('::1').IpV6Address, TextAddress: 'name' };
    assert.deepEqual(
      [0, 1, 2, 3].map((Type) => textOf({ ...all, Type })),
      ['name', '192.0.2.1', '::1', ''],
    );
  });

  test('of no known type are refused', () => {
    for (const Type of [4, 0xffffffff]) {
      const address = { ...zeroOf('ISCSI_IP_Address'), Type };
      assert.throws(() => textOf(address), { code: 'WMI_BAD_BUFFER', member: 'ISCSI_IP_Address.Type' });
    }
  });

  test('do not share their bytes', () => {
    const first = ipAddressOf('');
    first.IpV6Address.fill(1);
    assert.deepEqual(ipAddressOf('').IpV6Address, new Uint8Array(16));
  });
});
