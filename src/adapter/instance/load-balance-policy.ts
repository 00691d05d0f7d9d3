// Scheduling policies as the management contracts name connections: by unique id instead of CID.

import { ServiceError } from '../../base/index.ts';
import type { NamedPolicy, SchedulingPolicy } from '../../session/index.ts';
import { formatUniqueId } from './unique-ids.ts';

/** A scheduling policy that names connections by their unique ids; see the policies of a session. */
export type LoadBalancePolicy =
  | { readonly kind: 'failOver'; readonly preferred?: bigint }
  | { readonly kind: 'roundRobin' }
  | { readonly kind: 'roundRobinWithSubset'; readonly preferred: readonly bigint[] }
  | { readonly kind: 'leastQueueDepth' }
  | { readonly kind: 'weightedPaths'; readonly weights: ReadonlyMap<bigint, number> };

/** The policy by CIDs. Throws ServiceError SERVICE_CONNECTION_UNKNOWN for an id that `ids` does not have. */
export function toCids(policy: LoadBalancePolicy, ids: ReadonlyMap<number, bigint>): NamedPolicy {
  switch (policy.kind) {
    case 'failOver':
      return policy.preferred === undefined
        ? { kind: 'failOver' }
        : { kind: 'failOver', preferred: cidOf(policy.preferred, ids) };
    case 'roundRobinWithSubset':
      return { kind: 'roundRobinWithSubset', preferred: policy.preferred.map((id) => cidOf(id, ids)) };
    case 'weightedPaths':
      return {
        kind: 'weightedPaths',
        weights: new Map([...policy.weights].map(([id, weight]) => [cidOf(id, ids), weight])),
      };
    case 'roundRobin':
    case 'leastQueueDepth':
      return { kind: policy.kind };
  }
}

/** The policy by unique ids; undefined for one that is a function. Connections that are no more are left out. */
export function toUniqueIds(policy: SchedulingPolicy, ids: ReadonlyMap<number, bigint>): LoadBalancePolicy | undefined {
  if (typeof policy === 'function') return undefined;
  switch (policy.kind) {
    case 'failOver': {
      const preferred = policy.preferred === undefined ? undefined : ids.get(policy.preferred);
      return preferred === undefined ? { kind: 'failOver' } : { kind: 'failOver', preferred };
    }
    case 'roundRobinWithSubset':
      return { kind: 'roundRobinWithSubset', preferred: policy.preferred.flatMap((cid) => ids.get(cid) ?? []) };
    case 'weightedPaths': {
      const weights = [...policy.weights].flatMap(([cid, weight]) => {
        const id = ids.get(cid);
        return id === undefined ? [] : [[id, weight] as const];
      });
      return { kind: 'weightedPaths', weights: new Map(weights) };
    }
    case 'roundRobin':
    case 'leastQueueDepth':
      return { kind: policy.kind };
  }
}

/** The CID of a connection. Throws ServiceError SERVICE_CONNECTION_UNKNOWN. */
export function cidOf(uniqueConnectionId: bigint, ids: ReadonlyMap<number, bigint>): number {
  for (const [cid, id] of ids) if (id === uniqueConnectionId) return cid;
  const message = `The session has no connection ${formatUniqueId(uniqueConnectionId)}`;
  throw new ServiceError('SERVICE_CONNECTION_UNKNOWN', message, { field: 'connectionId' });
}
