// RADIUS packets, RFC 2865 §3 and §5.
//
//    byte 0      1            2..3     4..19           20..
//   +------+------------+---------+---------------+------------------------------------------+
//   | code | identifier | length  | authenticator | attributes: type, length (2 + n), value n |
//   +------+------------+---------+---------------+------------------------------------------+

import { putU8, putU16, u8, u16 } from '../../base/index.ts';

/** Codes of packets (RFC 2865 §4). */
export const radiusCode = { accessRequest: 1, accessAccept: 2, accessReject: 3, accessChallenge: 11 } as const;

/** Types of attributes (RFC 2865 §5; Message-Authenticator: RFC 3579 §3.2). */
export const radiusAttribute = {
  userName: 1,
  chapPassword: 3,
  replyMessage: 18,
  calledStationId: 30,
  callingStationId: 31,
  nasIdentifier: 32,
  chapChallenge: 60,
  messageAuthenticator: 80,
} as const;

/** An attribute as it is to be sent. */
export interface RadiusAttribute {
  readonly type: number;
  /** At most 253 bytes. */
  readonly value: Uint8Array;
}

/** An attribute as it came. */
export interface ReceivedAttribute extends RadiusAttribute {
  /** Where the value begins in the packet. */
  readonly at: number;
}

/** A packet as it came. Nothing in it has been verified. */
export interface RadiusPacket {
  readonly code: number;
  readonly identifier: number;
  readonly authenticator: Uint8Array;
  readonly attributes: readonly ReceivedAttribute[];
  /** The packet without what may stand behind it. */
  readonly bytes: Uint8Array;
}

export const authenticatorLength = 16;
/** The most bytes in the value of an attribute. */
export const longestValue = 253;
/** Where the authenticator stands. */
export const authenticatorAt = 4;
const headerLength = 20;
const longestPacket = 4096;
const attributeHeaderLength = 2;

/** Makes a packet. The caller has checked that values fit into their attributes. */
export function encodePacket(
  code: number,
  identifier: number,
  authenticator: Uint8Array,
  attributes: readonly RadiusAttribute[],
): Uint8Array {
  const length = attributes.reduce((sum, { value }) => sum + attributeHeaderLength + value.length, headerLength);
  const bytes = new Uint8Array(length);
  putU8(bytes, 0, code);
  putU8(bytes, 1, identifier);
  putU16(bytes, 2, length);
  bytes.set(authenticator, authenticatorAt);
  let at = headerLength;
  for (const { type, value } of attributes) {
    putU8(bytes, at, type);
    putU8(bytes, at + 1, attributeHeaderLength + value.length);
    bytes.set(value, at + attributeHeaderLength);
    at += attributeHeaderLength + value.length;
  }
  return bytes;
}

/**
 * Reads a packet. Undefined for what is none, and so is to be discarded in silence (RFC 2865 §3): shorter than it says, of
 * fewer than 20 or more than 4096 bytes, or with an attribute that does not end in it. Bytes behind the packet are padding.
 */
export function decodePacket(datagram: Uint8Array): RadiusPacket | undefined {
  if (datagram.length < headerLength) return undefined;
  const length = u16(datagram, 2);
  if (length < headerLength || length > longestPacket || length > datagram.length) return undefined;
  const bytes = datagram.subarray(0, length);
  const attributes = decodeAttributes(bytes);
  if (attributes === undefined) return undefined;
  return {
    code: u8(bytes, 0),
    identifier: u8(bytes, 1),
    authenticator: bytes.subarray(authenticatorAt, headerLength),
    attributes,
    bytes,
  };
}

function decodeAttributes(bytes: Uint8Array): ReceivedAttribute[] | undefined {
  const attributes: ReceivedAttribute[] = [];
  for (let at = headerLength; at < bytes.length; ) {
    const length = at + 1 < bytes.length ? u8(bytes, at + 1) : 0;
    if (length < attributeHeaderLength || at + length > bytes.length) return undefined;
    const valueAt = at + attributeHeaderLength;
    attributes.push({ type: u8(bytes, at), at: valueAt, value: bytes.subarray(valueAt, at + length) });
    at += length;
  }
  return attributes;
}
