// The constants, enumerations and flag sets of iscsidsc.h, under the header's names.

export {
  IKE_IDENTIFICATION_PAYLOAD_TYPE,
  ISCSI_AUTH_TYPES,
  ISCSI_DIGEST_TYPES,
  ISCSI_LOGIN_FLAGS,
  ISCSI_LOGIN_OPTIONS_INFO_SPECIFIED,
  ISCSI_SECURITY_FLAGS,
} from '../base/index.ts';

export const MAX_ISCSI_HBANAME_LEN = 256;
export const MAX_ISCSI_NAME_LEN = 223;
export const MAX_ISCSI_ALIAS_LEN = 255;
export const MAX_ISCSI_PORTAL_NAME_LEN = 256;
export const MAX_ISCSI_PORTAL_ALIAS_LEN = 256;
export const MAX_ISCSI_TEXT_ADDRESS_LEN = 256;
export const MAX_ISCSI_PORTAL_ADDRESS_LEN = 256;
export const MAX_ISCSI_DISCOVERY_DOMAIN_LEN = 256;
export const MAX_RADIUS_ADDRESS_LEN = 41;
export const MAX_PATH = 260;
export const ISCSI_LOGIN_OPTIONS_VERSION = 0;
export const ISCSI_ANY_INITIATOR_PORT = 0xffffffff;
export const ISCSI_ALL_INITIATOR_PORTS = 0xffffffff;
export const ERROR_SUCCESS = 0;
export const ERROR_INVALID_PARAMETER = 87;
export const ERROR_INSUFFICIENT_BUFFER = 122;

/** Bits of TargetFlags. */
export const ISCSI_TARGET_FLAGS = {
  ISCSI_TARGET_FLAG_HIDE_STATIC_TARGET: 0x02,
  ISCSI_TARGET_FLAG_MERGE_TARGET_INFORMATION: 0x04,
} as const;

export const IKE_AUTHENTICATION_METHOD = {
  IKE_AUTHENTICATION_PRESHARED_KEY_METHOD: 1,
} as const;

export const TARGETPROTOCOLTYPE = {
  ISCSI_TCP_PROTOCOL_TYPE: 0,
} as const;

/** What GetIScsiTargetInformation is asked for. */
export const TARGET_INFORMATION_CLASS = {
  ProtocolType: 0,
  TargetAlias: 1,
  DiscoveryMechanisms: 2,
  PortalGroups: 3,
  PersistentTargetMappings: 4,
  InitiatorName: 5,
  TargetFlags: 6,
  LoginOptions: 7,
} as const;

/** One of the values of TARGET_INFORMATION_CLASS. */
export type TargetInformationClass = (typeof TARGET_INFORMATION_CLASS)[keyof typeof TARGET_INFORMATION_CLASS];
