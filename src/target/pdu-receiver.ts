// The receiving half of a connection: bytes to PDUs, and each PDU to the handler of the phase.

import { ProtocolError } from '../base/index.ts';
import { bhsLength, decodePdu, Framer, type FramerSink, type Pdu } from '../wire/index.ts';
import type { PduVerdict } from './hooks.ts';
import type { ConnectionParameters } from './negotiation/parameters.ts';
import type { PduHandler } from './pdu-handler.ts';

/** What the receiver asks and tells. */
export interface ReceiverHost {
  isClosed(): boolean;
  /** What a hook makes of a PDU. */
  ask(pdu: Pdu, dataLength: number): PduVerdict;
  /** A PDU has come that acknowledges every StatSN before its ExpStatSN. */
  acknowledged(pdu: Extract<Pdu, { readonly expStatSn: number }>): void;
  /** The stream is of no further use: the connection has to be ended. */
  broken(error: unknown): void;
}

/** Frames and decodes what a connection receives. */
export class PduReceiver implements FramerSink {
  readonly #host: ReceiverHost;
  readonly #framer: Framer;
  readonly #header = new Uint8Array(bhsLength);
  #handler: PduHandler;
  #pdu: Pdu | undefined;
  #data: Uint8Array | undefined;
  #count = 0;

  constructor(handler: PduHandler, parameters: ConnectionParameters, host: ReceiverHost) {
    this.#handler = handler;
    this.#host = host;
    this.#framer = new Framer(this, framing(parameters));
  }

  /** PDUs received so far. */
  get count(): number {
    return this.#count;
  }

  /** The header of the last PDU, for a Reject. Valid until the next one comes. */
  get header(): Uint8Array {
    return this.#header;
  }

  /** Goes over to the next phase with its digests and lengths, from the next PDU on. */
  use(handler: PduHandler, parameters: ConnectionParameters): void {
    this.#handler = handler;
    this.#framer.reconfigure(framing(parameters));
  }

  /** Takes bytes of the peer. Whatever they are, the worst that they can do is to end their connection. */
  push(chunk: Uint8Array): void {
    try {
      this.#framer.push(chunk);
    } catch (error) {
      this.#host.broken(error);
    }
  }

  stop(): void {
    this.#framer.stop();
  }

  onHeader(bhs: Uint8Array, _ahs: Uint8Array, dataSegmentLength: number): Uint8Array | undefined {
    this.#count += 1;
    this.#header.set(bhs);
    this.#pdu = undefined;
    this.#data = undefined;
    let pdu: Pdu;
    try {
      pdu = decodePdu(bhs);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#handler.malformed(error);
      return undefined;
    }
    const verdict = this.#host.ask(pdu, dataSegmentLength);
    if (verdict === 'close') this.#host.broken(new Error('A hook has closed the connection'));
    if (verdict !== undefined) return undefined;
    if ('expStatSn' in pdu) this.#host.acknowledged(pdu);
    this.#pdu = pdu;
    this.#data = this.#handler.begin(pdu, dataSegmentLength);
    return this.#data;
  }

  onPdu(): void {
    if (this.#pdu !== undefined && !this.#host.isClosed()) this.#handler.complete(this.#pdu, this.#data);
  }

  onDataDigestError(): void {
    if (this.#pdu !== undefined && !this.#host.isClosed()) this.#handler.damaged(this.#pdu);
  }

  onHeaderDigestError(): void {
    // RFC 7143 §7.8: without a length that can be trusted, the next PDU cannot be found.
    this.#host.broken(new ProtocolError('ISCSI_DIGEST_MISMATCH', 'A header digest does not match'));
  }
}

function framing(parameters: ConnectionParameters): ConstructorParameters<typeof Framer>[1] {
  const { maxRecvDataSegmentLength, headerDigest, dataDigest } = parameters;
  return { maxRecvDataSegmentLength, headerDigest, dataDigest };
}
