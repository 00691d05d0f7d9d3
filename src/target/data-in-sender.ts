// Sends the data of a read as Data-In PDUs, with the status in the last one (RFC 7143 §11.7).

import { lunZero } from '../base/index.ts';
import { type DataIn, opcode, reservedTag } from '../wire/index.ts';
import type { TargetCore } from './core.ts';
import { type DataInPiece, dataInPieces, readStep } from './data-in-pieces.ts';
import { type DataSource, readLength, readMedium } from './data-source.ts';
import { type CheckCondition, scsiStatus } from './device-server/sense.ts';
import type { ConnectionLink, Numbers } from './link.ts';
import { DataChunk, DataInLog, pooledChunk, type SentPiece } from './recovery/data-in-log.ts';
import type { DataInRecovery, DataInRun } from './recovery/data-in-recovery.ts';
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
  #snackTag = 0;
  #fault: CheckCondition | undefined;

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

  get snackTag(): number {
    return this.#snackTag;
  }

  /** Why no more data are sent, when they are not. */
  get fault(): CheckCondition | undefined {
    return this.#fault;
  }

  /** Says what to send. `presented` is the length of the whole transfer as SCSI sees it. */
  open(source: DataSource, presented: number): void {
    this.#source = source;
    this.#presented = presented;
    this.#total = Math.min(presented, this.limit);
  }

  async pump(isOver: () => boolean): Promise<void> {
    while (this.#position < this.#total && this.#fault === undefined) {
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
    if (this.#log === undefined) return;
    // §11.5.6: 0 leaves the reference number as it is, and any other number that cannot be is ignored.
    this.acknowledge(expDataSn);
    this.#snackTag = 0;
    this.#rewind(this.#log);
  }

  acknowledge(dataSn: number): boolean {
    const log = this.#log;
    if (log === undefined || dataSn <= log.firstSn || dataSn > this.#dataSn) return false;
    this.#dropTags(log.acknowledge(dataSn));
    return true;
  }

  run(begRun: number, runLength: number): DataInRun | undefined {
    const first = this.#log?.firstSn ?? this.#dataSn;
    if (begRun === 0 && runLength === 0) return { start: first, end: this.#dataSn };
    const end = runLength === 0 ? this.#dataSn : begRun + runLength;
    return begRun >= first && begRun < end && end <= this.#dataSn ? { start: begRun, end } : undefined;
  }

  async sendAgain({ start, end }: DataInRun): Promise<void> {
    const link = this.#task.connection;
    for (let dataSn = start; dataSn < end; dataSn += 1) {
      if (link.isFull) await link.room();
      const piece = this.#log?.piece(dataSn);
      // Acknowledged or taken back in the meantime.
      if (piece === undefined || link.isClosed || this.#task.connection !== link) continue;
      if (piece.length > link.parameters.maxXmitDataSegmentLength)
        throw new RangeError('the segments are too long now');
      await this.#sendPieceAgain(link, dataSn, piece);
    }
  }

  startAnew(snackTag: number): void {
    this.#snackTag = snackTag;
    if (this.#log !== undefined) this.#rewind(this.#log);
  }

  fail(fault: CheckCondition): void {
    // One that has been answered has its status already.
    if (this.#task.state !== 'ended') this.#fault = fault;
  }

  forget(): void {
    if (this.#log !== undefined) this.#dropTags(this.#log.clear());
  }

  /** Goes back to the first PDU that is not acknowledged. */
  #rewind(log: DataInLog): void {
    const takenBack = log.rewind();
    this.#position = takenBack[0]?.offset ?? this.#position;
    this.#dataSn = log.firstSn;
    this.#dropTags(takenBack);
  }

  #dropTags(pieces: readonly SentPiece[]): void {
    for (const { acknowledgeTag } of pieces) {
      if (acknowledgeTag !== undefined) this.#session.dataAcks.delete(acknowledgeTag);
    }
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
    const { offset, length, isFinal } = piece;
    const isLast = offset + length === this.#total;
    // A write that is under way beside the read, in a command that says both, still owes its data. An R-Data SNACK asks
    // for a response of its own (§11.16.3), and so does a task that has been answered before.
    const isOver = isLast && this.#task.state !== 'ended' && (this.#task.transfer?.isQuiet ?? true);
    const hasStatus = isOver && this.#snackTag === 0 && this.#task.statusHold === undefined;
    if (hasStatus) {
      this.#hasSentStatus = true;
      // Before the numbers are taken, so that MaxCmdSN tells the slot that becomes free.
      this.#core.endTask(this.#session, this.#task);
    }
    const numbers = link.numbers(hasStatus ? 'status' : 'noStatus');
    const { statSn } = numbers;
    const sent = {
      offset,
      length,
      isFinal,
      acknowledgeTag: this.#acknowledgeTag(isFinal && !isLast),
      hasStatus,
      statSn,
    };
    const dataSn = this.#dataSn;
    this.#dataSn += 1;
    this.#log?.sent(sent);
    if (hasStatus) {
      this.#session.keepAnswer(this.#task, { status: scsiStatus.good, presented: this.#presented }, statSn);
    }
    link.send(this.#pduOf(dataSn, sent, numbers), data, written);
  }

  /** §11.7.2: an acknowledgment may be asked for once every MaxBurstLength bytes. That of the status does for the last. */
  #acknowledgeTag(isWanted: boolean): number | undefined {
    if (!isWanted || this.#log === undefined) return undefined;
    const tag = this.#session.tags.take();
    this.#session.dataAcks.set(tag, { lun: this.#task.command.lun, read: this });
    return tag;
  }

  async #sendPieceAgain(link: ConnectionLink, dataSn: number, piece: SentPiece): Promise<void> {
    const { offset, length } = piece;
    const kept = this.#chunkInMemory(offset);
    const isWhole = kept !== undefined && kept.data.length >= length;
    let data = kept?.data.subarray(0, length);
    if (!isWhole) {
      kept?.done();
      data = Buffer.allocUnsafe(length);
      if (this.#source.kind === 'medium') await readMedium(this.#source, offset, data);
      if (link.isClosed || this.#log?.piece(dataSn) !== piece) return;
    }
    const pdu = this.#pduOf(dataSn, piece, link.numbers('noStatus'));
    link.sendAgain(pdu, data, isWhole ? kept.use() : undefined);
    if (isWhole) kept.done();
  }

  #pduOf(dataSn: number, piece: SentPiece, numbers: Numbers): DataIn {
    const { command } = this.#task;
    const { offset, isFinal, acknowledgeTag, hasStatus, statSn } = piece;
    return {
      opcode: opcode.dataIn,
      isFinal,
      isAcknowledge: acknowledgeTag !== undefined,
      hasStatus,
      status: scsiStatus.good,
      lun: acknowledgeTag === undefined ? lunZero : command.lun,
      initiatorTaskTag: command.initiatorTaskTag,
      targetTransferTag: acknowledgeTag ?? reservedTag,
      ...(hasStatus ? residualOf(this.#presented, command.expectedDataTransferLength) : noResidual),
      ...numbers,
      statSn,
      dataSn,
      bufferOffset: offset,
    };
  }
}
