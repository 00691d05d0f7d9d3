// The records that answer SendTargets (RFC 7143 appendix C).

import type { TargetCore } from './core.ts';
import type { ConnectionLink } from './link.ts';
import { formatAddress } from './login/login-exchange.ts';
import type { LoginIdentity } from './login/login-identity.ts';
import type { Pair } from './negotiation/operational-negotiation.ts';
import type { AdvertisedPortal, PortalAddress } from './options.ts';

/** The target's record, or nothing when another target is asked for or the initiator has no access to this one. */
export function targetRecords(
  core: TargetCore,
  identity: LoginIdentity,
  link: Pick<ConnectionLink, 'localAddress'>,
  wanted: string,
): Pair[] {
  const { name, portalGroupTag, advertise, allowedInitiators } = core.options;
  if (allowedInitiators !== undefined && !allowedInitiators.has(identity.initiatorName)) return [];
  if (wanted !== '' && wanted !== 'All' && wanted.toLowerCase() !== name.toLowerCase()) return [];
  const portals: readonly AdvertisedPortal[] =
    advertise.length > 0 ? advertise : core.portals.map((portal) => reachable(portal, link.localAddress));
  return [
    ['TargetName', name],
    ...portals.map((portal): Pair => {
      const tag = portal.portalGroupTag ?? portalGroupTag;
      return ['TargetAddress', `${formatAddress(portal.host, portal.port)},${tag}`];
    }),
  ];
}

/** A portal on all addresses is told as the one that the initiator has just reached. */
function reachable(portal: PortalAddress, localAddress: string): PortalAddress {
  const isWildcard = portal.host === '0.0.0.0' || portal.host === '::';
  return isWildcard ? { host: localAddress.replace(/^::ffff:/, ''), port: portal.port } : portal;
}
