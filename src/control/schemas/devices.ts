// Schemas of devices and of who holds them (contract/devices.ts).

import { z } from 'zod';
import type { DeviceInfo, HoldInfo, HoldInput, PersistentDevice } from '../../service/index.ts';
import { devicePath, uniqueId } from './names.ts';
import { holderInfo } from './sessions.ts';
import { maybe, name } from './texts.ts';

export const deviceInfo: z.ZodType<DeviceInfo> = z.object({
  path: z.string(),
  sessionId: uniqueId,
  targetName: z.string(),
  lun: z.number(),
  vendor: z.string(),
  product: z.string(),
  revision: z.string(),
  deviceType: z.number(),
  state: z.string(),
  size: maybe(z.number()),
  holders: z.array(holderInfo),
  osBusNumber: z.number(),
  osTargetNumber: z.number(),
  osLun: z.number(),
  isPersistent: z.boolean(),
});

/** 1 s to a day. */
export const leaseMs: z.ZodType<number> = z.int().min(1000).max(86_400_000);

export const holdInput: z.ZodType<HoldInput> = z.strictObject({
  path: devicePath,
  sessionId: uniqueId.exactOptional(),
  label: name(255),
  pid: z.int().min(0).exactOptional(),
  leaseMs: leaseMs.exactOptional(),
});

export const holdInfo: z.ZodType<HoldInfo> = z.object({
  holdId: z.string(),
  path: z.string(),
  sessionId: uniqueId,
  label: z.string(),
  pid: z.number(),
  endsAt: maybe(z.string()),
});

export const persistentDevice: z.ZodType<PersistentDevice> = z.object({ path: z.string(), isPresent: z.boolean() });
