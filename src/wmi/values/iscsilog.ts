// The codes of the event log (iscsilog.h), under the names of the header.

/** `Type` of MSiSCSI_Eventlog: the severity is in the two highest bits. */
export const EVENTLOG_MESSAGE = {
  /** Connect to the target failed. */
  ISCSI_ERR_TDI_CONNECT_FAILED: 0xc0000001,
  /** No resources for a session. */
  ISCSI_ERR_INSUFFICIENT_SESSION_RESOURCES: 0xc0000002,
  /** MaxCmdSN not ahead of ExpCmdSN in the login response. */
  ISCSI_ERR_INVALID_COMMAND_SEQUENCE_NUMBER: 0xc0000003,
  /** MaxBurstLength smaller than FirstBurstLength. */
  ISCSI_ERR_INVALID_BURST_LENGTH: 0xc0000004,
  /** Initiator portal set-up failed. */
  ISCSI_ERR_SETUP_NETWORK_NODE: 0xc0000005,
  /** No resources for a connection. */
  ISCSI_ERR_INSUFFICIENT_CONNECTION_RESOURCES: 0xc0000006,
  /** PDU could not be sent. */
  ISCSI_ERR_SEND_FAILED: 0xc0000007,
  /** No answer to an iSCSI request in time. */
  ISCSI_ERR_ISCSI_REQUEST_TIMEOUT: 0xc0000008,
  /** No answer to a SCSI command in time. */
  ISCSI_ERR_SCSI_REQUEST_TIMEOUT: 0xc0000009,
  /** Login refused. */
  ISCSI_ERR_LOGIN_FAILED: 0xc000000a,
  /** Bad login response PDU. */
  ISCSI_ERR_LOGIN_PDU_ERROR: 0xc000000b,
  /** Bad redirect data. */
  ISCSI_ERR_INVALID_LOGIN_REDIRECT_DATA: 0xc000000c,
  /** Unknown AuthMethod. */
  ISCSI_ERR_INVALID_AUTHMETHOD: 0xc000000d,
  /** Unknown CHAP algorithm. */
  ISCSI_ERR_INVALID_CHAP_ALGORITHM: 0xc000000e,
  /** Bad characters in the CHAP challenge. */
  ISCSI_ERR_INVALID_CHAP_CHALLENGE: 0xc000000f,
  /** Bad key in the CHAP phase. */
  ISCSI_ERR_INVALID_KEY_DURING_CHAP: 0xc0000010,
  /** Target CHAP response wrong. */
  ISCSI_ERR_INVALID_CHAP_RESPONSE: 0xc0000011,
  /** Header digest wanted, not offered. */
  ISCSI_ERR_HEADER_DIGEST_NEEDED: 0xc0000012,
  /** Data digest wanted, not offered. */
  ISCSI_ERR_HEADER_DATA_NEEDED: 0xc0000013,
  /** Connection lost, will be retried. */
  ISCSI_ERR_CONNECTION_LOST: 0xc0000014,
  /** Data segment above MaxRecvDataSegmentLength. */
  ISCSI_ERR_INVALID_DATA_SEGMENT_LENGTH: 0xc0000015,
  /** Header digest wrong. */
  ISCSI_ERR_HEADER_DIGEST_ERROR: 0xc0000016,
  /** Invalid PDU. */
  ISCSI_ERR_ISCSI_PDU_ERROR: 0xc0000017,
  /** Invalid opcode. */
  ISCSI_ERR_UNKNOWN_ISCSI_OPCODE: 0xc0000018,
  /** Data digest wrong. */
  ISCSI_ERR_DATA_DIGEST_ERROR: 0xc0000019,
  /** Target sent more than asked for. */
  ISCSI_ERR_EXCESS_DATA_SENT: 0xc000001a,
  /** No task for the PDU tag. */
  ISCSI_ERR_UNEXPECTED_PDU: 0xc000001b,
  /** Invalid R2T. */
  ISCSI_ERR_INVALID_RTT_PDU: 0xc000001c,
  /** Target rejected a PDU. */
  ISCSI_ERR_ISCSI_PDU_REJECTED: 0xc000001d,
  /** No work item. */
  ISCSI_ERR_INSUFFICIENT_WORKITEM_RESOURCES: 0xc000001e,
  /** No request packet. */
  ISCSI_ERR_INSUFFICIENT_REQ_PACKET_RESOURCES: 0xc000001f,
  /** Async logout message received. */
  ISCSI_INFO_RECEIVED_ASYNC_LOGOUT: 0x40000020,
  /** CHAP challenge too long. */
  ISCSI_ERR_INVALID_CHAP_CHALLENGE_SIZE: 0xc0000021,
  /** Reconnected after loss. */
  ISCSI_INFO_RECONNECTED_TO_TARGET: 0x40000022,
  /** Target secret under 12 bytes. */
  ISCSI_ERR_INVALID_TARGET_CHAP_SECRET: 0xc0000023,
  /** Initiator secret under 12 bytes. */
  ISCSI_ERR_INVALID_INITIATOR_CHAP_SECRET: 0xc0000024,
  /** Crypto service missing, persistent logins not processed. */
  ISCSI_ERR_FIPS_NOT_AVAILABLE: 0xc0000025,
  /** CHAP wanted, not offered. */
  ISCSI_ERR_CHAP_NOT_OFFERED: 0xc0000026,
  /** Target reset sent. */
  ISCSI_ERR_DEVICE_RESET: 0xc0000027,
  /** Target wants CHAP, initiator not set up. */
  ISCSI_ERR_CHAP_OFFERED: 0xc0000028,
  /** Target sent no AuthMethod. */
  ISCSI_ERR_AUTH_METHOD_NOT_OFFERED: 0xc0000029,
  /** StatSN out of order. */
  ISCSI_ERR_INVALID_STATUS_SEQ_NUM: 0xc000002a,
  /** Login not answered. */
  ISCSI_ERR_LOGIN_TIMED_OUT: 0xc000002b,
  /** Logout not answered. */
  ISCSI_ERR_LOGOUT_TIMED_OUT: 0xc000002c,
  /** Login for an added connection not answered. */
  ISCSI_ERR_ADDCONNECTION_TIMED_OUT: 0xc000002d,
  /** SendTargets not answered. */
  ISCSI_ERR_SENDTARGETS_TIMED_OUT: 0xc000002e,
  /** SCSI command asked by WMI not answered. */
  ISCSI_ERR_SCSICOMMAND_TIMED_OUT: 0xc000002f,
  /** NOP not answered. */
  ISCSI_ERR_NOP_TIMED_OUT: 0xc0000030,
  /** Task management not answered. */
  ISCSI_ERR_TASKMGMT_TIMED_OUT: 0xc0000031,
  /** Renegotiation text not answered. */
  ISCSI_ERR_ASYNC_TEXT_CMD_TIMED_OUT: 0xc0000032,
  /** Logout made on an async message not answered. */
  ISCSI_ERR_ASYNC_LOGOUT_TIMED_OUT: 0xc0000033,
  /** Service slow to set up IPsec. */
  ISCSI_ERR_CONFIG_IPSEC_TIMED_OUT: 0xc0000034,
  /** Service slow to release IPsec. */
  ISCSI_ERR_RELEASE_IPSEC_TIMED_OUT: 0xc0000035,
  /** Service slow to encrypt or decrypt. */
  ISCSI_ERR_ENCRYPT_DECRYPT_TIMED_OUT: 0xc0000036,
  /** No resources to send. */
  ISCSI_ERR_INSUFFICIENT_RESOURCES_FOR_SEND: 0xc0000037,
  /** Buffer mapping failed. */
  ISCSI_ERR_FAILED_TO_GET_SYSTEM_ADDRESS: 0xc0000038,
  /** No resources for the I/O. */
  ISCSI_ERR_FAILED_TO_ALLOCATE_RESOURCES_FOR_IO: 0xc0000039,
  /** No task tag. */
  ISCSI_ERR_FAILED_TO_ALLOCATE_REQUEST_TAG: 0xc000003a,
  /** Target dropped the connection before full feature phase. */
  ISCSI_ERR_CONNECTION_DROPPED_BEFORE_FFP: 0xc000003b,
  /** Data in a SCSI Response PDU. */
  ISCSI_ERR_DATA_SENT_IN_SCSI_RESPONSE: 0xc000003c,
  /** Target insists on DataPDUInOrder=No, login failed. */
  ISCSI_ERR_DATA_PDU_IN_ORDER_FALSE: 0xc000003d,
  /** Target insists on DataSequenceInOrder=No, login failed. */
  ISCSI_ERR_DATA_SEQ_IN_ORDER_FALSE: 0xc000003e,
  /** Resets failed, session recovery follows. */
  ISCSI_ERR_TOO_MANY_RESET_FAILURE: 0xc000003f,
  /** Boot over iSCSI NIC. */
  ISCSI_INFO_NIC_BOOT: 0x40000040,
  /** No NIC in the paging path. */
  ISCSI_PAGING_IRP_ERROR: 0xc0000041,
  /** Nagle could not be switched off. */
  ISCSI_ERR_DISABLE_NAGLE: 0xc0000042,
  /** CPU CRC used. */
  ISCSI_USING_PROCESSOR_CRC32: 0x40000043,
  /** Relogin after async logout failed. */
  ISCSI_ERR_FAILED_TO_RECOVER_SESSION_AFTER_ASYNCLOGOUT: 0xc0000044,
  /** Recovery of a lost session failed. */
  ISCSI_ERR_FAILED_TO_RECOVER_UNEXPECTED_TERMINATED_SESSION: 0xc0000045,
  /** Logon processing failed, no retry. */
  ISCSI_ERR_FAILED_TO_PROCESS_LOGON_REQUEST: 0xc0000046,
  /** Recovery request not started. */
  ISCSI_SESSION_RECOVERY_REQUEST_NOT_STARTED: 0x40000047,
  /** Wrong IP family of the portal. */
  ISCSI_UNEXPECTED_TARGET_PORTAL_IP_TYPE: 0xc0000048,
} as const;
