// The counters of an instance: which of RFC 4544's each end of a login and each logout belongs to.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { type LoginStatistics, StatisticsCollector } from '../../../../src/adapter/instance/instance-statistics.ts';
import { errorKind } from '../../../../src/adapter/instance/session-counters.ts';
import {
  channels,
  LoginError,
  ProtocolError,
  SessionError,
  TimeoutError,
  TransportError,
} from '../../../../src/base/index.ts';
import type { LoginEnd } from '../../../../src/session/index.ts';

const attempt = { targetName: 'iqn.x', portal: { host: 'a', port: 1 }, isAdded: false, usesChap: false };
const timeout = new TimeoutError('ISCSI_LOGIN_TIMEOUT', 'late', { operation: 'login', limitMs: 1 });

function counters(feed: (collector: StatisticsCollector) => void): Partial<LoginStatistics> {
  const collector = new StatisticsCollector(undefined);
  feed(collector);
  return Object.fromEntries(Object.entries(collector.statistics.logins).filter(([, count]) => count !== 0));
}

suite('RFC 4544 §5: counters of logins', () => {
  const refused = (statusClass: number, statusDetail: number): LoginError =>
    new LoginError('ISCSI_LOGIN_REFUSED', 'no', { statusClass, statusDetail });
  const cases: readonly [string, LoginEnd, Partial<LoginStatistics>][] = [
    ['an accepted login', 'accepted', { loginAcceptRsps: 1 }],
    ['a redirection, which is no failure', 'redirected', { loginRedirectRsps: 1 }],
    ['status 0201h', refused(2, 1), { loginAuthFailRsps: 1, loginFailures: 1 }],
    ['status 0202h, not authorized', refused(2, 2), { loginOtherFailRsps: 1, loginFailures: 1 }],
    ['status 0301h', refused(3, 1), { loginOtherFailRsps: 1, loginFailures: 1 }],
    [
      'a target that does not prove itself',
      new LoginError('ISCSI_AUTH_FAILED', 'CHAP_R: wrong', { key: 'CHAP_R' }),
      { loginAuthenticateFails: 1, loginFailures: 1 },
    ],
    [
      'no agreement about a key',
      new LoginError('ISCSI_NO_AGREEMENT', 'HeaderDigest: no', { key: 'HeaderDigest' }),
      { loginNegotiateFails: 1, loginFailures: 1 },
    ],
    ['another fault that we find', new LoginError('ISCSI_WRONG_PORTAL_GROUP', 'no'), { loginFailures: 1 }],
    ['no connection', new TransportError('ISCSI_CONNECT_FAILED', 'no', { address: 'a:1' }), { loginFailures: 1 }],
    ['no answer', timeout, { loginFailures: 1 }],
  ];
  for (const [what, end, expected] of cases) {
    test(what, () => {
      assert.deepEqual(
        counters(({ observer }) => observer.loginEnded?.(1, end, attempt)),
        expected,
      );
    });
  }

  test('§11.14.1 logouts to close a session are normal, all others are not', () => {
    const feed = ({ observer }: StatisticsCollector): void => {
      for (const reason of [0, 1, 2, 1]) observer.logoutRequested?.(1, reason);
    };
    assert.deepEqual(counters(feed), { logoutNormals: 1, logoutOtherCodes: 3 });
  });
});

test('errors of connections are of digests, of time, of format, or of none of these', () => {
  assert.equal(errorKind(new ProtocolError('ISCSI_DIGEST_MISMATCH', 'no')), 'digestErrors');
  assert.equal(errorKind(new ProtocolError('ISCSI_BAD_FIELD', 'no')), 'formatErrors');
  assert.equal(errorKind(timeout), 'connectionTimeoutErrors');
  assert.equal(errorKind(new TransportError('ISCSI_CONNECTION_LOST', 'no', { address: 'a:1' })), undefined);
  assert.equal(errorKind(new SessionError('ISCSI_CLOSED', 'no')), undefined);
  assert.equal(errorKind(new Error('no')), undefined);
});

test('what sessions of others tell is not counted, and diagnostics are left when it stops', () => {
  const before = channels.pduDiscarded.hasSubscribers;
  const collector = new StatisticsCollector(() => {
    throw new Error('there is no session to tell of');
  });
  collector.start();
  channels.pduDiscarded.publish({ sessionId: 7, cid: 1, opcode: 0x25, reason: 'dataDigest' });
  collector.observer.commandAnswered?.(7, 1, 3);
  assert.equal(collector.statistics.errors.digestErrors, 0);
  collector.stop();
  assert.equal(channels.pduDiscarded.hasSubscribers, before);
});
