// Which code of the event log an error has: of a login that failed, or of a connection that was lost.

import type { Trouble } from '../../adapter/index.ts';
import {
  type ErrorCode,
  type IscsiError,
  LoginError,
  ProtocolError,
  TransportError,
  UsageError,
} from '../../base/index.ts';
import type { EventlogName } from './eventlog-entries.ts';

type Attempt = Extract<Trouble, { readonly kind: 'loginFailed' }>['attempt'];

/** Opcodes of PDUs that have codes of their own (RFC 7143 §11.2.1.2). */
const opcode = { dataIn: 0x25, r2t: 0x31 } as const;
/** Where the fields are that have codes of their own (RFC 7143 §11.4, §11.7). */
const byteAt = { statSn: 24, bufferOffset: 40 } as const;

/** By the key because of which authentication failed; any other one has no place there. */
const ofChapKey: Readonly<Record<string, EventlogName>> = {
  CHAP_A: 'ISCSI_ERR_INVALID_CHAP_ALGORITHM',
  CHAP_C: 'ISCSI_ERR_INVALID_CHAP_CHALLENGE',
  CHAP_R: 'ISCSI_ERR_INVALID_CHAP_RESPONSE',
};

/** By the key about which there was no agreement. */
const ofKey: Readonly<Record<string, EventlogName>> = {
  HeaderDigest: 'ISCSI_ERR_HEADER_DIGEST_NEEDED',
  DataDigest: 'ISCSI_ERR_HEADER_DATA_NEEDED',
  DataPDUInOrder: 'ISCSI_ERR_DATA_PDU_IN_ORDER_FALSE',
  DataSequenceInOrder: 'ISCSI_ERR_DATA_SEQ_IN_ORDER_FALSE',
  FirstBurstLength: 'ISCSI_ERR_INVALID_BURST_LENGTH',
  TargetAddress: 'ISCSI_ERR_INVALID_LOGIN_REDIRECT_DATA',
};

/** By the code of an error, wherever it comes up. */
const ofCode: Partial<Readonly<Record<ErrorCode, EventlogName>>> = {
  ISCSI_CONNECT_FAILED: 'ISCSI_ERR_TDI_CONNECT_FAILED',
  ISCSI_CONNECT_TIMEOUT: 'ISCSI_ERR_TDI_CONNECT_FAILED',
  ISCSI_PING_TIMEOUT: 'ISCSI_ERR_NOP_TIMED_OUT',
  ISCSI_TEXT_TIMEOUT: 'ISCSI_ERR_ISCSI_REQUEST_TIMEOUT',
  ISCSI_TASK_MANAGEMENT_TIMEOUT: 'ISCSI_ERR_TASKMGMT_TIMED_OUT',
  ISCSI_BAD_OPCODE: 'ISCSI_ERR_UNKNOWN_ISCSI_OPCODE',
  ISCSI_SEGMENT_TOO_LONG: 'ISCSI_ERR_INVALID_DATA_SEGMENT_LENGTH',
};

/** The code for a login that failed. */
export function codeOfLogin(
  error: IscsiError,
  { isAdded, usesChap }: Pick<Attempt, 'isAdded' | 'usesChap'>,
): EventlogName {
  const { code } = error;
  if (code === 'ISCSI_LOGIN_TIMEOUT') {
    return isAdded ? 'ISCSI_ERR_ADDCONNECTION_TIMED_OUT' : 'ISCSI_ERR_LOGIN_TIMED_OUT';
  }
  const known = ofCode[code];
  if (known !== undefined) return known;
  if (error instanceof TransportError) return 'ISCSI_ERR_CONNECTION_DROPPED_BEFORE_FFP';
  if (error instanceof ProtocolError || code === 'ISCSI_BAD_TEXT') return 'ISCSI_ERR_LOGIN_PDU_ERROR';
  if (error instanceof LoginError) return codeOfRefusal(error, usesChap);
  return error instanceof UsageError ? codeOfUsage(error) : 'ISCSI_ERR_FAILED_TO_PROCESS_LOGON_REQUEST';
}

/** The code of the reason why a connection was lost; undefined for one that has none but that. */
export function codeOfLoss(error: IscsiError): EventlogName | undefined {
  const known = ofCode[error.code];
  if (known !== undefined) return known;
  if (!(error instanceof ProtocolError)) return undefined;
  switch (error.code) {
    case 'ISCSI_DIGEST_MISMATCH':
      return error.value === 'header' ? 'ISCSI_ERR_HEADER_DIGEST_ERROR' : 'ISCSI_ERR_DATA_DIGEST_ERROR';
    case 'ISCSI_UNEXPECTED_PDU':
      return 'ISCSI_ERR_UNEXPECTED_PDU';
    case 'ISCSI_BAD_SEQUENCE':
      return codeOfSequence(error);
    case 'ISCSI_REJECTED':
      // The Reject itself was told of.
      return undefined;
    default:
      return error.opcode === opcode.r2t ? 'ISCSI_ERR_INVALID_RTT_PDU' : 'ISCSI_ERR_ISCSI_PDU_ERROR';
  }
}

function codeOfRefusal({ code, statusClass, key = '' }: LoginError, usesChap: boolean): EventlogName {
  if (statusClass !== undefined) return 'ISCSI_ERR_LOGIN_FAILED';
  if (code === 'ISCSI_AUTH_FAILED') {
    if (key === 'AuthMethod') return usesChap ? 'ISCSI_ERR_CHAP_NOT_OFFERED' : 'ISCSI_ERR_CHAP_OFFERED';
    return ofChapKey[key] ?? 'ISCSI_ERR_INVALID_KEY_DURING_CHAP';
  }
  const known = code === 'ISCSI_NO_AGREEMENT' ? ofKey[key] : undefined;
  return known ?? 'ISCSI_ERR_FAILED_TO_PROCESS_LOGON_REQUEST';
}

/** What the engine and the login refuse of what they are told. */
function codeOfUsage({ code, argument = '' }: UsageError): EventlogName {
  if (code === 'ISCSI_WEAK_SECRET') {
    return argument.includes('mutual')
      ? 'ISCSI_ERR_INVALID_TARGET_CHAP_SECRET'
      : 'ISCSI_ERR_INVALID_INITIATOR_CHAP_SECRET';
  }
  if (argument === 'family') return 'ISCSI_UNEXPECTED_TARGET_PORTAL_IP_TYPE';
  const isBinding = argument === 'localAddress' || argument === 'interface';
  return isBinding ? 'ISCSI_ERR_SETUP_NETWORK_NODE' : 'ISCSI_ERR_FAILED_TO_PROCESS_LOGON_REQUEST';
}

function codeOfSequence({ opcode: code, byte }: ProtocolError): EventlogName {
  if (code === opcode.r2t && byte !== byteAt.statSn) return 'ISCSI_ERR_INVALID_RTT_PDU';
  // One that was asked for in vain is of no PDU.
  if (byte === byteAt.statSn || code === undefined) return 'ISCSI_ERR_INVALID_STATUS_SEQ_NUM';
  const isOutOfPlace = code === opcode.dataIn && byte === byteAt.bufferOffset;
  return isOutOfPlace ? 'ISCSI_ERR_EXCESS_DATA_SENT' : 'ISCSI_ERR_ISCSI_PDU_ERROR';
}
