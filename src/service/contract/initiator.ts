// The initiator itself, and the service that drives it.

import type { UniqueId } from './names.ts';

/** One adapter: an initiator instance. */
export interface InstanceInfo {
  /** For example `Root\ISCSIPRT\0000_0`. */
  readonly instance: string;
  /** AdapterUnique of the ids of its sessions, as 16 hexadecimal digits. */
  readonly adapterId: string;
  readonly sessionCount: number;
  /** Its ports: the local addresses that connections may start from; the number is the index. */
  readonly ports: readonly string[];
}

/** The initiator node. */
export interface InitiatorInfo {
  /** InitiatorName, one for all instances. */
  readonly nodeName: string;
  /** What the name is when none is set: made from the host's name. */
  readonly defaultNodeName: string;
  readonly alias: string | undefined;
  readonly instances: readonly InstanceInfo[];
  /** Whether there is a secret for targets to prove themselves with. */
  readonly hasChapSecret: boolean;
}

/** What may be changed about the node; null goes back to the default. Sessions keep what they logged in with. */
export interface InitiatorInput {
  readonly nodeName?: string | null;
  readonly alias?: string | null;
}

/** Something that is not as wanted, and why. */
export interface Concern {
  /** What: `persistent login`, `portal`, `iSNS server`, `persistent device`, `session`. */
  readonly kind: string;
  readonly name: string;
  readonly code: string;
  readonly message: string;
  /** ISO 8601, UTC. */
  readonly since: string;
  readonly nextAttemptAt: string | undefined;
}

/** How the service is. */
export interface ServiceStatus {
  readonly version: string;
  readonly pid: number;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly stateDirectory: string;
  readonly nodeName: string;
  /** Whether everything persistent has been brought up, or has been given up for now. */
  readonly isReady: boolean;
  readonly counts: {
    readonly sessions: number;
    readonly connections: number;
    readonly devices: number;
    readonly persistentLogins: number;
    readonly portals: number;
    readonly isnsServers: number;
    readonly targets: number;
  };
  readonly lostSessions: readonly UniqueId[];
  readonly concerns: readonly Concern[];
}

/** The numbers of GetIScsiVersionInformation. */
export interface VersionInfo {
  readonly majorVersion: number;
  readonly minorVersion: number;
  readonly buildNumber: number;
}
