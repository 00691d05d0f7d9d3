// ISCSI_LoginOptions of what the service keeps for a login.

import type { StoredLoginOptions } from '../../service/index.ts';
import type { StructureInput } from '../layout/index.ts';
import { asDigest } from '../login-meanings.ts';
import { ISCSI_LOGIN_OPTIONS_INFO_SPECIFIED as bit, ISCSI_AUTH_TYPES } from '../values/index.ts';

const authTypes = {
  none: ISCSI_AUTH_TYPES.ISCSI_NO_AUTH_TYPE,
  chap: ISCSI_AUTH_TYPES.ISCSI_CHAP_AUTH_TYPE,
  mutualChap: ISCSI_AUTH_TYPES.ISCSI_MUTUAL_CHAP_AUTH_TYPE,
} as const;

/** Options as the header has them; of a password, that there is one. */
export function asLoginOptions(options: StoredLoginOptions): StructureInput<'ISCSI_LoginOptions'> {
  const given: readonly (readonly [unknown, number])[] = [
    [options.headerDigest, bit.ISCSI_LOGIN_OPTIONS_HEADER_DIGEST],
    [options.dataDigest, bit.ISCSI_LOGIN_OPTIONS_DATA_DIGEST],
    [options.maximumConnections, bit.ISCSI_LOGIN_OPTIONS_MAXIMUM_CONNECTIONS],
    [options.defaultTime2Wait, bit.ISCSI_LOGIN_OPTIONS_DEFAULT_TIME_2_WAIT],
    [options.defaultTime2Retain, bit.ISCSI_LOGIN_OPTIONS_DEFAULT_TIME_2_RETAIN],
    [options.userName, bit.ISCSI_LOGIN_OPTIONS_USERNAME],
    [options.hasPassword || undefined, bit.ISCSI_LOGIN_OPTIONS_PASSWORD],
    [options.authType, bit.ISCSI_LOGIN_OPTIONS_AUTH_TYPE],
  ];
  return {
    InformationSpecified: given.reduce((bits, [value, flag]) => (value === undefined ? bits : bits | flag), 0),
    HeaderDigest: asDigest(options.headerDigest),
    DataDigest: asDigest(options.dataDigest),
    MaximumConnections: options.maximumConnections ?? 0,
    DefaultTime2Wait: options.defaultTime2Wait ?? 0,
    DefaultTime2Retain: options.defaultTime2Retain ?? 0,
    LoginFlags: options.loginFlags ?? 0,
    AuthType: authTypes[options.authType ?? 'none'],
  };
}
