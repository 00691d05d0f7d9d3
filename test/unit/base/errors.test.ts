// The error table: each code is used, has an exit status of its own, and is documented.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { suite, test } from 'node:test';

import {
  asIscsiError,
  DeviceBusyError,
  errorCodes,
  IscsiError,
  ScsiError,
  SessionError,
  TimeoutError,
  UsageError,
} from '../../../src/base/index.ts';
import { inRepository } from '../../support/repository.ts';

/** What only names codes: the table itself, and what makes other codes of them. */
const tables = /codes\.ts$|^base\/isdsc\/|^control\/http-status\.ts$|^wmi\/nt-status\.ts$/;

/** All sources that may throw. */
function sources(): string {
  return readdirSync(inRepository('src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !tables.test(path))
    .map((path) => readFileSync(inRepository('src', path), 'utf8'))
    .join('\n');
}

suite('the error table', () => {
  test('every code is thrown somewhere', () => {
    const text = sources();
    assert.deepEqual(
      Object.keys(errorCodes).filter((code) => !text.includes(`'${code}'`)),
      [],
    );
  });

  test('every code has an exit status of its own, from 3 to 125', () => {
    const statuses = Object.values(errorCodes).map(({ exitStatus }) => exitStatus);
    assert.equal(new Set(statuses).size, statuses.length);
    assert.ok(statuses.every((status) => status >= 3 && status <= 125));
  });

  test('every code is documented', () => {
    const page = readFileSync(inRepository('docs/errors.md'), 'utf8');
    assert.deepEqual(
      Object.keys(errorCodes).filter((code) => !page.includes(`\`${code}\``)),
      [],
    );
  });
});

suite('errors', () => {
  test('carry a code, a name, an effect of none and the table’s word on retrying unless told otherwise', () => {
    const plain = new SessionError('ISCSI_QUEUE_FULL', 'full');
    assert.deepEqual(
      [plain.name, plain.code, plain.effect, plain.isRetryable],
      ['SessionError', 'ISCSI_QUEUE_FULL', 'none', true],
    );
    const cause = new Error('deep');
    const told = new TimeoutError('ISCSI_TASK_TIMEOUT', 'late', {
      operation: 'read',
      limitMs: 5,
      effect: 'unknown',
      isRetryable: false,
      cause,
    });
    assert.deepEqual(
      [told.effect, told.isRetryable, told.cause, told.operation, told.limitMs],
      ['unknown', false, cause, 'read', 5],
    );
    assert.ok(told instanceof IscsiError && told instanceof Error);
  });

  test('of a device carry what it said; of a holder, who it is', () => {
    const scsi = new ScsiError('SCSI_CHECK_CONDITION', 'no', {
      status: 2,
      senseKey: 3,
      asc: 0x11,
      ascq: 0,
      information: 99,
    });
    assert.deepEqual([scsi.status, scsi.senseKey, scsi.asc, scsi.ascq, scsi.information], [2, 3, 0x11, 0, 99]);
    const holders = [{ device: 'LUN 0', label: 'me', pid: 1 }];
    assert.deepEqual(new DeviceBusyError('busy', { holders }).holders, holders);
  });

  test('what was caught becomes ours, with its own words kept', () => {
    const ours = new UsageError('ISCSI_BAD_ARGUMENT', 'x', { argument: 'lun' });
    assert.equal(asIscsiError(ours), ours);
    const foreign = new Error('abort');
    const made = asIscsiError(foreign);
    assert.deepEqual([made.code, made.cause], ['ISCSI_CLOSED', foreign]);
    assert.match(asIscsiError('text').message, /text/);
  });
});
