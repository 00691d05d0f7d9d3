// MSIscsiInitiator_PersistentLoginClass, MSIscsiInitiator_PersistentDevices and MSIscsiInitiator_InitiatorClass: what is
// kept for every start, and the initiators.

import { anyInitiatorPort, type InitiatorService, type PersistentLogin } from '../../service/index.ts';
import type { CimClass } from '../cim/cim-class.ts';
import type { PropertiesOf } from '../cim/class-table.ts';
import { tableClass } from '../cim/table-class.ts';
import { asLoginOptions } from './login-options.ts';
import { asMappings } from './mappings.ts';
import { asPortal } from './portals.ts';

/** Its key is the document's, and does not tell several logins to one target from each other. */
const persistentLoginTable = {
  namespace: 'root/wmi',
  name: 'MSIscsiInitiator_PersistentLoginClass',
  keys: ['TargetName'],
  properties: {
    TargetName: 'string',
    IsInformationalSession: 'boolean',
    InitiatorInstance: 'string',
    InitiatorPortNumber: 'uint32',
    TargetPortal: 'MSIscsiInitiator_Portal',
    SecurityFlags: 'uint64', // ISCSI_SECURITY_FLAGS
    Mappings: 'MSIscsiInitiator_TargetMappings',
    LoginOptions: 'MSIscsiInitiator_TargetLoginOptions',
  },
  methods: {},
} as const;

const persistentDevicesTable = {
  namespace: 'root/wmi',
  name: 'MSIscsiInitiator_PersistentDevices',
  keys: ['DevicePath'],
  properties: { DevicePath: 'string' },
  methods: {},
} as const;

/** No document tells its key: this is its only property. */
const initiatorTable = {
  namespace: 'root/wmi',
  name: 'MSIscsiInitiator_InitiatorClass',
  keys: ['InitiatorName'],
  properties: { InitiatorName: 'string' },
  methods: {},
} as const;

/** The logins that are carried out at every start. */
export function persistentLoginClass(service: InitiatorService): CimClass {
  return tableClass(persistentLoginTable, {
    instances: async (signal) => (await service.persistentLogins({ signal })).map(asLogin),
  });
}

/** The devices that have to be there before the service is ready. */
export function persistentDevicesClass(service: InitiatorService): CimClass {
  return tableClass(persistentDevicesTable, {
    instances: async (signal) =>
      (await service.persistentDevices({ signal })).map(({ path }) => ({ DevicePath: path })),
  });
}

/** The initiator instances. */
export function initiatorClass(service: InitiatorService): CimClass {
  return tableClass(initiatorTable, {
    instances: async (signal) =>
      (await service.initiator({ signal })).instances.map(({ instance }) => ({ InitiatorName: instance })),
  });
}

function asLogin(login: PersistentLogin): PropertiesOf<typeof persistentLoginTable> {
  const { targetName, instance = '', initiatorPort = anyInitiatorPort } = login;
  return {
    TargetName: targetName,
    IsInformationalSession: login.isInformational,
    InitiatorInstance: instance,
    InitiatorPortNumber: initiatorPort,
    TargetPortal: asPortal(login.portal),
    SecurityFlags: BigInt(login.securityFlags),
    Mappings: asMappings(login.mapping, { instance, targetName }),
    LoginOptions: asLoginOptions(login.loginOptions),
  };
}
