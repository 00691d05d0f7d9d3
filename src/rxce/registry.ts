// Which of its callers' objects the engine has built, and what stands behind each. An object is what its signature says it is
// only if it stands here, too: a copy of it, or one of another engine, does not.

import type { WorkerContext } from '../engine/index.ts';
import type { AddressBinding } from './address-binding.ts';
import type { ConnectionBinding } from './connection-binding.ts';
import { isWritable } from './object-memory.ts';
import type { ResolvedRxCeOptions } from './options.ts';
import {
  RXCE_ADDRESS,
  RXCE_CONNECTION,
  RXCE_TRANSPORT,
  RXCE_VC,
  RxCeIsAddressValid,
  RxCeIsConnectionValid,
  RxCeIsTransportValid,
  RxCeIsVcValid,
} from './structures.ts';
import type { TransportBinding } from './transport-binding.ts';
import type { VcBinding } from './vc-binding.ts';

type RxCeObject = RXCE_TRANSPORT | RXCE_ADDRESS | RXCE_CONNECTION | RXCE_VC;

/** The objects of one engine. */
export class Registry {
  readonly options: ResolvedRxCeOptions;
  readonly transports: Map<RXCE_TRANSPORT, TransportBinding> = new Map();
  readonly addresses: Map<RXCE_ADDRESS, AddressBinding> = new Map();
  readonly connections: Map<RXCE_CONNECTION, ConnectionBinding> = new Map();
  readonly circuits: Map<RXCE_VC, VcBinding> = new Map();
  /** Objects that are being built. */
  readonly #claimed = new Set<RxCeObject>();
  #lastHandle = 0;

  constructor(options: ResolvedRxCeOptions) {
    this.options = options;
  }

  /** What stands behind a transport; undefined for what is no valid one. */
  transport(given: unknown): TransportBinding | undefined {
    return RxCeIsTransportValid(given) ? this.transports.get(given) : undefined;
  }

  address(given: unknown): AddressBinding | undefined {
    return RxCeIsAddressValid(given) ? this.addresses.get(given) : undefined;
  }

  connection(given: unknown): ConnectionBinding | undefined {
    return RxCeIsConnectionValid(given) ? this.connections.get(given) : undefined;
  }

  circuit(given: unknown): VcBinding | undefined {
    return RxCeIsVcValid(given) ? this.circuits.get(given) : undefined;
  }

  /** Whether the connection, the address and the transport behind a circuit are what their signatures must say. */
  isWhole({ parent: connection }: VcBinding): boolean {
    const { parent: address } = connection;
    const isOnAddress = this.connection(connection.object) !== undefined && this.address(address.object) !== undefined;
    return isOnAddress && this.transport(address.parent.object) !== undefined;
  }

  /** Whether an object is one that can be built, and nobody builds or uses. */
  isFree<T extends RxCeObject>(given: unknown, type: new () => T): given is T {
    if (!(given instanceof type) || this.isKnown(given) || this.#claimed.has(given)) return false;
    return isWritable(given);
  }

  /** Whether an object is built. */
  isKnown(object: RxCeObject): boolean {
    return [this.transports, this.addresses, this.connections, this.circuits].some(
      (all: ReadonlyMap<object, unknown>) => all.has(object),
    );
  }

  /** Keeps objects from others while they are being built. */
  async building<T>(objects: readonly RxCeObject[], build: () => Promise<T>): Promise<T> {
    for (const object of objects) this.#claimed.add(object);
    try {
      return await build();
    } finally {
      for (const object of objects) this.#claimed.delete(object);
    }
  }

  /** An object that was torn down. */
  readonly forget = (object: object): void => {
    if (object instanceof RXCE_TRANSPORT) this.transports.delete(object);
    else if (object instanceof RXCE_ADDRESS) this.addresses.delete(object);
    else if (object instanceof RXCE_CONNECTION) this.connections.delete(object);
    else if (object instanceof RXCE_VC) this.circuits.delete(object);
  };

  /** A number for an object that has none of its own. */
  nextHandle(): number {
    this.#lastHandle += 1;
    return this.#lastHandle;
  }

  /** The proof of running on the engine's worker; undefined for what is none, or none any more. */
  worker(given: unknown): WorkerContext | undefined {
    if (typeof given !== 'object' || given === null) return undefined;
    const context = given as WorkerContext; // which isCurrent finds out
    return this.options.engine.worker.isCurrent(context) ? context : undefined;
  }
}
