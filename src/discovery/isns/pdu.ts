// iSNSP PDUs: the header of 12 bytes (RFC 4171 §5.1) and the parts of one message (§5.2).
//
//    0 version · 2 function id · 4 payload length · 6 flags · 8 transaction id · 10 sequence id · 12.. payload

import { IsnsError, putU16, u16 } from '../../base/index.ts';

/** Bytes of a PDU before its payload. */
export const pduHeaderLength = 12;

const at = { version: 0, functionId: 2, length: 4, flags: 6, transactionId: 8, sequenceId: 10 } as const;

/** §5.1.4 counts the bits from the header's 32-bit word, so its bit 16 is the highest here. */
const flag = {
  client: 0x8000,
  server: 0x4000,
  authenticated: 0x2000,
  replace: 0x1000,
  last: 0x0800,
  first: 0x0400,
} as const;

const version = 0x0001;

/** The longest payload of one PDU: its length is 16 bits and a multiple of 4 (§5.1.3). */
export const longestPayload = 0xfffc;

/** A PDU's header. */
export interface PduHeader {
  readonly functionId: number;
  readonly payloadLength: number;
  readonly isClient: boolean;
  readonly isServer: boolean;
  /** DevAttrReg: what is registered takes the place of what was. */
  readonly replaces: boolean;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly transactionId: number;
  readonly sequenceId: number;
}

/** Encodes a header into the first 12 bytes, which are zero. */
export function encodePduHeader(header: PduHeader, bytes: Uint8Array): void {
  const flags =
    (header.isClient ? flag.client : 0) |
    (header.isServer ? flag.server : 0) |
    (header.replaces ? flag.replace : 0) |
    (header.isLast ? flag.last : 0) |
    (header.isFirst ? flag.first : 0);
  putU16(bytes, at.version, version);
  putU16(bytes, at.functionId, header.functionId);
  putU16(bytes, at.length, header.payloadLength);
  putU16(bytes, at.flags, flags);
  putU16(bytes, at.transactionId, header.transactionId);
  putU16(bytes, at.sequenceId, header.sequenceId);
}

/** Decodes 12 bytes. Throws IsnsError ISNS_BAD_ANSWER for what no unicast message of version 1 has. */
export function decodePduHeader(bytes: Uint8Array): PduHeader {
  const foundVersion = u16(bytes, at.version);
  if (foundVersion !== version) throw bad(`A PDU is of iSNSP version ${foundVersion}`, '§5.1.1');
  const payloadLength = u16(bytes, at.length);
  if (payloadLength % 4 !== 0)
    throw bad(`A PDU has a payload of ${payloadLength} bytes, not a multiple of 4`, '§5.1.3');
  const flags = u16(bytes, at.flags);
  // We have no keys, and the length of the block behind the payload is known only from within it.
  if ((flags & flag.authenticated) !== 0) throw bad('A PDU is signed, and a unicast message should not be', '§5.5');
  return {
    functionId: u16(bytes, at.functionId),
    payloadLength,
    isClient: (flags & flag.client) !== 0,
    isServer: (flags & flag.server) !== 0,
    replaces: (flags & flag.replace) !== 0,
    isFirst: (flags & flag.first) !== 0,
    isLast: (flags & flag.last) !== 0,
    transactionId: u16(bytes, at.transactionId),
    sequenceId: u16(bytes, at.sequenceId),
  };
}

function bad(message: string, clause: string): IsnsError {
  return new IsnsError('ISNS_BAD_ANSWER', message, { clause: `RFC 4171 ${clause}` });
}
