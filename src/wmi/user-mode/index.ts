// The classes of user mode: MSIscsiInitiator_* of root/wmi (Iscsidsc.mof), and in storage/ MSFT_iSCSI* of
// root/Microsoft/Windows/Storage (Iscsiwmiv2.mof). They are made of the service alone, wherever it is, and keep nothing.

import type { InitiatorService } from '../../service/index.ts';
import type { CimClass } from '../cim/cim-class.ts';
import { isnsServerClass, sendTargetPortalClass } from './discovery-classes.ts';
import { embeddedClasses } from './embedded.ts';
import { initiatorClass, persistentDevicesClass, persistentLoginClass } from './kept-classes.ts';
import { methodClass } from './method-class.ts';
import { sessionClass } from './session-class.ts';
import { storageConnectionClass } from './storage/connection.ts';
import { storageSessionClass } from './storage/session.ts';
import { storageTargetClass } from './storage/target.ts';
import { storageTargetPortalClass } from './storage/target-portal.ts';
import { targetClass } from './target-class.ts';

/** All of them. */
export function userModeClasses(service: InitiatorService): CimClass[] {
  return [
    sessionClass(service),
    targetClass(service),
    methodClass(service),
    sendTargetPortalClass(service),
    isnsServerClass(service),
    persistentLoginClass(service),
    persistentDevicesClass(service),
    initiatorClass(service),
    ...embeddedClasses(),
    storageTargetClass(service),
    storageSessionClass(service),
    storageConnectionClass(service),
    storageTargetPortalClass(service),
  ];
}
