// Every status of a Login Response, and the addresses of a redirection: RFC 7143 §11.13.5, §13.8.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { LoginError } from '../../../src/base/index.ts';
import { parseTargetAddress, startLogin } from '../../../src/login/index.ts';
import { failsWith, loginOptions, securityDone } from '../../support/login-cases.ts';
import { type Answer, ScriptedTarget } from '../../support/scripted-target.ts';

/** The table of §11.13.5, with what each status means to a caller. */
const refusals: [status: number, description: string, code: string, isRetryable: boolean][] = [
  [0x0200, 'initiator error', 'ISCSI_LOGIN_REFUSED', false],
  [0x0201, 'authentication failure', 'ISCSI_AUTH_FAILED', false],
  [0x0202, 'authorization failure', 'ISCSI_LOGIN_REFUSED', false],
  [0x0203, 'not found', 'ISCSI_TARGET_NOT_FOUND', false],
  [0x0204, 'target removed', 'ISCSI_TARGET_REMOVED', false],
  [0x0205, 'unsupported version', 'ISCSI_LOGIN_REFUSED', false],
  [0x0206, 'too many connections', 'ISCSI_TOO_MANY_CONNECTIONS', false],
  [0x0207, 'missing parameter', 'ISCSI_LOGIN_REFUSED', false],
  [0x0208, 'cannot include in session', 'ISCSI_LOGIN_REFUSED', false],
  [0x0209, 'session type not supported', 'ISCSI_LOGIN_REFUSED', false],
  [0x020a, 'session does not exist', 'ISCSI_LOGIN_REFUSED', false],
  [0x020b, 'invalid during login', 'ISCSI_LOGIN_REFUSED', false],
  [0x0300, 'target error', 'ISCSI_TARGET_ERROR', true],
  [0x0301, 'service unavailable', 'ISCSI_TARGET_ERROR', true],
  [0x0302, 'out of resources', 'ISCSI_TARGET_ERROR', true],
  [0x02ff, 'unknown detail of an initiator error', 'ISCSI_LOGIN_REFUSED', false],
  [0x03ff, 'unknown detail of a target error', 'ISCSI_TARGET_ERROR', true],
  [0x0400, 'unknown class', 'ISCSI_LOGIN_REFUSED', false],
  [0xffff, 'unknown class', 'ISCSI_LOGIN_REFUSED', false],
];

function answer(line: Answer) {
  return new ScriptedTarget().play(startLogin(loginOptions()), [line]);
}

suite('§11.13.5 refusals', () => {
  for (const [status, description, code, isRetryable] of refusals) {
    const shown = status.toString(16).padStart(4, '0');
    test(`§11.13.5 status ${shown} (${description}) is ${code}`, () => {
      // The other fields of a refusal have no meaning and are not looked at.
      const error = failsWith(() => answer({ status, itt: 99, isid: 5, version: 3, csg: 2, t: true, c: true }), code);
      assert.ok(error instanceof LoginError);
      assert.deepEqual([error.statusClass, error.statusDetail], [status >> 8, status & 0xff]);
      assert.equal(error.isRetryable, isRetryable);
      assert.match(error.message, new RegExp(` status ${shown}:`));
    });
  }
  test('§11.13.5: a refusal in the operational stage counts as well', () => {
    const run = (): unknown =>
      new ScriptedTarget().play(startLogin(loginOptions()), [securityDone, { status: 0x0200 }]);
    failsWith(run, 'ISCSI_LOGIN_REFUSED');
  });
});

suite('§11.13.5 redirections', () => {
  const redirections: [number, boolean][] = [
    [0x0101, false],
    [0x0102, true],
    [0x0155, false],
  ];
  for (const [status, isPermanent] of redirections) {
    test(`§11.13.5 status ${status.toString(16).padStart(4, '0')}: ${isPermanent ? 'permanent' : 'temporary'}`, () => {
      const step = answer({ status, text: ['TargetAddress=10.0.0.1:5003', 'TargetAddress=[fe80::1]'] });
      assert.deepEqual(step, {
        kind: 'redirect',
        address: [
          { host: '10.0.0.1', port: 5003 },
          { host: 'fe80::1', port: 3260 },
        ],
        isPermanent,
      });
    });
  }
  test('§11.13.5: a redirection without an address leads nowhere', () => {
    failsWith(() => answer({ status: 0x0101, text: ['TargetAlias=x'] }), 'ISCSI_NO_AGREEMENT', 'TargetAddress');
  });
  test('§11.13.5: a redirection of another task is refused', () => {
    failsWith(() => answer({ status: 0x0101, itt: 8, text: ['TargetAddress=10.0.0.1'] }), 'ISCSI_UNEXPECTED_PDU');
  });
  test('§11.13.5: a redirection may come after security negotiation', () => {
    const step = new ScriptedTarget().play(startLogin(loginOptions()), [
      securityDone,
      { status: 0x0102, text: ['TargetAddress=storage.example.com:860'] },
    ]);
    assert.ok(step.kind === 'redirect');
    assert.deepEqual(step.address, [{ host: 'storage.example.com', port: 860 }]);
  });
});

suite('§13.8 TargetAddress', () => {
  const good: [string, object][] = [
    ['10.0.0.1:5003,1', { host: '10.0.0.1', port: 5003, portalGroupTag: 1 }],
    ['[1080:0:0:0:8:800:200C:417A],65', { host: '1080:0:0:0:8:800:200C:417A', port: 3260, portalGroupTag: 65 }],
    ['[1080::8:800:200C:417A]:5003,1', { host: '1080::8:800:200C:417A', port: 5003, portalGroupTag: 1 }],
    ['computingcenter.example.com,23', { host: 'computingcenter.example.com', port: 3260, portalGroupTag: 23 }],
    ['[::ffff:10.0.0.1]', { host: '::ffff:10.0.0.1', port: 3260 }],
    ['host', { host: 'host', port: 3260 }],
    ['host.', { host: 'host.', port: 3260 }],
    ['a_b.example:1', { host: 'a_b.example', port: 1 }],
    ['10.0.0.1:0xcbc,0x10', { host: '10.0.0.1', port: 3260, portalGroupTag: 16 }],
    ['10.0.0.1:65535,0', { host: '10.0.0.1', port: 65535, portalGroupTag: 0 }],
  ];
  for (const [text, address] of good) {
    test(`§13.8: ${text} is understood`, () => {
      assert.deepEqual(parseTargetAddress(text), address);
    });
  }
  const bad = [
    '',
    ':3260',
    ',1',
    '10.0.0.1:',
    '10.0.0.1,',
    '10.0.0.1:0',
    '10.0.0.1:65536',
    '10.0.0.1:http',
    '10.0.0.1,65536',
    '10.0.0.1,1,2',
    '1080::8:800:200C:417A',
    '[1080::8',
    '[]',
    '[:::]',
    '[1::2::3]',
    '[10.0.0.1]',
    'two words',
    '-host',
    'host-',
    'a'.repeat(256),
    'a/b',
    'user@host',
  ];
  for (const text of bad) {
    test(`§13.8: ${JSON.stringify(text.slice(0, 30))} is refused`, () => {
      failsWith(() => parseTargetAddress(text), 'ISCSI_BAD_TEXT');
    });
  }
});
