// What a session tells its user of its life: typed events, for lifecycle only; failures reject promises.

import type { IscsiError } from '../base/index.ts';
import type { AsyncMessage } from '../wire/index.ts';
import type { SessionState } from './session-states.ts';

/** How a session came to its end. */
export interface SessionEnd {
  /** `loggedOut`: by us, in order. `requestedByTarget`: by us, because the target asked. `lost`: without a logout. */
  readonly how: 'loggedOut' | 'requestedByTarget' | 'lost';
  /** What went wrong, for a lost session or a logout that the target did not confirm. */
  readonly error: IscsiError | undefined;
}

/** The events of a session and their arguments. */
export interface SessionEvents {
  stateChanged: [state: SessionState];
  connectionAdded: [cid: number];
  /** A connection was removed in order. */
  connectionRemoved: [cid: number];
  /** A connection was lost; its commands have ended with ISCSI_CONNECTION_LOST. */
  connectionLost: [cid: number, error: IscsiError];
  /** The target sent an Asynchronous Message; `sense` is there for event 0 (RFC 7143 §11.9.1). */
  asyncMessage: [message: AsyncMessage, sense: Uint8Array | undefined];
  closed: [end: SessionEnd];
}
