// Value sets of iscsiop.h, under the names of the header.

export { IKE_IDENTIFICATION_PAYLOAD_TYPE } from '../../base/index.ts';

/** What LoginToTarget makes: `SessionType`. */
export const LOGINSESSIONTYPE = {
  /** SendTargets only. */
  ISCSI_LOGINTARGET_DISCOVERY: 0,
  /** SCSI methods only, LUNs not exposed. */
  ISCSI_LOGINTARGET_INFORMATIONAL: 1,
  /** Full, LUNs exposed. */
  ISCSI_LOGINTARGET_DATA: 2,
} as const;

/** `EventCode` of MSiSCSI_AdapterEvent. */
export const ISCSI_ADAPTER_EVENT_CODE = {
  /** Discovered target list changed. */
  ISCSI_ADAPTER_TARGETS_CHANGED: 3,
} as const;
