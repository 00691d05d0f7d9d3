// MSiSCSI_InitiatorLoginStatistics, MSiSCSI_InitiatorInstanceStatistics and MSiSCSI_NICPerformance: what adapters and their
// ports count.

import type { TrafficStatistics } from '../../adapter/index.ts';
import { type DataBlock, portInstanceName } from '../provider/index.ts';
import type { WmiGround } from '../wmi-ground.ts';
import { counter32 } from './counter.ts';

/** An instance an adapter. */
export function loginStatistics({ adapters }: WmiGround): DataBlock<'MSiSCSI_InitiatorLoginStatistics'> {
  return {
    className: 'MSiSCSI_InitiatorLoginStatistics',
    instances: () =>
      adapters.map((adapter) => {
        const { logins } = adapter.statistics();
        return {
          instanceName: adapter.name,
          value: {
            UniqueAdapterId: adapter.adapterId,
            LoginAcceptRsps: counter32(logins.loginAcceptRsps),
            LoginOtherFailRsps: counter32(logins.loginOtherFailRsps),
            LoginRedirectRsps: counter32(logins.loginRedirectRsps),
            LoginAuthFailRsps: counter32(logins.loginAuthFailRsps),
            LoginAuthenticateFails: counter32(logins.loginAuthenticateFails),
            LoginNegotiateFails: counter32(logins.loginNegotiateFails),
            LogoutNormals: counter32(logins.logoutNormals),
            LogoutOtherCodes: counter32(logins.logoutOtherCodes),
            LoginFailures: counter32(logins.loginFailures),
          },
        };
      }),
  };
}

/** An instance an adapter. */
export function instanceStatistics({ adapters }: WmiGround): DataBlock<'MSiSCSI_InitiatorInstanceStatistics'> {
  return {
    className: 'MSiSCSI_InitiatorInstanceStatistics',
    instances: () =>
      adapters.map((adapter) => {
        const { errors } = adapter.statistics();
        return {
          instanceName: adapter.name,
          value: {
            UniqueAdapterId: adapter.adapterId,
            SessionDigestErrorCount: counter32(errors.digestErrors),
            SessionConnectionTimeoutErrorCount: counter32(errors.connectionTimeoutErrors),
            SessionFormatErrorCount: counter32(errors.formatErrors),
            SessionFailureCount: counter32(errors.sessionFailures),
          },
        };
      }),
  };
}

/** An instance a port: what the sessions have moved whose connections start there, those that are over too. */
export function nicPerformance({ adapters }: WmiGround): DataBlock<'MSiSCSI_NICPerformance'> {
  return {
    className: 'MSiSCSI_NICPerformance',
    instances: () =>
      adapters.flatMap((adapter) => {
        const { trafficByAddress } = adapter.statistics();
        return adapter.ports.map((address, index) => ({
          instanceName: portInstanceName(adapter, index),
          value: asPerformance(trafficByAddress.get(address)),
        }));
      }),
  };
}

function asPerformance(traffic: TrafficStatistics | undefined): {
  readonly BytesTransmitted: number;
  readonly BytesReceived: number;
  readonly PDUTransmitted: number;
  readonly PDUReceived: number;
} {
  return {
    BytesTransmitted: counter32(traffic?.bytesSent ?? 0),
    BytesReceived: counter32(traffic?.bytesReceived ?? 0),
    PDUTransmitted: counter32(traffic?.pdusSent ?? 0),
    PDUReceived: counter32(traffic?.pdusReceived ?? 0),
  };
}
