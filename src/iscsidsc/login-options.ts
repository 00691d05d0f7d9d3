// ISCSI_LOGIN_OPTIONS, from the header's form to the service's and back.

import { chapSecretLength } from '../base/index.ts';
import type { DigestWish, LoginOptions, StoredLoginOptions } from '../service/index.ts';
import { badArgument, refuse, type Statuses } from './answer.ts';
import {
  asSecret,
  isNull,
  type Members,
  readBits,
  readBytes,
  readStructure,
  readUnsigned,
  requireCount,
} from './arguments.ts';
import type { ISCSI_LOGIN_OPTIONS } from './structures.ts';
import {
  ISCSI_AUTH_TYPES,
  ISCSI_DIGEST_TYPES,
  ISCSI_LOGIN_FLAGS,
  ISCSI_LOGIN_OPTIONS_INFO_SPECIFIED,
  ISCSI_LOGIN_OPTIONS_VERSION,
} from './values.ts';

/** What a login ends with where it lacks a RADIUS server, which iscsierr.h has no code for: something to prove itself with. */
export const loginStatuses: Statuses = { SERVICE_SERVER_UNKNOWN: 'ISDSC_TARGET_AUTHINFO_UNAVAILABLE' };

const bit = ISCSI_LOGIN_OPTIONS_INFO_SPECIFIED;

/** The member that each bit of InformationSpecified stands for. */
const memberOfBit: ReadonlyMap<number, string> = new Map([
  [bit.ISCSI_LOGIN_OPTIONS_HEADER_DIGEST, 'HeaderDigest'],
  [bit.ISCSI_LOGIN_OPTIONS_DATA_DIGEST, 'DataDigest'],
  [bit.ISCSI_LOGIN_OPTIONS_MAXIMUM_CONNECTIONS, 'MaximumConnections'],
  [bit.ISCSI_LOGIN_OPTIONS_DEFAULT_TIME_2_WAIT, 'DefaultTime2Wait'],
  [bit.ISCSI_LOGIN_OPTIONS_DEFAULT_TIME_2_RETAIN, 'DefaultTime2Retain'],
  [bit.ISCSI_LOGIN_OPTIONS_USERNAME, 'Username'],
  [bit.ISCSI_LOGIN_OPTIONS_PASSWORD, 'Password'],
  [bit.ISCSI_LOGIN_OPTIONS_AUTH_TYPE, 'AuthType'],
]);

const authTypes = ['none', 'chap', 'mutualChap'] as const;

/** How many connections the greatest MaxConnections is (RFC 7143 §13.2). */
const noLimit = 65535;

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/**
 * ISCSI_LOGIN_OPTIONS, or none. A password that is not 12 to 16 bytes long is ISDSC_INVALID_TARGET_CHAP_SECRET, an
 * AuthType that there is not ISDSC_INVALID_LOGON_AUTH_TYPE.
 */
export function readLoginOptions(value: unknown): LoginOptions | undefined {
  if (isNull(value)) return undefined;
  const members = readStructure(value, 'LoginOptions');
  const version = readUnsigned(members['Version'], 'LoginOptions.Version', 32, ISCSI_LOGIN_OPTIONS_VERSION);
  if (version !== ISCSI_LOGIN_OPTIONS_VERSION) badArgument('LoginOptions.Version', `${ISCSI_LOGIN_OPTIONS_VERSION}`);
  const has = specified(members);
  const options: Mutable<LoginOptions> = {};
  const loginFlags = readBits(members['LoginFlags'], 'LoginOptions.LoginFlags', ISCSI_LOGIN_FLAGS);
  if ((loginFlags & ISCSI_LOGIN_FLAGS.ISCSI_LOGIN_FLAG_USE_RADIUS_RESPONSE) !== 0) {
    refuse('ISDSC_REQUEST_NOT_SUPPORTED', 'No RADIUS server makes CHAP responses (RFC 2865 §5.3)');
  }
  if (loginFlags !== 0) options.loginFlags = loginFlags;
  if (has('AuthType')) options.authType = readAuthType(members);
  if (has('HeaderDigest')) options.headerDigest = readDigest(members, 'HeaderDigest');
  if (has('DataDigest')) options.dataDigest = readDigest(members, 'DataDigest');
  if (has('MaximumConnections')) options.maximumConnections = readNumber(members, 'MaximumConnections', 16) || noLimit;
  if (has('DefaultTime2Wait')) options.defaultTime2Wait = readNumber(members, 'DefaultTime2Wait', 32);
  if (has('DefaultTime2Retain')) options.defaultTime2Retain = readNumber(members, 'DefaultTime2Retain', 32);
  if (has('Username')) {
    const name = new TextDecoder().decode(readCounted(members, 'Username'));
    if (name !== '') options.userName = name;
  }
  if (has('Password')) options.password = asSecret(readPassword(members));
  return options;
}

