// A connection in full feature phase: takes each PDU to where it belongs (RFC 7143 §4.2.5, §11).

import type { ProtocolError } from '../base/index.ts';
import {
  type LogoutRequest,
  type NopOut,
  opcode,
  type Pdu,
  rejectReason,
  reservedTag,
  type SnackRequest,
  type TaskManagementRequest,
  type TextRequest,
  taskManagementFunction,
} from '../wire/index.ts';
import { CommandIntake } from './command-intake.ts';
import type { TargetCore } from './core.ts';
import type { RequestVerdict } from './hooks.ts';
import type { ConnectionLink } from './link.ts';
import { logOut } from './logout.ts';
import type { PduHandler } from './pdu-handler.ts';
import { closeSession } from './recovery/departure.ts';
import { type SnackRejection, takeSnack } from './recovery/snack.ts';
import { reassignTask } from './recovery/task-reassign.ts';
import { targetRecords } from './send-targets.ts';
import type { TargetSession } from './session.ts';
import { manageTasks } from './task-management.ts';
import { TextExchange } from './text-exchange.ts';

/** What a Reject tells besides its reason. */
export interface RejectFacts {
  readonly header?: Uint8Array;
  /** The next DataSN or R2TSN of the task of a SNACK (§11.17.2). */
  readonly dataSn?: number;
}

/** What the phase needs of its connection. */
export interface FullFeatureConnection {
  readonly core: TargetCore;
  readonly session: TargetSession;
  readonly link: ConnectionLink;
  /** Sends a Reject with the header of the PDU in hand, unless another one is given. */
  reject(reason: number, facts?: RejectFacts): void;
  /** A copy of the header of the PDU in hand. */
  header(): Uint8Array;
  /** A NOP-Out has answered a ping. */
  pingAnswered(targetTransferTag: number): void;
  report(error: unknown): void;
}

/** Task management requests that a session may have under way; each may wait for the initiator. */
const maxManagementRequests = 64;

/** The requests that take their turn by CmdSN; SCSI commands have their own way in. */
type OrderedRequest = NopOut | TextRequest | LogoutRequest | TaskManagementRequest;

/** The handler of a connection from the end of its login to its own. */
export class FullFeaturePhase implements PduHandler {
  readonly #connection: FullFeatureConnection;
  readonly #commands: CommandIntake;
  readonly #text: TextExchange;

