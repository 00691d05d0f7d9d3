// Operations on secrets and on the settings of RADIUS and IPsec. None answers with a secret.

import { z } from 'zod';
import type { Secret } from '../../service/index.ts';
import { place, secret, serverAddress } from '../schemas/names.ts';
import {
  ikeIdentityInput,
  ikeSettings,
  ikeSettingsInput,
  radiusServer,
  secretInfo,
  tunnelAddress,
  tunnelAddressInput,
} from '../schemas/security.ts';
import type { OperationTable } from './operation.ts';

const serverKey: z.ZodType<{ readonly address: string }> = z.strictObject({ address: serverAddress });
const secretOrNull: z.ZodType<{ readonly secret: Secret | null }> = z.strictObject({ secret: secret.nullable() });

export const secretOperations: OperationTable<'secrets' | 'setChapSecret' | 'setRadiusSecret' | 'setPresharedKey'> = {
  secrets: {
    method: 'GET',
    path: '/v1/secrets',
    summary: 'Which secrets are kept; not their values',
    input: undefined,
    output: z.array(secretInfo),
    errors: [],
  },
  setChapSecret: {
    method: 'PUT',
    path: '/v1/secrets/initiator-chap',
    summary: 'Sets the secret that targets prove themselves with in mutual CHAP; null takes it away',
    input: secretOrNull,
    output: undefined,
    errors: ['SERVICE_SECRET_INVALID'],
  },
  setRadiusSecret: {
    method: 'PUT',
    path: '/v1/secrets/radius',
    summary: 'Sets the secret that is shared with the RADIUS servers; null takes it away',
    input: secretOrNull,
    output: undefined,
    errors: ['SERVICE_SECRET_INVALID'],
  },
  setPresharedKey: {
    method: 'PUT',
    path: '/v1/secrets/preshared-key',
    summary: 'Sets the IKE preshared key of an identity, or of all; null takes it away',
    input: z.strictObject({
      identity: ikeIdentityInput.exactOptional(),
      key: secret.nullable(),
      persists: z.boolean().exactOptional(),
    }),
    output: undefined,
    errors: ['SERVICE_SECRET_INVALID', 'SERVICE_IPSEC_UNAVAILABLE'],
  },
};

export const radiusOperations: OperationTable<'radiusServers' | 'addRadiusServer' | 'removeRadiusServer'> = {
  radiusServers: {
    method: 'GET',
    path: '/v1/radius-servers',
    summary: 'The RADIUS servers that verify CHAP',
    input: undefined,
    output: z.array(radiusServer),
    errors: [],
  },
  addRadiusServer: {
    method: 'POST',
    path: '/v1/radius-servers',
    summary: 'Keeps a RADIUS server',
    input: serverKey,
    output: undefined,
    errors: ['SERVICE_BAD_REQUEST'],
  },
  removeRadiusServer: {
    method: 'DELETE',
    path: '/v1/radius-servers/{address}',
    summary: 'Forgets a RADIUS server',
    input: serverKey,
    output: undefined,
    errors: ['SERVICE_SERVER_UNKNOWN'],
  },
};

export const ipsecOperations: OperationTable<
  'ikeSettings' | 'setIkeSettings' | 'tunnelAddresses' | 'setTunnelAddress'
> = {
  ikeSettings: {
    method: 'GET',
    path: '/v1/ike-settings',
    summary: 'The IKE settings of an initiator, or of one of its ports',
    input: place,
    output: ikeSettings,
    errors: ['SERVICE_INSTANCE_UNKNOWN'],
  },
  setIkeSettings: {
    method: 'PUT',
    path: '/v1/ike-settings',
    summary: 'Keeps IKE settings',
    input: ikeSettingsInput,
    output: undefined,
    errors: ['SERVICE_INSTANCE_UNKNOWN', 'SERVICE_SECRET_INVALID', 'SERVICE_IPSEC_UNAVAILABLE'],
  },
  tunnelAddresses: {
    method: 'GET',
    path: '/v1/tunnel-addresses',
    summary: 'The outer addresses of IPsec tunnels',
    input: undefined,
    output: z.array(tunnelAddress),
    errors: [],
  },
  setTunnelAddress: {
    method: 'PUT',
    path: '/v1/tunnel-addresses',
    summary: 'Sets the outer address of the tunnel to a destination, or takes it away',
    input: tunnelAddressInput,
    output: undefined,
    errors: ['SERVICE_INSTANCE_UNKNOWN', 'SERVICE_IPSEC_UNAVAILABLE'],
  },
};
