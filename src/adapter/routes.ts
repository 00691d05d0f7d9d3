// From portals to circuits: the engine connections of one session, built when first needed and torn down together.

import { type Address, type Engine, type EngineConnection, formatEndpoint } from '../engine/index.ts';
import type { CircuitWay, Portal } from '../session/index.ts';

/** The routes of one session from one local address. */
export class Routes {
  readonly #engine: Engine;
  readonly #address: Address;
  readonly #closeTimeoutMs: number;
  readonly #connections = new Map<string, EngineConnection>();

  /** `closeTimeoutMs`: how long a peer has to close its end of a circuit that was closed in order. */
  constructor(engine: Engine, address: Address, closeTimeoutMs: number) {
    this.#engine = engine;
    this.#address = address;
    this.#closeTimeoutMs = closeTimeoutMs;
  }

  /** The way to a portal. Throws UsageError ISCSI_BAD_ARGUMENT for a portal that cannot be one. */
  to(portal: Portal): CircuitWay {
    const address = formatEndpoint({ address: portal.host, port: portal.port });
    const connection = this.#connectionTo(portal, address);
    return {
      address,
      worker: this.#engine.worker,
      connect: (handlers, { timeoutMs, signal }) =>
        connection.buildCircuit({
          handlers,
          connectTimeoutMs: timeoutMs,
          closeTimeoutMs: this.#closeTimeoutMs,
          ...(signal === undefined ? {} : { signal }),
        }),
    };
  }

  /** Tears down what is left of all routes. Never rejects. */
  async release(): Promise<void> {
    const connections = [...this.#connections.values()];
    this.#connections.clear();
    await Promise.all(connections.map((connection) => connection.tearDown()));
  }

  #connectionTo(portal: Portal, address: string): EngineConnection {
    let connection = this.#connections.get(address);
    if (connection === undefined) {
      connection = this.#address.buildConnection(portal);
      this.#connections.set(address, connection);
    }
    return connection;
  }
}
