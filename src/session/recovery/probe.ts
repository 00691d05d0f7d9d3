// A NOP-Out whose answer shows the target's numbers: which statuses it has sent, which commands it has received
// (RFC 7143 §7.1.3 a, §11.18).

import { type IscsiError, lunZero } from '../../base/index.ts';
import type { Connection } from '../../connection/index.ts';
import { opcode, reservedTag, type TargetPdu } from '../../wire/index.ts';
import type { PendingRequest, SessionContext } from '../session-context.ts';

/** One ping. What the target had sent before its answer has come before it, or is known to be missing. */
export class Probe implements PendingRequest {
  readonly kind = 'request';
  readonly connection: Connection;
  readonly #context: SessionContext;
  readonly #answered: (probe: Probe) => void;
  #tag: number | undefined;

  /** `answered` is called once, unless the probe is ended or its connection is lost first. */
  constructor(context: SessionContext, connection: Connection, answered: (probe: Probe) => void) {
    this.#context = context;
    this.connection = connection;
    this.#answered = answered;
  }

  /** Sends it, unless all task tags are in use. */
  send(): void {
    this.#tag = this.#context.tags.acquire(this);
    if (this.#tag === undefined) return;
    this.connection.send({
      opcode: opcode.nopOut,
      isImmediate: true,
      lun: lunZero,
      initiatorTaskTag: this.#tag,
      targetTransferTag: reservedTag,
      cmdSn: this.#context.window.cmdSn,
      expStatSn: this.connection.expStatSn,
    });
  }

  /** Gives its tag back; a late answer names no task. */
  end(): void {
    if (this.#tag !== undefined) this.#context.tags.release(this.#tag);
    this.#tag = undefined;
  }

  take(_connection: Connection, pdu: TargetPdu): boolean {
    if (pdu.opcode !== opcode.nopIn) return false;
    this.end();
    this.#answered(this);
    return true;
  }

  /** A Reject shows the numbers as well. */
  fail(error: IscsiError): void {
    this.end();
    if (error.code === 'ISCSI_REJECTED') this.#answered(this);
  }
}
