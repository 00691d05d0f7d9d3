// The status codes ISDSC_* of the iSCSI Discovery Library API: names and values as in iscsierr.h, texts our own.
//
// Bits 31 and 30 of a value are its severity: 0xE… is an error, 0xA… a warning.

/** A status code of the Discovery Library API, or one of Win32. */
export interface StatusText {
  readonly value: number;
  /** One sentence for people. */
  readonly text: string;
}

/** All of them, in the order of their values. */
export const isdscCodes = {
  ISDSC_NON_SPECIFIC_ERROR: { value: 0xefff0001, text: 'It failed for a reason that has no code of its own.' },
  ISDSC_LOGIN_FAILED: { value: 0xefff0002, text: 'The login did not succeed.' },
  ISDSC_CONNECTION_FAILED: { value: 0xefff0003, text: 'No transport connection could be made.' },
  ISDSC_INITIATOR_NODE_ALREADY_EXISTS: { value: 0xefff0004, text: 'There is such an initiator node already.' },
  ISDSC_INITIATOR_NODE_NOT_FOUND: { value: 0xefff0005, text: 'There is no such initiator node.' },
  ISDSC_TARGET_MOVED_TEMPORARILY: { value: 0xefff0006, text: 'The target is at another address for a while.' },
  ISDSC_TARGET_MOVED_PERMANENTLY: { value: 0xefff0007, text: 'The target is at another address for good.' },
  ISDSC_INITIATOR_ERROR: { value: 0xefff0008, text: 'The target says that the initiator made a mistake.' },
  ISDSC_AUTHENTICATION_FAILURE: { value: 0xefff0009, text: 'One of the two sides could not prove who it is.' },
  ISDSC_AUTHORIZATION_FAILURE: { value: 0xefff000a, text: 'The initiator may not use the target.' },
  ISDSC_NOT_FOUND: { value: 0xefff000b, text: 'The portal does not have the target.' },
  ISDSC_TARGET_REMOVED: { value: 0xefff000c, text: 'The target is gone, and no new address is given.' },
  ISDSC_UNSUPPORTED_VERSION: { value: 0xefff000d, text: 'The target does not speak this version of iSCSI.' },
  ISDSC_TOO_MANY_CONNECTIONS: { value: 0xefff000e, text: 'The session takes no further connection.' },
  ISDSC_MISSING_PARAMETER: { value: 0xefff000f, text: 'The target misses a parameter in the login.' },
  ISDSC_CANT_INCLUDE_IN_SESSION: { value: 0xefff0010, text: 'The connection cannot be taken into the session.' },
  ISDSC_SESSION_TYPE_NOT_SUPPORTED: { value: 0xefff0011, text: 'The target does not have this type of session.' },
  ISDSC_TARGET_ERROR: { value: 0xefff0012, text: 'The target failed.' },
  ISDSC_SERVICE_UNAVAILABLE: { value: 0xefff0013, text: 'The target is not in service now.' },
  ISDSC_OUT_OF_RESOURCES: { value: 0xefff0014, text: 'The target has no resources left for the login.' },
  ISDSC_CONNECTION_ALREADY_EXISTS: { value: 0xefff0015, text: 'The initiator node has connections already.' },
  ISDSC_SESSION_ALREADY_EXISTS: { value: 0xefff0016, text: 'There is such a session already.' },
  ISDSC_INITIATOR_INSTANCE_NOT_FOUND: { value: 0xefff0017, text: 'There is no such initiator instance.' },
  ISDSC_TARGET_ALREADY_EXISTS: { value: 0xefff0018, text: 'The target is on the list already.' },
  ISDSC_DRIVER_BUG: { value: 0xefff0019, text: 'The initiator ended an operation in a way that cannot be right.' },
  ISDSC_INVALID_TEXT_KEY: { value: 0xefff001a, text: 'A text key from the target is not valid.' },
  ISDSC_INVALID_SENDTARGETS_TEXT: { value: 0xefff001b, text: 'The answer to SendTargets cannot be read.' },
  ISDSC_INVALID_SESSION_ID: { value: 0xefff001c, text: 'There is no session of this id.' },
  ISDSC_SCSI_REQUEST_FAILED: { value: 0xefff001d, text: 'The SCSI command failed; status and sense data say why.' },
  ISDSC_TOO_MANY_SESSIONS: { value: 0xefff001e, text: 'The initiator has as many sessions as it can have.' },
  ISDSC_SESSION_BUSY: { value: 0xefff001f, text: 'Another request is being carried out on the session.' },
  ISDSC_TARGET_MAPPING_UNAVAILABLE: { value: 0xefff0020, text: 'The wanted bus, target or LUN number is not free.' },
  ISDSC_ADDRESS_TYPE_NOT_SUPPORTED: { value: 0xefff0021, text: 'Addresses of this type cannot be used.' },
  ISDSC_LOGON_FAILED: { value: 0xefff0022, text: 'The logon did not succeed.' },
  ISDSC_SEND_FAILED: { value: 0xefff0023, text: 'TCP could not send.' },
  ISDSC_TRANSPORT_ERROR: { value: 0xefff0024, text: 'The transport failed.' },
  ISDSC_VERSION_MISMATCH: { value: 0xefff0025, text: 'The two sides speak different versions of iSCSI.' },
  ISDSC_TARGET_MAPPING_OUT_OF_RANGE: {
    value: 0xefff0026,
    text: 'A bus, target or LUN number is outside what there is.',
  },
  ISDSC_TARGET_PRESHAREDKEY_UNAVAILABLE: { value: 0xefff0027, text: 'There is no preshared key for the target.' },
  ISDSC_TARGET_AUTHINFO_UNAVAILABLE: { value: 0xefff0028, text: 'A secret that the login needs has not been set.' },
  ISDSC_TARGET_NOT_FOUND: { value: 0xefff0029, text: 'The target is not known, or is hidden from login.' },
  ISDSC_LOGIN_USER_INFO_BAD: { value: 0xefff002a, text: 'Something in the input of the login is not valid.' },
  ISDSC_TARGET_MAPPING_EXISTS: { value: 0xefff002b, text: 'There is such a mapping already.' },
  ISDSC_HBA_SECURITY_CACHE_FULL: { value: 0xefff002c, text: 'The adapter has no room for further security settings.' },
  ISDSC_INVALID_PORT_NUMBER: { value: 0xefff002d, text: 'The initiator has no port of this number.' },
  ISDSC_OPERATION_NOT_ALL_SUCCESS: {
    value: 0xafff002e,
    text: 'It was done in part: not all that was asked could answer.',
  },
  ISDSC_HBA_SECURITY_CACHE_NOT_SUPPORTED: { value: 0xefff002f, text: 'The adapter keeps no security settings.' },
  ISDSC_IKE_ID_PAYLOAD_TYPE_NOT_SUPPORTED: { value: 0xefff0030, text: 'This type of IKE identity cannot be used.' },
  ISDSC_IKE_ID_PAYLOAD_INCORRECT_SIZE: {
    value: 0xefff0031,
    text: 'The IKE identity does not have the length of its type.',
  },
  ISDSC_TARGET_PORTAL_ALREADY_EXISTS: { value: 0xefff0032, text: 'There is such a target portal already.' },
  ISDSC_TARGET_ADDRESS_ALREADY_EXISTS: { value: 0xefff0033, text: 'There is such a target address already.' },
  ISDSC_NO_AUTH_INFO_AVAILABLE: { value: 0xefff0034, text: 'No IKE settings are kept for this.' },
  ISDSC_NO_TUNNEL_OUTER_MODE_ADDRESS: { value: 0xefff0035, text: 'No outer address of a tunnel is kept for this.' },
  ISDSC_CACHE_CORRUPTED: { value: 0xefff0036, text: 'The kept IKE settings or tunnel addresses are damaged.' },
  ISDSC_REQUEST_NOT_SUPPORTED: { value: 0xefff0037, text: 'The operation is not supported.' },
  ISDSC_TARGET_OUT_OF_RESORCES: { value: 0xefff0038, text: 'The target has no resources left for the request.' },
  ISDSC_SERVICE_DID_NOT_RESPOND: { value: 0xefff0039, text: 'The initiator service did not answer the initiator.' },
  ISDSC_ISNS_SERVER_NOT_FOUND: { value: 0xefff003a, text: 'There is no such iSNS server, or it cannot be reached.' },
  ISDSC_OPERATION_REQUIRES_REBOOT: { value: 0xafff003b, text: 'It was done and has its effect after the next start.' },
  ISDSC_NO_PORTAL_SPECIFIED: { value: 0xefff003c, text: 'There is no portal to log in through.' },
  ISDSC_CANT_REMOVE_LAST_CONNECTION: {
    value: 0xefff003d,
    text: 'The last connection of a session cannot be removed; log the session out.',
  },
  ISDSC_SERVICE_NOT_RUNNING: { value: 0xefff003e, text: 'The initiator service is not running.' },
  ISDSC_TARGET_ALREADY_LOGGED_IN: { value: 0xefff003f, text: 'There is a session with the target already.' },
  ISDSC_DEVICE_BUSY_ON_SESSION: { value: 0xefff0040, text: 'A device of the session is in use, so the session stays.' },
  ISDSC_COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA: { value: 0xefff0041, text: 'The persistent login could not be saved.' },
  ISDSC_COULD_NOT_REMOVE_PERSISTENT_LOGIN_DATA: {
    value: 0xefff0042,
    text: 'The persistent login could not be deleted.',
  },
  ISDSC_PORTAL_NOT_FOUND: { value: 0xefff0043, text: 'There is no such portal.' },
  ISDSC_INITIATOR_NOT_FOUND: { value: 0xefff0044, text: 'There is no initiator of this name.' },
  ISDSC_DISCOVERY_MECHANISM_NOT_FOUND: { value: 0xefff0045, text: 'The target was not found by this mechanism.' },
  ISDSC_IPSEC_NOT_SUPPORTED_ON_OS: { value: 0xefff0046, text: 'IPsec for iSCSI cannot be applied on this system.' },
  ISDSC_PERSISTENT_LOGIN_TIMEOUT: { value: 0xefff0047, text: 'What is persistent did not appear in time.' },
  ISDSC_SHORT_CHAP_SECRET: {
    value: 0xafff0048,
    text: 'A CHAP secret is shorter than 96 bits, which is good only for use with IPsec.',
  },
  ISDSC_EVALUATION_PEROID_EXPIRED: { value: 0xefff0049, text: 'The evaluation period of the service is over.' },
  ISDSC_INVALID_CHAP_SECRET: { value: 0xefff004a, text: 'A CHAP secret is not as the standard demands.' },
  ISDSC_INVALID_TARGET_CHAP_SECRET: {
    value: 0xefff004b,
    text: 'The CHAP secret for the target is not 12 to 16 bytes long.',
  },
  ISDSC_INVALID_INITIATOR_CHAP_SECRET: {
    value: 0xefff004c,
    text: 'The CHAP secret of the initiator is not 12 to 16 bytes long.',
  },
  ISDSC_INVALID_CHAP_USER_NAME: { value: 0xefff004d, text: 'The CHAP user name is not valid.' },
  ISDSC_INVALID_LOGON_AUTH_TYPE: { value: 0xefff004e, text: 'There is no such type of authentication.' },
  ISDSC_INVALID_TARGET_MAPPING: { value: 0xefff004f, text: 'The mapping is not valid.' },
  ISDSC_INVALID_TARGET_ID: { value: 0xefff0050, text: 'The target number in the mapping is not valid.' },
  ISDSC_INVALID_ISCSI_NAME: {
    value: 0xefff0051,
    text: 'An iSCSI name is too long or has characters that it may not have.',
  },
  ISDSC_INCOMPATIBLE_ISNS_VERSION: { value: 0xefff0052, text: 'The iSNS server speaks another version of iSNS.' },
  ISDSC_FAILED_TO_CONFIGURE_IPSEC: { value: 0xefff0053, text: 'IPsec could not be set up for the connection.' },
  ISDSC_BUFFER_TOO_SMALL: { value: 0xefff0054, text: 'A buffer is too small.' },
  ISDSC_INVALID_LOAD_BALANCE_POLICY: { value: 0xefff0055, text: 'There is no such load balance policy.' },
  ISDSC_INVALID_PARAMETER: { value: 0xefff0056, text: 'A parameter is not valid.' },
  ISDSC_DUPLICATE_PATH_SPECIFIED: { value: 0xefff0057, text: 'A path stands twice in the load balance policy.' },
  ISDSC_PATH_COUNT_MISMATCH: {
    value: 0xefff0058,
    text: 'The load balance policy does not have all paths of the session.',
  },
  ISDSC_INVALID_PATH_ID: { value: 0xefff0059, text: 'The load balance policy has a path that is not there.' },
  ISDSC_MULTIPLE_PRIMARY_PATHS_SPECIFIED: { value: 0xefff005a, text: 'More than one path is called the primary one.' },
  ISDSC_NO_PRIMARY_PATH_SPECIFIED: { value: 0xefff005b, text: 'No path is called the primary one.' },
  ISDSC_DEVICE_ALREADY_PERSISTENTLY_BOUND: { value: 0xefff005c, text: 'The device is bound already.' },
  ISDSC_DEVICE_NOT_FOUND: { value: 0xefff005d, text: 'There is no such device.' },
  ISDSC_DEVICE_NOT_ISCSI_OR_PERSISTENT: {
    value: 0xefff005e,
    text: 'The device is not one of an iSCSI target with a persistent login.',
  },
  ISDSC_DNS_NAME_UNRESOLVED: { value: 0xefff005f, text: 'The name has no address in the DNS.' },
  ISDSC_NO_CONNECTION_AVAILABLE: {
    value: 0xefff0060,
    text: 'The session has no connection that could carry the request.',
  },
  ISDSC_LB_POLICY_NOT_SUPPORTED: { value: 0xefff0061, text: 'The load balance policy is not supported.' },
  ISDSC_REMOVE_CONNECTION_IN_PROGRESS: {
    value: 0xefff0062,
    text: 'A connection of the session is being removed already.',
  },
  ISDSC_INVALID_CONNECTION_ID: { value: 0xefff0063, text: 'The session has no connection of this id.' },
  ISDSC_CANNOT_REMOVE_LEADING_CONNECTION: {
    value: 0xefff0064,
    text: 'The leading connection of a session cannot be removed.',
  },
  ISDSC_RESTRICTED_BY_GROUP_POLICY: { value: 0xefff0065, text: 'A group policy forbids it.' },
  ISDSC_ISNS_FIREWALL_BLOCKED: { value: 0xefff0066, text: 'The firewall does not let iSNS through.' },
  ISDSC_FAILURE_TO_PERSIST_LB_POLICY: { value: 0xefff0067, text: 'The load balance policy could not be saved.' },
  ISDSC_INVALID_HOST: { value: 0xefff0068, text: 'The host name has no address.' },
} as const;

