// The NTSTATUS of errors, with the values of ntstatus.h typed a second time.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { type ErrorCode, UsageError, WmiError } from '../../../src/base/index.ts';
import { ntStatusOf } from '../../../src/wmi/index.ts';

test('IRP_MN_EXECUTE_METHOD: each fault has the status that drivers answer it with', () => {
  const statuses: readonly (readonly [ErrorCode, string])[] = [
    ['WMI_CLASS_NOT_FOUND', 'c0000295'],
    ['WMI_INSTANCE_NOT_FOUND', 'c0000296'],
    ['WMI_METHOD_NOT_FOUND', 'c0000297'],
    ['WMI_ITEM_NOT_FOUND', 'c0000297'],
    ['WMI_READ_ONLY', 'c00002c6'],
    ['WMI_BUFFER_TOO_SMALL', 'c0000023'],
    ['WMI_BAD_BUFFER', 'c000000d'],
    ['WMI_NOT_SUPPORTED', 'c00000bb'],
    ['ISCSI_CONNECT_FAILED', 'c0000001'],
  ];
  for (const [code, status] of statuses) assert.equal(ntStatusOf(new WmiError(code, 'no')).toString(16), status, code);
  assert.equal(ntStatusOf(new UsageError('ISCSI_BAD_ARGUMENT', 'no')).toString(16), 'c000000d');
});

test('an error of a buffer says where: member, offset, and how long the buffer has to be', () => {
  const error = new WmiError('WMI_BUFFER_TOO_SMALL', 'no', { neededLength: 7, member: 'a.b', offset: 3 });
  assert.deepEqual(
    [error.name, error.code, error.neededLength, error.member, error.offset, error.effect],
    ['WmiError', 'WMI_BUFFER_TOO_SMALL', 7, 'a.b', 3, 'none'],
  );
});
