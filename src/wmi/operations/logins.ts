// MSiSCSI_Operations: logins and logouts, SendTargets, connections, persistent logins.

import type { InitiatorInstance } from '../../adapter/index.ts';
import type { DriverLoginInput, LoginNode, LoginOptions } from '../../service/index.ts';
import type { StructureValue } from '../layout/index.ts';
import { isMultipath } from '../login-meanings.ts';
import type { MethodBlock } from '../provider/index.ts';
import { driverId, serviceId } from '../unique-ids.ts';
import { LOGINSESSIONTYPE } from '../values/index.ts';
import type { WmiGround } from '../wmi-ground.ts';
import { adapterOf, placeOf } from './adapters.ts';
import { loginOptionsOf, securityOf } from './login-options.ts';
import { mappingOf, portalOf } from './places.ts';
import { answer, done, refuse, type Statuses } from './status.ts';

type Methods = MethodBlock<'MSiSCSI_Operations'>['methods'];

type LoginIn = StructureValue<'LoginToTarget_IN'>;

/** What the two ids are where there is no session. */
const noSession = { UniqueSessionId: 0n, UniqueConnectionId: 0n } as const;

/** What a login lacks that wants RADIUS and has no server: something to judge the target by. */
const loginStatuses: Statuses = {
  SERVICE_SERVER_UNKNOWN: 'ISDSC_TARGET_AUTHINFO_UNAVAILABLE',
  STORE_FAILED: 'ISDSC_COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA',
};

const { ISCSI_LOGINTARGET_DISCOVERY, ISCSI_LOGINTARGET_INFORMATIONAL, ISCSI_LOGINTARGET_DATA } = LOGINSESSIONTYPE;

/** The methods. */
export function loginMethods(
  ground: WmiGround,
): Pick<
  Methods,
  | 'SendTargets'
  | 'LoginToTarget'
  | 'LogoutFromTarget'
  | 'AddConnectionToSession'
  | 'RemoveConnectionFromSession'
  | 'RemovePersistentLogin'
> {
  const { service } = ground;
  return {
    SendTargets: async (instanceName, { UniqueSessionId, SendTargetsText }, signal) =>
      await answer(
        async () => {
          const adapter = adapterOf(ground, instanceName);
          const { text } = await adapter.sendTargetsOver(UniqueSessionId, SendTargetsText, signal);
          return { Response: text };
        },
        { Response: new Uint8Array() },
        { ISCSI_BAD_TEXT: 'ISDSC_INVALID_SENDTARGETS_TEXT' },
      ),
    LoginToTarget: async (instanceName, input, signal) =>
      await answer(
        async () => await logIn(ground, adapterOf(ground, instanceName), input, signal),
        noSession,
        loginStatuses,
      ),
    LogoutFromTarget: async (instanceName, { UniqueSessionId }, signal) =>
      await done(async () => {
        const adapter = adapterOf(ground, instanceName);
        const isDiscovery = adapter.discoverySessions().some((each) => each.uniqueSessionId === UniqueSessionId);
        if (isDiscovery) await adapter.logoutFromTarget(UniqueSessionId);
        // By way of the service, for which a session that it does not end itself is one that is lost. Whether devices are in
        // use is asked above this floor: here they go in any case, drained and flushed.
        else await service.logout({ sessionId: serviceId(adapter, UniqueSessionId), force: true }, { signal });
      }),
    AddConnectionToSession: async (instanceName, input, signal) =>
      await answer(
        async () => ({
          UniqueConnectionId: await addConnection(ground, adapterOf(ground, instanceName), input, signal),
        }),
        { UniqueConnectionId: 0n },
        loginStatuses,
      ),
    RemoveConnectionFromSession: async (instanceName, { UniqueSessionId, UniqueConnectionId }) =>
      await done(async () => {
        const adapter = adapterOf(ground, instanceName);
        refuseOnly(adapter, UniqueSessionId, UniqueConnectionId);
        await adapter.removeConnectionFromSession(UniqueSessionId, UniqueConnectionId);
      }),
    RemovePersistentLogin: async (instanceName, { PortNumber, TargetName, TargetPortal }, signal) =>
      await done(
        async () => {
          const portal = portalOf(TargetPortal);
          const place = placeOf(adapterOf(ground, instanceName), PortNumber);
          const key = { ...place, targetName: TargetName, ...(portal === undefined ? {} : { portal }) };
          await service.removePersistentLogin(key, { signal });
        },
        { STORE_FAILED: 'ISDSC_COULD_NOT_REMOVE_PERSISTENT_LOGIN_DATA' },
      ),
  };
}

