// A connection as the engine knows it behind an RXCE_CONNECTION, and the circuits on it.

import type { EngineConnection, VirtualCircuit, WorkerContext } from '../engine/index.ts';
import type { RXCE_CONNECTION_EVENT_HANDLER } from './handlers.ts';
import { type NTSTATUS, ntStatus } from './nt-status.ts';
import { write } from './object-memory.ts';
import type { AddressOwner, ConnectionOwner } from './owners.ts';
import { RXCE_CONNECTION, type RXCE_CONNECTION_INFORMATION, RXCE_SIGNATURE, type RXCE_VC } from './structures.ts';
import type { VcBinding } from './vc-binding.ts';

/** What an RXCE_CONNECTION is built with. */
export interface ConnectionParts {
  readonly object: RXCE_CONNECTION;
  readonly parent: AddressOwner;
  readonly handler: RXCE_CONNECTION_EVENT_HANDLER;
  readonly context: unknown;
  readonly information: Required<RXCE_CONNECTION_INFORMATION>;
}

/** What stands behind an RXCE_CONNECTION. */
export class ConnectionBinding implements ConnectionOwner {
  readonly object: RXCE_CONNECTION;
  readonly parent: AddressOwner;
  /** There from when it connects, or has connected. */
  connection: EngineConnection | undefined;
  readonly handler: RXCE_CONNECTION_EVENT_HANDLER;
  readonly context: unknown;
  readonly information: Required<RXCE_CONNECTION_INFORMATION>;
  readonly #circuits = new Map<RXCE_VC, VcBinding>();
  #ending: Promise<NTSTATUS> | undefined;

  constructor({ object, parent, handler, context, information }: ConnectionParts) {
    this.object = object;
    this.parent = parent;
    this.handler = handler;
    this.context = context;
    this.information = information;
  }

  get circuits(): readonly VcBinding[] {
    return [...this.#circuits.values()];
  }

  /** Whether circuits may still be built. */
  get isOpen(): boolean {
    return this.#ending === undefined && this.parent.isOpen;
  }

  /** Makes the object valid. */
  attach(): void {
    write(this.object, {
      Signature: RXCE_SIGNATURE.RXCE_CONNECTION,
      pAddress: this.parent.object,
      pContext: this.context,
      pHandler: this.handler,
      pConnectionInformation: this.information,
    });
  }

  /** Takes a circuit that was connected. */
  adopt(binding: VcBinding, circuit: VirtualCircuit): void {
    this.#circuits.set(binding.object, binding);
    binding.attach(circuit);
    this.count();
  }

  release(vc: RXCE_VC): void {
    this.#circuits.delete(vc);
    this.forget(vc);
    this.count();
  }

  forget(object: object): void {
    this.parent.forget(object);
  }

  count(): void {
    write(this.object, { VirtualCircuitCount: this.#circuits.size });
    this.parent.count();
  }

  /** Ends connects that are under way, takes every circuit along and takes the connection off its address. */
  tearDown(context: WorkerContext | undefined): Promise<NTSTATUS> {
    this.#ending ??= this.#tearDown(context);
    return this.#ending;
  }

  async #tearDown(context: WorkerContext | undefined): Promise<NTSTATUS> {
    const circuits = this.circuits.map((binding) => binding.tearDown(context));
    await Promise.all([...circuits, this.connection?.tearDown(context)]);
    this.parent.release(this.object);
    write(this.object, new RXCE_CONNECTION());
    return ntStatus.STATUS_SUCCESS;
  }
}
