// An address: where circuits and datagrams start from, and where peers may build circuits to, on one transport.

import { EngineConnection, type EngineParts } from './connection.ts';
import { type DatagramHandlers, type DatagramOptions, DatagramPort } from './datagram-port.ts';
import type { LocalBinding, Remote } from './driver.ts';
import { Lifetime } from './lifetime.ts';
import { type AcceptCircuit, CircuitListener, type ListenOptions } from './listener.ts';
import { checkRemote } from './options.ts';
import type { WorkerContext } from './worker.ts';

/** A local address of a transport. Connections are built on it. */
export class Address {
  /** What was asked for; a circuit's `local` tells what it became. */
  readonly binding: LocalBinding;
  readonly #parts: EngineParts;
  readonly #release: (address: Address) => void;
  readonly #lifetime = new Lifetime<EngineConnection | CircuitListener | DatagramPort>('the address');

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

  get datagramPorts(): readonly DatagramPort[] {
    return this.#lifetime.children.filter((child) => child instanceof DatagramPort);
  }

  /**
   * Ties this address to a remote one; nothing is connected by that. Throws UsageError `ISCSI_BAD_ARGUMENT` for an empty
   * host or a port outside 1 to 65535, and `ISCSI_WRONG_STATE` after teardown.
   */
  buildConnection(remote: Remote): EngineConnection {
    const connection = new EngineConnection(this.#parts, this.binding, checkRemote(remote), (released) => {
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

  /**
   * Opens a port of this address for datagrams. Rejects with TransportError `ISCSI_LISTEN_FAILED`, UsageError
   * `ISCSI_BAD_ARGUMENT` for an option that cannot be taken or a transport that has no datagrams, `ISCSI_WRONG_STATE` after
   * teardown, SessionError `ISCSI_CLOSED` when torn down meanwhile, or the signal's own reason. After a rejection nothing is
   * left behind.
   */
  async openDatagrams(options: DatagramOptions, handlers: DatagramHandlers): Promise<DatagramPort> {
    this.#lifetime.assertOpen();
    const port = new DatagramPort(this.#parts, { ...options, binding: this.binding }, handlers, (released) => {
      this.#lifetime.release(released);
    });
    this.#lifetime.adopt(port);
    try {
      return await port.open(options.signal);
    } catch (error) {
      await port.tearDown();
      throw error;
    }
  }

  /** Tears down every connection, listener and port and takes the address off its transport. Settles when all is released; never rejects. */
  tearDown(context?: WorkerContext): Promise<void> {
    return this.#lifetime.end(context, () => {
      this.#release(this);
    });
  }
}
