// What an object knows of those that it is built on.

import type { TransportDriver } from '../engine/index.ts';
import type { RXCE_CONNECTION_EVENT_HANDLER } from './handlers.ts';
import type {
  RXCE_ADDRESS,
  RXCE_CONNECTION,
  RXCE_CONNECTION_INFORMATION,
  RXCE_TRANSPORT,
  RXCE_TRANSPORT_PROVIDER_INFO,
  RXCE_VC,
} from './structures.ts';

interface Owner<Child> {
  /** Whether something may still be built on it. */
  readonly isOpen: boolean;
  /** Lets go of something that is torn down. */
  release(child: Child): void;
  /** Has an object forgotten that is torn down. */
  forget(object: object): void;
  /** Tells how many connections and circuits there are, here and above. */
  count(): void;
}

/** A transport, as its addresses know it. */
export interface TransportOwner extends Owner<RXCE_ADDRESS> {
  readonly object: RXCE_TRANSPORT;
  readonly driver: TransportDriver;
  readonly providerInfo: RXCE_TRANSPORT_PROVIDER_INFO;
}

/** An address, as its connections know it. */
export interface AddressOwner extends Owner<RXCE_CONNECTION> {
  readonly object: RXCE_ADDRESS;
  readonly parent: TransportOwner;
}

/** A connection, as its circuits know it. */
export interface ConnectionOwner extends Owner<RXCE_VC> {
  readonly object: RXCE_CONNECTION;
  readonly parent: AddressOwner;
  readonly handler: RXCE_CONNECTION_EVENT_HANDLER;
  readonly context: unknown;
  readonly information: Required<RXCE_CONNECTION_INFORMATION>;
}
