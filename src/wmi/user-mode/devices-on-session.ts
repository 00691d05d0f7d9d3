// MSIscsiInitiator_DeviceOnSession: the devices of sessions.

import { deviceKindOf } from '../../base/index.ts';
import type { DeviceInfo, InitiatorService, SessionInfo } from '../../service/index.ts';
import type { CimObject } from '../cim/cim-value.ts';
import { cimObject } from '../cim/class-table.ts';
import { deviceOnSessionTable } from './embedded.ts';

/** What stands in the place of the number of a storage device or a partition, of which there is none here. */
const noNumber = 0xffffffff;
/** The greatest number that the class has room for; greater ones are told as this. */
const mostUint8 = 0xff;

/** The devices of sessions, by session id; an informational session has none. */
export async function devicesBySession(
  service: InitiatorService,
  sessions: readonly SessionInfo[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly CimObject[]>> {
  const withDevices = sessions.filter(({ isInformational }) => !isInformational);
  if (withDevices.length === 0) return new Map();
  const [devices, { instances }] = await Promise.all([service.devices({}, { signal }), service.initiator({ signal })]);
  return new Map(
    withDevices.map(({ sessionId, instance }) => {
      const port = instances.findIndex((each) => each.instance === instance);
      const own = devices.filter((device) => device.sessionId === sessionId);
      return [sessionId, own.map((device) => asDevice(device, instance, Math.max(0, port)))];
    }),
  );
}

function asDevice(device: DeviceInfo, instance: string, port: number): CimObject {
  const { guid, fileDevice } = deviceKindOf(device.deviceType);
  return cimObject(deviceOnSessionTable, {
    InitiatorName: instance,
    TargetName: device.targetName,
    ScsiPortNumber: asUint8(port),
    ScsiPathId: asUint8(device.osBusNumber),
    ScsiTargetId: asUint8(device.osTargetNumber),
    ScsiLun: asUint8(device.osLun),
    DeviceInterfaceGuid: guid,
    DeviceInterfaceName: device.path,
    LegacyName: '',
    DeviceType: fileDevice,
    DeviceNumber: noNumber,
    PartitionNumber: noNumber,
  });
}

function asUint8(number: number): number {
  return Math.min(number, mostUint8);
}
