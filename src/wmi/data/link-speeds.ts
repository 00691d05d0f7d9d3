// How fast the links of an adapter's ports are, by local address.

import type { PortFacts } from '../../adapter/index.ts';

/** The link speeds of one adapter. */
export class LinkSpeeds {
  readonly #byAddress: ReadonlyMap<string, number>;

  constructor(ports: readonly PortFacts[]) {
    this.#byAddress = new Map(ports.map(({ address, linkSpeed = 0 }) => [bare(address), linkSpeed]));
  }

  /** In megabits per second; 0 where nobody knows. */
  of(localAddress: string | undefined): number {
    return localAddress === undefined ? 0 : (this.#byAddress.get(bare(localAddress)) ?? 0);
  }
}

/** The address without its zone, which the two ends of a socket may or may not show. */
function bare(address: string): string {
  return address.split('%', 1)[0] ?? address;
}
