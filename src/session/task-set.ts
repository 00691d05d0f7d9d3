// The SCSI tasks of a session: numbered, sent, fed with data, answered, aborted, and told of a lost connection.

import { equalLun, IscsiError, type Lun, onAbort, ScsiError, SessionError, snDistance } from '../base/index.ts';
import type { Connection } from '../connection/index.ts';
import type { DataIn, R2t, ScsiResponse } from '../wire/index.ts';
import { connectionLost } from './connection-lost.ts';
import { Fifo } from './fifo.ts';
import { resultOfDataIn, resultOfResponse } from './read-data.ts';
import type { Member } from './roster.ts';
import type { ScsiRequest, ScsiResult } from './scsi-port.ts';
import { ScsiTask } from './scsi-task.ts';
import { sendCommand } from './send-command.ts';
import type { SessionContext } from './session-context.ts';
import { TaskDeadlines, taskTimeout } from './task-deadlines.ts';
import { checkRequest } from './tasks/check-request.ts';
import type { TaskManagementFunction } from './tasks/management-functions.ts';
import type { FunctionOutcome } from './tasks/multi-task-functions.ts';
import { type EscalationOptions, TaskManagement, type TaskManagementOptions } from './tasks/task-management.ts';
import { answerR2t } from './write-data.ts';

/** What is in flight on one connection, or in the whole session; undefined: in the whole session, and what waits. */
export type TaskScope = Member | 'inFlight' | undefined;

/** All SCSI tasks of one session, over all its connections. */
export class TaskSet {
  readonly #context: SessionContext;
  readonly #queue: Fifo<ScsiTask>;
  /** What goes before the queue, and also while the queue is held back. */
  readonly #ahead: Fifo<ScsiTask>;
  readonly #deadlines: TaskDeadlines;
  readonly #management: TaskManagement;
  /** Who waits for a command number besides commands. */
  readonly #numbered = new Set<() => void>();
  #inFlight = 0;
  #isHeld = false;
  #idle: (() => void)[] = [];

  constructor(context: SessionContext, escalation: EscalationOptions) {
    this.#context = context;
    this.#queue = new Fifo('session commands', context.limits.maxQueuedTasks);
    this.#ahead = new Fifo('session commands ahead of all others', context.limits.maxQueuedTasks);
    this.#deadlines = new TaskDeadlines(context.clock, (now) => this.#sweep(now));
    this.#management = new TaskManagement(context, this, escalation);
  }

  /** Tasks sent and not ended, orphans among them. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** What waits for the command window, for a connection, or for the end of a task management function. */
  get queued(): number {
    return this.#queue.length + this.#ahead.length + this.#numbered.size;
  }

  /** Executes one command; see ScsiPort. */
  execute(request: ScsiRequest): Promise<ScsiResult> {
    return this.#execute(request, this.#queue);
  }

  /** Executes one command before everything that waits, even while the queue is held back. */
  executeAhead(request: ScsiRequest): Promise<ScsiResult> {
    return this.#execute(request, this.#ahead);
  }

  /** Lets nothing out of the queue until `release`. The time of what waits there stands still. */
  hold(): void {
    this.#isHeld = true;
  }

