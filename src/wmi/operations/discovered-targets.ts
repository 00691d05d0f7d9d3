// MSiSCSI_DiscoveryOperations: the targets that an adapter has found, by SendTargets and iSNS. Static ones are not found.

import type { InitiatorInstance } from '../../adapter/index.ts';
import type { KnownTarget, TargetPortal } from '../../service/index.ts';
import { ipAddressOf } from '../ip-address.ts';
import type { MethodBlock } from '../provider/index.ts';
import type { WmiGround } from '../wmi-ground.ts';
import { adapterNames, adapterOf } from './adapters.ts';
import { answer } from './status.ts';

/** What the room for an alias is. */
const longestAlias = 255;
const staticMechanism = 'Static';

interface Found {
  readonly name: string;
  readonly alias: string;
  /** Portals by the tag of their group; those of which none is known are in group 0. */
  readonly groups: ReadonlyMap<number, readonly TargetPortal[]>;
}

/** The class. */
export function discoveryOperations(ground: WmiGround): MethodBlock<'MSiSCSI_DiscoveryOperations'> {
  const find = async (instanceName: string, signal: AbortSignal): Promise<Found[]> => {
    const targets = await ground.service.targets({}, { signal });
    return targets.flatMap((target) => foundBy(adapterOf(ground, instanceName), target) ?? []);
  };
  return {
    className: 'MSiSCSI_DiscoveryOperations',
    instanceNames: adapterNames(ground),
    methods: {
      ReportDiscoveredTargets: async (instanceName, _input, signal) =>
        await answer(
          async () => ({
            Targets: (await find(instanceName, signal)).map(({ name, alias, groups }) => ({
              TargetName: name,
              TargetAlias: alias,
              TargetDiscoveredPortalGroups: [...groups.values()].map((portals) => ({ Portals: portals.map(asPortal) })),
            })),
          }),
          { Targets: [] },
        ),
      // Neither SendTargets nor the iSNS client here tells of security, so bitmap and key are empty.
      ReportDiscoveredTargets2: async (instanceName, _input, signal) =>
        await answer(
          async () => ({
            Targets: (await find(instanceName, signal)).map(({ name, alias, groups }) => ({
              TargetName: name,
              TargetAlias: alias,
              TargetDiscoveredPortalGroups: [...groups].map(([Tag, portals]) => ({
                Tag,
                Portals: portals.map((portal) => ({ ...asPortal(portal), SecurityBitmap: 0, Key: new Uint8Array() })),
              })),
            })),
          }),
          { Targets: [] },
        ),
    },
  };
}

function foundBy({ name }: InitiatorInstance, { targetName, instances }: KnownTarget): Found | undefined {
  const found = instances.filter(
    ({ mechanism, initiatorInstance }) => mechanism !== staticMechanism && initiatorInstance === name,
  );
  if (found.length === 0) return undefined;
  const alias = found.map(({ targetAlias }) => targetAlias).find((each) => each !== '') ?? '';
  return {
    name: targetName,
    alias: alias.slice(0, longestAlias),
    groups: groupsOf(found.flatMap(({ portals }) => portals)),
  };
}

/** A portal that several sources tell of is there once. */
function groupsOf(portals: readonly TargetPortal[]): Map<number, TargetPortal[]> {
  const groups = new Map<number, TargetPortal[]>();
  for (const portal of portals) {
    const tag = portal.portalGroupTag ?? 0;
    const group = groups.get(tag) ?? [];
    if (!group.some(({ host, port }) => host === portal.host && port === portal.port)) group.push(portal);
    groups.set(tag, group);
  }
  return groups;
}

function asPortal({ host, port }: TargetPortal): {
  readonly Socket: number;
  readonly Address: ReturnType<typeof ipAddressOf>;
  readonly SymbolicName: string;
} {
  return { Socket: port, Address: ipAddressOf(host), SymbolicName: '' };
}
