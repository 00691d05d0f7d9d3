// The way to a portal: how a connection gets its virtual circuit without knowing transports or addresses.

import type { CircuitHandlers, VirtualCircuit, WorkQueue } from '../engine/index.ts';

/** A way to one portal. Each call of `connect` builds one circuit, and with it one iSCSI connection. */
export interface CircuitWay {
  /** The portal, for messages: `host:port`. */
  readonly address: string;
  /** The worker on which circuits are disconnected. */
  readonly worker: WorkQueue;
  /** Builds a circuit; rejects with TransportError, TimeoutError or the signal's reason. */
  connect(handlers: CircuitHandlers, options: { timeoutMs: number; signal?: AbortSignal }): Promise<VirtualCircuit>;
}
