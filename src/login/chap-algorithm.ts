// The hash functions of CHAP: their numbers on the wire, their lengths, and the response they make of a challenge.
// RFC 7143 §12.1.3, RFC 1994 §4.1, and the PPP Authentication Algorithms registry of IANA for 6 to 8.

import { createHash, getHashes } from 'node:crypto';

/** A CHAP hash function. */
export type ChapAlgorithm = 'SHA3-256' | 'SHA-256' | 'SHA-1' | 'MD5';

/** What is known of a hash function. */
export interface ChapAlgorithmFacts {
  /** The value of CHAP_A. */
  readonly number: number;
  /** Bytes in a response. */
  readonly length: number;
  /** Its name in node:crypto. */
  readonly hash: string;
}

export const chapAlgorithms: Readonly<Record<ChapAlgorithm, ChapAlgorithmFacts>> = {
  'SHA3-256': { number: 8, length: 32, hash: 'sha3-256' },
  'SHA-256': { number: 7, length: 32, hash: 'sha256' },
  'SHA-1': { number: 6, length: 20, hash: 'sha1' },
  MD5: { number: 5, length: 16, hash: 'md5' },
};

/**
 * All algorithms: a target takes the first that it knows. Strongest first, but for SHA-256, which is last. Peer: tgt 1.0.85
 * takes its number, 7, for SHA-1, and would choose it before MD5 and then refuse the 32 bytes of the response (status
 * 0200). Targets that know SHA-256 know SHA3-256 too, as Linux does, and take that.
 */
export const defaultChapAlgorithms: readonly ChapAlgorithm[] = ['SHA3-256', 'SHA-1', 'MD5', 'SHA-256'];

/** Those of `wanted` that this build of Node has: some builds lack SHA-3, and FIPS builds lack MD5. */
export function availableAlgorithms(
  wanted: readonly ChapAlgorithm[],
  hashes: readonly string[] = getHashes(),
): ChapAlgorithm[] {
  return wanted.filter((name) => hashes.includes(chapAlgorithms[name].hash));
}

/** The response to a challenge: the hash over identifier, secret and challenge (RFC 1994 §4.1). */
export function chapResponse(
  algorithm: ChapAlgorithm,
  identifier: number,
  secret: Uint8Array,
  challenge: Uint8Array,
): Uint8Array {
  return createHash(chapAlgorithms[algorithm].hash)
    .update(Uint8Array.of(identifier))
    .update(secret)
    .update(challenge)
    .digest();
}
