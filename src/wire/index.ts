// iSCSI bytes (RFC 7143 §6 and §11): headers as plain objects, text keys, digests, and the framer that finds PDUs in a stream.
// Pure: bytes in, bytes out. A file a PDU, each with its clause, byte picture, decoder and encoder; pdu.ts holds the unions
// and the switches. Headers are 48 bytes and an object; payload is bytes and passes through no codec. Segment lengths are
// read and written by bhs.ts, header segments after the first by ahs.ts.

export { type AdditionalHeader, decodeAhs, encodeAhs } from './ahs.ts';
export { type AsyncMessage, asyncEvent, decodeAsyncMessage, encodeAsyncMessage } from './async-message.ts';
export {
  bhsLength,
  dataSegmentLength,
  opcodeOf,
  paddedLength,
  putSegmentLengths,
  reservedTag,
  totalAhsLength,
} from './bhs.ts';
export { type DataIn, decodeDataIn, encodeDataIn } from './data-in.ts';
export { type DataOut, decodeDataOut, encodeDataOut } from './data-out.ts';
export { crc32c, digestLength, digestMatches, putDigest } from './digest.ts';
export { Framer, type FramerOptions, type FramerSink } from './framer.ts';
export { decodeLoginRequest, encodeLoginRequest, type LoginRequest } from './login-request.ts';
export {
  decodeLoginResponse,
  encodeLoginResponse,
  type LoginResponse,
  loginStatus,
  loginStatusClass,
} from './login-response.ts';
export { loginStage } from './login-stage.ts';
export { decodeLogoutRequest, encodeLogoutRequest, type LogoutRequest, logoutReason } from './logout-request.ts';
export {
  decodeLogoutResponse,
  encodeLogoutResponse,
  type LogoutResponse,
  logoutResponseCode,
} from './logout-response.ts';
export { decodeNopIn, encodeNopIn, type NopIn } from './nop-in.ts';
export { decodeNopOut, encodeNopOut, type NopOut } from './nop-out.ts';
export { type Opcode, opcode } from './opcode.ts';
export { decodePdu, encodePdu, type InitiatorPdu, type Pdu, type TargetPdu } from './pdu.ts';
export { decodeR2t, encodeR2t, type R2t } from './r2t.ts';
export { decodeReject, encodeReject, type Reject, rejectReason } from './reject.ts';
export { decodeScsiCommand, encodeScsiCommand, type ScsiCommand, taskAttribute } from './scsi-command.ts';
export { decodeScsiResponse, encodeScsiResponse, type ScsiResponse, scsiResponseCode } from './scsi-response.ts';
export { decodeSnackRequest, encodeSnackRequest, type SnackRequest, snackType } from './snack-request.ts';
export {
  decodeTaskManagementRequest,
  encodeTaskManagementRequest,
  type TaskManagementRequest,
  taskManagementFunction,
} from './task-management-request.ts';
export {
  decodeTaskManagementResponse,
  encodeTaskManagementResponse,
  type TaskManagementResponse,
  taskManagementResponseCode,
} from './task-management-response.ts';
export { encodeTextKeys, parseTextKeys, type TextKey } from './text.ts';
export { splitText, TextAccumulator } from './text-continuation.ts';
export { decodeTextRequest, encodeTextRequest, type TextRequest } from './text-request.ts';
export { decodeTextResponse, encodeTextResponse, type TextResponse } from './text-response.ts';
