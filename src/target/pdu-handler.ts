// What a connection does with the PDUs that it receives: a login handler first, a full feature handler after it.

import type { ProtocolError } from '../base/index.ts';
import type { Pdu } from '../wire/index.ts';

/** Takes the PDUs of a connection, one at a time: `begin`, then `complete` or `damaged`; or `malformed` alone. */
export interface PduHandler {
  /** A header has come. Returns where its data go, exactly `length` bytes, or undefined to throw them away. */
  begin(pdu: Pdu, length: number): Uint8Array | undefined;
  /** The PDU of the last `begin` is whole. `data` is what `begin` returned. */
  complete(pdu: Pdu, data: Uint8Array | undefined): void;
  /** Called instead of `complete`: the data digest of the PDU is wrong. */
  damaged(pdu: Pdu): void;
  /** A header cannot be decoded. Its data are thrown away. */
  malformed(error: ProtocolError): void;
}
