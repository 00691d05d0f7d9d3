// SCSI bytes (SAM-5, SPC-4, SBC-4): CDBs, the data that commands carry, sense data and the names of things. Pure: bytes
// in, objects out, and the other way round, since the embedded target needs the other half. An encoded CDB always has
// the 16 bytes of the CDB field, zeros behind the shorter ones; decoders take what a device declares of its data no
// further than what came. LBAs and counts are safe integers; 64-bit fields above 2^53-1 are given as 2^53-1.

export { additionalSense, additionalSenseName, additionalSenseNames } from './additional-sense.ts';
export {
  type BlockDeviceCharacteristics,
  type BlockLimits,
  decodeBlockDeviceCharacteristics,
  decodeBlockLimits,
  decodeLogicalBlockProvisioning,
  encodeBlockDeviceCharacteristics,
  encodeBlockLimits,
  encodeLogicalBlockProvisioning,
  type LogicalBlockProvisioning,
} from './block-vpd.ts';
export {
  type Designator,
  type DesignatorContent,
  decodeDesignator,
  designatorAssociation,
  designatorCodeSet,
  designatorType,
  encodeDesignator,
  formatDesignator,
  iscsiProtocolIdentifier,
} from './designator.ts';
export { decodeDeviceIdentification, encodeDeviceIdentification } from './device-identification.ts';
export { effectOfStatus, formatSense, scsiFailure, senseOf } from './failure.ts';
export {
  decodeInquiryCdb,
  decodeInquiryData,
  deviceType,
  encodeInquiryCdb,
  encodeInquiryData,
  type InquiryCdb,
  type InquiryData,
  peripheralQualifier,
} from './inquiry.ts';
export {
  decodeGetLbaStatusCdb,
  decodeLbaStatusList,
  encodeGetLbaStatusCdb,
  encodeLbaStatusList,
  type GetLbaStatusCdb,
  type LbaStatus,
  provisioningStatus,
} from './lba-status.ts';
export {
  decodeLun,
  encodeLunAddress,
  type LunAddress,
  lunFromNumber,
  lunToNumber,
  lunToString,
  wellKnownLun,
} from './lun.ts';
export {
  type CachingPage,
  type ControlPage,
  decodeCachingPage,
  decodeControlPage,
  encodeCachingPage,
  encodeControlPage,
  modePage,
} from './mode-pages.ts';
export {
  decodeModeParameters6,
  decodeModeParameters10,
  decodeModeSense6Cdb,
  decodeModeSense10Cdb,
  encodeModeParameters6,
  encodeModeParameters10,
  encodeModeSense6Cdb,
  encodeModeSense10Cdb,
  findModePage,
  type ModeBlockDescriptor,
  type ModePage,
  type ModeParameters,
  type ModeSenseCdb,
  pageControl,
} from './mode-sense.ts';
export { cdbFieldLength, cdbLength, commandName, scsiOpcode, serviceActionIn16 } from './opcodes.ts';
export {
  type Capacity10,
  type Capacity16,
  capacity16Length,
  capacityTooLarge,
  decodeCapacity10,
  decodeCapacity16,
  decodeReadCapacity16Cdb,
  encodeCapacity10,
  encodeCapacity16,
  encodeReadCapacity10Cdb,
  encodeReadCapacity16Cdb,
} from './read-capacity.ts';
export {
  type BlockTransfer,
  decodeCompareAndWriteCdb,
  decodeTransfer10Cdb,
  decodeTransfer16Cdb,
  encodeCompareAndWriteCdb,
  encodeRead10Cdb,
  encodeRead16Cdb,
  encodeWrite10Cdb,
  encodeWrite16Cdb,
  transferLimit,
} from './read-write.ts';
export {
  decodeLunList,
  decodeReportLunsCdb,
  encodeLunList,
  encodeReportLunsCdb,
  type LunList,
  type ReportLunsCdb,
  selectReport,
} from './report-luns.ts';
export { clampToAllocation } from './response-data.ts';
export {
  decodeFieldPointer,
  decodeSense,
  encodeFieldPointer,
  encodeSense,
  type FieldPointer,
  makeSense,
  type Sense,
} from './sense.ts';
export { senseKey, senseKeyName } from './sense-keys.ts';
export { scsiStatus, scsiStatusName } from './status.ts';
export {
  decodeSynchronizeCache10Cdb,
  decodeSynchronizeCache16Cdb,
  encodeSynchronizeCache10Cdb,
  encodeSynchronizeCache16Cdb,
  type SynchronizeCacheCdb,
} from './synchronize-cache.ts';
export {
  decodeRequestSenseCdb,
  decodeStartStopUnitCdb,
  encodeRequestSenseCdb,
  encodeStartStopUnitCdb,
  encodeTestUnitReadyCdb,
  type RequestSenseCdb,
  type StartStopUnitCdb,
} from './unit-commands.ts';
export {
  type BlockRange,
  decodeUnmapCdb,
  decodeUnmapList,
  encodeUnmapCdb,
  encodeUnmapList,
  type UnmapCdb,
  unmapDescriptorLimit,
} from './unmap.ts';
export {
  connectedDisk,
  decodeSupportedPages,
  decodeUnitSerialNumber,
  encodeSupportedPages,
  encodeUnitSerialNumber,
  type VpdDevice,
  vpdDeclaredLength,
  vpdHeaderLength,
  vpdPage,
} from './vpd.ts';
export { decodeWriteSame16Cdb, encodeWriteSame16Cdb, type WriteSame16Cdb } from './write-same.ts';
