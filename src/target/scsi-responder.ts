// The SCSI Response of a task, with its sense data and residual (RFC 7143 §11.4).

import { putU16 } from '../base/index.ts';
import { opcode, type ScsiCommand, type ScsiResponse, scsiResponseCode } from '../wire/index.ts';
import type { Numbers } from './link.ts';
import { noResidual, residualOf } from './residual.ts';

/** How a task is answered. */
export interface Completion {
  readonly status: number;
  readonly sense?: Uint8Array;
  /** Bytes that SCSI wanted to move (SPDTL, RFC 7143 §11.4.5.2). */
  readonly presented: number;
  /** Target Failure instead of a status (§11.4.3). */
  readonly isFailure?: boolean;
}

/** What a response tells besides its completion. */
export interface ResponseFacts {
  /** How many Data-In PDUs went before. */
  readonly dataInCount: number;
  /** The tag of the last R-Data SNACK, or 0 (§11.4.4). */
  readonly snackTag: number;
  readonly numbers: Numbers;
}

/** A response with its data segment. */
export interface ScsiResponseParts {
  readonly pdu: ScsiResponse;
  readonly data: Uint8Array | undefined;
}

/** Makes the response. */
export function scsiResponse(command: ScsiCommand, completion: Completion, facts: ResponseFacts): ScsiResponseParts {
  const { dataInCount, snackTag, numbers } = facts;
  const isFailure = completion.isFailure ?? false;
  const residual = isFailure ? noResidual : residualOf(completion.presented, command.expectedDataTransferLength);
  const pdu: ScsiResponse = {
    opcode: opcode.scsiResponse,
    response: isFailure ? scsiResponseCode.targetFailure : scsiResponseCode.completedAtTarget,
    status: completion.status,
    initiatorTaskTag: command.initiatorTaskTag,
    snackTag,
    ...residual,
    isBidiOverflow: false,
    isBidiUnderflow: false,
    bidiReadResidualCount: 0,
    ...numbers,
    expDataSn: isFailure ? 0 : dataInCount,
  };
  return { pdu, data: completion.sense && senseSegment(completion.sense) };
}

/** SenseLength and sense data (§11.4.7). */
export function senseSegment(sense: Uint8Array): Uint8Array {
  const data = new Uint8Array(2 + sense.length);
  putU16(data, 0, sense.length);
  data.set(sense, 2);
  return data;
}
