// The connection engine, after the RxCe model: transports → addresses → connections → virtual circuits, and one worker.
// An owner's teardown takes what was built on it along. A disconnect is initiated only by an item that runs on the worker,
// which the types and the engine itself both insist on; the teardown then waits until everything is released. A circuit
// (circuit.ts) knows states, batches and handlers and nothing of sockets: those are links, made by drivers (driver.ts) –
// tcp.ts, tls.ts, memory.ts, and faulty.ts, which wraps another. Datagrams (datagram-port.ts) go by udp.ts. The only
// sockets of the initiator are here. A peer that can be reached in several ways is connected to in all of them at once
// (connect-race.ts): circuits that have answered are nobody's (contender.ts) until they are taken; connect-over-many.ts
// decides whose they become. The addresses of one host name are tried at once too (reach.ts).

export { Address } from './address.ts';
export { type CircuitHandlers, type DisconnectKind, formatEndpoint, VirtualCircuit } from './circuit.ts';
export type { CircuitState } from './circuit-states.ts';
export {
  type ConnectDecision,
  type ConnectFailure,
  type ConnectOverMany,
  type ConnectOverManyOptions,
  type ConnectSelection,
  type ConnectWinner,
  connectOverMany,
} from './connect-over-many.ts';
export { ConnectRace, type RaceOptions } from './connect-race.ts';
export { type CircuitOptions, EngineConnection } from './connection.ts';
export {
  type ConnectAttempt,
  Contender,
  type ContenderOptions,
  type ContenderState,
  type TakenCircuit,
} from './contender.ts';
export { type DatagramHandlers, type DatagramOptions, DatagramPort } from './datagram-port.ts';
export type {
  DatagramEvents,
  DatagramLink,
  Destination,
  Link,
  LinkEvents,
  LinkListener,
  LocalBinding,
  Remote,
  TransportDriver,
} from './driver.ts';
export { Engine } from './engine.ts';
export type { Fault, FaultDirection } from './fault-lane.ts';
export { type FaultScript, faultyDriver } from './faulty.ts';
export { type AcceptCircuit, CircuitListener, type ListenOptions } from './listener.ts';
export { sourceAddresses } from './local-address.ts';
export {
  type AcceptMemoryPeer,
  type MemoryDriver,
  type MemoryListener,
  MemoryPeer,
  type MemoryPeerHandlers,
  memoryDriver,
} from './memory.ts';
export type { EngineOptions } from './options.ts';
export { type PortFacts, portFacts } from './port-facts.ts';
export { type TcpOptions, tcpDriver } from './tcp.ts';
export { type TlsOptions, tlsDriver } from './tls.ts';
export { Transport } from './transport.ts';
export { udpDriver } from './udp.ts';
export type { WorkerContext, WorkQueue } from './worker.ts';
