// The error codes of the service, its store, and the servers that it asks: a part of the table in codes.ts.

export const serviceCodes = {
  SERVICE_NOT_RUNNING: {
    exitStatus: 106,
    isRetryable: true,
    meaning: 'No service answers at the address of its control API.',
  },
  SERVICE_BAD_REQUEST: {
    exitStatus: 107,
    isRetryable: false,
    meaning: 'A request to the service is not well formed; the field is named.',
  },
  SERVICE_UNAUTHORIZED: {
    exitStatus: 108,
    isRetryable: false,
    meaning: 'The control API was asked without a right token.',
  },
  SERVICE_OVERLOADED: {
    exitStatus: 109,
    isRetryable: true,
    meaning: 'The service has as many requests as it takes at a time.',
  },
  SERVICE_STOPPING: {
    exitStatus: 110,
    isRetryable: true,
    meaning: 'The service is being stopped and takes no new work.',
  },
  SERVICE_TIMEOUT: {
    exitStatus: 111,
    isRetryable: true,
    meaning: 'An operation of the service did not end before the deadline of its request.',
  },
  SERVICE_FAILED: {
    exitStatus: 112,
    isRetryable: false,
    meaning: 'The service failed in a way that it did not foresee.',
  },
  SERVICE_PORTAL_UNKNOWN: {
    exitStatus: 113,
    isRetryable: false,
    meaning: 'The service keeps no such SendTargets portal.',
  },
  SERVICE_TARGET_UNKNOWN: { exitStatus: 114, isRetryable: false, meaning: 'The service knows no such target.' },
  SERVICE_TARGET_LOGGED_IN: {
    exitStatus: 115,
    isRetryable: false,
    meaning: 'There is a session with the target already.',
  },
  SERVICE_SESSION_UNKNOWN: { exitStatus: 116, isRetryable: false, meaning: 'The service has no session of this id.' },
  SERVICE_CONNECTION_UNKNOWN: {
    exitStatus: 117,
    isRetryable: false,
    meaning: 'The session has no connection of this id.',
  },
  SERVICE_INSTANCE_UNKNOWN: {
    exitStatus: 118,
    isRetryable: false,
    meaning: 'The service has no initiator instance, or no initiator port, of this name.',
  },
  SERVICE_LOGIN_UNKNOWN: {
    exitStatus: 119,
    isRetryable: false,
    meaning: 'The service keeps no such persistent login.',
  },
  SERVICE_SERVER_UNKNOWN: {
    exitStatus: 120,
    isRetryable: false,
    meaning: 'The service keeps no such iSNS or RADIUS server.',
  },
  SERVICE_DEVICE_UNKNOWN: { exitStatus: 121, isRetryable: false, meaning: 'No session has a device of this path.' },
  SERVICE_DEVICE_NOT_PERSISTENT: {
    exitStatus: 122,
    isRetryable: false,
    meaning: 'The device has no persistent login, so it cannot be bound.',
  },
  SERVICE_DEVICE_BOUND: { exitStatus: 123, isRetryable: false, meaning: 'The device is bound already.' },
  SERVICE_DEVICES_MISSING: {
    exitStatus: 124,
    isRetryable: true,
    meaning: 'Persistently bound devices did not appear in time.',
  },
  SERVICE_HOLD_UNKNOWN: {
    exitStatus: 125,
    isRetryable: false,
    meaning: 'The service has no such hold, or its lease has ended.',
  },
  SERVICE_NO_PORTAL: {
    exitStatus: 92,
    isRetryable: true,
    meaning: 'No portal of the target is known, or none answers.',
  },
  SERVICE_SECRET_MISSING: {
    exitStatus: 93,
    isRetryable: false,
    meaning: 'A secret that the login needs has not been set.',
  },
  SERVICE_SECRET_INVALID: {
    exitStatus: 94,
    isRetryable: false,
    meaning: 'A secret is shorter or longer than its use allows.',
  },
  SERVICE_IPSEC_UNAVAILABLE: {
    exitStatus: 95,
    isRetryable: false,
    meaning: 'IPsec is asked for, and this host cannot apply it from user space.',
  },
  SERVICE_MAPPING_TAKEN: {
    exitStatus: 96,
    isRetryable: false,
    meaning: 'The bus, target or LUN number of a mapping is in use or outside what there is.',
  },
  SERVICE_STATE_INVALID: {
    exitStatus: 97,
    isRetryable: false,
    meaning: 'What is to be imported is no state of this service.',
  },
  STORE_LOCKED: { exitStatus: 86, isRetryable: false, meaning: 'Another process uses the state directory.' },
  STORE_CORRUPT: {
    exitStatus: 87,
    isRetryable: false,
    meaning: 'The store, its key file or one of its records cannot be read as what it should be.',
  },
  STORE_TOO_NEW: { exitStatus: 88, isRetryable: false, meaning: 'The store was written by a newer version.' },
  STORE_FAILED: {
    exitStatus: 89,
    isRetryable: true,
    meaning: 'The file system or the database failed; nothing of the change was kept, unless the effect is unknown.',
  },
  ISNS_UNREACHABLE: {
    exitStatus: 22,
    isRetryable: true,
    meaning: 'The iSNS server cannot be reached, or the line to it was lost.',
  },
  ISNS_TIMEOUT: { exitStatus: 23, isRetryable: true, meaning: 'The iSNS server did not answer in time.' },
  ISNS_REFUSED: { exitStatus: 24, isRetryable: false, meaning: 'The iSNS server answered a request with an error.' },
  ISNS_BAD_ANSWER: {
    exitStatus: 25,
    isRetryable: false,
    meaning: 'The iSNS server sent something that RFC 4171 does not allow.',
  },
  RADIUS_UNREACHABLE: { exitStatus: 26, isRetryable: true, meaning: 'No RADIUS server answered.' },
  RADIUS_REJECTED: {
    exitStatus: 27,
    isRetryable: false,
    meaning: 'The RADIUS server did not accept what was to be verified.',
  },
} as const;
