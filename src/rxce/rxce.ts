// The connection engine under its RxCe names.

import type { CircuitEndpoint } from '../base/index.ts';
import { type AddressCalls, addressCalls } from './address.ts';
import { answer } from './answer.ts';
import { type CircuitCalls, circuitCalls } from './circuit.ts';
import { type ConnectionCalls, connectionCalls } from './connection.ts';
import { type DatagramCalls, datagramCalls } from './datagram.ts';
import { type InformationCalls, informationCalls } from './information.ts';
import { type IRP, type IrpCalls, irpCalls } from './irp.ts';
import { type ManyTransportsCalls, manyTransportsCalls } from './many-transports.ts';
import { type NTSTATUS, ntStatus } from './nt-status.ts';
import { type RxCeOptions, resolveOptions } from './options.ts';
import { Registry } from './registry.ts';
import { type SendCalls, sendCalls } from './send.ts';
import type { RXCE_TRANSPORT, RXCE_VC } from './structures.ts';
import { type TransportCalls, transportCalls } from './transport.ts';

/**
 * The routines of rxce.h. Each takes the header's parameters in the header's order, but for memory that it writes to: what
 * comes out is in the answer. Those that take their time answer with a promise; none throws or rejects, whatever it is given.
 * `SystemWorker` is the proof of running on the engine's worker, which `engine.worker.run` hands to each item.
 */
export interface RxCe
  extends TransportCalls,
    AddressCalls,
    ConnectionCalls,
    ManyTransportsCalls,
    CircuitCalls,
    SendCalls,
    DatagramCalls,
    InformationCalls,
    IrpCalls,
    AsyncDisposable {
  /** The transports that are built. */
  readonly transports: readonly RXCE_TRANSPORT[];
  /** The circuits that are built, lost ones included. */
  readonly circuits: readonly RXCE_VC[];
  /** The IRPs that are allocated and not freed. */
  readonly irps: readonly IRP[];
  /**
   * Has a circuit tell its client again of bytes that the client has not taken, and go on receiving if it had stopped for
   * them. It has no name in rxce.h, where a client posts a receive to the transport itself.
   */
  indicateAgain(pVc: RXCE_VC): NTSTATUS;
  /**
   * Both ends of a circuit, as far as the transport knows them; undefined for what is no valid circuit. It has no name in
   * rxce.h, either.
   */
  endpoints(pVc: RXCE_VC): { readonly local: CircuitEndpoint; readonly remote: CircuitEndpoint } | undefined;
  /** Tears down every transport. The engine stays. Idempotent; never rejects. */
  close(): Promise<void>;
}

/** The names over an engine. Throws UsageError `ISCSI_BAD_ARGUMENT` for an option that cannot be taken. */
export function openRxCe(options: RxCeOptions): RxCe {
  const registry = new Registry(resolveOptions(options));
  const irps = new Set<IRP>();
  const close = async (): Promise<void> => {
    await Promise.all([...registry.transports.values()].map((transport) => transport.tearDown(undefined)));
  };
  return {
    ...transportCalls(registry),
    ...addressCalls(registry),
    ...connectionCalls(registry),
    ...manyTransportsCalls(registry),
    ...circuitCalls(registry),
    ...sendCalls(registry),
    ...datagramCalls(registry),
    ...informationCalls(registry),
    ...irpCalls(irps),
    get transports(): readonly RXCE_TRANSPORT[] {
      return [...registry.transports.keys()];
    },
    get circuits(): readonly RXCE_VC[] {
      return [...registry.circuits.keys()];
    },
    get irps(): readonly IRP[] {
      return [...irps];
    },
    indicateAgain: (pVc) =>
      answer(() => {
        const binding = registry.circuit(pVc);
        if (binding === undefined) return ntStatus.STATUS_INVALID_PARAMETER;
        binding.indicateAgain();
        return ntStatus.STATUS_SUCCESS;
      }),
    endpoints: (pVc) => {
      const circuit = registry.circuit(pVc)?.circuit;
      return circuit === undefined ? undefined : { local: circuit.local, remote: circuit.remote };
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
