// Value sets of iscsimgt.h, under the names of the header.

/** `Status` of MSiSCSI_HBAInformation. */
export const ISCSI_HBA_STATUS = {
  /** Fine. */
  ISCSI_HBA_STATUS_WORKING: 0,
  /** Degraded. */
  ISCSI_HBA_STATUS_DEGRADED: 1,
  /** May fail soon. */
  ISCSI_HBA_STATUS_CRITICAL: 2,
  /** Dead. */
  ISCSI_HBA_STATUS_FAILED: 3,
} as const;

/** Bits of `FunctionalitySupported` of MSiSCSI_HBAInformation. */
export const ISCSI_HBA_FUNCTIONALITY = {
  /** Preshared-key cache. */
  ISCSI_HBA_PRESHARED_KEY_CACHE: 0x01,
  /** CHAP secret cache. */
  ISCSI_HBA_ISCSI_AUTHENTICATION_CACHE: 0x02,
  /** IPsec tunnel mode. */
  ISCSI_HBA_IPSEC_TUNNEL_MODE: 0x04,
  /** CHAP by RADIUS. */
  ISCSI_HBA_CHAP_VIA_RADIUS: 0x08,
  /** iSNS discovery. */
  ISCSI_HBA_ISNS_DISCOVERY: 0x10,
  /** SLP discovery. */
  ISCSI_HBA_SLP_DISCOVERY: 0x20,
} as const;

/** `State` of ISCSI_ConnectionStaticInfo. */
export const ISCSI_CONNECTION_STATE = {
  /** TCP up, final login response not seen yet. */
  login: 0,
  /** Full feature phase. */
  full: 1,
  /** Logout sent or received, TCP still open. */
  logout: 2,
} as const;

/** `Protocol` of connections and portals: the number of the IP protocol. */
export const ISCSI_CONNECTION_PROTOCOL = {
  /** TCP. */
  TCP: 6,
} as const;

/** `HeaderIntegrity` of ISCSI_ConnectionStaticInfo. */
export const ISCSI_HEADER_INTEGRITY = {
  /** No digest. */
  None: 0,
  /** CRC32C. */
  crc32c: 1,
} as const;

/** `DataIntegrity` of ISCSI_ConnectionStaticInfo. */
export const ISCSI_DATA_INTEGRITY = {
  /** No digest. */
  None: 0,
  /** CRC32C. */
  crc32c: 1,
} as const;

/** `Type` of ISCSI_SessionStaticInfo. */
export const ISCSI_SESSION_TYPE = {
  /** Discovery. */
  discoverySession: 0,
  /** Informational. */
  informationalSession: 1,
  /** Data. */
  dataSession: 2,
  /** Boot. */
  bootSession: 3,
} as const;

/** `PortalType` of ISCSI_PortalInfo. */
export const ISCSI_PORTAL_TYPE = {
  /** Initiator side. */
  InitiatorPortals: 0,
  /** Target side. */
  TargetPortals: 1,
} as const;

/** `FailureType` of MSiSCSI_InitiatorNodeFailureEvent, by the header, although the names suggest the other one. */
export const ISCSI_INITIATOR_FAILURE_TYPE = {
  /** Login failed, other cause. */
  LoginOtherFail: 0,
  /** Authentication methods do not match / initiator refused. */
  LoginAuthFail: 1,
  /** Target could not be authenticated. */
  LoginAuthenticateFail: 2,
  /** Negotiation failed. */
  LoginNegotiateFail: 3,
  /** Logout failed. */
  LogoutOthers: 4,
} as const;

/** `FailureType` of MSiSCSI_InitiatorInstanceFailureEvent, by the header, although the names suggest the other one. */
export const ISCSI_INITIATOR_NODE_FAILURE_TYPE = {
  /** Digest error. */
  SessionDigestError: 0,
  /** Connection timeout. */
  SessionCxnTimeoutError: 1,
  /** PDU format error. */
  SessionFormatError: 2,
} as const;

/** `ConnectionStatus` of ISCSI_Path. */
export const CONNECTION_STATE = {
  /** Up. */
  CONNECTION_STATE_CONNECTED: 1,
  /** Down. */
  CONNECTION_STATE_DISCONNECTED: 2,
  /** Coming back. */
  CONNECTION_STATE_RECONNECTING: 3,
} as const;

/** `LoadBalancePolicy` of ISCSI_Supported_LB_Policies. */
export const MSiSCSI_LB = {
  /** One active path, others on failure. */
  MSiSCSI_LB_FAILOVER: 1,
  /** All active paths in turn. */
  MSiSCSI_LB_ROUND_ROBIN: 2,
  /** A subset in turn. */
  MSiSCSI_LB_ROUND_ROBIN_WITH_SUBSET: 3,
  /** Path with the shortest queue. */
  MSiSCSI_LB_DYN_LEAST_QUEUE_DEPTH: 4,
  /** By path weight. */
  MSiSCSI_LB_WEIGHTED_PATHS: 5,
  /** Vendor policy. */
  MSiSCSI_LB_VENDOR_SPECIFIC: 6,
} as const;
