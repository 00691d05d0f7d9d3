// The connections of a session, and the choice of one for the next command.

import type { Connection, NegotiatedParameters } from '../connection/index.ts';

/** A connection in its place in a session. */
export interface Member {
  readonly connection: Connection;
  /** What was agreed for this connection; MaxRecvDataSegmentLength may be declared anew later. */
  parameters: NegotiatedParameters;
  /** The connection that was first in the session. */
  readonly isLeading: boolean;
  /** How many tasks are allegiant to it now. */
  tasksInFlight: number;
  /** How many tasks have been sent on it since it was opened. */
  tasksSent: number;
  /** Takes nothing new because it, or its session, is being logged out. */
  isDraining: boolean;
  /** Time2Wait and Time2Retain, in seconds, with which the target announced that it drops the connection. */
  announcedTimes: { readonly time2Wait: number; readonly time2Retain: number } | undefined;
  /** Settles with the text exchange under way: a connection carries one at a time (RFC 7143 §11.10). */
  textExchange: Promise<void> | undefined;
}

/** Chooses among connections that can take a task; there is at least one. */
export type SchedulingPolicy = (candidates: readonly Member[]) => Member;

/** The connection with the fewest tasks in flight; the earliest added among equals. */
export const leastQueueDepth: SchedulingPolicy = (candidates) =>
  candidates.reduce((best, member) => (member.tasksInFlight < best.tasksInFlight ? member : best));

/** The members of a session, in the order in which they joined. */
export class Roster {
  readonly #policy: SchedulingPolicy;
  readonly #members = new Map<number, Member>();
  #usable: readonly Member[] = [];

  constructor(policy: SchedulingPolicy) {
    this.#policy = policy;
  }

  get size(): number {
    return this.#members.size;
  }

  /** All members, in the order in which they joined. */
  all(): Member[] {
    return [...this.#members.values()];
  }

  get(cid: number): Member | undefined {
    return this.#members.get(cid);
  }

  add(member: Member): void {
    this.#members.set(member.connection.cid, member);
    this.refresh();
  }

  remove(cid: number): void {
    this.#members.delete(cid);
    this.refresh();
  }

  /** To be called when a member became usable or stopped being so. */
  refresh(): void {
    this.#usable = this.all().filter((member) => member.connection.isUsable && !member.isDraining);
  }

  /** The members that take new tasks. */
  get usable(): readonly Member[] {
    return this.#usable;
  }

  /** The connection for the next task; undefined when none can take one. */
  pick(): Member | undefined {
    const [first] = this.#usable;
    return this.#usable.length > 1 ? this.#policy(this.#usable) : first;
  }
}
