// What login options may say.

import { z } from 'zod';

import type { LoginOptions, LoginOptionsInfo } from '../contract/login-options.ts';
import { secret } from './fields.ts';

/** Bits of ISCSI_LOGIN_FLAGS (iscsidsc.h). */
export const loginFlag = {
  requireIpsec: 0x01,
  multipath: 0x02,
  portalHopping: 0x08,
  radiusResponse: 0x10,
  radiusVerification: 0x20,
} as const;

const allLoginFlags = Object.values(loginFlag).reduce((all, flag) => all | flag, 0);

const digest = z.enum(['none', 'crc32c', 'preferred']);
const seconds = z.int().min(0).max(3600);

const shape = {
  authType: z.enum(['none', 'chap', 'mutualChap']).exactOptional(),
  userName: z.string().min(1).max(255).exactOptional(),
  headerDigest: digest.exactOptional(),
  dataDigest: digest.exactOptional(),
  maximumConnections: z.int().min(1).max(65_535).exactOptional(),
  defaultTime2Wait: seconds.exactOptional(),
  defaultTime2Retain: seconds.exactOptional(),
  loginFlags: z
    .int()
    .min(0)
    .refine((flags) => (flags & ~allLoginFlags) === 0, { error: 'has a bit that means nothing' })
    .exactOptional(),
  connections: z.int().min(1).max(64).exactOptional(),
  policy: z.enum(['failOver', 'roundRobin', 'roundRobinSubset', 'leastQueueDepth', 'weightedPaths']).exactOptional(),
};

function isPossible({ connections, maximumConnections }: LoginOptionsInfo): boolean {
  return connections === undefined || maximumConnections === undefined || connections <= maximumConnections;
}

const tooMany = { path: ['connections'], error: 'is more than maximumConnections' };

/** Login options as they are kept: without the password. */
export const loginOptionsInfo: z.ZodType<LoginOptionsInfo> = z.strictObject(shape).refine(isPossible, tooMany);

/** Login options as they come in. */
export const loginOptions: z.ZodType<LoginOptions> = z
  .strictObject({ ...shape, password: secret.exactOptional() })
  .refine(isPossible, tooMany);
