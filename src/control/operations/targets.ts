// Operations on the targets that are known.

import { z } from 'zod';
import { knownTarget, staticTargetInput } from '../schemas/discovery.ts';
import { targetName } from '../schemas/names.ts';
import type { OperationTable } from './operation.ts';

export const targetOperations: OperationTable<'targets' | 'addStaticTarget' | 'removeStaticTarget'> = {
  targets: {
    method: 'GET',
    path: '/v1/targets',
    summary: 'All targets that are known; with `refresh` every source is asked before',
    input: z.strictObject({ refresh: z.boolean().exactOptional(), includesHidden: z.boolean().exactOptional() }),
    output: z.array(knownTarget),
    errors: [],
  },
  addStaticTarget: {
    method: 'POST',
    path: '/v1/targets',
    summary: 'Makes a target known without discovery',
    input: staticTargetInput,
    output: knownTarget,
    errors: ['SERVICE_BAD_REQUEST', 'SERVICE_MAPPING_TAKEN', 'SERVICE_SECRET_INVALID'],
  },
  removeStaticTarget: {
    method: 'DELETE',
    path: '/v1/targets/{targetName}',
    summary: 'Forgets a static target; sessions stay',
    input: z.strictObject({ targetName }),
    output: undefined,
    errors: ['SERVICE_TARGET_UNKNOWN'],
  },
};
