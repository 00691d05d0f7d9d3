// A connection of a session as its users see it.

import type { CircuitEndpoint } from '../base/index.ts';
import type { ConnectionState, NegotiatedParameters } from '../connection/index.ts';
import type { Redirect } from './redirect.ts';
import type { Member } from './roster.ts';
import type { ConnectionRole } from './scheduling/index.ts';

/** A connection as it stands now. */
export interface ConnectionFacts {
  readonly cid: number;
  readonly state: ConnectionState;
  readonly isLeading: boolean;
  /** The portal as `host:port`. */
  readonly address: string;
  /** Our end and the target's end of the transport connection. */
  readonly endpoints: { readonly local: CircuitEndpoint; readonly remote: CircuitEndpoint } | undefined;
  /** What the scheduling policy does with it now. */
  readonly role: ConnectionRole;
  readonly tasksInFlight: number;
  readonly tasksSent: number;
  /** How many of them the target has answered. */
  readonly tasksAnswered: number;
  /** Bytes of read data that have arrived over it. */
  readonly bytesRead: number;
  /** Bytes of write data that have been sent over it, what was sent twice counted twice. */
  readonly bytesWritten: number;
  /** Bytes of all PDUs that the transport has taken and brought, headers and logins too. */
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** PDUs handed over for sending, and PDUs whose header has arrived, logins too. */
  readonly pdusSent: number;
  readonly pdusReceived: number;
  /** SNACKs and command retries sent to recover from errors within the connection (RFC 7143 §7.1.4). */
  readonly snacksSent: number;
  readonly retriesSent: number;
  readonly parameters: NegotiatedParameters;
  /** Where its login was sent to by the portal that was asked; undefined where that took the login. */
  readonly redirect: Redirect | undefined;
}

/** What `member` is like at this moment. */
export function connectionFacts(member: Member, role: ConnectionRole): ConnectionFacts {
  const { connection, isLeading, tasksInFlight, tasksSent, tasksAnswered, bytesRead, bytesWritten, retriesSent } =
    member;
  const { cid, state, address, snacksSent, sentBytes: bytesSent, receivedBytes: bytesReceived } = connection;
  const { sentPdus: pdusSent, receivedPdus: pdusReceived } = connection;
  const tasks = { tasksInFlight, tasksSent, tasksAnswered };
  const bytes = { bytesRead, bytesWritten, bytesSent, bytesReceived };
  return {
    cid,
    state,
    isLeading,
    address,
    endpoints: endsOf(connection),
    role,
    ...tasks,
    ...bytes,
    pdusSent,
    pdusReceived,
    snacksSent,
    retriesSent,
    parameters: member.parameters,
    redirect: member.redirect,
  };
}

/** Copied, since what holds them is the circuit itself. */
function endsOf({ endpoints }: Member['connection']): ConnectionFacts['endpoints'] {
  return endpoints === undefined ? undefined : { local: endpoints.local, remote: endpoints.remote };
}
