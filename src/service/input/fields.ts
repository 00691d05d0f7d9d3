// The fields that inputs and records are made of.

import { z } from 'zod';

import { checkName } from '../../adapter/index.ts';
import type { LunName, PortalAddress, Secret, TargetPortal, UniqueId } from '../contract/names.ts';

/** Bits of ISCSI_SECURITY_FLAGS (iscsidsc.h). */
export const securityFlag = {
  valid: 0x01,
  ipsec: 0x02,
  mainMode: 0x04,
  aggressiveMode: 0x08,
  perfectForwardSecrecy: 0x10,
  transportMode: 0x20,
  tunnelMode: 0x40,
} as const;

const allSecurityFlags = 0x7f;

/** A name of an initiator or target, which comes out in lower case, as names are compared (RFC 7143 §4.2.7.2). */
export const nodeName: z.ZodType<string> = z.string().transform((name, context) => {
  try {
    return checkName(name, 'name');
  } catch {
    context.addIssue({ code: 'custom', message: 'is no iSCSI name (iqn., eui. or naa.)' });
    return z.NEVER;
  }
});

/** A host name or an IP address, without brackets and blanks. Only an IPv6 address has colons, and it has two or more. */
export const host: z.ZodType<string> = z
  .string()
  .min(1)
  .max(255)
  .regex(/^(?:[\w.-]+|(?=(?:[^:]*:){2})[0-9A-Fa-f:.]+(?:%[\w.-]+)?)$/, 'is no host name and no IP address')
  .transform((text) => text.toLowerCase());

export const port: z.ZodType<number> = z.int().min(1).max(65_535);

export const portalAddress: z.ZodType<PortalAddress> = z.strictObject({ host, port });

export const targetPortal: z.ZodType<TargetPortal> = z.strictObject({
  host,
  port,
  portalGroupTag: z.int().min(0).max(0xffff).exactOptional(),
});

/** The name of an initiator instance. */
export const instanceName: z.ZodType<string> = z.string().min(1).max(256);

/** The number of an initiator port, or all ones for any. */
export const initiatorPort: z.ZodType<number> = z.int().min(0).max(0xffff_ffff);

/** The id of a session or connection. */
export const uniqueId: z.ZodType<UniqueId> = z
  .string()
  .regex(/^[0-9A-Fa-f]{16}-[0-9A-Fa-f]{16}$/, 'is no id: two times 16 hexadecimal digits with a hyphen between')
  .transform((text) => text.toLowerCase());

/** A secret of any length up to 255 bytes. */
export const secret: z.ZodType<Secret> = z.union(
  [
    z.string().max(255),
    z.strictObject({
      hex: z
        .string()
        .max(510)
        .regex(/^(?:[0-9A-Fa-f]{2})*$/, 'is no sequence of bytes in hexadecimal'),
    }),
  ],
  { error: 'is neither text nor bytes in hexadecimal' },
);

/** Bits of ISCSI_SECURITY_FLAGS; what excludes each other is refused. */
export const securityFlags: z.ZodType<number> = z
  .int()
  .min(0)
  .max(allSecurityFlags)
  .refine((flags) => !hasBoth(flags, securityFlag.transportMode, securityFlag.tunnelMode), {
    error: 'asks for both transport mode and tunnel mode',
  })
  .refine((flags) => !hasBoth(flags, securityFlag.mainMode, securityFlag.aggressiveMode), {
    error: 'asks for both main mode and aggressive mode',
  });

/** A LUN: a number, or the 8 bytes of its field in hexadecimal. */
export const lunName: z.ZodType<LunName> = z.union(
  [z.int().min(0).max(0xff_ffff), z.string().regex(/^[0-9A-Fa-f]{16}$/)],
  {
    error: 'is no LUN: a number, or 16 hexadecimal digits',
  },
);

/** A time limit in milliseconds. */
export const limitMs: z.ZodType<number> = z.int().min(1).max(86_400_000);

function hasBoth(flags: number, one: number, other: number): boolean {
  return (flags & one) !== 0 && (flags & other) !== 0;
}
