// The error codes of iSCSI, SCSI and block devices: a part of the table in codes.ts.

export const protocolCodes = {
  ISCSI_BAD_ARGUMENT: { exitStatus: 10, isRetryable: false, meaning: 'An argument is outside what the call takes.' },
  ISCSI_BAD_URL: {
    exitStatus: 11,
    isRetryable: false,
    meaning: 'A URL is not of the form iscsi://[user[%secret]@]host[:port]/target/lun[?options].',
  },
  ISCSI_WRONG_STATE: {
    exitStatus: 12,
    isRetryable: false,
    meaning: 'The object is in a state in which this call is not permitted.',
  },

  ISCSI_CONNECT_FAILED: {
    exitStatus: 20,
    isRetryable: true,
    meaning: 'No transport connection to the peer could be made.',
  },
  ISCSI_CONNECTION_LOST: {
    exitStatus: 21,
    isRetryable: true,
    meaning: 'The transport connection ended while it was in use.',
  },

  ISCSI_LISTEN_FAILED: {
    exitStatus: 28,
    isRetryable: true,
    meaning: 'A local port on which peers are to connect could not be opened.',
  },

  ISCSI_CONNECT_TIMEOUT: {
    exitStatus: 30,
    isRetryable: true,
    meaning: 'The transport connection was not made in time.',
  },
  ISCSI_LOGIN_TIMEOUT: { exitStatus: 31, isRetryable: true, meaning: 'The login did not finish in time.' },
  ISCSI_TASK_TIMEOUT: { exitStatus: 32, isRetryable: true, meaning: 'A SCSI command was not answered in time.' },
  ISCSI_PING_TIMEOUT: {
    exitStatus: 33,
    isRetryable: true,
    meaning: 'The target did not answer a NOP-Out ping in time.',
  },
  ISCSI_LOGOUT_TIMEOUT: {
    exitStatus: 34,
    isRetryable: true,
    meaning: 'The target did not answer a Logout Request in time.',
  },
  ISCSI_DRAIN_TIMEOUT: {
    exitStatus: 35,
    isRetryable: true,
    meaning: 'Commands in flight did not finish before the drain deadline.',
  },
  ISCSI_FLUSH_TIMEOUT: { exitStatus: 38, isRetryable: true, meaning: 'A device did not flush its cache in time.' },
  ISCSI_TEXT_TIMEOUT: { exitStatus: 36, isRetryable: true, meaning: 'A Text Request was not answered in time.' },
  ISCSI_TASK_MANAGEMENT_TIMEOUT: {
    exitStatus: 37,
    isRetryable: true,
    meaning: 'A task management request was not answered in time.',
  },

  ISCSI_BAD_OPCODE: {
    exitStatus: 40,
    isRetryable: false,
    meaning: 'The peer sent a PDU whose opcode is unknown or not allowed from its side.',
  },
  ISCSI_BAD_FIELD: {
    exitStatus: 41,
    isRetryable: false,
    meaning: 'The peer sent a PDU with a field that RFC 7143 forbids.',
  },
  ISCSI_DIGEST_MISMATCH: {
    exitStatus: 42,
    isRetryable: true,
    meaning: 'A header or data digest did not match the bytes received.',
  },
  ISCSI_SEGMENT_TOO_LONG: {
    exitStatus: 43,
    isRetryable: false,
    meaning: 'The peer sent a data segment longer than was declared.',
  },
  ISCSI_BAD_TEXT: {
    exitStatus: 44,
    isRetryable: false,
    meaning: 'The peer sent text that is not a list of key=value pairs, or too much of it.',
  },
  ISCSI_BAD_SEQUENCE: {
    exitStatus: 45,
    isRetryable: false,
    meaning: 'The peer broke a sequence: StatSN, DataSN, R2TSN or a buffer offset.',
  },
  ISCSI_UNEXPECTED_PDU: {
    exitStatus: 46,
    isRetryable: false,
    meaning: 'The peer sent a PDU that is not allowed in this state or names no known task.',
  },
  ISCSI_REJECTED: { exitStatus: 47, isRetryable: true, meaning: 'The target rejected a PDU.' },

  ISCSI_LOGIN_REFUSED: { exitStatus: 50, isRetryable: false, meaning: 'The target refused the login.' },
  ISCSI_AUTH_FAILED: {
    exitStatus: 51,
    isRetryable: false,
    meaning: 'Authentication failed, at the target or of the target.',
  },
  ISCSI_TARGET_NOT_FOUND: { exitStatus: 52, isRetryable: false, meaning: 'The target does not exist at this portal.' },
  ISCSI_TARGET_REMOVED: {
    exitStatus: 53,
    isRetryable: false,
    meaning: 'The target has been removed and no new address is given.',
  },
  ISCSI_TOO_MANY_CONNECTIONS: {
    exitStatus: 54,
    isRetryable: false,
    meaning: 'The session takes no further connection.',
  },
  ISCSI_NO_AGREEMENT: { exitStatus: 55, isRetryable: false, meaning: 'The two sides found no common value for a key.' },
  ISCSI_TOO_MANY_REDIRECTS: {
    exitStatus: 56,
    isRetryable: false,
    meaning: 'The login was redirected more often than allowed.',
  },
  ISCSI_WEAK_SECRET: {
    exitStatus: 57,
    isRetryable: false,
    meaning: 'A CHAP secret is shorter than 12 bytes and short secrets were not allowed.',
  },
  ISCSI_TARGET_ERROR: { exitStatus: 58, isRetryable: true, meaning: 'The target could not serve the login now.' },
  ISCSI_WRONG_PORTAL_GROUP: {
    exitStatus: 59,
    isRetryable: false,
    meaning: 'The portal belongs to another portal group of the target than the one that is meant.',
  },

  SCSI_CHECK_CONDITION: {
    exitStatus: 60,
    isRetryable: false,
    meaning: 'The device ended a command with CHECK CONDITION.',
  },
  SCSI_RESERVATION_CONFLICT: {
    exitStatus: 61,
    isRetryable: false,
    meaning: 'Another initiator holds a reservation on the device.',
  },
  SCSI_BUSY: { exitStatus: 62, isRetryable: true, meaning: 'The device stayed busy for longer than retries allowed.' },
  SCSI_TASK_SET_FULL: {
    exitStatus: 63,
    isRetryable: true,
    meaning: 'The task set of the device stayed full for longer than retries allowed.',
  },
  SCSI_TASK_ABORTED: {
    exitStatus: 64,
    isRetryable: true,
    meaning: 'The command was aborted by the target or by another initiator.',
  },
  SCSI_TARGET_FAILURE: {
    exitStatus: 65,
    isRetryable: false,
    meaning: 'The target failed before the command had a SCSI status.',
  },
  SCSI_RESIDUAL: {
    exitStatus: 66,
    isRetryable: false,
    meaning: 'The device moved another number of bytes than the command asked for.',
  },
  SCSI_UNSUPPORTED: { exitStatus: 67, isRetryable: false, meaning: 'The device does not have the operation.' },
  SCSI_BAD_DATA: {
    exitStatus: 68,
    isRetryable: false,
    meaning: 'The device returned data that its command set does not allow.',
  },
  SCSI_MISCOMPARE: { exitStatus: 69, isRetryable: false, meaning: 'The device compared data and found a difference.' },

  ISCSI_CLOSED: { exitStatus: 70, isRetryable: false, meaning: 'The object has been closed.' },
  ISCSI_DRAINING: {
    exitStatus: 71,
    isRetryable: false,
    meaning: 'The session or connection is ending and takes no new work.',
  },
  ISCSI_SESSION_LOST: {
    exitStatus: 72,
    isRetryable: true,
    meaning: 'The session ended without having been logged out.',
  },
  ISCSI_LEADING_CONNECTION: {
    exitStatus: 73,
    isRetryable: false,
    meaning: 'The leading connection of a session cannot be removed.',
  },
  ISCSI_LAST_CONNECTION: {
    exitStatus: 74,
    isRetryable: false,
    meaning: 'The last connection of a session cannot be removed.',
  },
  ISCSI_DEVICE_BUSY: {
    exitStatus: 75,
    isRetryable: true,
    meaning: 'A device of the session is in use; the holders are named.',
  },
  ISCSI_LOGOUT_FAILED: { exitStatus: 76, isRetryable: true, meaning: 'The target did not carry out a logout.' },
  ISCSI_QUEUE_FULL: { exitStatus: 77, isRetryable: true, meaning: 'A bounded queue is full.' },
  ISCSI_NO_SUCH_CONNECTION: {
    exitStatus: 78,
    isRetryable: false,
    meaning: 'The session has no connection with this id.',
  },
  ISCSI_SESSION_EXISTS: {
    exitStatus: 79,
    isRetryable: false,
    meaning: 'The initiator has a session of this identity already.',
  },

  ISCSI_DEVICE_CHANGED: {
    exitStatus: 90,
    isRetryable: false,
    meaning: 'Another device has taken the place of the one that was opened, which gets no more I/O.',
  },
  ISCSI_DEVICE_GONE: { exitStatus: 91, isRetryable: false, meaning: 'The device is not there any more.' },
  ISCSI_NO_SUCH_TASK: {
    exitStatus: 100,
    isRetryable: false,
    meaning: 'The target does not have the task that a task management function names.',
  },
  ISCSI_NO_SUCH_LUN: {
    exitStatus: 101,
    isRetryable: false,
    meaning: 'The target does not have the logical unit that a task management function names.',
  },
  ISCSI_TASK_STILL_ALLEGIANT: {
    exitStatus: 102,
    isRetryable: true,
    meaning: 'A task cannot be reassigned while it is allegiant to another connection.',
  },
  ISCSI_FUNCTION_UNSUPPORTED: {
    exitStatus: 103,
    isRetryable: false,
    meaning: 'The target does not have the task management function.',
  },
  ISCSI_FUNCTION_FORBIDDEN: {
    exitStatus: 104,
    isRetryable: false,
    meaning: 'The target does not permit the task management function to this initiator.',
  },
  ISCSI_FUNCTION_REJECTED: {
    exitStatus: 105,
    isRetryable: false,
    meaning: 'The target rejected a task management function.',
  },

  BLOCK_OUT_OF_RANGE: { exitStatus: 80, isRetryable: false, meaning: 'An offset or length lies outside the device.' },
  BLOCK_READ_ONLY: { exitStatus: 81, isRetryable: false, meaning: 'The device cannot be written.' },
  BLOCK_IO_FAILED: { exitStatus: 83, isRetryable: false, meaning: 'A local file or device failed.' },
  BLOCK_WRITES_LOST: {
    exitStatus: 85,
    isRetryable: false,
    meaning: 'Writes that had been acknowledged and not flushed may be lost, since the device lost its cache.',
  },
  BLOCK_MISMATCH: { exitStatus: 84, isRetryable: false, meaning: 'Data read back differs from what was written.' },
} as const;
