// ISCSI_TARGET_MAPPING and LUNs, from the header's form to the service's and back.

import { lunFieldOf, lunNameOf, lunNumberOf } from '../base/index.ts';
import type { InitiatorService, TargetMapping } from '../service/index.ts';
import { isNull, readArray, readStructure, readUnsigned, readUnsigned64 } from './arguments.ts';
import { asId, noId } from './ids.ts';
import type { ISCSI_TARGET_MAPPING, SCSI_LUN_LIST } from './structures.ts';

/** A LUN as the service names it in a request. */
export function readLunName(value: unknown, name: string): number | string {
  return lunNameOf(readUnsigned64(value, name));
}

/** ISCSI_TARGET_MAPPING, or none. */
export function readMapping(value: unknown): TargetMapping | undefined {
  if (isNull(value)) return undefined;
  const members = readStructure(value, 'Mappings');
  return {
    osBusNumber: readUnsigned(members['OSBusNumber'], 'Mappings.OSBusNumber', 32),
    osTargetNumber: readUnsigned(members['OSTargetNumber'], 'Mappings.OSTargetNumber', 32),
    luns: readArray(members['LUNList'], 'Mappings.LUNList', members['LUNCount']).map((entry, index) => {
      const name = `Mappings.LUNList[${index}]`;
      const lun = readStructure(entry, name);
      return {
        osLun: readUnsigned(lun['OSLUN'], `${name}.OSLUN`, 32),
        targetLun: lunFieldOf(readUnsigned64(lun['TargetLUN'], `${name}.TargetLUN`)),
      };
    }),
  };
}

/** What a mapping is of. */
export interface MappingOwner {
  readonly instance: string;
  readonly targetName: string;
}

/** A mapping that is wanted, as the header has it. */
export function asMapping(mapping: TargetMapping, owner: MappingOwner): ISCSI_TARGET_MAPPING {
  const LUNList: SCSI_LUN_LIST[] = mapping.luns.map(({ osLun, targetLun }) => ({
    OSLUN: osLun,
    TargetLUN: lunNumberOf(targetLun),
  }));
  return {
    InitiatorName: owner.instance,
    TargetName: owner.targetName,
    OSDeviceName: '',
    SessionId: noId,
    OSBusNumber: mapping.osBusNumber,
    OSTargetNumber: mapping.osTargetNumber,
    LUNCount: LUNList.length,
    LUNList,
  };
}

/** Where the devices of all sessions appear, a mapping a session that has any. */
export async function activeMappings(service: InitiatorService): Promise<ISCSI_TARGET_MAPPING[]> {
  const [sessions, devices] = await Promise.all([service.sessions(), service.devices()]);
  return sessions.flatMap(({ sessionId, instance, targetName }) => {
    const own = devices.filter((device) => device.sessionId === sessionId);
    const first = own[0];
    if (first === undefined) return [];
    const LUNList = own.map(({ osLun, lun }) => ({ OSLUN: osLun, TargetLUN: BigInt(lun) }));
    return [
      {
        InitiatorName: instance,
        TargetName: targetName,
        OSDeviceName: '',
        SessionId: asId(sessionId),
        OSBusNumber: first.osBusNumber,
        OSTargetNumber: first.osTargetNumber,
        LUNCount: LUNList.length,
        LUNList,
      },
    ];
  });
}
