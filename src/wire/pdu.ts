// All PDUs together: the unions, and the switches that go from an opcode to its codec. They try the PDUs of data transfer
// first, since a switch is walked from its top.

import { ProtocolError } from '../base/index.ts';
import { type AsyncMessage, decodeAsyncMessage, encodeAsyncMessage } from './async-message.ts';
import { opcodeOf } from './bhs.ts';
import { type DataIn, decodeDataIn, encodeDataIn } from './data-in.ts';
import { type DataOut, decodeDataOut, encodeDataOut } from './data-out.ts';
import { decodeLoginRequest, encodeLoginRequest, type LoginRequest } from './login-request.ts';
import { decodeLoginResponse, encodeLoginResponse, type LoginResponse } from './login-response.ts';
import { decodeLogoutRequest, encodeLogoutRequest, type LogoutRequest } from './logout-request.ts';
import { decodeLogoutResponse, encodeLogoutResponse, type LogoutResponse } from './logout-response.ts';
import { decodeNopIn, encodeNopIn, type NopIn } from './nop-in.ts';
import { decodeNopOut, encodeNopOut, type NopOut } from './nop-out.ts';
import { opcode } from './opcode.ts';
import { decodeR2t, encodeR2t, type R2t } from './r2t.ts';
import { decodeReject, encodeReject, type Reject } from './reject.ts';
import { decodeScsiCommand, encodeScsiCommand, type ScsiCommand } from './scsi-command.ts';
import { decodeScsiResponse, encodeScsiResponse, type ScsiResponse } from './scsi-response.ts';
import { decodeSnackRequest, encodeSnackRequest, type SnackRequest } from './snack-request.ts';
import {
  decodeTaskManagementRequest,
  encodeTaskManagementRequest,
  type TaskManagementRequest,
} from './task-management-request.ts';
import {
  decodeTaskManagementResponse,
  encodeTaskManagementResponse,
  type TaskManagementResponse,
} from './task-management-response.ts';
import { decodeTextRequest, encodeTextRequest, type TextRequest } from './text-request.ts';
import { decodeTextResponse, encodeTextResponse, type TextResponse } from './text-response.ts';

/** Opcodes below are the initiator's, the others the target's (RFC 7143 §11.2.1.2). */
const firstTargetOpcode = 0x20;

/** What an initiator sends. */
export type InitiatorPdu =
  | NopOut
  | ScsiCommand
  | TaskManagementRequest
  | LoginRequest
  | TextRequest
  | DataOut
  | LogoutRequest
  | SnackRequest;

/** What a target sends. */
export type TargetPdu =
  | NopIn
  | ScsiResponse
  | TaskManagementResponse
  | LoginResponse
  | TextResponse
  | DataIn
  | LogoutResponse
  | R2t
  | AsyncMessage
  | Reject;

/** Any PDU, told apart by `opcode`. */
export type Pdu = InitiatorPdu | TargetPdu;

/**
 * Decodes the header of any PDU. `bhs` is 48 bytes and may be reused after the call.
 * @throws ProtocolError ISCSI_BAD_OPCODE for an unknown opcode (RFC 7143 §11.2.1.2), and whatever the PDU's own decoder
 * throws.
 */
export function decodePdu(bhs: Uint8Array): Pdu {
  const code = opcodeOf(bhs);
  return code < firstTargetOpcode ? decodeInitiatorPdu(code, bhs) : decodeTargetPdu(code, bhs);
}

/** Encodes the header of any PDU into 48 zeroed bytes. The segment lengths are left to `putSegmentLengths`. */
export function encodePdu(pdu: Pdu, bhs: Uint8Array): void {
  switch (pdu.opcode) {
    case opcode.scsiCommand:
      encodeScsiCommand(pdu, bhs);
      return;
    case opcode.dataOut:
      encodeDataOut(pdu, bhs);
      return;
    case opcode.nopOut:
      encodeNopOut(pdu, bhs);
      return;
    case opcode.taskManagementRequest:
      encodeTaskManagementRequest(pdu, bhs);
      return;
    case opcode.loginRequest:
      encodeLoginRequest(pdu, bhs);
      return;
    case opcode.textRequest:
      encodeTextRequest(pdu, bhs);
      return;
    case opcode.logoutRequest:
      encodeLogoutRequest(pdu, bhs);
      return;
    case opcode.snackRequest:
      encodeSnackRequest(pdu, bhs);
      return;
    default:
      encodeTargetPdu(pdu, bhs);
  }
}

function encodeTargetPdu(pdu: TargetPdu, bhs: Uint8Array): void {
  switch (pdu.opcode) {
    case opcode.dataIn:
      encodeDataIn(pdu, bhs);
      return;
    case opcode.scsiResponse:
      encodeScsiResponse(pdu, bhs);
      return;
    case opcode.r2t:
      encodeR2t(pdu, bhs);
      return;
    case opcode.nopIn:
      encodeNopIn(pdu, bhs);
      return;
    case opcode.taskManagementResponse:
      encodeTaskManagementResponse(pdu, bhs);
      return;
    case opcode.loginResponse:
      encodeLoginResponse(pdu, bhs);
      return;
    case opcode.textResponse:
      encodeTextResponse(pdu, bhs);
      return;
    case opcode.logoutResponse:
      encodeLogoutResponse(pdu, bhs);
      return;
    case opcode.asyncMessage:
      encodeAsyncMessage(pdu, bhs);
      return;
    case opcode.reject:
      encodeReject(pdu, bhs);
  }
}

function decodeInitiatorPdu(code: number, bhs: Uint8Array): InitiatorPdu {
  switch (code) {
    case opcode.scsiCommand:
      return decodeScsiCommand(bhs);
    case opcode.dataOut:
      return decodeDataOut(bhs);
    case opcode.nopOut:
      return decodeNopOut(bhs);
    case opcode.taskManagementRequest:
      return decodeTaskManagementRequest(bhs);
    case opcode.loginRequest:
      return decodeLoginRequest(bhs);
    case opcode.textRequest:
      return decodeTextRequest(bhs);
    case opcode.logoutRequest:
      return decodeLogoutRequest(bhs);
    case opcode.snackRequest:
      return decodeSnackRequest(bhs);
    default:
      throw unknownOpcode(code);
  }
}

function decodeTargetPdu(code: number, bhs: Uint8Array): TargetPdu {
  switch (code) {
    case opcode.dataIn:
      return decodeDataIn(bhs);
    case opcode.scsiResponse:
      return decodeScsiResponse(bhs);
    case opcode.r2t:
      return decodeR2t(bhs);
    case opcode.nopIn:
      return decodeNopIn(bhs);
    case opcode.taskManagementResponse:
      return decodeTaskManagementResponse(bhs);
    case opcode.loginResponse:
      return decodeLoginResponse(bhs);
    case opcode.textResponse:
      return decodeTextResponse(bhs);
    case opcode.logoutResponse:
      return decodeLogoutResponse(bhs);
    case opcode.asyncMessage:
      return decodeAsyncMessage(bhs);
    case opcode.reject:
      return decodeReject(bhs);
    default:
      throw unknownOpcode(code);
  }
}

function unknownOpcode(code: number): ProtocolError {
  return new ProtocolError('ISCSI_BAD_OPCODE', `The opcode 0x${code.toString(16)} is not known`, {
    opcode: code,
    byte: 0,
    value: code,
    clause: 'RFC 7143 §11.2.1.2',
  });
}
