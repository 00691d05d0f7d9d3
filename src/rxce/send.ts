// The routine that sends on a circuit.

import { deferred } from '../base/index.ts';
import type { VirtualCircuit } from '../engine/index.ts';
import { type Answer, isUlong, refusal } from './answer.ts';
import { RXCE_FLAGS_MASK, RXCE_SEND } from './constants.ts';
import { firstBytes, type MDL, mdlPieces, totalLength } from './mdl.ts';
import { ntStatus } from './nt-status.ts';
import type { Registry } from './registry.ts';
import type { RXCE_VC } from './structures.ts';
import type { VcBinding } from './vc-binding.ts';

/** What RxCeSend has to say beside its status. */
export interface SendOut {
  /** How many bytes were taken: all of them, but for RXCE_SEND_NON_BLOCKING. */
  readonly BytesSent: number;
}

export interface SendCalls {
  /** Sends bytes on a circuit, which owns them until the send has ended. */
  RxCeSend(
    pVc: RXCE_VC,
    SendOptions: number,
    pMdl: MDL,
    SendLength: number,
    pCompletionContext: unknown,
  ): Promise<Answer<SendOut>>;
}

export function sendCalls(registry: Registry): SendCalls {
  return {
    async RxCeSend(pVc, SendOptions, pMdl, SendLength, pCompletionContext) {
      try {
        const binding = registry.circuit(pVc);
        const circuit = binding?.circuit;
        const isUsable = binding?.isActive === true && registry.connection(binding.parent.object) !== undefined;
        if (!isUsable || circuit?.state !== 'active') return refused('STATUS_CONNECTION_DISCONNECTED');
        const pieces = piecesOf(SendOptions, pMdl, SendLength);
        if (pieces === undefined) return refused('STATUS_INVALID_PARAMETER');
        if (binding.outflow.pending >= registry.options.sendBound) return refused('STATUS_INSUFFICIENT_RESOURCES');
        return await send(binding, circuit, { options: SendOptions, pieces, length: SendLength }, pCompletionContext);
      } catch (error) {
        return { Status: refusal(error), BytesSent: 0 };
      }
    },
  };
}

interface Wanted {
  readonly options: number;
  readonly pieces: readonly Uint8Array[];
  readonly length: number;
}

/** The pieces to be sent; undefined where options, memory and length do not fit each other. */
function piecesOf(options: unknown, mdl: unknown, length: unknown): readonly Uint8Array[] | undefined {
  const ours = RXCE_SEND.RXCE_SEND_SYNCHRONOUS | RXCE_SEND.RXCE_SEND_PARTIAL;
  const pieces = mdlPieces(mdl);
  if (pieces === undefined || !isUlong(options) || !isUlong(length)) return undefined;
  if ((options & RXCE_FLAGS_MASK & ~ours) !== 0) return undefined;
  const total = totalLength(pieces);
  if ((options & RXCE_SEND.RXCE_SEND_PARTIAL) === 0) return length === total ? pieces : undefined;
  return length <= total ? firstBytes(pieces, length) : undefined;
}

async function send(
  binding: VcBinding,
  circuit: VirtualCircuit,
  { options, pieces, length }: Wanted,
  completionContext: unknown,
): Promise<Answer<SendOut>> {
  const isNonBlocking = (options & RXCE_SEND.RXCE_SEND_NON_BLOCKING) !== 0;
  const space = isNonBlocking ? Math.max(0, circuit.highWaterMark - circuit.pendingBytes) : length;
  const taken = Math.min(length, space);
  if (taken === 0 && length > 0) return refused('STATUS_DEVICE_NOT_READY');
  const isSynchronous = (options & RXCE_SEND.RXCE_SEND_SYNCHRONOUS) !== 0;
  const done = isSynchronous ? deferred<number>() : undefined;
  binding.outflow.add(taken, done?.resolve ?? completionOf(binding, completionContext));
  circuit.send(isNonBlocking ? copyOf(pieces, taken) : pieces);
  if (!isSynchronous) tellSubmitted(binding, completionContext);
  if (taken === 0) {
    queueMicrotask(() => {
      binding.outflow.progressed(circuit.sentBytes); // no batch will leave for it
    });
  }
  if (done === undefined) return { Status: ntStatus.STATUS_SUCCESS, BytesSent: taken };
  const status = await done.promise;
  return status === ntStatus.STATUS_SUCCESS
    ? { Status: ntStatus.STATUS_SUCCESS, BytesSent: taken }
    : refused('STATUS_CONNECTION_DISCONNECTED');
}

/** A non-blocking send copies what fits, so that the caller has its memory back. */
function copyOf(pieces: readonly Uint8Array[], length: number): Uint8Array[] {
  return firstBytes(pieces, length).map((piece) => new Uint8Array(piece));
}

function completionOf({ object, parent }: VcBinding, completionContext: unknown): (status: number) => void {
  return (status) => {
    parent.handler.RxCeSendCompleteEventHandler?.(parent.context, object, completionContext, status);
  };
}

function tellSubmitted({ object, parent }: VcBinding, completionContext: unknown): void {
  const { handler, context } = parent;
  if (handler.RxCeSendSubmittedEventHandler === null || handler.RxCeSendSubmittedEventHandler === undefined) return;
  queueMicrotask(() => {
    handler.RxCeSendSubmittedEventHandler?.(context, object, completionContext, ntStatus.STATUS_SUCCESS);
  });
}

function refused(
  name:
    | 'STATUS_CONNECTION_DISCONNECTED'
    | 'STATUS_INVALID_PARAMETER'
    | 'STATUS_INSUFFICIENT_RESOURCES'
    | 'STATUS_DEVICE_NOT_READY',
): Answer<SendOut> {
  return { Status: ntStatus[name], BytesSent: 0 };
}
