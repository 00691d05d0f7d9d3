// The status codes of the Discovery Library API: all of them, with the header's values, and mapped both ways.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import {
  type ErrorCode,
  errorCodes,
  isdscCodes,
  LoginError,
  ServiceError,
  type StatusName,
  statusFacts,
  statusOfCode,
  statusOfError,
  statusValue,
  TransportError,
  win32Codes,
} from '../../../src/base/index.ts';
import { iscsidscFacts } from '../../support/iscsidsc-facts.ts';

suite('the status codes', () => {
  test('iscsierr.h: all 104 codes have the names and values of a second reading', () => {
    const ours = Object.entries(isdscCodes).map(([name, { value }]) => [name, value]);
    const theirs = Object.entries(iscsidscFacts.codes).map(([name, value]) => [name, Number(value)]);
    assert.equal(theirs.length, 104);
    assert.deepEqual(ours, theirs);
  });

  test('winerror.h: the codes of Win32 that iscsidsc.h documents have its values', () => {
    for (const [name, value] of Object.entries(iscsidscFacts.constants)) {
      if (name.startsWith('ERROR_')) assert.equal(win32Codes[name as keyof typeof win32Codes].value, value, name);
    }
  });

  test('every status says its name, a sentence, and how grave it is', () => {
    const names = [...Object.keys(isdscCodes), ...Object.keys(win32Codes)] as StatusName[];
    for (const name of names) {
      const facts = statusFacts(statusValue(name));
      assert.equal(facts?.name, name);
      assert.match(facts.text, /^[A-Z].*[.]$/, name);
    }
    const warnings = names.filter((name) => statusFacts(statusValue(name))?.severity === 'warning');
    const inHeader = Object.keys(iscsidscFacts.codes).filter((name) => iscsidscFacts.codes[name]!.startsWith('0xA'));
    assert.deepEqual(warnings, inHeader);
    assert.equal(statusFacts(0)?.severity, 'success');
    assert.equal(statusFacts(0xefff0069), undefined);
  });
});

suite('statuses and errors', () => {
  test('every error code of ours has a status, and no two statuses the same value', () => {
    assert.deepEqual(Object.keys(statusOfCode).sort(), Object.keys(errorCodes).sort());
    for (const name of Object.values(statusOfCode)) assert.ok(statusValue(name) > 0, name);
    const values = [...Object.values(isdscCodes), ...Object.values(win32Codes)].map(({ value }) => value);
    assert.equal(new Set(values).size, values.length);
  });

  test('a status that stands for errors of ours goes back to one of them', () => {
    for (const name of new Set(Object.values(statusOfCode))) {
      const code = statusFacts(statusValue(name))?.code;
      assert.equal(code === undefined ? undefined : statusOfCode[code], name);
    }
  });

  test('§11.13.5: a refused login has the status of the same name, where there is one', () => {
    for (const [status, name] of Object.entries(iscsidscFacts.loginStatus)) {
      const error = new LoginError('ISCSI_LOGIN_REFUSED', 'no', {
        statusClass: Number(status) >> 8,
        statusDetail: Number(status) & 0xff,
      });
      assert.equal(statusOfError(error), name);
    }
    const other = new LoginError('ISCSI_LOGIN_REFUSED', 'no', { statusClass: 2, statusDetail: 0x0b });
    assert.equal(statusOfError(other), 'ISDSC_LOGIN_FAILED');
  });

  test('a field that is wrong is told from another by the status', () => {
    const wrong = (field: string, code: ErrorCode = 'SERVICE_BAD_REQUEST'): string =>
      statusOfError(new ServiceError(code, 'no', { field }));
    assert.deepEqual(
      [wrong('nodeName'), wrong('loginOptions.userName'), wrong('portal.port')],
      ['ISDSC_INVALID_ISCSI_NAME', 'ISDSC_INVALID_CHAP_USER_NAME', 'ERROR_INVALID_PARAMETER'],
    );
    assert.equal(wrong('initiatorPort', 'SERVICE_INSTANCE_UNKNOWN'), 'ISDSC_INVALID_PORT_NUMBER');
    assert.equal(wrong('instance', 'SERVICE_INSTANCE_UNKNOWN'), 'ISDSC_INITIATOR_INSTANCE_NOT_FOUND');
  });

  test('socket trouble with the service is told by the code of Winsock', () => {
    const trouble = (code: string): string => {
      const system = Object.assign(new Error(code), { code });
      return statusOfError(
        new TransportError('SERVICE_NOT_RUNNING', 'no', { address: 'x', cause: new Error('fetch', { cause: system }) }),
      );
    };
    assert.deepEqual(['ECONNRESET', 'EACCES', 'ENOTFOUND', 'ECONNREFUSED', 'ENOENT'].map(trouble), [
      'WSAECONNRESET',
      'WSAEACCES',
      'WSAHOST_NOT_FOUND',
      'ISDSC_SERVICE_NOT_RUNNING',
      'ISDSC_SERVICE_NOT_RUNNING',
    ]);
  });

  test('what is no error of ours is an unspecific failure', () => {
    assert.equal(statusOfError(new Error('what')), 'ISDSC_NON_SPECIFIC_ERROR');
    assert.equal(statusOfError('what'), 'ISDSC_NON_SPECIFIC_ERROR');
  });
});
