// A target that serves reads and writes over several lines in an order drawn by lot, with bookkeeping of its own, and that
// notes every step of the initiator beyond what RFC 7143 allows it.

import assert from 'node:assert/strict';
import { type DataOut, opcode, reservedTag, type ScsiCommand } from '../../src/wire/index.ts';
import type { CommandNumbers } from './command-numbers.ts';
import type { Heard, TargetLine } from './target-line.ts';

/** What was agreed at login, as far as it binds this target and its initiator. */
export interface ModelTerms {
  readonly immediateData: boolean;
  readonly initialR2t: boolean;
  readonly firstBurstLength: number;
  readonly maxBurstLength: number;
  readonly maxOutstandingR2t: number;
  /** What the target takes in one data segment, and what the initiator takes. */
  readonly targetSegment: number;
  readonly initiatorSegment: number;
  /** DataSequenceInOrder. */
  readonly isSequenceInOrder: boolean;
}

/** Draws a number from 0 to below `bound`. */
export type Lot = (bound: number) => number;

interface Sequence {
  readonly tag: number;
  next: number;
  readonly end: number;
  dataSn: number;
}

interface Task {
  readonly line: TargetLine;
  readonly command: ScsiCommand;
  readonly content: Uint8Array;
  /** What has been received of a write. */
  readonly got: Uint8Array;
  gotLength: number;
  /** Sequences of data that are due, in the order in which they were asked for. */
  readonly due: Sequence[];
  /** Ranges that are still to be asked for. */
  toAsk: { at: number; length: number }[];
  /** Data-In and R2T PDUs sent. */
  sent: number;
  sentLength: number;
}

/** The target. `contentOf` gives the bytes that a CDB reads, or must write. */
export class ModelTarget {
  readonly #tasks = new Map<number, Task>();
  served = 0;
  readonly #terms: ModelTerms;
  readonly #numbers: CommandNumbers;
  readonly #contentOf: (cdb: Uint8Array) => Uint8Array;
  readonly #lot: Lot;
  #nextTag = 0;

  constructor(terms: ModelTerms, numbers: CommandNumbers, contentOf: (cdb: Uint8Array) => Uint8Array, lot: Lot) {
    this.#terms = terms;
    this.#numbers = numbers;
    this.#contentOf = contentOf;
    this.#lot = lot;
  }

  /** Takes what came on a line. */
  take(line: TargetLine, heard: Heard): void {
    const { pdu, data } = heard;
    if (pdu.opcode === opcode.scsiCommand) this.#command(line, pdu, data);
    else if (pdu.opcode === opcode.dataOut) this.#dataOut(line, pdu, data);
    else assert.fail(`opcode ${pdu.opcode} came`);
  }

