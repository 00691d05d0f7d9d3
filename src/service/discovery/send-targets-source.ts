// A SendTargets portal as a discovery source: a discovery session with the login options that are kept with the portal.

import { anyInitiatorPort } from '../contract/names.ts';
import type { InstancePort } from '../instance-port.ts';
import type { LoginRules } from '../logins/login-rules.ts';
import type { PortalRecord } from '../wanted/kinds.ts';
import type { DiscoverySource, FoundTarget } from './discovery-source.ts';

/** What stands behind a portal. */
export interface SendTargetsParts {
  /** Throws ServiceError SERVICE_INSTANCE_UNKNOWN where the portal's instance is none of this run. */
  readonly instance: () => InstancePort;
  /** The name of that instance. */
  readonly instanceName: string;
  readonly rules: LoginRules;
  /** The record as it is now, and the password that belongs to it. */
  readonly record: () => { readonly portal: PortalRecord; readonly password: Uint8Array | undefined };
}

/** Makes the source of a portal. */
export function sendTargetsSource({ instance, instanceName, rules, record }: SendTargetsParts): DiscoverySource {
  const { host, port } = record().portal;
  return {
    mechanism: `SendTargets:${host}:${port}`,
    instance: instanceName,
    isRegistered: false,
    async ask(signal): Promise<readonly FoundTarget[]> {
      const { portal, password } = record();
      const { loginOptions, securityFlags, initiatorPort = anyInitiatorPort } = portal;
      const wishes = rules.wishes({ options: loginOptions, password, securityFlags });
      const place = initiatorPort === anyInitiatorPort ? {} : { initiatorPort };
      const found = await instance().sendTargets({ ...wishes, ...place, portal: { host, port }, signal });
      return found.map(({ name, addresses }) => ({ targetName: name, portals: addresses }));
    },
    close: async () => {},
  };
}
