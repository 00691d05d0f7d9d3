// The routines for virtual circuits.

import type { VirtualCircuit, WorkerContext } from '../engine/index.ts';
import { answer, answerLater } from './answer.ts';
import type { ConnectionBinding } from './connection-binding.ts';
import { TDI_DISCONNECT } from './constants.ts';
import { type NTSTATUS, ntStatus, statusOf } from './nt-status.ts';
import type { Registry } from './registry.ts';
import { type RXCE_CONNECTION, RXCE_VC } from './structures.ts';
import { VcBinding } from './vc-binding.ts';

export interface CircuitCalls {
  /** Adds a circuit to a connection. */
  RxCeBuildVC(pVc: RXCE_VC, Connection: RXCE_CONNECTION): Promise<NTSTATUS>;
  /** Starts the disconnect of a circuit, and only that; called from the engine's worker. */
  RxCeInitiateVCDisconnect(pVc: RXCE_VC, SystemWorker: WorkerContext, DisconnectFlags?: number): NTSTATUS;
  /** Takes a circuit off its connection, and waits until everything of it is released. */
  RxCeTearDownVC(pVc: RXCE_VC, SystemWorker?: WorkerContext): Promise<NTSTATUS>;
}

export function circuitCalls(registry: Registry): CircuitCalls {
  return {
    RxCeBuildVC: async (pVc, Connection) =>
      await answerLater(async () => {
        const parent = registry.connection(Connection);
        if (parent?.isOpen !== true || !registry.isFree(pVc, RXCE_VC)) return ntStatus.STATUS_INVALID_PARAMETER;
        return await registry.building([pVc], async () => await buildCircuit(registry, parent, pVc));
      }),
    RxCeInitiateVCDisconnect: (pVc, SystemWorker, DisconnectFlags = TDI_DISCONNECT.TDI_DISCONNECT_RELEASE) =>
      answer(() => {
        const isOnWorker = registry.worker(SystemWorker) !== undefined;
        const binding = registry.circuit(pVc);
        const isAbort = DisconnectFlags === TDI_DISCONNECT.TDI_DISCONNECT_ABORT;
        const isKnown = isAbort || DisconnectFlags === TDI_DISCONNECT.TDI_DISCONNECT_RELEASE;
        if (!isOnWorker || binding === undefined || !isKnown) return ntStatus.STATUS_INVALID_PARAMETER;
        return binding.initiateDisconnect(isAbort ? 'abortive' : 'graceful');
      }),
    RxCeTearDownVC: async (pVc, SystemWorker) =>
      await answerLater(async () => {
        const context = registry.worker(SystemWorker);
        const isMisplaced = context === undefined && SystemWorker !== undefined;
        const binding = isMisplaced ? undefined : registry.circuit(pVc);
        return (await binding?.tearDown(context)) ?? ntStatus.STATUS_INVALID_PARAMETER;
      }),
  };
}

/**
 * Connects a circuit and makes its object valid; `connected` runs before that. When the connection goes meanwhile the
 * status is STATUS_LOCAL_DISCONNECT, and nothing is left behind.
 */
export async function buildCircuit(
  registry: Registry,
  parent: ConnectionBinding,
  object: RXCE_VC,
  connected: () => void = () => {},
): Promise<NTSTATUS> {
  const binding = bindVc(registry, parent, object);
  let circuit: VirtualCircuit | undefined;
  try {
    circuit = await parent.connection?.buildCircuit({ handlers: binding.handlers() });
  } catch (error) {
    return statusOf(error);
  }
  if (circuit === undefined || !parent.isOpen) {
    await circuit?.tearDown();
    return ntStatus.STATUS_LOCAL_DISCONNECT;
  }
  connected();
  registry.circuits.set(object, binding);
  parent.adopt(binding, circuit);
  return ntStatus.STATUS_SUCCESS;
}

/** What is to stand behind an RXCE_VC, and has the handlers for its circuit. */
export function bindVc(registry: Registry, parent: ConnectionBinding, object: RXCE_VC): VcBinding {
  const { engine, lookaheadLength } = registry.options;
  return new VcBinding(object, parent, engine.worker, lookaheadLength);
}
