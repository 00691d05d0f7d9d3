// The engine's types in use; wrong uses stand under @ts-expect-error, so the compiler is the test.

import type { Engine, VirtualCircuit, WorkerContext } from '../../src/engine/index.ts';

/** A worker item is handed the context, and an item's result comes out of run. */
export async function disconnect(engine: Engine, circuit: VirtualCircuit): Promise<string> {
  const state: string = await engine.worker.run((context) => {
    circuit.initiateDisconnect(context, 'graceful');
    return circuit.state;
  });
  await circuit.tearDown();
  return state;
}

/** Outside the worker there is no context to be had. */
export function wrong(circuit: VirtualCircuit): void {
  // @ts-expect-error a disconnect needs the context of a worker item
  circuit.initiateDisconnect('graceful');
  const lookalike: object = { isContext: true };
  // @ts-expect-error a lookalike has no private member
  circuit.initiateDisconnect(lookalike, 'graceful');
}

/** There are two kinds of disconnect. */
export function wrongKind(circuit: VirtualCircuit, context: WorkerContext): void {
  // @ts-expect-error the kind is one of two
  circuit.initiateDisconnect(context, 'quick');
}
