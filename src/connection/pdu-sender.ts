// From a PDU to the pieces of memory that go on the wire: header, digests, payload and padding, none of them joined.

import { channels } from '../base/index.ts';
import {
  bhsLength,
  crc32c,
  digestLength,
  encodePdu,
  type InitiatorPdu,
  paddedLength,
  putDigest,
  putSegmentLengths,
} from '../wire/index.ts';
import { HeaderSlab } from './header-slab.ts';

const padding = new Uint8Array(4);
const noBytes = new Uint8Array(0);

/** What the sender needs of the connection that it sends for. */
export interface SenderIdentity {
  readonly sessionId: number;
  readonly cid: number;
}

/** Encodes the PDUs of one connection. Digests are off until `useDigests`. */
export class PduSender {
  readonly #identity: SenderIdentity;
  readonly #slab = new HeaderSlab();
  #headerDigest = false;
  #dataDigest = false;

  constructor(identity: SenderIdentity) {
    this.#identity = identity;
  }

  /** Digests agreed at login, in force from the next PDU on. */
  useDigests(header: boolean, data: boolean): void {
    this.#headerDigest = header;
    this.#dataDigest = data;
  }

  /** The pieces of `pdu`. `data` is referred to, not copied: it must not change before it has been written. */
  pieces(pdu: InitiatorPdu, data: Uint8Array = noBytes, ahs: Uint8Array = noBytes): Uint8Array[] {
    const headerLength = bhsLength + ahs.length;
    const header = this.#slab.take(this.#headerDigest ? headerLength + digestLength : headerLength);
    encodePdu(pdu, header);
    putSegmentLengths(header, ahs.length, data.length);
    if (ahs.length > 0) header.set(ahs, bhsLength);
    if (this.#headerDigest) putDigest(crc32c(header.subarray(0, headerLength)), header, headerLength);
    if (channels.pduSent.hasSubscribers) this.#publish(header.subarray(0, bhsLength), data.length);
    return data.length === 0 ? [header] : this.#withData(header, data);
  }

  #withData(header: Uint8Array, data: Uint8Array): Uint8Array[] {
    const padLength = paddedLength(data.length) - data.length;
    const pieces = [header, data];
    if (padLength > 0) pieces.push(padding.subarray(0, padLength));
    if (this.#dataDigest) {
      const crc = padLength > 0 ? crc32c(padding.subarray(0, padLength), crc32c(data)) : crc32c(data);
      const digest = this.#slab.take(digestLength);
      putDigest(crc, digest, 0);
      pieces.push(digest);
    }
    return pieces;
  }

  #publish(bhs: Uint8Array, dataSegmentLength: number): void {
    channels.pduSent.publish({ ...this.#identity, bhs, dataSegmentLength });
  }
}
