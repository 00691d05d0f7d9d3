// Runs SCSI tasks: from the turn in the task set to the response (RFC 7143 §11.3, §11.4, §11.7, §11.8).

import { opcode } from '../wire/index.ts';
import type { TargetCore } from './core.ts';
import { readStep } from './data-in-pieces.ts';
import { DataInSender } from './data-in-sender.ts';
import type { Outcome, Plan } from './device-server/plan.ts';
import { type CheckCondition, condition, encodeSense, scsiStatus } from './device-server/sense.ts';
import type { CommandVerdict, HookConnection } from './hooks.ts';
import type { ConnectionLink } from './link.ts';
import { type Completion, sendScsiResponse } from './scsi-responder.ts';
import type { TargetSession } from './session.ts';
import type { Task } from './task.ts';

/** Bytes read from a device at a time: large enough for few calls, small enough that reading and sending overlap. */
const readLength = 524_288;

/** Runs the tasks of one connection. */
export class CommandRunner {
  readonly #core: TargetCore;
  readonly #session: TargetSession;
  readonly #link: ConnectionLink;
  readonly #facts: () => HookConnection;

  constructor(core: TargetCore, session: TargetSession, link: ConnectionLink, facts: () => HookConnection) {
    this.#core = core;
    this.#session = session;
    this.#link = link;
    this.#facts = facts;
  }

