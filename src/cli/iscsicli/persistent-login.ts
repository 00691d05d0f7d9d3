// PersistentLoginTarget: a login that is kept and not carried out. LoginIScsiTarget, the one call that keeps logins, logs in
// besides; so this asks the service itself.

import { asIscsiError, statusOfError, statusValue } from '../../base/index.ts';
import type { Answer, LoginOptionsInput } from '../../iscsidsc/index.ts';
import type {
  AuthType,
  DigestWish,
  InitiatorService,
  LoginInput,
  LoginOptions,
  TargetMapping,
} from '../../service/index.ts';
import type { Outcome } from './command.ts';
import { ISCSI_ANY_INITIATOR_PORT } from './header-values.ts';
import type { LoginValues } from './login-values.ts';

const authTypes: readonly AuthType[] = ['none', 'chap', 'mutualChap'];
const digests: readonly DigestWish[] = ['none', 'crc32c'];

/** Keeps a login. Never rejects: what goes wrong is the answer's status. */
export async function keepLogin(service: InitiatorService, login: LoginValues): Promise<Outcome> {
  try {
    await service.addPersistentLogin(toInput(login));
    return { answer: { Status: 0 }, lines: [] };
  } catch (error) {
    return failed(error);
  }
}

/** The outcome that an error stands for. */
export function failed(error: unknown): Outcome {
  const cause = asIscsiError(error);
  return { answer: { Status: statusValue(statusOfError(cause)), Cause: cause } as Answer, lines: [] };
}

function toInput(login: LoginValues): Omit<LoginInput, 'isPersistent' | 'existing'> {
  const { targetName, isInformational, portal, instance, port, securityFlags, key } = login;
  const loginOptions = toOptions(login.options);
  const mapping = toMapping(login.mappings);
  return {
    targetName,
    isInformational,
    ...(portal === null ? {} : { portal: { host: portal.Address, port: portal.Socket } }),
    ...(instance === null ? {} : { instance }),
    ...(port === ISCSI_ANY_INITIATOR_PORT ? {} : { initiatorPort: port }),
    ...(securityFlags === 0 ? {} : { securityFlags }),
    ...(Object.keys(loginOptions).length === 0 ? {} : { loginOptions }),
    ...(key === null ? {} : { key }),
    ...(mapping === undefined ? {} : { mapping }),
  };
}

function toOptions(options: LoginOptionsInput): LoginOptions {
  const { AuthType: auth, HeaderDigest, DataDigest, Password, LoginFlags } = options;
  const entries: readonly (readonly [keyof LoginOptions, unknown])[] = [
    ['authType', auth === undefined ? undefined : (authTypes[auth] ?? auth)],
    ['headerDigest', HeaderDigest === undefined ? undefined : (digests[HeaderDigest] ?? HeaderDigest)],
    ['dataDigest', DataDigest === undefined ? undefined : (digests[DataDigest] ?? DataDigest)],
    ['userName', options.Username],
    ['password', Password],
    ['maximumConnections', options.MaximumConnections],
    ['defaultTime2Wait', options.DefaultTime2Wait],
    ['defaultTime2Retain', options.DefaultTime2Retain],
    ['loginFlags', LoginFlags === 0 ? undefined : LoginFlags],
  ];
  // A number without a name goes on as it is: the service refuses it, and names the field.
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function toMapping(mappings: LoginValues['mappings']): TargetMapping | undefined {
  if (mappings === null) return undefined;
  return {
    osBusNumber: mappings.OSBusNumber,
    osTargetNumber: mappings.OSTargetNumber,
    luns: mappings.LUNList.map(({ OSLUN, TargetLUN }) => ({ osLun: OSLUN, targetLun: toLunName(BigInt(TargetLUN)) })),
  };
}

/** A LUN by its number, or the 8 bytes of its field, as the service has them. */
function toLunName(lun: bigint): string {
  return lun < 0x4000n ? String(lun) : lun.toString(16).padStart(16, '0');
}
