// Schemas of how to log in (contract/login-options.ts).

import { z } from 'zod';
import type { AuthType, DigestWish, LoginOptions, PolicyName, StoredLoginOptions } from '../../service/index.ts';
import { secret } from './names.ts';
import { name, u32 } from './texts.ts';

const authType: z.ZodType<AuthType> = z.enum(['none', 'chap', 'mutualChap']);
const digestWish: z.ZodType<DigestWish> = z.enum(['none', 'crc32c', 'preferred']);

export const policyName: z.ZodType<PolicyName> = z.enum([
  'failOver',
  'roundRobin',
  'roundRobinSubset',
  'leastQueueDepth',
  'weightedPaths',
]);

const infoShape = {
  authType: authType.exactOptional(),
  userName: name(255).exactOptional(),
  headerDigest: digestWish.exactOptional(),
  dataDigest: digestWish.exactOptional(),
  maximumConnections: z.int().min(1).max(65_535).exactOptional(),
  defaultTime2Wait: z.int().min(0).max(3600).exactOptional(),
  defaultTime2Retain: z.int().min(0).max(3600).exactOptional(),
  loginFlags: u32.exactOptional(),
  connections: z.int().min(1).max(65_535).exactOptional(),
  policy: policyName.exactOptional(),
};

export const loginOptions: z.ZodType<LoginOptions> = z.strictObject({ ...infoShape, password: secret.exactOptional() });

export const storedLoginOptions: z.ZodType<StoredLoginOptions> = z.object({ ...infoShape, hasPassword: z.boolean() });
