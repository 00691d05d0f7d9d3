// The schemas that have a name in the OpenAPI document.

import type { z } from 'zod';
import { problemSchema } from './problem.ts';
import { deviceInfo, holdInfo, holdInput, persistentDevice } from './schemas/devices.ts';
import {
  isnsServer,
  knownTarget,
  sendTargetsPortal,
  sendTargetsPortalInput,
  staticTargetInput,
  targetMapping,
  targetMappingInput,
} from './schemas/discovery.ts';
import { concern, initiatorInfo, initiatorInput, serviceStatus, versionInfo } from './schemas/initiator.ts';
import { loginOptions, storedLoginOptions } from './schemas/login-options.ts';
import { portalAddress, portalAddressInput, secret, targetPortal, targetPortalInput } from './schemas/names.ts';
import { ikeSettings, ikeSettingsInput, secretInfo, tunnelAddress, tunnelAddressInput } from './schemas/security.ts';
import {
  connectionInfo,
  holderInfo,
  inquiryInput,
  keptLoginInput,
  loginInput,
  loginResult,
  logoutInfo,
  persistentLogin,
  removalInfo,
  scsiAnswer,
  sessionInfo,
} from './schemas/sessions.ts';
import { exportedState, exportedStateInput, serviceEvent } from './schemas/state.ts';
import { errorNote } from './schemas/texts.ts';

/** By name; those that are both given and answered have a strict form, named `…Input`, that takes no other field. */
export const namedSchemas: Readonly<Record<string, z.ZodType>> = {
  Concern: concern,
  ConnectionInfo: connectionInfo,
  DeviceInfo: deviceInfo,
  ErrorNote: errorNote,
  ExportedState: exportedState,
  ExportedStateInput: exportedStateInput,
  HoldInfo: holdInfo,
  HoldInput: holdInput,
  HolderInfo: holderInfo,
  IkeSettings: ikeSettings,
  IkeSettingsInput: ikeSettingsInput,
  InitiatorInfo: initiatorInfo,
  InitiatorInput: initiatorInput,
  InquiryInput: inquiryInput,
  IsnsServer: isnsServer,
  KeptLoginInput: keptLoginInput,
  KnownTarget: knownTarget,
  LoginInput: loginInput,
  LoginOptions: loginOptions,
  LoginResult: loginResult,
  LogoutInfo: logoutInfo,
  PersistentDevice: persistentDevice,
  PersistentLogin: persistentLogin,
  PortalAddress: portalAddress,
  PortalAddressInput: portalAddressInput,
  Problem: problemSchema,
  RemovalInfo: removalInfo,
  ScsiAnswer: scsiAnswer,
  Secret: secret,
  SecretInfo: secretInfo,
  SendTargetsPortal: sendTargetsPortal,
  SendTargetsPortalInput: sendTargetsPortalInput,
  ServiceEvent: serviceEvent,
  ServiceStatus: serviceStatus,
  SessionInfo: sessionInfo,
  StaticTargetInput: staticTargetInput,
  StoredLoginOptions: storedLoginOptions,
  TargetMapping: targetMapping,
  TargetMappingInput: targetMappingInput,
  TargetPortal: targetPortal,
  TargetPortalInput: targetPortalInput,
  TunnelAddress: tunnelAddress,
  TunnelAddressInput: tunnelAddressInput,
  VersionInfo: versionInfo,
};
