// Schemas of discovery sources and of what they found (contract/discovery.ts).

import { z } from 'zod';
import type {
  DiscoveryOutcome,
  IsnsServer,
  KnownTarget,
  SendTargetsPortal,
  SendTargetsPortalInput,
  StaticTargetInput,
  TargetInstance,
  TargetMapping,
} from '../../service/index.ts';
import { loginOptions, storedLoginOptions } from './login-options.ts';
import {
  placeOutputShape,
  placeShape,
  portalAddressShape,
  targetName,
  targetPortal,
  targetPortalInput,
  uniqueId,
} from './names.ts';
import { errorNote, line, maybe, name, u32 } from './texts.ts';

/** No target has more portals, and no mapping more LUNs, than that. */
const longestList = 4096;

const discoveryOutcome: z.ZodType<DiscoveryOutcome> = z.object({
  at: maybe(z.string()),
  targetCount: z.number(),
  error: maybe(errorNote),
});

export const sendTargetsPortalInput: z.ZodType<SendTargetsPortalInput> = z.strictObject({
  ...placeShape,
  ...portalAddressShape,
  symbolicName: line(255).exactOptional(),
  loginOptions: loginOptions.exactOptional(),
  securityFlags: u32.exactOptional(),
});

export const sendTargetsPortal: z.ZodType<SendTargetsPortal> = z.object({
  ...placeOutputShape,
  host: z.string(),
  port: z.number(),
  symbolicName: z.string(),
  loginOptions: storedLoginOptions,
  securityFlags: z.number(),
  outcome: discoveryOutcome,
});

export const isnsServer: z.ZodType<IsnsServer> = z.object({
  address: z.string(),
  outcome: discoveryOutcome,
  isRegistered: z.boolean(),
});

export const targetMapping: z.ZodType<TargetMapping> = z.object({
  osBusNumber: z.number(),
  osTargetNumber: z.number(),
  luns: z.array(z.object({ osLun: z.number(), targetLun: z.string() })),
});

export const targetMappingInput: z.ZodType<TargetMapping> = z.strictObject({
  osBusNumber: u32,
  osTargetNumber: u32,
  luns: z.array(z.strictObject({ osLun: u32, targetLun: name(64) })).max(longestList),
});

export const staticTargetInput: z.ZodType<StaticTargetInput> = z.strictObject({
  targetName,
  targetAlias: line(255).exactOptional(),
  isHidden: z.boolean().exactOptional(),
  merges: z.boolean().exactOptional(),
  persists: z.boolean().exactOptional(),
  portals: z.array(targetPortalInput).max(longestList).exactOptional(),
  mapping: targetMappingInput.exactOptional(),
  loginOptions: loginOptions.exactOptional(),
});

const targetInstance: z.ZodType<TargetInstance> = z.object({
  mechanism: z.string(),
  targetAlias: z.string(),
  initiatorInstance: z.string(),
  portals: z.array(targetPortal),
  isHidden: z.boolean(),
  mapping: maybe(targetMapping),
  loginOptions: storedLoginOptions,
});

export const knownTarget: z.ZodType<KnownTarget> = z.object({
  targetName: z.string(),
  instances: z.array(targetInstance),
  sessions: z.array(uniqueId),
});
