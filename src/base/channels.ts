// The diagnostics channels: everything that this package tells of itself. The core does not log; it publishes here.

import diagnostics from 'node:diagnostics_channel';

import type { HolderFacts } from './errors/device-busy-error.ts';
import type { IscsiError } from './errors/iscsi-error.ts';
import type { Lun } from './lun.ts';

/** A virtual circuit was connected (`hawser:circuit:connected`). */
export interface CircuitConnected {
  /** Unique in this process. */
  readonly circuitId: number;
  readonly transport: string;
  /** We accepted the circuit instead of making it: the embedded target's side. */
  readonly isAccepted?: boolean;
  /** Address and port of our end, as far as the transport has them. */
  readonly local: CircuitEndpoint;
  readonly remote: CircuitEndpoint;
}

/** One end of a circuit. */
export interface CircuitEndpoint {
  readonly address: string;
  readonly port: number;
}

/** Bytes went through a circuit (`hawser:circuit:bytesSent`, `hawser:circuit:bytesReceived`). Copy what you keep. */
export interface CircuitBytes {
  readonly circuitId: number;
  readonly pieces: readonly Uint8Array[];
}

/** A circuit is gone (`hawser:circuit:closed`). */
export interface CircuitClosed {
  readonly circuitId: number;
}

/** A PDU passed a connection (`hawser:pdu:sent`, `hawser:pdu:received`). The header is valid during the call only. */
export interface PduPassed {
  /** Identity of the session in this process. */
  readonly sessionId: number;
  readonly cid: number;
  /** The 48 bytes of the basic header segment. */
  readonly bhs: Uint8Array;
  readonly dataSegmentLength: number;
}

/** A connection or session changed state (`hawser:connection:stateChanged`, `hawser:session:stateChanged`). */
export interface StateChanged {
  readonly sessionId: number;
  /** Absent for a change of the session itself. */
  readonly cid?: number;
  readonly from: string;
  readonly to: string;
  readonly event: string;
}

/** A device changed state (`hawser:device:stateChanged`). */
export interface DeviceStateChanged {
  readonly targetName: string;
  readonly lun: number;
  readonly from: string;
  readonly to: string;
  readonly event: string;
}

/** A device was lost that somebody held or that had not been flushed, and not because we let it go (`hawser:device:lost`). */
export interface DeviceLost {
  readonly targetName: string;
  readonly lun: number;
  /** The target took it away, another device took its place, or its session was lost for too long. */
  readonly how: 'removed' | 'replaced' | 'sessionGone';
  readonly holders: readonly HolderFacts[];
  /** Whether something written through this session may not have been flushed. */
  readonly isDirty: boolean;
}

/** A login reached full feature phase (`hawser:login:finished`). Holds no secrets. */
export interface LoginFinished {
  readonly sessionId: number;
  readonly cid: number;
  readonly targetName: string;
  /** The negotiated keys with their results. */
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
}

/** The target sent an Asynchronous Message (`hawser:session:asyncMessageReceived`). */
export interface AsyncMessageReceived {
  readonly sessionId: number;
  readonly cid: number;
  readonly asyncEvent: number;
  readonly parameters: readonly [number, number, number];
}

/** The target rejected a PDU (`hawser:session:pduRejected`). */
export interface PduRejected {
  readonly sessionId: number;
  readonly cid: number;
  readonly reason: number;
  /** Opcode of the PDU that was rejected, when the target returned its header. */
  readonly opcode?: number;
}

/** A task was stuck and its abort did not help: the next step is about to be taken (`hawser:session:escalated`). */
export interface EscalationTaken {
  readonly sessionId: number;
  readonly step: 'lunReset' | 'targetReset' | 'connectionDrop';
  /** The unit of the stuck task; undefined when it concerns all units. */
  readonly lun: Lun | undefined;
  /** Why the step before did not help. */
  readonly cause: IscsiError;
}

