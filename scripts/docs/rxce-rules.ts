// What docs/rxce.md says of each routine: what becomes of it here, its statuses, and its rules. A rule that ends with (ours) is
// our choice where the documents are silent (docs/decisions/0021-rxce.md).

import type { NtStatusName } from '../../src/rxce/index.ts';

/** A routine as the page tells of it. */
export interface RoutineRules {
  readonly what: 'implemented' | 'answered as documented';
  /** What it may end with. */
  readonly statuses: readonly NtStatusName[];
  /** What a page gives to it and it never ends with, and why. */
  readonly never?: Readonly<Partial<Record<NtStatusName, string>>>;
  readonly rules: readonly string[];
}

const noPool = 'there is no pool here that could run out';
const alongRule =
  'What was built on it goes along; circuits that the client has not asked to end otherwise end abortively, and without an event (ours).';
const workerRule =
  'Inside a worker item hand in its context as SystemWorker, or the circuits wait until the item is over, at most for the close deadline; a context that is over is refused (ours).';
const inUseRule = 'An object that is built already, or being built by another call, is refused (ours).';
const transportErrors: readonly NtStatusName[] = [
  'STATUS_CONNECTION_REFUSED',
  'STATUS_CONNECTION_RESET',
  'STATUS_CONNECTION_ABORTED',
  'STATUS_IO_TIMEOUT',
  'STATUS_NETWORK_UNREACHABLE',
  'STATUS_HOST_UNREACHABLE',
];
const transportErrorsRule =
  'The transport’s errors are those of the table below; a limit that passes is STATUS_IO_TIMEOUT (ours: no page lists them).';

