// How failures are shown: exit statuses from the error table, lines, and documents.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { CommanderError } from 'commander';
import {
  BlockError,
  DeviceBusyError,
  errorCodes,
  LoginError,
  ProtocolError,
  ScsiError,
  UsageError,
} from '../../../src/base/index.ts';
import { CommandLineError, describeFailure } from '../../../src/cli/failure.ts';
import { Interruption } from '../../../src/cli/index.ts';

suite('exit status', () => {
  test('every error code has its own, from 3 to 125', () => {
    const statuses = Object.values(errorCodes).map(({ exitStatus }) => exitStatus);
    assert.equal(new Set(statuses).size, statuses.length);
    for (const status of statuses) assert.ok(Number.isInteger(status) && status >= 3 && status <= 125, String(status));
  });

  test('is that of the code', () => {
    for (const [code, { exitStatus }] of Object.entries(errorCodes)) {
      const failure = describeFailure(new UsageError(code as keyof typeof errorCodes, 'Something'));
      assert.equal(failure.exitStatus, exitStatus);
      assert.equal(failure.line, `Something (${code})`);
    }
  });

  test('is 1 for what nobody foresaw, which is said', () => {
    for (const error of [new TypeError('x is not a function'), 'a string', undefined]) {
      const { exitStatus, line, facts } = describeFailure(error);
      assert.equal(exitStatus, 1);
      assert.match(line ?? '', /unexpected/);
      assert.equal(facts['code'], 'UNEXPECTED');
      assert.equal(facts['effect'], 'unknown');
    }
  });

  test('is 2 for a bad command line, whoever found out', () => {
    const found = [
      new CommanderError(1, 'commander.unknownOption', "error: unknown option '-x'"),
      new CommandLineError('No'),
    ];
    for (const error of found) assert.equal(describeFailure(error).exitStatus, 2);
    assert.equal(describeFailure(found[0]).line, "unknown option '-x'");
  });

  test('is 128 and the number of the signal after one', () => {
    const statuses = (['SIGINT', 'SIGTERM', 'SIGPIPE'] as const).map(
      (signal) => describeFailure(new Interruption(signal)).exitStatus,
    );
    assert.deepEqual(statuses, [130, 143, 141]);
  });

  test('after a closed pipe nothing is said', () => {
    assert.equal(describeFailure(new Interruption('SIGPIPE')).line, undefined);
  });
});

suite('document', () => {
  test('has code, message, effect and whether to try again', () => {
    const { facts } = describeFailure(new BlockError('BLOCK_IO_FAILED', 'It failed', { effect: 'unknown' }));
    assert.deepEqual(facts, { code: 'BLOCK_IO_FAILED', message: 'It failed', effect: 'unknown', isRetryable: false });
  });

  test('has what the classes know besides', () => {
    const holders = [{ device: 'LUN 0', label: 'somebody', pid: 7 }];
    assert.deepEqual(describeFailure(new DeviceBusyError('Busy', { holders })).facts['holders'], holders);
    const login = describeFailure(new LoginError('ISCSI_AUTH_FAILED', 'No', { statusClass: 2, statusDetail: 1 })).facts;
    assert.deepEqual([login['statusClass'], login['statusDetail']], [2, 1]);
    const scsi = describeFailure(
      new ScsiError('SCSI_CHECK_CONDITION', 'No', { status: 2, senseKey: 3, asc: 0x11 }),
    ).facts;
    assert.deepEqual([scsi['status'], scsi['senseKey'], scsi['asc']], [2, 3, 0x11]);
    const peer = describeFailure(
      new ProtocolError('ISCSI_BAD_FIELD', 'No', { opcode: 0x25, byte: 1, clause: '§11.7' }),
    );
    assert.deepEqual([peer.facts['opcode'], peer.facts['byte'], peer.facts['clause']], [0x25, 1, '§11.7']);
  });
});
