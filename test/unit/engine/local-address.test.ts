// Source addresses out of the machine's interfaces.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Interfaces } from '../../../src/engine/local-address.ts';
import { resolveBinding, sourceAddresses } from '../../../src/engine/local-address.ts';

function v4(address: string, prefix: number, internal = false) {
  return { address, netmask: '', family: 'IPv4' as const, mac: '', internal, cidr: `${address}/${prefix}` };
}

function v6(address: string, prefix: number, internal = false) {
  return { address, netmask: '', family: 'IPv6' as const, mac: '', internal, scopeid: 0, cidr: `${address}/${prefix}` };
}

const interfaces: Interfaces = {
  lo: [v4('127.0.0.1', 8, true), v6('::1', 128, true)],
  san0: [v4('192.0.2.10', 24), v6('fe80::1', 64), v6('2001:db8::10', 64)],
  san1: [v6('fe80::2', 64)],
  old: [],
};

test('no binding leaves the choice to the system, within the family of a literal remote', () => {
  assert.deepEqual(resolveBinding({}, undefined, interfaces), {});
  assert.deepEqual(resolveBinding({}, 'target.example', interfaces), {});
  assert.deepEqual(resolveBinding({}, '192.0.2.1', interfaces), { family: 4 });
  assert.deepEqual(resolveBinding({ family: 6 }, 'target.example', interfaces), { family: 6 });
});

test('an interface gives its first address of the remote’s family, link-local only in need and with its zone', () => {
  const san0 = { interface: 'san0' };
  assert.deepEqual(resolveBinding(san0, 'target.example', interfaces), { localAddress: '192.0.2.10', family: 4 });
  assert.deepEqual(resolveBinding(san0, '2001:db8::1', interfaces), { localAddress: '2001:db8::10', family: 6 });
  assert.deepEqual(resolveBinding({ ...san0, family: 6 }, undefined, interfaces), {
    localAddress: '2001:db8::10',
    family: 6,
  });
  assert.deepEqual(resolveBinding({ interface: 'san1' }, 'fe80::9%san1', interfaces), {
    localAddress: 'fe80::2%san1',
    family: 6,
  });
});

test('a source address must be one of this machine’s; loopback owns its whole subnet', () => {
  assert.deepEqual(resolveBinding({ localAddress: '192.0.2.10' }, '192.0.2.1', interfaces), {
    localAddress: '192.0.2.10',
    family: 4,
  });
  assert.deepEqual(resolveBinding({ localAddress: '127.0.0.9' }, undefined, interfaces), {
    localAddress: '127.0.0.9',
    family: 4,
  });
  assert.deepEqual(resolveBinding({ localAddress: 'fe80::1%san0', interface: 'san0' }, undefined, interfaces), {
    localAddress: 'fe80::1%san0',
    family: 6,
  });
});

const refused: readonly [string, Parameters<typeof resolveBinding>[0], string | undefined, string, RegExp][] = [
  ['an unknown interface', { interface: 'eth7' }, undefined, 'interface', /no network interface eth7 .*lo, san0, san1/],
  ['an interface without addresses', { interface: 'old' }, undefined, 'interface', /no network interface old/],
  ['an interface without the family', { interface: 'san1', family: 4 }, undefined, 'interface', /san1 has no IPv4/],
  ['an interface without the remote’s family', { interface: 'san1' }, '192.0.2.1', 'interface', /san1 has no IPv4/],
  ['a foreign address', { localAddress: '198.51.100.1' }, undefined, 'localAddress', /198\.51\.100\.1/],
  [
    'a neighbour in a subnet that is not loopback',
    { localAddress: '192.0.2.11' },
    undefined,
    'localAddress',
    /192\.0\.2\.11/,
  ],
  ['an address of another interface', { localAddress: '::1', interface: 'san0' }, undefined, 'localAddress', /san0/],
  ['what is no address', { localAddress: 'localhost' }, undefined, 'localAddress', /not an IP address/],
  ['a source of the other family', { localAddress: '::1' }, '192.0.2.1', 'localAddress', /cannot reach an IPv4/],
  ['a remote of the other family', { family: 6 }, '192.0.2.1', 'family', /not an IPv6/],
];

for (const [what, binding, host, argument, message] of refused) {
  test(`${what} is refused by name`, () => {
    assert.throws(() => resolveBinding(binding, host, interfaces), { code: 'ISCSI_BAD_ARGUMENT', argument, message });
  });
}

test('the source addresses of a binding, those of this machine alone last, link-local ones with their zones', () => {
  const all = ['192.0.2.10', 'fe80::1%san0', '2001:db8::10', 'fe80::2%san1', '127.0.0.1', '::1'];
  assert.deepEqual(sourceAddresses({}, interfaces), all);
  assert.deepEqual(sourceAddresses({ family: 4 }, interfaces), ['192.0.2.10', '127.0.0.1']);
  assert.deepEqual(sourceAddresses({ interface: 'san1' }, interfaces), ['fe80::2%san1']);
  assert.deepEqual(sourceAddresses({ localAddress: '127.0.0.9' }, interfaces), ['127.0.0.9']);
});
