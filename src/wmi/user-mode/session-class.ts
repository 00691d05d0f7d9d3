// MSIscsiInitiator_SessionClass: the sessions that there are, with their connections and devices.

import type { ConnectionInfo, InitiatorService, SessionInfo } from '../../service/index.ts';
import type { CimClass } from '../cim/cim-class.ts';
import type { CimObject } from '../cim/cim-value.ts';
import { cimObject, type PropertiesOf } from '../cim/class-table.ts';
import { tableClass } from '../cim/table-class.ts';
import { devicesBySession } from './devices-on-session.ts';
import { connectionInformationTable, findEmbedded } from './embedded.ts';
import { loginStatuses } from './login-options.ts';
import { sessionMethods } from './session-methods.ts';
import { sessionTable } from './session-table.ts';

/** The class over a service. */
export function sessionClass(service: InitiatorService): CimClass {
  return tableClass(sessionTable, {
    instances: async (signal) => {
      const sessions = await service.sessions({ signal });
      const devices = await devicesBySession(service, sessions, signal);
      return sessions.map((session) => asSession(session, devices.get(session.sessionId) ?? []));
    },
    methods: sessionMethods(service),
    statuses: loginStatuses,
    findTable: findEmbedded,
  });
}

function asSession(session: SessionInfo, devices: readonly CimObject[]): PropertiesOf<typeof sessionTable> {
  return {
    SessionId: session.sessionId,
    InitiatorName: session.initiatorName,
    TargetNodeName: session.targetName,
    TargetName: session.targetName,
    ISID: [...Buffer.from(session.isid, 'hex')],
    TSID: twoBytes(session.tsih),
    // A connection that is being opened again is none now; its id is kept for when it is back.
    ConnectionInformation: session.connections.filter(({ state }) => state !== 'lost').map(asConnection),
    Devices: devices,
  };
}

function asConnection({ connectionId, cid, initiatorAddress, targetAddress }: ConnectionInfo): CimObject {
  return cimObject(connectionInformationTable, {
    ConnectionID: connectionId,
    InitiatorAddress: initiatorAddress?.host ?? '',
    TargetAddress: targetAddress.host,
    InitiatorPort: initiatorAddress?.port ?? 0,
    TargetPort: targetAddress.port,
    CID: twoBytes(cid),
  });
}

/** In the order of the wire (RFC 7143 §11.12). */
function twoBytes(value: number): number[] {
  return [value >>> 8, value & 0xff];
}
