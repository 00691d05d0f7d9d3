// The status numbers of one connection: what was sent, what the initiator has acknowledged, and, from error recovery
// level 1 on, the statuses in between (RFC 7143 §4.2.2.2).

import { snAdd, snAfter, snBefore, snDistance } from '../../base/index.ts';
import { opcode, reservedTag, type TargetPdu } from '../../wire/index.ts';

/** A PDU with a StatSN of its own that has not been acknowledged. */
export interface SentStatus {
  readonly pdu: TargetPdu;
  readonly data: Uint8Array | undefined;
}

/**
 * Statuses that a connection keeps. An initiator acknowledges with every PDU, so that more than a window of commands
 * means that it does not listen; the oldest are forgotten then.
 */
const mostKept = 1024;

/** Counts StatSN and follows ExpStatSN. */
export class StatusNumbers {
  readonly #kept = new Map<number, SentStatus>();
  readonly #waiting: (() => void)[] = [];
  #isKeeping = false;
  #statSn: number;
  #expStatSn: number;

  constructor(first: number) {
    this.#statSn = first;
    this.#expStatSn = first;
  }

  /** The StatSN of the next status. */
  get next(): number {
    return this.#statSn;
  }

  /** The first StatSN that the initiator has not acknowledged. */
  get expected(): number {
    return this.#expStatSn;
  }

  /** Statuses that are kept. */
  get keptCount(): number {
    return this.#kept.size;
  }

  /** Keeps statuses from now on, until they are acknowledged. */
  startKeeping(): void {
    this.#isKeeping = true;
    this.#expStatSn = this.#statSn;
  }

  take(): number {
    const statSn = this.#statSn;
    this.#statSn = snAdd(statSn, 1);
    return statSn;
  }

  /** Keeps what is sent, if it is a status. Returns the one that had to be forgotten for it, if any. */
  sent(pdu: TargetPdu, data: Uint8Array | undefined): SentStatus | undefined {
    if (!this.#isKeeping || !hasOwnStatSn(pdu)) return undefined;
    this.#kept.set(pdu.statSn, { pdu, data });
    if (this.#kept.size <= mostKept) return undefined;
    const oldest = this.#kept.entries().next();
    if (oldest.done === true) return undefined;
    this.#kept.delete(oldest.value[0]);
    return oldest.value[1];
  }

  /** A status that has been sent has another content now, under its old number (§11.16.3). */
  replace(pdu: TargetPdu, data: Uint8Array | undefined): void {
    if (this.#kept.has(pdu.statSn)) this.#kept.set(pdu.statSn, { pdu, data });
  }

  /** Takes an acknowledgment. Returns the statuses that need not be kept any more. Numbers that cannot be are ignored. */
  acknowledge(expStatSn: number): SentStatus[] {
    const released: SentStatus[] = [];
    if (!snAfter(expStatSn, this.#expStatSn) || snAfter(expStatSn, this.#statSn)) return released;
    for (let statSn = this.#expStatSn; this.#kept.size > 0 && snBefore(statSn, expStatSn); statSn = snAdd(statSn, 1)) {
      const status = this.#kept.get(statSn);
      if (status !== undefined) released.push(status);
      this.#kept.delete(statSn);
    }
    this.#expStatSn = expStatSn;
    this.wake();
    return released;
  }

  /** The statuses from `statSn` on, as many as `count`, or all of them when that is 0 (§11.16.6, §11.16.7). */
  find(statSn: number, count: number): { kind: 'kept'; statuses: SentStatus[] } | { kind: 'unknown' | 'forgotten' } {
    const first = statSn === 0 && count === 0 ? this.#expStatSn : statSn;
    const end = count === 0 ? this.#statSn : snAdd(first, count);
    const isSent = !snBefore(first, this.#expStatSn) && !snAfter(end, this.#statSn) && !snAfter(first, end);
    // A run of no numbers asks for one that was never sent, unless it is the run of all that are not acknowledged.
    if (!isSent || (first === end && statSn !== 0)) return { kind: 'unknown' };
    const statuses: SentStatus[] = [];
    for (let i = 0; i < snDistance(first, end); i += 1) {
      const status = this.#kept.get(snAdd(first, i));
      if (status === undefined) return { kind: 'forgotten' };
      statuses.push(status);
    }
    return { kind: 'kept', statuses };
  }

  /** Waits until something is acknowledged, or `wake` is called. */
  async change(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** Whether a PDU advances StatSN (§11.4.9); Login Responses do too, but nobody asks for them again. */
function hasOwnStatSn(pdu: TargetPdu): boolean {
  switch (pdu.opcode) {
    case opcode.r2t:
    case opcode.loginResponse:
      return false;
    case opcode.dataIn:
      return pdu.hasStatus;
    case opcode.nopIn:
      return pdu.initiatorTaskTag !== reservedTag;
    default:
      return true;
  }
}
