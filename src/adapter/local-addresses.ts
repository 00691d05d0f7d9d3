// Where connections may start from: the initiator's own binding, and addresses of this host that portals name.

import { SessionError } from '../base/index.ts';
import type { Address, LocalBinding, Transport } from '../engine/index.ts';

/** More addresses than a host has; what is above is a caller that makes them up. */
const mostAddresses = 1024;

/** The engine's addresses of one initiator, built when first needed. They go with their transport. */
export class LocalAddresses {
  readonly #transport: Transport;
  readonly #own: Address;
  readonly #others = new Map<string, Address>();

  /** Throws UsageError ISCSI_BAD_ARGUMENT for a binding that this host does not have. */
  constructor(transport: Transport, binding: LocalBinding | undefined) {
    this.#transport = transport;
    this.#own = transport.buildAddress(binding);
  }

  /** The address to start from; the initiator's own for undefined. Throws UsageError ISCSI_BAD_ARGUMENT. */
  get(localAddress: string | undefined): Address {
    if (localAddress === undefined) return this.#own;
    let address = this.#others.get(localAddress);
    if (address === undefined) {
      if (this.#others.size >= mostAddresses) {
        throw new SessionError('ISCSI_QUEUE_FULL', `Connections start from ${mostAddresses} addresses already`);
      }
      address = this.#transport.buildAddress({ localAddress });
      this.#others.set(localAddress, address);
    }
    return address;
  }
}
