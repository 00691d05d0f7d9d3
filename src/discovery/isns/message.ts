// Messages: what one or more PDUs carry together (RFC 4171 §5.2), as bytes to send and as they come in.

import { IsnsError, UsageError } from '../../base/index.ts';
import { functionName } from './function-id.ts';
import { decodePduHeader, encodePduHeader, longestPayload, type PduHeader, pduHeaderLength } from './pdu.ts';

/** A whole message. */
export interface IsnsMessage {
  readonly functionId: number;
  readonly transactionId: number;
  readonly sender: 'client' | 'server';
  readonly replaces: boolean;
  readonly payload: Uint8Array;
}

/** Encodes a message as PDUs one behind the other. Throws UsageError ISCSI_BAD_ARGUMENT for more than 65536 of them. */
export function encodeMessage(message: IsnsMessage, pieceLength: number = longestPayload): Uint8Array {
  const { payload, sender, functionId, transactionId, replaces } = message;
  const count = Math.max(1, Math.ceil(payload.length / pieceLength));
  if (count > 0x1_0000) {
    throw new UsageError('ISCSI_BAD_ARGUMENT', `${payload.length} bytes are too many for one iSNS message`, {
      argument: 'payload',
    });
  }
  const bytes = new Uint8Array(payload.length + count * pduHeaderLength);
  for (let sequenceId = 0; sequenceId < count; sequenceId += 1) {
    const piece = payload.subarray(sequenceId * pieceLength, (sequenceId + 1) * pieceLength);
    const at = sequenceId * (pieceLength + pduHeaderLength);
    const header: PduHeader = {
      functionId,
      payloadLength: piece.length,
      isClient: sender === 'client',
      isServer: sender === 'server',
      replaces,
      isFirst: sequenceId === 0,
      isLast: sequenceId === count - 1,
      transactionId,
      sequenceId,
    };
    encodePduHeader(header, bytes.subarray(at));
    bytes.set(piece, at + pduHeaderLength);
  }
  return bytes;
}

interface Part {
  readonly pieces: Uint8Array[];
  readonly first: PduHeader;
  nextSequenceId: number;
}

/** Makes messages of the bytes of one stream. */
export class MessageAssembler {
  readonly #sink: (message: IsnsMessage) => void;
  readonly #longest: number;
  /** A header or a payload that is coming in, and how much of it is there. */
  #buffer = new Uint8Array(pduHeaderLength);
  #filled = 0;
  #header: PduHeader | undefined;
  /** Messages that lack PDUs; those of different messages may come mixed. */
  readonly #parts = new Map<string, Part>();
  #heldBytes = 0;
  #isStopped = false;

  /** `longest` bounds the bytes of all messages that are not whole yet. */
  constructor(sink: (message: IsnsMessage) => void, longest: number) {
    this.#sink = sink;
    this.#longest = longest;
  }

  /** Takes bytes as they come. Throws IsnsError ISNS_BAD_ANSWER; nothing may be pushed after that. */
  push(chunk: Uint8Array): void {
    let at = 0;
    while (!this.#isStopped && at < chunk.length) {
      const piece = chunk.subarray(at, at + this.#buffer.length - this.#filled);
      this.#buffer.set(piece, this.#filled);
      this.#filled += piece.length;
      at += piece.length;
      if (this.#filled === this.#buffer.length) this.#filledUp();
    }
  }

  /** Drops what is held and what still comes. */
  stop(): void {
    this.#isStopped = true;
    this.#parts.clear();
  }

  #filledUp(): void {
    const header = this.#header;
    const bytes = this.#buffer;
    if (header === undefined) {
      const found = decodePduHeader(bytes);
      if (found.payloadLength > 0) {
        this.#header = found;
        this.#expect(found.payloadLength);
      } else {
        this.#expect(pduHeaderLength);
        this.#take(found, new Uint8Array(0));
      }
    } else {
      this.#header = undefined;
      this.#expect(pduHeaderLength);
      this.#take(header, bytes);
    }
  }

  #expect(length: number): void {
    this.#buffer = new Uint8Array(length);
    this.#filled = 0;
  }

  #take(header: PduHeader, payload: Uint8Array): void {
    const key = `${header.functionId}:${header.transactionId}`;
    const known = this.#parts.get(key);
    if (header.isFirst !== (known === undefined)) {
      throw bad(header, header.isFirst ? 'begins a second time before its end' : 'has no first PDU');
    }
    const part = known ?? { pieces: [], first: header, nextSequenceId: 0 };
    if (header.sequenceId !== part.nextSequenceId) {
      throw bad(header, `goes on with sequence id ${header.sequenceId} instead of ${part.nextSequenceId}`);
    }
    part.pieces.push(payload);
    part.nextSequenceId += 1;
    this.#heldBytes += pduHeaderLength + payload.length; // empty PDUs count too
    if (this.#heldBytes > this.#longest) throw bad(header, `is longer than the ${this.#longest} bytes that are taken`);
    if (header.isLast) this.#complete(key, part);
    else this.#parts.set(key, part);
  }

  #complete(key: string, { pieces, first }: Part): void {
    this.#parts.delete(key);
    const payload = pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
    this.#heldBytes -= payload.length + pieces.length * pduHeaderLength;
    const { functionId, transactionId, replaces, isServer } = first;
    this.#sink({ functionId, transactionId, replaces, sender: isServer ? 'server' : 'client', payload });
  }
}

function bad({ functionId, transactionId }: PduHeader, what: string): IsnsError {
  const message = `The message ${functionName(functionId)} of transaction ${transactionId} ${what}`;
  return new IsnsError('ISNS_BAD_ANSWER', message, { clause: 'RFC 4171 §5.2' });
}
