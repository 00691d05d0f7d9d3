// An address: where circuits start from, and where peers may build them to, on one transport.

import { UsageError } from '../base/index.ts';
import { EngineConnection, type EngineParts } from './connection.ts';
import type { LocalBinding, Remote } from './driver.ts';
import { Lifetime } from './lifetime.ts';
import { type AcceptCircuit, CircuitListener, type ListenOptions } from './listener.ts';
import type { WorkerContext } from './worker.ts';

/** A local address of a transport. Connections are built on it. */
export class Address {
  /** What was asked for; a circuit's `local` tells what it became. */
  readonly binding: LocalBinding;
  readonly #parts: EngineParts;
  readonly #release: (address: Address) => void;
  readonly #lifetime = new Lifetime<EngineConnection | CircuitListener>('the address');

  /** @internal */
  constructor(parts: EngineParts, binding: LocalBinding, release: (address: Address) => void) {
    this.#parts = parts;
    this.binding = binding;
    this.#release = release;
  }

  get connections(): readonly EngineConnection[] {
    return this.#lifetime.children.filter((child) => child instanceof EngineConnection);
  }

  get listeners(): readonly CircuitListener[] {
    return this.#lifetime.children.filter((child) => child instanceof CircuitListener);
  }

  /**
   * Ties this address to a remote one; nothing is connected by that. Throws UsageError `ISCSI_BAD_ARGUMENT` for an empty
   * host or a port outside 1 to 65535, and `ISCSI_WRONG_STATE` after teardown.
   */
  buildConnection(remote: Remote): EngineConnection {
    const { host, port } = remote;
    if (host === '') throw new UsageError('ISCSI_BAD_ARGUMENT', 'the host is empty', { argument: 'host' });
    if (!Number.isInteger(port) || port < 1 || port > 65_535) {
      throw new UsageError('ISCSI_BAD_ARGUMENT', `port ${port} is not between 1 and 65535`, { argument: 'port' });
    }
    const connection = new EngineConnection(this.#parts, this.binding, { host, port }, (released) => {
      this.#lifetime.release(released);
    });
    this.#lifetime.adopt(connection);
    return connection;
  }

  /**
   * Listens on a port of this address and has `accept` called for each circuit that a peer builds. Rejects with
   * TransportError `ISCSI_LISTEN_FAILED`, UsageError `ISCSI_BAD_ARGUMENT` for an option that cannot be taken or a transport
   * that cannot listen, `ISCSI_WRONG_STATE` after teardown, or SessionError `ISCSI_CLOSED` when torn down meanwhile. After a
   * rejection nothing is left behind.
   */
  async listen(options: ListenOptions, accept: AcceptCircuit): Promise<CircuitListener> {
    this.#lifetime.assertOpen();
    const place = { ...options, binding: this.binding };
    const listener = new CircuitListener(this.#parts, place, accept, (released) => {
      this.#lifetime.release(released);
    });
    this.#lifetime.adopt(listener);
    try {
      return await listener.open();
    } catch (error) {
      await listener.tearDown();
      throw error;
    }
  }

  /** Tears down every connection and listener and takes the address off its transport. Settles when all is released; never rejects. */
  tearDown(context?: WorkerContext): Promise<void> {
    return this.#lifetime.end(context, () => {
      this.#release(this);
    });
  }
}
