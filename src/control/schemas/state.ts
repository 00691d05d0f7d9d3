// Schemas of events and of everything that is kept (contract/events.ts, contract/initiator-service.ts).

import { z } from 'zod';
import type { ExportedState, ServiceEvent } from '../../service/index.ts';

export const serviceEvent: z.ZodType<ServiceEvent> = z.object({
  id: z.string(),
  at: z.string(),
  type: z.string(),
  sessionId: z.string().exactOptional(),
  connectionId: z.string().exactOptional(),
  targetName: z.string().exactOptional(),
  path: z.string().exactOptional(),
  detail: z.record(z.string(), z.unknown()),
});

const stateShape = {
  format: z.literal('hawser-state'),
  version: z.int().min(0),
  records: z.record(z.string(), z.record(z.string(), z.unknown())),
  secrets: z.record(z.string(), z.base64()).exactOptional(),
};

export const exportedState: z.ZodType<ExportedState> = z.object(stateShape);
export const exportedStateInput: z.ZodType<ExportedState> = z.strictObject(stateShape);
