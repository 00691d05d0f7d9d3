// The way in for SCSI commands and their data: makes tasks of commands, puts them in order, takes Data-Out to them
// (RFC 7143 §4.2.2.1, §11.3, §11.7).

import { type DataOut, rejectReason, type ScsiCommand } from '../wire/index.ts';
import { CommandRunner } from './command-runner.ts';
import type { TargetCore } from './core.ts';
import type { ConnectionLink } from './link.ts';
import type { TargetSession } from './session.ts';
import { Task } from './task.ts';
import { WriteTransfer } from './write-transfer.ts';

/** What the intake needs of its connection. */
export interface CommandConnection {
  readonly core: TargetCore;
  readonly session: TargetSession;
  readonly link: ConnectionLink;
  reject(reason: number): void;
}

/** Immediate commands that a session may have under way: they come past the window (§4.2.2.1). */
const maxImmediateTasks = 32;

/** The longest transfer of any command, where it is known that more would be refused anyway. */
const longestTransfer = 33_554_432;

/** What is to become of the command PDU in hand. */
type Pending =
  | { readonly kind: 'none' }
  | { readonly kind: 'task'; readonly task: Task }
  | { readonly kind: 'reject'; readonly reason: number };

/** The intake of one connection. */
export class CommandIntake {
  readonly #connection: CommandConnection;
  readonly #runner: CommandRunner;
  #pending: Pending = { kind: 'none' };
  /** The Data-Out PDU in hand answers nothing. */
  #isStray = false;

  constructor(connection: CommandConnection) {
    const { core, session } = connection;
    this.#connection = connection;
    this.#runner = new CommandRunner(core, session);
  }

  /** A command's header has come: makes its task, unless it is ignored or rejected. */
  beginCommand(command: ScsiCommand, immediateLength: number): Uint8Array | undefined {
    this.#pending = this.#judge(command, immediateLength);
    if (this.#pending.kind !== 'task') return undefined;
    const { buffer } = this.#pending.task;
    return buffer !== undefined && immediateLength <= buffer.length ? buffer.subarray(0, immediateLength) : undefined;
  }

  /** The command is whole. */
  completeCommand(command: ScsiCommand): void {
    const pending = this.#pending;
    this.#pending = { kind: 'none' };
    if (pending.kind === 'reject') this.#connection.reject(pending.reason);
    if (pending.kind === 'task') this.#admit(command, pending.task);
  }

  /** The command is dropped: its CmdSN stays missing (§7.3). */
  dropCommand(): void {
    const pending = this.#pending;
    this.#pending = { kind: 'none' };
    if (pending.kind === 'task') this.#connection.core.endTask(this.#connection.session, pending.task);
  }

  /** A Data-Out header has come. Returns where its data belong. */
  beginDataOut(pdu: DataOut, length: number): Uint8Array | undefined {
    const { session, link } = this.#connection;
    const task = session.tasks.get(pdu.initiatorTaskTag);
    this.#isStray = false;
    if (task?.transfer === undefined || task.connection !== link) {
      this.#isStray = !session.wasAborted(pdu.initiatorTaskTag);
      return undefined;
    }
    const isInPlace = task.transfer.accept({ ...pdu, length });
    this.#isStray = isInPlace === undefined;
    if (isInPlace !== true || task.isAborting()) return undefined;
    const end = pdu.bufferOffset + length;
    return task.buffer !== undefined && end <= task.buffer.length
      ? task.buffer.subarray(pdu.bufferOffset, end)
      : undefined;
  }

  completeDataOut(pdu: DataOut): void {
    if (this.#isStray) this.#connection.reject(rejectReason.invalidPduField);
    else {
      const task = this.#connection.session.tasks.get(pdu.initiatorTaskTag);
      task?.transfer?.arrived();
      if (pdu.isFinal) task?.progressed();
    }
  }

  /**
   * The data of a Data-Out PDU are damaged: they are asked for again, or their task fails, when all that it waits for has
   * come (§7.8).
   */
  damagedDataOut(pdu: DataOut): void {
    const task = this.#connection.session.tasks.get(pdu.initiatorTaskTag);
    if (this.#isStray || task === undefined) return;
    task.transfer?.damaged();
    if (pdu.isFinal) task.progressed();
  }

  #judge(command: ScsiCommand, immediateLength: number): Pending {
    const { session } = this.#connection;
    // §4.2.2.1: what is outside of the window, or there already, is silently ignored.
    if (!command.isImmediate && session.window.place(command.cmdSn) === 'ignored') return { kind: 'none' };
    const isInUse = session.tasks.has(command.initiatorTaskTag) || session.managementTags.has(command.initiatorTaskTag);
    if (isInUse) return { kind: 'reject', reason: rejectReason.taskInProgress };
    if (command.isImmediate && this.#immediateCount() >= maxImmediateTasks) {
      return { kind: 'reject', reason: rejectReason.immediateCommandReject };
    }
    return { kind: 'task', task: this.#makeTask(command, immediateLength) };
  }

  #makeTask(command: ScsiCommand, immediateLength: number): Task {
    const { core, session, link } = this.#connection;
    const { expectedDataTransferLength: expectedLength, isFinal, isWrite } = command;
    const hasData = isWrite || immediateLength > 0;
    const transfer = hasData
      ? new WriteTransfer({ expectedLength, immediateLength, isFinal }, session.parameters)
      : undefined;
    const buffer = hasData ? core.takeWriteBuffer(Math.min(expectedLength, longestTransfer)) : undefined;
    return new Task(command, {
      connection: link,
      transfer,
      buffer,
      run: (task) => {
        this.#runner.run(task);
      },
    });
  }

  #admit(command: ScsiCommand, task: Task): void {
    const { core, session, link } = this.#connection;
    session.tasks.set(command.initiatorTaskTag, task);
    session.forgetAborted(command.initiatorTaskTag);
    // Its tag is in use again, so the initiator has the answer to the one before, acknowledged or not.
    session.answeredTasks.forget(command.initiatorTaskTag);
    const deliver = (): void => {
      // Aborted while it was held: its CmdSN counts as received, and nothing is left to do.
      if (task.state === 'ended') session.window.release();
      else task.deliver(core.server.unitAt(command.lun));
    };
    if (command.isImmediate) deliver();
    else session.offer(command.cmdSn, { connection: link, deliver });
  }

  #immediateCount(): number {
    let count = 0;
    for (const task of this.#connection.session.tasks.values()) if (task.command.isImmediate) count += 1;
    return count;
  }
}
