// Operations on the connections of a session.

import { z } from 'zod';
import { loginOptions } from '../schemas/login-options.ts';
import { portalAddressInput, secret, uniqueId } from '../schemas/names.ts';
import { milliseconds, u32 } from '../schemas/texts.ts';
import type { OperationTable } from './operation.ts';

export const connectionOperations: OperationTable<'addConnection' | 'removeConnection'> = {
  addConnection: {
    method: 'POST',
    path: '/v1/sessions/{sessionId}/connections',
    summary: 'Adds a connection to a session',
    input: z.strictObject({
      sessionId: uniqueId,
      initiatorPort: u32.exactOptional(),
      portal: portalAddressInput.exactOptional(),
      loginOptions: loginOptions.exactOptional(),
      securityFlags: u32.exactOptional(),
      key: secret.exactOptional(),
    }),
    output: z.object({ connectionId: uniqueId }),
    errors: ['SERVICE_SESSION_UNKNOWN', 'SERVICE_INSTANCE_UNKNOWN', 'SERVICE_IPSEC_UNAVAILABLE', 'ISCSI_AUTH_FAILED'],
  },
  removeConnection: {
    method: 'DELETE',
    path: '/v1/sessions/{sessionId}/connections/{connectionId}',
    summary: 'Takes a connection out of a session; never the last and never the leading one',
    input: z.strictObject({
      sessionId: uniqueId,
      connectionId: uniqueId,
      drainTimeoutMs: milliseconds.exactOptional(),
    }),
    output: undefined,
    errors: [
      'SERVICE_SESSION_UNKNOWN',
      'SERVICE_CONNECTION_UNKNOWN',
      'ISCSI_LAST_CONNECTION',
      'ISCSI_LEADING_CONNECTION',
    ],
    ownLimitMs: ({ drainTimeoutMs }) => drainTimeoutMs ?? 0,
  },
};
