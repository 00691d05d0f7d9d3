// Operations on SendTargets portals.

import { z } from 'zod';
import type { InitiatorPlace, PortalAddress } from '../../service/index.ts';
import { sendTargetsPortal, sendTargetsPortalInput } from '../schemas/discovery.ts';
import { placeShape, portalAddressShape } from '../schemas/names.ts';
import type { OperationTable } from './operation.ts';

const portalKey: z.ZodType<InitiatorPlace & PortalAddress> = z.strictObject({ ...placeShape, ...portalAddressShape });

export const portalOperations: OperationTable<'portals' | 'addPortal' | 'removePortal' | 'refreshPortal'> = {
  portals: {
    method: 'GET',
    path: '/v1/portals',
    summary: 'The portals that are asked with SendTargets',
    input: undefined,
    output: z.array(sendTargetsPortal),
    errors: [],
  },
  addPortal: {
    method: 'POST',
    path: '/v1/portals',
    summary: 'Keeps a portal and asks it once; whether it answered is told in its outcome',
    input: sendTargetsPortalInput,
    output: sendTargetsPortal,
    errors: ['SERVICE_BAD_REQUEST', 'SERVICE_INSTANCE_UNKNOWN', 'SERVICE_SECRET_INVALID'],
  },
  removePortal: {
    method: 'DELETE',
    path: '/v1/portals/{host}/{port}',
    summary: 'Forgets a portal',
    input: portalKey,
    output: undefined,
    errors: ['SERVICE_PORTAL_UNKNOWN', 'SERVICE_INSTANCE_UNKNOWN'],
  },
  refreshPortal: {
    method: 'POST',
    path: '/v1/portals/{host}/{port}/refresh',
    summary: 'Asks a portal that is kept',
    input: portalKey,
    output: sendTargetsPortal,
    errors: ['SERVICE_PORTAL_UNKNOWN', 'SERVICE_INSTANCE_UNKNOWN'],
  },
};
