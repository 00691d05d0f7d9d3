// A target that loses, repeats and damages what it sends, and what it is sent, by lot, and that sends again what it is asked
// for, by its own reading of RFC 7143 §7 and §11.16. It knows what has arrived whole, and so what may be acknowledged.

import assert from 'node:assert/strict';
import {
  type DataIn,
  type DataOut,
  type InitiatorPdu,
  type LogoutRequest,
  logoutReason,
  opcode,
  reservedTag,
  type ScsiCommand,
  type SnackRequest,
  type TaskManagementRequest,
  taskManagementFunction,
} from '../../src/wire/index.ts';
import type { CommandNumbers } from './command-numbers.ts';
import type { Heard, TargetLine } from './target-line.ts';

/** What may happen to a PDU on its way. */
export type Fault = 'none' | 'lost' | 'twice' | 'damaged';

/** What is drawn by lot. */
export interface Chance {
  /** Nothing happens that cannot be recovered. */
  readonly isMild: boolean;
  /** A number from 0 to below `bound`. */
  lot(bound: number): number;
  /** What happens to a PDU of the target that has been sent `times` times before. */
  fault(times: number): Fault;
  /** Whether data of the initiator come damaged that came `times` times before. */
  damagesDataOut(times: number): boolean;
  /** Whether a SNACK is rejected. */
  rejectsSnack(): boolean;
}

/** A PDU that has been sent, and can be sent again. */
interface Sent {
  readonly send: () => void;
  readonly hasData: boolean;
  times: number;
  /** It has come to the initiator whole. */
  isThere: boolean;
}

interface Task {
  readonly command: ScsiCommand;
  readonly content: Uint8Array;
  readonly got: Uint8Array;
  /** Data-In or R2T PDUs by their number. */
  readonly sent: Sent[];
  sentLength: number;
  /** Data-In PDUs before this number have been acknowledged by DataACK. */
  acknowledged: number;
  /** The range that is asked for, and how often each was. */
  asked: { tag: number; at: number; next: number; end: number; dataSn: number } | undefined;
  gotLength: number;
  losses: number;
  isEnded: boolean;
}

/** A LOGICAL UNIT RESET that is not answered yet. */
interface Reset {
  readonly request: TaskManagementRequest;
  /** Once it is carried out: up to where the other connections have to have acknowledged before it is answered. */
  fence: { readonly target: RecoveringTarget; readonly statSn: number }[] | undefined;
}

/** What the connections of one session have in common at their target. */
export interface RecoveringSession {
  readonly numbers: CommandNumbers;
  readonly contentOf: (cdb: Uint8Array) => Uint8Array;
  readonly chance: Chance;
  /** The initiator's MaxRecvDataSegmentLength. */
  readonly segment: number;
  /** All of them; each adds itself. */
  readonly targets: RecoveringTarget[];
}

/** The target's end of one connection. */
export class RecoveringTarget {
  readonly #line: TargetLine;
  readonly #session: RecoveringSession;
  readonly #numbers: CommandNumbers;
  readonly #chance: Chance;
  readonly #tasks = new Map<number, Task>();
  readonly #numbered = new Map<number, { sent: Sent; task: Task | undefined }>();
  #firstStatSn: number;
  #nextTag = 1;
  readonly #resets: Reset[] = [];

  constructor(line: TargetLine, session: RecoveringSession) {
    this.#line = line;
    this.#session = session;
    this.#numbers = session.numbers;
    this.#chance = session.chance;
    this.#firstStatSn = line.statSn;
    session.targets.push(this);
  }

