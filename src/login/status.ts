// What a Login Response's status means to us: every status of RFC 7143 §11.13.5 with its error.

import { type ErrorCode, LoginError } from '../base/index.ts';
import { loginStatus, loginStatusClass } from '../wire/index.ts';

const outcomes: ReadonlyMap<number, readonly [ErrorCode, string]> = new Map<number, readonly [ErrorCode, string]>([
  [loginStatus.initiatorError, ['ISCSI_LOGIN_REFUSED', 'initiator error']],
  [loginStatus.authenticationFailure, ['ISCSI_AUTH_FAILED', 'authentication failure']],
  [loginStatus.authorizationFailure, ['ISCSI_LOGIN_REFUSED', 'the initiator may not access the target']],
  [loginStatus.notFound, ['ISCSI_TARGET_NOT_FOUND', 'target not found']],
  [loginStatus.targetRemoved, ['ISCSI_TARGET_REMOVED', 'target removed']],
  [loginStatus.unsupportedVersion, ['ISCSI_LOGIN_REFUSED', 'unsupported version']],
  [loginStatus.tooManyConnections, ['ISCSI_TOO_MANY_CONNECTIONS', 'too many connections']],
  [loginStatus.missingParameter, ['ISCSI_LOGIN_REFUSED', 'missing parameter']],
  [loginStatus.cannotIncludeInSession, ['ISCSI_LOGIN_REFUSED', 'the session cannot include this connection']],
  [loginStatus.sessionTypeNotSupported, ['ISCSI_LOGIN_REFUSED', 'session type not supported']],
  [loginStatus.sessionDoesNotExist, ['ISCSI_LOGIN_REFUSED', 'session does not exist']],
  [loginStatus.invalidDuringLogin, ['ISCSI_LOGIN_REFUSED', 'invalid request during login']],
  [loginStatus.targetError, ['ISCSI_TARGET_ERROR', 'target error']],
  [loginStatus.serviceUnavailable, ['ISCSI_TARGET_ERROR', 'service unavailable']],
  [loginStatus.outOfResources, ['ISCSI_TARGET_ERROR', 'out of resources']],
]);

/**
 * The error for a status that is neither success nor redirection. The class alone decides where a detail is not known
 * (§11.13.5); a class that is not known refuses.
 */
export function refusal(statusClass: number, statusDetail: number): LoginError {
  const status = (statusClass << 8) | statusDetail;
  const isTargetError = statusClass === loginStatusClass.targetError;
  const [code, what] = outcomes.get(status) ?? [
    isTargetError ? 'ISCSI_TARGET_ERROR' : 'ISCSI_LOGIN_REFUSED',
    'a status without a known meaning',
  ];
  const shownStatus = status.toString(16).padStart(4, '0');
  return new LoginError(code, `The target refused the login with status ${shownStatus}: ${what}`, {
    statusClass,
    statusDetail,
  });
}
