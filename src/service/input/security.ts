// What operations on the node, on secrets and on IPsec settings may be told.

import { z } from 'zod';

import type { InitiatorInput } from '../contract/initiator.ts';
import type { InitiatorPlace, Secret } from '../contract/names.ts';
import type { IkeIdentity, IkeSettingsInput, TunnelAddress } from '../contract/security.ts';
import { place } from './discovery.ts';
import { host, nodeName, secret, securityFlags } from './fields.ts';

export const initiatorInput: z.ZodType<InitiatorInput> = z.strictObject({
  nodeName: nodeName.nullable().exactOptional(),
  alias: z.string().max(255).nullable().exactOptional(),
});

export const secretInput: z.ZodType<{ readonly secret: Secret | null }> = z.strictObject({ secret: secret.nullable() });

/** Types of IKE_IDENTIFICATION_PAYLOAD_TYPE (iscsidsc.h). */
export const ikeIdentity: z.ZodType<IkeIdentity> = z.strictObject({
  idType: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(5)], { error: 'is none of 1, 2, 3 and 5' }),
  id: z.string().min(1).max(255),
});

export const placeInput: z.ZodType<InitiatorPlace> = z.object(place);

export const ikeSettingsInput: z.ZodType<IkeSettingsInput> = z.strictObject({
  ...place,
  securityFlags,
  identity: ikeIdentity.exactOptional(),
  key: secret.exactOptional(),
  persists: z.boolean().exactOptional(),
});

export const presharedKeyInput: z.ZodType<{
  readonly identity?: IkeIdentity;
  readonly key: Secret | null;
  readonly persists?: boolean;
}> = z.strictObject({
  identity: ikeIdentity.exactOptional(),
  key: secret.nullable(),
  persists: z.boolean().exactOptional(),
});

export const tunnelInput: z.ZodType<TunnelAddress> = z.strictObject({
  ...place,
  destination: host.exactOptional(),
  outer: host.exactOptional(),
  persists: z.boolean().exactOptional(),
});

export const eventsInput: z.ZodType<{ readonly after?: string }> = z.strictObject({
  after: z.string().min(1).max(64).exactOptional(),
});

export const exportInput: z.ZodType<{ readonly includesSecrets?: boolean }> = z.strictObject({
  includesSecrets: z.boolean().exactOptional(),
});
