// From portals to circuits: the engine connections of one session, built when first needed and torn down together.

import { type Address, type Engine, type EngineConnection, formatEndpoint } from '../engine/index.ts';
import type { CircuitWay, Portal } from '../session/index.ts';

/** The routes of one session. */
export class Routes {
  readonly #engine: Engine;
  readonly #from: (localAddress: string | undefined) => Address;
  readonly #closeTimeoutMs: number;
  readonly #connections = new Map<string, EngineConnection>();

  /**
   * `from`: the local address that a portal names, or the initiator's own. `closeTimeoutMs`: how long a peer has to close its end of a circuit that was
   * closed in order.
   */
  constructor(engine: Engine, from: (localAddress: string | undefined) => Address, closeTimeoutMs: number) {
    this.#engine = engine;
    this.#from = from;
    this.#closeTimeoutMs = closeTimeoutMs;
  }

  /** The way to a portal. Throws UsageError ISCSI_BAD_ARGUMENT for a portal that cannot be one, or a local address that is none. */
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
    const { localAddress } = portal;
    const key = localAddress === undefined ? address : `${localAddress} ${address}`;
    let connection = this.#connections.get(key);
    if (connection === undefined) {
      connection = this.#from(localAddress).buildConnection(portal);
      this.#connections.set(key, connection);
    }
    return connection;
  }
}
