// GetDevicesForIScsiSession.

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

/** What a peripheral device type (SPC-4) is to the system: the GUID of its interface (ntddstor.h), and FILE_DEVICE_*. */
const kinds: Readonly<Record<number, { readonly guid: string; readonly fileDevice: number }>> = {
  0x00: { guid: '{53F56307-B6BF-11D0-94F2-00A0C91EFB8B}', fileDevice: 0x07 },
  0x01: { guid: '{53F5630B-B6BF-11D0-94F2-00A0C91EFB8B}', fileDevice: 0x1f },
  0x05: { guid: '{53F56308-B6BF-11D0-94F2-00A0C91EFB8B}', fileDevice: 0x02 },
  0x08: { guid: '{53F56310-B6BF-11D0-94F2-00A0C91EFB8B}', fileDevice: 0x30 },
};

/** A device that the system would have no name for. */
const unknownKind = { guid: '{00000000-0000-0000-0000-000000000000}', fileDevice: 0x22 } as const;
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
  const { guid, fileDevice } = kinds[device.deviceType] ?? unknownKind;
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
