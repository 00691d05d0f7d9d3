// Schemas of the initiator, and of the service that drives it (contract/initiator.ts).

import { z } from 'zod';
import type {
  Concern,
  InitiatorInfo,
  InitiatorInput,
  InstanceInfo,
  ServiceStatus,
  VersionInfo,
} from '../../service/index.ts';
import { uniqueId } from './names.ts';
import { line, maybe, name } from './texts.ts';

const instanceInfo: z.ZodType<InstanceInfo> = z.object({
  instance: z.string(),
  adapterId: z.string(),
  sessionCount: z.number(),
  ports: z.array(z.string()),
});

export const initiatorInfo: z.ZodType<InitiatorInfo> = z.object({
  nodeName: z.string(),
  defaultNodeName: z.string(),
  alias: maybe(z.string()),
  instances: z.array(instanceInfo),
  hasChapSecret: z.boolean(),
});

export const initiatorInput: z.ZodType<InitiatorInput> = z.strictObject({
  nodeName: name(255).nullable().exactOptional(),
  alias: line(255).nullable().exactOptional(),
});

export const concern: z.ZodType<Concern> = z.object({
  kind: z.string(),
  name: z.string(),
  code: z.string(),
  message: z.string(),
  since: z.string(),
  nextAttemptAt: maybe(z.string()),
});

export const serviceStatus: z.ZodType<ServiceStatus> = z.object({
  version: z.string(),
  pid: z.number(),
  startedAt: z.string(),
  stateDirectory: z.string(),
  nodeName: z.string(),
  isReady: z.boolean(),
  counts: z.object({
    sessions: z.number(),
    connections: z.number(),
    devices: z.number(),
    persistentLogins: z.number(),
    portals: z.number(),
    isnsServers: z.number(),
    targets: z.number(),
  }),
  lostSessions: z.array(uniqueId),
  concerns: z.array(concern),
});

export const versionInfo: z.ZodType<VersionInfo> = z.object({
  majorVersion: z.number(),
  minorVersion: z.number(),
  buildNumber: z.number(),
});
