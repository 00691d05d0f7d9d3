// What operations on logins, sessions and connections may be told.

import { z } from 'zod';

import type { LunName, UniqueId } from '../contract/names.ts';
import type {
  ConnectionInput,
  InquiryInput,
  LoginInput,
  LogoutInput,
  PersistentLoginKey,
  PolicyInput,
} from '../contract/sessions.ts';
import { place, targetMapping } from './discovery.ts';
import { initiatorPort, limitMs, lunName, nodeName, portalAddress, secret, securityFlags, uniqueId } from './fields.ts';
import { loginOptions } from './login-options.ts';

const loginShape = {
  ...place,
  targetName: nodeName,
  portal: portalAddress.exactOptional(),
  isInformational: z.boolean().exactOptional(),
  loginOptions: loginOptions.exactOptional(),
  mapping: targetMapping.exactOptional(),
  securityFlags: securityFlags.exactOptional(),
  key: secret.exactOptional(),
};

export const loginInput: z.ZodType<LoginInput> = z.strictObject({
  ...loginShape,
  existing: z.enum(['find', 'refuse', 'add']).exactOptional(),
  isPersistent: z.boolean().exactOptional(),
});

export const persistentLoginInput: z.ZodType<Omit<LoginInput, 'isPersistent' | 'existing'>> =
  z.strictObject(loginShape);

export const persistentLoginKeyInput: z.ZodType<PersistentLoginKey> = z.object({
  ...place,
  targetName: nodeName,
  portal: portalAddress.exactOptional(),
});

export const logoutInput: z.ZodType<LogoutInput> = z.strictObject({
  sessionId: uniqueId,
  force: z.boolean().exactOptional(),
  drainTimeoutMs: limitMs.exactOptional(),
  askTimeoutMs: limitMs.exactOptional(),
});

export const sessionIdInput: z.ZodType<{ readonly sessionId: UniqueId }> = z.object({ sessionId: uniqueId });

export const policyInput: z.ZodType<PolicyInput> = z.strictObject({
  sessionId: uniqueId,
  policy: z.enum(['failOver', 'roundRobin', 'roundRobinSubset', 'leastQueueDepth', 'weightedPaths']),
  active: z.array(uniqueId).max(65_536).exactOptional(),
  weights: z.record(uniqueId, z.int().min(0).max(0xffff_ffff)).exactOptional(),
});

export const connectionInput: z.ZodType<ConnectionInput> = z.strictObject({
  sessionId: uniqueId,
  initiatorPort: initiatorPort.exactOptional(),
  portal: portalAddress.exactOptional(),
  loginOptions: loginOptions.exactOptional(),
  securityFlags: securityFlags.exactOptional(),
  key: secret.exactOptional(),
});

export const removeConnectionInput: z.ZodType<{
  readonly sessionId: UniqueId;
  readonly connectionId: UniqueId;
  readonly drainTimeoutMs?: number;
}> = z.strictObject({ sessionId: uniqueId, connectionId: uniqueId, drainTimeoutMs: limitMs.exactOptional() });

export const inquiryInput: z.ZodType<InquiryInput> = z.strictObject({
  sessionId: uniqueId,
  lun: lunName,
  evpdCmddt: z.int().min(0).max(3).exactOptional(),
  pageCode: z.int().min(0).max(255).exactOptional(),
  allocationLength: z.int().min(5).max(65_535).exactOptional(),
});

export const sessionLunInput: z.ZodType<{ readonly sessionId: UniqueId; readonly lun: LunName }> = z.strictObject({
  sessionId: uniqueId,
  lun: lunName,
});
