// A SCSI task: one command from its arrival to its end.

import { type Deferred, deferred } from '../base/index.ts';
import { type ScsiCommand, taskAttribute } from '../wire/index.ts';
import type { LogicalUnit } from './device-server/logical-unit.ts';
import type { TaskAttribute, TaskSetEntry } from './device-server/task-set.ts';
import type { ConnectionLink } from './link.ts';
import type { DataInRecovery } from './recovery/data-in-recovery.ts';
import type { WriteTransfer } from './write-transfer.ts';

/**
 * Where a task stands. `held`: commands before it are missing. `waiting`: its turn in the task set has not come.
 * `aborting`: it was told to stop while it ran, and its work is still under way.
 */
export type TaskState = 'held' | 'waiting' | 'running' | 'aborting' | 'ended';

/**
 * How a task stands to its connection. `suspended`: the connection is gone, and nothing is sent or asked for.
 * `free`: it has been logged out for recovery besides, so that the task may be reassigned (RFC 7143 §7.2.2).
 */
export type Allegiance = 'bound' | 'suspended' | 'free';

/** What a task needs besides its command. */
export interface TaskParts {
  readonly connection: ConnectionLink;
  /** Present when the initiator sends data. */
  readonly transfer: WriteTransfer | undefined;
  /** Where that data go; absent when memory for it was refused. */
  readonly buffer: Buffer | undefined;
  /** Runs the task; called once. */
  readonly run: (task: Task) => void;
}

/** One task. Its connection is the one that its command came on, until it is reassigned (RFC 7143 §4.2.5.1, §7.2.2). */
export class Task implements TaskSetEntry {
  readonly command: ScsiCommand;
  readonly attribute: TaskAttribute;
  readonly transfer: WriteTransfer | undefined;
  readonly buffer: Buffer | undefined;
  /** The data that it has sent, where they can be asked for again. */
  dataIn: DataInRecovery | undefined;
  /** What the status has to wait for when the task has run, where a hook wishes so. */
  statusHold: (() => Promise<void>) | undefined;
  readonly #run: (task: Task) => void;
  #connection: ConnectionLink;
  #allegiance: Allegiance = 'bound';
  #unit: LogicalUnit | undefined;
  #state: TaskState = 'held';
  #waitsForTransfers = false;
  #abort: AbortController | undefined;
  #ended: Deferred<void> | undefined;
  #wake: (() => void) | undefined;
  /** It moved on, or was told to stop, while nobody waited: as a PDU of its own was being sent. */
  #hasProgressed = false;

  constructor(command: ScsiCommand, parts: TaskParts) {
    this.command = command;
    this.#connection = parts.connection;
    this.transfer = parts.transfer;
    this.buffer = parts.buffer;
    this.#run = parts.run;
    this.attribute = attributeOf(command.taskAttribute);
  }

  get state(): TaskState {
    return this.#state;
  }

  /** The connection that it belongs to, or belonged to last. */
  get connection(): ConnectionLink {
    return this.#connection;
  }

  get allegiance(): Allegiance {
    return this.#allegiance;
  }

  /** Whether it has no connection to send on. */
  get isSuspended(): boolean {
    return this.#allegiance !== 'bound';
  }

  /** Whether the task was told to stop, or has ended. */
  isAborting(): boolean {
    return this.#state === 'aborting' || this.#state === 'ended';
  }

  /** Aborted when the task is. Made only for those who ask, since most tasks need none. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.isAborting()) this.#abort.abort();
    return this.#abort.signal;
  }

  /** The logical unit, once the task has been delivered to it; undefined where there is none. */
  get unit(): LogicalUnit | undefined {
    return this.#unit;
  }

  /** The task has its turn by CmdSN; from here on the task set of its logical unit decides when it starts. */
  deliver(unit: LogicalUnit | undefined): void {
    this.#state = 'waiting';
    this.#unit = unit;
    if (unit === undefined) this.start();
    else unit.taskSet.enter(this);
  }

  /** Its turn in the task set has come. */
  start(): void {
    this.#state = 'running';
    this.#run(this);
  }

  /** Waits until the transfer has moved on, or the task is told to stop. May come back early. */
  async progress(): Promise<void> {
    if (!this.#hasProgressed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#hasProgressed = false;
  }

  /** Tells that the transfer has moved on. */
  progressed(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    this.#hasProgressed = true;
    wake?.();
  }

  /** Its connection is gone. What was asked of the initiator will not come. */
  suspend(): void {
    this.#allegiance = 'suspended';
    this.transfer?.interrupt();
    this.progressed();
  }

  /** The connection that is gone has been logged out: any other may take the task. */
  release(): void {
    if (this.#allegiance === 'suspended') this.#allegiance = 'free';
  }

  /** Goes on with another connection. `expDataSn` is what the initiator has of its data or R2Ts (§11.5.6). */
  reassign(connection: ConnectionLink, expDataSn: number): void {
    this.#connection = connection;
    this.#allegiance = 'bound';
    this.dataIn?.reassigned(expDataSn);
    this.transfer?.reassigned(expDataSn);
    this.progressed();
  }

  /** Waits until the task has a connection again, or is told to stop. */
  async bound(): Promise<void> {
    while (this.isSuspended && !this.isAborting()) await this.progress();
  }

  /**
   * Tells the task to stop. Returns whether it still has to end by itself, since it ran; otherwise its owner ends it.
   * With `afterTransfers` it ends only when the initiator has answered its R2Ts (RFC 7143 §4.2.3.3).
   */
  abort(mode: 'now' | 'afterTransfers'): boolean {
    if (this.#state === 'running') this.#state = 'aborting';
    if (this.#state !== 'aborting') return false;
    this.#waitsForTransfers = mode === 'afterTransfers';
    this.#abort?.abort();
    this.progressed();
    return true;
  }

  /** Waits, where `abort` asked for it, until the initiator has sent what it was asked for. */
  async settleTransfers(): Promise<void> {
    while (this.#waitsForTransfers && this.transfer?.isQuiet === false && !this.connection.isClosed) {
      await this.progress();
    }
  }

  /** The task is over. */
  end(): void {
    this.#state = 'ended';
    this.#abort?.abort();
    this.#ended?.resolve();
  }

  /** Resolves when the task is over. */
  get ended(): Promise<void> {
    if (this.#state === 'ended') return Promise.resolve();
    this.#ended ??= deferred();
    return this.#ended.promise;
  }
}

function attributeOf(attribute: number): TaskAttribute {
  switch (attribute) {
    case taskAttribute.ordered:
      return 'ordered';
    case taskAttribute.headOfQueue:
      return 'headOfQueue';
    default:
      return 'simple'; // ACA too: no ACA condition is ever established
  }
}
