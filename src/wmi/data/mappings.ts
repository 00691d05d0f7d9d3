// MSiSCSI_TargetMappings and MSiSCSI_LUNMappingInformation: under which bus, target and LUN numbers devices appear.

import type { DeviceInfo, InitiatorService, SessionInfo } from '../../service/index.ts';
import type { StructureInput } from '../layout/index.ts';
import type { DataBlock } from '../provider/index.ts';
import { lunInstanceName } from '../provider/index.ts';
import { driverId, isOf } from '../unique-ids.ts';
import type { WmiGround } from '../wmi-ground.ts';

/** A session and the devices that it has. */
interface Mapped {
  readonly session: SessionInfo;
  readonly devices: readonly [DeviceInfo, ...DeviceInfo[]];
}

/** An instance an adapter; a session appears in it with its first device. */
export function targetMappings({ service, adapters }: WmiGround): DataBlock<'MSiSCSI_TargetMappings'> {
  return {
    className: 'MSiSCSI_TargetMappings',
    instances: async (signal) => {
      const [mapped, logins] = await Promise.all([
        mappedSessions(service, signal),
        service.persistentLogins({ signal }),
      ]);
      const persistent = new Set(logins.map(({ actual }) => actual.sessionId));
      return adapters.map((adapter) => ({
        instanceName: adapter.name,
        value: {
          UniqueAdapterId: adapter.adapterId,
          TargetMappings: mapped
            .filter(({ session }) => isOf(adapter, session.sessionId))
            .map((each) => asMapping(each, persistent.has(each.session.sessionId))),
        },
      }));
    },
  };
}

/** An instance a device. */
export function lunMappings({ service, adapters }: WmiGround): DataBlock<'MSiSCSI_LUNMappingInformation'> {
  return {
    className: 'MSiSCSI_LUNMappingInformation',
    instances: async (signal) => {
      const devices = await service.devices({}, { signal });
      return devices.flatMap(({ sessionId, lun, osBusNumber, osTargetNumber, osLun }) => {
        const adapter = adapters.find((each) => isOf(each, sessionId));
        if (adapter === undefined) return [];
        return [
          {
            instanceName: lunInstanceName(adapter, driverId(sessionId), BigInt(lun)),
            value: {
              UniqueAdapterId: adapter.adapterId,
              UniqueSessionId: driverId(sessionId),
              OSBus: osBusNumber,
              OSTarget: osTargetNumber,
              OSLUN: osLun,
            },
          },
        ];
      });
    },
  };
}

async function mappedSessions(service: InitiatorService, signal: AbortSignal): Promise<Mapped[]> {
  const [sessions, devices] = await Promise.all([service.sessions({ signal }), service.devices({}, { signal })]);
  return sessions.flatMap((session) => {
    const [first, ...others] = devices.filter(({ sessionId }) => sessionId === session.sessionId);
    return first === undefined ? [] : [{ session, devices: [first, ...others] }];
  });
}

function asMapping({ session, devices }: Mapped, isPersistent: boolean): StructureInput<'ISCSI_TargetMapping'> {
  const [{ osBusNumber, osTargetNumber }] = devices;
  return {
    OSBus: osBusNumber,
    OSTarget: osTargetNumber,
    UniqueSessionId: driverId(session.sessionId),
    TargetName: session.targetName,
    FromPersistentLogin: isPersistent,
    LUNList: devices.map(({ lun, osLun }) => ({ TargetLUN: BigInt(lun), OSLUN: osLun })),
  };
}
