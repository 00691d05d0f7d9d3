// Runs SCSI tasks: from the turn in the task set to the response (RFC 7143 §11.3, §11.4, §11.7, §11.8).

import { raceAbort } from '../base/index.ts';
import { opcode } from '../wire/index.ts';
import type { TargetCore } from './core.ts';
import { DataInSender } from './data-in-sender.ts';
import type { Outcome, Plan } from './device-server/plan.ts';
import { type CheckCondition, condition, encodeSense, scsiStatus } from './device-server/sense.ts';
import type { CommandVerdict } from './hooks.ts';
import { watchSequence } from './recovery/sequence-watch.ts';
import { type Completion, scsiResponse } from './scsi-responder.ts';
import type { TargetSession } from './session.ts';
import type { Task } from './task.ts';
import type { R2tFacts, WriteTransfer } from './write-transfer.ts';

/** Runs the tasks of one session, each on the connection that it belongs to at the time. */
export class CommandRunner {
  readonly #core: TargetCore;
  readonly #session: TargetSession;

  constructor(core: TargetCore, session: TargetSession) {
    this.#core = core;
    this.#session = session;
  }

  /** Runs a task to its end. Never throws: what goes wrong is answered, or ends the connection. */
  run(task: Task): void {
    void this.#run(task).catch(() => {
      task.connection.end('abortive');
    });
  }

  async #run(task: Task): Promise<void> {
    const read = new DataInSender(this.#core, this.#session, task);
    if (this.#session.parameters.errorRecoveryLevel > 0) task.dataIn = read;
    let completion: Completion | undefined;
    try {
      completion = await this.#complete(task, read);
      // §11.4.2: no response while the initiator still sends what it announced or was asked for.
      while (completion !== undefined && task.transfer?.isQuiet === false && !task.isAborting()) await task.progress();
      await task.settleTransfers();
      const { connection } = task;
      if (task.statusHold !== undefined) await raceAbort(task.statusHold(), task.signal).catch(() => undefined);
      const hasMoved = task.isSuspended || task.connection !== connection;
      if (completion !== undefined && hasMoved) await this.#rejoin(task, read);
    } finally {
      if (task.isAborting()) completion = undefined;
      if (completion === undefined && !read.hasSentStatus) read.forget();
      this.#core.endTask(this.#session, task);
    }
    if (completion === undefined || read.hasSentStatus) return;
    const link = task.connection;
    const numbers = link.numbers('status');
    this.#session.keepAnswer(task, completion, numbers.statSn);
    const { sentCount: dataInCount, snackTag } = read;
    const { pdu, data } = scsiResponse(task.command, completion, { dataInCount, snackTag, numbers });
    link.send(pdu, data);
  }

  /** The connection was lost before the answer: the next one may ask for data again. */
  async #rejoin(task: Task, read: DataInSender): Promise<void> {
    do {
      await task.bound();
      await read.pump(() => task.isAborting());
    } while (task.isSuspended && !task.isAborting());
  }

  async #complete(task: Task, read: DataInSender): Promise<Completion | undefined> {
    try {
      const hooked = this.#core.options.hooks.onCommand === undefined ? undefined : await this.#askHook(task);
      if (hooked !== undefined || task.isAborting()) return hooked === 'none' ? undefined : hooked;
      if (task.transfer !== undefined && task.buffer === undefined)
        return { status: scsiStatus.taskSetFull, presented: 0 };
      return await this.#execute(task, await this.#plan(task), read);
    } catch (error) {
      this.#core.options.hooks.onError?.(error, task.connection.facts());
      return checked(task.command.isWrite ? condition.writeError : condition.unrecoveredReadError);
    }
  }

  async #askHook(task: Task): Promise<Completion | 'none' | undefined> {
    const { lun, cdb, initiatorTaskTag, cmdSn, isImmediate, expectedDataTransferLength } = task.command;
    const facts = { lun, cdb, initiatorTaskTag, cmdSn, isImmediate, expectedDataTransferLength };
    const verdict: CommandVerdict = await this.#core.options.hooks.onCommand?.({
      ...facts,
      connection: task.connection.facts(),
      signal: task.signal,
    });
    switch (verdict?.kind) {
      case undefined:
        return undefined;
      case 'status':
        return { status: verdict.status, presented: 0, ...(verdict.sense && { sense: verdict.sense }) };
      case 'holdStatus':
        task.statusHold = verdict.until;
        return undefined;
      case 'targetFailure':
        return { status: 0, presented: 0, isFailure: true };
      case 'close':
        task.connection.end('abortive');
        // Where its connection may be recovered, the command runs all the same, and waits with its answer.
        return task.isSuspended ? undefined : 'none';
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
      this.#core.establishAttention(unit.number, condition.modeParametersChanged, this.#session);
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
        read.open({ kind: 'memory', data: plan.data }, plan.data.length);
        return await this.#read(task, read, plan.data.length);
      case 'read':
        if (task.unit !== undefined) read.open({ kind: 'medium', unit: task.unit, offset: plan.offset }, plan.length);
        return await this.#read(task, read, plan.length);
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
    const { clock, limits } = this.#core.options;
    const isRecovering = this.#session.parameters.errorRecoveryLevel > 0;
    const watch = isRecovering ? watchSequence(clock, limits.sequenceTimeoutMs, task, transfer) : undefined;
    try {
      while (!task.isAborting()) {
        if (task.isSuspended) await task.bound();
        else {
          this.#askFor(task, transfer, wanted);
          // Nothing is owed by a connection that is gone, but not all has come.
          if (transfer.isQuiet && task.allegiance === 'bound') return transfer.fault && checked(transfer.fault);
          await task.progress();
        }
      }
      return undefined;
    } finally {
      watch?.stop();
    }
  }

  #askFor(task: Task, transfer: WriteTransfer, wanted: number): void {
    const { tags, counts } = this.#session;
    // A hook may close the connection as an R2T leaves: then what was asked for is lost, and asked for by the next one.
    while (!task.isSuspended && !task.isAborting()) {
      const before = transfer.recoveryCount;
      const r2t = transfer.nextR2t(wanted, tags.next);
      if (r2t === undefined) return;
      tags.take();
      counts.recoveryR2ts += transfer.recoveryCount - before;
      this.#sendR2t(task, r2t);
    }
  }

  #sendR2t(task: Task, { targetTransferTag, r2tSn, offset, length }: R2tFacts): void {
    const link = task.connection;
    link.send({
      opcode: opcode.r2t,
      lun: task.command.lun,
      initiatorTaskTag: task.command.initiatorTaskTag,
      targetTransferTag,
      ...link.numbers('noStatus'),
      r2tSn,
      bufferOffset: offset,
      desiredDataTransferLength: length,
    });
  }

  async #read(task: Task, read: DataInSender, presented: number): Promise<Completion | undefined> {
    await read.pump(() => task.isAborting());
    if (task.isAborting()) return undefined;
    return read.fault === undefined ? { status: scsiStatus.good, presented } : checked(read.fault);
  }
}

function outcomeOf(outcome: Outcome, presented: number): Completion {
  return outcome === undefined ? { status: scsiStatus.good, presented } : { ...checked(outcome), presented };
}

function checked(facts: CheckCondition): Completion {
  return { status: scsiStatus.checkCondition, sense: encodeSense(facts), presented: 0 };
}
