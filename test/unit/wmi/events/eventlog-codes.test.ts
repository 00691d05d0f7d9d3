// Which code of the event log an error has, and that the table of all codes says no more and no less than is told.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';

import {
  LoginError,
  ProtocolError,
  ServiceError,
  TimeoutError,
  TransportError,
  UsageError,
} from '../../../../src/base/index.ts';
import { codeOfLogin, codeOfLoss } from '../../../../src/wmi/events/eventlog-codes.ts';
import { type EventlogName, eventlogEntries } from '../../../../src/wmi/events/eventlog-entries.ts';
import { wmiTime } from '../../../../src/wmi/events/wmi-time.ts';
import { EVENTLOG_MESSAGE } from '../../../../src/wmi/values/index.ts';
import { inRepository } from '../../../support/repository.ts';

const late = (code: ConstructorParameters<typeof TimeoutError>[0]): TimeoutError =>
  new TimeoutError(code, 'late', { operation: 'it', limitMs: 1 });
const login = (code: ConstructorParameters<typeof LoginError>[0], key?: string): LoginError =>
  new LoginError(code, 'no', key === undefined ? {} : { key });
const usage = (argument: string, code: 'ISCSI_BAD_ARGUMENT' | 'ISCSI_WEAK_SECRET' = 'ISCSI_BAD_ARGUMENT'): UsageError =>
  new UsageError(code, 'no', { argument });
const protocol = (
  code: ConstructorParameters<typeof ProtocolError>[0],
  place: ConstructorParameters<typeof ProtocolError>[2] = {},
): ProtocolError => new ProtocolError(code, 'no', place);

suite('the code of a login that failed', () => {
  const plain = { isAdded: false, usesChap: false };
  const chap = { isAdded: false, usesChap: true };
  const added = { isAdded: true, usesChap: false };
  const cases: readonly [Parameters<typeof codeOfLogin>[0], Parameters<typeof codeOfLogin>[1], EventlogName][] = [
    [new TransportError('ISCSI_CONNECT_FAILED', 'no', { address: 'a:1' }), plain, 'ISCSI_ERR_TDI_CONNECT_FAILED'],
    [late('ISCSI_CONNECT_TIMEOUT'), plain, 'ISCSI_ERR_TDI_CONNECT_FAILED'],
    [
      new TransportError('ISCSI_CONNECTION_LOST', 'no', { address: 'a:1' }),
      plain,
      'ISCSI_ERR_CONNECTION_DROPPED_BEFORE_FFP',
    ],
    [late('ISCSI_LOGIN_TIMEOUT'), plain, 'ISCSI_ERR_LOGIN_TIMED_OUT'],
    [late('ISCSI_LOGIN_TIMEOUT'), added, 'ISCSI_ERR_ADDCONNECTION_TIMED_OUT'],
    [new LoginError('ISCSI_AUTH_FAILED', 'no', { statusClass: 2, statusDetail: 1 }), chap, 'ISCSI_ERR_LOGIN_FAILED'],
    [new LoginError('ISCSI_TARGET_ERROR', 'no', { statusClass: 3, statusDetail: 1 }), plain, 'ISCSI_ERR_LOGIN_FAILED'],
    [login('ISCSI_AUTH_FAILED', 'CHAP_A'), chap, 'ISCSI_ERR_INVALID_CHAP_ALGORITHM'],
    [login('ISCSI_AUTH_FAILED', 'CHAP_C'), chap, 'ISCSI_ERR_INVALID_CHAP_CHALLENGE'],
    [login('ISCSI_AUTH_FAILED', 'CHAP_R'), chap, 'ISCSI_ERR_INVALID_CHAP_RESPONSE'],
    [login('ISCSI_AUTH_FAILED', 'CHAP_N'), chap, 'ISCSI_ERR_INVALID_KEY_DURING_CHAP'],
    [login('ISCSI_AUTH_FAILED', 'AuthMethod'), chap, 'ISCSI_ERR_CHAP_NOT_OFFERED'],
    [login('ISCSI_AUTH_FAILED', 'AuthMethod'), plain, 'ISCSI_ERR_CHAP_OFFERED'],
    [login('ISCSI_NO_AGREEMENT', 'HeaderDigest'), plain, 'ISCSI_ERR_HEADER_DIGEST_NEEDED'],
    [login('ISCSI_NO_AGREEMENT', 'DataDigest'), plain, 'ISCSI_ERR_HEADER_DATA_NEEDED'],
    [login('ISCSI_NO_AGREEMENT', 'DataPDUInOrder'), plain, 'ISCSI_ERR_DATA_PDU_IN_ORDER_FALSE'],
    [login('ISCSI_NO_AGREEMENT', 'DataSequenceInOrder'), plain, 'ISCSI_ERR_DATA_SEQ_IN_ORDER_FALSE'],
    [login('ISCSI_NO_AGREEMENT', 'FirstBurstLength'), plain, 'ISCSI_ERR_INVALID_BURST_LENGTH'],
    [login('ISCSI_NO_AGREEMENT', 'TargetAddress'), plain, 'ISCSI_ERR_INVALID_LOGIN_REDIRECT_DATA'],
    [login('ISCSI_NO_AGREEMENT', 'MaxConnections'), plain, 'ISCSI_ERR_FAILED_TO_PROCESS_LOGON_REQUEST'],
    [login('ISCSI_WRONG_PORTAL_GROUP'), plain, 'ISCSI_ERR_FAILED_TO_PROCESS_LOGON_REQUEST'],
    [login('ISCSI_BAD_TEXT', 'MaxConnections'), plain, 'ISCSI_ERR_LOGIN_PDU_ERROR'],
    [protocol('ISCSI_BAD_FIELD', { opcode: 0x23 }), plain, 'ISCSI_ERR_LOGIN_PDU_ERROR'],
    [protocol('ISCSI_SEGMENT_TOO_LONG'), plain, 'ISCSI_ERR_INVALID_DATA_SEGMENT_LENGTH'],
    [usage('localAddress'), plain, 'ISCSI_ERR_SETUP_NETWORK_NODE'],
    [usage('family'), plain, 'ISCSI_UNEXPECTED_TARGET_PORTAL_IP_TYPE'],
    [usage('auth.chap.mutual.secret', 'ISCSI_WEAK_SECRET'), chap, 'ISCSI_ERR_INVALID_TARGET_CHAP_SECRET'],
    [usage('auth.chap.secret', 'ISCSI_WEAK_SECRET'), chap, 'ISCSI_ERR_INVALID_INITIATOR_CHAP_SECRET'],
    [new ServiceError('SERVICE_NO_PORTAL', 'no'), plain, 'ISCSI_ERR_FAILED_TO_PROCESS_LOGON_REQUEST'],
  ];
  for (const [error, attempt, expected] of cases) {
    const { code } = error;
    const key = error instanceof LoginError ? (error.key ?? '') : '';
    test(`${code} ${key} ${JSON.stringify(attempt)}: ${expected}`, () => {
      assert.equal(codeOfLogin(error, attempt), expected);
    });
  }
});

