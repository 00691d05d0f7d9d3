// The code values of RFC 7143 §11, each typed from its clause, with the value that a second implementation gives it.
//
// `second` is a name and number read in SPDK's include/spdk/iscsi_spec.h or, where SPDK has none, the text and number
// that Wireshark 4.0 prints (`tshark -G values`). It is absent where neither knows the value.

export interface Constant {
  readonly value: number;
  readonly second?: readonly [name: string, value: number];
}

export interface ConstantTable {
  readonly clause: string;
  readonly values: Readonly<Record<string, Constant>>;
}

function also(value: number, name: string, second: number): Constant {
  return { value, second: [name, second] };
}

function only(value: number): Constant {
  return { value };
}

export const opcodes: ConstantTable = {
  clause: '§11.2.1.2',
  values: {
    nopOut: also(0x00, 'ISCSI_OP_NOPOUT', 0x00),
    scsiCommand: also(0x01, 'ISCSI_OP_SCSI', 0x01),
    taskManagementRequest: also(0x02, 'ISCSI_OP_TASK', 0x02),
    loginRequest: also(0x03, 'ISCSI_OP_LOGIN', 0x03),
    textRequest: also(0x04, 'ISCSI_OP_TEXT', 0x04),
    dataOut: also(0x05, 'ISCSI_OP_SCSI_DATAOUT', 0x05),
    logoutRequest: also(0x06, 'ISCSI_OP_LOGOUT', 0x06),
    snackRequest: also(0x10, 'ISCSI_OP_SNACK', 0x10),
    nopIn: also(0x20, 'ISCSI_OP_NOPIN', 0x20),
    scsiResponse: also(0x21, 'ISCSI_OP_SCSI_RSP', 0x21),
    taskManagementResponse: also(0x22, 'ISCSI_OP_TASK_RSP', 0x22),
    loginResponse: also(0x23, 'ISCSI_OP_LOGIN_RSP', 0x23),
    textResponse: also(0x24, 'ISCSI_OP_TEXT_RSP', 0x24),
    dataIn: also(0x25, 'ISCSI_OP_SCSI_DATAIN', 0x25),
    logoutResponse: also(0x26, 'ISCSI_OP_LOGOUT_RSP', 0x26),
    r2t: also(0x31, 'ISCSI_OP_R2T', 0x31),
    asyncMessage: also(0x32, 'ISCSI_OP_ASYNC', 0x32),
    reject: also(0x3f, 'ISCSI_OP_REJECT', 0x3f),
  },
};

export const taskAttributes: ConstantTable = {
  clause: '§11.3.1',
  values: {
    untagged: also(0, 'Untagged', 0x0),
    simple: also(1, 'Simple', 0x1),
    ordered: also(2, 'Ordered', 0x2),
    headOfQueue: also(3, 'Head of Queue', 0x3),
    aca: also(4, 'ACA', 0x4),
  },
};

export const scsiResponseCodes: ConstantTable = {
  clause: '§11.4.3',
  values: {
    completedAtTarget: also(0x00, 'Command completed at target', 0x0),
    targetFailure: also(0x01, 'Response does not contain SCSI status', 0x1),
  },
};

export const taskManagementFunctions: ConstantTable = {
  clause: '§11.5.1',
  values: {
    abortTask: also(1, 'ISCSI_TASK_FUNC_ABORT_TASK', 1),
    abortTaskSet: also(2, 'ISCSI_TASK_FUNC_ABORT_TASK_SET', 2),
    clearAca: also(3, 'ISCSI_TASK_FUNC_CLEAR_ACA', 3),
    clearTaskSet: also(4, 'ISCSI_TASK_FUNC_CLEAR_TASK_SET', 4),
    logicalUnitReset: also(5, 'ISCSI_TASK_FUNC_LOGICAL_UNIT_RESET', 5),
    targetWarmReset: also(6, 'ISCSI_TASK_FUNC_TARGET_WARM_RESET', 6),
    targetColdReset: also(7, 'ISCSI_TASK_FUNC_TARGET_COLD_RESET', 7),
    taskReassign: also(8, 'ISCSI_TASK_FUNC_TASK_REASSIGN', 8),
  },
};

export const taskManagementResponseCodes: ConstantTable = {
  clause: '§11.6.1',
  values: {
    functionComplete: also(0, 'ISCSI_TASK_FUNC_RESP_COMPLETE', 0),
    taskDoesNotExist: also(1, 'ISCSI_TASK_FUNC_RESP_TASK_NOT_EXIST', 1),
    lunDoesNotExist: also(2, 'ISCSI_TASK_FUNC_RESP_LUN_NOT_EXIST', 2),
    taskStillAllegiant: also(3, 'ISCSI_TASK_FUNC_RESP_TASK_STILL_ALLEGIANT', 3),
    reassignmentNotSupported: also(4, 'ISCSI_TASK_FUNC_RESP_REASSIGNMENT_NOT_SUPPORTED', 4),
    functionNotSupported: also(5, 'ISCSI_TASK_FUNC_RESP_FUNC_NOT_SUPPORTED', 5),
    functionAuthorizationFailed: also(6, 'ISCSI_TASK_FUNC_RESP_AUTHORIZATION_FAILED', 6),
    functionRejected: also(255, 'ISCSI_TASK_FUNC_REJECTED', 255),
  },
};

