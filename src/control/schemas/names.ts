// Schemas of ids, addresses and secrets (contract/names.ts).

import { z } from 'zod';
import type { InitiatorPlace, LunName, PortalAddress, Secret, TargetPortal, UniqueId } from '../../service/index.ts';
import { line, name, u32 } from './texts.ts';

/** Opaque: what is no id of a session is one of no session. */
export const uniqueId: z.ZodType<UniqueId> = name(64);

/** An iSCSI name has at most 223 bytes (RFC 7143 §4.2.7.1). */
export const targetName: z.ZodType<string> = name(255);

export const host: z.ZodType<string> = name(255);

const port: z.ZodType<number> = z.int().min(1).max(65_535);

/** `host` or `host:port`. */
export const serverAddress: z.ZodType<string> = name(300);

interface PortalAddressShape {
  readonly host: z.ZodType<string>;
  readonly port: z.ZodType<number>;
}

interface PlaceShape {
  readonly instance: z.ZodExactOptional<z.ZodType<string>>;
  readonly initiatorPort: z.ZodExactOptional<z.ZodType<number>>;
}

/** The fields of a PortalAddress, for those that have them among others. */
export const portalAddressShape: PortalAddressShape = { host, port };

/** The fields of an InitiatorPlace. */
export const placeShape: PlaceShape = {
  instance: name(255).exactOptional(),
  initiatorPort: u32.exactOptional(),
};

/** The fields of an InitiatorPlace as they come out: what the service says of itself is not doubted. */
export const placeOutputShape: PlaceShape = {
  instance: z.string().exactOptional(),
  initiatorPort: z.number().exactOptional(),
};

const addressOutputShape = { host: z.string(), port: z.number() };

export const portalAddress: z.ZodType<PortalAddress> = z.object(addressOutputShape);
export const portalAddressInput: z.ZodType<PortalAddress> = z.strictObject({ host, port });

const portalGroupTag = z.int().min(0).max(65_535).exactOptional();
export const targetPortal: z.ZodType<TargetPortal> = z.object({
  ...addressOutputShape,
  portalGroupTag: z.number().exactOptional(),
});
export const targetPortalInput: z.ZodType<TargetPortal> = z.strictObject({ host, port, portalGroupTag });

export const place: z.ZodType<InitiatorPlace> = z.strictObject({ ...placeShape });

/** Far more than any secret of CHAP, RADIUS or IKE. */
const longestSecret = 1024;

export const secret: z.ZodType<Secret> = z.union([
  z.string().max(longestSecret),
  z.strictObject({
    hex: z
      .string()
      .max(2 * longestSecret)
      .regex(/^([0-9a-fA-F]{2})*$/, 'is no sequence of bytes in hexadecimal'),
  }),
]);

export const lunName: z.ZodType<LunName> = z.union([
  z.int().min(0).max(0xff_ffff),
  z.string().regex(/^[0-9a-fA-F]{16}$/, 'is no LUN'),
]);

/** `<target name>/<LUN>`. */
export const devicePath: z.ZodType<string> = line(300);
