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

/**
 * Peer: tgt 1.0.85 takes number 7 for SHA-1, chooses it from our default offer, and refuses the 32 bytes of SHA-256 that
 * it then gets with status 0200 (its log: `chap_decode_string … buf[20] !sufficient`). A login to it leaves SHA-256 out.
 * Strongest first, which is the order of our offer unless the caller says otherwise.
 */
export const chapAlgorithms: Readonly<Record<ChapAlgorithm, ChapAlgorithmFacts>> = {
  'SHA3-256': { number: 8, length: 32, hash: 'sha3-256' },
  'SHA-256': { number: 7, length: 32, hash: 'sha256' },
  'SHA-1': { number: 6, length: 20, hash: 'sha1' },
  MD5: { number: 5, length: 16, hash: 'md5' },
};

/** All algorithms, strongest first. Ends with MD5, which every initiator has to offer (RFC 7143 §12.1.3). */
export const defaultChapAlgorithms: readonly ChapAlgorithm[] = ['SHA3-256', 'SHA-256', 'SHA-1', 'MD5'];

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
