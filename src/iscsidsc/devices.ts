// GetDevicesForIScsiSession.

import { deviceKindOf } from '../base/index.ts';
import type { DeviceInfo, InitiatorService } from '../service/index.ts';
import { type Answer, answer } from './answer.ts';
import { readId } from './ids.ts';
import type { ISCSI_DEVICE_ON_SESSION, ISCSI_UNIQUE_SESSION_ID } from './structures.ts';

/** Devices. */
export interface DeviceCalls {
  /** The devices of a session; an informational one has none. */
  GetDevicesForIScsiSession(
    UniqueSessionId: ISCSI_UNIQUE_SESSION_ID,
  ): Promise<Answer<{ readonly DeviceCount: number; readonly Devices: readonly ISCSI_DEVICE_ON_SESSION[] }>>;
}

const noNumber = 0xffffffff;
const scsiAddressLength = 8;

/** The call over a service. */
export function deviceCalls(service: InitiatorService): DeviceCalls {
  return {
    GetDevicesForIScsiSession: async (UniqueSessionId) =>
      await answer(async () => {
        const sessionId = readId(UniqueSessionId, 'UniqueSessionId');
        const { instance, isInformational } = await service.session({ sessionId });
        const { instances } = await service.initiator();
        const port = instances.findIndex((each) => each.instance === instance);
        const devices = isInformational ? [] : await service.devices({ sessionId });
        const Devices = devices.map((device) => asDevice(device, instance, Math.max(0, port)));
        return { DeviceCount: Devices.length, Devices };
      }),
  };
}

function asDevice(device: DeviceInfo, instance: string, port: number): ISCSI_DEVICE_ON_SESSION {
  const { guid, fileDevice } = deviceKindOf(device.deviceType);
  return {
    InitiatorName: instance,
    TargetName: device.targetName,
    ScsiAddress: {
      Length: scsiAddressLength,
      PortNumber: port,
      PathId: device.osBusNumber,
      TargetId: device.osTargetNumber,
      Lun: device.osLun,
    },
    DeviceInterfaceType: guid,
    DeviceInterfaceName: device.path,
    LegacyName: '',
    StorageDeviceNumber: { DeviceType: fileDevice, DeviceNumber: noNumber, PartitionNumber: noNumber },
    DeviceInstance: 0,
  };
}