/** The name of a status code of iscsierr.h. */
export type IsdscName = keyof typeof isdscCodes;

/** The codes of Win32 and Winsock that the Discovery Library API answers with here: names and values as in winerror.h. */
export const win32Codes = {
  ERROR_SUCCESS: { value: 0, text: 'It was done.' },
  ERROR_ACCESS_DENIED: { value: 5, text: 'The caller may not speak to the service.' },
  ERROR_INVALID_DATA: { value: 13, text: 'The data is not what it should be.' },
  ERROR_WRITE_PROTECT: { value: 19, text: 'The device cannot be written.' },
  ERROR_WRITE_FAULT: { value: 29, text: 'The store could not be written; nothing of the change was kept.' },
  ERROR_SHARING_VIOLATION: { value: 32, text: 'Another process uses the store.' },
  ERROR_INVALID_PARAMETER: { value: 87, text: 'A parameter is not of its type, or is outside what the call takes.' },
  ERROR_INSUFFICIENT_BUFFER: { value: 122, text: 'The answer is longer than the capacity that the caller gave.' },
  ERROR_BUSY: { value: 170, text: 'The service has as many requests as it takes at a time.' },
  ERROR_OPERATION_ABORTED: { value: 995, text: 'The operation was given up.' },
  ERROR_IO_DEVICE: { value: 1117, text: 'A device failed.' },
  ERROR_NOT_FOUND: { value: 1168, text: 'There is no such thing.' },
  ERROR_REVISION_MISMATCH: { value: 1306, text: 'The store was written by a newer version.' },
  ERROR_FILE_CORRUPT: { value: 1392, text: 'The store cannot be read.' },
  ERROR_TIMEOUT: { value: 1460, text: 'There was no answer in time.' },
  WSAEACCES: { value: 10013, text: 'The socket of the service may not be used.' },
  WSAENETUNREACH: { value: 10051, text: 'The network of the service cannot be reached.' },
  WSAECONNABORTED: { value: 10053, text: 'The line to the service was given up.' },
  WSAECONNRESET: { value: 10054, text: 'The line to the service was lost.' },
  WSAETIMEDOUT: { value: 10060, text: 'The peer of the socket did not answer.' },
  WSAECONNREFUSED: { value: 10061, text: 'The peer of the socket takes no connection.' },
  WSAEHOSTUNREACH: { value: 10065, text: 'The host of the service cannot be reached.' },
  WSAHOST_NOT_FOUND: { value: 11001, text: 'The host of the service has no address.' },
} as const;

/** The name of a code of Win32 or Winsock. */
export type Win32Name = keyof typeof win32Codes;

/** The name of a status that a call of the Discovery Library API answers with. */
export type StatusName = IsdscName | Win32Name;

/** A status: 0, a code of Win32 or Winsock, or one of iscsierr.h. */
export type StatusValue = (typeof isdscCodes)[IsdscName]['value'] | (typeof win32Codes)[Win32Name]['value'];