  /** Lets the queue go on. */
  release(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    for (const task of this.#queue.items()) this.#startDeadline(task);
    this.pump();
  }

  #execute(request: ScsiRequest, queue: Fifo<ScsiTask>): Promise<ScsiResult> {
    return new Promise<ScsiResult>((resolve, reject) => {
      checkRequest(request);
      request.signal?.throwIfAborted();
      const task = new ScsiTask(request, resolve, reject, queue === this.#ahead);
      if (!this.#isHeld || queue === this.#ahead) this.#startDeadline(task);
      const { signal } = request;
      if (signal !== undefined) {
        task.onEnd(
          onAbort(signal, () => {
            this.abort(task, signal.reason as Error);
          }),
        );
      }
      this.#enqueue(task, queue);
    });
  }

  #enqueue(task: ScsiTask, queue: Fifo<ScsiTask>): void {
    if (queue.push(task)) this.pump();
    else task.reject(new SessionError('ISCSI_QUEUE_FULL', `${queue.length} commands wait already`));
  }

  /** Sends what waits, as far as window and connections allow. */
  pump(): void {
    for (const send of this.#numbered) {
      if (!this.#context.window.isOpen) break;
      this.#numbered.delete(send);
      send();
    }
    this.#pump(this.#ahead);
    if (!this.#isHeld) this.#pump(this.#queue);
    this.#tellIdle();
  }

  #pump(queue: Fifo<ScsiTask>): void {
    const { window, roster, limits, tags } = this.#context;
    while (queue.length > 0 && window.isOpen && this.#inFlight < limits.maxTasks && !tags.isFull) {
      const member = roster.pick();
      if (member === undefined) break;
      const task = this.#next(queue);
      if (task === undefined) break;
      this.#send(task, member);
    }
  }

  /** Gives a task up: at once when it has not been sent, else by ABORT TASK. It settles when its end is certain. */
  abort(task: ScsiTask, reason: Error): void {
    const { member } = task;
    if (task.state === 'queued') {
      if (!this.#queue.remove(task)) this.#ahead.remove(task);
      task.reject(reason);
      this.#tellIdle();
    } else if (task.state === 'orphaned') {
      this.fail(task, reason);
    } else if (task.state === 'sent' && member !== undefined) {
      this.#management.abort(task, member, reason);
    }
  }

  /** Aborts everything in `scope`. */
  abortAll(reason: (task: ScsiTask) => Error, scope?: TaskScope): void {
    for (const task of this.#tasks(scope === 'inFlight' ? undefined : scope)) this.abort(task, reason(task));
    if (scope === undefined) for (const task of this.#queue.items()) this.abort(task, reason(task));
  }

  /** A Data-In that ends its command. */
  dataInCompleted(task: ScsiTask, pdu: DataIn): void {
    if (pdu.hasStatus) this.#finish(task, (member) => resultOfDataIn(task, pdu, member.connection.cid));
  }

  /** A SCSI Response ends its command. */
  responseReceived(task: ScsiTask, pdu: ScsiResponse, data: Uint8Array): void {
    this.#finish(task, (member) => resultOfResponse(task, pdu, data, member.connection.cid));
  }

  /** An R2T asks for data. Throws ProtocolError. */
  r2tReceived(task: ScsiTask, pdu: R2t): void {
    const { member } = task;
    if (member !== undefined && !this.#management.withholds(task, member, pdu)) answerR2t(task, member, pdu);
  }

  /** Has the target carry out a task management function; see Session.manageTasks. */
  async manage(fn: TaskManagementFunction, options: TaskManagementOptions): Promise<FunctionOutcome> {
    return await this.#management.manage(fn, options);
  }

  /** Waits until no other task management request is under way on a connection; see ManagementTurns. */
  async takeManagementTurn(connection: Connection, signal: AbortSignal): Promise<() => void> {
    return await this.#management.takeTurn(connection, signal);
  }

  /** Calls `send` when a command number can be taken, before any command that waits. What it returns calls that off. */
  whenNumbered(send: () => void): () => void {
    this.#numbered.add(send);
    this.pump();
    return () => {
      this.#numbered.delete(send);
    };
  }

  /** The tasks of a unit, or of all, that are on their way on connections that live. */
  sent(lun: Lun | undefined): ScsiTask[] {
    return this.#tasks().filter(
      (task) =>
        (task.state === 'sent' || task.state === 'aborting') &&
        task.member?.connection.failure === undefined &&
        (lun === undefined || equalLun(task.request.lun, lun)),
    );
  }

  /** Ends a task without an answer. */
  fail(task: ScsiTask, error: Error): void {
    this.#release(task);
    task.reject(error);
    this.pump();
  }

  /** The target terminates the tasks of a unit on one connection and will not answer them (RFC 7143 §11.9.1). */
  terminate(member: Member, lun: Lun): void {
    for (const task of this.#tasks(member)) {
      if (!equalLun(task.request.lun, lun)) continue;
      const message = 'The target terminated the tasks of the logical unit';
      this.fail(task, task.abortReason ?? new ScsiError('SCSI_TASK_ABORTED', message, { effect: task.effect }));
    }
  }

  /**
   * The connection is gone: its tasks are orphans from here on, in the order of their numbers, and their time stands
   * still. Those that were being aborted end, since nothing of them can follow; and so do those that went ahead of all
   * others, which belong to a recovery that has failed. The numbers are those that the target may never have had.
   */
  park(member: Member, cause: IscsiError): { orphans: ScsiTask[]; cmdSns: number[] } {
    const orphans: ScsiTask[] = [];
    const cmdSns: number[] = [];
    for (const task of this.#tasks(member)) {
      if (!this.#context.window.hasArrived(task.cmdSn)) cmdSns.push(task.cmdSn);
      if (task.abortReason !== undefined) this.fail(task, task.abortReason);
      else if (task.isAhead) this.fail(task, connectionLost(task, member.connection.address, cause));
      else orphans.push(task);
    }
    for (const task of orphans) {
      task.forgetRecovery();
      task.state = 'orphaned';
      task.member = undefined;
    }
    member.tasksInFlight = 0;
    this.#tellIdle();
    orphans.sort((one, other) => snDistance(other.cmdSn, one.cmdSn));
    return { orphans, cmdSns };
  }

  /** An orphan goes on over another connection, with its whole time. */
  adopt(task: ScsiTask, member: Member): void {
    task.state = 'sent';
    task.member = member;
    member.tasksInFlight += 1;
    this.#startDeadline(task);
  }

  /** An orphan that the target never had goes back to those that wait, to be sent as a new command. */
  startOver(task: ScsiTask): void {
    this.#release(task);
    task.startOver();
    if (!this.#isHeld) this.#startDeadline(task);
    this.#enqueue(task, this.#queue);
  }

  /** Ends what waits or has no connection and matches, and aborts what has been sent and matches. */
  failMatching(matches: (task: ScsiTask) => boolean, error: (task: ScsiTask) => Error): void {
    const all = [...this.#queue.items(), ...this.#ahead.items(), ...this.#tasks()];
    for (const task of all) if (matches(task)) this.abort(task, error(task));
  }

  /** Ends everything that waits, for good. */
  close(error: (task: ScsiTask) => Error): void {
    this.#deadlines.stop();
    for (const task of [...this.#ahead.drain(), ...this.#queue.drain()]) task.reject(error(task));
    for (const task of this.#tasks()) {
      this.#release(task);
      task.reject(task.abortReason ?? error(task));
    }
    this.#tellIdle();
  }

  /** Resolves when nothing is left in `scope`. */
  async idle(scope?: TaskScope): Promise<void> {
    while (!this.#isIdle(scope)) {
      await new Promise<void>((resolve) => {
        this.#idle.push(resolve);
      });
    }
  }

  /** For the session, what goes before the queue counts as in flight: the queue waits for it. */
  #isIdle(scope: TaskScope): boolean {
    if (typeof scope === 'object') return scope.tasksInFlight === 0;
    const waiting = scope === 'inFlight' ? this.queued - this.#queue.length : this.queued;
    return this.#inFlight === 0 && waiting === 0;
  }

  #tasks(member?: Member): ScsiTask[] {
    const tasks = this.#context.tags.holders().filter((holder) => holder.kind === 'scsi');
    return member === undefined ? tasks : tasks.filter((task) => task.member === member);
  }

  /** The next command that need not wait for the end of a function; undefined when all of them do. */
  #next(queue: Fifo<ScsiTask>): ScsiTask | undefined {
    if (!this.#management.isHoldingBack) return queue.shift();
    return queue.takeFirst(({ request }) => !this.#management.mustWait(request.lun));
  }

  #send(task: ScsiTask, member: Member): void {
    const { window, tags, observer, clock } = this.#context;
    task.initiatorTaskTag = tags.acquire(task) ?? 0;
    task.state = 'sent';
    task.member = member;
    task.cmdSn = window.take();
    this.#inFlight += 1;
    member.tasksInFlight += 1;
    member.tasksSent += 1;
    if (observer?.commandAnswered !== undefined) task.sentAt = clock.now();
    sendCommand(task, member);
  }

  #finish(task: ScsiTask, resultOf: (member: Member) => ScsiResult): void {
    const { member } = task;
    if (member === undefined) return;
    let result: ScsiResult;
    try {
      result = resultOf(member);
    } catch (error) {
      if (error instanceof IscsiError && error.code === 'SCSI_TARGET_FAILURE') {
        this.fail(task, error);
        return;
      }
      throw error;
    }
    this.#release(task);
    member.tasksAnswered += 1;
    const { observer, clock, sessionId } = this.#context;
    observer?.commandAnswered?.(sessionId, result.cid, clock.now() - task.sentAt);
    this.#management.answered(task, member);
    task.resolve(result);
    if (this.queued > 0 || this.#idle.length > 0) this.pump();
  }

  #release(task: ScsiTask): void {
    task.recovery?.ended();
    this.#context.tags.release(task.initiatorTaskTag);
    this.#inFlight -= 1;
    if (task.member !== undefined) task.member.tasksInFlight -= 1;
  }

  #sweep(now: number): number {
    let next = Number.POSITIVE_INFINITY;
    const waiting = this.#isHeld ? this.#ahead.items() : [...this.#ahead.items(), ...this.#queue.items()];
    for (const task of [...waiting, ...this.#tasks()]) {
      if (task.state !== 'queued' && task.state !== 'sent') continue;
      if (task.deadline <= now) this.#timeOut(task);
      else next = Math.min(next, task.deadline);
    }
    return next;
  }

  #timeOut(task: ScsiTask): void {
    const { observer, sessionId, limits } = this.#context;
    const error = taskTimeout(task, limits.taskTimeoutMs);
    observer?.commandTimedOut?.(sessionId, error);
    this.abort(task, error);
  }

  #startDeadline(task: ScsiTask): void {
    task.deadline = this.#deadlines.start(task.request.timeoutMs ?? this.#context.limits.taskTimeoutMs);
  }

  #tellIdle(): void {
    const waiters = this.#idle;
    if (waiters.length === 0) return;
    this.#idle = [];
    for (const tell of waiters) tell();
  }
}
