// The constants and enumerations of the connection engine, under their own names.

/** Where a circuit stands, in the State of its RXCE_VC. */
export const RXCE_VC_STATE = {
  /** Usable. */
  RXCE_VC_ACTIVE: 0xaa,
  /** Disconnected by whichever side, or about to be. */
  RXCE_VC_DISCONNECTED: 0xdd,
  /** Being torn down. */
  RXCE_VC_TEARDOWN: 0xbb,
} as const;

/** The options of a send. All but the first two are wishes, which a transport may pass by. */
export const RXCE_SEND = {
  /** Wait for completion. */
  RXCE_SEND_SYNCHRONOUS: 0x10000000,
  /** Only the first SendLength bytes of the MDL. */
  RXCE_SEND_PARTIAL: 0x20000000,
  /** Ahead of what is queued. */
  RXCE_SEND_EXPEDITED: 0x0020,
  /** No piggybacked acknowledgement is expected. */
  RXCE_SEND_NO_RESPONSE_EXPECTED: 0x0080,
  /** Take what fits, or nothing with STATUS_DEVICE_NOT_READY. */
  RXCE_SEND_NON_BLOCKING: 0x0100,
} as const;

/** The bits of SendOptions that are the engine's own. */
export const RXCE_FLAGS_MASK = 0xff000000;

/** Flags of TDI's sends that have no name of the engine's. */
export const TDI_SEND = {
  TDI_SEND_PARTIAL: 0x0040,
  TDI_SEND_AND_DISCONNECT: 0x0200,
} as const;

/** How a circuit is disconnected, or was: the DisconnectFlags of a disconnect event. */
export const TDI_DISCONNECT = {
  /** Wait for the end. */
  TDI_DISCONNECT_WAIT: 0x0001,
  /** At once. */
  TDI_DISCONNECT_ABORT: 0x0002,
  /** In order, after what is pending. */
  TDI_DISCONNECT_RELEASE: 0x0004,
} as const;

/** Which of the transports that a connect is tried over is taken. */
export const RXCE_CONNECTION_CREATE_OPTIONS = {
  /** The first that answers. */
  RxCeSelectFirstSuccessfulTransport: 0,
  /** The best of those that answer: the one that stands first in the list of addresses. */
  RxCeSelectBestSuccessfulTransport: 1,
  /** All that answer. */
  RxCeSelectAllSuccessfulTransports: 2,
} as const;

/** What RxCeQueryInformation can be asked. */
export const RXCE_CONNECTION_INFORMATION_CLASS = {
  /** RXCE_TRANSPORT_PROVIDER_INFO. */
  RxCeTransportProviderInformation: 1,
  /** RXCE_CONNECTION_INFORMATION. */
  RxCeConnectionInformation: 2,
  /** RXCE_CONNECTION_INFO. */
  RxCeConnectionEndpointInformation: 3,
  /** TDI_ADDRESS_INFO. */
  RxCeRemoteAddressInformation: 4,
} as const;

/** The address types of a TA_ADDRESS that are taken. */
export const TDI_ADDRESS_TYPE = {
  /** A name that is looked up, and a port; how it is laid out is our own (docs/decisions/0021-rxce.md). */
  TDI_ADDRESS_TYPE_UNSPEC: 0,
  TDI_ADDRESS_TYPE_IP: 2,
  TDI_ADDRESS_TYPE_IP6: 23,
} as const;

/** What a transport can do, in the ServiceFlags of its provider information. */
export const TDI_SERVICE = {
  TDI_SERVICE_CONNECTION_MODE: 0x00000001,
  TDI_SERVICE_ORDERLY_RELEASE: 0x00000002,
  TDI_SERVICE_CONNECTIONLESS_MODE: 0x00000004,
  TDI_SERVICE_ERROR_FREE_DELIVERY: 0x00000008,
  TDI_SERVICE_INTERNAL_BUFFERING: 0x00000200,
} as const;
