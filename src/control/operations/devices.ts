// Operations on devices and on holds of devices.

import { z } from 'zod';
import { deviceInfo, holdInfo, holdInput, leaseMs } from '../schemas/devices.ts';
import { uniqueId } from '../schemas/names.ts';
import { removalInfo } from '../schemas/sessions.ts';
import { name } from '../schemas/texts.ts';
import type { OperationTable } from './operation.ts';

const holdId = name(128);

export const deviceOperations: OperationTable<
  'devices' | 'removeDevice' | 'holdDevice' | 'renewHold' | 'releaseHold' | 'holds'
> = {
  devices: {
    method: 'GET',
    path: '/v1/devices',
    summary: 'The devices of all sessions, or of one; with `rescan` the targets are asked anew',
    input: z.strictObject({ sessionId: uniqueId.exactOptional(), rescan: z.boolean().exactOptional() }),
    output: z.array(deviceInfo),
    errors: ['SERVICE_SESSION_UNKNOWN'],
  },
  removeDevice: {
    method: 'DELETE',
    path: '/v1/sessions/{sessionId}/devices/{lun}',
    summary: 'Lets one device go while its session stays; refused as a logout is',
    input: z.strictObject({
      sessionId: uniqueId,
      lun: z.int().min(0).max(0xff_ffff),
      force: z.boolean().exactOptional(),
    }),
    output: removalInfo,
    errors: ['SERVICE_SESSION_UNKNOWN', 'SERVICE_DEVICE_UNKNOWN', 'ISCSI_DEVICE_BUSY'],
  },
  holdDevice: {
    method: 'POST',
    path: '/v1/holds',
    summary: 'Holds a device, so that it is not taken away under its user',
    input: holdInput,
    output: holdInfo,
    errors: ['SERVICE_DEVICE_UNKNOWN', 'SERVICE_SESSION_UNKNOWN', 'SERVICE_BAD_REQUEST'],
  },
  renewHold: {
    method: 'PUT',
    path: '/v1/holds/{holdId}',
    summary: 'Lets a hold go on',
    input: z.strictObject({ holdId, leaseMs }),
    output: holdInfo,
    errors: ['SERVICE_HOLD_UNKNOWN'],
  },
  releaseHold: {
    method: 'DELETE',
    path: '/v1/holds/{holdId}',
    summary: 'Ends a hold',
    input: z.strictObject({ holdId }),
    output: undefined,
    errors: ['SERVICE_HOLD_UNKNOWN'],
  },
  holds: {
    method: 'GET',
    path: '/v1/holds',
    summary: 'All holds',
    input: undefined,
    output: z.array(holdInfo),
    errors: [],
  },
};
