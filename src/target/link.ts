// A connection as the parts of the target see it that work on it: what they may send, and how they end it.

import type { TargetPdu } from '../wire/index.ts';
import type { HookConnection } from './hooks.ts';
import type { ConnectionParameters } from './negotiation/parameters.ts';
import type { SentStatus } from './recovery/status-numbers.ts';

/** The sequence numbers that every PDU from the target carries (RFC 7143 §11.4.9 to §11.4.11). */
export interface Numbers {
  readonly statSn: number;
  readonly expCmdSn: number;
  readonly maxCmdSn: number;
}

/** How a connection ends: after what is queued has been sent, or at once. */
export type EndKind = 'graceful' | 'abortive';

/** Seconds that a connection that has gone may be recovered in (RFC 7143 §7.5). */
export interface RecoveryTimes {
  readonly time2Wait: number;
  readonly time2Retain: number;
}

/**
 * How a connection leaves its session. `lost`: without a word, so that the negotiated times hold; `announced`: the target
 * told its own times before; `recovery`: logged out to be recovered (reason 2); `closed`: its tasks are over.
 */
export type Departure =
  | { readonly kind: 'lost' | 'recovery' | 'closed' }
  | ({ readonly kind: 'announced' } & RecoveryTimes);

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
  /** What hooks are told of this connection. */
  facts(): HookConnection;
  /** The numbers for the next PDU; a status advances StatSN. */
  numbers(kind: 'status' | 'noStatus'): Numbers;
  /** Sends a PDU. `written` is called when `data` is not needed any more. */
  send(pdu: TargetPdu, data?: Uint8Array, written?: () => void): void;
  /** Sends a PDU that was sent before, with its old StatSN and the present CmdSN window (RFC 7143 §11.16). */
  sendAgain(pdu: TargetPdu, data?: Uint8Array, written?: () => void): void;
  /** A status that was sent has another content from now on, under its old StatSN (RFC 7143 §11.16.3). */
  replaceStatus(pdu: TargetPdu, data?: Uint8Array): void;
  /** Sends a NOP-In that only carries the present numbers (RFC 7143 §11.19). */
  announce(): void;
  /** Takes another longest segment of the initiator (RFC 7143 §13.12: it may change in full feature phase). */
  setMaxXmitDataSegmentLength(length: number): void;
  /** The initiator has every status before this one. */
  acknowledge(expStatSn: number): void;
  /** Waits until the initiator has acknowledged every status sent so far, or the connection is gone. */
  acknowledged(): Promise<void>;
  /** What has become of the statuses from `statSn` on, as many as `count`; all of them when it is 0. */
  sentStatuses(statSn: number, count: number): SentStatuses;
  /** Ends the connection; `lost` unless a departure is given. The first departure counts. */
  end(kind: EndKind, departure?: Departure): void;
  /** Resolves when an ended connection has left its session: its tasks are over, or kept. */
  left(): Promise<void>;
  /** Resolves when the socket is closed and the connection has left its session. */
  readonly closed: Promise<void>;
}

/** Statuses to send again, or why that cannot be: never sent or acknowledged already, or no longer kept. */
export type SentStatuses =
  | { readonly kind: 'kept'; readonly statuses: readonly SentStatus[] }
  | { readonly kind: 'unknown' | 'forgotten' };
