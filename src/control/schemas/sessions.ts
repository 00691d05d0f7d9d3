// Schemas of logins, sessions and connections (contract/sessions.ts).

import { z } from 'zod';
import type {
  ConnectionInfo,
  HolderInfo,
  InquiryInput,
  LoginInput,
  LoginResult,
  LogoutInfo,
  PersistentLogin,
  RemovalInfo,
  ScsiAnswer,
  SessionInfo,
  SessionParameters,
} from '../../service/index.ts';
import { targetMapping, targetMappingInput } from './discovery.ts';
import { loginOptions, policyName, storedLoginOptions } from './login-options.ts';
import {
  lunName,
  placeOutputShape,
  placeShape,
  portalAddress,
  portalAddressInput,
  secret,
  targetName,
  uniqueId,
} from './names.ts';
import { errorNote, maybe, u32 } from './texts.ts';

/** What a login that is only kept and one that is carried out have in common. */
const keptLoginShape = {
  ...placeShape,
  targetName,
  portal: portalAddressInput.exactOptional(),
  isInformational: z.boolean().exactOptional(),
  loginOptions: loginOptions.exactOptional(),
  mapping: targetMappingInput.exactOptional(),
  securityFlags: u32.exactOptional(),
  key: secret.exactOptional(),
};

export const loginInput: z.ZodType<LoginInput> = z.strictObject({
  ...keptLoginShape,
  existing: z.enum(['find', 'refuse', 'add']).exactOptional(),
  isPersistent: z.boolean().exactOptional(),
});

export const keptLoginInput: z.ZodType<Omit<LoginInput, 'isPersistent' | 'existing'>> = z.strictObject(keptLoginShape);

export const loginResult: z.ZodType<LoginResult> = z.object({
  sessionId: uniqueId,
  connectionId: uniqueId,
  wasThere: z.boolean(),
});

export const holderInfo: z.ZodType<HolderInfo> = z.object({
  device: z.string(),
  label: z.string(),
  pid: z.number(),
  reason: z.string().exactOptional(),
});

const removalShape = {
  holders: z.array(holderInfo),
  unknownWrites: z.array(z.object({ device: z.string(), offset: z.number(), length: z.number() })),
  flushErrors: z.array(errorNote),
};

export const removalInfo: z.ZodType<RemovalInfo> = z.object(removalShape);

export const logoutInfo: z.ZodType<LogoutInfo> = z.object({
  ...removalShape,
  isClean: z.boolean(),
  error: maybe(errorNote),
});

export const connectionInfo: z.ZodType<ConnectionInfo> = z.object({
  connectionId: uniqueId,
  cid: z.number(),
  state: z.string(),
  isLeading: z.boolean(),
  initiatorAddress: maybe(portalAddress),
  targetAddress: portalAddress,
  role: z.string(),
  tasksInFlight: z.number(),
  tasksSent: z.number(),
  bytesRead: z.number(),
  bytesWritten: z.number(),
  headerDigest: z.boolean(),
  dataDigest: z.boolean(),
  maxRecvDataSegmentLength: z.number(),
});

const sessionParameters: z.ZodType<SessionParameters> = z.object({
  initialR2t: z.boolean(),
  immediateData: z.boolean(),
  dataPduInOrder: z.boolean(),
  dataSequenceInOrder: z.boolean(),
  errorRecoveryLevel: z.number(),
  maxOutstandingR2t: z.number(),
  firstBurstLength: z.number(),
  maxBurstLength: z.number(),
  maxConnections: z.number(),
  defaultTime2Wait: z.number(),
  defaultTime2Retain: z.number(),
  targetPortalGroupTag: maybe(z.number()),
});

export const sessionInfo: z.ZodType<SessionInfo> = z.object({
  sessionId: uniqueId,
  instance: z.string(),
  initiatorName: z.string(),
  targetName: z.string(),
  targetAlias: z.string(),
  isInformational: z.boolean(),
  state: z.enum(['loggedIn', 'lost', 'leaving']),
  isid: z.string(),
  tsih: z.number(),
  policy: policyName,
  parameters: sessionParameters,
  connections: z.array(connectionInfo),
  since: z.string(),
  recoveries: z.number(),
  authType: z.string(),
  error: maybe(errorNote),
});

export const persistentLogin: z.ZodType<PersistentLogin> = z.object({
  ...placeOutputShape,
  targetName: z.string(),
  portal: maybe(portalAddress),
  isInformational: z.boolean(),
  mapping: maybe(targetMapping),
  loginOptions: storedLoginOptions,
  securityFlags: z.number(),
  actual: z.object({
    state: z.enum(['trying', 'waiting', 'up', 'resting', 'stopped']),
    sessionId: maybe(uniqueId),
    attempts: z.number(),
    nextAttemptAt: maybe(z.string()),
    error: maybe(errorNote),
  }),
});

export const scsiAnswer: z.ZodType<ScsiAnswer> = z.object({
  scsiStatus: z.number(),
  response: z.string(),
  sense: z.string(),
});

export const inquiryInput: z.ZodType<InquiryInput> = z.strictObject({
  sessionId: uniqueId,
  lun: lunName,
  evpdCmddt: z.int().min(0).max(255).exactOptional(),
  pageCode: z.int().min(0).max(255).exactOptional(),
  allocationLength: z.int().min(0).max(65_535).exactOptional(),
});
