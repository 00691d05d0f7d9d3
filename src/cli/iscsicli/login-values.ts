// The values that logins and what leads to logins have in common: login options, portals, places, mappings.

import type { LoginOptionsInput, TargetMappingInput, TargetPortalInput } from '../../iscsidsc/index.ts';
import { ISCSI_ANY_INITIATOR_PORT, ISCSI_CHAP_AUTH_TYPE } from './header-values.ts';
import type { Values } from './values.ts';

/** A login as LoginTarget and PersistentLoginTarget are told of it. */
export interface LoginValues {
  readonly targetName: string;
  readonly isInformational: boolean;
  readonly portal: TargetPortalInput | null;
  readonly instance: string | null;
  readonly port: number;
  readonly securityFlags: number;
  readonly options: LoginOptionsInput;
  readonly key: string | null;
  readonly mappings: TargetMappingInput | null;
}

/** The names of the values of login options, for usages. */
export const loginOptionNames =
  'LoginFlags HeaderDigest DataDigest MaxConnections DefaultTime2Wait DefaultTime2Retain Username Password AuthType';

/** The names of the values of a mapping, for usages. */
export const mappingNames = 'MappingCount [TargetLUN OSBus OSTarget OSLUN ...]';

/** The TCP port of portals that are given without one. */
export const usualSocket = 3260;

/** A login. */
export function readLogin(values: Values): LoginValues {
  return {
    targetName: values.text('TargetName'),
    // What is reported to Plug and Play has devices.
    isInformational: !(values.optionalBoolean('ReportToPNP') ?? true),
    portal: readPortal(values),
    instance: values.optionalText('InitiatorInstance') ?? null,
    port: readPortNumber(values),
    securityFlags: values.optionalNumber('SecurityFlags') ?? 0,
    options: readLoginOptions(values),
    key: values.optionalText('Key') ?? null,
    mappings: readMappings(values),
  };
}

/** Login options; what is left to the default is not among them. */
export function readLoginOptions(values: Values): LoginOptionsInput {
  return withoutDefaults({
    LoginFlags: values.optionalNumber('LoginFlags'),
    HeaderDigest: values.optionalNumber('HeaderDigest'),
    DataDigest: values.optionalNumber('DataDigest'),
    MaximumConnections: values.optionalNumber('MaxConnections'),
    DefaultTime2Wait: values.optionalNumber('DefaultTime2Wait'),
    DefaultTime2Retain: values.optionalNumber('DefaultTime2Retain'),
    Username: values.optionalText('Username'),
    Password: values.optionalText('Password'),
    AuthType: values.optionalNumber('AuthType'),
  });
}

/** A user with a password, as the short commands take them: CHAP where one is given. */
export function readUser(values: Values): LoginOptionsInput | null {
  const Username = values.optionalText('Username');
  const Password = values.optionalText('Password');
  if (Username === undefined && Password === undefined) return null;
  return withoutDefaults({ Username, Password, AuthType: ISCSI_CHAP_AUTH_TYPE });
}

/** An address and a port; null where the address is left to the default. */
export function readPortal(values: Values): TargetPortalInput | null {
  const Address = values.optionalText('PortalAddress');
  const Socket = values.optionalNumber('PortalSocket') ?? usualSocket;
  return Address === undefined ? null : { Address, Socket };
}

/** The port of the initiator. */
export function readPortNumber(values: Values): number {
  return values.optionalNumber('PortNumber') ?? ISCSI_ANY_INITIATOR_PORT;
}

/** LUN mappings, which have one bus and one target between them; null for none. */
export function readMappings(values: Values): TargetMappingInput | null {
  const count = values.optionalNumber('MappingCount') ?? 0;
  if (count * 4 !== values.left)
    values.refuse(`MappingCount is ${count}, which takes ${count * 4} values, not ${values.left}`);
  const mappings = Array.from({ length: count }, () => ({
    TargetLUN: values.bigNumber('TargetLUN'),
    OSBusNumber: values.number('OSBus'),
    OSTargetNumber: values.number('OSTarget'),
    OSLUN: values.number('OSLUN'),
  }));
  const [first] = mappings;
  if (first === undefined) return null;
  const { OSBusNumber, OSTargetNumber } = first;
  if (mappings.some((other) => other.OSBusNumber !== OSBusNumber || other.OSTargetNumber !== OSTargetNumber)) {
    values.refuse('all mappings of a target have the same OSBus and OSTarget');
  }
  return { OSBusNumber, OSTargetNumber, LUNList: mappings.map(({ OSLUN, TargetLUN }) => ({ OSLUN, TargetLUN })) };
}

type Given<T> = { readonly [Name in keyof T]?: Exclude<T[Name], undefined> };

function withoutDefaults<T extends object>(values: T): Given<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]: [string, unknown]) => value !== undefined),
  ) as Given<T>;
}
