// Sends the data of a read as Data-In PDUs, with the status in the last one (RFC 7143 §11.7).

import { lunZero } from '../base/index.ts';
import { opcode, reservedTag } from '../wire/index.ts';
import type { TargetCore } from './core.ts';
import { type DataInPiece, dataInPieces, readStep } from './data-in-pieces.ts';
import { type DataSource, readLength, readMedium } from './data-source.ts';
import { scsiStatus } from './device-server/sense.ts';
import type { ConnectionLink } from './link.ts';
import { DataChunk, DataInLog, pooledChunk } from './recovery/data-in-log.ts';
import type { DataInRecovery } from './recovery/data-in-recovery.ts';
import { noResidual, residualOf } from './residual.ts';
import type { TargetSession } from './session.ts';
import type { Task } from './task.ts';

/** The Data-In side of one task. */
export class DataInSender implements DataInRecovery {
  readonly #core: TargetCore;
  readonly #session: TargetSession;
  readonly #task: Task;
  /** Present where PDUs may be asked for again. */
  readonly #log: DataInLog | undefined;
  #source: DataSource = { kind: 'memory', data: new Uint8Array(0) };
  /** The length of the whole transfer as SCSI sees it, and as far as the initiator takes it. */
  #presented = 0;
  #total = 0;
  #position = 0;
  #dataSn = 0;
  #hasSentStatus = false;

  constructor(core: TargetCore, session: TargetSession, task: Task) {
    this.#core = core;
    this.#session = session;
    this.#task = task;
    this.#log = session.parameters.errorRecoveryLevel > 0 ? new DataInLog(core.keptBytes) : undefined;
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

  /** Says what to send. `presented` is the length of the whole transfer as SCSI sees it. */
  open(source: DataSource, presented: number): void {
    this.#source = source;
    this.#presented = presented;
    this.#total = Math.min(presented, this.limit);
  }

  async pump(isOver: () => boolean): Promise<void> {
    while (this.#position < this.#total) {
      if (this.#task.isSuspended) await this.#task.bound();
      const link = this.#task.connection;
      if (link.isFull) await link.room();
      if (isOver()) return;
      const at = this.#position;
      const chunk = this.#chunkInMemory(at) ?? (await this.#readChunk(at, link));
      if (isOver()) return;
      // Recovery may have changed the connection and the position while the device was read.
      const isAsBefore = this.#position === at && this.#task.connection === link && !this.#task.isSuspended;
      if (isAsBefore) this.#sendChunk(link, chunk);
      chunk.done();
    }
  }

  reassigned(expDataSn: number): void {
    const log = this.#log;
    if (log === undefined) return;
    // §11.5.6: 0 leaves the reference number as it is, and any other number that cannot be is ignored.
    if (expDataSn > log.firstSn && expDataSn <= this.#dataSn) log.acknowledge(expDataSn);
    this.#rewind(log);
  }

  forget(): void {
    this.#log?.clear();
  }

  /** Goes back to the first PDU that is not acknowledged. */
  #rewind(log: DataInLog): void {
    this.#position = log.rewind() ?? this.#position;
    this.#dataSn = log.firstSn;
  }

  #chunkInMemory(at: number): DataChunk | undefined {
    const source = this.#source;
    if (source.kind === 'memory') return new DataChunk(at, source.data.subarray(at, this.#total), () => undefined);
    const kept = this.#log?.chunkAt(at);
    return kept && new DataChunk(at, kept.data.subarray(at - kept.start), kept.use());
  }

  async #readChunk(at: number, link: ConnectionLink): Promise<DataChunk> {
    const step = readStep(readLength, link.parameters.maxXmitDataSegmentLength);
    const buffer = this.#core.pool.take(Math.min(step, this.#total - at));
    if (this.#source.kind === 'medium') await readMedium(this.#source, at, buffer);
    const chunk = pooledChunk(this.#core.pool, at, buffer);
    this.#log?.keep(chunk);
    return chunk;
  }

  /** Sends a chunk that begins at the position. The PDU that reaches the end of the transfer ends the task. */
  #sendChunk(link: ConnectionLink, chunk: DataChunk): void {
    const { start, end, data } = chunk;
    const segment = link.parameters.maxXmitDataSegmentLength;
    const burst = this.#session.parameters.maxBurstLength;
    for (const piece of dataInPieces(start, end, this.#total, segment, burst)) {
      const next = piece.offset + piece.length;
      this.#position = next;
      const written = next === end ? chunk.use() : undefined;
      this.#sendPiece(link, piece, data.subarray(piece.offset - start, next - start), written);
      // A hook may have cut the connection, and recovery may have gone back.
      if (link.isClosed) return;
    }
  }

  #sendPiece(link: ConnectionLink, piece: DataInPiece, data: Uint8Array, written: (() => void) | undefined): void {
    const isLast = piece.offset + piece.length === this.#total;
    // A write that is under way beside the read, in a command that says both, still owes its data.
    const hasStatus = isLast && this.#task.state !== 'ended' && (this.#task.transfer?.isQuiet ?? true);
    const dataSn = this.#dataSn;
    this.#dataSn += 1;
    if (hasStatus) {
      this.#hasSentStatus = true;
      // Before the numbers are taken, so that MaxCmdSN tells the slot that becomes free.
      this.#core.endTask(this.#session, this.#task);
    }
    const numbers = link.numbers(hasStatus ? 'status' : 'noStatus');
    this.#log?.sent({ offset: piece.offset, length: piece.length, isFinal: piece.isFinal, acknowledgeTag: undefined });
    if (hasStatus) {
      const completion = { status: scsiStatus.good, presented: this.#presented };
      this.#session.keepAnswer(this.#task, completion, numbers.statSn);
    }
    link.send(
      {
        opcode: opcode.dataIn,
        isFinal: piece.isFinal,
        isAcknowledge: false,
        hasStatus,
        status: scsiStatus.good,
        lun: lunZero,
        initiatorTaskTag: this.#task.command.initiatorTaskTag,
        targetTransferTag: reservedTag,
        ...(hasStatus ? residualOf(this.#presented, this.#task.command.expectedDataTransferLength) : noResidual),
        ...numbers,
        dataSn,
        bufferOffset: piece.offset,
      },
      data,
      written,
    );
  }
}
