// Operations on everything that is kept.

import { z } from 'zod';
import { exportedState, exportedStateInput } from '../schemas/state.ts';
import type { OperationTable } from './operation.ts';

export const stateOperations: OperationTable<'exportState' | 'importState'> = {
  exportState: {
    method: 'GET',
    path: '/v1/state',
    summary: 'Everything that is kept; secrets only with `includesSecrets`',
    input: z.strictObject({ includesSecrets: z.boolean().exactOptional() }),
    output: exportedState,
    errors: [],
  },
  importState: {
    method: 'PUT',
    path: '/v1/state',
    summary: 'Puts what was exported in the place of what is kept, or adds it to that',
    input: z.strictObject({ state: exportedStateInput, merges: z.boolean().exactOptional() }),
    output: undefined,
    errors: ['SERVICE_STATE_INVALID'],
    isBulky: true,
  },
};