/** A PDU of the target was discarded, to be recovered where that is due (`hawser:pdu:discarded`). */
export interface PduDiscarded {
  readonly sessionId: number;
  readonly cid: number;
  readonly opcode: number;
  /** A wrong data digest, or a PDU that had come before. */
  readonly reason: 'dataDigest' | 'duplicate';
}

/** PDUs were asked for again, or data acknowledged, by SNACK (`hawser:recovery:snackSent`). */
export interface SnackSent {
  readonly sessionId: number;
  readonly cid: number;
  /** 0 data or R2T, 1 status, 2 data acknowledgement, 3 data in new segments (RFC 7143 §11.16.1). */
  readonly type: number;
  /** The command whose data or R2Ts are asked for. */
  readonly initiatorTaskTag?: number;
  readonly begRun: number;
  readonly runLength: number;
}

/** A command was sent again with its number, because the target does not seem to have it (`hawser:recovery:commandRetried`). */
export interface CommandRetried {
  readonly sessionId: number;
  readonly cid: number;
  readonly initiatorTaskTag: number;
  readonly cmdSn: number;
}

/** A bounded queue turned work away (`hawser:queue:full`). */
export interface QueueFull {
  readonly name: string;
  readonly bound: number;
}

/** One channel: ask `hasSubscribers` before building a message on a hot path. */
export interface Channel<Message> {
  readonly name: string;
  readonly hasSubscribers: boolean;
  publish(message: Message): void;
  subscribe(listener: (message: Message) => void): void;
  unsubscribe(listener: (message: Message) => void): boolean;
}

function channel<Message>(name: string): Channel<Message> {
  return diagnostics.channel(name) as unknown as Channel<Message>;
}

/** Every channel, by area. */
export const channels: {
  readonly circuitConnected: Channel<CircuitConnected>;
  readonly circuitBytesSent: Channel<CircuitBytes>;
  readonly circuitBytesReceived: Channel<CircuitBytes>;
  readonly circuitClosed: Channel<CircuitClosed>;
  readonly pduSent: Channel<PduPassed>;
  readonly pduReceived: Channel<PduPassed>;
  readonly connectionStateChanged: Channel<StateChanged>;
  readonly sessionStateChanged: Channel<StateChanged>;
  readonly deviceStateChanged: Channel<DeviceStateChanged>;
  readonly deviceLost: Channel<DeviceLost>;
  readonly loginFinished: Channel<LoginFinished>;
  readonly asyncMessageReceived: Channel<AsyncMessageReceived>;
  readonly pduRejected: Channel<PduRejected>;
  readonly sessionEscalated: Channel<EscalationTaken>;
  readonly pduDiscarded: Channel<PduDiscarded>;
  readonly snackSent: Channel<SnackSent>;
  readonly commandRetried: Channel<CommandRetried>;
  readonly queueFull: Channel<QueueFull>;
} = {
  circuitConnected: channel('hawser:circuit:connected'),
  circuitBytesSent: channel('hawser:circuit:bytesSent'),
  circuitBytesReceived: channel('hawser:circuit:bytesReceived'),
  circuitClosed: channel('hawser:circuit:closed'),
  pduSent: channel('hawser:pdu:sent'),
  pduReceived: channel('hawser:pdu:received'),
  connectionStateChanged: channel('hawser:connection:stateChanged'),
  sessionStateChanged: channel('hawser:session:stateChanged'),
  deviceStateChanged: channel('hawser:device:stateChanged'),
  deviceLost: channel('hawser:device:lost'),
  loginFinished: channel('hawser:login:finished'),
  asyncMessageReceived: channel('hawser:session:asyncMessageReceived'),
  pduRejected: channel('hawser:session:pduRejected'),
  sessionEscalated: channel('hawser:session:escalated'),
  pduDiscarded: channel('hawser:pdu:discarded'),
  snackSent: channel('hawser:recovery:snackSent'),
  commandRetried: channel('hawser:recovery:commandRetried'),
  queueFull: channel('hawser:queue:full'),
};
