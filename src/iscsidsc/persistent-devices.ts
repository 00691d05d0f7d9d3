// The calls for devices that have to be there before the service is ready: SetupPersistentIScsiDevices,
// SetupPersistentIScsiVolumes, AddPersistentIScsiDevice, RemovePersistentIScsiDevice, ClearPersistentIScsiDevices,
// ReportPersistentIScsiDevices.

import type { InitiatorService } from '../service/index.ts';
import { type Answer, answer } from './answer.ts';
import { readText } from './arguments.ts';

/** Persistently bound devices; a device path is what GetDevicesForIScsiSession gives as DeviceInterfaceName. */
export interface PersistentDeviceCalls {
  /** Binds every device of the sessions that have a persistent login. The service is ready, from then on, when they are there. */
  SetupPersistentIScsiDevices(): Promise<Answer>;
  /** The same: there are no volumes but devices. */
  SetupPersistentIScsiVolumes(): Promise<Answer>;
  /** Binds one device, which must be of a session that has a persistent login. */
  AddPersistentIScsiDevice(DevicePath: string): Promise<Answer>;
  /** Lets one device go. */
  RemovePersistentIScsiDevice(DevicePath: string): Promise<Answer>;
  /** Lets all go. */
  ClearPersistentIScsiDevices(): Promise<Answer>;
  /** Their paths. */
  ReportPersistentIScsiDevices(): Promise<Answer<{ readonly Buffer: readonly string[] }>>;
}

/** The calls over a service. */
export function persistentDeviceCalls(service: InitiatorService): PersistentDeviceCalls {
  const bindAll = async (): Promise<Answer> =>
    await answer(async () => {
      await service.bindPersistentDevices();
      return {};
    });
  return {
    SetupPersistentIScsiDevices: bindAll,
    SetupPersistentIScsiVolumes: bindAll,
    AddPersistentIScsiDevice: async (DevicePath) =>
      await answer(
        async () => {
          await service.addPersistentDevice({ path: readText(DevicePath, 'DevicePath') });
          return {};
        },
        { SERVICE_DEVICE_UNKNOWN: 'ISDSC_DEVICE_NOT_ISCSI_OR_PERSISTENT' },
      ),
    RemovePersistentIScsiDevice: async (DevicePath) =>
      await answer(async () => {
        await service.removePersistentDevice({ path: readText(DevicePath, 'DevicePath') });
        return {};
      }),
    ClearPersistentIScsiDevices: async () =>
      await answer(async () => {
        await service.clearPersistentDevices();
        return {};
      }),
    ReportPersistentIScsiDevices: async () =>
      await answer(async () => ({ Buffer: (await service.persistentDevices()).map(({ path }) => path) })),
  };
}
