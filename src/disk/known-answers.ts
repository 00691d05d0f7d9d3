// INQUIRY and REPORT LUNS while a session is lost: answered from what the devices said before.

import { type Lun, u8, u16, u32 } from '../base/index.ts';
import { scsiOpcode, scsiStatus } from '../scsi/index.ts';
import type { ScsiPort, ScsiRequest, ScsiResult } from '../session/index.ts';

/** A bound: 256 LUNs with four pages each, or fewer with more. The oldest is forgotten first. */
const mostAnswers = 1024;

/** An answer to one of the two questions, as far as it was asked for. */
interface Answer {
  readonly data: Uint8Array;
  /** Whether the device had no more to say than was asked for. */
  readonly isWhole: boolean;
}

/** One of the two questions. */
interface Question {
  readonly key: string;
  readonly allocationLength: number;
  /** How long an answer says that it is (SPC-4: INQUIRY data, VPD pages, REPORT LUNS parameter data). */
  readonly declaredLength: (data: Uint8Array) => number;
}

/** What devices have said of themselves. */
export class KnownAnswers {
  readonly #answers = new Map<string, Answer>();

  /** Keeps a good answer to INQUIRY or REPORT LUNS; anything else is none of its business. */
  remember(request: ScsiRequest, result: ScsiResult): void {
    const question = questionOf(request);
    if (question === undefined || result.status !== scsiStatus.good || request.dataIn === undefined) return;
    const { key, declaredLength } = question;
    const data = request.dataIn.slice(0, result.dataInLength);
    const isWhole = declaredLength(data) <= data.length;
    // A question for the head of an answer does not make us forget the rest.
    const known = this.#answers.get(key);
    if (!isWhole && known !== undefined && startsWith(known.data, data)) return;
    this.#answers.delete(key);
    if (this.#answers.size === mostAnswers) this.#forgetOldest();
    this.#answers.set(key, { data, isWhole });
  }

  /** Fills the buffer of a request with what is known; undefined when that is not enough. */
  answer(request: ScsiRequest): ScsiResult | undefined {
    const question = questionOf(request);
    const known = question === undefined ? undefined : this.#answers.get(question.key);
    if (question === undefined || known === undefined) return undefined;
    if (!known.isWhole && question.allocationLength > known.data.length) return undefined;
    const data = known.data.subarray(0, question.allocationLength);
    const into = request.dataIn ?? new Uint8Array(0);
    const dataInLength = Math.min(data.length, into.length);
    into.set(data.subarray(0, dataInLength));
    return {
      status: scsiStatus.good,
      sense: undefined,
      dataInLength,
      residual: data.length === into.length ? 'none' : data.length < into.length ? 'underflow' : 'overflow',
      residualCount: Math.abs(data.length - into.length),
      cid: noConnection,
    };
  }

  #forgetOldest(): void {
    for (const key of this.#answers.keys()) {
      this.#answers.delete(key);
      return;
    }
  }
}

/** The CID of an answer that no connection carried; CIDs have 16 bits. */
export const noConnection = -1;

/**
 * A port that keeps the answers to INQUIRY and REPORT LUNS, and gives them itself while `isLost`. What it does not know
 * goes to the port behind it, like everything else, and waits there.
 */
export class RememberingPort implements ScsiPort {
  readonly #port: ScsiPort;
  readonly #known: KnownAnswers;
  readonly #isLost: () => boolean;

  constructor(port: ScsiPort, known: KnownAnswers, isLost: () => boolean) {
    this.#port = port;
    this.#known = known;
    this.#isLost = isLost;
  }

  execute(request: ScsiRequest): Promise<ScsiResult> {
    return isQuestion(request.cdb) ? this.#ask(request) : this.#port.execute(request);
  }

  async #ask(request: ScsiRequest): Promise<ScsiResult> {
    request.signal?.throwIfAborted();
    const known = this.#isLost() ? this.#known.answer(request) : undefined;
    if (known !== undefined) return known;
    const result = await this.#port.execute(request);
    this.#known.remember(request, result);
    return result;
  }
}

function isQuestion(cdb: Uint8Array): boolean {
  return cdb[0] === scsiOpcode.inquiry || cdb[0] === scsiOpcode.reportLuns;
}

function questionOf({ cdb, lun }: ScsiRequest): Question | undefined {
  if (cdb[0] === scsiOpcode.inquiry && cdb.length >= 6) {
    const evpd = u8(cdb, 1) & 0x01;
    return {
      key: keyOf(lun, scsiOpcode.inquiry, evpd, u8(cdb, 2)),
      allocationLength: u16(cdb, 3),
      declaredLength: evpd === 1 ? vpdLength : inquiryLength,
    };
  }
  if (cdb[0] === scsiOpcode.reportLuns && cdb.length >= 12) {
    return {
      key: keyOf(lun, scsiOpcode.reportLuns, 0, u8(cdb, 2)),
      allocationLength: u32(cdb, 6),
      declaredLength: lunListLength,
    };
  }
  return undefined;
}

function keyOf(lun: Lun, opcode: number, evpd: number, page: number): string {
  return [lun.high, lun.low, opcode, evpd, page].join(':');
}

/** ADDITIONAL LENGTH in byte 4. */
function inquiryLength(data: Uint8Array): number {
  return data.length < 5 ? Number.POSITIVE_INFINITY : 5 + u8(data, 4);
}

/** PAGE LENGTH in bytes 2 and 3. */
function vpdLength(data: Uint8Array): number {
  return data.length < 4 ? Number.POSITIVE_INFINITY : 4 + u16(data, 2);
}

/** LUN LIST LENGTH in bytes 0 to 3. */
function lunListLength(data: Uint8Array): number {
  return data.length < 8 ? Number.POSITIVE_INFINITY : 8 + u32(data, 0);
}

function startsWith(whole: Uint8Array, head: Uint8Array): boolean {
  return whole.length >= head.length && head.every((byte, at) => whole[at] === byte);
}
