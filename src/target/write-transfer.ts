// The data of one write on its way from the initiator: what may come, what has come, what to ask for next
// (RFC 7143 §4.2.5.2, §11.7, §11.8). DataPDUInOrder and DataSequenceInOrder are always Yes, so everything is in order
// but what is asked for a second time.

import { snAdd, snAfter } from '../base/index.ts';
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

/** An R2T. */
export interface R2tFacts {
  readonly targetTransferTag: number;
  readonly r2tSn: number;
  readonly offset: number;
  readonly length: number;
}

/** A sequence of Data-Out that has not ended. */
interface Sequence {
  /** What asked for it; undefined for unsolicited data. */
  readonly r2t: R2tFacts | undefined;
  readonly end: number;
  next: number;
  dataSn: number;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** Recovery R2Ts of one task: a line that loses more than this is of no use. */
const mostRecoveries = 256;

/**
 * Follows one transfer. The first fault is kept: the task ends with it, but only when the initiator has finished what
 * it may still send (§11.4.2, §7.8), and nothing more is asked for. From error recovery level 1 on, data that are lost
 * are no fault: they are asked for again when their sequence has ended (§7.8, §7.9, §11.8).
 */
export class WriteTransfer {
  readonly #parameters: SessionParameters;
  readonly #expectedLength: number;
  readonly #isRecovering: boolean;
  /** Unsolicited data while they are open; they count as a sequence of their own. */
  #unsolicited: Sequence | undefined;
  readonly #outstanding: Sequence[] = [];
  /** Asked for or announced, and lost; in ascending order. */
  readonly #missing: Range[] = [];
  /** The PDU whose data are coming. */
  #arriving: { readonly sequence: Sequence; readonly facts: DataOutFacts } | undefined;
  #requested: number;
  #r2tSn = 0;
  #recoveries = 0;
  #progress = 0;
  #fault: CheckCondition | undefined;

