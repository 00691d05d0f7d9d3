// The numbered PDUs of a connection as they come: which are to be acted on, and which are asked for again by Status
// SNACK where errors are recovered (RFC 7143 §7.8, §7.9, §11.16).

import { ProtocolError, snAdd, snDistance } from '../base/index.ts';
import { opcode, reservedTag, type TargetPdu } from '../wire/index.ts';
import { StatSnTracker } from './stat-sn-tracker.ts';

/** How many PDUs may be missing at a time before the connection is no longer worth recovering (§4.2.2.2). */
const mostMissing = 256;
/** How often a PDU is asked for before the connection is given up. */
const mostAsks = 4;

/** Asks for `runLength` PDUs from StatSN `begRun` on. */
export type AskForStatus = (begRun: number, runLength: number) => void;

/** Applies the StatSN rules. At ErrorRecoveryLevel 0 there is nobody to ask, and a gap is an error. */
export class StatusIntake {
  readonly #tracker: StatSnTracker;
  readonly #ask: AskForStatus | undefined;

  /** `expStatSn` is one more than the StatSN of the last Login Response. */
  constructor(expStatSn: number, ask?: AskForStatus) {
    this.#tracker = new StatSnTracker(expStatSn, ask === undefined ? 0 : mostMissing);
    this.#ask = ask;
  }

  get expStatSn(): number {
    return this.#tracker.expStatSn;
  }

  /** Whether PDUs are missing that the target is known to have sent. */
  get hasMissing(): boolean {
    return this.#tracker.firstMissing !== undefined;
  }

  /** The first number whose PDU is missing. */
  get firstMissing(): number | undefined {
    return this.#tracker.firstMissing;
  }

  /** Whether a PDU is to be acted on: false for one that was had before. Throws ProtocolError ISCSI_BAD_SEQUENCE. */
  takes(pdu: TargetPdu): boolean {
    if (!usesStatSn(pdu)) {
      if (this.#ask !== undefined && pdu.opcode === opcode.nopIn) this.#show(pdu, pdu.statSn);
      return true;
    }
    const { next } = this.#tracker;
    const order = this.#tracker.accept(pdu.statSn);
    if (order === 'gap') throw this.#gap(pdu);
    if (order === 'ahead') this.#askFrom(next, snDistance(next, pdu.statSn));
    return order !== 'duplicate';
  }

  /**
   * A numbered PDU came with a wrong data digest: it counts as lost (§7.8). `isAsked` says that it has been asked for by
   * other means, as a Data-In is. Throws ProtocolError ISCSI_BAD_SEQUENCE.
   */
  damaged(pdu: TargetPdu, isAsked: boolean): void {
    if (!usesStatSn(pdu)) return;
    const { next } = this.#tracker;
    const before = snDistance(next, pdu.statSn);
    this.#show(pdu, before < 0 ? next : snAdd(pdu.statSn, 1), isAsked ? pdu.statSn : undefined);
    // Damaged once more: before the numbers seen, it has not been asked for by the line above.
    if (before < 0 && !isAsked && this.#tracker.asked(pdu.statSn) !== undefined) this.#askFrom(pdu.statSn, 1);
  }

  /** Asks again for all that is missing. Throws ProtocolError ISCSI_BAD_SEQUENCE when that has come to nothing too often. */
  askAgain(): void {
    let begRun: number | undefined;
    let runLength = 0;
    for (const statSn of this.#tracker.missing()) {
      if (begRun !== undefined && statSn !== snAdd(begRun, runLength)) {
        this.#askFrom(begRun, runLength);
        begRun = undefined;
      }
      if (begRun === undefined) {
        begRun = statSn;
        runLength = 0;
      }
      runLength += 1;
    }
    if (begRun !== undefined) this.#askFrom(begRun, runLength);
  }

  /** Whether one of these numbers is still missing. */
  isMissing(begRun: number, runLength: number): boolean {
    return this.#tracker.missing().some((statSn) => {
      const ahead = snDistance(begRun, statSn);
      return ahead >= 0 && (runLength === 0 || ahead < runLength);
    });
  }

  /** Keeps a status from being acknowledged until its command has all its data (§7.9). */
  hold(statSn: number): void {
    this.#tracker.hold(statSn);
  }

  /** Lets a status be acknowledged again. */
  release(statSn: number): void {
    this.#tracker.release(statSn);
  }

  /** The target says which number it uses next: all before it are had or missing. */
  #show(pdu: TargetPdu, statSn: number, asked?: number): void {
    const { next } = this.#tracker;
    if (!this.#tracker.showNext(statSn)) throw this.#gap(pdu);
    const count = snDistance(next, statSn) - (asked === undefined ? 0 : 1);
    if (count > 0) this.#askFrom(next, count);
  }

  #askFrom(begRun: number, runLength: number): void {
    for (let ahead = 0; ahead < runLength; ahead += 1) {
      const statSn = snAdd(begRun, ahead);
      if ((this.#tracker.asked(statSn) ?? 0) >= mostAsks) throw unanswered(statSn);
      this.#tracker.ask(statSn);
    }
    this.#ask?.(begRun, runLength);
  }

  #gap(pdu: TargetPdu): ProtocolError {
    const { next } = this.#tracker;
    return new ProtocolError('ISCSI_BAD_SEQUENCE', `StatSN ${pdu.statSn} came where ${next} was expected`, {
      opcode: pdu.opcode,
      byte: 24,
      value: pdu.statSn,
      clause: 'RFC 7143 §4.2.2.2',
    });
  }
}

/** Whether a PDU uses up a StatSN of its own. */
function usesStatSn(pdu: TargetPdu): boolean {
  switch (pdu.opcode) {
    case opcode.r2t:
      return false;
    case opcode.dataIn:
      return pdu.hasStatus;
    // A NOP-In that asks nothing back, or only pings us, shows the next StatSN without using it up (§11.19.1).
    case opcode.nopIn:
      return pdu.initiatorTaskTag !== reservedTag;
    default:
      return true;
  }
}

function unanswered(statSn: number): ProtocolError {
  const message = `The PDU with StatSN ${statSn} did not come, though asked for ${mostAsks} times`;
  return new ProtocolError('ISCSI_BAD_SEQUENCE', message, { value: statSn, clause: 'RFC 7143 §7.9' });
}
