// Operations on iSNS servers.

import { z } from 'zod';
import { isnsServer } from '../schemas/discovery.ts';
import { serverAddress } from '../schemas/names.ts';
import type { OperationTable } from './operation.ts';

const serverKey: z.ZodType<{ readonly address: string }> = z.strictObject({ address: serverAddress });

export const isnsOperations: OperationTable<
  'isnsServers' | 'addIsnsServer' | 'removeIsnsServer' | 'refreshIsnsServer'
> = {
  isnsServers: {
    method: 'GET',
    path: '/v1/isns-servers',
    summary: 'The iSNS servers that are asked',
    input: undefined,
    output: z.array(isnsServer),
    errors: [],
  },
  addIsnsServer: {
    method: 'POST',
    path: '/v1/isns-servers',
    summary: 'Keeps an iSNS server, registers there and asks it once',
    input: serverKey,
    output: isnsServer,
    errors: ['SERVICE_BAD_REQUEST'],
  },
  removeIsnsServer: {
    method: 'DELETE',
    path: '/v1/isns-servers/{address}',
    summary: 'Forgets an iSNS server',
    input: serverKey,
    output: undefined,
    errors: ['SERVICE_SERVER_UNKNOWN'],
  },
  refreshIsnsServer: {
    method: 'POST',
    path: '/v1/isns-servers/{address}/refresh',
    summary: 'Asks an iSNS server that is kept',
    input: serverKey,
    output: isnsServer,
    errors: ['SERVICE_SERVER_UNKNOWN', 'ISNS_UNREACHABLE', 'ISNS_TIMEOUT', 'ISNS_REFUSED', 'ISNS_BAD_ANSWER'],
  },
};
