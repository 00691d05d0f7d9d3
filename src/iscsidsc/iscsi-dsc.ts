// The Discovery Library API whole: the 46 functions of iscsidsc.h over a service.

import type { InitiatorService } from '../service/index.ts';
import { type ConnectionCalls, connectionCalls } from './connections.ts';
import { type DeviceCalls, deviceCalls } from './devices.ts';
import { type InitiatorCalls, initiatorCalls } from './initiator.ts';
import { type IsnsCalls, isnsCalls } from './isns.ts';
import { type PersistentDeviceCalls, persistentDeviceCalls } from './persistent-devices.ts';
import { type PersistentLoginCalls, persistentLoginCalls } from './persistent-logins.ts';
import { type RadiusCalls, radiusCalls } from './radius.ts';
import { type ScsiCalls, scsiCalls } from './scsi.ts';
import { type SecurityCalls, securityCalls } from './security.ts';
import { type SendTargetsCalls, sendTargetsCalls } from './send-targets.ts';
import { type SessionCalls, sessionCalls } from './sessions.ts';
import { type TargetCalls, targetCalls } from './targets.ts';

/**
 * The functions of iscsidsc.h. Each takes the header's in-parameters in the header's order, without buffers and their sizes,
 * and resolves with its Status and its out-parameters by the header's names; none throws, whatever it is given. NULL is null
 * or left out. Strings, arrays and bytes know their own lengths; the structures of the header have its member names.
 */
export interface IscsiDsc
  extends ConnectionCalls,
    DeviceCalls,
    InitiatorCalls,
    IsnsCalls,
    PersistentDeviceCalls,
    PersistentLoginCalls,
    RadiusCalls,
    ScsiCalls,
    SecurityCalls,
    SendTargetsCalls,
    SessionCalls,
    TargetCalls {}

/** The functions over a service, in this process or behind a socket. They hold nothing of their own. */
export function openIscsiDsc(service: InitiatorService): IscsiDsc {
  return {
    ...connectionCalls(service),
    ...deviceCalls(service),
    ...initiatorCalls(service),
    ...isnsCalls(service),
    ...persistentDeviceCalls(service),
    ...persistentLoginCalls(service),
    ...radiusCalls(service),
    ...scsiCalls(service),
    ...securityCalls(service),
    ...sendTargetsCalls(service),
    ...sessionCalls(service),
    ...targetCalls(service),
  };
}