  constructor(connection: FullFeatureConnection) {
    const { core, session, link } = connection;
    this.#connection = connection;
    this.#commands = new CommandIntake(connection);
    this.#text = new TextExchange({
      isDiscovery: session.identity.isDiscovery,
      maxTextLength: core.options.limits.maxTextLength,
      maxXmitDataSegmentLength: () => link.parameters.maxXmitDataSegmentLength,
      targetRecords: (wanted) => targetRecords(core, session.identity, link, wanted),
      takeTag: () => session.tags.take(),
    });
  }

  begin(pdu: Pdu, length: number): Uint8Array | undefined {
    switch (pdu.opcode) {
      case opcode.scsiCommand:
        return this.#isForbidden(pdu) ? undefined : this.#commands.beginCommand(pdu, length);
      case opcode.dataOut:
        return this.#commands.beginDataOut(pdu, length);
      case opcode.nopOut:
      case opcode.textRequest:
        return Buffer.allocUnsafe(length);
      default:
        return undefined;
    }
  }

  complete(pdu: Pdu, data: Uint8Array | undefined): void {
    if (this.#isForbidden(pdu)) {
      this.#connection.reject(rejectReason.protocolError);
      return;
    }
    switch (pdu.opcode) {
      case opcode.scsiCommand:
        this.#commands.completeCommand(pdu);
        return;
      case opcode.dataOut:
        this.#commands.completeDataOut(pdu);
        return;
      case opcode.nopOut:
        this.#takeNopOut(pdu, data ?? new Uint8Array(0));
        return;
      case opcode.textRequest:
        this.#takeText(pdu, data ?? new Uint8Array(0));
        return;
      case opcode.logoutRequest:
        this.#take(pdu, () => {
          this.#runToAnswer(logOut(this.#connection, pdu));
        });
        return;
      case opcode.taskManagementRequest:
        this.#takeTaskManagement(pdu);
        return;
      case opcode.snackRequest:
        this.#takeSnack(pdu);
        return;
      default:
        // A second login, or a PDU that only a target may send.
        this.#connection.reject(rejectReason.protocolError);
    }
  }

  damaged(pdu: Pdu): void {
    // §7.8: a data digest error is rejected and its PDU discarded; the CmdSN of a discarded command is a gap.
    this.#connection.reject(rejectReason.dataDigestError);
    if (pdu.opcode === opcode.scsiCommand) this.#commands.dropCommand();
    else if (pdu.opcode === opcode.dataOut) this.#commands.damagedDataOut(pdu);
  }

  malformed(error: ProtocolError): void {
    const isUnknown = error.code === 'ISCSI_BAD_OPCODE';
    this.#connection.reject(isUnknown ? rejectReason.commandNotSupported : rejectReason.invalidPduField);
    this.#connection.report(error);
  }

  /** §13.21: a discovery session takes Text Requests and a Logout that closes the session. */
  #isForbidden(pdu: Pdu): boolean {
    if (!this.#connection.session.identity.isDiscovery) return false;
    return pdu.opcode !== opcode.textRequest && !(pdu.opcode === opcode.logoutRequest && pdu.reason === 0);
  }

  /** Carries a request out when its turn has come; at once when it is immediate. */
  #take(request: OrderedRequest, deliver: () => void): void {
    const { session, link } = this.#connection;
    if (request.isImmediate) deliver();
    else {
      session.offer(request.cmdSn, {
        connection: link,
        deliver: () => {
          // Done as far as the window is concerned: its answer leaves in this turn, or it holds no memory worth counting.
          session.window.release();
          if (!link.isClosed) deliver();
        },
      });
    }
  }

  #takeNopOut(pdu: NopOut, data: Uint8Array): void {
    if (pdu.targetTransferTag !== reservedTag) this.#connection.pingAnswered(pdu.targetTransferTag);
    if (pdu.initiatorTaskTag === reservedTag) return;
    this.#take(pdu, () => {
      const { link } = this.#connection;
      const echo = data.subarray(0, link.parameters.maxXmitDataSegmentLength);
      link.send(
        {
          opcode: opcode.nopIn,
          lun: pdu.lun,
          initiatorTaskTag: pdu.initiatorTaskTag,
          targetTransferTag: reservedTag,
          ...link.numbers('status'),
        },
        echo,
      );
    });
  }

  #takeText(pdu: TextRequest, data: Uint8Array): void {
    // It may have to wait for its turn, and other PDUs come in between.
    const header = this.#connection.header();
    this.#take(pdu, () => {
      this.#answerText(pdu, data, header);
    });
  }

  #answerText(pdu: TextRequest, data: Uint8Array, header: Uint8Array): void {
    const reply = this.#text.take(pdu, data);
    if (reply.kind === 'reject') {
      this.#connection.reject(reply.reason, { header });
      return;
    }
    const { link } = this.#connection;
    if (reply.maxXmitDataSegmentLength !== undefined) link.setMaxXmitDataSegmentLength(reply.maxXmitDataSegmentLength);
    link.send(
      {
        opcode: opcode.textResponse,
        isFinal: reply.isFinal,
        isContinue: reply.isContinue,
        lun: pdu.lun,
        initiatorTaskTag: pdu.initiatorTaskTag,
        targetTransferTag: reply.targetTransferTag,
        ...link.numbers('status'),
      },
      reply.data,
    );
  }

  #takeSnack(pdu: SnackRequest): void {
    const { session, link } = this.#connection;
    const report = (error: unknown): void => {
      this.#connection.report(error);
    };
    const header = this.#connection.header();
    const reject = ({ reason, dataSn = 0 }: SnackRejection): void => {
      this.#connection.reject(reason, { header, dataSn });
    };
    const rejection = takeSnack({ session, link, rejectLater: reject, report }, pdu);
    if (rejection !== undefined) reject(rejection);
  }

  #takeTaskManagement(pdu: TaskManagementRequest): void {
    const { session } = this.#connection;
    const { managementTags } = session;
    if (managementTags.has(pdu.initiatorTaskTag) || session.tasks.has(pdu.initiatorTaskTag)) {
      this.#connection.reject(rejectReason.taskInProgress);
    } else if (managementTags.size >= maxManagementRequests) {
      this.#connection.reject(rejectReason.immediateCommandReject);
    } else {
      managementTags.add(pdu.initiatorTaskTag);
      this.#take(pdu, () => {
        const verdict = this.#connection.core.options.hooks.onTaskManagement?.(pdu, this.#connection.link.facts());
        if (verdict !== undefined) this.#obey(pdu, verdict);
        else if (pdu.function === taskManagementFunction.taskReassign) this.#reassign(pdu);
        else this.#runToAnswer(this.#manageTasks(pdu));
      });
    }
  }

  /** A hook has decided on a request: nothing is done. */
  #obey(pdu: TaskManagementRequest, verdict: NonNullable<RequestVerdict>): void {
    this.#connection.session.managementTags.delete(pdu.initiatorTaskTag);
    if (verdict !== 'ignore') this.#answerManagement(pdu, verdict.response);
  }

  async #manageTasks(pdu: TaskManagementRequest): Promise<void> {
    const { core, session, link } = this.#connection;
    const response = await manageTasks(core, pdu, session, link);
    session.managementTags.delete(pdu.initiatorTaskTag);
    this.#answerManagement(pdu, response);
    if (pdu.function !== taskManagementFunction.targetColdReset) return;
    // §11.5.1: a cold reset is a power-on event, which ends every session.
    await Promise.all(
      core.sessions.all().map(async (each) => {
        await closeSession(core, each, 'graceful');
      }),
    );
    core.sessions.nexuses.powerOn();
  }

  /** §11.6: the task goes on with this connection when the answer has been sent, and not before. */
  #reassign(pdu: TaskManagementRequest): void {
    const { session, link } = this.#connection;
    session.managementTags.delete(pdu.initiatorTaskTag);
    const { response, resume } = reassignTask(session, link, pdu, (error) => {
      this.#connection.report(error);
    });
    this.#answerManagement(pdu, response);
    if (!link.isClosed) resume?.();
  }

  #answerManagement({ initiatorTaskTag }: TaskManagementRequest, response: number): void {
    const { link } = this.#connection;
    const numbers = link.numbers('status');
    link.send({ opcode: opcode.taskManagementResponse, response, initiatorTaskTag, ...numbers });
  }

  #runToAnswer(work: Promise<void>): void {
    void work.catch((error: unknown) => {
      this.#connection.report(error);
      this.#connection.link.end('abortive');
    });
  }
}
