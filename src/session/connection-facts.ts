// A connection of a session as its users see it.

import type { ConnectionState, NegotiatedParameters } from '../connection/index.ts';
import type { Member } from './roster.ts';

/** A connection as it stands now. */
export interface ConnectionFacts {
  readonly cid: number;
  readonly state: ConnectionState;
  readonly isLeading: boolean;
  /** The portal as `host:port`. */
  readonly address: string;
  readonly tasksInFlight: number;
  readonly tasksSent: number;
  readonly parameters: NegotiatedParameters;
}

/** What `member` is like at this moment. */
export function connectionFacts({
  connection,
  isLeading,
  tasksInFlight,
  tasksSent,
  parameters,
}: Member): ConnectionFacts {
  const { cid, state, address } = connection;
  return { cid, state, isLeading, address, tasksInFlight, tasksSent, parameters };
}
