// Text negotiation in full feature phase, one at a time on a connection (RFC 7143 §6.4, §11.10, §11.11, appendix C).

import { ProtocolError } from '../base/index.ts';
import {
  encodeTextKeys,
  rejectReason,
  reservedTag,
  splitText,
  TextAccumulator,
  type TextKey,
  type TextRequest,
} from '../wire/index.ts';
import { isReservedValue, operationalKeys, parseNumber } from './negotiation/keys.ts';
import type { Pair } from './negotiation/operational-negotiation.ts';

/** What to send in return for a Text Request. */
export type TextReply =
  | {
      readonly kind: 'reply';
      readonly isFinal: boolean;
      readonly isContinue: boolean;
      readonly targetTransferTag: number;
      readonly data: Uint8Array;
      /** A new longest segment of the initiator, in force now that the sequence is complete. */
      readonly maxXmitDataSegmentLength?: number;
    }
  | { readonly kind: 'reject'; readonly reason: number };

/** What a text exchange asks of its connection. */
export interface TextHost {
  readonly isDiscovery: boolean;
  readonly maxTextLength: number;
  /** The longest data segment that may be sent. */
  maxXmitDataSegmentLength(): number;
  /** The records of a SendTargets answer: for all targets, for a named one, or (empty) for that of the session. */
  targetRecords(wanted: string): readonly Pair[];
  takeTag(): number;
}

type State =
  | { readonly kind: 'idle' }
  /** The initiator has more text, or more of the negotiation, to send. */
  | { readonly kind: 'receiving'; readonly initiatorTaskTag: number; readonly targetTransferTag: number }
  /** The target has more text to send. */
  | {
      readonly kind: 'sending';
      readonly initiatorTaskTag: number;
      readonly targetTransferTag: number;
      readonly pieces: readonly Uint8Array[];
    };

/** The text side of one connection. */
export class TextExchange {
  readonly #host: TextHost;
  readonly #text: TextAccumulator;
  readonly #seen = new Set<string>();
  #declaredLength: number | undefined;
  #state: State = { kind: 'idle' };

  constructor(host: TextHost) {
    this.#host = host;
    this.#text = new TextAccumulator(host.maxTextLength);
  }

  take(request: TextRequest, data: Uint8Array): TextReply {
    // §11.10.4: the reserved tag begins anew and forgets what was.
    if (request.targetTransferTag === reservedTag) this.#reset();
    const state = this.#state;
    if (request.targetTransferTag !== reservedTag) {
      const isKnown =
        state.kind !== 'idle' &&
        state.targetTransferTag === request.targetTransferTag &&
        state.initiatorTaskTag === request.initiatorTaskTag;
      if (!isKnown) return { kind: 'reject', reason: rejectReason.invalidPduField };
    }
    if (state.kind === 'sending') {
      if (data.length > 0) return this.#reject();
      return this.#send(request, state.pieces);
    }
    let pairs: TextKey[] | undefined;
    try {
      pairs = this.#text.add(data, request.isContinue);
    } catch (error) {
      if (error instanceof ProtocolError) return this.#reject();
      throw error;
    }
    if (pairs === undefined) return this.#wait(request);
    const answers = this.#answer(pairs);
    return answers === undefined ? this.#reject() : this.#send(request, this.#split(answers));
  }

  /** §6.2: a request with the C bit is answered with an empty response, which asks for the rest. */
  #wait(request: TextRequest): TextReply {
    const targetTransferTag = this.#host.takeTag();
    this.#state = { kind: 'receiving', initiatorTaskTag: request.initiatorTaskTag, targetTransferTag };
    return { kind: 'reply', isFinal: false, isContinue: false, targetTransferTag, data: new Uint8Array(0) };
  }

  /** Sends the next piece. F ends the sequence only in answer to F (§11.11.1). */
  #send(request: TextRequest, pieces: readonly Uint8Array[]): TextReply {
    const [data = new Uint8Array(0), ...rest] = pieces;
    const { initiatorTaskTag } = request;
    if (rest.length === 0 && request.isFinal) {
      const length = this.#declaredLength;
      this.#reset();
      const reply = { kind: 'reply', isFinal: true, isContinue: false, targetTransferTag: reservedTag, data } as const;
      return length === undefined ? reply : { ...reply, maxXmitDataSegmentLength: length };
    }
    const targetTransferTag = this.#host.takeTag();
    this.#state =
      rest.length > 0
        ? { kind: 'sending', initiatorTaskTag, targetTransferTag, pieces: rest }
        : { kind: 'receiving', initiatorTaskTag, targetTransferTag };
    return { kind: 'reply', isFinal: false, isContinue: rest.length > 0, targetTransferTag, data };
  }

  #split(answers: readonly Pair[]): Uint8Array[] {
    return splitText(encodeTextKeys(answers), this.#host.maxXmitDataSegmentLength());
  }

  /** The answers to a list of keys; undefined when one of them is against the protocol. */
  #answer(pairs: readonly TextKey[]): Pair[] | undefined {
    const answers: Pair[] = [];
    for (const [key, value] of pairs) {
      // §6.4: a key that comes a second time is a protocol error.
      if (this.#seen.has(key)) return undefined;
      this.#seen.add(key);
      const answer = this.#answerTo(key, value, pairs.length);
      if (answer === undefined) return undefined;
      answers.push(...answer);
    }
    return answers;
  }

  #answerTo(key: string, value: string, count: number): readonly Pair[] | undefined {
    switch (key) {
      case 'SendTargets':
        // Appendix C: exactly one key; All is for discovery sessions, the empty value for all others.
        if (count !== 1 || (value === 'All' && !this.#host.isDiscovery)) return undefined;
        if (value === '' && this.#host.isDiscovery) return undefined;
        return this.#host.targetRecords(value);
      case 'InitiatorAlias':
      case 'X#NodeArchitecture':
        return [];
      case 'MaxRecvDataSegmentLength': {
        const length = isReservedValue(value) ? undefined : parseNumber(value);
        if (length === undefined || length < 512 || length > 0x00ff_ffff) return undefined;
        this.#declaredLength = length;
        return [];
      }
      default:
        // All other keys of the RFC belong to the login or to the target.
        if (operationalKeys.has(key) || loginKeys.has(key)) return undefined;
        return [[key, 'NotUnderstood']];
    }
  }

  #reject(): TextReply {
    this.#reset();
    return { kind: 'reject', reason: rejectReason.protocolError };
  }

  #reset(): void {
    this.#state = { kind: 'idle' };
    this.#text.reset();
    this.#seen.clear();
    this.#declaredLength = undefined;
  }
}

const loginKeys: ReadonlySet<string> = new Set([
  'InitiatorName',
  'TargetName',
  'TargetAlias',
  'TargetAddress',
  'TargetPortalGroupTag',
  'SessionType',
  'AuthMethod',
]);
