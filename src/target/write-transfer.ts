// The data of one write on its way from the initiator: what may come, what has come, what to ask for next
// (RFC 7143 §4.2.5.2, §11.7, §11.8). DataPDUInOrder and DataSequenceInOrder are always Yes, so everything is in order.

import { reservedTag } from '../wire/index.ts';
import { type CheckCondition, condition } from './device-server/sense.ts';
import type { SessionParameters } from './negotiation/parameters.ts';

/** What a SCSI Command PDU says of its data. */
export interface WriteAnnouncement {
  /** Expected Data Transfer Length. */
  readonly expectedLength: number;
  /** Bytes that came with the command. */
  readonly immediateLength: number;
  /** F of the command: no unsolicited Data-Out follows. */
  readonly isFinal: boolean;
}

/** What a Data-Out PDU says. */
export interface DataOutFacts {
  readonly targetTransferTag: number;
  readonly dataSn: number;
  readonly bufferOffset: number;
  readonly isFinal: boolean;
  readonly length: number;
}

/** A request for data that has not been answered in full. */
interface Solicitation {
  readonly targetTransferTag: number;
  readonly end: number;
  next: number;
  dataSn: number;
}

/** The next R2T to send. */
export interface R2tFacts {
  readonly r2tSn: number;
  readonly offset: number;
  readonly length: number;
}

/**
 * Follows one transfer. The first fault is kept: the task ends with it, but only when the initiator has finished what
 * it may still send (§11.4.2, §7.8), and nothing more is asked for.
 */
export class WriteTransfer {
  readonly #parameters: SessionParameters;
  readonly #expectedLength: number;
  /** Unsolicited data while they are open; they count as a sequence of their own. */
  #unsolicited: Solicitation | undefined;
  readonly #outstanding: Solicitation[] = [];
  /** The sequence of the PDU whose data are coming, and whether it ends with them. */
  #arriving: { readonly sequence: Solicitation; readonly isFinal: boolean } | undefined;
  #requested: number;
  #r2tSn = 0;
  #fault: CheckCondition | undefined;

  constructor(announcement: WriteAnnouncement, parameters: SessionParameters) {
    const { expectedLength, immediateLength, isFinal } = announcement;
    this.#parameters = parameters;
    this.#expectedLength = expectedLength;
    this.#requested = immediateLength;
    const limit = Math.min(parameters.firstBurstLength, expectedLength);
    if (immediateLength > limit || (immediateLength > 0 && !parameters.immediateData)) {
      this.#fault = condition.unexpectedUnsolicitedData;
    }
    if (isFinal) return;
    // Even where InitialR2T=Yes forbids it, the initiator has said that data follow, so their end is waited for.
    if (parameters.initialR2t) this.#fault ??= condition.unexpectedUnsolicitedData;
    this.#unsolicited = { targetTransferTag: reservedTag, next: immediateLength, end: limit, dataSn: 0 };
  }

  get fault(): CheckCondition | undefined {
    return this.#fault;
  }

  /** Whether the initiator owes nothing. */
  get isQuiet(): boolean {
    return this.#unsolicited === undefined && this.#outstanding.length === 0;
  }

  /** Whether data are coming now, into the buffer of the task. */
  get isArriving(): boolean {
    return this.#arriving !== undefined;
  }

  /** How far the data have been asked for or sent, from offset 0 without a gap. */
  get requested(): number {
    return this.#requested;
  }

  /** Ends the transfer with a fault of the owner's, for example a data digest error. */
  fail(fault: CheckCondition): void {
    this.#fault ??= fault;
  }

  /**
   * Takes the header of a Data-Out PDU. Returns whether its data belong at `bufferOffset`; false when they are to be
   * thrown away, and undefined when the PDU answers nothing and has to be rejected. What the PDU ends is not over before
   * `arrived`: its data may take several reads of the socket.
   */
  accept(pdu: DataOutFacts): boolean | undefined {
    const sequence = this.#sequenceOf(pdu.targetTransferTag);
    if (sequence === undefined) return undefined;
    const isInPlace = pdu.bufferOffset === sequence.next && pdu.dataSn === sequence.dataSn;
    const isInside = pdu.bufferOffset + pdu.length <= sequence.end;
    // A gap means that a PDU was lost to a digest error before (§7.9).
    if (!isInPlace)
      this.#fault ??=
        pdu.dataSn === sequence.dataSn ? condition.incorrectAmountOfData : condition.protocolServiceCrcError;
    if (!isInside) this.#fault ??= condition.incorrectAmountOfData;
    sequence.next = pdu.bufferOffset + pdu.length;
    sequence.dataSn = pdu.dataSn + 1;
    this.#arriving = { sequence, isFinal: pdu.isFinal };
    return isInPlace && isInside;
  }

  /** The data of the PDU that was last accepted are here. */
  arrived(): void {
    if (this.#arriving?.isFinal === true) this.#finish(this.#arriving.sequence);
    this.#arriving = undefined;
  }

  /** The next R2T on the way to `wanted` bytes, or undefined when none may or need be sent now. */
  nextR2t(wanted: number, targetTransferTag: number): R2tFacts | undefined {
    if (this.#fault !== undefined || this.#unsolicited !== undefined || this.#requested >= wanted) return undefined;
    if (this.#outstanding.length >= this.#parameters.maxOutstandingR2t) return undefined;
    const offset = this.#requested;
    const length = Math.min(this.#parameters.maxBurstLength, wanted - offset);
    this.#outstanding.push({ targetTransferTag, next: offset, end: offset + length, dataSn: 0 });
    this.#requested = offset + length;
    const facts = { r2tSn: this.#r2tSn, offset, length };
    this.#r2tSn += 1;
    return facts;
  }

  #sequenceOf(targetTransferTag: number): Solicitation | undefined {
    if (targetTransferTag === reservedTag) return this.#unsolicited;
    // §11.8: R2Ts are answered in the order in which they were sent.
    const first = this.#outstanding[0];
    return first?.targetTransferTag === targetTransferTag ? first : undefined;
  }

  #finish(sequence: Solicitation): void {
    if (sequence === this.#unsolicited) {
      this.#unsolicited = undefined;
      this.#requested = sequence.next;
      // §11.4.7.2: unsolicited Data-Out that stop before FirstBurstLength though there is more to send.
      if (sequence.next !== sequence.end && this.#expectedLength > sequence.next)
        this.#fault ??= condition.incorrectAmountOfData;
      return;
    }
    this.#outstanding.shift();
    if (sequence.next !== sequence.end) this.#fault ??= condition.incorrectAmountOfData;
  }
}
