// ISCSI_TARGET_MAPPING and LUNs, from the header's form to the service's and back.

import type { InitiatorService, TargetMapping } from '../service/index.ts';
import { isNull, readArray, readStructure, readUnsigned, readUnsigned64 } from './arguments.ts';
import { asId, noId } from './ids.ts';
import type { ISCSI_TARGET_MAPPING, SCSI_LUN_LIST } from './structures.ts';

/** Below are LUN numbers; from here on, LUN fields, of which none that addresses a LUN is as small as that. */
const fieldsFrom = 0x4000n;
const addressBits = 48n;
/** Numbers of the peripheral device addressing method; greater ones are of the flat space one (SAM-5 §4.7.5). */
const peripheralLimit = 0x100n;
const flatSpace = 0x4000n;

/** A LUN as the service names it in a request: its number below 16384, else its LUN field. */
export function readLunName(value: unknown, name: string): number | string {
  const lun = readUnsigned64(value, name);
  return lun < fieldsFrom ? Number(lun) : hexadecimal(lun);
}

/** The LUN field of a LUN in 16 hexadecimal digits, as the service wants it in a mapping. */
function readLunField(value: unknown, name: string): string {
  const lun = readUnsigned64(value, name);
  if (lun >= fieldsFrom) return hexadecimal(lun);
  return hexadecimal((lun < peripheralLimit ? lun : lun | flatSpace) << addressBits);
}

/** A LUN field as the header has it here: by its number where it is of a simple kind. */
function asTargetLun(field: string): bigint {
  const lun = BigInt(`0x${field}`);
  const first = lun >> addressBits;
  if (lun !== first << addressBits) return lun;
  if (first < peripheralLimit) return first;
  return first >= flatSpace && first < flatSpace << 1n ? first & ~flatSpace : lun;
}

function hexadecimal(lun: bigint): string {
  return lun.toString(16).padStart(16, '0');
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
        targetLun: readLunField(lun['TargetLUN'], `${name}.TargetLUN`),
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
    TargetLUN: asTargetLun(targetLun),
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
