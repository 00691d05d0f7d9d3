// How a SCSI command is handed to a session and what comes back: the seam between disks and sessions.

import type { Lun } from '../base/index.ts';

/** A SCSI command. `dataOut` and `dataIn` must not change, or be read, before `execute` settles. */
export interface ScsiRequest {
  readonly lun: Lun;
  /** 6 to 260 bytes; longer than 16 goes out with an additional header segment. */
  readonly cdb: Uint8Array;
  /** What the device is to receive. A command has this or `dataIn` or neither. */
  readonly dataOut?: Uint8Array;
  /** Where what the device sends goes; its length is the expected data transfer length. */
  readonly dataIn?: Uint8Array;
  /** A value of `taskAttribute` (RFC 7143 §11.3.1); simple unless given. */
  readonly taskAttribute?: number;
  /** Limit for the answer; the session's task timeout unless given, 0 for none. */
  readonly timeoutMs?: number;
  /** Aborting it sends ABORT TASK; `execute` then settles when the task's end is certain. */
  readonly signal?: AbortSignal;
}

/** How a SCSI command ended. */
export interface ScsiResult {
  /** SCSI status byte (SAM-5 §5.3). */
  readonly status: number;
  /** The sense data, without their length field; undefined when there are none. */
  readonly sense: Uint8Array | undefined;
  /** How many bytes of `dataIn` were filled. */
  readonly dataInLength: number;
  /** How the data moved compare with the expected length (RFC 7143 §11.4.5.1). */
  readonly residual: 'none' | 'underflow' | 'overflow';
  readonly residualCount: number;
  /** The connection that carried the command. */
  readonly cid: number;
}

/** Something that executes SCSI commands. */
export interface ScsiPort {
  /**
   * Resolves with any SCSI status. Rejects with TransportError, TimeoutError, ProtocolError, ScsiError
   * SCSI_TARGET_FAILURE or SessionError, whose `effect` says what a write may have done, or with the signal's reason.
   */
  execute(request: ScsiRequest): Promise<ScsiResult>;
}
