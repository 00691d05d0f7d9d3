// Portals, addresses, mappings and LUNs in structures, as the floors below take them.

import type { Lun } from '../../base/index.ts';
import type { PortalAddress, TargetMapping } from '../../service/index.ts';
import { textOf } from '../ip-address.ts';
import type { StructureValue } from '../layout/index.ts';
import { ISCSIIPADDRESSTYPE } from '../values/index.ts';
import { refuse } from './status.ts';

/** What is for the driver to choose in a mapping. */
const any = 0xffff_ffff;
/** Bus, target and LUN numbers have one byte in SCSI_ADDRESS. */
const greatestNumber = 0xff;

/** From here on, a LUN is the eight bytes of the LUN field; below, its number. No field that addresses a LUN is as small. */
const fieldsFrom = 0x4000n;
/** Numbers of the peripheral device addressing method; greater ones are of the flat space one (SAM-5 §4.7.5). */
const peripheralLimit = 0x100n;
const flatSpace = 0x4000n;
const addressBits = 48n;

/** An address as text; undefined for none. */
export function addressOf(address: StructureValue<'ISCSI_IP_Address'>): string | undefined {
  if (address.Type > ISCSIIPADDRESSTYPE.ISCSI_IP_ADDRESS_EMPTY) refuse('ISDSC_ADDRESS_TYPE_NOT_SUPPORTED');
  const text = textOf(address).replace(/^\[(.*)\]$/, '$1');
  return text === '' ? undefined : text;
}

/** A portal; undefined for one without an address. */
export function portalOf({ Address, Socket }: StructureValue<'ISCSI_TargetPortal'>): PortalAddress | undefined {
  const host = addressOf(Address);
  if (host === undefined) return undefined;
  if (Socket === 0) refuse('ISDSC_INVALID_PARAMETER');
  return { host, port: Socket };
}

/**
 * A mapping; undefined for one that maps no LUN. LUNs that are not in it appear under numbers of their own: of what the
 * documents say, that is the structure page's reading.
 */
export function mappingOf(mapping: StructureValue<'ISCSI_TargetMapping'>): TargetMapping | undefined {
  const { OSBus, OSTarget, LUNList } = mapping;
  if (LUNList.length === 0) return undefined;
  if (OSBus === any || OSTarget === any) refuse('ISDSC_INVALID_TARGET_MAPPING');
  const numbers = [OSBus, OSTarget, ...LUNList.map(({ OSLUN }) => OSLUN)];
  if (numbers.some((number) => number > greatestNumber)) refuse('ISDSC_TARGET_MAPPING_OUT_OF_RANGE');
  return {
    osBusNumber: OSBus,
    osTargetNumber: OSTarget,
    luns: LUNList.map(({ OSLUN, TargetLUN }) => ({ osLun: OSLUN, targetLun: fieldOf(TargetLUN) })),
  };
}

/** A LUN for a command. */
export function lunOf(lun: bigint): number | Lun {
  if (lun < fieldsFrom) return Number(lun);
  return { high: Number(lun >> 32n), low: Number(lun & 0xffff_ffffn) };
}

function fieldOf(lun: bigint): string {
  const field = lun >= fieldsFrom ? lun : (lun < peripheralLimit ? lun : lun | flatSpace) << addressBits;
  return field.toString(16).padStart(16, '0');
}
