// A transport: one driver at work in one engine, and the addresses on it.

import { Address } from './address.ts';
import type { EngineParts } from './connection.ts';
import type { LocalBinding } from './driver.ts';
import { Lifetime } from './lifetime.ts';
import type { WorkerContext } from './worker.ts';

/** One driver in one engine. Addresses are built on it. */
export class Transport {
  readonly #parts: EngineParts;
  readonly #release: (transport: Transport) => void;
  readonly #lifetime = new Lifetime<Address>('the transport');

  /** @internal */
  constructor(parts: EngineParts, release: (transport: Transport) => void) {
    this.#parts = parts;
    this.#release = release;
  }

  /** The driver's name. */
  get name(): string {
    return this.#parts.driver.name;
  }

  get addresses(): readonly Address[] {
    return this.#lifetime.children;
  }

  /**
   * Adds a local address; with no binding the system chooses for each circuit. The binding is resolved here, for the error,
   * and again for each circuit, since interfaces change their addresses. Throws UsageError `ISCSI_BAD_ARGUMENT` when
   * nothing on this machine fits, and `ISCSI_WRONG_STATE` after teardown.
   */
  buildAddress(binding: LocalBinding = {}): Address {
    this.#lifetime.assertOpen();
    this.#parts.driver.checkBinding(binding);
    const address = new Address(this.#parts, binding, (released) => {
      this.#lifetime.release(released);
    });
    this.#lifetime.adopt(address);
    return address;
  }

  /** Tears down every address and takes the transport off its engine. Settles when all is released; never rejects. */
  tearDown(context?: WorkerContext): Promise<void> {
    return this.#lifetime.end(context, () => {
      this.#release(this);
    });
  }
}
