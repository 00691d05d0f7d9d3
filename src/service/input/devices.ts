// What operations on devices may be told.

import { z } from 'zod';

import { checkName } from '../../adapter/index.ts';
import type { DevicePath, HoldInput } from '../contract/devices.ts';
import type { UniqueId } from '../contract/names.ts';
import { uniqueId } from './fields.ts';

const lun = z
  .int()
  .min(0)
  .max(2 ** 40 - 1);
const shortestLeaseMs = 1000;
const longestLeaseMs = 86_400_000;
const leaseMs = z.int().min(shortestLeaseMs).max(longestLeaseMs);

/** `<target name>/<LUN>`. */
export const devicePath: z.ZodType<DevicePath> = z.string().transform((text, context) => {
  const at = text.lastIndexOf('/');
  const unit = text.slice(at + 1);
  try {
    const name = checkName(text.slice(0, Math.max(at, 0)), 'path');
    if (/^(?:0|[1-9]\d{0,12})$/.test(unit)) return `${name}/${unit}`;
  } catch {
    // told below
  }
  context.addIssue({ code: 'custom', message: 'is no path of a device: <target name>/<LUN>' });
  return z.NEVER;
});

export const devicesInput: z.ZodType<{ readonly sessionId?: UniqueId; readonly rescan?: boolean }> = z.strictObject({
  sessionId: uniqueId.exactOptional(),
  rescan: z.boolean().exactOptional(),
});

export const removeDeviceInput: z.ZodType<{
  readonly sessionId: UniqueId;
  readonly lun: number;
  readonly force?: boolean;
}> = z.strictObject({ sessionId: uniqueId, lun, force: z.boolean().exactOptional() });

export const holdInput: z.ZodType<HoldInput> = z.strictObject({
  path: devicePath,
  sessionId: uniqueId.exactOptional(),
  label: z.string().min(1).max(200),
  pid: z.int().min(1).max(0x7fff_ffff).exactOptional(),
  leaseMs: leaseMs.exactOptional(),
});

const holdId = z.string().min(1).max(64);

export const renewHoldInput: z.ZodType<{ readonly holdId: string; readonly leaseMs: number }> = z.strictObject({
  holdId,
  leaseMs,
});

export const holdIdInput: z.ZodType<{ readonly holdId: string }> = z.object({ holdId });

export const devicePathInput: z.ZodType<{ readonly path: DevicePath }> = z.object({ path: devicePath });

export const waitInput: z.ZodType<{ readonly timeoutMs?: number }> = z.strictObject({
  timeoutMs: z.int().min(0).max(longestLeaseMs).exactOptional(),
});
