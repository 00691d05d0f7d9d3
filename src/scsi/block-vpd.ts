// The VPD pages of block devices: Block Limits (B0h), Block Device Characteristics (B1h) and Logical Block Provisioning
// (B2h) (SBC-4, clause "VPD parameters for direct-access block devices").

import { putU8, putU16, putU32, u8, u16, u32 } from '../base/index.ts';
import type { Designator } from './designator.ts';
import { putDesignator, readDesignator } from './device-identification.ts';
import { putSafeU64, u64Saturated } from './integers.ts';
import { badData, zeroExtended } from './response-data.ts';
import { connectedDisk, newVpdPage, type VpdDevice, vpdDeclaredLength, vpdHeaderLength, vpdPage } from './vpd.ts';

/** Block Limits. Lengths are in logical blocks; 0 means that the device does not report a limit. */
export interface BlockLimits {
  /** Whether WRITE SAME takes 0 blocks for "to the end" (WSNZ clear) or not (set). */
  readonly wsnz: boolean;
  /** Largest COMPARE AND WRITE; 0 means that the command is not supported. */
  readonly maximumCompareAndWriteLength: number;
  readonly optimalTransferLengthGranularity: number;
  readonly maximumTransferLength: number;
  readonly optimalTransferLength: number;
  readonly maximumPrefetchLength: number;
  readonly maximumUnmapLbaCount: number;
  readonly maximumUnmapBlockDescriptorCount: number;
  readonly optimalUnmapGranularity: number;
  /** The alignment of the unmap granularity, or undefined when it is not valid (UGAVALID clear). */
  readonly unmapGranularityAlignment: number | undefined;
  readonly maximumWriteSameLength: number;
  readonly maximumAtomicTransferLength: number;
  readonly atomicAlignment: number;
  readonly atomicTransferLengthGranularity: number;
}

/** Block Device Characteristics. */
export interface BlockDeviceCharacteristics {
  /** Revolutions a minute; 0 not reported, 1 not rotating (solid state). */
  readonly mediumRotationRate: number;
  readonly productType: number;
  /** 1 5.25", 2 3.5", 3 2.5", 4 1.8", 5 under 1.8", 0 not reported. */
  readonly nominalFormFactor: number;
  /** 0 not reported, 1 host-aware, 2 device-managed. */
  readonly zoned: number;
  /** Whether FUA means force unit access to the medium (FUAB clear) or to stable cache as well (set). */
  readonly fuab: boolean;
  /** Whether VERIFY with BYTCHK takes unmapped blocks (VBULS). */
  readonly vbuls: boolean;
}

/** Logical Block Provisioning. */
export interface LogicalBlockProvisioning {
  readonly thresholdExponent: number;
  /** UNMAP is supported. */
  readonly lbpu: boolean;
  /** WRITE SAME(16) with UNMAP is supported. */
  readonly lbpws: boolean;
  /** WRITE SAME(10) with UNMAP is supported. */
  readonly lbpws10: boolean;
  /**
   * What unmapped blocks read as: 0 not defined, 1 (any odd value) zeros, 2 the provisioning initialization pattern.
   */
  readonly lbprz: number;
  /** Anchored blocks are supported (ANC_SUP). */
  readonly anchorSupported: boolean;
  readonly minimumPercentage: number;
  /** 0 not reported or fully provisioned, 1 resource provisioned, 2 thin provisioned. */
  readonly provisioningType: number;
  readonly thresholdPercentage: number;
  /** The resource that several logical units share (DP set). */
  readonly provisioningGroup: Designator | undefined;
}

const limitsLength = 64;
const characteristicsLength = 64;
const provisioningLength = 8;
const flagUgavalid = 0x8000_0000;
const provisioning = { lbpu: 0x80, lbpws: 0x40, lbpws10: 0x20, anchorSupported: 0x02, dp: 0x01 } as const;

/** Encodes the Block Limits page. */
export function encodeBlockLimits(limits: BlockLimits, device: VpdDevice = connectedDisk): Uint8Array {
  const page = newVpdPage(vpdPage.blockLimits, limitsLength - vpdHeaderLength, device);
  putU8(page, 4, limits.wsnz ? 1 : 0);
  putU8(page, 5, limits.maximumCompareAndWriteLength);
  putU16(page, 6, limits.optimalTransferLengthGranularity);
  putU32(page, 8, limits.maximumTransferLength);
  putU32(page, 12, limits.optimalTransferLength);
  putU32(page, 16, limits.maximumPrefetchLength);
  putU32(page, 20, limits.maximumUnmapLbaCount);
  putU32(page, 24, limits.maximumUnmapBlockDescriptorCount);
  putU32(page, 28, limits.optimalUnmapGranularity);
  const alignment = limits.unmapGranularityAlignment;
  putU32(page, 32, alignment === undefined ? 0 : (flagUgavalid | alignment) >>> 0);
  putSafeU64(page, 36, limits.maximumWriteSameLength);
  putU32(page, 44, limits.maximumAtomicTransferLength);
  putU32(page, 48, limits.atomicAlignment);
  putU32(page, 52, limits.atomicTransferLengthGranularity);
  return page;
}

/**
 * Decodes the Block Limits page; fields that an older device does not have are 0. Throws ScsiError SCSI_BAD_DATA for
 * another page.
 */
