// iSCSI URLs: what each part may be, and that nonsense is refused by the name of the part at fault.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { formatIscsiUrl, type IscsiUrl, parseIscsiUrl, toChap, toConnectOptions } from '../../../src/adapter/index.ts';

const name = 'iqn.2026-11.example:disk';

function refused(url: string, argument: string): void {
  assert.throws(() => parseIscsiUrl(url), { code: 'ISCSI_BAD_URL', argument }, url);
}

suite('URL', () => {
  test('has a portal, a target and a LUN', () => {
    const expected: IscsiUrl = { portal: { host: '192.0.2.1', port: 3260 }, targetName: name, lun: 5, options: {} };
    assert.deepEqual(parseIscsiUrl(`iscsi://192.0.2.1/${name}/5`), expected);
    assert.deepEqual(parseIscsiUrl(`iscsi://192.0.2.1:3260/${name}/5/`), expected);
  });

  test('may name a portal alone, or a target without a LUN', () => {
    const portal = { host: 'storage.example', port: 3261 };
    for (const end of ['', '/'])
      assert.deepEqual(parseIscsiUrl(`iscsi://storage.example:3261${end}`), { portal, options: {} });
    for (const end of ['', '/']) {
      assert.deepEqual(parseIscsiUrl(`iscsi://storage.example:3261/${name}${end}`), {
        portal,
        targetName: name,
        options: {},
      });
    }
  });

  test('has IPv6 addresses in brackets, with a zone where they need one', () => {
    assert.deepEqual(parseIscsiUrl(`iscsi://[2001:db8::1]/${name}/0`).portal, { host: '2001:db8::1', port: 3260 });
    assert.deepEqual(parseIscsiUrl(`iscsi://[2001:db8::1]:860/${name}/0`).portal, { host: '2001:db8::1', port: 860 });
    assert.deepEqual(parseIscsiUrl(`iscsi://[fe80::1%eth0]:860/`).portal, { host: 'fe80::1%eth0', port: 860 });
    assert.deepEqual(parseIscsiUrl(`iscsi://me%s@[::1]/${name}/0`).user, 'me');
  });

  test('takes names in any of the three forms, and folds their case (RFC 7143 §4.2.7)', () => {
    for (const [text, folded] of [
      ['IQN.2026-11.Example:Disk', 'iqn.2026-11.example:disk'],
      ['eui.02004567A425678D', 'eui.02004567a425678d'],
      ['naa.52004567BA64678D', 'naa.52004567ba64678d'],
      ['iqn.2026-11.example%3Adisk', name],
      ['iqn.2026-11.example%3adisk%2Fa', `${name}/a`],
    ] as const) {
      assert.equal(parseIscsiUrl(`iscsi://h/${text}/0`).targetName, folded);
    }
  });

  test('parts user and secret at the first percent sign, after which escapes are undone', () => {
    const login = (text: string): unknown => {
      const { user, secret } = parseIscsiUrl(`iscsi://${text}@h/${name}/0`);
      return [user, secret];
    };
    assert.deepEqual(login('me%secret'), ['me', 'secret']);
    assert.deepEqual(login('me'), ['me', undefined]);
    assert.deepEqual(login('me%'), ['me', '']);
    assert.deepEqual(login('me%a%40b%25c%2Fd'), ['me', 'a@b%c/d']);
    assert.deepEqual(login('me:x%y'), ['me:x', 'y']);
  });

  test('has options, with hyphens or underscores, in seconds where they are times', () => {
    const { options } = parseIscsiUrl(
      `iscsi://h/${name}/0?header_digest=crc32c&Data-Digest=none,crc32c&connections=4&initiator=iqn.2026-11.me&isid=0x80a1a2a30001` +
        '&target_user=it&target_password=of%20it&login-timeout=7&task_timeout=0&&ping-interval=30',
    );
    assert.deepEqual(options, {
      headerDigest: 'CRC32C',
      dataDigest: 'None,CRC32C',
      connections: 4,
      initiator: 'iqn.2026-11.me',
      isid: 0x80a1a2a30001,
      targetUser: 'it',
      targetSecret: 'of it',
      limits: { loginTimeoutMs: 7000, taskTimeoutMs: 0, pingIntervalMs: 30_000 },
    });
  });
});

