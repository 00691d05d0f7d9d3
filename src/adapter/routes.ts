// From portals to circuits: the engine connections of one session, built when first needed and torn down together.

import {
  type Address,
  type CircuitHandlers,
  type Contender,
  type Engine,
  type EngineConnection,
  formatEndpoint,
  type VirtualCircuit,
} from '../engine/index.ts';
import type { CircuitWay, Portal } from '../session/index.ts';

/** A circuit that is there already, for the first connection to a portal. */
export interface ReadyCircuit {
  readonly portal: Portal;
  readonly ready: Contender;
}

/** The routes of one session. */
export class Routes {
  readonly #engine: Engine;
  readonly #from: (localAddress: string | undefined) => Address;
  readonly #closeTimeoutMs: number;
  readonly #connections = new Map<string, EngineConnection>();
  /** By the key of its portal, until it has been used. */
  readonly #ready = new Map<string, Contender>();

  /**
   * `from`: the local address that a portal names, or the initiator's own. `closeTimeoutMs`: how long a peer has to close its end of a circuit that was
   * closed in order.
   */
  constructor(engine: Engine, from: (localAddress: string | undefined) => Address, closeTimeoutMs: number) {
    this.#engine = engine;
    this.#from = from;
    this.#closeTimeoutMs = closeTimeoutMs;
  }

  /** The first circuit to this portal is to be this one, unless it is lost before it is needed. */
  prepare({ portal, ready }: ReadyCircuit): void {
    this.#ready.set(keyOf(portal), ready);
  }

  /** The way to a portal. Throws UsageError ISCSI_BAD_ARGUMENT for a portal that cannot be one, or a local address that is none. */
  to(portal: Portal): CircuitWay {
    const key = keyOf(portal);
    // A ready circuit brings an engine connection of its own.
    if (!this.#ready.has(key)) this.#connectionTo(portal);
    return {
      address: formatEndpoint({ address: portal.host, port: portal.port }),
      worker: this.#engine.worker,
      connect: async (handlers, { timeoutMs, signal }) =>
        this.#takeReady(key, handlers) ??
        (await this.#connectionTo(portal).buildCircuit({
          handlers,
          connectTimeoutMs: timeoutMs,
          closeTimeoutMs: this.#closeTimeoutMs,
          ...(signal === undefined ? {} : { signal }),
        })),
    };
  }

  /** Tears down what is left of all routes. A ready circuit that was not used is its owner's. Never rejects. */
  async release(): Promise<void> {
    const connections = [...this.#connections.values()];
    this.#connections.clear();
    await Promise.all(connections.map((connection) => connection.tearDown()));
  }

  #takeReady(key: string, handlers: CircuitHandlers): VirtualCircuit | undefined {
    const taken = this.#ready.get(key)?.take(handlers);
    this.#ready.delete(key);
    if (taken === undefined) return undefined;
    this.#connections.set(key, taken.connection);
    return taken.circuit;
  }

  #connectionTo(portal: Portal): EngineConnection {
    const key = keyOf(portal);
    let connection = this.#connections.get(key);
    if (connection === undefined) {
      connection = this.#from(portal.localAddress).buildConnection(portal);
      this.#connections.set(key, connection);
    }
    return connection;
  }
}

function keyOf({ host, port, localAddress }: Portal): string {
  const address = formatEndpoint({ address: host, port });
  return localAddress === undefined ? address : `${localAddress} ${address}`;
}
