// One iSCSI connection (RFC 7143 §4.2.5): states, login over a circuit, sending and receiving PDUs, StatSN, digests.
// It knows nothing of tasks or the command window; a session owns it and hears of what arrives. It does not open
// sockets: a CircuitWay gives it a virtual circuit, and disconnects run on the engine's worker. A connection that
// fails ends through one function, `fail`, of which its owner hears exactly once.

export {
  type AuthOptions,
  ChallengeMemory,
  type ChapAlgorithm,
  type ChapOptions,
  type ChapProof,
  type ChapVerifier,
  type DigestOffer,
  type KeyOfferOptions,
  type KeyOffers,
  type LoginOptions,
  type LoginResult,
  type MutualChapOptions,
  type NegotiatedParameters,
  parseTargetAddress,
  resolveKeyOffers,
  type TargetAddress,
} from '../login/index.ts';
export type { CircuitWay } from './circuit-way.ts';
export {
  type CleanupEvent,
  type CleanupState,
  cleanupStateNumber,
  cleanupTransition,
  cleanupTransitions,
} from './cleanup-states.ts';
export type { Connection, ConnectionOwner } from './connection.ts';
export {
  type ConnectionEvent,
  type ConnectionState,
  connectionStateNumber,
  connectionTransition,
  connectionTransitions,
  type Transition,
} from './connection-states.ts';
export type { LoginOutcome } from './login-phase.ts';
export { type OpenConnectionLimits, type OpenConnectionOptions, openConnection } from './open-connection.ts';
