// A session of the target: its command window, its tasks, its connections (RFC 7143 §4.2.2, §4.4.3).

import type { Clock, Lun } from '../base/index.ts';
import { CommandWindow } from './command-window.ts';
import { condition } from './device-server/sense.ts';
import type { UnitAttentions } from './device-server/unit-attentions.ts';
import type { ConnectionLink } from './link.ts';
import type { LoginIdentity } from './login/login-identity.ts';
import type { SessionParameters } from './negotiation/parameters.ts';
import { Absences } from './recovery/absences.ts';
import { AnsweredTasks } from './recovery/answered-tasks.ts';
import type { DataInRecovery } from './recovery/data-in-recovery.ts';
import type { Completion } from './scsi-responder.ts';
import type { Task } from './task.ts';
import { TransferTags } from './transfer-tags.ts';

/** A numbered request that waits for its turn. */
export interface NumberedRequest {
  readonly connection: ConnectionLink;
  deliver(): void;
}

/** What a session asks of its target. */
export interface SessionHost {
  readonly clock: Clock;
  readonly attentions: UnitAttentions;
  /** A connection was not recovered in time. */
  expired(session: TargetSession, link: ConnectionLink): void;
  /** The session is over. */
  ended(session: TargetSession): void;
}

/** A DataACK that the initiator has been asked for. */
export interface WantedDataAck {
  readonly lun: Lun;
  readonly read: DataInRecovery;
}

/** How often recovery was needed, for whoever watches. */
export interface RecoveryCounts {
  /** Tasks that another connection took over. */
  reassigned: number;
  /** SNACK requests that were carried out, acknowledgments of data apart. */
  snacks: number;
  /** R2Ts for data that were lost. */
  recoveryR2ts: number;
}

/** How many aborted tasks a session remembers, to tell data that were under way from data that answer nothing. */
const rememberedAborts = 256;

/** One session. */
export class TargetSession {
  /** Unique in this target. */
  readonly id: number;
  readonly tsih: number;
  readonly identity: LoginIdentity;
  /** The portal of the first connection. */
  readonly portal: string;
  readonly parameters: SessionParameters;
  readonly window: CommandWindow<NumberedRequest>;
  /** Of its nexus, which outlives it. */
  readonly attentions: UnitAttentions;
  readonly tags: TransferTags = new TransferTags();
  readonly connections: Map<number, ConnectionLink> = new Map();
  /** Connections that have gone and may be recovered. */
  readonly absences: Absences;
  /** By initiator task tag. */
  readonly tasks: Map<number, Task> = new Map();
  /** Task tags of the task management functions under way. */
  readonly managementTags: Set<number> = new Set();
  /** Tasks whose status has not been acknowledged; empty at error recovery level 0. */
  readonly answeredTasks: AnsweredTasks = new AnsweredTasks();
  /** Reads that have asked for an acknowledgment of their data, by the tag that it will name (§11.7.4). */
  readonly dataAcks: Map<number, WantedDataAck> = new Map();
  readonly counts: RecoveryCounts = { reassigned: 0, snacks: 0, recoveryR2ts: 0 };
  readonly #aborted = new Set<number>();
  readonly #reached = new Set<() => void>();
  readonly #host: SessionHost;
  #toldMaxCmdSn: number;
  #holders = 0;
  #isClosing = false;
  #isEnded = false;

