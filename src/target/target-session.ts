// A session as the owner of a target sees it: what it is, and what the target can ask of the initiator (RFC 7143 §11.9).

import { lunZero, UsageError } from '../base/index.ts';
import { asyncEvent, opcode } from '../wire/index.ts';
import type { TargetCore } from './core.ts';
import { lunField } from './device-server/report-luns.ts';
import { type CheckCondition, encodeSense } from './device-server/sense.ts';
import type { ConnectionLink } from './link.ts';
import type { ConnectionParameters, SessionParameters } from './negotiation/parameters.ts';
import { senseSegment } from './scsi-responder.ts';
import type { TargetSession } from './session.ts';

/** A connection of a session. */
export interface TargetConnectionInfo {
  readonly connectionId: number;
  readonly cid: number;
  readonly parameters: ConnectionParameters;
}

/** Times that a drop is announced with, in seconds (RFC 7143 §11.9.1). */
export interface DropTimes {
  readonly time2Wait?: number;
  readonly time2Retain?: number;
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
    requestLogout: ({ cid, seconds = 3 } = {}) => {
      const link = find(cid);
      sendAsync(link, { event: asyncEvent.logoutRequest, parameter3: seconds });
      dropLater(core, link, seconds);
    },
    dropConnection: (cid, { time2Wait = 0, time2Retain = 0 } = {}) => {
      const link = find(cid);
      const times = { parameter2: time2Wait, parameter3: time2Retain };
      sendAsync(link, { event: asyncEvent.connectionDropNotification, parameter1: cid, ...times });
      link.end('graceful');
    },
    drop: ({ time2Wait = 0, time2Retain = 0 } = {}) => {
      const times = { parameter2: time2Wait, parameter3: time2Retain };
      sendAsync(find(), { event: asyncEvent.sessionDropNotification, ...times });
      for (const link of session.connections.values()) link.end('graceful');
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

function findConnection(session: TargetSession, cid: number | undefined): ConnectionLink {
  const [first] = session.connections.values();
  const link = cid === undefined ? first : session.connections.get(cid);
  if (link !== undefined) return link;
  throw new UsageError('ISCSI_NO_SUCH_CONNECTION', `Session ${session.id} has no connection ${cid ?? 'at all'}`, {
    argument: 'cid',
  });
}

interface AsyncFacts {
  readonly event: number;
  readonly lun?: ReturnType<typeof lunField>;
  readonly parameter1?: number;
  readonly parameter2?: number;
  readonly parameter3?: number;
}

function sendAsync(link: ConnectionLink, facts: AsyncFacts, data?: Uint8Array): void {
  link.send(
    {
      opcode: opcode.asyncMessage,
      lun: facts.lun ?? lunZero,
      ...link.numbers('status'),
      asyncEvent: facts.event,
      asyncVCode: 0,
      parameter1: facts.parameter1 ?? 0,
      parameter2: facts.parameter2 ?? 0,
      parameter3: facts.parameter3 ?? 0,
    },
    data,
  );
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
