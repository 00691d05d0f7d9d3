// What SendTargets has told of portal groups, kept so that a connection to a portal of another group need not be tried.

import type { DiscoveredTarget } from '../discovery/index.ts';
import { formatEndpoint } from '../engine/index.ts';
import type { Portal } from '../session/index.ts';

/** How many targets are remembered; the one learned first is forgotten first. */
const mostTargets = 1024;

/** The portal groups of the targets that were discovered last. */
export class PortalGroups {
  readonly #tags = new Map<string, ReadonlyMap<string, number>>();

  /** Keeps what a discovery told; what was known of the same targets before is forgotten. */
  learn(targets: readonly DiscoveredTarget[]): void {
    for (const { name, addresses } of targets) {
      const tags = new Map<string, number>();
      for (const address of addresses) {
        if (address.portalGroupTag !== undefined) tags.set(keyOf(address), address.portalGroupTag);
      }
      this.#tags.delete(name);
      this.#tags.set(name, tags);
    }
    for (const name of this.#tags.keys()) {
      if (this.#tags.size <= mostTargets) break;
      this.#tags.delete(name);
    }
  }

  /** The portal with its group, where that is known. What the caller says of the group comes first. */
  complete(targetName: string, portal: Portal): Portal {
    const portalGroupTag = portal.portalGroupTag ?? this.#tags.get(targetName)?.get(keyOf(portal));
    return portalGroupTag === undefined ? portal : { ...portal, portalGroupTag };
  }
}

function keyOf({ host, port }: Portal): string {
  return formatEndpoint({ address: host.toLowerCase(), port });
}
