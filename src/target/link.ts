// A connection as the parts of the target see it that work on it: what they may send, and how they end it.

import type { TargetPdu } from '../wire/index.ts';
import type { ConnectionParameters } from './negotiation/parameters.ts';

/** The sequence numbers that every PDU from the target carries (RFC 7143 §11.4.9 to §11.4.11). */
export interface Numbers {
  readonly statSn: number;
  readonly expCmdSn: number;
  readonly maxCmdSn: number;
}

/** How a connection ends: after what is queued has been sent, or at once. */
export type EndKind = 'graceful' | 'abortive';

/** One connection. */
export interface ConnectionLink {
  readonly connectionId: number;
  readonly cid: number;
  readonly parameters: ConnectionParameters;
  /** The address that the initiator connected to. */
  readonly localAddress: string;
  readonly localPort: number;
  /** Nothing more can be sent or will be received. */
  readonly isClosed: boolean;
  /** Whether so much waits to be sent that reads should hold back. */
  readonly isFull: boolean;
  /** Waits until `isFull` no longer holds. */
  room(): Promise<void>;
  /** The numbers for the next PDU; a status advances StatSN. */
  numbers(kind: 'status' | 'noStatus'): Numbers;
  /** Sends a PDU. `written` is called when `data` is not needed any more. */
  send(pdu: TargetPdu, data?: Uint8Array, written?: () => void): void;
  /** Sends a NOP-In that only carries the present numbers (RFC 7143 §11.19). */
  announce(): void;
  /** Takes another longest segment of the initiator (RFC 7143 §13.12: it may change in full feature phase). */
  setMaxXmitDataSegmentLength(length: number): void;
  /** Waits until the initiator has acknowledged every status sent so far, or the connection is gone. */
  acknowledged(): Promise<void>;
  end(kind: EndKind): void;
  /** Resolves when the socket is closed and every task of the connection is over. */
  readonly closed: Promise<void>;
}
