// Value sets that iscsidsc.h and the driver's headers (iscsidef.h, iscsiop.h) share, under their names.

/** `HeaderDigest` and `DataDigest` of ISCSI_LoginOptions. */
export const ISCSI_DIGEST_TYPES = {
  /** None. */
  ISCSI_DIGEST_TYPE_NONE: 0,
  /** CRC32C. */
  ISCSI_DIGEST_TYPE_CRC32C: 1,
} as const;

/** `AuthType`. */
export const ISCSI_AUTH_TYPES = {
  /** None. */
  ISCSI_NO_AUTH_TYPE: 0,
  /** CHAP. */
  ISCSI_CHAP_AUTH_TYPE: 1,
  /** Mutual CHAP. */
  ISCSI_MUTUAL_CHAP_AUTH_TYPE: 2,
} as const;

/** Bits of `SecurityFlags`; the others count where the first is set. */
export const ISCSI_SECURITY_FLAGS = {
  /** Others valid. */
  ISCSI_SECURITY_FLAG_VALID: 0x01,
  /** IKE/IPsec. */
  ISCSI_SECURITY_FLAG_IKE_IPSEC_ENABLED: 0x02,
  /** Main mode. */
  ISCSI_SECURITY_FLAG_MAIN_MODE_ENABLED: 0x04,
  /** Aggressive mode. */
  ISCSI_SECURITY_FLAG_AGGRESSIVE_MODE_ENABLED: 0x08,
  /** PFS. */
  ISCSI_SECURITY_FLAG_PFS_ENABLED: 0x10,
  /** Transport mode. */
  ISCSI_SECURITY_FLAG_TRANSPORT_MODE_PREFERRED: 0x20,
  /** Tunnel mode. */
  ISCSI_SECURITY_FLAG_TUNNEL_MODE_PREFERRED: 0x40,
} as const;

/** Bits of `InformationSpecified`: which members of ISCSI_LoginOptions count. */
export const ISCSI_LOGIN_OPTIONS_INFO_SPECIFIED = {
  ISCSI_LOGIN_OPTIONS_HEADER_DIGEST: 0x01,
  ISCSI_LOGIN_OPTIONS_DATA_DIGEST: 0x02,
  ISCSI_LOGIN_OPTIONS_MAXIMUM_CONNECTIONS: 0x04,
  ISCSI_LOGIN_OPTIONS_DEFAULT_TIME_2_WAIT: 0x08,
  ISCSI_LOGIN_OPTIONS_DEFAULT_TIME_2_RETAIN: 0x10,
  ISCSI_LOGIN_OPTIONS_USERNAME: 0x20,
  ISCSI_LOGIN_OPTIONS_PASSWORD: 0x40,
  ISCSI_LOGIN_OPTIONS_AUTH_TYPE: 0x80,
} as const;

/** Bits of `LoginFlags`. */
export const ISCSI_LOGIN_FLAGS = {
  /** IPsec needed. */
  ISCSI_LOGIN_FLAG_REQUIRE_IPSEC: 0x01,
  /** Several sessions to the target allowed. */
  ISCSI_LOGIN_FLAG_MULTIPATH_ENABLED: 0x02,
  /** Internal. */
  ISCSI_LOGIN_FLAG_RESERVED1: 0x04,
  /** Try other discovered portals. */
  ISCSI_LOGIN_FLAG_ALLOW_PORTAL_HOPPING: 0x08,
  /** RADIUS makes the CHAP response. */
  ISCSI_LOGIN_FLAG_USE_RADIUS_RESPONSE: 0x10,
  /** RADIUS checks the CHAP response. */
  ISCSI_LOGIN_FLAG_USE_RADIUS_VERIFICATION: 0x20,
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
