// MSIscsiInitiator_TargetLoginOptions, from the class's form to the service's and back.

import { chapSecretLength } from '../../base/index.ts';
import type { AuthType, DigestWish, LoginOptions, Secret, StoredLoginOptions } from '../../service/index.ts';
import type { CimObject } from '../cim/cim-value.ts';
import { cimObject, type PropertiesOf, valuesOf } from '../cim/class-table.ts';
import { refuse, type Statuses } from '../cim/return-value.ts';
import { asDigest } from '../login-meanings.ts';
import {
  ISCSI_LOGIN_OPTIONS_INFO_SPECIFIED as bit,
  ISCSI_DIGEST_TYPES,
  ISCSI_LOGIN_FLAGS,
} from '../values/iscsidef.ts';
import { loginOptionsTable } from './embedded.ts';
import { asBytes, asSecret, invalid, type Mutable } from './inputs.ts';

type Members = PropertiesOf<typeof loginOptionsTable>;

/** What a login ends with where it lacks a RADIUS server, which iscsierr.h has no code for: something to prove itself with. */
export const loginStatuses: Statuses = { SERVICE_SERVER_UNKNOWN: 'ISDSC_TARGET_AUTHINFO_UNAVAILABLE' };

/** The bit of InformationSpecified that each member has. */
const bitOf = {
  HeaderDigest: bit.ISCSI_LOGIN_OPTIONS_HEADER_DIGEST,
  DataDigest: bit.ISCSI_LOGIN_OPTIONS_DATA_DIGEST,
  MaximumConnections: bit.ISCSI_LOGIN_OPTIONS_MAXIMUM_CONNECTIONS,
  DefaultTime2Wait: bit.ISCSI_LOGIN_OPTIONS_DEFAULT_TIME_2_WAIT,
  DefaultTime2Retain: bit.ISCSI_LOGIN_OPTIONS_DEFAULT_TIME_2_RETAIN,
  Username: bit.ISCSI_LOGIN_OPTIONS_USERNAME,
  Password: bit.ISCSI_LOGIN_OPTIONS_PASSWORD,
  AuthType: bit.ISCSI_LOGIN_OPTIONS_AUTH_TYPE,
} as const;

type Specified = keyof typeof bitOf;

const knownBits = Object.values(bitOf).reduce((all, each) => all | each, 0);
const knownFlags = Object.values(ISCSI_LOGIN_FLAGS).reduce((all, each) => all | each, 0);

/** ISCSI_AUTH_TYPES, by their values. */
const authTypes: readonly AuthType[] = ['none', 'chap', 'mutualChap'];

/** How many connections the greatest MaxConnections is (RFC 7143 §13.2). */
const noLimit = 65535;

/**
 * Login options, or none. Which members count is what InformationSpecified says, or without it which are given. A password
 * that is not 12 to 16 bytes long is ISDSC_INVALID_TARGET_CHAP_SECRET, an AuthType that there is not
 * ISDSC_INVALID_LOGON_AUTH_TYPE.
 */
export function readLoginOptions(object: CimObject | null): LoginOptions | undefined {
  if (object === null) return undefined;
  const members = valuesOf(loginOptionsTable, object);
  if ((members.Version ?? 0) !== 0) invalid('LoginOptions.Version must be 0');
  const given = <Name extends Specified>(name: Name): NonNullable<Members[Name]> | undefined =>
    isSpecified(members, name) ? (members[name] ?? undefined) : undefined;
  const options: Mutable<LoginOptions> = {};
  const loginFlags = readFlags(members.LoginFlags ?? 0);
  if (loginFlags !== 0) options.loginFlags = loginFlags;
  const authType = given('AuthType');
  if (authType !== undefined) options.authType = readAuthType(authType);
  const headerDigest = given('HeaderDigest');
  if (headerDigest !== undefined) options.headerDigest = readDigest(headerDigest, 'HeaderDigest');
  const dataDigest = given('DataDigest');
  if (dataDigest !== undefined) options.dataDigest = readDigest(dataDigest, 'DataDigest');
  const maximumConnections = given('MaximumConnections');
  if (maximumConnections !== undefined) options.maximumConnections = maximumConnections || noLimit;
  const defaultTime2Wait = given('DefaultTime2Wait');
  if (defaultTime2Wait !== undefined) options.defaultTime2Wait = defaultTime2Wait;
  const defaultTime2Retain = given('DefaultTime2Retain');
  if (defaultTime2Retain !== undefined) options.defaultTime2Retain = defaultTime2Retain;
  const userName = Buffer.from(given('Username') ?? []).toString('utf8');
  if (userName !== '') options.userName = userName;
  const password = given('Password');
  if (password !== undefined) options.password = readPassword(asBytes(password));
  return options;
}

