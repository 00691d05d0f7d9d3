// A session as `hawser session show` prints it.

import type { ConnectionInfo, SessionInfo, SessionParameters } from '../../service/index.ts';
import type { Report } from '../printer.ts';
import { formatSize } from '../sizes.ts';
import { formatFacts, formatTable } from '../table.ts';
import { policyNames } from './login-options.ts';
import { formatPortal, formatTime } from './place.ts';

/** A session with its connections. */
export function reportSession(session: SessionInfo): Report {
  const { error, parameters, recoveries, targetAlias } = session;
  const facts = formatFacts([
    ['Session', session.sessionId],
    ['Target', session.targetName],
    ['Alias', targetAlias === '' ? undefined : targetAlias],
    ['State', session.isInformational ? `${session.state}, informational` : session.state],
    ['Trouble', error === undefined ? undefined : `${error.message} (${error.code})`],
    ['Since', formatTime(session.since)],
    ['Recoveries', recoveries],
    ['Initiator', `${session.initiatorName} (${session.instance})`],
    ['ISID', session.isid],
    ['TSIH', session.tsih],
    ['Portal group', parameters.targetPortalGroupTag],
    ['Authentication', session.authType],
    ['Policy', policyNames[session.policy]],
    ...describeParameters(parameters),
  ]);
  return { document: session, text: `${facts}\n\n${formatConnections(session.connections)}` };
}

function describeParameters(parameters: SessionParameters): [string, string | number][] {
  const yesNo = (value: boolean): string => (value ? 'Yes' : 'No');
  return [
    ['InitialR2T', yesNo(parameters.initialR2t)],
    ['ImmediateData', yesNo(parameters.immediateData)],
    ['FirstBurstLength', parameters.firstBurstLength],
    ['MaxBurstLength', parameters.maxBurstLength],
    ['MaxOutstandingR2T', parameters.maxOutstandingR2t],
    ['MaxConnections', parameters.maxConnections],
    ['ErrorRecoveryLevel', parameters.errorRecoveryLevel],
    ['DefaultTime2Wait', parameters.defaultTime2Wait],
    ['DefaultTime2Retain', parameters.defaultTime2Retain],
    ['DataPDUInOrder', yesNo(parameters.dataPduInOrder)],
    ['DataSequenceInOrder', yesNo(parameters.dataSequenceInOrder)],
  ];
}

function formatConnections(connections: readonly ConnectionInfo[]): string {
  const rows = connections.map((connection, index) => [
    index + 1,
    connection.connectionId,
    connection.cid,
    `${connection.state}${connection.isLeading ? ', leading' : ''}`,
    connection.role,
    connection.initiatorAddress === undefined ? '' : formatPortal(connection.initiatorAddress),
    formatPortal(connection.targetAddress),
    describeDigests(connection),
    connection.tasksInFlight,
    formatSize(connection.bytesRead),
    formatSize(connection.bytesWritten),
  ]);
  const headings = ['#', 'CONNECTION', 'CID', 'STATE', 'ROLE', 'FROM', 'TO', 'DIGESTS', 'TASKS', 'READ', 'WRITTEN'];
  return formatTable(headings, rows, [0, 2, 8, 9, 10]);
}

function describeDigests({ headerDigest, dataDigest }: ConnectionInfo): string {
  if (headerDigest && dataDigest) return 'both';
  return headerDigest ? 'header' : dataDigest ? 'data' : 'none';
}
