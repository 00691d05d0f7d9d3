// Logins to targets: those that a user asks for, and those that persistent logins want.

import type { ConnectOptions, LoginToTargetInput } from '../../adapter/index.ts';
import { IscsiError, ServiceError } from '../../base/index.ts';
import { anyInitiatorPort, type PortalAddress, type TargetPortal } from '../contract/names.ts';
import type { LoginInput, LoginResult } from '../contract/sessions.ts';
import type { OsNumbers } from '../devices/os-numbers.ts';
import type { Discovery } from '../discovery/discovery.ts';
import { loginFlag } from '../input/login-options.ts';
import type { InstancePort } from '../instance-port.ts';
import type { Instances } from '../instances.ts';
import { formatUniqueId } from '../unique-ids.ts';
import type { LoginRecord } from '../wanted/kinds.ts';
import { secretBytes } from '../wanted/vault.ts';
import type { Wanted } from '../wanted/wanted.ts';
import { refuseIpsec } from './ipsec.ts';
import type { KeptIsids } from './kept-isids.ts';
import type { LoginRules } from './login-rules.ts';

/** What a login is to be, completed by what is kept of its target. */
export interface LoginPlan {
  readonly record: LoginRecord;
  readonly password: Uint8Array | undefined;
}

/** What logins need from around them. */
export interface LoginsParts {
  readonly wanted: Wanted;
  readonly instances: Instances;
  readonly discovery: Discovery;
  readonly rules: LoginRules;
  readonly numbers: OsNumbers;
  readonly isids: KeptIsids;
}

/** As whom to log in; the instance's own name, and any ISID, unless given. */
export type LoginIdentity = Pick<ConnectOptions, 'initiatorName' | 'initiatorAlias'> & { readonly isid?: number };

/** What to do about a session that there is. */
type Existing = NonNullable<LoginInput['existing']>;

/** Carries logins out. */
export class Logins {
  readonly #parts: LoginsParts;

  constructor(parts: LoginsParts) {
    this.#parts = parts;
  }

  /**
   * What a checked input asks for. Throws ServiceError for what cannot be: SERVICE_TARGET_UNKNOWN,
   * SERVICE_INSTANCE_UNKNOWN, SERVICE_IPSEC_UNAVAILABLE, and as the login rules do. Nothing has been changed then. A target
   * of which it does not matter whether it is known is left to the login to find, at its portal.
   */
  plan(input: LoginInput, { isKnown = true }: { readonly isKnown?: boolean } = {}): LoginPlan {
    const { wanted, discovery, instances } = this.#parts;
    const { targetName, portal, isInformational = false, mapping, securityFlags = 0, key } = input;
    if (isKnown && discovery.instancesOf(targetName).length === 0) {
      const message = `No target ${targetName} has been discovered or configured`;
      throw new ServiceError('SERVICE_TARGET_UNKNOWN', message, { field: 'targetName' });
    }
    instances.at(input);
    refuseIpsec({ loginFlags: input.loginOptions?.loginFlags, securityFlags, hasKey: key !== undefined });
    const { password: given, ...said } = input.loginOptions ?? {};
    const defaults = wanted.staticTargets.get(targetName);
    const loginOptions = { ...defaults?.loginOptions, ...said };
    const password = given === undefined ? wanted.staticTargets.secret(targetName) : secretBytes(given);
    const placed = mapping ?? defaults?.mapping;
    const record: LoginRecord = {
      ...instances.place(input),
      targetName,
      isInformational,
      loginOptions,
      securityFlags,
      ...(portal === undefined ? {} : { portal }),
      ...(placed === undefined || isInformational ? {} : { mapping: placed }),
    };
    this.#parts.rules.sessionWishes({ options: loginOptions, password, securityFlags });
    return { record, password };
  }

  /** The plan of a persistent login as it is kept. */
  kept(key: string): LoginPlan | undefined {
    const { logins } = this.#parts.wanted;
    const record = logins.get(key);
    return record === undefined ? undefined : { record, password: logins.secret(key) };
  }