  constructor(
    numbers: { readonly id: number; readonly tsih: number; readonly commandWindow: number },
    identity: LoginIdentity,
    portal: string,
    parameters: SessionParameters,
    host: SessionHost,
  ) {
    this.id = numbers.id;
    this.tsih = numbers.tsih;
    this.identity = identity;
    this.portal = portal;
    this.parameters = parameters;
    this.window = new CommandWindow(numbers.commandWindow, identity.cmdSn);
    this.attentions = host.attentions;
    this.#host = host;
    this.absences = new Absences(host.clock, (link) => {
      host.expired(this, link);
    });
    this.#toldMaxCmdSn = this.window.maxCmdSn;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Nothing of the session is to outlive its connections. */
  get isClosing(): boolean {
    return this.#isClosing;
  }

  /** The connection that a CID names: one that is there, or one that waits for its cleanup (§8.2). */
  connection(cid: number): ConnectionLink | undefined {
    return this.connections.get(cid) ?? this.absences.waiting(cid);
  }

  /** The tasks of a connection that have not been answered. */
  tasksOf(link: ConnectionLink): Task[] {
    const tasks: Task[] = [];
    for (const task of this.tasks.values()) if (task.connection === link) tasks.push(task);
    return tasks;
  }

  /** Tasks that wait for a connection, answered ones included. */
  get retainedTasks(): Task[] {
    const answered = this.answeredTasks.all().map(({ task }) => task);
    return [...this.tasks.values(), ...answered].filter((task) => task.isSuspended);
  }

  /** Keeps a task whose status is about to be sent, where it may be asked for again. */
  keepAnswer(task: Task, completion: Completion, statSn: number): void {
    if (this.parameters.errorRecoveryLevel > 0) this.answeredTasks.add(task, completion, statSn);
  }

  /** The last MaxCmdSN that the initiator was told. */
  get toldMaxCmdSn(): number {
    return this.#toldMaxCmdSn;
  }

  /** Takes a numbered request in and delivers what has its turn now. */
  offer(cmdSn: number, request: NumberedRequest): void {
    this.#deliver(this.window.offer(cmdSn, request));
  }

  /** Takes a CmdSN as received without its request. */
  plug(cmdSn: number): void {
    this.#deliver(this.window.plug(cmdSn));
  }

  /** Waits until every command before `cmdSn` has come, or the session has ended. */
  async reached(cmdSn: number): Promise<void> {
    while (!this.window.hasReached(cmdSn) && !this.#isEnded) {
      await new Promise<void>((resolve) => {
        this.#reached.add(resolve);
      });
    }
  }

  /** Ends a task, once: it leaves its task set, and a slot of the window is free again. */
  endTask(task: Task): void {
    if (task.state === 'ended') return;
    const { initiatorTaskTag, isImmediate } = task.command;
    if (this.tasks.get(initiatorTaskTag) === task) this.tasks.delete(initiatorTaskTag);
    if (task.transfer?.isQuiet === false) this.#remember(initiatorTaskTag);
    const wasDelivered = task.state !== 'held';
    task.end();
    if (wasDelivered && !isImmediate) this.window.release();
    task.unit?.taskSet.leave(task);
  }

  /** The numbers for the next PDU; they are taken as told. */
  tellWindow(): { readonly expCmdSn: number; readonly maxCmdSn: number } {
    const { expCmdSn, maxCmdSn } = this.window;
    this.#toldMaxCmdSn = maxCmdSn;
    return { expCmdSn, maxCmdSn };
  }

  /** Tells the initiator of slots that became free without a response to carry them (§11.4.11). */
  announceWindow(): void {
    if (this.window.maxCmdSn !== this.#toldMaxCmdSn) this.announce();
  }

  /** Tells the initiator the present numbers, on whichever connection can. */
  announce(): void {
    for (const link of this.connections.values()) {
      if (link.isClosed) continue;
      link.announce();
      return;
    }
  }

  /** Whether data of this task may still be under way though the task is gone. */
  wasAborted(initiatorTaskTag: number): boolean {
    return this.#aborted.has(initiatorTaskTag);
  }

  /** A task tag is in use again. */
  forgetAborted(initiatorTaskTag: number): void {
    this.#aborted.delete(initiatorTaskTag);
  }

  /** Forgets what a connection had sent ahead of a gap, so that the initiator may send it again (§7.11, §11.14). */
  discardHeld(link: ConnectionLink): void {
    this.window.discard((request) => request.connection === link);
  }

  /** Tasks were lost with a connection, which every unit that is concerned tells, once (§11.14.5). */
  tellCleared(luns: Iterable<number>): void {
    for (const lun of luns) this.attentions.establish(lun, condition.commandsClearedByProtocol);
  }

  /** From now on connections that go take their tasks along. */
  close(): void {
    this.#isClosing = true;
    this.absences.clear();
  }

  /** Keeps the session though it has no connections, until the function that is returned is called. */
  hold(): () => void {
    this.#holders += 1;
    return () => {
      this.#holders -= 1;
      this.endIfEmpty();
    };
  }

  /** A session ends with its last connection, unless that may be recovered, or tasks still wait for another (§6.3.5). */
  endIfEmpty(): void {
    if (this.connections.size > 0 || this.absences.size > 0 || this.#holders > 0 || this.#isEnded) return;
    this.#isEnded = true;
    this.answeredTasks.forgetThose(() => true);
    this.#wakeReached();
    this.#host.ended(this);
  }

  #deliver(requests: readonly NumberedRequest[]): void {
    if (requests.length > 0 && this.#reached.size > 0) this.#wakeReached();
    for (const request of requests) request.deliver();
  }

  #wakeReached(): void {
    const waiting = [...this.#reached];
    this.#reached.clear();
    for (const resolve of waiting) resolve();
  }

  #remember(initiatorTaskTag: number): void {
    this.#aborted.add(initiatorTaskTag);
    if (this.#aborted.size <= rememberedAborts) return;
    const oldest = this.#aborted.values().next();
    if (oldest.done !== true) this.#aborted.delete(oldest.value);
  }
}
