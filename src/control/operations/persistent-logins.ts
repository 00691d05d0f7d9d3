// Operations on the logins that are carried out whenever the service starts.

import { z } from 'zod';
import { placeShape, portalAddressInput, targetName } from '../schemas/names.ts';
import { keptLoginInput, persistentLogin } from '../schemas/sessions.ts';
import type { OperationTable } from './operation.ts';

export const persistentLoginOperations: OperationTable<
  'persistentLogins' | 'addPersistentLogin' | 'removePersistentLogin'
> = {
  persistentLogins: {
    method: 'GET',
    path: '/v1/persistent-logins',
    summary: 'The logins that are kept, and what has become of each',
    input: undefined,
    output: z.array(persistentLogin),
    errors: [],
  },
  addPersistentLogin: {
    method: 'POST',
    path: '/v1/persistent-logins',
    summary: 'Keeps a login for the next start, without carrying it out now',
    input: keptLoginInput,
    output: persistentLogin,
    errors: ['SERVICE_BAD_REQUEST', 'SERVICE_TARGET_UNKNOWN', 'SERVICE_INSTANCE_UNKNOWN', 'SERVICE_SECRET_INVALID'],
  },
  removePersistentLogin: {
    method: 'DELETE',
    path: '/v1/persistent-logins/{targetName}',
    summary: 'Forgets the logins to a target that match; sessions stay',
    input: z.strictObject({ ...placeShape, targetName, portal: portalAddressInput.exactOptional() }),
    output: z.object({ removed: z.number() }),
    errors: ['SERVICE_LOGIN_UNKNOWN', 'SERVICE_INSTANCE_UNKNOWN'],
  },
};
