// Value sets of iscsiop.h, under the names of the header.

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

/** What an IKE identity is: `IdType` (RFC 2407 §4.6.2.1 has other numbers for other identities). */
export const IKE_IDENTIFICATION_PAYLOAD_TYPE = {
  /** 4 bytes. */
  ID_IPV4_ADDR: 1,
  /** Domain name. */
  ID_FQDN: 2,
  /** A user@domain. */
  ID_USER_FQDN: 3,
  /** 16 bytes. */
  ID_IPV6_ADDR: 5,
} as const;
