// What a fault is: its name, what it takes, and the points of the target at which it acts.

import type { Clock } from '../../base/index.ts';
import type { LogoutRequest, Pdu, TargetPdu, TaskManagementRequest } from '../../wire/index.ts';
import type {
  CommandVerdict,
  HookCommand,
  HookConnection,
  HookLogin,
  LoginVerdict,
  ReceivedVerdict,
  RequestVerdict,
} from '../hooks.ts';
import type { FaultBench } from './bench.ts';
import type { FaultParameter } from './parameter.ts';
import type { FaultSettings } from './settings.ts';
import type { Trigger } from './trigger.ts';
import type { Passage, WireOrder } from './wire-order.ts';

/** One row of the fault table. */
export interface FaultDefinition {
  /** What it does, in one sentence. */
  readonly does: string;
  /** Where the standard says what an initiator has to make of it, or what is broken by it. */
  readonly clause: string;
  readonly parameters: readonly FaultParameter[];
  /** Makes the fault ready. What it does at once is done before this returns. */
  arm(context: FaultContext): FaultPoints;
}

/** What a fault is made of when it is injected. */
export interface FaultContext {
  readonly settings: FaultSettings;
  /** Whom it concerns and when it acts; counts its hits. */
  readonly trigger: Trigger;
  readonly clock: Clock;
  readonly bench: FaultBench;
  /** Aborted when the fault is removed or the target closed. */
  readonly removed: AbortSignal;
}

/** Where a fault acts. A point that is absent costs nothing. */
export interface FaultPoints {
  /** A PDU is about to pass a connection, in either direction. */
  readonly onWire?: (passage: Passage) => WireOrder | undefined;
  /** A PDU has been received whole and not been looked at yet. */
  readonly onReceived?: (pdu: Pdu, connection: HookConnection) => ReceivedVerdict;
  /** A PDU is about to be sent: returns it, or another one in its place. */
  readonly rewrite?: (pdu: TargetPdu, connection: HookConnection) => TargetPdu;
  readonly onCommand?: (command: HookCommand) => CommandVerdict | Promise<CommandVerdict>;
  readonly onLogin?: (login: HookLogin) => LoginVerdict;
  readonly onLogout?: (request: LogoutRequest, connection: HookConnection) => RequestVerdict;
  readonly onTaskManagement?: (request: TaskManagementRequest, connection: HookConnection) => RequestVerdict;
  /** It was removed: undoes what lasts. */
  readonly undo?: () => void;
}