export function decodeBlockLimits(bytes: Uint8Array): BlockLimits {
  const page = zeroExtended(bytes, vpdDeclaredLength(bytes, vpdPage.blockLimits), limitsLength);
  const alignment = u32(page, 32);
  return {
    wsnz: (u8(page, 4) & 1) !== 0,
    maximumCompareAndWriteLength: u8(page, 5),
    optimalTransferLengthGranularity: u16(page, 6),
    maximumTransferLength: u32(page, 8),
    optimalTransferLength: u32(page, 12),
    maximumPrefetchLength: u32(page, 16),
    maximumUnmapLbaCount: u32(page, 20),
    maximumUnmapBlockDescriptorCount: u32(page, 24),
    optimalUnmapGranularity: u32(page, 28),
    unmapGranularityAlignment: alignment >= flagUgavalid ? alignment - flagUgavalid : undefined,
    maximumWriteSameLength: u64Saturated(page, 36),
    maximumAtomicTransferLength: u32(page, 44),
    atomicAlignment: u32(page, 48),
    atomicTransferLengthGranularity: u32(page, 52),
  };
}

/** Encodes the Block Device Characteristics page. */
export function encodeBlockDeviceCharacteristics(
  characteristics: BlockDeviceCharacteristics,
  device: VpdDevice = connectedDisk,
): Uint8Array {
  const page = newVpdPage(vpdPage.blockDeviceCharacteristics, characteristicsLength - vpdHeaderLength, device);
  putU16(page, 4, characteristics.mediumRotationRate);
  putU8(page, 6, characteristics.productType);
  putU8(page, 7, characteristics.nominalFormFactor & 0x0f);
  const zoned = (characteristics.zoned & 0x03) << 4;
  putU8(page, 8, zoned | (characteristics.fuab ? 0x02 : 0) | (characteristics.vbuls ? 0x01 : 0));
  return page;
}

/** Decodes the Block Device Characteristics page. Throws ScsiError SCSI_BAD_DATA for another page. */
export function decodeBlockDeviceCharacteristics(bytes: Uint8Array): BlockDeviceCharacteristics {
  const declared = vpdDeclaredLength(bytes, vpdPage.blockDeviceCharacteristics);
  const page = zeroExtended(bytes, declared, characteristicsLength);
  return {
    mediumRotationRate: u16(page, 4),
    productType: u8(page, 6),
    nominalFormFactor: u8(page, 7) & 0x0f,
    zoned: (u8(page, 8) >>> 4) & 0x03,
    fuab: (u8(page, 8) & 0x02) !== 0,
    vbuls: (u8(page, 8) & 0x01) !== 0,
  };
}

/** Encodes the Logical Block Provisioning page. */
export function encodeLogicalBlockProvisioning(
  fields: LogicalBlockProvisioning,
  device: VpdDevice = connectedDisk,
): Uint8Array {
  const group = fields.provisioningGroup;
  const groupLength = group === undefined ? 0 : 4 + group.value.length;
  const bodyLength = provisioningLength - vpdHeaderLength + groupLength;
  const page = newVpdPage(vpdPage.logicalBlockProvisioning, bodyLength, device);
  putU8(page, 4, fields.thresholdExponent);
  const { lbpu, lbpws, lbpws10, anchorSupported, dp } = provisioning;
  const supported = (fields.lbpu ? lbpu : 0) | (fields.lbpws ? lbpws : 0) | (fields.lbpws10 ? lbpws10 : 0);
  const rest = ((fields.lbprz & 0x07) << 2) | (fields.anchorSupported ? anchorSupported : 0);
  putU8(page, 5, supported | rest | (group === undefined ? 0 : dp));
  putU8(page, 6, ((fields.minimumPercentage & 0x1f) << 3) | (fields.provisioningType & 0x07));
  putU8(page, 7, fields.thresholdPercentage);
  if (group !== undefined) putDesignator(page, provisioningLength, group);
  return page;
}

/**
 * Decodes the Logical Block Provisioning page. Throws ScsiError SCSI_BAD_DATA for another page, and when the designator
 * of the provisioning group runs over the end of the page.
 */
export function decodeLogicalBlockProvisioning(bytes: Uint8Array): LogicalBlockProvisioning {
  const declared = vpdDeclaredLength(bytes, vpdPage.logicalBlockProvisioning);
  const page = zeroExtended(bytes, declared, provisioningLength);
  const flags = u8(page, 5);
  return {
    thresholdExponent: u8(page, 4),
    lbpu: (flags & provisioning.lbpu) !== 0,
    lbpws: (flags & provisioning.lbpws) !== 0,
    lbpws10: (flags & provisioning.lbpws10) !== 0,
    lbprz: (flags >>> 2) & 0x07,
    anchorSupported: (flags & provisioning.anchorSupported) !== 0,
    minimumPercentage: u8(page, 6) >>> 3,
    provisioningType: u8(page, 6) & 0x07,
    thresholdPercentage: u8(page, 7),
    provisioningGroup: (flags & provisioning.dp) === 0 ? undefined : readGroup(page, declared),
  };
}

/** The group's designator; undefined when the allocation length cut it off. */
function readGroup(page: Uint8Array, declared: number): Designator | undefined {
  const at = provisioningLength;
  if (declared < at + 4) throw badData('the provisioning group designator is announced and missing');
  if (page.length < at + 4) return undefined;
  const end = at + 4 + u8(page, at + 3);
  if (end > declared) throw badData(`the provisioning group designator runs over the ${declared} bytes of its page`);
  return end > page.length ? undefined : readDesignator(page, at);
}
