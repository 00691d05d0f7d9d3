// What docs/rxce.md says of callbacks, structures, constants and statuses.

/** What becomes of a name here. */
export interface NameRules {
  readonly what: 'implemented' | 'not applicable';
  readonly text: string;
  /** Begins the titles of its tests, where that is not the name itself. */
  readonly test?: string;
}

const is = (text: string, test?: string): NameRules => ({
  what: 'implemented',
  text,
  ...(test === undefined ? {} : { test }),
});
const isNot = (text: string): NameRules => ({ what: 'not applicable', text });

export const callbackRules: Readonly<Record<string, NameRules>> = {
  PRXCE_IND_DISCONNECT: is(
    'Once, for an end that the client has not asked for: DisconnectFlags is TDI_DISCONNECT_RELEASE when the peer has closed in order, else TDI_DISCONNECT_ABORT. There is no data or information with it.',
  ),
  PRXCE_IND_ENDPOINT_ERROR: is(
    'The transport of an address was torn down (ours). A datagram that did not get through makes no address unusable.',
  ),
  PRXCE_IND_CONNECTION_ERROR: is(
    'A receive event was answered with what does not fit, which refuses the data (ours). A circuit that is lost is told by the disconnect event alone.',
  ),
  PRXCE_IND_RECEIVE: is(
    'At most the lookahead at a time. With STATUS_SUCCESS, what is not taken is kept and indicated with the next arrival; when a whole lookahead is kept, the circuit is paused. Any other status but STATUS_MORE_PROCESSING_REQUIRED refuses the data: it is kept, the circuit is paused at once, and the peer’s end waits behind it. indicateAgain lets it go on (ours). What was kept after STATUS_SUCCESS is dropped when the circuit ends: it has been indicated (ours). Without a handler, bytes are dropped (ours).',
  ),
  PRXCE_IND_RECEIVE_DATAGRAM: is(
    'On an address. What is neither taken nor goes to a buffer is dropped, since a datagram comes once (ours). On a connection it never comes: circuits carry no datagrams.',
  ),
  PRXCE_IND_RECEIVE_EXPEDITED: isNot('no transport of ours has expedited data'),
  PRXCE_IND_SEND_POSSIBLE: is(
    'After a send that met the high-water mark, when half of it is free again. Not on addresses, whose sends are bounded by their number.',
    'RXCE_SEND_NON_BLOCKING',
  ),
  PRXCE_IND_DATA_READY: is(
    'Follows every buffer that was handed over: when it is full, or with STATUS_CONNECTION_DISCONNECTED when the circuit goes before (ours); for a datagram at once, with STATUS_BUFFER_OVERFLOW where the rest did not fit (ours).',
  ),
  PRXCE_IND_SEND_COMPLETE: is('Once for every datagram that was accepted.', 'RxCeSendDatagram'),
  PRXCE_IND_CONNECTION_SEND_COMPLETE: is(
    'Once for every send that was accepted and is not synchronous, in order: STATUS_SUCCESS when the system has taken the last byte, STATUS_CONNECTION_DISCONNECTED when the circuit has gone before.',
    'RxCeSend',
  ),
  PRXCE_IND_CONNECTION_SEND_SUBMITTED: is('Before the completion, for the same sends.', 'RxCeSend'),
  PRXCE_CONNECTION_COMPLETION_ROUTINE: is(
    'At the end of every connect that was answered with STATUS_PENDING.',
    'RxCeBuildConnectionOverMultipleTransports',
  ),
};

export const structureRules: Readonly<Record<string, NameRules>> = {
  RXCE_SIGNATURE: is('The four signatures, of a 64-bit system; Type is the low half, Size the high one.'),
  RXCE_TRANSPORT: is(
    'A class. pDeviceObject and pControlChannelFileObject are null, ControlChannel a number of its own.',
  ),
  RXCE_ADDRESS: is(
    'A class. pFileObject is null, hAddress a number of its own; pReceiveMdl is null, since buffers of datagrams come back at once.',
  ),
  RXCE_CONNECTION: is('A class.'),
  RXCE_VC: is(
    'A class. hEndpoint and ConnectionId are the circuit’s number in the diagnostics channels, pCleanUpEvent a promise, pEndpointFileObject null.',
  ),
  RXCE_CONNECTION_COMPLETION_CONTEXT: is('WorkQueueItem is not there: nothing is queued with it.'),
  RXCE_TRANSPORT_INFORMATION: is('Without its base, which is not filled in.'),
  TDI_CONNECTION_INFORMATION: is('As RXCE_CONNECTION_INFORMATION.'),
  TDI_CONNECTION_INFO: is('As RXCE_CONNECTION_INFO.'),
  TDI_PROVIDER_INFO: is('As RXCE_TRANSPORT_PROVIDER_INFO. Version is 1.0, StartTime 0 (ours).'),
  TDI_ADDRESS_INFO: is('Address is a TRANSPORT_ADDRESS in bytes.'),
  TRANSPORT_ADDRESS: is(
    'In bytes: encodeTransportAddress and decodeTransportAddress. The first address that can be taken counts.',
  ),
  TA_ADDRESS: is(
    'Types IP and IP6 as TDI lays them out; UNSPEC is a port in network order and a name in UTF-8 (ours).',
  ),
  RXCE_ADDRESS_EVENT_HANDLER: is('Any member may be null, or left out.'),
  RXCE_CONNECTION_EVENT_HANDLER: is('Any member may be null, or left out.'),
};