export const routineRules: Readonly<Record<string, RoutineRules>> = {
  RxCeBuildTransport: {
    what: 'implemented',
    statuses: ['STATUS_SUCCESS', 'STATUS_INVALID_PARAMETER', 'STATUS_INSUFFICIENT_RESOURCES'],
    rules: [
      'The names are \\Device\\Tcp, \\Device\\Udp and those that openRxCe was given, in upper or lower case; any other is STATUS_INVALID_PARAMETER.',
      'QualityOfService is kept and told, and not interpreted.',
      'STATUS_INSUFFICIENT_RESOURCES: the engine is closed (ours).',
      inUseRule,
    ],
  },
  RxCeTearDownTransport: {
    what: 'implemented',
    statuses: ['STATUS_SUCCESS', 'STATUS_INVALID_PARAMETER'],
    rules: [
      'An object that was never bound, or is torn down already, is no error.',
      alongRule,
      'Addresses that go along hear of it: RxCeErrorEventHandler with STATUS_LOCAL_DISCONNECT (ours).',
      workerRule,
    ],
  },
  RxCeQueryAdapterStatus: {
    what: 'implemented',
    statuses: ['STATUS_SUCCESS', 'STATUS_ADDRESS_NOT_ASSOCIATED', 'STATUS_INVALID_PARAMETER'],
    never: { STATUS_INSUFFICIENT_RESOURCES: noPool },
    rules: [
      'The adapter is the network interface that has one of the transport’s addresses; with none that names an interface’s address it is STATUS_ADDRESS_NOT_ASSOCIATED.',
      'Only adapter_address and name_count, which is 0, mean anything without NetBIOS (ours).',
    ],
  },
  RxCeQueryTransportInformation: {
    what: 'implemented',
    statuses: ['STATUS_SUCCESS', 'STATUS_INVALID_PARAMETER'],
    rules: ['Only ConnectionCount and QualityOfService are filled in.'],
  },
  RxCeBuildAddress: {
    what: 'implemented',
    statuses: ['STATUS_SUCCESS', 'STATUS_INVALID_PARAMETER', 'STATUS_INSUFFICIENT_RESOURCES'],
    rules: [
      'pTransportAddress is a TRANSPORT_ADDRESS in bytes; an address of zeros, or an empty name, is wherever the system likes.',
      'Over a transport that has datagrams it opens the port, 0 for a free one, which pTransportAddress of the object then tells; a port that cannot be had is STATUS_INSUFFICIENT_RESOURCES (ours).',
      'Circuits start from a port of the system’s: over a transport without datagrams the port must be 0 (ours).',
      'The handlers are copied: what becomes of the structure afterwards changes nothing.',
      inUseRule,
    ],
  },
  RxCeTearDownAddress: {
    what: 'implemented',
    statuses: ['STATUS_SUCCESS', 'STATUS_INVALID_PARAMETER'],
    rules: [
      'STATUS_INVALID_PARAMETER also when its pTransport is not the transport, or invalid.',
      alongRule,
      workerRule,
    ],
  },
  RxCeBuildConnection: {
    what: 'implemented',
    statuses: ['STATUS_SUCCESS', 'STATUS_INVALID_PARAMETER', 'STATUS_LOCAL_DISCONNECT', ...transportErrors],
    never: { STATUS_INSUFFICIENT_RESOURCES: noPool },
    rules: [
      'Connection and circuit are both valid on success, and neither otherwise.',
      'It may be called from anywhere: it keeps no thread waiting.',
      'STATUS_LOCAL_DISCONNECT: the address was torn down meanwhile, which is the way to cancel it (ours).',
      transportErrorsRule,
      inUseRule,
    ],
  },
  RxCeBuildConnectionOverMultipleTransports: {
    what: 'implemented',
    statuses: ['STATUS_PENDING', 'STATUS_INVALID_HANDLE', 'STATUS_INVALID_PARAMETER'],
    never: {
      STATUS_SUCCESS: 'a connect is never over before the call is',
      STATUS_INSUFFICIENT_RESOURCES: noPool,
    },
    rules: [
      'Only from the engine’s worker: SystemWorker is the context of the running item, and anything else is STATUS_INVALID_PARAMETER.',
      'One connect an address, all at once; an address that is not valid is passed by.',
      'STATUS_INVALID_HANDLE: no address is valid; in the completion context: none gave a circuit.',
      'The best of those that answer is the one that stands first in the list (ours).',
      'For all that answer, pCompletionContext is an array with a context an address; the completion routine is called for each, with the status of its address (ours).',
      'PendingConnects of the redirector’s object counts the connects that have not cleaned up, for which an unload has to wait (ours).',
    ],
  },
  RxCeTearDownConnection: {
    what: 'implemented',
    statuses: ['STATUS_SUCCESS', 'STATUS_INVALID_PARAMETER'],
    never: { STATUS_INSUFFICIENT_RESOURCES: noPool },
    rules: [alongRule, 'A circuit that is being connected ends with STATUS_LOCAL_DISCONNECT (ours).', workerRule],
  },
  RxCeCancelConnectRequest: {
    what: 'answered as documented',
    statuses: ['STATUS_NOT_IMPLEMENTED'],
    rules: ['It never cancels anything. Tearing the address down does; in hawser/engine an AbortSignal does.'],
  },
  RxCeBuildVC: {
    what: 'implemented',
    statuses: ['STATUS_SUCCESS', 'STATUS_INVALID_PARAMETER', 'STATUS_LOCAL_DISCONNECT', ...transportErrors],
    never: { STATUS_INSUFFICIENT_RESOURCES: noPool },
    rules: [
      'The circuit starts as RXCE_VC_ACTIVE.',
      'STATUS_LOCAL_DISCONNECT: the connection was torn down meanwhile (ours).',
      transportErrorsRule,
      inUseRule,
    ],
  },
  RxCeInitiateVCDisconnect: {
    what: 'implemented',
    statuses: ['STATUS_SUCCESS', 'STATUS_INSUFFICIENT_RESOURCES', 'STATUS_INVALID_PARAMETER'],
    rules: [
      'Only from the engine’s worker: SystemWorker is the context of the running item, and anything else is STATUS_INVALID_PARAMETER.',
      'It only starts the disconnect, as an item of its own on the worker: when the queue is at its bound the status is STATUS_INSUFFICIENT_RESOURCES, and the circuit goes on.',
      'The state is RXCE_VC_DISCONNECTED from then on: sends are refused, nothing is indicated, and no disconnect event comes.',
      'It is graceful: what is pending goes out first, then the end; RxCeTearDownVC waits for the peer’s, at most for the close deadline. TDI_DISCONNECT_ABORT as DisconnectFlags, a parameter of ours, drops everything at once (ours).',
      'A second call succeeds and does nothing, as on a circuit that is lost already; one with TDI_DISCONNECT_ABORT cuts a graceful disconnect short, even while RxCeTearDownVC waits for it (ours).',
    ],
  },
  RxCeTearDownVC: {
    what: 'implemented',
    statuses: ['STATUS_SUCCESS', 'STATUS_INVALID_PARAMETER', 'STATUS_CONNECTION_RESET', 'STATUS_CONNECTION_ABORTED'],
    rules: [
      'A circuit that is active is disconnected abortively; one whose disconnect was initiated is waited for (ours).',
      'It waits until the connects over other transports are cleaned up that were under way beside this one.',
      'STATUS_CONNECTION_RESET: the peer had reset it; STATUS_CONNECTION_ABORTED: a graceful disconnect met the close deadline, or the transport failed otherwise. The circuit is torn down all the same (ours).',
      'A second call while the first is under way ends as that does (ours).',
      workerRule,
    ],
  },
  RxCeQueryInformation: {
    what: 'implemented',
    statuses: ['STATUS_SUCCESS', 'STATUS_BUFFER_OVERFLOW', 'STATUS_INVALID_PARAMETER'],
    never: { STATUS_INSUFFICIENT_RESOURCES: noPool },
    rules: [
      'Information is the structure of the class. Length is that of the buffer which it would go to on a 64-bit system, with what it points to behind it; a shorter one is STATUS_BUFFER_OVERFLOW.',
      'STATUS_INVALID_PARAMETER also when the connection, address or transport behind the circuit is invalid.',
      'RxCeConnectionEndpointInformation counts sends and receive events; Throughput and Delay are 0, not measured (ours).',
    ],
  },
  RxCeSend: {
    what: 'implemented',
    statuses: [
      'STATUS_SUCCESS',
      'STATUS_CONNECTION_DISCONNECTED',
      'STATUS_INSUFFICIENT_RESOURCES',
      'STATUS_INVALID_PARAMETER',
      'STATUS_DEVICE_NOT_READY',
    ],
    rules: [
      'Success means submitted; the end comes by RxCeSendCompleteEventHandler. The memory belongs to the circuit until then.',
      'RXCE_SEND_SYNCHRONOUS settles with the end, of which no handler hears. Sent is what the system has taken: of what the peer has got a stream knows nothing (ours).',
      'STATUS_CONNECTION_DISCONNECTED also when the connection of the circuit is invalid.',
      'Without RXCE_SEND_PARTIAL the length is that of the memory.',
      'RXCE_SEND_NON_BLOCKING copies what fits below the engine’s high-water mark; BytesSent tells how much, and with no room the status is STATUS_DEVICE_NOT_READY.',
      'RXCE_SEND_EXPEDITED and RXCE_SEND_NO_RESPONSE_EXPECTED are wishes that no transport of ours has an ear for.',
      'STATUS_INSUFFICIENT_RESOURCES: as many sends are under way as openRxCe allows (ours).',
    ],
  },
  RxCeSendDatagram: {
    what: 'implemented',
    statuses: ['STATUS_SUCCESS', 'STATUS_INSUFFICIENT_RESOURCES', 'STATUS_INVALID_PARAMETER'],
    rules: [
      'RXCE_SEND_SYNCHRONOUS is ignored.',
      'The memory is copied; the end comes by RxCeSendCompleteEventHandler of the address.',
      'More than 65507 bytes are no datagram: STATUS_INVALID_PARAMETER (ours).',
      'STATUS_INSUFFICIENT_RESOURCES: as many wait for the system as openRxCe allows (ours).',
    ],
  },
  RxCeAllocateIrpWithMDL: {
    what: 'implemented',
    statuses: [],
    rules: [
      'null for what cannot be: a stack that is no positive CCHAR, memory that is none, or 65536 IRPs that nobody has freed (ours).',
      'The list for debugging is irps.',
    ],
  },
  RxCeFreeIrp: {
    what: 'implemented',
    statuses: [],
    rules: ['What is on no list is passed by (ours).'],
  },
};
