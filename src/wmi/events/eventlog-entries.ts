// Every code of the event log: what it is told for here, or why it never is.

import type { EVENTLOG_MESSAGE } from '../values/index.ts';

/** The name of a code. */
export type EventlogName = keyof typeof EVENTLOG_MESSAGE;

/** What becomes of a code. */
export type EventlogEntry = { readonly toldFor: string } | { readonly neverToldSince: string };

const told = (toldFor: string): EventlogEntry => ({ toldFor });
const never = (neverToldSince: string): EventlogEntry => ({ neverToldSince });

const memory = 'a process that has no memory left ends';
const noIpsec = 'no IPsec is applied from user space';

/** A code that is missing here does not compile. */
export const eventlogEntries: Readonly<Record<EventlogName, EventlogEntry>> = {
  ISCSI_ERR_TDI_CONNECT_FAILED: told('a portal to which no transport connection could be made'),
  ISCSI_ERR_INSUFFICIENT_SESSION_RESOURCES: never(memory),
  ISCSI_ERR_INVALID_COMMAND_SEQUENCE_NUMBER: never('a window without room is a closed one, which opens later'),
  ISCSI_ERR_INVALID_BURST_LENGTH: told('a login that ended for the sake of FirstBurstLength'),
  ISCSI_ERR_SETUP_NETWORK_NODE: told('a login for which no connection can start from the address wished for'),
  ISCSI_ERR_INSUFFICIENT_CONNECTION_RESOURCES: never(memory),
  ISCSI_ERR_SEND_FAILED: never('a line that takes no more bytes is lost: ISCSI_ERR_CONNECTION_LOST'),
  ISCSI_ERR_ISCSI_REQUEST_TIMEOUT: told('a connection that ended since a Text Request was not answered'),
  ISCSI_ERR_SCSI_REQUEST_TIMEOUT: told('a SCSI command that was not answered in time'),
  ISCSI_ERR_LOGIN_FAILED: told('a login that the target refused by its status'),
  ISCSI_ERR_LOGIN_PDU_ERROR: told('a login in which the target broke the rules of Login Responses or their text'),
  ISCSI_ERR_INVALID_LOGIN_REDIRECT_DATA: told('a redirection without an address'),
  ISCSI_ERR_INVALID_AUTHMETHOD: never(
    'whatever a target chooses that was not offered is ISCSI_ERR_CHAP_NOT_OFFERED or ISCSI_ERR_CHAP_OFFERED',
  ),
  ISCSI_ERR_INVALID_CHAP_ALGORITHM: told('a target that chose a CHAP algorithm which was not offered'),
  ISCSI_ERR_INVALID_CHAP_CHALLENGE: told('a challenge that is no binary value, too long, or used before'),
  ISCSI_ERR_INVALID_KEY_DURING_CHAP: told('a key that has no place in its step of CHAP, or is missing from it'),
  ISCSI_ERR_INVALID_CHAP_RESPONSE: told('a target that did not prove itself'),
  ISCSI_ERR_HEADER_DIGEST_NEEDED: told('a login that ended for the sake of HeaderDigest'),
  ISCSI_ERR_HEADER_DATA_NEEDED: told('a login that ended for the sake of DataDigest'),
  ISCSI_ERR_CONNECTION_LOST: told('every connection that was lost, behind the code of the reason where there is one'),
  ISCSI_ERR_INVALID_DATA_SEGMENT_LENGTH: told('a data segment that is longer than was declared'),
  ISCSI_ERR_HEADER_DIGEST_ERROR: told('a wrong header digest'),
  ISCSI_ERR_ISCSI_PDU_ERROR: told('a PDU that breaks the protocol in a way that has no code of its own'),
  ISCSI_ERR_UNKNOWN_ISCSI_OPCODE: told('an opcode that is none, or not of a target'),
  ISCSI_ERR_DATA_DIGEST_ERROR: told('a wrong data digest, whether it ended the connection or was recovered from'),
  ISCSI_ERR_EXCESS_DATA_SENT: told('a Data-In with other bytes than those that are next, or more than were asked for'),
  ISCSI_ERR_UNEXPECTED_PDU: told('a PDU that is not allowed in its state, or names a task of another connection'),
  ISCSI_ERR_INVALID_RTT_PDU: told('an R2T that breaks a rule'),
  ISCSI_ERR_ISCSI_PDU_REJECTED: told('a PDU that the target rejected'),
  ISCSI_ERR_INSUFFICIENT_WORKITEM_RESOURCES: never(memory),
  ISCSI_ERR_INSUFFICIENT_REQ_PACKET_RESOURCES: never(memory),
  ISCSI_INFO_RECEIVED_ASYNC_LOGOUT: told('a target that asks for a logout by an Asynchronous Message'),
  ISCSI_ERR_INVALID_CHAP_CHALLENGE_SIZE: never('its size is a part of ISCSI_ERR_INVALID_CHAP_CHALLENGE'),
  ISCSI_INFO_RECONNECTED_TO_TARGET: told('a connection that is open again, or a session that has come back'),
  ISCSI_ERR_INVALID_TARGET_CHAP_SECRET: told("a login with a secret of the target's that is under 12 bytes"),
  ISCSI_ERR_INVALID_INITIATOR_CHAP_SECRET: told("a login with a secret of the initiator's that is under 12 bytes"),
  ISCSI_ERR_FIPS_NOT_AVAILABLE: never('all that CHAP needs is in Node itself'),
  ISCSI_ERR_CHAP_NOT_OFFERED: told('a target that did not choose CHAP where it was wanted'),
  ISCSI_ERR_DEVICE_RESET: told('a reset of a logical unit or of the target, for the sake of a command that is stuck'),
  ISCSI_ERR_CHAP_OFFERED: told('a target that chose a method where none was offered'),
  ISCSI_ERR_AUTH_METHOD_NOT_OFFERED: never('a target that goes on without a method is ISCSI_ERR_CHAP_NOT_OFFERED'),
  ISCSI_ERR_INVALID_STATUS_SEQ_NUM: told('a StatSN out of order, or one that did not come though it was asked for'),
  ISCSI_ERR_LOGIN_TIMED_OUT: told('the first login of a session, or of one that is lost, that was not answered'),
  ISCSI_ERR_LOGOUT_TIMED_OUT: told('a Logout Request that was not answered'),
  ISCSI_ERR_ADDCONNECTION_TIMED_OUT: told('a login of an added connection that was not answered'),
  ISCSI_ERR_SENDTARGETS_TIMED_OUT: told('a SendTargets portal of the service that did not answer the question'),
  ISCSI_ERR_SCSICOMMAND_TIMED_OUT: never('commands of management are commands: ISCSI_ERR_SCSI_REQUEST_TIMEOUT'),
  ISCSI_ERR_NOP_TIMED_OUT: told('a connection that ended since a ping was not answered'),
  ISCSI_ERR_TASKMGMT_TIMED_OUT: told('a task management request that was not answered'),
  ISCSI_ERR_ASYNC_TEXT_CMD_TIMED_OUT: never('it is ISCSI_ERR_ISCSI_REQUEST_TIMEOUT, as any Text Request is'),
  ISCSI_ERR_ASYNC_LOGOUT_TIMED_OUT: told('a logout that the target has asked for, and does not answer'),
  ISCSI_ERR_CONFIG_IPSEC_TIMED_OUT: never(noIpsec),
  ISCSI_ERR_RELEASE_IPSEC_TIMED_OUT: never(noIpsec),
  ISCSI_ERR_ENCRYPT_DECRYPT_TIMED_OUT: never(noIpsec),
  ISCSI_ERR_INSUFFICIENT_RESOURCES_FOR_SEND: never(memory),
  ISCSI_ERR_FAILED_TO_GET_SYSTEM_ADDRESS: never('buffers of a process need no mapping'),
  ISCSI_ERR_FAILED_TO_ALLOCATE_RESOURCES_FOR_IO: never(memory),
  ISCSI_ERR_FAILED_TO_ALLOCATE_REQUEST_TAG: never('a command without a free tag waits for one'),
  ISCSI_ERR_CONNECTION_DROPPED_BEFORE_FFP: told('a connection that the target dropped before full feature phase'),
  ISCSI_ERR_DATA_SENT_IN_SCSI_RESPONSE: never('what of its data is not sense data is not looked at'),
  ISCSI_ERR_DATA_PDU_IN_ORDER_FALSE: told('a login that ended for the sake of DataPDUInOrder'),
  ISCSI_ERR_DATA_SEQ_IN_ORDER_FALSE: told('a login that ended for the sake of DataSequenceInOrder'),
  ISCSI_ERR_TOO_MANY_RESET_FAILURE: told('a connection that is about to be dropped since resets were of no help'),
  ISCSI_INFO_NIC_BOOT: never('no system is booted by a process'),
  ISCSI_PAGING_IRP_ERROR: never('a process is not in the paging path'),
  ISCSI_ERR_DISABLE_NAGLE: never('the system call that does it does not fail on a TCP socket'),
  ISCSI_USING_PROCESSOR_CRC32: never('whether the processor computes it is known to a library alone'),
  ISCSI_ERR_FAILED_TO_RECOVER_SESSION_AFTER_ASYNCLOGOUT: told(
    'a session that was left because the target asked for it, and did not come back within the replacement time',
  ),
  ISCSI_ERR_FAILED_TO_RECOVER_UNEXPECTED_TERMINATED_SESSION: told(
    'a session that was lost, and did not come back within the replacement time, or was given up',
  ),
  ISCSI_ERR_FAILED_TO_PROCESS_LOGON_REQUEST: told('a login that ended for any other reason'),
  ISCSI_SESSION_RECOVERY_REQUEST_NOT_STARTED: never('recovery of a session needs nothing that could be missing'),
  ISCSI_UNEXPECTED_TARGET_PORTAL_IP_TYPE: told('a portal of another IP version than connections may have'),
};
