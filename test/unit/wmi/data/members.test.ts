// How members of the data classes are made of what there is: counters, times, speeds of links, addresses of servers and ports.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import type { InitiatorInstance, PortFacts } from '../../../../src/adapter/index.ts';
import { counter32, counter64, microseconds } from '../../../../src/wmi/data/counter.ts';
import { LinkSpeeds } from '../../../../src/wmi/data/link-speeds.ts';
import { nicConfig, tcpIpConfig } from '../../../../src/wmi/data/network-ports.ts';
import { requireSame } from '../../../../src/wmi/data/read-only.ts';
import { addressOfHost, hostOf } from '../../../../src/wmi/data/server-address.ts';
import { textOf } from '../../../../src/wmi/ip-address.ts';
import type { WmiGround } from '../../../../src/wmi/wmi-ground.ts';

const port = (facts: Partial<PortFacts>): PortFacts => ({
  address: '192.0.2.2',
  interface: 'eth0',
  netmask: '255.255.255.0',
  mac: Uint8Array.of(2, 0, 0, 0, 0, 1),
  families: [4],
  isUp: true,
  linkSpeed: 10_000,
  maxFrameSize: 9000,
  gateway: '192.0.2.1',
  ...facts,
});

suite('numbers', () => {
  test('counters of 32 bits begin anew, those of 64 bits do not', () => {
    assert.deepEqual([counter32(2 ** 32 - 1), counter32(2 ** 32), counter32(2 ** 33 + 5)], [2 ** 32 - 1, 0, 5]);
    assert.deepEqual([counter64(2 ** 40), counter64(0)], [1n << 40n, 0n]);
  });

  test('times are whole microseconds, and stay at the greatest', () => {
    assert.deepEqual([microseconds(0.0426), microseconds(1), microseconds(0)], [43, 1000, 0]);
    assert.equal(microseconds(1e9), 2 ** 32 - 1);
  });

  test('the speed of a link is that of the port with the address, whatever its zone is written like', () => {
    const speeds = new LinkSpeeds([port({}), port({ address: 'fe80::1%eth0', linkSpeed: 100 })]);
    assert.deepEqual(
      ['192.0.2.2', 'fe80::1', 'fe80::1%2', '192.0.2.9', undefined].map((address) => speeds.of(address)),
      [10_000, 100, 100, 0, 0],
    );
  });
});

test('addresses of servers: their hosts, with a port, without one, and of IPv6', () => {
  const addresses = ['192.0.2.1', '192.0.2.1:3205', 'isns.example:99', '2001:db8::1', '[2001:db8::1]:99', ''];
  assert.deepEqual(addresses.map(hostOf), ['192.0.2.1', '192.0.2.1', 'isns.example', '2001:db8::1', '2001:db8::1', '']);
  assert.deepEqual(['a.example', '2001:db8::1'].map(addressOfHost), ['a.example', '[2001:db8::1]']);
});

test('what follows from something else takes the value that it has alone', () => {
  requireSame('It', undefined, true);
  requireSame('It', true, true);
  assert.throws(
    () => {
      requireSame('It', false, true);
    },
    { code: 'WMI_READ_ONLY' },
  );
});

suite('ports', () => {
  const ground = (facts: readonly PortFacts[]): WmiGround => {
    const adapter = { name: 'A', portFacts: () => Promise.resolve(facts) } as unknown as InitiatorInstance;
    return { adapters: [adapter] } as unknown as WmiGround;
  };
  const { signal } = new AbortController();

  test('MSiSCSI_TCPIPConfig: an instance an address, with the name servers of the host', async () => {
    const facts = [port({}), port({ address: 'fe80::1%3', families: [4, 6], netmask: 'ffff::', gateway: undefined })];
    const names = ['192.0.2.53', '2001:db8::53', '192.0.2.54'];
    const [first, second] = await tcpIpConfig(ground(facts), () => names).instances(signal);
    assert.deepEqual([first?.instanceName, second?.instanceName], ['A#Port0', 'A#Port1']);
    const { IPVersions, UseLinkLocalAddress, IpAddress, DefaultGateway, SubnetMask } = second!.value;
    assert.deepEqual([IPVersions, UseLinkLocalAddress], [3, true]);
    assert.deepEqual([IpAddress, DefaultGateway, SubnetMask].map(textOf), ['fe80::1%3', '', 'ffff::']);
    const { value } = first!;
    assert.deepEqual([value.IPVersions, value.UseLinkLocalAddress], [1, false]);
    assert.deepEqual([value.DefaultGateway, value.PreferredDNSServer, value.AlternateDNSServer].map(textOf), [
      '192.0.2.1',
      '192.0.2.53',
      '2001:db8::53',
    ]);
  });

  test('MSiSCSI_NICConfig: what the system tells of the link, and 0 for what it does not', async () => {
    const facts = [port({}), port({ isUp: false, linkSpeed: undefined, maxFrameSize: undefined })];
    const [up, down] = await nicConfig(ground(facts)).instances(signal);
    const mac = Uint8Array.of(2, 0, 0, 0, 0, 1);
    assert.deepEqual(up?.value, {
      LinkSpeed: 10_000,
      MaxLinkSpeed: 10_000,
      LinkState: 1,
      MaxFrameSize: 9000,
      MacAddress: mac,
    });
    assert.deepEqual(down?.value, { LinkSpeed: 0, MaxLinkSpeed: 0, LinkState: 0, MaxFrameSize: 0, MacAddress: mac });
  });
});
