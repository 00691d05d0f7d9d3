// The structures of the connection engine, under their own names: the four objects, which callers make and the engine never
// allocates or frees, and what goes in and comes out beside them.

import type { MDL } from './mdl.ts';

/** The signature of each object while it is built: (size of the structure << 16) | node type, on a 64-bit system. */
export const RXCE_SIGNATURE = {
  RXCE_TRANSPORT: 0x0048eb71,
  RXCE_ADDRESS: 0x0048eb72,
  RXCE_CONNECTION: 0x0030eb73,
  RXCE_VC: 0x0040eb74,
} as const;

/** A transport. Made by its caller, filled in by RxCeBuildTransport; members are told, never read, but for the signature. */
export class RXCE_TRANSPORT {
  /** 0 while it is not built. */
  Signature = 0;
  Name = '';
  /** There are no device objects here. */
  pDeviceObject: null = null;
  /** A number of its own while it is built. */
  ControlChannel = 0;
  pControlChannelFileObject: null = null;
  pProviderInfo: RXCE_TRANSPORT_PROVIDER_INFO | null = null;
  /** Its connections, now. */
  ConnectionCount = 0;
  /** Its circuits, now. */
  VirtualCircuitCount = 0;
  QualityOfService = 0;
}

/** A local address of a transport. */
export class RXCE_ADDRESS {
  Signature = 0;
  pTransport: RXCE_TRANSPORT | null = null;
  /** A TRANSPORT_ADDRESS; of an address for datagrams the one that it has got. */
  pTransportAddress: Uint8Array | null = null;
  /** The event context. */
  pContext: unknown = null;
  /** The engine's copy of the RXCE_ADDRESS_EVENT_HANDLER. */
  pHandler: object | null = null;
  pReceiveMdl: MDL | null = null;
  /** A number of its own while it is built. */
  hAddress = 0;
  pFileObject: null = null;
  ConnectionCount = 0;
  VirtualCircuitCount = 0;
}

/** A local address tied to a remote one. */
export class RXCE_CONNECTION {
  Signature = 0;
  pAddress: RXCE_ADDRESS | null = null;
  VirtualCircuitCount = 0;
  /** The event context. */
  pContext: unknown = null;
  /** The engine's copy of the RXCE_CONNECTION_EVENT_HANDLER. */
  pHandler: object | null = null;
  pConnectionInformation: RXCE_CONNECTION_INFORMATION | null = null;
}

/** A virtual circuit. */
export class RXCE_VC {
  Signature = 0;
  pConnection: RXCE_CONNECTION | null = null;
  /** The number of the circuit in the diagnostics channels. */
  hEndpoint = 0;
  pEndpointFileObject: null = null;
  /** One of RXCE_VC_STATE while it is built. */
  State = 0;
  ConnectionId = 0;
  /** The buffer that is being filled. */
  pReceiveMdl: MDL | null = null;
  /** Settles when connects over other transports are cleaned up, while that goes on. */
  pCleanUpEvent: Promise<void> | null = null;
}

/** TDI_CONNECTION_INFORMATION. Lengths may be left out of what goes in, but may not be wrong. */
export interface RXCE_CONNECTION_INFORMATION {
  readonly UserDataLength?: number;
  readonly UserData?: Uint8Array | null;
  readonly OptionsLength?: number;
  readonly Options?: Uint8Array | null;
  readonly RemoteAddressLength?: number;
  /** A TRANSPORT_ADDRESS: see encodeTransportAddress. */
  readonly RemoteAddress: Uint8Array;
}

/** TDI_PROVIDER_INFO. */
export interface RXCE_TRANSPORT_PROVIDER_INFO {
  readonly Version: number;
  readonly MaxSendSize: number;
  readonly MaxConnectionUserData: number;
  /** 0 where there are no datagrams. */
  readonly MaxDatagramSize: number;
  /** Bits of TDI_SERVICE. */
  readonly ServiceFlags: number;
  readonly MinimumLookaheadData: number;
  /** The most bytes that a receive event indicates. */
  readonly MaximumLookaheadData: number;
  readonly NumberOfResources: number;
  /** 0: not told. */
  readonly StartTime: bigint;
}

/** What RxCeQueryTransportInformation fills in. */
export interface RXCE_TRANSPORT_INFORMATION {
  readonly ConnectionCount: number;
  readonly QualityOfService: number;
}

/** TDI_CONNECTION_INFO. */
export interface RXCE_CONNECTION_INFO {
  /** One of RXCE_VC_STATE. */
  readonly State: number;
  readonly Event: number;
  /** Sends that were accepted. */
  readonly TransmittedTsdus: number;
  /** Receive events. */
  readonly ReceivedTsdus: number;
  /** Sends that failed after they were accepted. */
  readonly TransmissionErrors: number;
  readonly ReceiveErrors: number;
  /** 0: not measured. */
  readonly Throughput: bigint;
  /** 0: not measured. */
  readonly Delay: bigint;
  readonly SendBufferSize: number;
  readonly ReceiveBufferSize: number;
  readonly Unreliable: boolean;
}

/** TDI_ADDRESS_INFO. */
export interface TDI_ADDRESS_INFO {
  /** How many circuits go to the address by this connection. */
  readonly ActivityCount: number;
  /** A TRANSPORT_ADDRESS. */
  readonly Address: Uint8Array;
}

/** The redirector on whose behalf a connect over multiple transports runs. Made by its caller. */
export class RDBSS_DEVICE_OBJECT {
  /** Connects over multiple transports that have left something behind: an unload waits until there are none. */
  PendingConnects = 0;
}

/** What a connect over multiple transports ends with. */
export interface RXCE_CONNECTION_COMPLETION_CONTEXT {
  Status: number;
  /** Which of the local addresses. */
  AddressIndex: number;
  /** The objects to be built, made by the caller. */
  readonly pConnection: RXCE_CONNECTION;
  readonly pVc: RXCE_VC;
  pConnectionInformation: RXCE_CONNECTION_INFORMATION | null;
}

/** Whether it is a transport that is built, by its signature. */
export function RxCeIsTransportValid(pTransport: unknown): pTransport is RXCE_TRANSPORT {
  return pTransport instanceof RXCE_TRANSPORT && pTransport.Signature === RXCE_SIGNATURE.RXCE_TRANSPORT;
}

/** Whether it is an address that is built, by its signature. */
export function RxCeIsAddressValid(pAddress: unknown): pAddress is RXCE_ADDRESS {
  return pAddress instanceof RXCE_ADDRESS && pAddress.Signature === RXCE_SIGNATURE.RXCE_ADDRESS;
}

/** Whether it is a connection that is built, by its signature. */
export function RxCeIsConnectionValid(pConnection: unknown): pConnection is RXCE_CONNECTION {
  return pConnection instanceof RXCE_CONNECTION && pConnection.Signature === RXCE_SIGNATURE.RXCE_CONNECTION;
}

/** Whether it is a circuit that is built, by its signature. */
export function RxCeIsVcValid(pVc: unknown): pVc is RXCE_VC {
  return pVc instanceof RXCE_VC && pVc.Signature === RXCE_SIGNATURE.RXCE_VC;
}
