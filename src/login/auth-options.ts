// Who we are to the target and who the target is to us: the authentication options, checked once.

import { timingSafeEqual } from 'node:crypto';

import { UsageError } from '../base/index.ts';
import { availableAlgorithms, type ChapAlgorithm, defaultChapAlgorithms } from './chap-algorithm.ts';
import type { ChapVerifier } from './chap-proof.ts';

/** What the target has to prove to us, and by what it is judged: its secret, or somebody who knows that. */
export type MutualChapOptions = {
  /** The CHAP_N that the target must give. Left out: any name but our own. */
  readonly user?: string | undefined;
} & (
  | { readonly secret: Uint8Array; readonly verify?: undefined }
  | { readonly verify: ChapVerifier; readonly secret?: undefined }
);

/** CHAP credentials and policy. */
export interface ChapOptions {
  /** Our CHAP_N, 1 to 255 bytes. */
  readonly user: string;
  readonly secret: Uint8Array;
  /** Present: the target must authenticate itself too, and a login without that fails. */
  readonly mutual?: MutualChapOptions | undefined;
  /**
   * In order of preference; `defaultChapAlgorithms` when left out. Those that this Node lacks are not offered. A list
   * without MD5 is taken as a policy, though RFC 7143 §12.1.3 would have it always offered. For tgt, which mistakes the
   * number of SHA-256 for SHA-1, leave SHA-256 out. Beside `mutual.verify`, what the verifier does not know is left out.
   */
  readonly algorithms?: readonly ChapAlgorithm[] | undefined;
  /** Takes secrets of fewer than 12 bytes, which RFC 7143 §9.2.1 asks not to be used without IPsec. */
  readonly allowWeakSecrets?: boolean | undefined;
}

/** How a login is authenticated. */
export interface AuthOptions {
  readonly chap?: ChapOptions | undefined;
  /**
   * Whether a login without authentication will do. Beside `chap`, None is offered second; beside `chap.mutual` it is
   * not offered at all, since a target that took it would not have proved itself.
   */
  readonly allowNone: boolean;
}

/** Credentials that have passed the checks. Kept in private fields only, so that no log or inspection shows them. */
export interface ResolvedChap {
  readonly user: string;
  readonly secret: Uint8Array;
  /** Without a secret of the target, somebody else verifies its response. */
  readonly mutual: { readonly user: string | undefined; readonly secret: Uint8Array | undefined } | undefined;
  readonly algorithms: readonly ChapAlgorithm[];
}

/** 96 bits (RFC 7143 §9.2.1). */
const shortestSecret = 12;
const longestName = 255;

/**
 * Checks the options and copies the secrets. Throws UsageError: ISCSI_WEAK_SECRET for a short secret, otherwise
 * ISCSI_BAD_ARGUMENT. No message holds a secret.
 */
export function resolveChap(auth: AuthOptions): ResolvedChap | undefined {
  const { chap } = auth;
  if (chap === undefined) {
    if (!auth.allowNone) refuse('auth', 'neither CHAP nor None may be used');
    return undefined;
  }
  checkName('auth.chap.user', chap.user);
  const mayBeWeak = chap.allowWeakSecrets === true;
  checkSecret('auth.chap.secret', chap.secret, mayBeWeak);
  const secret = Uint8Array.from(chap.secret);
  const mutual = chap.mutual === undefined ? undefined : resolveMutual(chap.mutual, secret, mayBeWeak);
  const algorithms = resolveAlgorithms(chap.algorithms ?? defaultChapAlgorithms, chap.mutual?.verify);
  return { user: chap.user, secret, mutual, algorithms };
}

function resolveMutual(
  { user, secret, verify }: MutualChapOptions,
  ours: Uint8Array,
  mayBeWeak: boolean,
): NonNullable<ResolvedChap['mutual']> {
  if (user !== undefined) checkName('auth.chap.mutual.user', user);
  if (verify !== undefined) return { user, secret: undefined };
  checkSecret('auth.chap.mutual.secret', secret, mayBeWeak);
  if (secret.length === ours.length && timingSafeEqual(secret, ours)) {
    refuse('auth.chap.mutual.secret', 'the secrets of the two directions must differ (RFC 7143 §9.2.1)');
  }
  return { user, secret: Uint8Array.from(secret) };
}

function resolveAlgorithms(
  wanted: readonly ChapAlgorithm[],
  verifier: ChapVerifier | undefined,
): readonly ChapAlgorithm[] {
  for (const name of wanted) {
    if (!defaultChapAlgorithms.includes(name)) refuse('auth.chap.algorithms', `${name} is not a CHAP algorithm`);
  }
  const known = [...new Set(wanted)].filter((name) => verifier?.algorithms.includes(name) ?? true);
  if (known.length === 0 && wanted.length > 0) {
    refuse('auth.chap.algorithms', 'the verifier of the target knows none of them');
  }
  const algorithms = availableAlgorithms(known);
  if (algorithms.length === 0) refuse('auth.chap.algorithms', 'none of them can be used with this build of Node');
  return algorithms;
}

function checkName(argument: string, name: string): void {
  const length = Buffer.byteLength(name);
  if (length === 0 || length > longestName || name.includes('\0')) {
    refuse(argument, `a CHAP name has 1 to ${longestName} bytes and no null`);
  }
}

function checkSecret(argument: string, secret: Uint8Array, mayBeWeak: boolean): void {
  if (secret.length === 0) refuse(argument, 'the secret is empty');
  if (secret.length < shortestSecret && !mayBeWeak) {
    throw new UsageError('ISCSI_WEAK_SECRET', `${argument}: fewer than ${shortestSecret} bytes`, { argument });
  }
}

function refuse(argument: string, why: string): never {
  throw new UsageError('ISCSI_BAD_ARGUMENT', `${argument}: ${why}`, { argument });
}
