// Operations on the devices that have to be there before the service says that it is ready.

import { z } from 'zod';
import { persistentDevice } from '../schemas/devices.ts';
import { devicePath } from '../schemas/names.ts';
import { milliseconds } from '../schemas/texts.ts';
import type { OperationTable } from './operation.ts';

const deviceKey: z.ZodType<{ readonly path: string }> = z.strictObject({ path: devicePath });

export const persistentDeviceOperations: OperationTable<
  | 'persistentDevices'
  | 'addPersistentDevice'
  | 'removePersistentDevice'
  | 'clearPersistentDevices'
  | 'bindPersistentDevices'
  | 'waitForPersistentDevices'
> = {
  persistentDevices: {
    method: 'GET',
    path: '/v1/persistent-devices',
    summary: 'The devices that are bound',
    input: undefined,
    output: z.array(persistentDevice),
    errors: [],
  },
  addPersistentDevice: {
    method: 'POST',
    path: '/v1/persistent-devices',
    summary: 'Binds a device',
    input: deviceKey,
    output: persistentDevice,
    errors: ['SERVICE_DEVICE_UNKNOWN', 'SERVICE_DEVICE_NOT_PERSISTENT', 'SERVICE_DEVICE_BOUND'],
  },
  removePersistentDevice: {
    method: 'DELETE',
    path: '/v1/persistent-devices/{path}',
    summary: 'Binds a device no longer',
    input: deviceKey,
    output: undefined,
    errors: ['SERVICE_DEVICE_UNKNOWN'],
  },
  clearPersistentDevices: {
    method: 'POST',
    path: '/v1/persistent-devices/clear',
    summary: 'Binds no device any longer',
    input: undefined,
    output: undefined,
    errors: [],
  },
  bindPersistentDevices: {
    method: 'POST',
    path: '/v1/persistent-devices/bind',
    summary: 'Binds every device of the sessions that have a persistent login',
    input: undefined,
    output: z.array(persistentDevice),
    errors: [],
  },
  waitForPersistentDevices: {
    method: 'POST',
    path: '/v1/persistent-devices/wait',
    summary: 'Answers when every device that is bound is there',
    input: z.strictObject({ timeoutMs: milliseconds.exactOptional() }),
    output: undefined,
    errors: ['SERVICE_DEVICES_MISSING'],
    ownLimitMs: ({ timeoutMs }) => timeoutMs,
  },
};
