// An address as the engine knows it behind an RXCE_ADDRESS, the connections on it and its port for datagrams.

import type { Address, DatagramPort, WorkerContext } from '../engine/index.ts';
import type { ConnectionBinding } from './connection-binding.ts';
import type { RXCE_ADDRESS_EVENT_HANDLER } from './handlers.ts';
import { type NTSTATUS, ntStatus } from './nt-status.ts';
import { write } from './object-memory.ts';
import type { AddressOwner, TransportOwner } from './owners.ts';
import { RXCE_ADDRESS, type RXCE_CONNECTION, RXCE_SIGNATURE } from './structures.ts';

/** What an RXCE_ADDRESS is built with. */
export interface AddressParts {
  readonly object: RXCE_ADDRESS;
  readonly parent: TransportOwner;
  readonly address: Address;
  /** There for a transport that has datagrams. */
  readonly port: DatagramPort | undefined;
  readonly handler: RXCE_ADDRESS_EVENT_HANDLER;
  readonly context: unknown;
  readonly transportAddress: Uint8Array;
}

/** What stands behind an RXCE_ADDRESS. */
export class AddressBinding implements AddressOwner {
  readonly object: RXCE_ADDRESS;
  readonly parent: TransportOwner;
  readonly address: Address;
  readonly port: DatagramPort | undefined;
  readonly handler: RXCE_ADDRESS_EVENT_HANDLER;
  readonly context: unknown;
  readonly transportAddress: Uint8Array;
  /** Datagrams that wait for the system. */
  pendingDatagrams = 0;
  readonly #connections = new Map<RXCE_CONNECTION, ConnectionBinding>();
  #ending: Promise<NTSTATUS> | undefined;

  constructor(parts: AddressParts) {
    this.object = parts.object;
    this.parent = parts.parent;
    this.address = parts.address;
    this.port = parts.port;
    this.handler = parts.handler;
    this.context = parts.context;
    this.transportAddress = parts.transportAddress;
  }

  get connections(): readonly ConnectionBinding[] {
    return [...this.#connections.values()];
  }

  /** Whether it is not being torn down itself. */
  get isOpenItself(): boolean {
    return this.#ending === undefined;
  }

  /** Whether connections may still be built. */
  get isOpen(): boolean {
    return this.#ending === undefined && this.parent.isOpen;
  }

  /** Makes the object valid. */
  attach(handle: number): void {
    write(this.object, {
      Signature: RXCE_SIGNATURE.RXCE_ADDRESS,
      pTransport: this.parent.object,
      pTransportAddress: this.transportAddress,
      pContext: this.context,
      pHandler: this.handler,
      hAddress: handle,
    });
  }

  adopt(connection: ConnectionBinding): void {
    this.#connections.set(connection.object, connection);
    this.count();
  }

  release(connection: RXCE_CONNECTION): void {
    this.#connections.delete(connection);
    this.forget(connection);
    this.count();
  }

  forget(object: object): void {
    this.parent.forget(object);
  }

  count(): void {
    const circuits = this.connections.reduce((sum, connection) => sum + connection.circuits.length, 0);
    write(this.object, { ConnectionCount: this.#connections.size, VirtualCircuitCount: circuits });
    this.parent.count();
  }

  /** Tells the client that the address is of no use any more. */
  fail(status: number): void {
    this.handler.RxCeErrorEventHandler?.(this.context, status);
  }

  /** Ends connects that are under way, takes every connection along and takes the address off its transport. */
  tearDown(context: WorkerContext | undefined): Promise<NTSTATUS> {
    this.#ending ??= this.#tearDown(context);
    return this.#ending;
  }

  async #tearDown(context: WorkerContext | undefined): Promise<NTSTATUS> {
    const connections = this.connections.map((connection) => connection.tearDown(context));
    await Promise.all([...connections, this.address.tearDown(context)]);
    this.parent.release(this.object);
    write(this.object, new RXCE_ADDRESS());
    return ntStatus.STATUS_SUCCESS;
  }
}