  take(heard: Heard): void {
    const { pdu } = heard;
    if (pdu.opcode === opcode.logoutRequest) {
      this.#logout(pdu);
      return;
    }
    if ('expStatSn' in pdu) this.#acknowledged(pdu.expStatSn);
    if (heard.isIgnored || this.#isLost) return;
    switch (pdu.opcode) {
      case opcode.scsiCommand:
        this.#command(pdu, heard.data);
        break;
      case opcode.dataOut:
        this.#dataOut(pdu, heard);
        break;
      case opcode.snackRequest:
        this.#snack(pdu, heard);
        break;
      case opcode.nopOut:
        // §11.18: without a task tag it asks for no answer.
        if (pdu.initiatorTaskTag === reservedTag) break;
        this.#emitNumbered(undefined, false, (statSn) => {
          this.#line.nopIn({ initiatorTaskTag: pdu.initiatorTaskTag, statSn });
        });
        break;
      case opcode.taskManagementRequest:
        this.#manage(pdu);
        break;
      default:
        assert.fail(`opcode ${(pdu as InitiatorPdu).opcode} came`);
    }
  }

  /** Does one step of one task; false when there is none that can go on. */
  step(): boolean {
    if (this.#isLost) return false;
    const [reset] = this.#resets;
    if (reset !== undefined && this.#goOnWith(reset)) return true;
    const ready = [...this.#tasks.values()].filter(
      (task) => !task.isEnded && ((task.command.cmdSn - this.#numbers.expCmdSn) | 0) < 0 && task.asked === undefined,
    );
    const task = ready[this.#chance.lot(ready.length)];
    if (task === undefined) return false;
    if (task.command.isRead && task.sentLength < task.content.length) this.#sendData(task);
    else if (task.command.isWrite && task.gotLength < task.content.length) this.#ask(task);
    else this.#answer(task, 0);
    return true;
  }

  get #isLost(): boolean {
    return this.#line.end !== undefined;
  }

  /** §7.9: what has not come whole, or whose command lacks data, must not be acknowledged. */
  #acknowledged(expStatSn: number): void {
    for (; ((this.#firstStatSn - expStatSn) | 0) < 0; this.#firstStatSn = (this.#firstStatSn + 1) >>> 0) {
      const numbered = this.#numbered.get(this.#firstStatSn);
      assert.ok(numbered !== undefined, `StatSN ${this.#firstStatSn} was acknowledged and never used`);
      assert.ok(numbered.sent.isThere, `StatSN ${this.#firstStatSn} was acknowledged and never came`);
      const { task } = numbered;
      if (task === undefined) continue;
      const isWhole = task.command.isWrite || task.sent.every(({ isThere }) => isThere);
      assert.ok(isWhole || !this.#chance.isMild, 'the status of a read that lacks data was acknowledged');
      this.#tasks.delete(task.command.initiatorTaskTag);
    }
  }

  #command(command: ScsiCommand, data: Uint8Array): void {
    const content = this.#session.contentOf(command.cdb);
    assert.equal(command.expectedDataTransferLength, content.length);
    const got = new Uint8Array(command.isWrite ? content.length : 0);
    got.set(data);
    const gotLength = data.length;
    const state = { sentLength: 0, acknowledged: 0, asked: undefined, gotLength, losses: 0, isEnded: false };
    this.#tasks.set(command.initiatorTaskTag, { command, content, got, sent: [], ...state });
  }

  #dataOut(pdu: DataOut, heard: Heard): void {
    const task = this.#tasks.get(pdu.initiatorTaskTag);
    const asked = task?.asked;
    // Data of an R2T that was answered before, and asked for again, are of no interest.
    if (task === undefined || asked === undefined || asked.tag !== pdu.targetTransferTag) return;
    assert.deepEqual([pdu.bufferOffset, pdu.dataSn], [asked.next, asked.dataSn], 'in order, DataSN from 0');
    asked.next += heard.data.length;
    asked.dataSn += 1;
    assert.equal(pdu.isFinal, asked.next === asked.end);
    if (this.#chance.damagesDataOut(task.losses)) {
      task.losses += 1;
      this.#emitNumbered(undefined, true, (statSn) => {
        this.#line.reject(2, heard.bhs, { statSn });
      });
    } else if (asked.at === pdu.bufferOffset) {
      task.got.set(heard.data, pdu.bufferOffset);
      asked.at += heard.data.length;
    }
    if (!pdu.isFinal) return;
    // What did not come whole is asked for again, from the first damaged PDU on: a recovery R2T.
    task.gotLength = asked.at;
    task.asked = undefined;
  }

  #snack(pdu: SnackRequest, heard: Heard): void {
    if (pdu.type === 1) {
      this.#statusSnack(pdu);
      return;
    }
    assert.equal(pdu.type, 0, 'only DataACK of a Data-In that asked for it');
    const task = this.#tasks.get(pdu.initiatorTaskTag);
    if (task === undefined) return;
    const end = pdu.runLength === 0 ? task.sent.length : pdu.begRun + pdu.runLength;
    assert.ok(end <= task.sent.length, '§11.16: what was never sent is asked for');
    assert.ok(pdu.begRun >= task.acknowledged, '§11.16.2: what was acknowledged is asked for');
    if (pdu.begRun >= end || this.#chance.rejectsSnack()) {
      this.#rejectSnack(task, heard, pdu.begRun >= end ? 4 : 3);
      return;
    }
    for (const sent of task.sent.slice(pdu.begRun, end)) this.#emit(sent);
  }

  /** §7.8 a: the target rejects the SNACK and, unless it has sent the status, ends the command. */
  #rejectSnack(task: Task, heard: Heard, reason: number): void {
    this.#emitNumbered(undefined, true, (statSn) => {
      this.#line.reject(reason, heard.bhs, { statSn });
    });
    if (reason === 4) return;
    if (!task.isEnded) this.#answer(task, 2);
  }

  #statusSnack(pdu: SnackRequest): void {
    for (let ahead = 0; ahead < pdu.runLength; ahead += 1) {
      const numbered = this.#numbered.get((pdu.begRun + ahead) >>> 0);
      assert.ok(numbered !== undefined, '§11.16: a StatSN that was never used is asked for');
      this.#emit(numbered.sent);
    }
  }

  #manage(request: TaskManagementRequest): void {
    if (request.function === taskManagementFunction.logicalUnitReset) {
      this.#resets.push({ request, fence: undefined });
      return;
    }
    assert.equal(request.function, taskManagementFunction.abortTask);
    // §11.6.1 b: a command that has not come counts as received from here on.
    if (!this.#tasks.delete(request.referencedTaskTag)) this.#numbers.plug(request.refCmdSn);
    this.#answerManagement(request);
  }

  /** §4.2.3.3: waits for the commands before it, and with its answer until those before that have arrived everywhere. */
  #goOnWith(reset: Reset): boolean {
    if (reset.fence === undefined) {
      if (((this.#numbers.expCmdSn - reset.request.cmdSn) | 0) < 0) return false;
      reset.fence = this.#session.targets.map((target) => ({ target, statSn: target.#line.statSn }));
      for (const target of this.#session.targets) target.#drop(reset.request.cmdSn);
    }
    const isOpen = reset.fence.some(
      ({ target, statSn }) => target !== this && !target.#isLost && ((target.#firstStatSn - statSn) | 0) < 0,
    );
    if (isOpen) return false;
    this.#resets.shift();
    this.#answerManagement(reset.request);
    return true;
  }

  /** Of later commands nothing is known to the initiator that sent the reset, and may have given it up (§11.5.1). */
  #drop(before: number): void {
    for (const [tag, { command }] of this.#tasks) if (((command.cmdSn - before) | 0) < 0) this.#tasks.delete(tag);
  }

  #answerManagement({ initiatorTaskTag }: TaskManagementRequest): void {
    this.#emitNumbered(undefined, false, (statSn) => {
      this.#line.taskManagementResponse(initiatorTaskTag, { statSn });
    });
  }

  /** §11.14: ends the tasks of a connection that is lost. What had come ahead of a gap may have to come again. */
  #logout({ reason, cid, expStatSn, initiatorTaskTag }: LogoutRequest): void {
    assert.equal(reason, logoutReason.closeConnection);
    const closed = this.#session.targets.find((target) => target.#line.cid === cid);
    assert.ok(closed !== undefined && closed.#isLost, `connection ${cid} is logged out, and not lost`);
    // §11.14.4: the number is that of the connection to be closed.
    closed.#acknowledged(expStatSn);
    const isDiscarded = this.#chance.lot(2) === 0;
    for (const { command } of closed.#tasks.values()) if (isDiscarded) this.#numbers.discard(command.cmdSn);
    closed.#tasks.clear();
    this.#emitNumbered(undefined, false, (statSn) => {
      this.#line.logoutResponse(initiatorTaskTag, { statSn });
    });
  }

  #ask(task: Task): void {
    const { initiatorTaskTag, lun } = task.command;
    const at = task.gotLength;
    const length = Math.min(task.content.length - at, 1 + this.#chance.lot(3000));
    const targetTransferTag = this.#nextTag;
    this.#nextTag += 1;
    const fields = { r2tSn: task.sent.length, bufferOffset: at, desiredDataTransferLength: length };
    task.asked = { tag: targetTransferTag, at, next: at, end: at + length, dataSn: 0 };
    const sent: Sent = {
      send: () => {
        this.#line.r2t(initiatorTaskTag, { ...fields, targetTransferTag, lun });
      },
      hasData: false,
      times: 0,
      isThere: false,
    };
    task.sent.push(sent);
    this.#emit(sent);
  }

  #sendData(task: Task): void {
    const { initiatorTaskTag } = task.command;
    const rest = task.content.length - task.sentLength;
    const length = this.#chance.lot(9) === 0 ? 0 : Math.min(rest, 1 + this.#chance.lot(this.#session.segment));
    const hasStatus = length === rest && this.#chance.lot(2) === 0;
    const bytes = task.content.subarray(task.sentLength, task.sentLength + length);
    const fields: Partial<DataIn> = { dataSn: task.sent.length, bufferOffset: task.sentLength, hasStatus };
    task.sentLength += length;
    if (!hasStatus) {
      const sent: Sent = {
        send: () => {
          this.#line.dataIn(initiatorTaskTag, fields, bytes);
        },
        hasData: length > 0,
        times: 0,
        isThere: false,
      };
      task.sent.push(sent);
      this.#emit(sent);
      return;
    }
    task.isEnded = true;
    const sent = this.#number(task, length > 0, (statSn) => {
      this.#line.dataIn(initiatorTaskTag, { ...fields, statSn }, bytes);
    });
    task.sent.push(sent);
    this.#emit(sent);
  }

  #answer(task: Task, status: number): void {
    if (task.command.isWrite && status === 0) assert.deepEqual(task.got, task.content);
    task.isEnded = true;
    const expDataSn = task.command.isRead ? task.sent.length : 0;
    const sense =
      status === 2
        ? Uint8Array.of(0, 18, 0x70, 0, 0x0b, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x11, 0x13, 0, 0, 0, 0)
        : undefined;
    this.#emitNumbered(task, sense !== undefined, (statSn) => {
      this.#line.response(task.command.initiatorTaskTag, { status, expDataSn, statSn }, sense);
    });
  }

  #emitNumbered(task: Task | undefined, hasData: boolean, send: (statSn: number) => void): void {
    this.#emit(this.#number(task, hasData, send));
  }

  /** A PDU that uses up a StatSN. */
  #number(task: Task | undefined, hasData: boolean, send: (statSn: number) => void): Sent {
    const { statSn } = this.#line;
    this.#line.statSn = (statSn + 1) >>> 0;
    const sent: Sent = {
      send: () => {
        send(statSn);
      },
      hasData,
      times: 0,
      isThere: false,
    };
    this.#numbered.set(statSn, { sent, task });
    return sent;
  }

  #emit(sent: Sent): void {
    const fault = this.#chance.fault(sent.times);
    sent.times += 1;
    if (fault === 'lost') return;
    if (fault === 'damaged' && sent.hasData) {
      this.#line.damage = 'data';
      sent.send();
      return;
    }
    sent.send();
    if (fault === 'twice') sent.send();
    sent.isThere = true;
  }
}
