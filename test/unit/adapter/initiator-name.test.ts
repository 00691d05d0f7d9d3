// iSCSI names against RFC 7143 §4.2.7, and the one that we make ourselves.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkName, defaultInitiatorName } from '../../../src/adapter/index.ts';

test('§4.2.7: names of the three types are taken, folded to lower case', () => {
  for (const name of [
    'iqn.2001-04.com.example',
    'iqn.2001-04.com.example:storage.tape1.sys1.xyz',
    'IQN.2001-04.COM.EXAMPLE:Disk-7',
    'eui.02004567A425678D',
    'naa.52004567BA64678D',
    'naa.62004567BA64678D0123456789ABCDEF',
    'iqn.2026-11.example:größe',
  ]) {
    assert.equal(checkName(name, 'name'), name.toLowerCase());
  }
});

test('§4.2.7.2: a name is normalized, so that one name is one string', () => {
  assert.equal(checkName('iqn.2026-11.example:u\u0308', 'name'), 'iqn.2026-11.example:\u00fc');
  assert.equal(checkName('iqn.2026-11.example:\uff21', 'name'), 'iqn.2026-11.example:a');
});

test('§4.2.7.1: 223 bytes are the most', () => {
  const longest = 'iqn.2026-11.example:'.padEnd(223, 'x');
  assert.equal(checkName(longest, 'name'), longest);
  assert.throws(() => checkName(`${longest}x`, 'name'), { code: 'ISCSI_BAD_ARGUMENT' });
  assert.throws(() => checkName('iqn.2026-11.example:'.padEnd(223, 'ü'), 'name'), { code: 'ISCSI_BAD_ARGUMENT' });
});

test('§4.2.7: anything else is refused, by the name of the argument', () => {
  for (const name of [
    '',
    'disk',
    'iqn',
    'iqn.',
    'iqn.2001-4.a',
    'iqn.2001-04.',
    'eui.02004567A425678',
    'naa.123',
    'iqn.2001-04.a b',
    'x iqn.2001-04.a',
    'iqn.2001-04.a\n',
  ]) {
    assert.throws(
      () => checkName(name, 'targetName'),
      { code: 'ISCSI_BAD_ARGUMENT', argument: 'targetName' },
      JSON.stringify(name),
    );
  }
});

test('the default name is a name whatever the host is called, and stays the same', () => {
  for (const host of ['', 'host', 'Host.Example', 'ümläut', 'a b', 'x'.repeat(300)]) {
    const name = defaultInitiatorName(host);
    assert.equal(checkName(name, 'name'), name);
    assert.equal(defaultInitiatorName(host), name);
  }
  assert.equal(defaultInitiatorName('Host.Example'), 'iqn.2026-11.io.hawser:host.example');
});
