// The target's half of a login, written from the RFC for tests: it speaks text and header fields of its own making and
// shares nothing with src/login, so that a misreading cannot hide on both ends.

import type { LoginMachine, LoginOutput, LoginStep } from '../../src/login/index.ts';
import type { LoginRequest, LoginResponse } from '../../src/wire/index.ts';

/** One response, in the RFC's shorthand. What is left out follows the request. */
export interface Answer {
  /** Key=value texts, each gets its null. */
  readonly text?: readonly string[];
  /** The data segment as it is, instead of `text`. */
  readonly raw?: Uint8Array;
  /** T bit. */
  readonly t?: boolean;
  /** C bit. */
  readonly c?: boolean;
  readonly csg?: number;
  readonly nsg?: number;
  /** Status class and detail, as 0x0203. */
  readonly status?: number;
  readonly tsih?: number;
  readonly isid?: number;
  readonly itt?: number;
  readonly version?: number;
  readonly statSn?: number;
}

/** What the initiator sent: the header and the lines of its text, without nulls. */
export interface Heard {
  readonly pdu: LoginRequest;
  readonly text: string[];
}

/** An answer, or a function of what was heard. */
export type Line = Answer | ((heard: Heard) => Answer);

/** The lines of a text segment: every pair ends with a null (RFC 7143 §6.1). */
export function lines(data: Uint8Array): string[] {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(data);
  if (text === '') return [];
  if (!text.endsWith('\0')) throw new Error('text of the initiator does not end with a null');
  return text.slice(0, -1).split('\0');
}

/** The value of a key in what was heard. */
export function said(heard: Heard, key: string): string | undefined {
  const line = heard.text.find((candidate) => candidate.startsWith(`${key}=`));
  return line?.slice(key.length + 1);
}

/** Turns lines into a segment. */
export function segment(text: readonly string[]): Uint8Array {
  return new TextEncoder().encode(text.map((line) => `${line}\0`).join(''));
}

/** Plays a script against a login and keeps all that was heard. */
export class ScriptedTarget {
  readonly heard: Heard[] = [];
  #statSn: number;

  constructor(firstStatSn = 0) {
    this.#statSn = firstStatSn;
  }

  /** All lines of all requests, in order. */
  get allText(): string[] {
    return this.heard.flatMap(({ text }) => text);
  }

  /** The last request. */
  get last(): Heard {
    return this.heard.at(-1)!;
  }

  /** Runs the machine from its first request through the script. Returns the last step; throws what the machine throws. */
  play(machine: LoginMachine, script: readonly Line[]): LoginStep {
    const first = machine.first();
    this.#hear(first.pdu, first.data);
    return this.more(machine, script);
  }

  /** Goes on with a conversation that `play` began. */
  more(machine: LoginMachine, script: readonly Line[]): LoginStep {
    let step: LoginStep | undefined;
    for (const line of script) {
      const answer = typeof line === 'function' ? line(this.last) : line;
      step = machine.step(this.#response(answer), answer.raw ?? segment(answer.text ?? []));
      if (step.kind !== 'send') return step;
      this.hear(step);
    }
    if (step === undefined) throw new Error('the script is empty');
    return step;
  }

  /** Takes a request that the machine gave outside of `play` and `more`. */
  hear({ pdu, data }: LoginOutput): void {
    this.#hear(pdu, data);
  }

  #hear(pdu: LoginRequest, data: Uint8Array): void {
    // A continued text is cut anywhere, so its pieces are not lines.
    const isPiece = pdu.isContinue || this.heard.at(-1)?.pdu.isContinue === true;
    this.heard.push({ pdu, text: isPiece ? [] : lines(data) });
  }

  #response(answer: Answer): LoginResponse {
    const request = this.last.pdu;
    const status = answer.status ?? 0;
    const isTransit = answer.t ?? false;
    const nextStage = answer.nsg ?? (isTransit ? request.nextStage : 0);
    const isFinal = isTransit && nextStage === 3;
    const statSn = answer.statSn ?? this.#statSn;
    this.#statSn = (this.#statSn + 1) % 2 ** 32;
    return {
      opcode: 0x23,
      isTransit,
      isContinue: answer.c ?? false,
      currentStage: answer.csg ?? request.currentStage,
      nextStage,
      versionMax: 0,
      versionActive: answer.version ?? 0,
      isid: answer.isid ?? request.isid,
      tsih: answer.tsih ?? (isFinal && request.tsih === 0 ? 0x1234 : request.tsih),
      initiatorTaskTag: answer.itt ?? request.initiatorTaskTag,
      statSn,
      expCmdSn: request.cmdSn,
      maxCmdSn: (request.cmdSn + 31) % 2 ** 32,
      statusClass: status >> 8,
      statusDetail: status & 0xff,
    };
  }
}