  /**
   * Logs in. Rejects with the errors of the adapter, with ServiceError, or with the signal's reason. `told`: as whom; its
   * ISID is no more than a wish, as the one is that is kept for a login.
   */
  async carryOut(
    plan: LoginPlan,
    existing: Existing | undefined,
    signal: AbortSignal,
    { isid: wish, ...node }: LoginIdentity = {},
  ): Promise<LoginResult> {
    const { record, password } = plan;
    const { instances, rules, numbers, isids } = this.#parts;
    const { targetName, isInformational, loginOptions, securityFlags, initiatorPort } = record;
    const instance = instances.at(record);
    const connect = { ...rules.sessionWishes({ options: loginOptions, password, securityFlags }), ...node };
    const portals = this.#portals(record, instance);
    const isMultipath = ((loginOptions.loginFlags ?? 0) & loginFlag.multipath) !== 0;
    // A mapping of a session that may be there already is that session's own, so it is no obstacle.
    const claim = record.mapping === undefined ? undefined : this.#claim(instance, record);
    try {
      const login: LoginToTargetInput = {
        targetName,
        portals,
        sessionType: isInformational ? 'informational' : 'data',
        existing: existing ?? (isMultipath ? 'add' : 'find'),
        connect,
        signal,
        ...(initiatorPort === undefined || initiatorPort === anyInitiatorPort ? {} : { initiatorPort }),
      };
      const isid = wish ?? (existing === 'add' ? undefined : isids.of(record));
      const result = await logIn(instance, login, isid);
      const sessionId = formatUniqueId(instance.adapterId, result.uniqueSessionId);
      if (claim !== undefined && !result.wasThere) numbers.bind(claim, sessionId);
      else if (claim !== undefined) numbers.drop(claim);
      const connectionId = formatUniqueId(instance.adapterId, result.uniqueConnectionId);
      return { sessionId, connectionId, wasThere: result.wasThere };
    } catch (error) {
      if (claim !== undefined) numbers.drop(claim);
      throw error;
    }
  }

  #claim(instance: InstancePort, { targetName, mapping }: LoginRecord): ReturnType<OsNumbers['claim']> | undefined {
    const { numbers } = this.#parts;
    if (mapping !== undefined && numbers.isOfTarget(instance.name, mapping, targetName)) return undefined;
    return numbers.claim(instance.name, mapping, targetName);
  }

  /** Where to log in: at the portal given, first of all or, without portal hopping, alone; else wherever the target is. */
  #portals({ targetName, portal, loginOptions, instance }: LoginRecord, { name }: InstancePort): TargetPortal[] {
    const known = this.#parts.discovery.portalsOf(targetName, instance === undefined ? undefined : name);
    if (portal === undefined) {
      if (known.length > 0) return known;
      throw new ServiceError('SERVICE_NO_PORTAL', `No portal of ${targetName} is known`, { field: 'portal' });
    }
    const given = known.find((each) => isSame(each, portal)) ?? portal;
    const mayHop = ((loginOptions.loginFlags ?? 0) & loginFlag.portalHopping) !== 0;
    return mayHop ? [given, ...known.filter((each) => !isSame(each, portal))] : [given];
  }
}

/** Logs in under an ISID, or, where a session of ours has that one, under another. */
async function logIn(
  instance: InstancePort,
  login: LoginToTargetInput,
  isid: number | undefined,
): ReturnType<InstancePort['loginToTarget']> {
  // A login that was told not to be content with that session would fail at every portal first, and be reported to.
  const isOver = login.existing === 'add' && isInUse(instance, login.targetName, isid);
  if (isid === undefined || isOver) return await instance.loginToTarget(login);
  try {
    return await instance.loginToTarget({ ...login, connect: { ...login.connect, isid } });
  } catch (error) {
    if (!saysInUse(error)) throw error;
    return await instance.loginToTarget(login);
  }
}

function isInUse(instance: InstancePort, targetName: string, isid: number | undefined): boolean {
  return instance.sessions().some((each) => each.targetName === targetName && each.session.isid === isid);
}

/** Of several portals, the error says why each of them failed. */
function saysInUse(error: unknown): boolean {
  if (!(error instanceof IscsiError)) return false;
  const reasons: readonly unknown[] = error.cause instanceof AggregateError ? error.cause.errors : [error];
  return reasons.some((reason) => reason instanceof IscsiError && reason.code === 'ISCSI_SESSION_EXISTS');
}

function isSame(a: PortalAddress, b: PortalAddress): boolean {
  return a.host.toLowerCase() === b.host.toLowerCase() && a.port === b.port;
}