  /** Does one step of one task; false when there is none that can go on. */
  step(): boolean {
    const { expCmdSn } = this.#numbers;
    const ready = [...this.#tasks.values()].filter(
      // Commands are carried out in the order of their numbers, and data that are due are waited for.
      (task) => ((task.command.cmdSn - expCmdSn) | 0) < 0 && (task.command.isRead || this.#canGoOn(task)),
    );
    const task = ready[this.#lot(ready.length)];
    if (task === undefined) return false;
    if (task.command.isRead && task.sentLength < task.content.length) this.#sendData(task);
    else if (task.toAsk.length > 0) this.#ask(task);
    else this.#answer(task, 0);
    return true;
  }

  #canGoOn(task: Task): boolean {
    if (task.due.some(({ tag }) => tag === reservedTag)) return false;
    return task.toAsk.length > 0 ? task.due.length < this.#terms.maxOutstandingR2t : task.due.length === 0;
  }

  #command(line: TargetLine, command: ScsiCommand, data: Uint8Array): void {
    const { isWrite, expectedDataTransferLength: length, initiatorTaskTag } = command;
    const content = this.#contentOf(command.cdb);
    assert.ok(!this.#tasks.has(initiatorTaskTag), 'a tag in use came again');
    assert.equal(length, content.length);
    assert.ok(isWrite || command.isFinal, '§11.3.1: at least one of W and F');
    assert.ok(isWrite || data.length === 0);
    const task: Task = {
      line,
      command,
      content,
      got: new Uint8Array(isWrite ? length : 0),
      gotLength: data.length,
      due: [],
      toAsk: [],
      sent: 0,
      sentLength: 0,
    };
    this.#tasks.set(initiatorTaskTag, task);
    if (isWrite) this.#begin(task, data);
  }

  #begin(task: Task, data: Uint8Array): void {
    const terms = this.#terms;
    const length = task.got.length;
    assert.ok(terms.immediateData || data.length === 0, 'ImmediateData=No');
    assert.ok(data.length <= Math.min(terms.firstBurstLength, terms.targetSegment, length));
    task.got.set(data);
    let unsolicited = data.length;
    if (!task.command.isFinal) {
      assert.ok(!terms.initialR2t, 'InitialR2T=Yes');
      unsolicited = Math.min(length, terms.firstBurstLength);
      assert.ok(unsolicited > data.length);
      task.due.push({ tag: reservedTag, next: data.length, end: unsolicited, dataSn: 0 });
    }
    for (let at = unsolicited; at < length; ) {
      const step = Math.min(length - at, 1 + this.#lot(terms.maxBurstLength));
      task.toAsk.push({ at, length: step });
      at += step;
    }
    if (!terms.isSequenceInOrder) task.toAsk.sort(() => this.#lot(3) - 1);
  }

  #dataOut(line: TargetLine, pdu: DataOut, data: Uint8Array): void {
    const task = this.#tasks.get(pdu.initiatorTaskTag);
    assert.ok(task !== undefined, 'Data-Out for a task that is not there');
    assert.equal(task.line, line, '§4.2.5.1: allegiance');
    const sequence = task.due[0];
    assert.ok(sequence !== undefined, 'Data-Out that nobody asked for');
    assert.deepEqual(
      [pdu.targetTransferTag, pdu.bufferOffset, pdu.dataSn],
      [sequence.tag, sequence.next, sequence.dataSn],
      'R2Ts are answered in order, without gaps, DataSN from 0',
    );
    assert.ok(data.length > 0 && data.length <= this.#terms.targetSegment);
    sequence.next += data.length;
    sequence.dataSn += 1;
    assert.ok(sequence.next <= sequence.end);
    assert.equal(pdu.isFinal, sequence.next === sequence.end, 'F on the last of a sequence, and there alone');
    if (pdu.isFinal) task.due.shift();
    task.got.set(data, pdu.bufferOffset);
    task.gotLength += data.length;
  }

  #ask(task: Task): void {
    const { at, length } = task.toAsk.shift()!;
    const tag = this.#nextTag;
    this.#nextTag += 1;
    const fields = { targetTransferTag: tag, r2tSn: task.sent, bufferOffset: at, desiredDataTransferLength: length };
    task.line.r2t(task.command.initiatorTaskTag, { ...fields, lun: task.command.lun });
    task.sent += 1;
    task.due.push({ tag, next: at, end: at + length, dataSn: 0 });
  }

  #sendData(task: Task): void {
    const rest = task.content.length - task.sentLength;
    const length = this.#lot(8) === 0 ? 0 : Math.min(rest, 1 + this.#lot(this.#terms.initiatorSegment));
    const end = task.sentLength + length;
    const isLast = length === rest && this.#lot(2) === 0;
    task.line.dataIn(
      task.command.initiatorTaskTag,
      { dataSn: task.sent, bufferOffset: task.sentLength, hasStatus: isLast },
      task.content.subarray(task.sentLength, end),
    );
    task.sent += 1;
    task.sentLength = end;
    if (isLast) this.#end(task);
  }

  #answer(task: Task, status: number): void {
    if (task.command.isWrite) {
      assert.equal(task.gotLength, task.content.length, 'every byte came once');
      assert.deepEqual(task.got, task.content);
    }
    task.line.response(task.command.initiatorTaskTag, { status, expDataSn: task.command.isRead ? task.sent : 0 });
    this.#end(task);
  }

  #end(task: Task): void {
    this.#tasks.delete(task.command.initiatorTaskTag);
    this.served += 1;
  }
}
