// Where a test or an experiment may step into the target: named points, each with an optional method.

import type { Lun } from '../base/index.ts';
import type { LogoutRequest, Pdu, TargetPdu, TaskManagementRequest } from '../wire/index.ts';

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

/** The same for one that was received, which can be answered with a Reject for a reason (RFC 7143 §11.17.1) besides. */
export type ReceivedVerdict = PduVerdict | { readonly reject: number };

/** A login that has named its initiator, before anybody has looked at whether it may. */
export interface HookLogin {
  readonly connection: HookConnection;
  readonly isDiscovery: boolean;
  /** 0 for a new session. */
  readonly tsih: number;
}

/** The status with which to refuse a login, class and detail as one number (RFC 7143 §11.13.5), and why. */
export type LoginVerdict =
  | { readonly status: number; readonly why: string; readonly targetAddress?: string }
  | undefined;

/** What to do with a logout or a task management request: never answer it, or answer it as told; nothing is done. */
export type RequestVerdict = 'ignore' | { readonly response: number } | undefined;

/**
 * What to do with a command: end it with a status, never answer it (until it is aborted), or close its connection. The
 * sense bytes are sent as they are. Undefined lets it run.
 */
export type CommandVerdict =
  | { readonly kind: 'status'; readonly status: number; readonly sense?: Uint8Array }
  | { readonly kind: 'targetFailure' }
  | { readonly kind: 'never' }
  | { readonly kind: 'close' }
  /** Run it, and send its status when this has settled or the task is aborted. */
  | { readonly kind: 'holdStatus'; readonly until: () => Promise<void> }
  | undefined;

/** The points. They are called synchronously and must not throw; one that does ends the connection. */
export interface TargetHooks {
  /** A TCP connection was accepted. `close` resets it before anything is read. */
  onConnection?(connection: HookConnection): 'close' | undefined;
  /** The header of a PDU has come. What `ignore` drops is not acknowledged either; its data are thrown away. */
  onPduReceived?(pdu: Pdu, dataLength: number, connection: HookConnection): ReceivedVerdict;
  /** A PDU has its numbers and is about to be sent. An `ignore`d one has used its StatSN up all the same. */
  beforePduSent?(pdu: TargetPdu, connection: HookConnection): PduVerdict;
  /** Something went wrong that the protocol does not tell: a device failed, or why a connection was ended. */
  onError?(error: unknown, connection: HookConnection): void;
  /** A login has named its initiator. Called once a login. */
  onLogin?(login: HookLogin): LoginVerdict;
  /** A Logout Request has its turn. */
  onLogout?(request: LogoutRequest, connection: HookConnection): RequestVerdict;
  /** A task management request has its turn. */
  onTaskManagement?(request: TaskManagementRequest, connection: HookConnection): RequestVerdict;
  /** A SCSI command is about to run. A promise delays it. */
  onCommand?(command: HookCommand): CommandVerdict | Promise<CommandVerdict>;
}
