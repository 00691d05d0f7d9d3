// Who logs in to what: the names and numbers of the first Login Request (RFC 7143 §6.3.1, §13.4, §13.5, §13.21).

import { type LoginRequest, loginStatus } from '../../wire/index.ts';

/** The parties of a login. */
export interface LoginIdentity {
  /** In lower case, as names are compared (RFC 7143 §4.2.7.2). */
  readonly initiatorName: string;
  readonly initiatorAlias: string;
  readonly isDiscovery: boolean;
  /** Whether the target was named; a discovery session may leave that out. */
  readonly isNamed: boolean;
  readonly isid: number;
  /** 0 for a new session. */
  readonly tsih: number;
  readonly cid: number;
  readonly cmdSn: number;
}

/** The identity, or the status with which the login ends. */
export type Identification =
  | { readonly kind: 'identified'; readonly identity: LoginIdentity }
  | { readonly kind: 'refused'; readonly status: number; readonly why: string };

/** Reads the identity from the keys of the first text. */
export function identify(request: LoginRequest, keys: ReadonlyMap<string, string>, targetName: string): Identification {
  const initiatorName = keys.get('InitiatorName');
  if (initiatorName === undefined || initiatorName === '') {
    return refused(loginStatus.missingParameter, 'InitiatorName is missing');
  }
  const sessionType = keys.get('SessionType') ?? 'Normal';
  if (sessionType !== 'Normal' && sessionType !== 'Discovery') {
    return refused(loginStatus.sessionTypeNotSupported, `the session type ${sessionType} is not known`);
  }
  const isDiscovery = sessionType === 'Discovery';
  const wanted = keys.get('TargetName');
  if (wanted === undefined && !isDiscovery) return refused(loginStatus.missingParameter, 'TargetName is missing');
  if (wanted !== undefined && wanted.toLowerCase() !== targetName.toLowerCase()) {
    return refused(loginStatus.notFound, 'the target is not here');
  }
  return {
    kind: 'identified',
    identity: {
      initiatorName: initiatorName.toLowerCase(),
      initiatorAlias: keys.get('InitiatorAlias') ?? '',
      isDiscovery,
      isNamed: wanted !== undefined,
      isid: request.isid,
      tsih: request.tsih,
      cid: request.cid,
      cmdSn: request.cmdSn,
    },
  };
}

function refused(status: number, why: string): Identification {
  return { kind: 'refused', status, why };
}