async function logIn(
  ground: WmiGround,
  adapter: InitiatorInstance,
  input: LoginIn,
  signal: AbortSignal,
): Promise<typeof noSession | { readonly UniqueSessionId: bigint; readonly UniqueConnectionId: bigint }> {
  const { logins } = ground;
  const options = loginOptionsOf(input);
  const portal = portalOf(input.TargetPortal);
  const common = {
    ...placeOf(adapter, input.PortNumber),
    ...securityOf(input.SecurityFlags, input.Key),
    loginOptions: options,
  };
  const isOfDiscovery = input.SessionType === ISCSI_LOGINTARGET_DISCOVERY;
  if (isOfDiscovery) {
    if (input.PersistentLogin) refuse('ISDSC_REQUEST_NOT_SUPPORTED');
    if (portal === undefined) refuse('ISDSC_NO_PORTAL_SPECIFIED');
    const wishes = { ...common, ...nodeOf(input), portal };
    return asIds(await logins.loginForDiscovery(wishes, { signal }));
  }
  const login = { ...common, ...targetOf(input), ...(portal === undefined ? {} : { portal }) };
  if (input.PersistentLogin) {
    await requireOwnNode(ground, input);
    await logins.keepLogin(login, { signal });
    return noSession;
  }
  const now: DriverLoginInput = {
    ...login,
    ...nodeOf(input),
    isidQualifier: input.UniqueIdForISID,
    existing: isMultipath(options) ? 'add' : 'refuse',
  };
  return asIds(await logins.loginToTarget(now, { signal }));
}

function targetOf(input: LoginIn): Pick<DriverLoginInput, 'targetName' | 'isInformational' | 'mapping'> {
  const { SessionType } = input;
  const isInformational = SessionType === ISCSI_LOGINTARGET_INFORMATIONAL;
  if (!isInformational && SessionType !== ISCSI_LOGINTARGET_DATA) refuse('ISDSC_INVALID_PARAMETER');
  const mapping = mappingOf(input.Mappings);
  return { targetName: input.TargetName, isInformational, ...(mapping === undefined ? {} : { mapping }) };
}

/** Empty names are for the adapter to choose. */
function nodeOf({ InitiatorNode, InitiatorAlias }: LoginIn): LoginNode {
  return {
    ...(InitiatorNode === '' ? {} : { initiatorName: InitiatorNode }),
    ...(InitiatorAlias === '' ? {} : { initiatorAlias: InitiatorAlias }),
  };
}

/** Logins are kept for the node that the service has when they are carried out, so no other one can be promised. */
async function requireOwnNode({ service }: WmiGround, { InitiatorNode }: LoginIn): Promise<void> {
  if (InitiatorNode === '') return;
  const { nodeName } = await service.initiator();
  if (InitiatorNode.toLowerCase() !== nodeName.toLowerCase()) refuse('ISDSC_REQUEST_NOT_SUPPORTED');
}

function asIds({ sessionId, connectionId }: { readonly sessionId: string; readonly connectionId: string }): {
  readonly UniqueSessionId: bigint;
  readonly UniqueConnectionId: bigint;
} {
  return { UniqueSessionId: driverId(sessionId), UniqueConnectionId: driverId(connectionId) };
}

async function addConnection(
  { service }: WmiGround,
  adapter: InitiatorInstance,
  input: StructureValue<'AddConnectionToSession_IN'>,
  signal: AbortSignal,
): Promise<bigint> {
  if (input.UniqueAdapterId !== adapter.adapterId) refuse('ISDSC_INITIATOR_INSTANCE_NOT_FOUND');
  const loginOptions: LoginOptions = loginOptionsOf(input);
  const portal = portalOf(input.TargetPortal);
  const { connectionId } = await service.addConnection(
    {
      sessionId: serviceId(adapter, input.UniqueSessionId),
      initiatorPort: input.PortNumber,
      loginOptions,
      ...securityOf(input.SecurityFlags, input.Key),
      ...(portal === undefined ? {} : { portal }),
    },
    { signal },
  );
  return driverId(connectionId);
}

/** A discovery session has one connection, which ends with it. */
function refuseOnly(adapter: InitiatorInstance, sessionId: bigint, connectionId: bigint): void {
  const discovery = adapter.discoverySessions().find((each) => each.uniqueSessionId === sessionId);
  if (discovery === undefined) return;
  const isThere = discovery.uniqueConnectionId === connectionId;
  refuse(isThere ? 'ISDSC_CANT_REMOVE_LAST_CONNECTION' : 'ISDSC_INVALID_CONNECTION_ID');
}
