// The SCSI Response of a task, with its sense data and residual (RFC 7143 §11.4).

import { putU16 } from '../base/index.ts';
import { opcode, type ScsiCommand, scsiResponseCode } from '../wire/index.ts';
import type { ConnectionLink, Numbers } from './link.ts';
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
  readonly numbers: Numbers;
}

/** Sends the response. */
export function sendScsiResponse(
  link: ConnectionLink,
  command: ScsiCommand,
  completion: Completion,
  { dataInCount, numbers }: ResponseFacts,
): void {
  const isFailure = completion.isFailure ?? false;
  const residual = isFailure ? noResidual : residualOf(completion.presented, command.expectedDataTransferLength);
  link.send(
    {
      opcode: opcode.scsiResponse,
      response: isFailure ? scsiResponseCode.targetFailure : scsiResponseCode.completedAtTarget,
      status: completion.status,
      initiatorTaskTag: command.initiatorTaskTag,
      snackTag: 0,
      ...residual,
      isBidiOverflow: false,
      isBidiUnderflow: false,
      bidiReadResidualCount: 0,
      ...numbers,
      expDataSn: isFailure ? 0 : dataInCount,
    },
    completion.sense && senseSegment(completion.sense),
  );
}

/** SenseLength and sense data (§11.4.7). */
export function senseSegment(sense: Uint8Array): Uint8Array {
  const data = new Uint8Array(2 + sense.length);
  putU16(data, 0, sense.length);
  data.set(sense, 2);
  return data;
}
