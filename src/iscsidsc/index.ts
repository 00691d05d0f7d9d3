// The iSCSI Discovery Library API (iscsidsc.h): its 46 functions over the initiator service, its structures, enumerations,
// flags and constants under the header's names, and the status codes of iscsierr.h with what they mean.
//
// A file a family of functions; answer.ts makes of what they give, or of why they give nothing, a Status and out-parameters.

export {
  type IsdscName,
  isdscCodes,
  type StatusFacts,
  type StatusName,
  type StatusText,
  type StatusValue,
  statusFacts,
  statusOfCode,
  statusOfError,
  statusValue,
  type Win32Name,
  win32Codes,
} from '../base/index.ts';
export type { Answer, FailureStatus } from './answer.ts';
export { type ConnectedIscsiDsc, connectIscsiDsc } from './connect.ts';
export { type IscsiDsc, openIscsiDsc } from './iscsi-dsc.ts';
export type { ScsiOut } from './scsi.ts';
export { type StructureName, structureFields } from './structure-fields.ts';
export type {
  IKE_AUTHENTICATION_INFORMATION,
  IKE_AUTHENTICATION_PRESHARED_KEY,
  IkeAuthenticationInput,
  ISCSI_CONNECTION_INFO,
  ISCSI_CONNECTION_INFO_EX,
  ISCSI_DEVICE_ON_SESSION,
  ISCSI_LOGIN_OPTIONS,
  ISCSI_SESSION_INFO,
  ISCSI_SESSION_INFO_EX,
  ISCSI_TARGET_MAPPING,
  ISCSI_TARGET_PORTAL,
  ISCSI_TARGET_PORTAL_GROUP,
  ISCSI_TARGET_PORTAL_INFO,
  ISCSI_TARGET_PORTAL_INFO_EX,
  ISCSI_UNIQUE_CONNECTION_ID,
  ISCSI_UNIQUE_SESSION_ID,
  ISCSI_VERSION_INFO,
  LoginOptionsInput,
  PERSISTENT_ISCSI_LOGIN_INFO,
  SCSI_ADDRESS,
  SCSI_LUN_LIST,
  STORAGE_DEVICE_NUMBER,
  TargetMappingInput,
  TargetPortalGroupInput,
  TargetPortalInput,
} from './structures.ts';
export type { TargetInformation } from './target-information.ts';
export {
  ERROR_INSUFFICIENT_BUFFER,
  ERROR_INVALID_PARAMETER,
  ERROR_SUCCESS,
  IKE_AUTHENTICATION_METHOD,
  IKE_IDENTIFICATION_PAYLOAD_TYPE,
  ISCSI_ALL_INITIATOR_PORTS,
  ISCSI_ANY_INITIATOR_PORT,
  ISCSI_AUTH_TYPES,
  ISCSI_DIGEST_TYPES,
  ISCSI_LOGIN_FLAGS,
  ISCSI_LOGIN_OPTIONS_INFO_SPECIFIED,
  ISCSI_LOGIN_OPTIONS_VERSION,
  ISCSI_SECURITY_FLAGS,
  ISCSI_TARGET_FLAGS,
  MAX_ISCSI_ALIAS_LEN,
  MAX_ISCSI_DISCOVERY_DOMAIN_LEN,
  MAX_ISCSI_HBANAME_LEN,
  MAX_ISCSI_NAME_LEN,
  MAX_ISCSI_PORTAL_ADDRESS_LEN,
  MAX_ISCSI_PORTAL_ALIAS_LEN,
  MAX_ISCSI_PORTAL_NAME_LEN,
  MAX_ISCSI_TEXT_ADDRESS_LEN,
  MAX_PATH,
  MAX_RADIUS_ADDRESS_LEN,
  TARGET_INFORMATION_CLASS,
  TARGETPROTOCOLTYPE,
  type TargetInformationClass,
} from './values.ts';
