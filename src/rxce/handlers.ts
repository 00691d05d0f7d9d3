// The callbacks of the connection engine, and the two structures that hold them. None is ever called inside a routine.

import type { MDL } from './mdl.ts';
import type { RXCE_CONNECTION_COMPLETION_CONTEXT, RXCE_VC } from './structures.ts';

/** What a callback answers with: an NTSTATUS by the header, at which nobody looks but in the answers to receive events. */
export type HandlerStatus = unknown;

/** The answer to a receive event: its status and its out-parameters. */
export interface ReceiveAnswer {
  /** STATUS_SUCCESS, STATUS_MORE_PROCESSING_REQUIRED or STATUS_DATA_NOT_ACCEPTED; any other refuses the data too. */
  readonly Status: number;
  /** How much of Tsdu was taken; none unless given. */
  readonly BytesTaken?: number;
  /** With STATUS_MORE_PROCESSING_REQUIRED: where the rest goes to. */
  readonly pDataBufferPointer?: MDL;
  /** How much is wanted there; as much as fits unless given. */
  readonly pDataBufferSize?: number;
}

/** A disconnect that the client did not ask for. TDI_DISCONNECT_RELEASE: the peer closed in order; _ABORT: otherwise. */
export type PRXCE_IND_DISCONNECT = (
  pRxCeEventContext: unknown,
  pVc: RXCE_VC,
  DisconnectDataLength: number,
  DisconnectData: null,
  DisconnectInformationLength: number,
  DisconnectInformation: null,
  DisconnectFlags: number,
) => HandlerStatus;

/** The address is unusable from now on, and all its connections are invalid. */
export type PRXCE_IND_ENDPOINT_ERROR = (pRxCeEventContext: unknown, Status: number) => HandlerStatus;

/** An error on one circuit. */
export type PRXCE_IND_CONNECTION_ERROR = (pRxCeEventContext: unknown, pVc: RXCE_VC, Status: number) => HandlerStatus;

/** Bytes have come. Tsdu is valid during the call only. */
export type PRXCE_IND_RECEIVE = (
  pRxCeEventContext: unknown,
  pVc: RXCE_VC,
  ReceiveFlags: number,
  BytesIndicated: number,
  BytesAvailable: number,
  Tsdu: Uint8Array,
) => ReceiveAnswer;

/** A datagram has come. SourceAddress is a TRANSPORT_ADDRESS. */
export type PRXCE_IND_RECEIVE_DATAGRAM = (
  pRxCeEventContext: unknown,
  SourceAddressLength: number,
  SourceAddress: Uint8Array,
  OptionsLength: number,
  Options: null,
  ReceiveDatagramFlags: number,
  BytesIndicated: number,
  BytesAvailable: number,
  Tsdu: Uint8Array,
) => ReceiveAnswer;

/** Expedited bytes have come. No transport of ours has any. */
export type PRXCE_IND_RECEIVE_EXPEDITED = PRXCE_IND_RECEIVE;

/** There is room for sends again. */
export type PRXCE_IND_SEND_POSSIBLE = (
  pRxCeEventContext: unknown,
  pVc: RXCE_VC,
  BytesAvailable: number,
) => HandlerStatus;

/** The buffer that a receive event was answered with is filled, or given back. */
export type PRXCE_IND_DATA_READY = (
  pEventContext: unknown,
  pBuffer: MDL,
  CopiedDataSize: number,
  CopyDataStatus: number,
) => HandlerStatus;

/** A datagram has been sent, or has not. */
export type PRXCE_IND_SEND_COMPLETE = (
  pEventContext: unknown,
  pCompletionContext: unknown,
  Status: number,
) => HandlerStatus;

/** A send on a circuit has ended. */
export type PRXCE_IND_CONNECTION_SEND_COMPLETE = (
  pEventContext: unknown,
  pVc: RXCE_VC,
  pCompletionContext: unknown,
  Status: number,
) => HandlerStatus;

