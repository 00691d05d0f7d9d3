// A connection of a session as its users see it.

import type { ConnectionState, NegotiatedParameters } from '../connection/index.ts';
import type { Member } from './roster.ts';
import type { ConnectionRole } from './scheduling/index.ts';

/** A connection as it stands now. */
export interface ConnectionFacts {
  readonly cid: number;
  readonly state: ConnectionState;
  readonly isLeading: boolean;
  /** The portal as `host:port`. */
  readonly address: string;
  /** What the scheduling policy does with it now. */
  readonly role: ConnectionRole;
  readonly tasksInFlight: number;
  readonly tasksSent: number;
  /** Bytes of read data that have arrived over it. */
  readonly bytesRead: number;
  /** Bytes of write data that have been sent over it, what was sent twice counted twice. */
  readonly bytesWritten: number;
  /** SNACKs and command retries sent to recover from errors within the connection (RFC 7143 §7.1.4). */
  readonly snacksSent: number;
  readonly retriesSent: number;
  readonly parameters: NegotiatedParameters;
}

/** What `member` is like at this moment. */
export function connectionFacts(member: Member, role: ConnectionRole): ConnectionFacts {
  const { connection, isLeading, tasksInFlight, tasksSent, bytesRead, bytesWritten, retriesSent, parameters } = member;
  const { cid, state, address, snacksSent } = connection;
  const counts = { tasksInFlight, tasksSent, bytesRead, bytesWritten, snacksSent, retriesSent };
  return { cid, state, isLeading, address, role, ...counts, parameters };
}