  constructor(announcement: WriteAnnouncement, parameters: SessionParameters) {
    const { expectedLength, immediateLength, isFinal } = announcement;
    this.#parameters = parameters;
    this.#expectedLength = expectedLength;
    this.#isRecovering = parameters.errorRecoveryLevel > 0;
    this.#requested = immediateLength;
    const limit = Math.min(parameters.firstBurstLength, expectedLength);
    if (immediateLength > limit || (immediateLength > 0 && !parameters.immediateData)) {
      this.#fault = condition.unexpectedUnsolicitedData;
    }
    if (isFinal) return;
    // Even where InitialR2T=Yes forbids it, the initiator has said that data follow, so their end is waited for.
    if (parameters.initialR2t) this.#fault ??= condition.unexpectedUnsolicitedData;
    this.#unsolicited = { r2t: undefined, next: immediateLength, end: limit, dataSn: 0 };
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

  /** The R2TSN of the next R2T. */
  get nextR2tSn(): number {
    return this.#r2tSn;
  }

  /** R2Ts that were sent to have lost data again. */
  get recoveryCount(): number {
    return this.#recoveries;
  }

  /** Grows with each Data-Out PDU and each R2T. */
  get progress(): number {
    return this.#progress;
  }

  /** The R2Ts that have not been answered in full. */
  get openR2ts(): readonly R2tFacts[] {
    return this.#outstanding.map(({ r2t }) => r2t).filter((r2t) => r2t !== undefined);
  }

  /** Ends the transfer with a fault of the owner's. */
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
    const isNext = pdu.bufferOffset === sequence.next && pdu.dataSn === sequence.dataSn;
    const isInPlace = isNext || (this.#isRecovering && this.#isAfterLoss(sequence, pdu));
    const isInside = pdu.bufferOffset + pdu.length <= sequence.end;
    // A gap means that a PDU was lost to a digest error before (§7.9).
    if (!isInPlace)
      this.#fault ??=
        pdu.dataSn === sequence.dataSn ? condition.incorrectAmountOfData : condition.protocolServiceCrcError;
    if (!isInside) this.#fault ??= condition.incorrectAmountOfData;
    if (isInPlace && !isNext) this.#lose(sequence.next, pdu.bufferOffset);
    sequence.next = pdu.bufferOffset + pdu.length;
    // §7.3: also for a PDU that is rejected for its digest.
    sequence.dataSn = snAdd(pdu.dataSn, 1);
    this.#arriving = { sequence, facts: pdu };
    this.#progress += 1;
    return isInPlace && isInside;
  }

  /** The data of the PDU that was last accepted are here. */
  arrived(): void {
    const arriving = this.#arriving;
    this.#arriving = undefined;
    if (arriving?.facts.isFinal === true) this.#finish(arriving.sequence);
  }

  /** The data of the PDU that was last accepted have come damaged (§7.8). */
  damaged(): void {
    const facts = this.#arriving?.facts;
    if (facts === undefined) return;
    if (this.#isRecovering) this.#lose(facts.bufferOffset, facts.bufferOffset + facts.length);
    else this.#fault ??= condition.protocolServiceCrcError;
    this.arrived();
  }

  /** What was asked for or announced, and has not come, will not come: the connection is gone, or the time is up. */
  interrupt(): void {
    const arriving = this.#arriving;
    this.#arriving = undefined;
    if (this.#unsolicited !== undefined) {
      this.#requested = arriving?.sequence === this.#unsolicited ? arriving.facts.bufferOffset : this.#unsolicited.next;
      this.#unsolicited = undefined;
    }
    for (const sequence of this.#outstanding.splice(0)) {
      this.#lose(arriving?.sequence === sequence ? arriving.facts.bufferOffset : sequence.next, sequence.end);
    }
  }

  /**
   * The task has another connection. R2TSNs go on from the first that the initiator has not acknowledged; it discards
   * what it did not (§7.2.2, §11.5.6).
   */
  reassigned(expDataSn: number): void {
    if (!snAfter(expDataSn, this.#r2tSn)) this.#r2tSn = expDataSn;
  }

  /** The next R2T on the way to `wanted` bytes, or undefined when none may or need be sent now. */
  nextR2t(wanted: number, targetTransferTag: number): R2tFacts | undefined {
    if (this.#fault !== undefined || this.#unsolicited !== undefined) return undefined;
    if (this.#outstanding.length >= this.#parameters.maxOutstandingR2t) return undefined;
    const range = this.#nextLost(wanted) ?? this.#nextNew(wanted);
    if (range === undefined) return undefined;
    const { start, end } = range;
    const r2t = { targetTransferTag, r2tSn: this.#r2tSn, offset: start, length: end - start };
    this.#outstanding.push({ r2t, next: start, end, dataSn: 0 });
    this.#r2tSn = snAdd(this.#r2tSn, 1);
    this.#progress += 1;
    return r2t;
  }

  /** Data that were lost and are wanted come before those that were never asked for. */
  #nextLost(wanted: number): Range | undefined {
    const lost = this.#missing[0];
    if (lost === undefined || lost.start >= wanted) return undefined;
    if (this.#recoveries >= mostRecoveries) {
      this.#fault = condition.protocolServiceCrcError;
      return undefined;
    }
    this.#recoveries += 1;
    const end = Math.min(lost.end, wanted, lost.start + this.#parameters.maxBurstLength);
    this.#missing.shift();
    if (end < lost.end) this.#missing.unshift({ start: end, end: lost.end });
    return { start: lost.start, end };
  }

  #nextNew(wanted: number): Range | undefined {
    if (this.#fault !== undefined || this.#requested >= wanted) return undefined;
    const start = this.#requested;
    this.#requested = Math.min(start + this.#parameters.maxBurstLength, wanted);
    return { start, end: this.#requested };
  }

  /** PDUs before this one were lost: its number and its place are both ahead. */
  #isAfterLoss(sequence: Sequence, pdu: DataOutFacts): boolean {
    return snAfter(pdu.dataSn, sequence.dataSn) && pdu.bufferOffset > sequence.next;
  }

  #lose(start: number, end: number): void {
    if (start >= end) return;
    this.#missing.push({ start, end });
    this.#missing.sort((a, b) => a.start - b.start);
  }

  #sequenceOf(targetTransferTag: number): Sequence | undefined {
    if (targetTransferTag === reservedTag) return this.#unsolicited;
    // §11.8: R2Ts are answered in the order in which they were sent.
    const first = this.#outstanding[0];
    return first?.r2t?.targetTransferTag === targetTransferTag ? first : undefined;
  }

  #finish(sequence: Sequence): void {
    if (sequence === this.#unsolicited) {
      this.#unsolicited = undefined;
      this.#requested = sequence.next;
      // §11.4.7.2: unsolicited Data-Out that stop before FirstBurstLength though there is more to send. Where data may be
      // asked for again, the rest is only asked for.
      if (sequence.next !== sequence.end && this.#expectedLength > sequence.next && !this.#isRecovering)
        this.#fault ??= condition.incorrectAmountOfData;
      return;
    }
    this.#outstanding.shift();
    if (sequence.next === sequence.end) return;
    if (this.#isRecovering) this.#lose(sequence.next, sequence.end);
    else this.#fault ??= condition.incorrectAmountOfData;
  }
}
