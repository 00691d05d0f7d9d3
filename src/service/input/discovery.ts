// What operations on discovery may be told.

import { z } from 'zod';

import type { SendTargetsPortalInput, StaticTargetInput, TargetMapping } from '../contract/discovery.ts';
import type { InitiatorPlace, PortalAddress } from '../contract/names.ts';
import { host, initiatorPort, instanceName, nodeName, port, securityFlags, targetPortal } from './fields.ts';
import { loginOptions } from './login-options.ts';

/** The greatest number of a bus, a target on it, and a LUN, as SCSI_ADDRESS has them: one byte each. */
const greatestNumber = 255;

const osNumber = z.int().min(0).max(greatestNumber);

/** The fields of InitiatorPlace. */
export const place: {
  readonly instance: z.ZodExactOptional<z.ZodType<string>>;
  readonly initiatorPort: z.ZodExactOptional<z.ZodType<number>>;
} = {
  instance: instanceName.exactOptional(),
  initiatorPort: initiatorPort.exactOptional(),
};

export const portalKeyInput: z.ZodType<InitiatorPlace & PortalAddress> = z.object({ ...place, host, port });

export const portalInput: z.ZodType<SendTargetsPortalInput> = z.strictObject({
  ...place,
  host,
  port,
  symbolicName: z.string().max(256).exactOptional(),
  loginOptions: loginOptions.exactOptional(),
  securityFlags: securityFlags.exactOptional(),
});

/** The address of a server: `host` or `host:port`, with brackets around an IPv6 address that a port follows. */
export const serverAddress: z.ZodType<string> = z
  .string()
  .min(1)
  .max(262)
  .regex(
    /^(?:\[[0-9A-Fa-f:.%a-z]+\]|[A-Za-z0-9._-]+|(?=(?:[^:]*:){2})[0-9A-Fa-f:.]+)(?::\d{1,5})?$/,
    'is no host name and no IP address',
  )
  .transform((text) => text.toLowerCase());

export const serverInput: z.ZodType<{ readonly address: string }> = z.object({ address: serverAddress });

/** A mapping; no OS LUN and no LUN of the target may stand in it twice. */
export const targetMapping: z.ZodType<TargetMapping> = z.strictObject({
  osBusNumber: osNumber,
  osTargetNumber: osNumber,
  luns: z
    .array(
      z.strictObject({
        osLun: osNumber,
        targetLun: z
          .string()
          .regex(/^[0-9A-Fa-f]{16}$/, 'is no LUN field in 16 hexadecimal digits')
          .transform((text) => text.toLowerCase()),
      }),
    )
    .max(greatestNumber + 1)
    .refine((luns) => new Set(luns.map(({ osLun }) => osLun)).size === luns.length, { error: 'has an OS LUN twice' })
    .refine((luns) => new Set(luns.map(({ targetLun }) => targetLun)).size === luns.length, {
      error: 'has a LUN of the target twice',
    }),
});

export const staticTargetInput: z.ZodType<StaticTargetInput> = z.strictObject({
  targetName: nodeName,
  targetAlias: z.string().max(255).exactOptional(),
  isHidden: z.boolean().exactOptional(),
  merges: z.boolean().exactOptional(),
  persists: z.boolean().exactOptional(),
  portals: z.array(targetPortal).max(64).exactOptional(),
  mapping: targetMapping.exactOptional(),
  loginOptions: loginOptions.exactOptional(),
});

export const targetsInput: z.ZodType<{ readonly refresh?: boolean; readonly includesHidden?: boolean }> =
  z.strictObject({
    refresh: z.boolean().exactOptional(),
    includesHidden: z.boolean().exactOptional(),
  });

export const targetNameInput: z.ZodType<{ readonly targetName: string }> = z.object({ targetName: nodeName });
