// What flags and numbers of login options mean, for the driver's classes and those of user mode.

import type { DigestWish, LoginOptions } from '../service/index.ts';
import { ISCSI_DIGEST_TYPES, ISCSI_LOGIN_FLAGS } from './values/index.ts';

/** Whether options ask for several sessions with one target. */
export function isMultipath(options: LoginOptions | undefined): boolean {
  return ((options?.loginFlags ?? 0) & ISCSI_LOGIN_FLAGS.ISCSI_LOGIN_FLAG_MULTIPATH_ENABLED) !== 0;
}

/** A digest as ISCSI_DIGEST_TYPES has it: `preferred` is CRC32C there, though it may be none as well. */
export function asDigest(wish: DigestWish | undefined): number {
  const { ISCSI_DIGEST_TYPE_CRC32C, ISCSI_DIGEST_TYPE_NONE } = ISCSI_DIGEST_TYPES;
  return wish === 'crc32c' || wish === 'preferred' ? ISCSI_DIGEST_TYPE_CRC32C : ISCSI_DIGEST_TYPE_NONE;
}
