// MSiSCSI_QueryLBPolicy: by which policy each session chooses among its connections, and what it does with each of them.

import type { InstanceConnection, InstanceSession, LoadBalancePolicy } from '../../adapter/index.ts';
import type { StructureInput } from '../layout/index.ts';
import type { DataBlock } from '../provider/index.ts';
import { CONNECTION_STATE, MSiSCSI_LB } from '../values/index.ts';
import type { WmiGround } from '../wmi-ground.ts';
import { LinkSpeeds } from './link-speeds.ts';

const policyNumbers: Readonly<Record<LoadBalancePolicy['kind'], number>> = {
  failOver: MSiSCSI_LB.MSiSCSI_LB_FAILOVER,
  roundRobin: MSiSCSI_LB.MSiSCSI_LB_ROUND_ROBIN,
  roundRobinWithSubset: MSiSCSI_LB.MSiSCSI_LB_ROUND_ROBIN_WITH_SUBSET,
  leastQueueDepth: MSiSCSI_LB.MSiSCSI_LB_DYN_LEAST_QUEUE_DEPTH,
  weightedPaths: MSiSCSI_LB.MSiSCSI_LB_WEIGHTED_PATHS,
};

/** An instance an adapter. */
export function lbPolicies({ adapters }: WmiGround): DataBlock<'MSiSCSI_QueryLBPolicy'> {
  return {
    className: 'MSiSCSI_QueryLBPolicy',
    instances: async () =>
      await Promise.all(
        adapters.map(async (adapter) => {
          const speeds = new LinkSpeeds(await adapter.portFacts());
          const LoadBalancePolicies = adapter.sessions().map((session) => {
            return asPolicies(session, adapter.loadBalancePolicy(session.uniqueSessionId), speeds);
          });
          return { instanceName: adapter.name, value: { UniqueAdapterId: adapter.adapterId, LoadBalancePolicies } };
        }),
      ),
  };
}

function asPolicies(
  { uniqueSessionId, connections }: InstanceSession,
  policy: LoadBalancePolicy | undefined,
  speeds: LinkSpeeds,
): StructureInput<'ISCSI_Supported_LB_Policies'> {
  return {
    UniqueSessionId: uniqueSessionId,
    // One that is a function of whoever made the session.
    LoadBalancePolicy: policy === undefined ? MSiSCSI_LB.MSiSCSI_LB_VENDOR_SPECIFIC : policyNumbers[policy.kind],
    iSCSI_Paths: connections.map((connection) => ({
      UniqueConnectionId: connection.uniqueConnectionId,
      EstimatedLinkSpeed: BigInt(speeds.of(connection.facts?.endpoints?.local.address)),
      PathWeight: weightOf(connection, policy),
      PrimaryPath: Number(isPrimary(connection, policy)),
      ConnectionStatus:
        connection.facts === undefined
          ? CONNECTION_STATE.CONNECTION_STATE_RECONNECTING
          : CONNECTION_STATE.CONNECTION_STATE_CONNECTED,
      TCPOffLoadAvailable: 0,
    })),
  };
}

function weightOf({ uniqueConnectionId }: InstanceConnection, policy: LoadBalancePolicy | undefined): number {
  return policy?.kind === 'weightedPaths' ? (policy.weights.get(uniqueConnectionId) ?? 0) : 0;
}

/** The paths that a policy names keep that, lost or not; where it names none, those that carry commands now. */
function isPrimary({ uniqueConnectionId, facts }: InstanceConnection, policy: LoadBalancePolicy | undefined): boolean {
  if (policy?.kind === 'roundRobinWithSubset') return policy.preferred.includes(uniqueConnectionId);
  if (policy?.kind === 'failOver' && policy.preferred !== undefined) return policy.preferred === uniqueConnectionId;
  return facts?.role === 'active';
}