/** A CHAP secret for a target. */
export function readPassword(bytes: Uint8Array): Secret {
  const { least, most } = chapSecretLength;
  if (bytes.length >= least && bytes.length <= most) return asSecret(bytes);
  const why = `A CHAP secret has ${least} to ${most} bytes, not ${bytes.length}`;
  return refuse('ISDSC_INVALID_TARGET_CHAP_SECRET', why);
}

/** Login options as the class has them; of a password, that there is one. */
export function asLoginOptions(options: StoredLoginOptions): CimObject {
  const { authType, userName, headerDigest, dataDigest } = options;
  const given: Readonly<Record<Specified, boolean>> = {
    HeaderDigest: headerDigest !== undefined,
    DataDigest: dataDigest !== undefined,
    MaximumConnections: options.maximumConnections !== undefined,
    DefaultTime2Wait: options.defaultTime2Wait !== undefined,
    DefaultTime2Retain: options.defaultTime2Retain !== undefined,
    Username: userName !== undefined,
    Password: options.hasPassword,
    AuthType: authType !== undefined,
  };
  const names = Object.keys(given) as Specified[];
  return cimObject(loginOptionsTable, {
    Version: 0,
    InformationSpecified: names.reduce((bits, name) => (given[name] ? bits | bitOf[name] : bits), 0),
    LoginFlags: options.loginFlags ?? 0,
    AuthType: Math.max(0, authTypes.indexOf(authType ?? 'none')),
    HeaderDigest: asDigest(headerDigest),
    DataDigest: asDigest(dataDigest),
    MaximumConnections: options.maximumConnections ?? 0,
    DefaultTime2Wait: options.defaultTime2Wait ?? 0,
    DefaultTime2Retain: options.defaultTime2Retain ?? 0,
    Username: [...Buffer.from(userName ?? '')],
    Password: [],
  });
}

function isSpecified(members: Members, name: Specified): boolean {
  const bits = members.InformationSpecified;
  if (bits === null) return members[name] !== null;
  if ((bits & ~knownBits) !== 0)
    invalid(`LoginOptions.InformationSpecified has bits beside 0x${knownBits.toString(16)}`);
  if ((bits & bitOf[name]) === 0) return false;
  if (members[name] === null) invalid(`LoginOptions.${name} is specified and not given`);
  return true;
}

function readFlags(flags: number): number {
  if ((flags & ~knownFlags) !== 0) invalid(`LoginOptions.LoginFlags has bits beside 0x${knownFlags.toString(16)}`);
  if ((flags & ISCSI_LOGIN_FLAGS.ISCSI_LOGIN_FLAG_USE_RADIUS_RESPONSE) === 0) return flags;
  return refuse('ISDSC_REQUEST_NOT_SUPPORTED', 'No RADIUS server makes CHAP responses (RFC 2865 §5.3)');
}

function readAuthType(type: number): AuthType {
  return authTypes[type] ?? refuse('ISDSC_INVALID_LOGON_AUTH_TYPE', `There is no AuthType ${type}`);
}

function readDigest(type: number, name: string): DigestWish {
  if (type === ISCSI_DIGEST_TYPES.ISCSI_DIGEST_TYPE_NONE) return 'none';
  return type === ISCSI_DIGEST_TYPES.ISCSI_DIGEST_TYPE_CRC32C
    ? 'crc32c'
    : invalid(`LoginOptions.${name} must be 0 or 1`);
}
