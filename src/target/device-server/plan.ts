// What a command will do, found out from its CDB before any data moves: the seam between the device server and iSCSI.

import type { CheckCondition } from './sense.ts';

/** How a command ended: GOOD when there is no condition. */
export type Outcome = CheckCondition | undefined;

/**
 * A command that has passed all checks of its CDB, or the condition that it ended with. Lengths are what SCSI wants to
 * move, whatever the initiator expects; the iSCSI layer settles the difference as a residual (RFC 7143 §11.4.5).
 */
export type Plan =
  | { readonly kind: 'ended'; readonly outcome: Outcome }
  | { readonly kind: 'noData'; readonly run: () => Promise<Outcome> }
  /** Parameter data, already cut to the allocation length. */
  | { readonly kind: 'dataIn'; readonly data: Uint8Array }
  /** Bytes of the medium, read piece by piece as the connection takes them. */
  | { readonly kind: 'read'; readonly offset: number; readonly length: number }
  /** Data from the initiator; `run` may be given less than `length` when the initiator expected to send less. */
  | {
      readonly kind: 'dataOut';
      readonly length: number;
      readonly run: (data: Uint8Array) => Promise<Outcome>;
    };

/** A plan that ends with `outcome` without moving data. */
export function ended(outcome: Outcome): Plan {
  return { kind: 'ended', outcome };
}

/** A plan that returns parameter data, cut to the allocation length of the CDB. */
export function dataIn(data: Uint8Array, allocationLength: number): Plan {
  return { kind: 'dataIn', data: data.subarray(0, allocationLength) };
}