export const constantRules: Readonly<Record<string, NameRules>> = {
  RXCE_VC_ACTIVE: is('A member of RXCE_VC_STATE.'),
  RXCE_VC_DISCONNECTED: is('A member of RXCE_VC_STATE.'),
  RXCE_VC_TEARDOWN: is('A member of RXCE_VC_STATE.'),
  RXCE_FLAGS_MASK: is('Bits of it that are no option are refused.'),
  RXCE_SEND_SYNCHRONOUS: is('A member of RXCE_SEND.'),
  RXCE_SEND_PARTIAL: is('A member of RXCE_SEND.'),
  RXCE_SEND_EXPEDITED: is('A member of RXCE_SEND; a wish that is passed by.'),
  RXCE_SEND_NO_RESPONSE_EXPECTED: is('A member of RXCE_SEND; a wish that is passed by.'),
  RXCE_SEND_NON_BLOCKING: is('A member of RXCE_SEND.'),
  TDI_SEND_PARTIAL: isNot('TDI’s own flag, passed by; a member of TDI_SEND'),
  TDI_SEND_AND_DISCONNECT: isNot('TDI’s own flag, passed by; a member of TDI_SEND'),
  TDI_DISCONNECT_WAIT: isNot('waiting is what RxCeTearDownVC does; a member of TDI_DISCONNECT'),
  TDI_DISCONNECT_ABORT: is('A member of TDI_DISCONNECT.'),
  TDI_DISCONNECT_RELEASE: is('A member of TDI_DISCONNECT.'),
};

/** What each status says; the last are neighbours that the pages do not mention. */
export const statusRules: Readonly<Record<string, NameRules>> = {
  STATUS_SUCCESS: is('Done.'),
  STATUS_PENDING: is('A connect over multiple transports is under way.'),
  STATUS_BUFFER_OVERFLOW: is('A buffer is too short.'),
  STATUS_NOT_IMPLEMENTED: is('RxCeCancelConnectRequest.'),
  STATUS_INVALID_HANDLE: is('No transport gave a connection and a circuit.'),
  STATUS_INVALID_PARAMETER: is('An argument does not fit, or an object is not what its signature must say.'),
  STATUS_MORE_PROCESSING_REQUIRED: is('The answer to a receive event that hands over a buffer.'),
  STATUS_INSUFFICIENT_RESOURCES: is('A bound is reached, or nothing can be had of the engine.'),
  STATUS_DEVICE_NOT_READY: is('No room for a non-blocking send.'),
  STATUS_CONNECTION_DISCONNECTED: is('The circuit is invalid, or has gone.'),
  STATUS_DATA_NOT_ACCEPTED: is('The answer to a receive event that refuses the data.'),
  STATUS_ADDRESS_NOT_ASSOCIATED: is('No address of the transport is that of an adapter.'),
  STATUS_LOCAL_DISCONNECT: is('Torn down on this side while it was being connected; or the transport of an address.'),
  STATUS_REMOTE_DISCONNECT: isNot('the disconnect event has flags and no status'),
  STATUS_CONNECTION_RESET: is('ECONNRESET, EPIPE.'),
  STATUS_CONNECTION_REFUSED: is('ECONNREFUSED.'),
  STATUS_GRACEFUL_DISCONNECT: isNot('the disconnect event has flags and no status'),
  STATUS_CONNECTION_INVALID: isNot(
    'a circuit that is none is STATUS_INVALID_PARAMETER, for sends STATUS_CONNECTION_DISCONNECTED',
  ),
  STATUS_CONNECTION_ABORTED: is('A close deadline; ECONNABORTED; whatever no other status stands for.'),
};

/** Statuses of ours besides: transports have them, and no page of these routines. */
export const ownStatuses: Readonly<Record<string, string>> = {
  STATUS_IO_TIMEOUT: 'ETIMEDOUT, and a connect that has met its limit.',
  STATUS_NETWORK_UNREACHABLE: 'ENETUNREACH.',
  STATUS_HOST_UNREACHABLE: 'EHOSTUNREACH, ENOTFOUND.',
};
