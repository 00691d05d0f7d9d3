// The routines for connections.

import type { WorkerContext } from '../engine/index.ts';
import type { AddressBinding } from './address-binding.ts';
import { answer, answerLater } from './answer.ts';
import { buildCircuit } from './circuit.ts';
import { ConnectionBinding } from './connection-binding.ts';
import { type RemoteInformation, readConnectionInformation } from './connection-information.ts';
import { copyConnectionHandlers, type RXCE_CONNECTION_EVENT_HANDLER } from './handlers.ts';
import { type NTSTATUS, ntStatus } from './nt-status.ts';
import type { Registry } from './registry.ts';
import { type RXCE_ADDRESS, RXCE_CONNECTION, type RXCE_CONNECTION_INFORMATION, RXCE_VC } from './structures.ts';

export interface ConnectionCalls {
  /** Connects a local address to a remote one: the connection and its first circuit. */
  RxCeBuildConnection(
    pLocalAddress: RXCE_ADDRESS,
    pConnectionInformation: RXCE_CONNECTION_INFORMATION,
    pHandler: RXCE_CONNECTION_EVENT_HANDLER,
    pEventContext: unknown,
    pConnection: RXCE_CONNECTION,
    pVc: RXCE_VC,
  ): Promise<NTSTATUS>;
  /** Tears a connection down, and takes along its circuits. */
  RxCeTearDownConnection(pConnection: RXCE_CONNECTION, SystemWorker?: WorkerContext): Promise<NTSTATUS>;
  /** Was meant to cancel a connect that is under way, and never did. */
  RxCeCancelConnectRequest(
    pLocalAddress: RXCE_ADDRESS,
    pServerName: string,
    pConnectionInformation: RXCE_CONNECTION_INFORMATION,
  ): NTSTATUS;
}

export function connectionCalls(registry: Registry): ConnectionCalls {
  return {
    RxCeBuildConnection: async (pLocalAddress, pConnectionInformation, pHandler, pEventContext, pConnection, pVc) =>
      await answerLater(async () => {
        const parent = registry.address(pLocalAddress);
        const information = readConnectionInformation(pConnectionInformation);
        const handler = copyConnectionHandlers(pHandler);
        if (parent?.isOpen !== true || information === undefined || handler === undefined) {
          return ntStatus.STATUS_INVALID_PARAMETER;
        }
        const isFree = registry.isFree(pConnection, RXCE_CONNECTION) && registry.isFree(pVc, RXCE_VC);
        if (!isFree) return ntStatus.STATUS_INVALID_PARAMETER;
        const wanted = { parent, information, handler, context: pEventContext, object: pConnection, vc: pVc };
        return await registry.building([pConnection, pVc], async () => await buildConnection(registry, wanted));
      }),
    RxCeTearDownConnection: async (pConnection, SystemWorker) =>
      await answerLater(async () => {
        const context = registry.worker(SystemWorker);
        const isMisplaced = context === undefined && SystemWorker !== undefined;
        const binding = isMisplaced ? undefined : registry.connection(pConnection);
        return (await binding?.tearDown(context)) ?? ntStatus.STATUS_INVALID_PARAMETER;
      }),
    RxCeCancelConnectRequest: () => answer(() => ntStatus.STATUS_NOT_IMPLEMENTED),
  };
}

interface Wanted {
  readonly parent: AddressBinding;
  readonly information: RemoteInformation;
  readonly handler: RXCE_CONNECTION_EVENT_HANDLER;
  readonly context: unknown;
  readonly object: RXCE_CONNECTION;
  readonly vc: RXCE_VC;
}

async function buildConnection(registry: Registry, wanted: Wanted): Promise<NTSTATUS> {
  const { parent, information, handler, context, object, vc } = wanted;
  const connection = parent.address.buildConnection(information.remote);
  const binding = new ConnectionBinding({ object, parent, handler, context, information: information.copy });
  binding.connection = connection;
  const status = await buildCircuit(registry, binding, vc, () => {
    registry.connections.set(object, binding);
    parent.adopt(binding);
    binding.attach();
  });
  if (status !== ntStatus.STATUS_SUCCESS) await connection.tearDown();
  return status;
}
