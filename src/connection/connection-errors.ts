// What a connection ends with.

import { IscsiError, ProtocolError, TransportError } from '../base/index.ts';

/** A digest that did not match, where it is not recovered (RFC 7143 §7.8). */
export function digestError(part: 'header' | 'data', address: string): ProtocolError {
  return new ProtocolError('ISCSI_DIGEST_MISMATCH', `The ${part} digest of a PDU from ${address} did not match`, {
    value: part,
    clause: 'RFC 7143 §7.8',
  });
}

/** The end of a circuit that nobody asked for. */
export function circuitLost(cause: Error | undefined, address: string): IscsiError {
  if (cause instanceof IscsiError) return cause;
  const how = cause === undefined ? 'closed by the target' : `lost: ${cause.message}`;
  return new TransportError('ISCSI_CONNECTION_LOST', `The connection to ${address} was ${how}`, { address, cause });
}
