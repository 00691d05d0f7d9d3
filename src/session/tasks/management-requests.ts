// Task management requests on the wire (RFC 7143 §11.5): sent, numbered where they are not immediate, and answered.

import {
  type Lun,
  lunZero,
  onAbort,
  ProtocolError,
  SessionError,
  TimeoutError,
  withDeadline,
} from '../../base/index.ts';
import {
  opcode,
  rejectReason,
  reservedTag,
  taskManagementFunction,
  taskManagementResponseCode,
} from '../../wire/index.ts';
import { type AskLimits, Conversation } from '../conversation.ts';
import { fillHoles } from '../hole-filler.ts';
import type { Member } from '../roster.ts';
import type { SessionContext } from '../session-context.ts';
import { functionName, isForTarget, refusalOf } from './management-functions.ts';
import { ManagementTurns } from './management-turns.ts';

/** One request. */
export interface ManagementRequest {
  readonly function: keyof typeof taskManagementFunction;
  /** Left out where the function addresses the whole target. */
  readonly lun?: Lun | undefined;
  /** ABORT TASK only: the task, and the number of its command. */
  readonly task?: { readonly initiatorTaskTag: number; readonly cmdSn: number };
  readonly isImmediate: boolean;
  /** Limit for the answer, and for a place in the command window where the request is not immediate. */
  readonly timeoutMs: number;
  /** Called right before the request is sent, once for each time that it is. */
  readonly sent?: () => void;
}

/** Calls `send` when the command window has room for a number; what it returns calls that off. */
export type NumberGate = (send: () => void) => () => void;

type Limits = AskLimits & { readonly signal: AbortSignal };

/** Sends the task management requests of one session. Who sends holds a turn of the connection. */
export class ManagementRequests {
  readonly turns: ManagementTurns = new ManagementTurns();
  readonly #context: SessionContext;
  readonly #whenNumbered: NumberGate;

  constructor(context: SessionContext, whenNumbered: NumberGate) {
    this.#context = context;
    this.#whenNumbered = whenNumbered;
  }

  /**
   * Sends a request on `member` and resolves when the target has carried it out. "Task does not exist" is the same for
   * the purpose (§11.6.1 maps both to FUNCTION COMPLETE). Rejects with TaskManagementError for any other answer,
   * ProtocolError ISCSI_REJECTED for a Reject, TimeoutError ISCSI_TASK_MANAGEMENT_TIMEOUT, or what ended the connection.
   */
  async ask(member: Member, request: ManagementRequest): Promise<void> {
    try {
      await this.#round(member, request);
    } catch (error) {
      if (!request.isImmediate || !isTooManyImmediate(error)) throw error;
      // What was rejected may be sent again (§11.17.1); with a number of its own it needs none of the room that lacked.
      await this.#round(member, { ...request, isImmediate: false });
    }
  }

  async #round(member: Member, request: ManagementRequest): Promise<void> {
    const { timeoutMs } = request;
    const name = functionName[request.function];
    const tooLate = (): TimeoutError => {
      this.turns.answered(member.connection, false);
      const message = `${name} was not answered in ${timeoutMs} ms`;
      return new TimeoutError('ISCSI_TASK_MANAGEMENT_TIMEOUT', message, { operation: name, limitMs: timeoutMs });
    };
    const response = await withDeadline(this.#context.clock, timeoutMs, tooLate, undefined, async (signal) => {
      const limits = { timeoutMs: 0, tooLate, signal };
      if (request.isImmediate) return await this.#send(member, request, limits);
      return await this.#sendNumbered(member, request, limits);
    });
    this.turns.answered(member.connection, true);
    const { functionComplete, taskDoesNotExist } = taskManagementResponseCode;
    if (response !== functionComplete && response !== taskDoesNotExist) throw refusalOf(request.function, response);
  }

  /** Waits for a number. It is taken in the moment of sending: a connection carries CmdSNs in ascending order (§4.2.2.1). */
  async #sendNumbered(member: Member, request: ManagementRequest, limits: Limits): Promise<number> {
    const { signal } = limits;
    return await new Promise<number>((resolve, reject) => {
      let remove = (): void => {};
      const callOff = this.#whenNumbered(() => {
        remove();
        resolve(this.#send(member, request, limits));
      });
      remove = onAbort(signal, () => {
        callOff();
        reject(signal.reason as Error);
      });
    });
  }

  async #send(member: Member, request: ManagementRequest, limits: Limits): Promise<number> {
    const { connection } = member;
    const { window } = this.#context;
    requireOpen(member);
    const conversation = new Conversation(
      this.#context,
      connection,
      request.isImmediate ? undefined : (): number => window.take(),
    );
    request.sent?.();
    try {
      const { pdu } = await conversation.ask(
        {
          opcode: opcode.taskManagementRequest,
          isImmediate: request.isImmediate,
          function: taskManagementFunction[request.function],
          lun: isForTarget(request.function) ? lunZero : (request.lun ?? lunZero),
          initiatorTaskTag: conversation.initiatorTaskTag,
          // Reserved for all functions but ABORT TASK here (§11.5.4, §11.5.5).
          referencedTaskTag: request.task?.initiatorTaskTag ?? reservedTag,
          // An immediate request carries the number of the next command without using it up (§4.2.2.1).
          cmdSn: conversation.cmdSn ?? window.cmdSn,
          expStatSn: connection.expStatSn,
          // Only commands that are not immediate become tasks here: theirs is the number of the command itself.
          refCmdSn: request.task?.cmdSn ?? 0,
          expDataSn: 0,
        },
        undefined,
        opcode.taskManagementResponse,
        limits,
      );
      return pdu.response;
    } catch (error) {
      // A rejected request does not count as received: its number has to be sent again (§7.3).
      const { cmdSn } = conversation;
      if (cmdSn !== undefined && isRejected(error)) fillHoles(this.#context, member, [cmdSn]);
      throw error;
    } finally {
      conversation.end();
    }
  }
}

/** No request may follow a Logout (RFC 7143 §11.14), and none would be answered on a connection that is gone. */
function requireOpen({ connection }: Member): void {
  if (connection.failure !== undefined) throw connection.failure;
  if (connection.canLogOut) return;
  throw new SessionError('ISCSI_DRAINING', `Connection ${connection.cid} is being logged out`);
}

function isRejected(error: unknown): error is ProtocolError {
  return error instanceof ProtocolError && error.code === 'ISCSI_REJECTED';
}

function isTooManyImmediate(error: unknown): boolean {
  return isRejected(error) && error.value === rejectReason.immediateCommandReject;
}
