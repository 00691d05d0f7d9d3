// Sessions and connections as the service shows them.

import type { PolicyName } from '../contract/login-options.ts';
import type { PortalAddress } from '../contract/names.ts';
import type { ConnectionInfo, SessionInfo, SessionParameters } from '../contract/sessions.ts';
import { shown } from '../discovery/asked-source.ts';
import { formatUniqueId } from '../unique-ids.ts';
import type { Entry } from './sessions.ts';

type Connection = Entry['facts']['connections'][number];

/** How many hexadecimal digits the six bytes of an ISID have. */
const isidDigits = 12;

/** A session as it stands. */
export function sessionInfo(entry: Entry): SessionInfo {
  const { sessionId, instance, facts } = entry;
  const { session } = facts;
  return {
    sessionId,
    instance: instance.name,
    initiatorName: facts.initiatorName,
    targetName: facts.targetName,
    targetAlias: session.parameters.targetAlias ?? '',
    isInformational: facts.isInformational,
    state: stateOf(entry),
    isid: session.isid.toString(16).padStart(isidDigits, '0'),
    tsih: session.tsih,
    policy: policyName(session.policy),
    parameters: parametersOf(entry),
    connections: facts.connections.map((connection) => connectionInfo(entry, connection)),
    since: facts.since.toISOString(),
    recoveries: facts.recoveries,
    authType: facts.authType,
    error: facts.lastError === undefined ? undefined : shown(facts.lastError),
  };
}

/** How a session is. */
export function stateOf({ facts, isLeaving }: Entry): SessionInfo['state'] {
  if (isLeaving) return 'leaving';
  return facts.session.state === 'loggedIn' ? 'loggedIn' : 'lost';
}

function connectionInfo({ instance, facts }: Entry, connection: Connection): ConnectionInfo {
  const { uniqueConnectionId, cid, isLeading, address } = connection;
  const now = connection.facts;
  const local = now?.endpoints?.local;
  const { headerDigest, dataDigest, maxRecvDataSegmentLength } = now?.parameters ?? facts.session.parameters;
  return {
    connectionId: formatUniqueId(instance.adapterId, uniqueConnectionId),
    cid,
    state: now?.state ?? 'lost',
    isLeading,
    initiatorAddress: local === undefined ? undefined : { host: local.address, port: local.port },
    targetAddress: parseAddress(address),
    role: now?.role ?? 'none',
    tasksInFlight: now?.tasksInFlight ?? 0,
    tasksSent: now?.tasksSent ?? 0,
    bytesRead: now?.bytesRead ?? 0,
    bytesWritten: now?.bytesWritten ?? 0,
    headerDigest,
    dataDigest,
    maxRecvDataSegmentLength,
  };
}

function parametersOf({ facts }: Entry): SessionParameters {
  const { parameters } = facts.session;
  return {
    initialR2t: parameters.initialR2t,
    immediateData: parameters.immediateData,
    dataPduInOrder: parameters.dataPduInOrder,
    dataSequenceInOrder: parameters.dataSequenceInOrder,
    errorRecoveryLevel: parameters.errorRecoveryLevel,
    maxOutstandingR2t: parameters.maxOutstandingR2t,
    firstBurstLength: parameters.firstBurstLength,
    maxBurstLength: parameters.maxBurstLength,
    maxConnections: parameters.maxConnections,
    defaultTime2Wait: parameters.defaultTime2Wait,
    defaultTime2Retain: parameters.defaultTime2Retain,
    targetPortalGroupTag: parameters.targetPortalGroupTag,
  };
}

function policyName(policy: Entry['facts']['session']['policy']): PolicyName {
  // A policy that is a function cannot be set by way of the service.
  if (typeof policy === 'function') return 'roundRobin';
  return policy.kind === 'roundRobinWithSubset' ? 'roundRobinSubset' : policy.kind;
}

/** An address that a connection tells as `host:port`, with brackets around an IPv6 address. */
function parseAddress(address: string): PortalAddress {
  const at = address.lastIndexOf(':');
  return { host: address.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(address.slice(at + 1)) };
}
