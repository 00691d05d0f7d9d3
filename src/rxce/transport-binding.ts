// A transport as the engine knows it behind an RXCE_TRANSPORT, and the addresses on it.

import type { Transport, TransportDriver, WorkerContext } from '../engine/index.ts';
import type { AddressBinding } from './address-binding.ts';
import { type NTSTATUS, ntStatus } from './nt-status.ts';
import { write } from './object-memory.ts';
import type { TransportOwner } from './owners.ts';
import { type RXCE_ADDRESS, RXCE_SIGNATURE, RXCE_TRANSPORT, type RXCE_TRANSPORT_PROVIDER_INFO } from './structures.ts';

/** What an RXCE_TRANSPORT is built with. */
export interface TransportParts {
  readonly object: RXCE_TRANSPORT;
  readonly name: string;
  readonly driver: TransportDriver;
  readonly transport: Transport;
  readonly providerInfo: RXCE_TRANSPORT_PROVIDER_INFO;
  readonly qualityOfService: number;
  /** Has an object forgotten that is torn down. */
  readonly forget: (object: object) => void;
}

/** What stands behind an RXCE_TRANSPORT. */
export class TransportBinding implements TransportOwner {
  readonly object: RXCE_TRANSPORT;
  readonly driver: TransportDriver;
  readonly transport: Transport;
  readonly providerInfo: RXCE_TRANSPORT_PROVIDER_INFO;
  readonly qualityOfService: number;
  readonly forget: (object: object) => void;
  readonly #name: string;
  readonly #addresses = new Map<RXCE_ADDRESS, AddressBinding>();
  #ending: Promise<NTSTATUS> | undefined;

  constructor(parts: TransportParts) {
    this.object = parts.object;
    this.#name = parts.name;
    this.driver = parts.driver;
    this.transport = parts.transport;
    this.providerInfo = parts.providerInfo;
    this.qualityOfService = parts.qualityOfService;
    this.forget = parts.forget;
  }

  get addresses(): readonly AddressBinding[] {
    return [...this.#addresses.values()];
  }

  /** How many connections there are on all of its addresses. */
  get connectionCount(): number {
    return this.addresses.reduce((sum, address) => sum + address.connections.length, 0);
  }

  /** Whether addresses may still be built. */
  get isOpen(): boolean {
    return this.#ending === undefined;
  }

  /** Makes the object valid. */
  attach(handle: number): void {
    write(this.object, {
      Signature: RXCE_SIGNATURE.RXCE_TRANSPORT,
      Name: this.#name,
      ControlChannel: handle,
      pProviderInfo: this.providerInfo,
      QualityOfService: this.qualityOfService,
      ConnectionCount: 0,
      VirtualCircuitCount: 0,
    });
  }

  adopt(address: AddressBinding): void {
    this.#addresses.set(address.object, address);
  }

  release(address: RXCE_ADDRESS): void {
    this.#addresses.delete(address);
    this.forget(address);
    this.count();
  }

  count(): void {
    const connections = this.addresses.flatMap((address) => address.connections);
    const circuits = connections.reduce((sum, connection) => sum + connection.circuits.length, 0);
    write(this.object, { ConnectionCount: connections.length, VirtualCircuitCount: circuits });
  }

  /** Takes every address along, which tells its client so, and takes the transport off the engine. */
  tearDown(context: WorkerContext | undefined): Promise<NTSTATUS> {
    this.#ending ??= this.#tearDown(context);
    return this.#ending;
  }

  async #tearDown(context: WorkerContext | undefined): Promise<NTSTATUS> {
    const addresses = this.addresses.map(async (address) => {
      const wasOpen = address.isOpenItself;
      await address.tearDown(context);
      if (wasOpen) address.fail(ntStatus.STATUS_LOCAL_DISCONNECT);
    });
    await Promise.all([...addresses, this.transport.tearDown(context)]);
    this.forget(this.object);
    write(this.object, new RXCE_TRANSPORT());
    return ntStatus.STATUS_SUCCESS;
  }
}
