// ISCSI_LOGIN_OPTIONS: which members count, what they may be, and what comes out of them.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { openIscsiDsc } from '../../../src/iscsidsc/index.ts';
import { asLoginOptions, readLoginOptions } from '../../../src/iscsidsc/login-options.ts';
import { statusOf } from '../../support/checked-dsc.ts';
import { fakeService, targetName } from '../../support/fake-service.ts';

const all = {
  Version: 0,
  InformationSpecified: 0xff,
  LoginFlags: 0x0a,
  AuthType: 2,
  HeaderDigest: 1,
  DataDigest: 0,
  MaximumConnections: 8,
  DefaultTime2Wait: 3,
  DefaultTime2Retain: 30,
  UsernameLength: 4,
  PasswordLength: 12,
  Username: 'user',
  Password: 'secretsecret',
};

/** The status that a login with these options ends with before the service is asked. */
async function refused(options: object): Promise<string> {
  const { service, asked } = fakeService({});
  const login = openIscsiDsc(service).LoginIScsiTarget(targetName, false, null, null, null, null, null, options);
  const status = await statusOf(login);
  assert.deepEqual(asked, []);
  return status;
}

suite('ISCSI_LOGIN_OPTIONS', () => {
  test('every member that InformationSpecified names counts', () => {
    assert.deepEqual(readLoginOptions(all), {
      loginFlags: 0x0a,
      authType: 'mutualChap',
      headerDigest: 'crc32c',
      dataDigest: 'none',
      maximumConnections: 8,
      defaultTime2Wait: 3,
      defaultTime2Retain: 30,
      userName: 'user',
      password: { hex: Buffer.from('secretsecret').toString('hex') },
    });
  });

  test('a member that InformationSpecified does not name does not count, whatever it is', () => {
    assert.deepEqual(readLoginOptions({ ...all, InformationSpecified: 0, LoginFlags: 0, AuthType: 99 }), {});
    assert.deepEqual(readLoginOptions({ ...all, InformationSpecified: 0x04, LoginFlags: 0 }), {
      maximumConnections: 8,
    });
  });

  test('without InformationSpecified the members that are given count', () => {
    assert.deepEqual(readLoginOptions({ AuthType: 0, DefaultTime2Wait: 0 }), { authType: 'none', defaultTime2Wait: 0 });
    assert.equal(readLoginOptions(null), undefined);
  });

  test('a MaximumConnections of 0 is as many as there can be, and an empty Username none', () => {
    assert.deepEqual(readLoginOptions({ MaximumConnections: 0, Username: '' }), { maximumConnections: 65_535 });
  });

  test('a secret may be bytes that are no text', () => {
    const Password = Uint8Array.of(0, 255, 128, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    assert.deepEqual(readLoginOptions({ Password }), { password: { hex: '00ff8001020304050607' + '0809' } });
  });

  test('a password of 12 to 16 bytes is taken, a shorter or longer one ISDSC_INVALID_TARGET_CHAP_SECRET', async () => {
    for (const length of [12, 16]) assert.ok(readLoginOptions({ Password: 'x'.repeat(length) })?.password);
    for (const length of [0, 11, 17]) {
      assert.equal(await refused({ Password: 'x'.repeat(length) }), 'ISDSC_INVALID_TARGET_CHAP_SECRET');
    }
    assert.equal(await refused({ Password: 'äöüäöüäöü' }), 'ISDSC_INVALID_TARGET_CHAP_SECRET', '18 bytes');
  });

  test('an AuthType that there is not is ISDSC_INVALID_LOGON_AUTH_TYPE', async () => {
    assert.equal(await refused({ AuthType: 3 }), 'ISDSC_INVALID_LOGON_AUTH_TYPE');
  });

  test('a response of a RADIUS server is ISDSC_REQUEST_NOT_SUPPORTED, and its verification is asked of the service', async () => {
    assert.equal(await refused({ LoginFlags: 0x10 }), 'ISDSC_REQUEST_NOT_SUPPORTED');
    assert.deepEqual(readLoginOptions({ LoginFlags: 0x20 }), { loginFlags: 0x20 });
  });

  test('another version, bits that mean nothing, numbers out of range and wrong lengths are ERROR_INVALID_PARAMETER', async () => {
    const wrong = [
      { Version: 1 },
      { InformationSpecified: 0x100 },
      { LoginFlags: 0x40 },
      { HeaderDigest: 2 },
      { MaximumConnections: 65_536 },
      { DefaultTime2Wait: -1 },
      { DefaultTime2Retain: '20' },
      { Username: 7 },
      { Username: 'user', UsernameLength: 3 },
      { Password: 'secretsecret', PasswordLength: 16 },
      { InformationSpecified: 0x40 },
      [],
    ];
    for (const options of wrong)
      assert.equal(await refused(options), 'ERROR_INVALID_PARAMETER', JSON.stringify(options));
  });

  test('what comes out names the members that were given, and of a password only that it is kept', () => {
    const { password, ...info } = readLoginOptions(all) ?? {};
    assert.ok(password !== undefined);
    assert.deepEqual(asLoginOptions({ ...info, hasPassword: true }), { ...all, Password: '', PasswordLength: 0 });
    assert.deepEqual(asLoginOptions({ hasPassword: false, headerDigest: 'preferred' }), {
      Version: 0,
      InformationSpecified: 0x01,
      LoginFlags: 0,
      AuthType: 0,
      HeaderDigest: 1,
      DataDigest: 0,
      MaximumConnections: 0,
      DefaultTime2Wait: 0,
      DefaultTime2Retain: 0,
      UsernameLength: 0,
      PasswordLength: 0,
      Username: '',
      Password: '',
    });
  });
});
