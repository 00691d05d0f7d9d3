// Logins as an adapter's driver takes them, for management of that kind in this process: to targets that need not be known,
// under another node name, and for discovery alone. What is kept here (secrets, servers, mappings, ISIDs) holds for them too.

import { z } from 'zod';

import type { ConnectOptions } from '../../adapter/index.ts';
import type { LoginOptions } from '../contract/login-options.ts';
import {
  anyInitiatorPort,
  type CallOptions,
  type InitiatorPlace,
  type PortalAddress,
  type Secret,
  type UniqueId,
} from '../contract/names.ts';
import type { LoginInput, LoginResult, PersistentLogin } from '../contract/sessions.ts';
import { checkInput } from '../input/check.ts';
import { place } from '../input/discovery.ts';
import { nodeName, portalAddress, secret, securityFlags } from '../input/fields.ts';
import { loginOptions } from '../input/login-options.ts';
import { loginInput } from '../input/sessions.ts';
import type { Instances } from '../instances.ts';
import { formatUniqueId } from '../unique-ids.ts';
import { secretBytes } from '../wanted/vault.ts';
import type { KeptIsids } from './kept-isids.ts';
import type { LoginRules } from './login-rules.ts';
import type { Logins } from './logins.ts';

/** The node that a login is made as; the service's own unless given. */
export interface LoginNode {
  readonly initiatorName?: string;
  /** Goes with the name: none with a name that has none given. */
  readonly initiatorAlias?: string;
}

/** A login to a target that need not be known: then with a portal. */
export interface DriverLoginInput extends Omit<LoginInput, 'isPersistent'>, LoginNode {
  /** The last 16 bits of the ISID, where no other session or login has that one; 0 for any. */
  readonly isidQualifier?: number;
}

/** A login for discovery alone. */
export interface DriverDiscoveryInput extends InitiatorPlace, LoginNode {
  readonly portal: PortalAddress;
  readonly loginOptions?: LoginOptions;
  readonly securityFlags?: number;
  readonly key?: Secret;
}

/** The logins of drivers. They reject as `InitiatorService.login` does, but for what they are not told. */
export interface DriverLogins {
  /** Logs in now. */
  loginToTarget(input: DriverLoginInput, options?: CallOptions): Promise<LoginResult>;
  /** Logs in for discovery; the session is kept by its adapter until it is logged out there. */
  loginForDiscovery(
    input: DriverDiscoveryInput,
    options?: CallOptions,
  ): Promise<{ readonly sessionId: UniqueId; readonly connectionId: UniqueId }>;
  /** Keeps a login for every start of the service, without carrying it out now. */
  keepLogin(input: Omit<LoginInput, 'isPersistent' | 'existing'>, options?: CallOptions): Promise<PersistentLogin>;
  /** The ISID that a login which is kept has, over restarts; undefined before its first session. */
  keptIsid(login: PersistentLogin, options?: CallOptions): Promise<number | undefined>;
}

const node = { initiatorName: nodeName.exactOptional(), initiatorAlias: z.string().max(255).exactOptional() };
const isidQualifier = z.int().min(0).max(0xffff);
const nodeInput: z.ZodType<Pick<DriverLoginInput, 'isidQualifier'> & LoginNode> = z.strictObject({
  ...node,
  isidQualifier: isidQualifier.exactOptional(),
});

const discoveryInput: z.ZodType<DriverDiscoveryInput> = z.strictObject({
  ...place,
  ...node,
  portal: portalAddress,
  loginOptions: loginOptions.exactOptional(),
  securityFlags: securityFlags.exactOptional(),
  key: secret.exactOptional(),
});

/** What these logins need from around them. */
export interface DriverLoginParts {
  readonly logins: Logins;
  readonly rules: LoginRules;
  readonly instances: Instances;
  readonly isids: KeptIsids;
}

/** Carries them out. */
export class DriverLoginOperations {
  readonly #parts: DriverLoginParts;

  constructor(parts: DriverLoginParts) {
    this.#parts = parts;
  }

  async loginToTarget(input: DriverLoginInput, signal: AbortSignal): Promise<LoginResult> {
    const { logins, instances, isids } = this.#parts;
    const { initiatorName, initiatorAlias, isidQualifier: qualifier, ...login } = input;
    const asNode = checkInput(nodeInput, defined({ initiatorName, initiatorAlias, isidQualifier: qualifier }));
    const checked = checkInput(loginInput, login);
    const plan = logins.plan(checked, { isKnown: false });
    const wanted = asNode.isidQualifier ?? 0;
    const isid = wanted === 0 ? undefined : isids.freeOf(instances.at(checked).name, checked.targetName, wanted);
    return await logins.carryOut(plan, checked.existing, signal, { ...nodeOf(asNode), ...defined({ isid }) });
  }

  keptIsid(login: PersistentLogin): number | undefined {
    const { targetName, isInformational, loginOptions, securityFlags, instance, initiatorPort, portal } = login;
    const place = defined({ instance, initiatorPort, portal });
    return this.#parts.isids.of({ targetName, isInformational, loginOptions, securityFlags, ...place });
  }

  async loginForDiscovery(
    input: DriverDiscoveryInput,
    signal: AbortSignal,
  ): Promise<{ readonly sessionId: UniqueId; readonly connectionId: UniqueId }> {
    const { rules, instances } = this.#parts;
    const checked = checkInput(discoveryInput, input);
    const { portal, initiatorPort = anyInitiatorPort, securityFlags: flags = 0, key } = checked;
    const instance = instances.at(checked);
    const { password, ...options } = checked.loginOptions ?? {};
    const wishes = rules.wishes({
      options,
      password: password === undefined ? undefined : secretBytes(password),
      securityFlags: flags,
      hasKey: key !== undefined,
    });
    const { uniqueSessionId, uniqueConnectionId } = await instance.loginForDiscovery({
      ...wishes,
      ...nodeOf(checked),
      portal,
      signal,
      ...(initiatorPort === anyInitiatorPort ? {} : { initiatorPort }),
    });
    if (signal.aborted) {
      // Nobody is there any more to learn the id, and to log out.
      await instance.logoutFromTarget(uniqueSessionId);
      throw signal.reason;
    }
    const idOf = (id: bigint): UniqueId => formatUniqueId(instance.adapterId, id);
    return { sessionId: idOf(uniqueSessionId), connectionId: idOf(uniqueConnectionId) };
  }
}

/** An alias without a name is one for the service's own name. */
function nodeOf({
  initiatorName,
  initiatorAlias,
}: LoginNode): Pick<ConnectOptions, 'initiatorName' | 'initiatorAlias'> {
  return defined({ initiatorName, initiatorAlias });
}

type Defined<T> = { readonly [Key in keyof T]?: Exclude<T[Key], undefined> };

function defined<T extends object>(given: T): Defined<T> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Defined<T>;
}