  /** Runs a task to its end. Never throws: what goes wrong is answered, or ends the connection. */
  run(task: Task): void {
    void this.#run(task).catch(() => {
      this.#link.end('abortive');
    });
  }

  async #run(task: Task): Promise<void> {
    const read = new DataInSender(this.#core, this.#session, this.#link, task);
    let completion: Completion | undefined;
    try {
      completion = await this.#complete(task, read);
      // §11.4.2: no response while the initiator still sends what it announced or was asked for.
      while (completion !== undefined && task.transfer?.isQuiet === false && !task.isAborting()) await task.progress();
      await task.settleTransfers();
    } finally {
      if (task.isAborting()) completion = undefined;
      this.#core.endTask(this.#session, task);
    }
    if (completion === undefined || read.hasSentStatus) return;
    sendScsiResponse(this.#link, task.command, completion, read.sentCount);
  }

  async #complete(task: Task, read: DataInSender): Promise<Completion | undefined> {
    try {
      const hooked = this.#core.options.hooks.onCommand === undefined ? undefined : await this.#askHook(task);
      if (hooked !== undefined || task.isAborting()) return hooked === 'none' ? undefined : hooked;
      if (task.transfer !== undefined && task.buffer === undefined)
        return { status: scsiStatus.taskSetFull, presented: 0 };
      return await this.#execute(task, await this.#plan(task), read);
    } catch (error) {
      this.#core.options.hooks.onError?.(error, this.#facts());
      return checked(task.command.isWrite ? condition.writeError : condition.unrecoveredReadError);
    }
  }

  async #askHook(task: Task): Promise<Completion | 'none' | undefined> {
    const { lun, cdb, initiatorTaskTag, cmdSn, isImmediate, expectedDataTransferLength } = task.command;
    const facts = { lun, cdb, initiatorTaskTag, cmdSn, isImmediate, expectedDataTransferLength };
    const verdict: CommandVerdict = await this.#core.options.hooks.onCommand?.({
      ...facts,
      connection: this.#facts(),
      signal: task.signal,
    });
    switch (verdict?.kind) {
      case undefined:
        return undefined;
      case 'status':
        return { status: verdict.status, presented: 0, ...(verdict.sense && { sense: verdict.sense }) };
      case 'targetFailure':
        return { status: 0, presented: 0, isFailure: true };
      case 'close':
        this.#link.end('abortive');
        return 'none';
      case 'never':
        while (!task.isAborting()) await task.progress();
        return 'none';
    }
  }

  #plan(task: Task): Plan | Promise<Plan> {
    const { command, unit } = task;
    // Bidirectional commands: their opcodes are not known, whatever the CDB says.
    if (command.isRead && command.isWrite) return { kind: 'ended', outcome: condition.invalidOpcode };
    if (unit === undefined) return this.#core.server.planWithoutUnit(command.lun, command.cdb);
    return this.#core.server.plan(unit, command.cdb, this.#session.attentions, () => {
      this.#core.establishAttention(unit.number, condition.modeParametersChanged, this.#session.id);
    });
  }

  async #execute(task: Task, plan: Plan, read: DataInSender): Promise<Completion | undefined> {
    switch (plan.kind) {
      case 'ended':
        return (await this.#collect(task, 0)) ?? outcomeOf(plan.outcome, 0);
      case 'noData':
        return (await this.#collect(task, 0)) ?? outcomeOf(await plan.run(), 0);
      case 'dataOut':
        return await this.#write(task, plan);
      case 'dataIn':
        read.send(plan.data.subarray(0, read.limit), 0, plan.data.length);
        return { status: scsiStatus.good, presented: plan.data.length };
      case 'read':
        return await this.#read(task, plan, read);
    }
  }

  async #write(task: Task, plan: Extract<Plan, { kind: 'dataOut' }>): Promise<Completion | undefined> {
    const expected = task.command.isWrite ? task.command.expectedDataTransferLength : 0;
    const wanted = Math.min(plan.length, expected);
    const fault = await this.#collect(task, wanted);
    if (fault !== undefined || task.isAborting()) return fault;
    const data = task.buffer?.subarray(0, wanted) ?? new Uint8Array(0);
    return outcomeOf(await plan.run(data), plan.length);
  }

  /**
   * Gathers the first `wanted` bytes of the initiator's data, asking for what did not come unasked. Returns a
   * completion when the transfer has failed.
   */
  async #collect(task: Task, wanted: number): Promise<Completion | undefined> {
    const { transfer } = task;
    if (transfer === undefined) return undefined;
    for (;;) {
      if (task.isAborting()) return undefined;
      for (;;) {
        const r2t = transfer.nextR2t(wanted, this.#session.tags.next);
        if (r2t === undefined) break;
        this.#sendR2t(task, r2t.r2tSn, r2t.offset, r2t.length);
      }
      if (transfer.isQuiet) return transfer.fault && checked(transfer.fault);
      await task.progress();
    }
  }

  #sendR2t(task: Task, r2tSn: number, bufferOffset: number, desiredDataTransferLength: number): void {
    this.#link.send({
      opcode: opcode.r2t,
      lun: task.command.lun,
      initiatorTaskTag: task.command.initiatorTaskTag,
      targetTransferTag: this.#session.tags.take(),
      ...this.#link.numbers('noStatus'),
      r2tSn,
      bufferOffset,
      desiredDataTransferLength,
    });
  }

  async #read(task: Task, plan: Extract<Plan, { kind: 'read' }>, read: DataInSender): Promise<Completion | undefined> {
    const { unit } = task;
    const length = Math.min(plan.length, read.limit);
    const step = readStep(readLength, this.#link.parameters.maxXmitDataSegmentLength);
    for (let offset = 0; offset < length && unit !== undefined; ) {
      if (this.#link.isFull) await this.#link.room();
      if (task.isAborting() || this.#link.isClosed) return undefined;
      const buffer = this.#core.pool.take(Math.min(step, length - offset));
      const at = plan.offset + offset;
      await unit.gate.shared(async () => {
        await unit.device.read(at, buffer);
      });
      if (task.isAborting()) return undefined;
      read.send(buffer, offset, plan.length, () => {
        this.#core.pool.give(buffer);
      });
      offset += buffer.length;
    }
    return { status: scsiStatus.good, presented: plan.length };
  }
}

function outcomeOf(outcome: Outcome, presented: number): Completion {
  return outcome === undefined ? { status: scsiStatus.good, presented } : { ...checked(outcome), presented };
}

function checked(facts: CheckCondition): Completion {
  return { status: scsiStatus.checkCondition, sense: encodeSense(facts), presented: 0 };
}
