// What tells a RADIUS packet from a forged one: the Response Authenticator (RFC 2865 §3), an MD5 over packet and secret,
// and the Message-Authenticator (RFC 3579 §3.2), an HMAC-MD5.
//
// The first is not enough. Who can change datagrams on their way makes an Access-Accept of an Access-Reject, because MD5
// has collisions and the one who is being judged has a say in the bytes (Blast-RADIUS, CVE-2024-3596): the target chooses
// the User-Name, and some servers echo it. HMAC-MD5 is not known to give way to that. So we put a Message-Authenticator
// into every request, in front, and trust no answer that has none, Access-Reject included.

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

import { authenticatorAt, authenticatorLength, type RadiusPacket, radiusAttribute } from './packet.ts';

/** Whose answer it must be. */
export interface AnswerTo {
  readonly requestAuthenticator: Uint8Array;
  readonly secret: Uint8Array;
  /** Whether an answer without Message-Authenticator is discarded. With one that is wrong it always is. */
  readonly requiresMessageAuthenticator: boolean;
}

/** The Message-Authenticator of a packet in which its own value is zero. `authenticator` replaces the packet's own. */
export function messageAuthenticator(
  packet: Uint8Array,
  secret: Uint8Array,
  authenticator: Uint8Array = packet.subarray(authenticatorAt, authenticatorAt + authenticatorLength),
): Uint8Array {
  return createHmac('md5', secret)
    .update(packet.subarray(0, authenticatorAt))
    .update(authenticator)
    .update(packet.subarray(authenticatorAt + authenticatorLength))
    .digest();
}

/** The Response Authenticator of an answer. */
export function responseAuthenticator(
  answer: Uint8Array,
  requestAuthenticator: Uint8Array,
  secret: Uint8Array,
): Uint8Array {
  return createHash('md5')
    .update(answer.subarray(0, authenticatorAt))
    .update(requestAuthenticator)
    .update(answer.subarray(authenticatorAt + authenticatorLength))
    .update(secret)
    .digest();
}

/** Why an answer cannot be trusted; undefined when it is the answer of who has the secret. */
export function answerFault(
  answer: RadiusPacket,
  { requestAuthenticator, secret, requiresMessageAuthenticator }: AnswerTo,
): string | undefined {
  const right = responseAuthenticator(answer.bytes, requestAuthenticator, secret);
  if (!timingSafeEqual(right, answer.authenticator)) return 'an answer with a wrong Response Authenticator';
  const [found, another] = answer.attributes.filter(({ type }) => type === radiusAttribute.messageAuthenticator);
  if (found === undefined) return requiresMessageAuthenticator ? 'an answer without Message-Authenticator' : undefined;
  if (another !== undefined || found.value.length !== authenticatorLength) {
    return 'an answer with a malformed Message-Authenticator';
  }
  const blank = Uint8Array.from(answer.bytes);
  blank.fill(0, found.at, found.at + authenticatorLength);
  const expected = messageAuthenticator(blank, secret, requestAuthenticator);
  return timingSafeEqual(expected, found.value) ? undefined : 'an answer with a wrong Message-Authenticator';
}
