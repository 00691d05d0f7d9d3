// The routine that sends datagrams, and the events of those that come in.

import type { CircuitEndpoint } from '../base/index.ts';
import type { AddressBinding } from './address-binding.ts';
import { answer, isUlong } from './answer.ts';
import { readConnectionInformation } from './connection-information.ts';
import { RXCE_FLAGS_MASK, RXCE_SEND } from './constants.ts';
import { FollowUp } from './follow-up.ts';
import { takenOf } from './inflow.ts';
import { firstBytes, type MDL, mdlPieces, totalLength } from './mdl.ts';
import { type NTSTATUS, ntStatus, statusOf } from './nt-status.ts';
import type { Registry } from './registry.ts';
import type { RXCE_ADDRESS, RXCE_CONNECTION_INFORMATION } from './structures.ts';
import { encodeTransportAddress } from './transport-address.ts';

/** The most bytes that a datagram carries over IPv4 (65535 less the headers of IP and UDP). */
export const longestDatagram = 65_507;

export interface DatagramCalls {
  /** Sends a datagram from an address; it never waits. */
  RxCeSendDatagram(
    hAddress: RXCE_ADDRESS,
    pConnectionInformation: RXCE_CONNECTION_INFORMATION,
    SendOptions: number,
    pMdl: MDL,
    SendLength: number,
    pCompletionContext: unknown,
  ): NTSTATUS;
}

export function datagramCalls(registry: Registry): DatagramCalls {
  return {
    RxCeSendDatagram: (hAddress, pConnectionInformation, SendOptions, pMdl, SendLength, pCompletionContext) =>
      answer(() => {
        const binding = registry.address(hAddress);
        const information = readConnectionInformation(pConnectionInformation);
        const bytes = datagramOf(SendOptions, pMdl, SendLength);
        const port = binding?.port;
        if (binding?.isOpen !== true || port === undefined || information === undefined || bytes === undefined) {
          return ntStatus.STATUS_INVALID_PARAMETER;
        }
        if (binding.pendingDatagrams >= registry.options.sendBound) return ntStatus.STATUS_INSUFFICIENT_RESOURCES;
        binding.pendingDatagrams += 1;
        const ended = (status: number): void => {
          binding.pendingDatagrams -= 1;
          binding.handler.RxCeSendCompleteEventHandler?.(binding.context, pCompletionContext, status);
        };
        port.send(bytes, information.remote).then(
          () => {
            ended(ntStatus.STATUS_SUCCESS);
          },
          (error: unknown) => {
            ended(statusOf(error));
          },
        );
        return ntStatus.STATUS_SUCCESS;
      }),
  };
}

/** Where a datagram came from, without its zone where that is one of an interface that has gone. */
function sourceOf({ address, port }: CircuitEndpoint): Uint8Array {
  try {
    return encodeTransportAddress({ host: address, port });
  } catch {
    return encodeTransportAddress({ host: address.split('%', 1)[0] ?? '', port });
  }
}

/** A copy of the bytes in one piece; undefined where options, memory and length do not fit each other, or a datagram. */
function datagramOf(options: unknown, mdl: unknown, length: unknown): Uint8Array | undefined {
  const ours = RXCE_SEND.RXCE_SEND_SYNCHRONOUS | RXCE_SEND.RXCE_SEND_PARTIAL;
  const pieces = mdlPieces(mdl);
  if (pieces === undefined || !isUlong(options) || !isUlong(length) || length > longestDatagram) return undefined;
  if ((options & RXCE_FLAGS_MASK & ~ours) !== 0) return undefined;
  const total = totalLength(pieces);
  const isPartial = (options & RXCE_SEND.RXCE_SEND_PARTIAL) !== 0;
  if (isPartial ? length > total : length !== total) return undefined;
  return Buffer.concat(firstBytes(pieces, length));
}

/** Tells the client of a datagram. What of it is neither taken nor goes to a buffer is dropped: a datagram comes once. */
export function datagramReceived(binding: AddressBinding, bytes: Uint8Array, from: CircuitEndpoint): void {
  const { handler, context } = binding;
  const source = sourceOf(from);
  const given = handler.RxCeReceiveDatagramEventHandler?.(
    context,
    source.length,
    source,
    0,
    null,
    0,
    bytes.length,
    bytes.length,
    bytes,
  );
  if (given === undefined) return;
  const taken = takenOf(given, bytes.length);
  if (taken === undefined || given.Status !== ntStatus.STATUS_MORE_PROCESSING_REQUIRED) return;
  const followUp = FollowUp.of(given);
  if (followUp === undefined) return;
  const isWhole = followUp.fill(bytes.subarray(taken)).length === 0;
  const status = isWhole ? ntStatus.STATUS_SUCCESS : ntStatus.STATUS_BUFFER_OVERFLOW;
  handler.RxCeDataReadyEventHandler?.(context, followUp.mdl, followUp.copied, status);
}