export const asyncEvents: ConstantTable = {
  clause: '§11.9.1',
  values: {
    scsiAsyncEvent: also(0, 'A SCSI asynchronous event is reported in the sense data', 0x0),
    logoutRequest: also(1, 'Target requests logout', 0x1),
    connectionDropNotification: also(2, 'Target will/has dropped connection', 0x2),
    sessionDropNotification: also(3, 'Target will/has dropped all connections', 0x3),
    negotiationRequest: also(4, 'Target requests parameter negotiation', 0x4),
    taskTermination: only(5),
  },
};

export const loginStages: ConstantTable = {
  clause: '§11.12.3',
  values: {
    securityNegotiation: also(0, 'Security negotiation', 0x0),
    loginOperationalNegotiation: also(1, 'Operational negotiation', 0x1),
    fullFeaturePhase: also(3, 'Full feature phase', 0x3),
  },
};

export const loginStatusClasses: ConstantTable = {
  clause: '§11.13.5',
  values: {
    success: also(0, 'ISCSI_CLASS_SUCCESS', 0x00),
    redirection: also(1, 'ISCSI_CLASS_REDIRECT', 0x01),
    initiatorError: also(2, 'ISCSI_CLASS_INITIATOR_ERROR', 0x02),
    targetError: also(3, 'ISCSI_CLASS_TARGET_ERROR', 0x03),
  },
};

/** Status-Class in the high byte, Status-Detail in the low one, as the table of the clause prints them. */
export const loginStatuses: ConstantTable = {
  clause: '§11.13.5',
  values: {
    success: also(0x0000, 'Success', 0x0),
    targetMovedTemporarily: also(0x0101, 'Target moved temporarily', 0x101),
    targetMovedPermanently: also(0x0102, 'Target moved permanently', 0x102),
    initiatorError: also(0x0200, 'Initiator error (miscellaneous error)', 0x200),
    authenticationFailure: also(0x0201, 'Authentication failed', 0x201),
    authorizationFailure: also(0x0202, 'Authorisation failure', 0x202),
    notFound: also(0x0203, 'Target not found', 0x203),
    targetRemoved: also(0x0204, 'Target removed', 0x204),
    unsupportedVersion: also(0x0205, 'Unsupported version', 0x205),
    tooManyConnections: also(0x0206, 'Too many connections', 0x206),
    missingParameter: also(0x0207, 'Missing parameter', 0x207),
    cannotIncludeInSession: also(0x0208, "Can't include in session", 0x208),
    sessionTypeNotSupported: also(0x0209, 'Session type not supported', 0x209),
    sessionDoesNotExist: also(0x020a, 'Session does not exist', 0x20a),
    invalidDuringLogin: also(0x020b, 'Invalid request during login', 0x20b),
    targetError: also(0x0300, 'Target error (miscellaneous error)', 0x300),
    serviceUnavailable: also(0x0301, 'Service unavailable', 0x301),
    outOfResources: also(0x0302, 'Out of resources', 0x302),
  },
};

export const logoutReasons: ConstantTable = {
  clause: '§11.14.1',
  values: {
    closeSession: also(0, 'Close session', 0x0),
    closeConnection: also(1, 'Close connection', 0x1),
    removeConnectionForRecovery: also(2, 'Remove connection for recovery', 0x2),
  },
};

export const logoutResponseCodes: ConstantTable = {
  clause: '§11.15.1',
  values: {
    closedSuccessfully: also(0, 'Connection closed successfully', 0x0),
    cidNotFound: also(1, 'CID not found', 0x1),
    recoveryNotSupported: also(2, 'Connection recovery not supported', 0x2),
    cleanupFailed: also(3, 'Cleanup failed for various reasons', 0x3),
  },
};

export const snackTypes: ConstantTable = {
  clause: '§11.16.1',
  values: {
    dataOrR2t: also(0, 'ISCSI_FLAG_SNACK_TYPE_DATA', 0),
    status: also(1, 'ISCSI_FLAG_SNACK_TYPE_STATUS', 1),
    dataAck: also(2, 'ISCSI_FLAG_SNACK_TYPE_DATA_ACK', 2),
    rData: also(3, 'ISCSI_FLAG_SNACK_TYPE_RDATA', 3),
  },
};

export const rejectReasons: ConstantTable = {
  clause: '§11.17.1',
  values: {
    dataDigestError: also(0x02, 'ISCSI_REASON_DATA_DIGEST_ERROR', 0x2),
    snackReject: also(0x03, 'ISCSI_REASON_DATA_SNACK_REJECT', 0x3),
    protocolError: also(0x04, 'ISCSI_REASON_PROTOCOL_ERROR', 0x4),
    commandNotSupported: also(0x05, 'ISCSI_REASON_CMD_NOT_SUPPORTED', 0x5),
    immediateCommandReject: also(0x06, 'ISCSI_REASON_IMM_CMD_REJECT', 0x6),
    taskInProgress: also(0x07, 'ISCSI_REASON_TASK_IN_PROGRESS', 0x7),
    invalidDataAck: also(0x08, 'ISCSI_REASON_INVALID_SNACK', 0x8),
    invalidPduField: also(0x09, 'ISCSI_REASON_INVALID_PDU_FIELD', 0x9),
    longOperationReject: also(0x0a, 'ISCSI_REASON_LONG_OPERATION_REJECT', 0xa),
    // Deprecated since RFC 3720: a receiver must still know it, to end the login (Note 3).
    negotiationReset: also(0x0b, 'ISCSI_REASON_NEGOTIATION_RESET', 0xb),
    waitingForLogout: also(0x0c, 'ISCSI_REASON_WAIT_FOR_RESET', 0xc),
  },
};
