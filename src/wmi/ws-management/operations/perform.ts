// Which operation a request is for, and how long it may take.

import { withDeadline } from '../../../base/index.ts';
import type { WsAnswer } from '../envelope/write-envelope.ts';
import { action } from '../names.ts';
import { soapFault } from '../soap-fault.ts';
import { enumerate, maxTimeOf, pull, release } from './enumerate.ts';
import { invoke, methodOf } from './invoke.ts';
import type { Operation } from './operation.ts';
import { getStatus, renew, subscribe, unsubscribe } from './subscribe.ts';
import { get, put } from './transfer.ts';

const operations: Readonly<Record<string, (operation: Operation) => WsAnswer | Promise<WsAnswer>>> = {
  [action.get]: get,
  [action.put]: put,
  [action.enumerate]: enumerate,
  [action.pull]: pull,
  [action.release]: release,
  [action.subscribe]: subscribe,
  [action.renew]: renew,
  [action.getStatus]: getStatus,
  [action.unsubscribe]: unsubscribe,
};

/**
 * Performs an operation within the time that the client gives it (OperationTimeout, and for Pull MaxTime), which we bound.
 * Rejects with a fault, with whatever the class rejects with, or with the signal's reason.
 */
export async function perform(operation: Operation): Promise<WsAnswer> {
  const { endpoint, request, signal } = operation;
  const work = workOf(operation);
  const { operationTimeoutMs, longestOperationMs } = endpoint.limits;
  const waits = request.action === action.pull ? maxTimeOf(request.body) : undefined;
  const wanted = Math.min(request.operationTimeoutMs ?? operationTimeoutMs, waits ?? longestOperationMs);
  const limitMs = Math.max(1, Math.min(wanted, longestOperationMs));
  const late = (): Error => soapFault('timedOut', { text: 'The operation did not end within its time' });
  return await withDeadline(endpoint.clock, limitMs, late, signal, async (both) => {
    return await work({ ...operation, signal: both });
  });
}

/** What an operation is called in logs: the last part of its action. */
export function operationName(requested: string): string {
  return Object.hasOwn(operations, requested) ? (requested.split('/').at(-1) ?? '') : 'Invoke';
}

function workOf({ request }: Operation): (operation: Operation) => WsAnswer | Promise<WsAnswer> {
  if (Object.hasOwn(operations, request.action)) {
    const known = operations[request.action];
    if (known !== undefined) return known;
  }
  const method = methodOf(request.action, request.resourceUri);
  if (method === undefined) throw soapFault('actionNotSupported');
  return async (operation) => await invoke(operation, method);
}
