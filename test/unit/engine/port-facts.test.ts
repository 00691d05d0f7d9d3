// What the files of a Linux host say of its network interfaces, and what is left where there are no such files.

import assert from 'node:assert/strict';
import type os from 'node:os';
import { suite, test } from 'node:test';

import { type HostNetwork, portFacts } from '../../../src/engine/port-facts.ts';

const v4 = (address: string, mac = '02:fc:00:00:00:01'): os.NetworkInterfaceInfo => ({
  address,
  netmask: '255.255.255.0',
  family: 'IPv4',
  mac,
  internal: false,
  cidr: `${address}/24`,
});

const v6 = (address: string): os.NetworkInterfaceInfo => ({
  address,
  netmask: 'ffff:ffff:ffff:ffff::',
  family: 'IPv6',
  mac: '02:fc:00:00:00:01',
  internal: false,
  cidr: `${address}/64`,
  scopeid: 0,
});

const loopback: os.NetworkInterfaceInfo = {
  address: '127.0.0.1',
  netmask: '255.0.0.0',
  family: 'IPv4',
  mac: '00:00:00:00:00:00',
  internal: true,
  cidr: '127.0.0.1/8',
};

const routes = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth1\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0
eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
`;

const zeros = '0'.repeat(32);
const routes6 = `fd000000000000000000000000000000 40 ${zeros} 00 ${zeros} 00000100 00000001 00000000 00000001     eth0
${zeros} 00 ${zeros} 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth0
`;

function host(files: Readonly<Record<string, string>>, isLittleEndian = true): HostNetwork {
  return {
    interfaces: {
      lo: [loopback],
      eth0: [v4('192.0.2.2'), v6('fd00::2'), v6('fe80::1')],
      eth1: [v4('198.51.100.7', 'none')],
      eth2: [v6('fe80::1')],
    },
    read: (path) => Promise.resolve(files[path]),
    isLittleEndian,
  };
}

suite('network interfaces', () => {
  const files = {
    '/proc/net/route': routes,
    '/proc/net/ipv6_route': routes6,
    '/sys/class/net/eth0/carrier': '1\n',
    '/sys/class/net/eth0/speed': '10000\n',
    '/sys/class/net/eth0/mtu': '9000\n',
    '/sys/class/net/eth1/carrier': '0\n',
    '/sys/class/net/eth1/speed': '-1\n',
    '/sys/class/net/eth2/mtu': '1280\n',
  };

  test('link, frame size and gateway are those of the interface that has the address', async () => {
    const [first, second, third, fourth] = await portFacts(
      ['192.0.2.2', 'fd00::2', '198.51.100.7', 'fe80::1%eth2'],
      host(files),
    );
    assert.deepEqual(first, {
      address: '192.0.2.2',
      interface: 'eth0',
      netmask: '255.255.255.0',
      mac: Uint8Array.of(2, 0xfc, 0, 0, 0, 1),
      families: [4, 6],
      isUp: true,
      linkSpeed: 10_000,
      maxFrameSize: 9000,
      gateway: '192.0.2.1',
    });
    assert.equal(second?.gateway, 'fe80:0000:0000:0000:0000:0000:0000:0001');
    assert.deepEqual(
      [third?.isUp, third?.linkSpeed, third?.maxFrameSize, third?.gateway, third?.mac],
      [false, undefined, undefined, undefined, new Uint8Array(6)],
    );
    assert.deepEqual([fourth?.interface, fourth?.maxFrameSize], ['eth2', 1280]);
  });

  test('the kernel writes IPv4 addresses as integers of the host', async () => {
    const [port] = await portFacts(['192.0.2.2'], host(files, false));
    assert.equal(port?.gateway, '1.2.0.192');
  });

  test('loopback has every address of its subnet; an address that is gone has no interface', async () => {
    const [own, gone] = await portFacts(['127.0.0.5', '203.0.113.9'], host(files));
    assert.deepEqual([own?.interface, own?.isUp], ['lo', true]);
    assert.deepEqual([gone?.interface, gone?.isUp, gone?.families], [undefined, false, []]);
  });

  test('a system without these files leaves what only they say', async () => {
    const [port] = await portFacts(['192.0.2.2'], host({}));
    const { isUp, linkSpeed, maxFrameSize, gateway, netmask } = port!;
    assert.deepEqual(
      [isUp, linkSpeed, maxFrameSize, gateway, netmask],
      [true, undefined, undefined, undefined, '255.255.255.0'],
    );
  });

  test('this host answers for its loopback address', async () => {
    const [port] = await portFacts(['127.0.0.1']);
    assert.ok(port?.interface !== undefined && port.isUp && port.families.includes(4));
  });
});
