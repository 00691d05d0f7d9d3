// What several calls of docs/iscsidsc.md have in common: statuses, and rules word for word.

import type { IscsiDsc, StatusName } from '../../src/iscsidsc/index.ts';

/** What holds for a call. */
export interface CallRules {
  readonly statuses: readonly StatusName[];
  readonly rules: readonly string[];
}

/** The rules of some calls. */
export type RulesOfSome = Readonly<Partial<Record<keyof IscsiDsc, CallRules>>>;

/** Statuses that any call may have. */
export const commonStatuses: readonly StatusName[] = [
  'ERROR_SUCCESS',
  'ERROR_INVALID_PARAMETER',
  'ISDSC_SERVICE_NOT_RUNNING',
  'ERROR_ACCESS_DENIED',
  'ERROR_BUSY',
  'ERROR_TIMEOUT',
  'ERROR_OPERATION_ABORTED',
  'ERROR_WRITE_FAULT',
  'ERROR_FILE_CORRUPT',
  'ISDSC_NON_SPECIFIC_ERROR',
  'WSAEACCES',
  'WSAENETUNREACH',
  'WSAECONNABORTED',
  'WSAECONNRESET',
  'WSAETIMEDOUT',
  'WSAEHOSTUNREACH',
  'WSAHOST_NOT_FOUND',
];

/** What a login to a target or a discovery session may end with. */
export const ofLogin: readonly StatusName[] = [
  'ISDSC_CONNECTION_FAILED',
  'ISDSC_LOGIN_FAILED',
  'ISDSC_TARGET_MOVED_TEMPORARILY',
  'ISDSC_INITIATOR_ERROR',
  'ISDSC_AUTHENTICATION_FAILURE',
  'ISDSC_AUTHORIZATION_FAILURE',
  'ISDSC_NOT_FOUND',
  'ISDSC_TARGET_REMOVED',
  'ISDSC_UNSUPPORTED_VERSION',
  'ISDSC_TOO_MANY_CONNECTIONS',
  'ISDSC_MISSING_PARAMETER',
  'ISDSC_CANT_INCLUDE_IN_SESSION',
  'ISDSC_SESSION_TYPE_NOT_SUPPORTED',
  'ISDSC_TARGET_ERROR',
  'ISDSC_SERVICE_UNAVAILABLE',
  'ISDSC_OUT_OF_RESOURCES',
  'ISDSC_TRANSPORT_ERROR',
  'ISDSC_INVALID_TEXT_KEY',
  'ISDSC_INVALID_CHAP_SECRET',
  'ISDSC_INVALID_TARGET_CHAP_SECRET',
  'ISDSC_INVALID_CHAP_USER_NAME',
  'ISDSC_INVALID_LOGON_AUTH_TYPE',
  'ISDSC_TARGET_AUTHINFO_UNAVAILABLE',
  'ISDSC_IPSEC_NOT_SUPPORTED_ON_OS',
  'ISDSC_REQUEST_NOT_SUPPORTED',
];

/** Which initiator instance and port. */
export const ofPlace: readonly StatusName[] = ['ISDSC_INITIATOR_INSTANCE_NOT_FOUND', 'ISDSC_INVALID_PORT_NUMBER'];

export const ofMapping: readonly StatusName[] = [
  'ISDSC_INVALID_TARGET_MAPPING',
  'ISDSC_INVALID_TARGET_ID',
  'ISDSC_TARGET_MAPPING_UNAVAILABLE',
];

export const ofScsi: readonly StatusName[] = [
  'ISDSC_SCSI_REQUEST_FAILED',
  'ERROR_INSUFFICIENT_BUFFER',
  'ISDSC_INVALID_SESSION_ID',
  'ISDSC_SESSION_BUSY',
  'ISDSC_NO_CONNECTION_AVAILABLE',
  'ISDSC_TARGET_ERROR',
];

export const scsiRules: readonly string[] = [
  'Where the device ends the command otherwise than with GOOD, the status is ISDSC_SCSI_REQUEST_FAILED, and ScsiStatus and SenseBuffer hold.',
  'SenseSize is never below 18.',
  'Informational sessions take it, though they have no devices.',
  'A response that is longer than the ResponseSize that is given is ERROR_INSUFFICIENT_BUFFER, with the length that is needed; sense data is cut (ours).',
  'Lun below 16384 is a LUN by its number; above, the 8 bytes of the LUN field, the first the highest (ours: no document says how a LUN stands in a ULONGLONG).',
];

export const securityRule: string =
  'IPsec cannot be applied from user space: ISCSI_LOGIN_FLAG_REQUIRE_IPSEC, SecurityFlags that are valid and not empty, or a Key are refused with ISDSC_IPSEC_NOT_SUPPORTED_ON_OS, rather than ignored.';
export const modesRule: string =
  'Main and aggressive mode exclude each other in SecurityFlags, and so do transport and tunnel mode.';
export const optionsRules: readonly string[] = [
  'InformationSpecified says which members of LoginOptions count; where it is left out, all that are given do (ours).',
  'ISCSI_LOGIN_FLAG_USE_RADIUS_RESPONSE is ISDSC_REQUEST_NOT_SUPPORTED: RADIUS servers verify responses and make none (RFC 2865 §5.3). With ISCSI_LOGIN_FLAG_USE_RADIUS_VERIFICATION they verify that of the target in mutual CHAP.',
  'Password has 12 to 16 bytes, else ISDSC_INVALID_TARGET_CHAP_SECRET (by text).',
];
export const keptRule: string =
  'What could not be reached stays on the list, and the status says why it could not be asked (ours).';
