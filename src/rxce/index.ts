// The connection engine of src/engine under the names of rxce.h and rxcehdlr.h: routines, callbacks, structures, constants
// and NTSTATUS codes. There is no second engine here.
//
// Callers make the four objects (structures.ts), the engine knows each by its signature and by a record of its own
// (registry.ts), and behind each stands a binding to what the engine has built for it (…-binding.ts). A file a family of
// routines; answer.ts makes a status of whatever goes wrong. What comes in on a circuit goes through inflow.ts, and what goes
// out through outflow.ts. driver.ts is a transport for another engine whose links are made with these names alone.

export type { Answer } from './answer.ts';
export {
  RXCE_CONNECTION_CREATE_OPTIONS,
  RXCE_CONNECTION_INFORMATION_CLASS,
  RXCE_FLAGS_MASK,
  RXCE_SEND,
  RXCE_VC_STATE,
  TDI_ADDRESS_TYPE,
  TDI_DISCONNECT,
  TDI_SEND,
  TDI_SERVICE,
} from './constants.ts';
export { rxceDriver } from './driver.ts';
export type {
  HandlerStatus,
  PRXCE_CONNECTION_COMPLETION_ROUTINE,
  PRXCE_IND_CONNECTION_ERROR,
  PRXCE_IND_CONNECTION_SEND_COMPLETE,
  PRXCE_IND_CONNECTION_SEND_SUBMITTED,
  PRXCE_IND_DATA_READY,
  PRXCE_IND_DISCONNECT,
  PRXCE_IND_ENDPOINT_ERROR,
  PRXCE_IND_RECEIVE,
  PRXCE_IND_RECEIVE_DATAGRAM,
  PRXCE_IND_RECEIVE_EXPEDITED,
  PRXCE_IND_SEND_COMPLETE,
  PRXCE_IND_SEND_POSSIBLE,
  ReceiveAnswer,
  RXCE_ADDRESS_EVENT_HANDLER,
  RXCE_CONNECTION_EVENT_HANDLER,
} from './handlers.ts';
export type { ADAPTER_STATUS, VcInformation } from './information.ts';
export type { IRP } from './irp.ts';
export type { MDL } from './mdl.ts';
export {
  type FailureStatus,
  type NTSTATUS,
  type NtStatusName,
  ntStatus,
  ntStatusName,
  STATUS_SUCCESS,
} from './nt-status.ts';
export type { RxCeOptions } from './options.ts';
export { openRxCe, type RxCe } from './rxce.ts';
export type { SendOut } from './send.ts';
export {
  RDBSS_DEVICE_OBJECT,
  RXCE_ADDRESS,
  RXCE_CONNECTION,
  type RXCE_CONNECTION_COMPLETION_CONTEXT,
  type RXCE_CONNECTION_INFO,
  type RXCE_CONNECTION_INFORMATION,
  RXCE_SIGNATURE,
  RXCE_TRANSPORT,
  type RXCE_TRANSPORT_INFORMATION,
  type RXCE_TRANSPORT_PROVIDER_INFO,
  RXCE_VC,
  RxCeIsAddressValid,
  RxCeIsConnectionValid,
  RxCeIsTransportValid,
  RxCeIsVcValid,
  type TDI_ADDRESS_INFO,
} from './structures.ts';
export {
  type AddressText,
  addressText,
  decodeTransportAddress,
  encodeTransportAddress,
  type TA_ADDRESS,
  type TRANSPORT_ADDRESS,
} from './transport-address.ts';
