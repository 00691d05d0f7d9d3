// What a target proves itself with where its secret is not known here: the proof, who verifies it, and what a refusal is.

import { IscsiError } from '../base/index.ts';
import type { ChapAlgorithm } from './chap-algorithm.ts';
import { authFailed } from './key-fault.ts';

/** A CHAP response of the target, with what it answers. It has been checked against reflection and for its length. */
export interface ChapResponse {
  /** CHAP_N of the target. */
  readonly user: string;
  readonly algorithm: ChapAlgorithm;
  /** CHAP_I of ours. */
  readonly identifier: number;
  /** CHAP_C of ours. */
  readonly challenge: Uint8Array;
  /** CHAP_R of the target. */
  readonly response: Uint8Array;
}

/** A proof of the target, and between whom it is. */
export interface ChapProof extends ChapResponse {
  readonly initiatorName: string;
  /** The target that is being logged in to; undefined in discovery sessions that name none. */
  readonly targetName: string | undefined;
}

/** Somebody who can tell whether a target has proved itself, such as a RADIUS server (RFC 7143 §9.2.1). */
export interface ChapVerifier {
  /** The algorithms whose responses it can judge: no others are offered to the target. */
  readonly algorithms: readonly ChapAlgorithm[];
  /**
   * Resolves with whether the response is right; only `true` lets the login go on. Rejects when that cannot be said, or
   * to say why it is wrong: with a retryable error the login fails as with the verifier, with any other as not
   * authenticated (see `unproven`). `signal` is aborted when the login ends meanwhile; the answer is of no interest then.
   */
  check(proof: ChapProof, signal: AbortSignal): Promise<boolean>;
}

/**
 * What a login ends with when a verifier does not say yes. An error that says nothing of the target, since asking again
 * may help, is the login's own; any other is the cause of LoginError ISCSI_AUTH_FAILED.
 */
export function unproven(cause: unknown): IscsiError {
  if (cause instanceof IscsiError && cause.isRetryable) return cause;
  const why = cause instanceof Error ? `: ${cause.message}` : '';
  return authFailed('CHAP_R', `the response of the target was not verified${why}`, cause);
}
