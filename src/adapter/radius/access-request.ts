// The question whether a target has proved itself, as an Access-Request (RFC 2865 §2.2 and §4.1).

import { RadiusError, UsageError } from '../../base/index.ts';
import type { ChapProof } from '../../session/index.ts';
import { messageAuthenticator } from './authenticators.ts';
import { authenticatorLength, encodePacket, longestValue, radiusAttribute, radiusCode } from './packet.ts';

/** What a request has besides the proof. */
export interface AccessRequestFields {
  readonly identifier: number;
  /** 16 bytes that nobody can foresee (RFC 2865 §3). */
  readonly authenticator: Uint8Array;
  readonly secret: Uint8Array;
  /** NAS-Identifier; the initiator's name unless given. */
  readonly nasIdentifier?: string | undefined;
}

/** The value of Message-Authenticator follows the header and the head of its own attribute, which is the first. */
const messageAuthenticatorAt = 22;
/** Bytes of a response by MD5, the only CHAP that RADIUS knows (RFC 2865 §5.3). */
const responseLength = 16;

/**
 * Makes an Access-Request of a proof. Called-Station-Id and Calling-Station-Id carry the names of target and initiator, so
 * that the server can insist on which user may answer for which target. Throws RadiusError RADIUS_REJECTED for a proof that
 * no server can be asked about, and UsageError ISCSI_BAD_ARGUMENT for another algorithm than MD5.
 */
export function encodeAccessRequest(proof: ChapProof, fields: AccessRequestFields): Uint8Array {
  const { user, algorithm, identifier, challenge, response, initiatorName, targetName } = proof;
  if (algorithm !== 'MD5' || response.length !== responseLength) {
    throw new UsageError('ISCSI_BAD_ARGUMENT', `RADIUS verifies CHAP by MD5, not by ${algorithm}`, {
      argument: 'algorithm',
    });
  }
  const texts: [type: number, value: Uint8Array, what: string][] = [
    [radiusAttribute.userName, Buffer.from(user), 'CHAP_N of the target'],
    [radiusAttribute.chapPassword, Uint8Array.of(identifier, ...response), 'CHAP_R of the target'],
    [radiusAttribute.chapChallenge, challenge, 'CHAP_C'],
    [radiusAttribute.nasIdentifier, Buffer.from(fields.nasIdentifier ?? initiatorName), 'NAS-Identifier'],
    [radiusAttribute.callingStationId, Buffer.from(initiatorName), 'the initiator name'],
  ];
  if (targetName !== undefined) {
    texts.push([radiusAttribute.calledStationId, Buffer.from(targetName), 'the target name']);
  }
  const attributes = texts.map(([type, value, what]) => ({ type, value: fitting(value, what) }));
  const blank = { type: radiusAttribute.messageAuthenticator, value: new Uint8Array(authenticatorLength) };
  const packet = encodePacket(radiusCode.accessRequest, fields.identifier, fields.authenticator, [
    blank,
    ...attributes,
  ]);
  packet.set(messageAuthenticator(packet, fields.secret), messageAuthenticatorAt);
  return packet;
}

function fitting(value: Uint8Array, what: string): Uint8Array {
  if (value.length > 0 && value.length <= longestValue) return value;
  throw new RadiusError(
    'RADIUS_REJECTED',
    `No RADIUS server can be asked: ${what} has ${value.length} bytes, not 1 to ${longestValue}`,
  );
}
