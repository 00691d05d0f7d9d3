// The connections of a session, and the choice of one for the next command.

import type { Connection, NegotiatedParameters } from '../connection/index.ts';
import type { Redirect } from './redirect.ts';
import {
  type Chooser,
  type ConnectionRole,
  checkCids,
  checkPolicy,
  type NamedPolicy,
  Scheduler,
} from './scheduling/index.ts';

/** A connection in its place in a session. */
export interface Member {
  readonly connection: Connection;
  /** What was agreed for this connection; MaxRecvDataSegmentLength may be declared anew later. */
  parameters: NegotiatedParameters;
  /** Where its login was sent to; undefined where the portal that was asked took it. */
  readonly redirect: Redirect | undefined;
  /** The connection that was first in the session. */
  readonly isLeading: boolean;
  /** How many tasks are allegiant to it now. */
  tasksInFlight: number;
  /** How many tasks have been sent on it since it was opened. */
  tasksSent: number;
  /** How many of them have been answered. */
  tasksAnswered: number;
  /** Bytes of read data that have arrived over it. */
  bytesRead: number;
  /** Bytes of write data that have been sent over it, what was sent twice counted twice. */
  bytesWritten: number;
  /** How many commands have been sent again (RFC 7143 §7.2.1). */
  retriesSent: number;
  /** Takes nothing new because it, or its session, is being logged out. */
  isDraining: boolean;
  /** Time2Wait and Time2Retain, in seconds, with which the target announced that it drops the connection. */
  announcedTimes: { readonly time2Wait: number; readonly time2Retain: number } | undefined;
  /** Settles with the text exchange under way: a connection carries one at a time (RFC 7143 §11.10). */
  textExchange: Promise<void> | undefined;
}

/** Whether lost and damaged PDUs of a connection are asked for again, rather than end it (RFC 7143 §7.1.5). */
export function recoversErrors(member: Member): boolean {
  return member.parameters.errorRecoveryLevel > 0;
}

/** Which connection carries the next command: a policy of ours as data, or the caller's own. */
export type SchedulingPolicy = NamedPolicy | Chooser<Member>;

/** The members of a session, in the order in which they joined. */
export class Roster {
  readonly #members = new Map<number, Member>();
  #policy: SchedulingPolicy;
  #scheduler: Scheduler<Member>;
  #usable: readonly Member[] = [];

  /** Throws UsageError ISCSI_BAD_ARGUMENT for a policy that cannot be. CIDs of connections to come may be named. */
  constructor(policy: SchedulingPolicy) {
    if (typeof policy === 'object') checkPolicy(policy);
    this.#policy = policy;
    this.#scheduler = new Scheduler(policy);
  }

  get policy(): SchedulingPolicy {
    return this.#policy;
  }

  /**
   * Chooses by another policy from now on. Throws UsageError ISCSI_BAD_ARGUMENT for one that names a connection which is
   * neither a member nor one that `isKnown`: lost, and on its way back.
   */
  setPolicy(policy: SchedulingPolicy, isKnown: (cid: number) => boolean = () => false): void {
    if (typeof policy === 'object') {
      checkPolicy(policy);
      checkCids(policy, (cid) => this.#members.has(cid) || isKnown(cid));
    }
    this.#policy = policy;
    this.#scheduler = new Scheduler(policy);
    this.#scheduler.refresh(this.#usable);
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
    this.#scheduler.refresh(this.#usable);
  }

  /** The members that take new tasks. */
  get usable(): readonly Member[] {
    return this.#usable;
  }

  /** The connection for the next task; undefined when none can take one. */
  pick(): Member | undefined {
    return this.#scheduler.pick();
  }

  /** What the policy does with a member now. */
  roleOf(member: Member): ConnectionRole {
    return this.#scheduler.roleOf(member);
  }
}
