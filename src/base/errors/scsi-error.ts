// What a device said against a command.

import type { ErrorCode } from './codes.ts';
import { type ErrorDetails, IscsiError } from './iscsi-error.ts';

/** A device's own words on a failed command. */
export interface ScsiErrorFacts {
  /** SCSI status byte (SAM-5 §5.3), when there was one. */
  readonly status?: number;
  /** Sense key, additional sense code and its qualifier (SPC-4 §4.5), when there was sense data. */
  readonly senseKey?: number;
  readonly asc?: number;
  readonly ascq?: number;
  /** The sense data as it came. */
  readonly sense?: Uint8Array;
  /** The INFORMATION field of the sense data, for a medium error the logical block address. */
  readonly information?: number;
}

/** The device ended the command otherwise than with GOOD. */
export class ScsiError extends IscsiError {
  override readonly name = 'ScsiError';
  readonly status: number | undefined;
  readonly senseKey: number | undefined;
  readonly asc: number | undefined;
  readonly ascq: number | undefined;
  readonly sense: Uint8Array | undefined;
  readonly information: number | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails & ScsiErrorFacts = {}) {
    super(code, message, details);
    this.status = details.status;
    this.senseKey = details.senseKey;
    this.asc = details.asc;
    this.ascq = details.ascq;
    this.sense = details.sense;
    this.information = details.information;
  }
}
