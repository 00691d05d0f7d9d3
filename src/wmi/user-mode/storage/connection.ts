// MSFT_iSCSIConnection: the connections of all sessions.

import type { InitiatorService } from '../../../service/index.ts';
import type { CimClass } from '../../cim/cim-class.ts';
import { tableClass } from '../../cim/table-class.ts';

const connectionTable = {
  namespace: 'root/Microsoft/Windows/Storage',
  name: 'MSFT_iSCSIConnection',
  keys: ['ConnectionIdentifier'],
  properties: {
    ConnectionIdentifier: 'string',
    InitiatorAddress: 'string',
    TargetAddress: 'string',
    InitiatorPortNumber: 'uint32',
    TargetPortNumber: 'uint32',
  },
  methods: {},
} as const;

/** The class over a service. A connection that is being opened again is none now. */
export function storageConnectionClass(service: InitiatorService): CimClass {
  return tableClass(connectionTable, {
    instances: async (signal) => {
      const sessions = await service.sessions({ signal });
      const connections = sessions.flatMap((session) => session.connections.filter(({ state }) => state !== 'lost'));
      return connections.map(({ connectionId, initiatorAddress, targetAddress }) => ({
        ConnectionIdentifier: connectionId,
        InitiatorAddress: initiatorAddress?.host ?? '',
        TargetAddress: targetAddress.host,
        InitiatorPortNumber: initiatorAddress?.port ?? 0,
        TargetPortNumber: targetAddress.port,
      }));
    },
  });
}
