// ISCSI_LoginOptions with the user name and the password that go with them, as the service takes them.

import { chapSecretLength } from '../../base/index.ts';
import type { DigestWish, LoginOptions, Secret } from '../../service/index.ts';
import type { StructureValue } from '../layout/index.ts';
import { ISCSI_DIGEST_TYPES, ISCSI_LOGIN_FLAGS, ISCSI_LOGIN_OPTIONS_INFO_SPECIFIED } from '../values/index.ts';
import { refuse } from './status.ts';

/** How many connections MaxConnections can say at most (RFC 7143 §13.2): here as many as the target takes. */
const noLimit = 0xffff;

const authTypes = ['none', 'chap', 'mutualChap'] as const;
const digests: readonly DigestWish[] = ['none', 'crc32c'] satisfies {
  readonly [Type in (typeof ISCSI_DIGEST_TYPES)[keyof typeof ISCSI_DIGEST_TYPES]]: DigestWish;
};
const allFlags = bits(ISCSI_LOGIN_FLAGS);
const allMembers = bits(ISCSI_LOGIN_OPTIONS_INFO_SPECIFIED);
const bit = ISCSI_LOGIN_OPTIONS_INFO_SPECIFIED;

/** What goes with the options of a login. */
export interface Credentials {
  readonly LoginOptions: StructureValue<'ISCSI_LoginOptions'>;
  readonly Username: Uint8Array;
  readonly Password: Uint8Array;
}

/** The members that InformationSpecified names, user name and password too. A flag that is reserved has no effect. */
export function loginOptionsOf({ LoginOptions: given, Username, Password }: Credentials): LoginOptions {
  const { InformationSpecified: members, LoginFlags } = given;
  if ((members & ~allMembers) !== 0 || (LoginFlags & ~allFlags) !== 0) refuse('ISDSC_INVALID_PARAMETER');
  if ((LoginFlags & ISCSI_LOGIN_FLAGS.ISCSI_LOGIN_FLAG_USE_RADIUS_RESPONSE) !== 0) {
    // A RADIUS server verifies responses (RFC 2865 §5.3); none makes one.
    refuse('ISDSC_REQUEST_NOT_SUPPORTED');
  }
  const loginFlags = LoginFlags & ~ISCSI_LOGIN_FLAGS.ISCSI_LOGIN_FLAG_RESERVED1;
  const has = (member: number): boolean => (members & member) !== 0;
  return {
    ...(loginFlags === 0 ? {} : { loginFlags }),
    ...(has(bit.ISCSI_LOGIN_OPTIONS_AUTH_TYPE) ? { authType: authTypeOf(given.AuthType) } : {}),
    ...(has(bit.ISCSI_LOGIN_OPTIONS_HEADER_DIGEST) ? { headerDigest: digestOf(given.HeaderDigest) } : {}),
    ...(has(bit.ISCSI_LOGIN_OPTIONS_DATA_DIGEST) ? { dataDigest: digestOf(given.DataDigest) } : {}),
    ...(has(bit.ISCSI_LOGIN_OPTIONS_MAXIMUM_CONNECTIONS)
      ? { maximumConnections: given.MaximumConnections || noLimit }
      : {}),
    ...(has(bit.ISCSI_LOGIN_OPTIONS_DEFAULT_TIME_2_WAIT) ? { defaultTime2Wait: given.DefaultTime2Wait } : {}),
    ...(has(bit.ISCSI_LOGIN_OPTIONS_DEFAULT_TIME_2_RETAIN) ? { defaultTime2Retain: given.DefaultTime2Retain } : {}),
    ...(has(bit.ISCSI_LOGIN_OPTIONS_USERNAME) && Username.length > 0 ? { userName: nameOf(Username) } : {}),
    ...(has(bit.ISCSI_LOGIN_OPTIONS_PASSWORD) ? { password: passwordOf(Password) } : {}),
  };
}

/** SecurityFlags, and the preshared key for IPsec where there is one. Both are refused later, by the service. */
export function securityOf(flags: bigint, key: Uint8Array): { readonly securityFlags: number; readonly key?: Secret } {
  if (flags > 0xffff_ffffn) refuse('ISDSC_INVALID_PARAMETER');
  return { securityFlags: Number(flags), ...(key.length === 0 ? {} : { key: secretOf(key) }) };
}

/** Bytes as the service takes a secret. */
export function secretOf(bytes: Uint8Array): Secret {
  return { hex: Buffer.from(bytes).toString('hex') };
}

function authTypeOf(type: number): (typeof authTypes)[number] {
  return authTypes[type] ?? refuse('ISDSC_INVALID_LOGON_AUTH_TYPE');
}

function digestOf(type: number): DigestWish {
  return digests[type] ?? refuse('ISDSC_INVALID_PARAMETER');
}

/** CHAP_N is text in UTF-8 (RFC 7143 §12.1.3). */
function nameOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return refuse('ISDSC_INVALID_PARAMETER');
  }
}

function passwordOf(bytes: Uint8Array): Secret {
  const { least, most } = chapSecretLength;
  if (bytes.length < least || bytes.length > most) refuse('ISDSC_INVALID_TARGET_CHAP_SECRET');
  return secretOf(bytes);
}

function bits(set: Readonly<Record<string, number>>): number {
  return Object.values(set).reduce((all, each) => all | each, 0);
}
