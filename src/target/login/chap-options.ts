// The CHAP settings of a target, checked once.

import { UsageError } from '../../base/index.ts';

/** A hash that CHAP can use, by the name that IANA lists it under. */
export type ChapAlgorithm = 'MD5' | 'SHA-1' | 'SHA-256' | 'SHA3-256';

/** A name and a secret. A text secret stands for its UTF-8 bytes. */
export interface ChapCredentials {
  readonly user: string;
  readonly secret: Uint8Array | string;
}

/** How initiators prove themselves, and the target to them. */
export interface ChapOptions extends ChapCredentials {
  /** What the target answers when the initiator asks it to authenticate; such a login fails unless given. */
  readonly mutual?: ChapCredentials;
  /** The hashes that are accepted; all four unless given. The initiator's order decides. */
  readonly algorithms?: readonly ChapAlgorithm[];
  /** Accept secrets shorter than 12 bytes, which RFC 7143 §9.2.1 forbids without IPsec. */
  readonly allowWeakSecrets?: boolean;
}

/** A checked name and secret. */
export interface ResolvedCredentials {
  readonly user: string;
  readonly secret: Uint8Array;
}

/** {@link ChapOptions} with every default filled in. */
export interface ResolvedChap extends ResolvedCredentials {
  readonly mutual: ResolvedCredentials | undefined;
  readonly algorithms: readonly ChapAlgorithm[];
}

const shortestSecret = 12;

/** Checks the options. @throws UsageError `ISCSI_WEAK_SECRET`, or `ISCSI_BAD_ARGUMENT` for equal secrets. */
export function resolveChap(options: ChapOptions): ResolvedChap {
  const one = resolveCredentials(options, options.allowWeakSecrets ?? false);
  const mutual = options.mutual && resolveCredentials(options.mutual, options.allowWeakSecrets ?? false);
  if (mutual !== undefined && Buffer.compare(one.secret, mutual.secret) === 0) {
    // RFC 7143 §9.2.1: with one secret for both directions, an answer could be had from the other side.
    throw new UsageError('ISCSI_BAD_ARGUMENT', 'The two CHAP secrets are the same', { argument: 'mutual' });
  }
  return { ...one, mutual, algorithms: options.algorithms ?? ['SHA3-256', 'SHA-256', 'SHA-1', 'MD5'] };
}

function resolveCredentials(credentials: ChapCredentials, allowWeak: boolean): ResolvedCredentials {
  const { user } = credentials;
  const secret = typeof credentials.secret === 'string' ? Buffer.from(credentials.secret) : credentials.secret;
  if (secret.length >= shortestSecret || allowWeak) return { user, secret };
  throw new UsageError('ISCSI_WEAK_SECRET', `The CHAP secret of ${user} has fewer than ${shortestSecret} bytes`, {
    argument: 'secret',
  });
}
