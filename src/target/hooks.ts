// Where a test or an experiment may step into the target: named points, each with an optional method.

import type { Lun } from '../base/index.ts';
import type { Pdu, TargetPdu } from '../wire/index.ts';

/** The connection that something happened on. */
export interface HookConnection {
  /** Unique in this target. */
  readonly connectionId: number;
  /** Empty until the login has told it. */
  readonly initiatorName: string;
  readonly cid: number;
  /** As in `target.sessions()`; 0 until the login is done. */
  readonly sessionId: number;
  /** PDUs received and sent so far, the present one included. */
  readonly pdusReceived: number;
  readonly pdusSent: number;
}

/** A SCSI command that is about to run, its logical unit and unit attentions not looked at yet. */
export interface HookCommand {
  readonly connection: HookConnection;
  readonly lun: Lun;
  readonly cdb: Uint8Array;
  readonly initiatorTaskTag: number;
  readonly cmdSn: number;
  readonly isImmediate: boolean;
  readonly expectedDataTransferLength: number;
  /** Aborted when the task is, for hooks that wait. */
  readonly signal: AbortSignal;
}

/** What to do with a PDU: `ignore` as if it had never come (or never send it), `close` the connection at once. */
export type PduVerdict = 'ignore' | 'close' | undefined;

/**
 * What to do with a command: end it with a status, never answer it (until it is aborted), or close its connection. The
 * sense bytes are sent as they are. Undefined lets it run.
 */
export type CommandVerdict =
  | { readonly kind: 'status'; readonly status: number; readonly sense?: Uint8Array }
  | { readonly kind: 'targetFailure' }
  | { readonly kind: 'never' }
  | { readonly kind: 'close' }
  | undefined;

/** The points. They are called synchronously and must not throw; one that does ends the connection. */
export interface TargetHooks {
  /** A TCP connection was accepted. `close` resets it before anything is read. */
  onConnection?(connection: HookConnection): 'close' | undefined;
  /** The header of a PDU has come. What `ignore` drops is not acknowledged either; its data are thrown away. */
  onPduReceived?(pdu: Pdu, dataLength: number, connection: HookConnection): PduVerdict;
  /** A PDU has its numbers and is about to be sent. An `ignore`d one has used its StatSN up all the same. */
  beforePduSent?(pdu: TargetPdu, connection: HookConnection): PduVerdict;
  /** Something went wrong that the protocol does not tell: a device failed, or why a connection was ended. */
  onError?(error: unknown, connection: HookConnection): void;
  /** A SCSI command is about to run. A promise delays it. */
  onCommand?(command: HookCommand): CommandVerdict | Promise<CommandVerdict>;
}
