// Which connections carry the commands of a session: the policies as data, named as the Windows contract names them.

import { UsageError } from '../../base/index.ts';

/** What a policy knows of a connection. */
export interface Path {
  readonly connection: { readonly cid: number };
  readonly tasksInFlight: number;
}

/** One connection carries all commands; when it cannot, the next in the order of joining takes over. */
export interface FailOver {
  readonly kind: 'failOver';
  /**
   * The CID that carries the commands whenever it can: they go back to it as soon as it is usable again. Without one they
   * stay where they were moved to.
   */
  readonly preferred?: number;
}

/** All usable connections in turn. */
export interface RoundRobin {
  readonly kind: 'roundRobin';
}

/** Some connections in turn; the others stand by, and take turns only while none of the preferred ones is usable. */
export interface RoundRobinWithSubset {
  readonly kind: 'roundRobinWithSubset';
  /** CIDs. */
  readonly preferred: readonly number[];
}

/** The connection with the fewest commands in flight; the one that joined first among equals. */
export interface LeastQueueDepth {
  readonly kind: 'leastQueueDepth';
}

/**
 * The usable connection with the greatest weight, as PathWeight of the Windows class ISCSI_Path has it; the fewest
 * commands in flight decide among equals.
 */
export interface WeightedPaths {
  readonly kind: 'weightedPaths';
  /** CID to weight, an integer of 0 to 4294967295. A connection without one comes after all that have one. */
  readonly weights: ReadonlyMap<number, number>;
}

/** A policy of ours. */
export type NamedPolicy = FailOver | RoundRobin | RoundRobinWithSubset | LeastQueueDepth | WeightedPaths;

/**
 * A policy of the caller's own. Chooses among at least two connections that can take a command, for each command; must not
 * throw. A choice that is none of them counts for the one with the fewest commands in flight.
 */
export type Chooser<P extends Path> = (candidates: readonly P[]) => P;

const largestCid = 0xffff;
const largestWeight = 0xffff_ffff;

/** Throws UsageError ISCSI_BAD_ARGUMENT for a policy that names no possible CID, names one twice, or weighs it by nothing. */
export function checkPolicy(policy: NamedPolicy): void {
  const cids = cidsOf(policy);
  for (const cid of cids) {
    if (!isIntegerUpTo(cid, largestCid)) throw badPolicy(`A CID is from 0 to ${largestCid}, not ${cid}`);
  }
  if (new Set(cids).size < cids.length) throw badPolicy('A policy names each connection once');
  if (policy.kind === 'roundRobinWithSubset' && cids.length === 0) throw badPolicy('The subset has no connection');
  if (policy.kind !== 'weightedPaths') return;
  for (const [cid, weight] of policy.weights) {
    if (isIntegerUpTo(weight, largestWeight)) continue;
    throw badPolicy(`The weight of connection ${cid} must be from 0 to ${largestWeight}, not ${weight}`);
  }
}

/** Throws UsageError ISCSI_BAD_ARGUMENT for a policy that names a connection which `isKnown` does not know. */
export function checkCids(policy: NamedPolicy, isKnown: (cid: number) => boolean): void {
  const stranger = cidsOf(policy).find((cid) => !isKnown(cid));
  if (stranger !== undefined) throw badPolicy(`The session has no connection ${stranger}`);
}

/** The connections that a policy names. */
function cidsOf(policy: NamedPolicy): readonly number[] {
  switch (policy.kind) {
    case 'failOver':
      return policy.preferred === undefined ? [] : [policy.preferred];
    case 'roundRobinWithSubset':
      return policy.preferred;
    case 'weightedPaths':
      return [...policy.weights.keys()];
    case 'roundRobin':
    case 'leastQueueDepth':
      return [];
  }
}

function isIntegerUpTo(value: number, largest: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= largest;
}

function badPolicy(message: string): UsageError {
  return new UsageError('ISCSI_BAD_ARGUMENT', message, { argument: 'policy' });
}
