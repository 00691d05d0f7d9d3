// A policy at work. Which connections take part is settled when one comes or goes; a command only takes the next of them.

import type { Chooser, FailOver, NamedPolicy, Path, WeightedPaths } from './policy.ts';

/** What a connection is to the policy: it gets commands, it waits until others cannot, or it cannot take any. */
export type ConnectionRole = 'active' | 'standby' | 'unusable';

/** Chooses connections by one policy. */
export class Scheduler<P extends Path> {
  readonly #policy: NamedPolicy | Chooser<P>;
  /** The connections that commands go to now, in the order of joining. */
  #active: readonly P[] = [];
  #usable: readonly P[] = [];
  /** The place of the next connection, where they take turns. */
  #turn = 0;
  /** The CID that carries the commands, where one does: it may be lost and come back as another object. */
  #carrier: number | undefined;

  constructor(policy: NamedPolicy | Chooser<P>) {
    this.#policy = policy;
  }

  /** To be called with all usable connections, in the order of joining, whenever they have changed. */
  refresh(usable: readonly P[]): void {
    this.#usable = usable;
    this.#active = this.#select(usable);
    if (this.#turn >= this.#active.length) this.#turn = 0;
  }

  /** The connection for the next command; undefined when none is usable. Allocates nothing. */
  pick(): P | undefined {
    const active = this.#active;
    if (active.length < 2) return active[0];
    const policy = this.#policy;
    if (typeof policy === 'function') {
      const choice = policy(active);
      return active.includes(choice) ? choice : leastLoaded(active);
    }
    if (policy.kind !== 'roundRobin' && policy.kind !== 'roundRobinWithSubset') return leastLoaded(active);
    const choice = active[this.#turn];
    this.#turn = this.#turn + 1 < active.length ? this.#turn + 1 : 0;
    return choice;
  }

  /** What a connection of the session is to the policy now. */
  roleOf(path: P): ConnectionRole {
    if (!this.#usable.includes(path)) return 'unusable';
    return this.#active.includes(path) ? 'active' : 'standby';
  }

  #select(usable: readonly P[]): readonly P[] {
    const policy = this.#policy;
    if (typeof policy === 'function') return usable;
    switch (policy.kind) {
      case 'failOver':
        return this.#oneOf(usable, policy);
      case 'roundRobinWithSubset': {
        const preferred = usable.filter(({ connection }) => policy.preferred.includes(connection.cid));
        return preferred.length > 0 ? preferred : usable;
      }
      case 'weightedPaths': {
        const greatest = Math.max(...usable.map((path) => weightOf(path, policy)));
        return usable.filter((path) => weightOf(path, policy) === greatest);
      }
      case 'roundRobin':
      case 'leastQueueDepth':
        return usable;
    }
  }

  #oneOf(usable: readonly P[], { preferred }: FailOver): readonly P[] {
    const carrier =
      usable.find(({ connection }) => connection.cid === preferred) ??
      usable.find(({ connection }) => connection.cid === this.#carrier) ??
      usable[0];
    this.#carrier = carrier?.connection.cid ?? this.#carrier;
    return carrier === undefined ? [] : [carrier];
  }
}

function weightOf({ connection }: Path, { weights }: WeightedPaths): number {
  return weights.get(connection.cid) ?? Number.NEGATIVE_INFINITY;
}

function leastLoaded<P extends Path>(paths: readonly P[]): P | undefined {
  let [least] = paths;
  for (const path of paths) {
    if (least !== undefined && path.tasksInFlight < least.tasksInFlight) least = path;
  }
  return least;
}
