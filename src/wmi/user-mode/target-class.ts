// MSIscsiInitiator_TargetClass: the targets that are known, an instance for each way in which one was found.

import type { InitiatorService, KnownTarget, LoginInput, TargetInstance } from '../../service/index.ts';
import type { CimClass } from '../cim/cim-class.ts';
import type { PropertiesOf } from '../cim/class-table.ts';
import { type MethodCall, tableClass } from '../cim/table-class.ts';
import { isMultipath } from '../login-meanings.ts';
import { findEmbedded } from './embedded.ts';
import { readKey, readSecurityFlags, required } from './inputs.ts';
import { asLoginOptions, loginStatuses, readLoginOptions } from './login-options.ts';
import { asMappings, readMappings } from './mappings.ts';
import { asPortalGroups, placeOf, readPortal } from './portals.ts';

/** No document tells its keys: these are what one instance differs from another in. */
const targetTable = {
  namespace: 'root/wmi',
  name: 'MSIscsiInitiator_TargetClass',
  keys: ['TargetName', 'DiscoveryMechanism', 'InitiatorName'],
  properties: {
    TargetName: 'string',
    DiscoveryMechanism: 'string',
    InitiatorName: 'string',
    ProtocolType: 'uint32',
    TargetAlias: 'string',
    PortalGroups: 'MSIscsiInitiator_PortalGroup[]',
    Mappings: 'MSIscsiInitiator_TargetMappings',
    TargetFlags: 'uint32',
    LoginOptions: 'MSIscsiInitiator_TargetLoginOptions',
  },
  methods: {
    Login: {
      in: {
        IsInformationalSession: 'boolean',
        InitiatorPortNumber: 'uint32',
        TargetPortal: 'MSIscsiInitiator_Portal',
        SecurityFlags: 'uint64', // ISCSI_SECURITY_FLAGS
        Mappings: 'MSIscsiInitiator_TargetMappings[]',
        LoginOptions: 'MSIscsiInitiator_TargetLoginOptions',
        Key: 'uint8[]',
        IsPersistent: 'boolean',
      },
      out: { UniqueSessionId: 'string', UniqueConnectionId: 'string' },
    },
  },
} as const;

/** TARGETPROTOCOLTYPE. */
const tcpProtocol = 0;
/** ISCSI_TARGET_FLAGS. */
const hideStaticTarget = 0x02;

/** The class over a service. */
export function targetClass(service: InitiatorService): CimClass {
  return tableClass(targetTable, {
    instances: async (signal) => (await service.targets({}, { signal })).flatMap(asInstances),
    methods: {
      Login: async (call) => {
        const { sessionId, connectionId } = await service.login(readLogin(call), { signal: call.signal });
        return { UniqueSessionId: sessionId, UniqueConnectionId: connectionId };
      },
    },
    statuses: { ...loginStatuses, STORE_FAILED: 'ISDSC_COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA' },
    findTable: findEmbedded,
  });
}

/** The session is the instance's initiator's, where the target was found through one in particular. */
function readLogin({ instance, input }: MethodCall<typeof targetTable, 'Login'>): LoginInput {
  const isInformational = input.IsInformationalSession ?? false;
  const isPersistent = input.IsPersistent ?? false;
  const portal = readPortal(input.TargetPortal, 'TargetPortal');
  const mapping = readMappings(input.Mappings);
  const loginOptions = readLoginOptions(input.LoginOptions);
  return {
    targetName: required(instance.TargetName, 'TargetName'),
    isInformational,
    ...placeOf(instance.InitiatorName, input.InitiatorPortNumber),
    ...(portal === undefined ? {} : { portal }),
    ...readSecurityFlags(input.SecurityFlags),
    ...(mapping === undefined ? {} : { mapping }),
    ...(loginOptions === undefined ? {} : { loginOptions }),
    ...readKey(input.Key),
    ...(isPersistent ? { isPersistent } : {}),
    existing: existingOf({ isMultipath: isMultipath(loginOptions), isPersistent }),
  };
}

/**
 * What a session that is there already means. A login that is to be kept is content with it: what was asked for is that the
 * login be kept, which refusing would not tell from failing.
 */
export function existingOf(wish: {
  readonly isMultipath: boolean;
  readonly isPersistent: boolean;
}): 'add' | 'find' | 'refuse' {
  if (wish.isMultipath) return 'add';
  return wish.isPersistent ? 'find' : 'refuse';
}

function asInstances(target: KnownTarget): PropertiesOf<typeof targetTable>[] {
  return target.instances.map((found) => asInstance(target.targetName, found));
}

function asInstance(targetName: string, found: TargetInstance): PropertiesOf<typeof targetTable> {
  const instance = found.initiatorInstance;
  return {
    TargetName: targetName,
    DiscoveryMechanism: found.mechanism,
    InitiatorName: instance,
    ProtocolType: tcpProtocol,
    TargetAlias: found.targetAlias,
    PortalGroups: asPortalGroups(found.portals),
    Mappings: asMappings(found.mapping, { instance, targetName }),
    TargetFlags: found.isHidden ? hideStaticTarget : 0,
    LoginOptions: asLoginOptions(found.loginOptions),
  };
}
