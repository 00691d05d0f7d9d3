// What faults are asked at a lane of a connection, and what they may order.

import type { Opcode } from '../../wire/index.ts';
import type { HookConnection } from '../hooks.ts';
import type { RawPdu } from './raw-pdu.ts';

/** Which way a PDU goes, seen from the target. */
export type Direction = 'sent' | 'received';

/** A PDU that is about to pass a lane. */
export interface Passage {
  readonly direction: Direction;
  readonly connection: HookConnection;
  /** Undefined when the opcode is none of the RFC's. */
  readonly opcode: Opcode | undefined;
  /** The whole of the PDU as it is on the wire. */
  readonly raw: RawPdu;
  /** Where its first byte stands in the stream of this direction, from the start of the connection. */
  readonly position: number;
}

/**
 * What is to become of a PDU. `after` is how many bytes of it still pass before a hold or a cut. A hold keeps everything
 * behind it back as well: the order of a stream does not change by waiting.
 */
export type WireOrder =
  | { readonly kind: 'lose' }
  | { readonly kind: 'duplicate' }
  /** Lets the next PDU go first, or gives up after a while when none comes. */
  | { readonly kind: 'swap'; readonly waitMs: number }
  /** `until` is given a signal that is aborted when the connection goes. `isBoth` holds the other direction as well. */
  | {
      readonly kind: 'hold';
      readonly after: number;
      readonly isBoth: boolean;
      readonly until: (gone: AbortSignal) => Promise<void>;
    }
  | { readonly kind: 'cut'; readonly after: number; readonly how: 'drop' | 'reset' }
  | { readonly kind: 'change'; readonly apply: (raw: RawPdu) => void };
