// What a command lacks: its Data-In or R2T PDUs that are missing, what came after them, and what waits for them. Kept
// only for a command that has met a fault at ErrorRecoveryLevel 1 or higher (RFC 7143 §7.1.4.1, §7.9).

import { type ProtocolError, snAdd, snBefore, snDistance } from '../../base/index.ts';
import type { DataIn, ScsiResponse } from '../../wire/index.ts';

/** How many PDUs of a command may be missing, and how many may have come behind the first of those. */
const mostMissing = 4096;
const mostAhead = 65_536;
/** How often a PDU is asked for before its command is given up. */
export const mostAsks = 4;

/** The command that is recovered. `expDataSn` is the first DataSN or R2TSN that has not come. */
interface Numbered {
  expDataSn: number;
}

/** Consecutive DataSNs or R2TSNs. */
export interface Run {
  readonly begRun: number;
  readonly runLength: number;
}

/** Where the data of a Data-In stand. */
export interface Piece {
  readonly dataSn: number;
  readonly offset: number;
  readonly length: number;
}

/** A status that has come before all data. */
export interface EarlyStatus {
  readonly pdu: DataIn | ScsiResponse;
  readonly data: Uint8Array;
}

/** The numbers of one command's Data-In or R2T PDUs. */
export class TaskRecovery {
  /** The status, held back until no PDU is missing. */
  status: EarlyStatus | undefined;
  /** The Data-In whose payload is arriving; undefined when it is thrown away. */
  arriving: Piece | undefined;
  /** Why the missing PDUs will not come. */
  refused: ProtocolError | undefined;
  /** Data-In PDUs that want to be acknowledged once nothing before them is missing, in the order of their numbers. */
  readonly unacknowledged: DataIn[] = [];
  readonly #task: Numbered;
  readonly #release: (statSn: number) => void;
  /** One more than the highest number that the target is known to have used. */
  #next: number;
  /** Numbers before `#next` that have not come, with how often each was asked for. In ascending order. */
  readonly #missing = new Map<number, number>();
  /** Data that came behind the first missing number. */
  readonly #early = new Map<number, Piece>();

  /** `release` lets the StatSN of a status that was held back be acknowledged. */
  constructor(task: Numbered, release: (statSn: number) => void) {
    this.#task = task;
    this.#next = task.expDataSn;
    this.#release = release;
  }

  get hasMissing(): boolean {
    return this.#missing.size > 0;
  }

  /** Whether the PDU with this number has come. */
  has(sn: number): boolean {
    return snBefore(sn, this.#next) && !this.#missing.has(sn);
  }

  /** Whether more numbers may be missing, or further ahead, than is worth keeping track of. */
  isTooFar(sn: number): boolean {
    return (
      this.#missing.size + snDistance(this.#next, sn) > mostMissing || snDistance(this.#task.expDataSn, sn) > mostAhead
    );
  }

  /** The target has used all numbers before `next`. Returns those that are missing and were not known to be. */
  showNext(next: number): Run | undefined {
    const begRun = this.#next;
    const runLength = snDistance(begRun, next);
    if (runLength <= 0) return undefined;
    for (let ahead = 0; ahead < runLength; ahead += 1) this.#missing.set(snAdd(begRun, ahead), 0);
    this.#next = next;
    return { begRun, runLength };
  }

  /** Takes the number of a PDU that has come. Returns what it shows to be missing before it. */
  take(sn: number): Run | undefined {
    if (this.#missing.delete(sn)) return undefined;
    const run = this.showNext(sn);
    this.#next = snAdd(sn, 1);
    return run;
  }

  /** Takes the Data-In whose payload was arriving. Returns what it shows to be missing before it. */
  takeArrived(): Run | undefined {
    const piece = this.arriving;
    if (piece === undefined) return undefined;
    this.arriving = undefined;
    this.#early.set(piece.dataSn, piece);
    return this.take(piece.dataSn);
  }

  /** Moves `task.expDataSn` to the first number that has not come; `next` gets the data that this passes, in order. */
  settle(next?: (piece: Piece) => void): void {
    const task = this.#task;
    while (this.has(task.expDataSn)) {
      const piece = this.#early.get(task.expDataSn);
      this.#early.delete(task.expDataSn);
      if (piece !== undefined) next?.(piece);
      task.expDataSn = snAdd(task.expDataSn, 1);
    }
  }

  /** Counts a request for these numbers. False when one has been asked for too often already. */
  ask({ begRun, runLength }: Run): boolean {
    for (let ahead = 0; ahead < runLength; ahead += 1) {
      const sn = snAdd(begRun, ahead);
      const asked = this.#missing.get(sn);
      if (asked === undefined) continue;
      if (asked >= mostAsks) return false;
      this.#missing.set(sn, asked + 1);
    }
    return true;
  }

  /** All that is missing, as runs. */
  runs(): Run[] {
    const runs: { begRun: number; runLength: number }[] = [];
    for (const sn of this.#missing.keys()) {
      const last = runs.at(-1);
      if (last !== undefined && sn === snAdd(last.begRun, last.runLength)) last.runLength += 1;
      else runs.push({ begRun: sn, runLength: 1 });
    }
    return runs;
  }

  /** The command has ended, or goes on over another connection: nothing of this holds any longer. */
  ended(): void {
    if (this.status !== undefined) this.#release(this.status.pdu.statSn);
    this.status = undefined;
  }
}