suite('the code of the reason why a connection was lost', () => {
  const [r2t, dataIn, scsiResponse] = [0x31, 0x25, 0x21];
  const cases: readonly [Parameters<typeof codeOfLoss>[0], EventlogName | undefined][] = [
    [protocol('ISCSI_DIGEST_MISMATCH', { value: 'header' }), 'ISCSI_ERR_HEADER_DIGEST_ERROR'],
    [protocol('ISCSI_DIGEST_MISMATCH', { value: 'data' }), 'ISCSI_ERR_DATA_DIGEST_ERROR'],
    [protocol('ISCSI_BAD_OPCODE', { opcode: 0x1f }), 'ISCSI_ERR_UNKNOWN_ISCSI_OPCODE'],
    [protocol('ISCSI_SEGMENT_TOO_LONG'), 'ISCSI_ERR_INVALID_DATA_SEGMENT_LENGTH'],
    [protocol('ISCSI_UNEXPECTED_PDU', { byte: 16 }), 'ISCSI_ERR_UNEXPECTED_PDU'],
    [protocol('ISCSI_BAD_SEQUENCE', { opcode: r2t, byte: 40 }), 'ISCSI_ERR_INVALID_RTT_PDU'],
    [protocol('ISCSI_BAD_FIELD', { opcode: r2t, byte: 8 }), 'ISCSI_ERR_INVALID_RTT_PDU'],
    [protocol('ISCSI_BAD_SEQUENCE', { opcode: dataIn, byte: 40 }), 'ISCSI_ERR_EXCESS_DATA_SENT'],
    [protocol('ISCSI_BAD_SEQUENCE', { opcode: dataIn, byte: 36 }), 'ISCSI_ERR_ISCSI_PDU_ERROR'],
    [protocol('ISCSI_BAD_SEQUENCE', { opcode: scsiResponse, byte: 24 }), 'ISCSI_ERR_INVALID_STATUS_SEQ_NUM'],
    [protocol('ISCSI_BAD_SEQUENCE', { value: 7 }), 'ISCSI_ERR_INVALID_STATUS_SEQ_NUM'],
    [protocol('ISCSI_BAD_FIELD', { opcode: scsiResponse, byte: 48 }), 'ISCSI_ERR_ISCSI_PDU_ERROR'],
    [protocol('ISCSI_REJECTED'), undefined],
    [late('ISCSI_PING_TIMEOUT'), 'ISCSI_ERR_NOP_TIMED_OUT'],
    [late('ISCSI_TEXT_TIMEOUT'), 'ISCSI_ERR_ISCSI_REQUEST_TIMEOUT'],
    [late('ISCSI_TASK_MANAGEMENT_TIMEOUT'), 'ISCSI_ERR_TASKMGMT_TIMED_OUT'],
    [new TransportError('ISCSI_CONNECTION_LOST', 'no', { address: 'a:1' }), undefined],
  ];
  for (const [error, expected] of cases) {
    const place = error instanceof ProtocolError ? JSON.stringify([error.opcode, error.byte, error.value]) : '';
    test(`${error.code} ${place}: ${expected ?? 'none but that it was lost'}`, () => {
      assert.equal(codeOfLoss(error), expected);
    });
  }
});

test('the 72 codes are each told somewhere, or never with a reason', () => {
  const entries = Object.entries(eventlogEntries);
  assert.equal(entries.length, 72);
  assert.deepEqual(Object.keys(EVENTLOG_MESSAGE).sort(), Object.keys(eventlogEntries).sort());
  const sources = ['eventlog.ts', 'eventlog-codes.ts'].map((file) => {
    return readFileSync(inRepository('src/wmi/events', file), 'utf8');
  });
  const named = new Set(sources.join('\n').match(/'ISCSI_[A-Z0-9_]+'/g));
  for (const [name, entry] of entries) {
    assert.equal(named.has(`'${name}'`), 'toldFor' in entry, name);
  }
});

test('WmiTimeStamp: units of 100 ns since 1601', () => {
  assert.equal(wmiTime(new Date('1601-01-01T00:00:00.001Z')), 10_000n);
  assert.equal(wmiTime(new Date('1970-01-01T00:00:00Z')), 116_444_736_000_000_000n);
});
