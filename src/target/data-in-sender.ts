// Sends the data of a read as Data-In PDUs, with the status in the last one (RFC 7143 §11.7).

import { lunZero } from '../base/index.ts';
import { opcode, reservedTag } from '../wire/index.ts';
import type { TargetCore } from './core.ts';
import { dataInPieces } from './data-in-pieces.ts';
import { scsiStatus } from './device-server/sense.ts';
import type { ConnectionLink } from './link.ts';
import { noResidual, residualOf } from './residual.ts';
import type { TargetSession } from './session.ts';
import type { Task } from './task.ts';

/** The Data-In side of one task. */
export class DataInSender {
  readonly #core: TargetCore;
  readonly #session: TargetSession;
  readonly #link: ConnectionLink;
  readonly #task: Task;
  #dataSn = 0;
  #hasSentStatus = false;

  constructor(core: TargetCore, session: TargetSession, link: ConnectionLink, task: Task) {
    this.#core = core;
    this.#session = session;
    this.#link = link;
    this.#task = task;
  }

  /** How many bytes the initiator takes. */
  get limit(): number {
    const { isRead, expectedDataTransferLength } = this.#task.command;
    return isRead ? expectedDataTransferLength : 0;
  }

  /** Whether the task has been answered with its last Data-In PDU. */
  get hasSentStatus(): boolean {
    return this.#hasSentStatus;
  }

  /** Data-In PDUs sent so far: ExpDataSN of a SCSI Response. */
  get sentCount(): number {
    return this.#dataSn;
  }

  /**
   * Sends the bytes from `start` on. `presented` is the length of the whole transfer as SCSI sees it, and `written` is
   * called when `data` is not needed any more. The PDU that reaches the end of the transfer ends the task.
   */
  send(data: Uint8Array, start: number, presented: number, written?: () => void): void {
    const total = Math.min(presented, this.limit);
    const end = start + data.length;
    const segment = this.#link.parameters.maxXmitDataSegmentLength;
    const burst = this.#session.parameters.maxBurstLength;
    for (const piece of dataInPieces(start, end, total, segment, burst)) {
      const next = piece.offset + piece.length;
      // A write that is under way beside the read, in a command that says both, still owes its data.
      const hasStatus = next === total && (this.#task.transfer?.isQuiet ?? true);
      if (hasStatus) {
        this.#hasSentStatus = true;
        // Before the numbers are taken, so that MaxCmdSN tells the slot that becomes free.
        this.#core.endTask(this.#session, this.#task);
      }
      this.#link.send(
        {
          opcode: opcode.dataIn,
          isFinal: piece.isFinal,
          isAcknowledge: false,
          hasStatus,
          status: scsiStatus.good,
          lun: lunZero,
          initiatorTaskTag: this.#task.command.initiatorTaskTag,
          targetTransferTag: reservedTag,
          ...(hasStatus ? residualOf(presented, this.#task.command.expectedDataTransferLength) : noResidual),
          ...this.#link.numbers(hasStatus ? 'status' : 'noStatus'),
          dataSn: this.#dataSn,
          bufferOffset: piece.offset,
        },
        data.subarray(piece.offset - start, next - start),
        next === end ? written : undefined,
      );
      this.#dataSn += 1;
    }
  }
}
