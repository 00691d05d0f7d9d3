// IsHeaderDigest and IsDataDigest: what is wanted of the digests of a login, and what was asked for.

import type { DigestWish, LoginOptions, LoginOptionsInfo } from '../../../service/index.ts';

/** The digests as the storage classes have them. */
export interface Digests {
  readonly IsHeaderDigest: boolean | null;
  readonly IsDataDigest: boolean | null;
}

/** Login options of the digests; null leaves them as the initiator has them. */
export function readDigests({ IsHeaderDigest, IsDataDigest }: Digests): LoginOptions {
  return {
    ...(IsHeaderDigest === null ? {} : { headerDigest: wish(IsHeaderDigest) }),
    ...(IsDataDigest === null ? {} : { dataDigest: wish(IsDataDigest) }),
  };
}

/** The digests of login options. */
export function asDigests({ headerDigest, dataDigest }: LoginOptionsInfo): Digests {
  return { IsHeaderDigest: isWanted(headerDigest), IsDataDigest: isWanted(dataDigest) };
}

function wish(isWished: boolean): DigestWish {
  return isWished ? 'crc32c' : 'none';
}

function isWanted(digest: DigestWish | undefined): boolean {
  return digest === 'crc32c' || digest === 'preferred';
}