suite('nonsense is refused by name', () => {
  test('what is no iscsi URL at all', () => {
    for (const url of ['', 'iscsi', 'iscsi:', 'iscsi:/h', 'http://h/', 'ISCSI://h/', ` iscsi://h/`, 'iscsi://h/#x'])
      refused(url, 'url');
  });

  test('hosts and ports', () => {
    for (const host of [
      '',
      ':3260',
      'h:',
      'h:0',
      'h:65536',
      'h:x',
      'h:1:2',
      '::1',
      '[::1',
      '[]',
      '[xyz]',
      '[::1]x',
      'a b',
      '[::1]:99999',
    ]) {
      assert.throws(() => parseIscsiUrl(`iscsi://${host}/${name}/0`), { code: 'ISCSI_BAD_URL' }, host);
    }
    refused(`iscsi://h:0/${name}/0`, 'host');
  });

  test('target names', () => {
    for (const bad of [
      'disk',
      'iqn.',
      'iqn.2026',
      'iqn.26-11.example',
      'eui.123',
      'naa.12',
      'iqn.2026-11.a%20b',
      'iqn.2026-11.%00',
    ]) {
      refused(`iscsi://h/${bad}/0`, 'target');
    }
    refused(`iscsi://h/${name.padEnd(224, 'x')}/0`, 'target');
  });

  test('LUNs', () => {
    for (const lun of ['x', '-1', '1.5', '16384', '99999', '0x1', '1e2', '%30'])
      refused(`iscsi://h/${name}/${lun}`, 'lun');
    assert.equal(parseIscsiUrl(`iscsi://h/${name}/16383`).lun, 16_383);
    refused(`iscsi://h/${name}/0/more`, 'path');
  });

  test('escapes that are none', () => {
    refused(`iscsi://h/iqn.2026-11.%zz/0`, 'target');
    refused(`iscsi://me%a%zz@h/${name}/0`, 'secret');
    refused(`iscsi://h/${name}/0?initiator=%e0%a4`, 'initiator');
  });

  test('users without a name', () => {
    refused(`iscsi://@h/${name}/0`, 'user');
    refused(`iscsi://%secret@h/${name}/0`, 'user');
  });

  test('options', () => {
    const bad: readonly (readonly [string, string])[] = [
      ['colour=red', 'colour'],
      ['constructor=1', 'constructor'],
      ['__proto__=1', '--proto--'],
      ['header-digest', 'header-digest'],
      ['header-digest=md5', 'header-digest'],
      ['data-digest=', 'data-digest'],
      ['connections=0', 'connections'],
      ['connections=65536', 'connections'],
      ['connections=two', 'connections'],
      ['isid=1', 'isid'],
      ['isid=0xc00000000000', 'isid'],
      ['login-timeout=-1', 'login-timeout'],
      ['login-timeout=86401', 'login-timeout'],
      ['login-timeout=1.5', 'login-timeout'],
    ];
    for (const [query, argument] of bad) refused(`iscsi://h/${name}/0?${query}`, argument);
  });

  test('without ever showing a secret', () => {
    for (const url of [
      `iscsi://me%hunter22@h:x/${name}/0`,
      `iscsi://me%hunter22@h/nonsense/0`,
      `iscsi://me%hunter22%zz@h/`,
    ]) {
      assert.throws(
        () => parseIscsiUrl(url),
        (error: Error) => !error.message.includes('hunter22'),
      );
    }
  });
});

suite('what a URL makes', () => {
  test('a text that may be shown, which is a URL again', () => {
    const url = parseIscsiUrl(`iscsi://me%secret@[2001:db8::1]:860/${name}/3?connections=2&target_password=x`);
    assert.equal(formatIscsiUrl(url), `iscsi://[2001:db8::1]:860/${name}/3`);
    for (const text of ['iscsi://h', `iscsi://h/${name}`, `iscsi://h:1/${name}/0`, 'iscsi://h/iqn.2026-11.a%2Fb/1']) {
      assert.equal(formatIscsiUrl(parseIscsiUrl(text)), text);
    }
  });

  test('connect options, with credentials both ways', () => {
    const url = parseIscsiUrl(
      `iscsi://me%mine@h/${name}/1?target_user=it&target_password=its&connections=3&data_digest=none`,
    );
    assert.deepEqual(toConnectOptions(url), {
      portal: { host: 'h', port: 3260 },
      targetName: name,
      lun: 1,
      chap: { user: 'me', secret: 'mine', mutual: { user: 'it', secret: 'its' } },
      connections: 3,
      offers: { headerDigest: undefined, dataDigest: 'None' },
    });
  });

  test('nothing to connect to without a target', () => {
    assert.throws(() => toConnectOptions(parseIscsiUrl('iscsi://h/')), { code: 'ISCSI_BAD_URL', argument: 'target' });
  });

  test('credentials that are whole, or an error that names what is missing', () => {
    const chapOf = (text: string): unknown => toChap(parseIscsiUrl(text));
    assert.equal(chapOf(`iscsi://h/${name}/0`), undefined);
    assert.throws(() => chapOf(`iscsi://me@h/${name}/0`), { code: 'ISCSI_BAD_URL', argument: 'secret' });
    assert.throws(() => chapOf(`iscsi://h/${name}/0?target_password=x`), { code: 'ISCSI_BAD_URL', argument: 'user' });
    assert.deepEqual(chapOf(`iscsi://me%s@h/?target_password=x`), { user: 'me', secret: 's', mutual: { secret: 'x' } });
  });
});
