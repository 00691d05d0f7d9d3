// Schemas of secrets and of the settings of RADIUS and IPsec (contract/security.ts).

import { z } from 'zod';
import type {
  IkeIdentity,
  IkeSettings,
  IkeSettingsInput,
  RadiusServer,
  SecretInfo,
  TunnelAddress,
} from '../../service/index.ts';
import { host, placeOutputShape, placeShape, portalAddress, secret } from './names.ts';
import { maybe, name, u32 } from './texts.ts';

export const secretInfo: z.ZodType<SecretInfo> = z.object({
  name: z.string(),
  length: z.number(),
  since: z.string(),
});

export const radiusServer: z.ZodType<RadiusServer> = portalAddress;

const ikeIdentity: z.ZodType<IkeIdentity> = z.object({ idType: z.number(), id: z.string() });

export const ikeIdentityInput: z.ZodType<IkeIdentity> = z.strictObject({
  idType: z.int().min(0).max(255),
  id: name(255),
});

export const ikeSettingsInput: z.ZodType<IkeSettingsInput> = z.strictObject({
  ...placeShape,
  securityFlags: u32,
  identity: ikeIdentityInput.exactOptional(),
  key: secret.exactOptional(),
  persists: z.boolean().exactOptional(),
});

export const ikeSettings: z.ZodType<IkeSettings> = z.object({
  ...placeOutputShape,
  securityFlags: z.number(),
  identity: maybe(ikeIdentity),
  hasKey: z.boolean(),
});

export const tunnelAddress: z.ZodType<TunnelAddress> = z.object({
  ...placeOutputShape,
  destination: z.string().exactOptional(),
  outer: z.string().exactOptional(),
  persists: z.boolean().exactOptional(),
});
export const tunnelAddressInput: z.ZodType<TunnelAddress> = z.strictObject({
  ...placeShape,
  destination: host.exactOptional(),
  outer: host.exactOptional(),
  persists: z.boolean().exactOptional(),
});
