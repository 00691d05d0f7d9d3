// A session of the target: its command window, its tasks, its connections (RFC 7143 §4.2.2, §4.4.3).

import { CommandWindow } from './command-window.ts';
import { condition } from './device-server/sense.ts';
import { UnitAttentions } from './device-server/unit-attentions.ts';
import type { ConnectionLink } from './link.ts';
import type { LoginIdentity } from './login/login-identity.ts';
import type { SessionParameters } from './negotiation/parameters.ts';
import type { Task } from './task.ts';
import { TransferTags } from './transfer-tags.ts';

/** A numbered request that waits for its turn. */
export interface NumberedRequest {
  readonly connection: ConnectionLink;
  deliver(): void;
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
  readonly attentions: UnitAttentions = new UnitAttentions();
  readonly tags: TransferTags = new TransferTags();
  readonly connections: Map<number, ConnectionLink> = new Map();
  /** By initiator task tag. */
  readonly tasks: Map<number, Task> = new Map();
  /** Task tags of the task management functions under way. */
  readonly managementTags: Set<number> = new Set();
  readonly #aborted = new Set<number>();
  readonly #reached = new Set<() => void>();
  readonly #onEmpty: (session: TargetSession) => void;
  #toldMaxCmdSn: number;
  #holders = 0;
  #isEnded = false;

  constructor(
    numbers: { readonly id: number; readonly tsih: number; readonly commandWindow: number },
    identity: LoginIdentity,
    portal: string,
    parameters: SessionParameters,
    onEmpty: (session: TargetSession) => void,
  ) {
    this.id = numbers.id;
    this.tsih = numbers.tsih;
    this.identity = identity;
    this.portal = portal;
    this.parameters = parameters;
    this.window = new CommandWindow(numbers.commandWindow, identity.cmdSn);
    this.#onEmpty = onEmpty;
    this.#toldMaxCmdSn = this.window.maxCmdSn;
  }

  get isEnded(): boolean {
    return this.#isEnded;
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
    if (this.window.maxCmdSn === this.#toldMaxCmdSn) return;
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

  /**
   * A connection is gone. Its tasks have been aborted by now; what it had sent ahead of a gap is forgotten, so that the
   * initiator may send it again (§7.11), and the loss is told on the connections that are left (§11.14.5).
   */
  dropConnection(connection: ConnectionLink, affectedLuns: Iterable<number>): void {
    if (this.connections.get(connection.cid) !== connection) return;
    this.connections.delete(connection.cid);
    this.window.discard((request) => request.connection === connection);
    for (const lun of affectedLuns) this.attentions.establish(lun, condition.commandsClearedByProtocol);
    this.announceWindow();
    this.#endIfEmpty();
  }

  /** Keeps the session though it has no connections, until the function that is returned is called. */
  hold(): () => void {
    this.#holders += 1;
    return () => {
      this.#holders -= 1;
      this.#endIfEmpty();
    };
  }

  /** At error recovery level 0 with Time2Retain 0 a session does not outlive its last connection. */
  #endIfEmpty(): void {
    if (this.connections.size > 0 || this.#holders > 0 || this.#isEnded) return;
    this.#isEnded = true;
    this.#wakeReached();
    this.#onEmpty(this);
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