/** Whether options ask for several sessions with one target. */
export function isMultipath(options: LoginOptions | undefined): boolean {
  return ((options?.loginFlags ?? 0) & ISCSI_LOGIN_FLAGS.ISCSI_LOGIN_FLAG_MULTIPATH_ENABLED) !== 0;
}

/** Options as the header has them; of a password, that there is one. */
export function asLoginOptions(options: StoredLoginOptions): ISCSI_LOGIN_OPTIONS {
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
    Version: ISCSI_LOGIN_OPTIONS_VERSION,
    InformationSpecified: given.reduce((bits, [value, flag]) => (value === undefined ? bits : bits | flag), 0),
    LoginFlags: options.loginFlags ?? 0,
    AuthType: asAuthType(options.authType),
    HeaderDigest: asDigest(options.headerDigest),
    DataDigest: asDigest(options.dataDigest),
    MaximumConnections: options.maximumConnections ?? 0,
    DefaultTime2Wait: options.defaultTime2Wait ?? 0,
    DefaultTime2Retain: options.defaultTime2Retain ?? 0,
    UsernameLength: Buffer.byteLength(options.userName ?? ''),
    PasswordLength: 0,
    Username: options.userName ?? '',
    Password: '',
  };
}

/** ISCSI_AUTH_TYPES of the service's word for it; a word that there is not is none. */
export function asAuthType(type: string | undefined): number {
  return Math.max(
    0,
    authTypes.findIndex((name) => name === type),
  );
}

/** Which members count: those that InformationSpecified names, or without it those that are given. */
function specified(members: Members): (member: string) => boolean {
  const { InformationSpecified } = members;
  if (isNull(InformationSpecified)) return (member) => !isNull(members[member]);
  const bits = readBits(InformationSpecified, 'LoginOptions.InformationSpecified', bit);
  const named = new Set([...memberOfBit].filter(([flag]) => (bits & flag) !== 0).map(([, member]) => member));
  return (member) => named.has(member);
}

function readAuthType(members: Members): (typeof authTypes)[number] {
  const type = readNumber(members, 'AuthType', 32);
  return (
    authTypes[type] ??
    refuse(
      'ISDSC_INVALID_LOGON_AUTH_TYPE',
      `There is no AuthType ${type}, but 0 to ${ISCSI_AUTH_TYPES.ISCSI_MUTUAL_CHAP_AUTH_TYPE}`,
    )
  );
}

function readDigest(members: Members, member: string): DigestWish {
  const type = readNumber(members, member, 32);
  if (type > ISCSI_DIGEST_TYPES.ISCSI_DIGEST_TYPE_CRC32C) badArgument(`LoginOptions.${member}`, '0 or 1');
  return type === ISCSI_DIGEST_TYPES.ISCSI_DIGEST_TYPE_NONE ? 'none' : 'crc32c';
}

/** `preferred` is not the header's, which says CRC32C of what may be none as well. */
function asDigest(wish: DigestWish | undefined): number {
  const { ISCSI_DIGEST_TYPE_CRC32C, ISCSI_DIGEST_TYPE_NONE } = ISCSI_DIGEST_TYPES;
  return wish === 'crc32c' || wish === 'preferred' ? ISCSI_DIGEST_TYPE_CRC32C : ISCSI_DIGEST_TYPE_NONE;
}

function readNumber(members: Members, member: string, bits: 16 | 32): number {
  return readUnsigned(members[member], `LoginOptions.${member}`, bits);
}

function readCounted(members: Members, member: 'Username' | 'Password'): Uint8Array {
  const bytes = readBytes(members[member], `LoginOptions.${member}`);
  requireCount(bytes.length, `LoginOptions.${member}`, members[`${member}Length`]);
  return bytes;
}

function readPassword(members: Members): Uint8Array {
  const bytes = readCounted(members, 'Password');
  const { least, most } = chapSecretLength;
  if (bytes.length >= least && bytes.length <= most) return bytes;
  return refuse('ISDSC_INVALID_TARGET_CHAP_SECRET', `A CHAP secret has ${least} to ${most} bytes, not ${bytes.length}`);
}
