// MSiSCSI_LB_Operations: the policy by which a session chooses among its connections.

import type { InitiatorInstance, LoadBalancePolicy } from '../../adapter/index.ts';
import type { StructureValue } from '../layout/index.ts';
import type { MethodBlock } from '../provider/index.ts';
import { MSiSCSI_LB } from '../values/index.ts';
import type { WmiGround } from '../wmi-ground.ts';
import { adapterNames, adapterOf } from './adapters.ts';
import { done, refuse } from './status.ts';

type Policies = StructureValue<'ISCSI_Supported_LB_Policies'>;

/** The class. */
export function loadBalanceOperations(ground: WmiGround): MethodBlock<'MSiSCSI_LB_Operations'> {
  return {
    className: 'MSiSCSI_LB_Operations',
    instanceNames: adapterNames(ground),
    methods: {
      SetLoadBalancePolicy: async (instanceName, { LoadBalancePolicies }) =>
        await done(() => {
          setPolicy(adapterOf(ground, instanceName), LoadBalancePolicies);
        }),
    },
  };
}

/**
 * Sets the policy of a session. Its paths are all connections of the session, each once; those with PrimaryPath are the ones
 * that a policy prefers where it prefers any.
 */
function setPolicy(adapter: InitiatorInstance, policies: Policies): void {
  const { UniqueSessionId, iSCSI_Paths: paths } = policies;
  const known = new Set(adapter.session(UniqueSessionId).connectionIds.values());
  const named = new Set(paths.map(({ UniqueConnectionId }) => UniqueConnectionId));
  if (named.size < paths.length) refuse('ISDSC_DUPLICATE_PATH_SPECIFIED');
  if ([...named].some((id) => !known.has(id))) refuse('ISDSC_INVALID_PATH_ID');
  if (named.size !== known.size) refuse('ISDSC_PATH_COUNT_MISMATCH');
  adapter.setLoadBalancePolicy(UniqueSessionId, policyOf(policies));
}

function policyOf({ LoadBalancePolicy: policy, iSCSI_Paths: paths }: Policies): LoadBalancePolicy {
  const primary = paths.filter(({ PrimaryPath }) => PrimaryPath !== 0).map((path) => path.UniqueConnectionId);
  const [preferred, ...others] = primary;
  switch (policy) {
    case MSiSCSI_LB.MSiSCSI_LB_FAILOVER:
      if (preferred === undefined) refuse('ISDSC_NO_PRIMARY_PATH_SPECIFIED');
      if (others.length > 0) refuse('ISDSC_MULTIPLE_PRIMARY_PATHS_SPECIFIED');
      return { kind: 'failOver', preferred };
    case MSiSCSI_LB.MSiSCSI_LB_ROUND_ROBIN:
      return { kind: 'roundRobin' };
    case MSiSCSI_LB.MSiSCSI_LB_ROUND_ROBIN_WITH_SUBSET:
      if (preferred === undefined) refuse('ISDSC_NO_PRIMARY_PATH_SPECIFIED');
      return { kind: 'roundRobinWithSubset', preferred: primary };
    case MSiSCSI_LB.MSiSCSI_LB_DYN_LEAST_QUEUE_DEPTH:
      return { kind: 'leastQueueDepth' };
    case MSiSCSI_LB.MSiSCSI_LB_WEIGHTED_PATHS:
      return {
        kind: 'weightedPaths',
        weights: new Map(paths.map((path) => [path.UniqueConnectionId, path.PathWeight])),
      };
    case MSiSCSI_LB.MSiSCSI_LB_VENDOR_SPECIFIC:
      return refuse('ISDSC_LB_POLICY_NOT_SUPPORTED');
    default:
      return refuse('ISDSC_INVALID_LOAD_BALANCE_POLICY');
  }
}