/** A send was handed to the transport. */
export type PRXCE_IND_CONNECTION_SEND_SUBMITTED = PRXCE_IND_CONNECTION_SEND_COMPLETE;

/** A connect over multiple transports has ended. */
export type PRXCE_CONNECTION_COMPLETION_ROUTINE = (
  pCompletionContext: RXCE_CONNECTION_COMPLETION_CONTEXT,
) => HandlerStatus;

/** What an address tells its client; what is left out, or null, is told to nobody. */
export interface RXCE_ADDRESS_EVENT_HANDLER {
  readonly RxCeErrorEventHandler?: PRXCE_IND_ENDPOINT_ERROR | null;
  readonly RxCeReceiveDatagramEventHandler?: PRXCE_IND_RECEIVE_DATAGRAM | null;
  readonly RxCeDataReadyEventHandler?: PRXCE_IND_DATA_READY | null;
  readonly RxCeSendPossibleEventHandler?: PRXCE_IND_SEND_POSSIBLE | null;
  readonly RxCeSendCompleteEventHandler?: PRXCE_IND_SEND_COMPLETE | null;
}

/** What the circuits of a connection tell its client; what is left out, or null, is told to nobody. */
export interface RXCE_CONNECTION_EVENT_HANDLER {
  readonly RxCeDisconnectEventHandler?: PRXCE_IND_DISCONNECT | null;
  readonly RxCeErrorEventHandler?: PRXCE_IND_CONNECTION_ERROR | null;
  readonly RxCeReceiveEventHandler?: PRXCE_IND_RECEIVE | null;
  readonly RxCeReceiveDatagramEventHandler?: PRXCE_IND_RECEIVE_DATAGRAM | null;
  readonly RxCeReceiveExpeditedEventHandler?: PRXCE_IND_RECEIVE_EXPEDITED | null;
  readonly RxCeSendPossibleEventHandler?: PRXCE_IND_SEND_POSSIBLE | null;
  readonly RxCeDataReadyEventHandler?: PRXCE_IND_DATA_READY | null;
  readonly RxCeSendCompleteEventHandler?: PRXCE_IND_CONNECTION_SEND_COMPLETE | null;
  readonly RxCeSendSubmittedEventHandler?: PRXCE_IND_CONNECTION_SEND_SUBMITTED | null;
}

const addressHandlers = [
  'RxCeErrorEventHandler',
  'RxCeReceiveDatagramEventHandler',
  'RxCeDataReadyEventHandler',
  'RxCeSendPossibleEventHandler',
  'RxCeSendCompleteEventHandler',
] as const satisfies readonly (keyof RXCE_ADDRESS_EVENT_HANDLER)[];

const connectionHandlers = [
  'RxCeDisconnectEventHandler',
  'RxCeErrorEventHandler',
  'RxCeReceiveEventHandler',
  'RxCeReceiveDatagramEventHandler',
  'RxCeReceiveExpeditedEventHandler',
  'RxCeSendPossibleEventHandler',
  'RxCeDataReadyEventHandler',
  'RxCeSendCompleteEventHandler',
  'RxCeSendSubmittedEventHandler',
] as const satisfies readonly (keyof RXCE_CONNECTION_EVENT_HANDLER)[];

/** A copy of an address's handlers; undefined for what are none. */
export function copyAddressHandlers(given: unknown): RXCE_ADDRESS_EVENT_HANDLER | undefined {
  return copy(given, addressHandlers);
}

/** A copy of a connection's handlers; undefined for what are none. */
export function copyConnectionHandlers(given: unknown): RXCE_CONNECTION_EVENT_HANDLER | undefined {
  return copy(given, connectionHandlers);
}

function copy(given: unknown, names: readonly string[]): Readonly<Record<string, never>> | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  const members = names.map((name): [string, unknown] => [name, (given as Record<string, unknown>)[name] ?? null]);
  if (!members.every(([, member]) => member === null || typeof member === 'function')) return undefined;
  return Object.fromEntries(members) as Readonly<Record<string, never>>;
}
