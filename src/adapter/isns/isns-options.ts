// How an iSNS server is dealt with: what may be set, and the defaults.

import { type Clock, systemClock } from '../../base/index.ts';
import { type LocalBinding, type TransportDriver, tcpDriver } from '../../engine/index.ts';

/** The port of iSNS (RFC 4171 §2.9.1). */
export const isnsPort = 3205;

/** Who registers. */
export interface IsnsNode {
  readonly name: string;
  readonly alias: string | undefined;
}

/** Times in milliseconds. */
export interface IsnsLimits {
  /** Connecting to the server; 5 s unless set. */
  readonly connectTimeoutMs: number;
  /** One answer; 5 s unless set. */
  readonly answerTimeoutMs: number;
  /** The deregistration at the end; 3 s unless set. */
  readonly closeTimeoutMs: number;
  /** From one attempt to register to the next: doubled each time, from 1 s up to 60 s unless set. */
  readonly firstRetryMs: number;
  readonly longestRetryMs: number;
  /** How long notices are gathered before `changed`; 200 ms unless set. */
  readonly settleMs: number;
  /** When to ask the server for ourselves where it names no registration period; 5 min unless set. */
  readonly presenceMs: number;
  /** How long a connection of the server may be silent; 60 s unless set. */
  readonly idleTimeoutMs: number;
}

/** What a registration is made with. */
export interface IsnsRegistrationOptions {
  readonly server: { readonly host: string; readonly port?: number };
  /** Read before each registration; a change of the name is registered with the next question for targets. */
  readonly node: () => IsnsNode;
  /** Where connections to the server start from, and so where it finds us; as the system likes unless set. */
  readonly binding?: LocalBinding;
  /** The port on which the server tells of changes; a free one unless set. */
  readonly noticePort?: number;
  /** How often the server is to ask whether we live, in seconds; 0, the default, for never. */
  readonly statusInquirySeconds?: number;
  /** How long the server is to keep us without hearing from us, in seconds; as it likes unless set. */
  readonly periodSeconds?: number;
  readonly limits?: Partial<IsnsLimits>;
  /** TCP unless set. */
  readonly transport?: TransportDriver;
  readonly clock?: Clock;
  /** From 0 up to 1: the chance in waits. */
  readonly random?: () => number;
}

/** {@link IsnsRegistrationOptions} with every default filled in. */
export interface ResolvedIsnsOptions {
  readonly server: { readonly host: string; readonly port: number };
  readonly node: () => IsnsNode;
  readonly binding: LocalBinding;
  readonly noticePort: number;
  readonly statusInquirySeconds: number;
  readonly periodSeconds: number | undefined;
  readonly limits: IsnsLimits;
  readonly transport: TransportDriver;
  readonly clock: Clock;
  readonly random: () => number;
}

const defaultLimits: IsnsLimits = {
  connectTimeoutMs: 5_000,
  answerTimeoutMs: 5_000,
  closeTimeoutMs: 3_000,
  firstRetryMs: 1_000,
  longestRetryMs: 60_000,
  settleMs: 200,
  presenceMs: 300_000,
  idleTimeoutMs: 60_000,
};

/** Fills in the defaults. */
export function resolveIsnsOptions(options: IsnsRegistrationOptions): ResolvedIsnsOptions {
  const { host, port = isnsPort } = options.server;
  return {
    server: { host, port },
    node: options.node,
    binding: options.binding ?? {},
    noticePort: options.noticePort ?? 0,
    statusInquirySeconds: options.statusInquirySeconds ?? 0,
    periodSeconds: options.periodSeconds,
    limits: { ...defaultLimits, ...options.limits },
    transport: options.transport ?? tcpDriver(),
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  };
}
