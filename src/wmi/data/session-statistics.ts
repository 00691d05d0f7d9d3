// MSiSCSI_SessionStatistics, MSiSCSI_ConnectionStatistics and MSiSCSI_RequestTimeStatistics: what sessions and connections
// count. Discovery sessions carry no commands, and are not among them.

import type { ConnectionStatistics, InitiatorInstance, SessionStatistics } from '../../adapter/index.ts';
import { connectionInstanceName, type DataBlock, sessionInstanceName } from '../provider/index.ts';
import type { WmiGround } from '../wmi-ground.ts';
import { counter64, microseconds } from './counter.ts';

/** A connection with its session. */
interface Counted {
  readonly adapter: InitiatorInstance;
  readonly session: SessionStatistics;
  readonly connection: ConnectionStatistics;
}

/** An instance a session: its counters go on over reconnections. */
export function sessionStatistics({ adapters }: WmiGround): DataBlock<'MSiSCSI_SessionStatistics'> {
  return {
    className: 'MSiSCSI_SessionStatistics',
    instances: () =>
      adapters.flatMap((adapter) =>
        adapter.statistics().sessions.map((session) => ({
          instanceName: sessionInstanceName(session.targetName, session.uniqueSessionId),
          value: {
            iSCSIName: session.targetName,
            USID: session.uniqueSessionId,
            UniqueAdapterId: adapter.adapterId,
            ...asTraffic(session),
            DigestErrors: counter64(session.digestErrors),
            ConnectionTimeoutErrors: counter64(session.connectionTimeoutErrors),
            FormatErrors: counter64(session.formatErrors),
          },
        })),
      ),
  };
}

/** An instance a connection: its counters begin anew when it is opened again. */
export function connectionStatistics(ground: WmiGround): DataBlock<'MSiSCSI_ConnectionStatistics'> {
  return {
    className: 'MSiSCSI_ConnectionStatistics',
    instances: () =>
      connectionsOf(ground).map((counted) => ({
        instanceName: nameOf(counted),
        value: { ...identityOf(counted), ...asTraffic(counted.connection) },
      })),
  };
}

/** An instance a connection: from the sending of each command to its answer, in microseconds. */
export function requestTimeStatistics(ground: WmiGround): DataBlock<'MSiSCSI_RequestTimeStatistics'> {
  return {
    className: 'MSiSCSI_RequestTimeStatistics',
    instances: () =>
      connectionsOf(ground).map((counted) => ({
        instanceName: nameOf(counted),
        value: {
          ...identityOf(counted),
          MaximumProcessingTime: microseconds(counted.connection.maximumProcessingTimeMs),
          AverageProcessingTime: microseconds(counted.connection.averageProcessingTimeMs),
        },
      })),
  };
}

function connectionsOf({ adapters }: WmiGround): Counted[] {
  return adapters.flatMap((adapter) =>
    adapter
      .statistics()
      .sessions.flatMap((session) => session.connections.map((connection) => ({ adapter, session, connection }))),
  );
}

function nameOf({ session: { targetName, uniqueSessionId }, connection: { cid } }: Counted): string {
  return connectionInstanceName(targetName, uniqueSessionId, cid);
}

function identityOf({ adapter, session, connection }: Counted): {
  readonly iSCSIName: string;
  readonly CID: number;
  readonly USID: bigint;
  readonly UniqueAdapterId: bigint;
} {
  return {
    iSCSIName: session.targetName,
    CID: connection.cid,
    USID: session.uniqueSessionId,
    UniqueAdapterId: adapter.adapterId,
  };
}

function asTraffic(traffic: SessionStatistics | ConnectionStatistics): {
  readonly BytesSent: bigint;
  readonly BytesReceived: bigint;
  readonly PDUCommandsSent: bigint;
  readonly PDUResponsesReceived: bigint;
} {
  return {
    BytesSent: counter64(traffic.bytesSent),
    BytesReceived: counter64(traffic.bytesReceived),
    PDUCommandsSent: counter64(traffic.commandsSent),
    PDUResponsesReceived: counter64(traffic.responsesReceived),
  };
}
