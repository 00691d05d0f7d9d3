// A session as the owner of a target sees it: what it is, and what the target can ask of the initiator (RFC 7143 §11.9).

import { UsageError } from '../base/index.ts';
import { asyncEvent } from '../wire/index.ts';
import { sendAsync, sendConnectionDrop } from './async-events.ts';
import type { TargetCore } from './core.ts';
import { lunField } from './device-server/report-luns.ts';
import { type CheckCondition, encodeSense } from './device-server/sense.ts';
import type { ConnectionLink, RecoveryTimes } from './link.ts';
import type { ConnectionParameters, SessionParameters } from './negotiation/parameters.ts';
import { negotiatedTimes } from './recovery/departure.ts';
import { senseSegment } from './scsi-responder.ts';
import type { TargetSession } from './session.ts';

/** A connection of a session. */
export interface TargetConnectionInfo {
  readonly connectionId: number;
  readonly cid: number;
  readonly parameters: ConnectionParameters;
}

/**
 * Times that a drop is announced with, in seconds (RFC 7143 §11.9.1): those of the session unless given at error recovery
 * level 2, and 0 below it, where no task outlives its connection.
 */
export type DropTimes = Partial<RecoveryTimes>;

/** What error recovery has done in a session, and what it keeps. */
export interface TargetRecoveryInfo {
  /** Connections that have gone without a logout and may still be logged out or reinstated (§8.2: CLEANUP_WAIT). */
  readonly lostCids: readonly number[];
  /** Tasks without a connection: they wait for a logout, and then to be reassigned. */
  readonly retainedTaskCount: number;
  /** Tasks whose status has been sent and not acknowledged; none at level 0. */
  readonly unacknowledgedTaskCount: number;
  /** Tasks that another connection took over. */
  readonly reassignedCount: number;
  /** SNACK requests that were carried out, acknowledgments of data apart. */
  readonly snackCount: number;
  /** R2Ts for data that were lost. */
  readonly recoveryR2tCount: number;
}

/** A session at the moment of asking, with handles on it. Handles throw `ISCSI_NO_SUCH_CONNECTION` for an unknown CID. */
export interface TargetSessionInfo {
  /** Unique in this target. */
  readonly sessionId: number;
  readonly tsih: number;
  readonly isid: number;
  readonly initiatorName: string;
  readonly initiatorAlias: string;
  readonly isDiscovery: boolean;
  readonly parameters: SessionParameters;
  readonly connections: readonly TargetConnectionInfo[];
  /** SCSI tasks under way. */
  readonly taskCount: number;
  readonly recovery: TargetRecoveryInfo;
  /** Async event 1: asks for a logout of a connection (the first unless given) within seconds, then drops it. */
  requestLogout(options?: { readonly cid?: number; readonly seconds?: number }): void;
  /** Async event 2, then drops the connection. */
  dropConnection(cid: number, times?: DropTimes): void;
  /** Async event 3, then drops every connection. */
  drop(times?: DropTimes): void;
  /** Async event 4: asks for a Text Request within seconds. */
  requestNegotiation(options?: { readonly cid?: number; readonly seconds?: number }): void;
  /** Async event 0: a SCSI event, told with sense data. */
  reportSense(lun: number, facts: CheckCondition): void;
  /** Closes a connection without a word; all of them unless a CID is given. */
  cut(cid?: number): void;
}

/** Shows a session. */
export function sessionInfo(core: TargetCore, session: TargetSession): TargetSessionInfo {
  const { identity } = session;
  const find = (cid?: number): ConnectionLink => findConnection(session, cid);
  return {
    sessionId: session.id,
    tsih: session.tsih,
    isid: identity.isid,
    initiatorName: identity.initiatorName,
    initiatorAlias: identity.initiatorAlias,
    isDiscovery: identity.isDiscovery,
    parameters: session.parameters,
    connections: [...session.connections.values()].map(({ connectionId, cid, parameters }) => ({
      connectionId,
      cid,
      parameters,
    })),
    taskCount: session.tasks.size,
    recovery: recoveryInfo(session),
    requestLogout: ({ cid, seconds = 3 } = {}) => {
      const link = find(cid);
      sendAsync(link, { event: asyncEvent.logoutRequest, parameter3: seconds });
      dropLater(core, link, seconds);
    },
    dropConnection: (cid, times) => {
      const link = find(cid);
      const announced = dropTimes(session, times);
      sendConnectionDrop(link, cid, announced);
      link.end('graceful', { kind: 'announced', ...announced });
    },
    drop: (times) => {
      const announced = dropTimes(session, times);
      const { time2Wait, time2Retain } = announced;
      sendAsync(find(), { event: asyncEvent.sessionDropNotification, parameter2: time2Wait, parameter3: time2Retain });
      for (const link of session.connections.values()) link.end('graceful', { kind: 'announced', ...announced });
    },
    requestNegotiation: ({ cid, seconds = 3 } = {}) => {
      sendAsync(find(cid), { event: asyncEvent.negotiationRequest, parameter3: seconds });
    },
    reportSense: (lun, facts) => {
      sendAsync(find(), { event: asyncEvent.scsiAsyncEvent, lun: lunField(lun) }, senseSegment(encodeSense(facts)));
    },
    cut: (cid) => {
      const links = cid === undefined ? [...session.connections.values()] : [find(cid)];
      for (const link of links) link.end('abortive');
    },
  };
}

function recoveryInfo(session: TargetSession): TargetRecoveryInfo {
  const waiting = session.absences.all().filter(({ state }) => state === 'cleanupWait');
  return {
    lostCids: waiting.map(({ link }) => link.cid),
    retainedTaskCount: session.retainedTasks.length,
    unacknowledgedTaskCount: session.answeredTasks.all().length,
    reassignedCount: session.counts.reassigned,
    snackCount: session.counts.snacks,
    recoveryR2tCount: session.counts.recoveryR2ts,
  };
}

function dropTimes(session: TargetSession, times: DropTimes | undefined): RecoveryTimes {
  const isRecoverable = session.parameters.errorRecoveryLevel === 2;
  return { ...(isRecoverable ? negotiatedTimes(session) : { time2Wait: 0, time2Retain: 0 }), ...times };
}

function findConnection(session: TargetSession, cid: number | undefined): ConnectionLink {
  const [first] = session.connections.values();
  const link = cid === undefined ? first : session.connections.get(cid);
  if (link !== undefined) return link;
  throw new UsageError('ISCSI_NO_SUCH_CONNECTION', `Session ${session.id} has no connection ${cid ?? 'at all'}`, {
    argument: 'cid',
  });
}

/** §11.9.1: an initiator that has not logged out in time loses the connection. */
function dropLater(core: TargetCore, link: ConnectionLink, seconds: number): void {
  const timer = core.options.clock.schedule(seconds * 1000, () => {
    link.end('abortive');
  });
  void link.closed.then(() => {
    timer.cancel();
  });
}
