// The ports of an initiator instance: the local addresses that connections may start from, by number.

import { ServiceError } from '../../base/index.ts';
import type { LocalBinding, PortFacts } from '../../engine/index.ts';
import { portFacts, sourceAddresses } from '../../engine/index.ts';

/** Stands for whatever port fits (ISCSI_ANY_INITIATOR_PORT). */
const anyPort = 0xffff_ffff;

/** The ports of one instance. A number means the same address for as long as the instance lives. */
export class InitiatorPorts {
  readonly #binding: LocalBinding | undefined;
  readonly #addresses: string[] = [];

  constructor(binding: LocalBinding | undefined) {
    this.#binding = binding;
  }

  /** The addresses; those that have come since the last call are behind those that were there. */
  get addresses(): string[] {
    for (const address of sourceAddresses(this.#binding)) {
      if (!this.#addresses.includes(address)) this.#addresses.push(address);
    }
    return [...this.#addresses];
  }

  /** The network interfaces behind the addresses, in the order of the ports. Never rejects. */
  async facts(): Promise<PortFacts[]> {
    return await portFacts(this.addresses);
  }

  /** The address of a port; undefined for any port. Throws ServiceError SERVICE_INSTANCE_UNKNOWN for one that is none. */
  addressOf(port: number | undefined): string | undefined {
    if (port === undefined || port === anyPort) return undefined;
    const address = this.addresses[port];
    if (address !== undefined) return address;
    const message = `There is no initiator port ${port}, only 0 to ${this.#addresses.length - 1}`;
    throw new ServiceError('SERVICE_INSTANCE_UNKNOWN', message, { field: 'initiatorPort' });
  }
}
