// Sessions (RFC 7143 §4.2): one stream of numbered commands over any number of connections. session.ts is its life from
// login to logout, membership.ts its connections, task-set.ts its SCSI commands with write-data.ts and read-data.ts,
// receiver.ts what arrives, conversation.ts every other request. scheduling/ chooses connections for commands, tasks/ has
// task management with aborts and escalation, recovery/ what is done about lost PDUs, connections and sessions. Counters
// with rules have types of their own (CommandWindow, TagPool). A session opens no sockets: it is handed a route to portals.
// Disks see it as a ScsiPort.

export {
  type AuthOptions,
  ChallengeMemory,
  type ChapAlgorithm,
  type ChapOptions,
  type ChapProof,
  type ChapVerifier,
  type CircuitWay,
  type ConnectionState,
  cleanupTransitions,
  connectionTransitions,
  type DigestOffer,
  type KeyOfferOptions,
  type KeyOffers,
  type MutualChapOptions,
  type NegotiatedParameters,
  parseTargetAddress,
  resolveKeyOffers,
  type TargetAddress,
} from '../connection/index.ts';
export type { ConnectionFacts } from './connection-facts.ts';
export { drainTimeout } from './drain.ts';
export type { ConnectionLogin, SessionLogin } from './joining.ts';
export { openSession } from './open-session.ts';
export { defaultLimits, resolveLimits, type SessionLimits } from './options.ts';
export type { Portal } from './portal.ts';
export type { Redirect } from './redirect.ts';
export type { Member, SchedulingPolicy } from './roster.ts';
export type { ConnectionRole, NamedPolicy } from './scheduling/index.ts';
export type { ScsiPort, ScsiRequest, ScsiResult } from './scsi-port.ts';
export type { Session } from './session.ts';
export type { ResumeKind, SessionEnd, SessionEvents } from './session-events.ts';
export type { LoginAttempt, LoginEnd, SessionObserver } from './session-observer.ts';
export type { SessionOptions } from './session-options.ts';
export { type SessionEvent, type SessionState, sessionTransitions } from './session-states.ts';
export { type EscalationLimit, type EscalationStep, longestEscalationMs } from './tasks/escalation.ts';
export type { TaskManagementFunction } from './tasks/management-functions.ts';
export type { FunctionOutcome } from './tasks/multi-task-functions.ts';
export type { TaskManagementOptions } from './tasks/task-management.ts';
