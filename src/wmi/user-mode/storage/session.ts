// MSFT_iSCSISession: the sessions that there are, and whether they are made again at every start.

import type { InitiatorService, LoginOptions, PersistentLogin, SessionInfo } from '../../../service/index.ts';
import type { CimClass } from '../../cim/cim-class.ts';
import type { PropertiesOf } from '../../cim/class-table.ts';
import { refuse } from '../../cim/return-value.ts';
import { type MethodCall, tableClass } from '../../cim/table-class.ts';
import { ISCSI_LOGIN_FLAGS } from '../../values/iscsidef.ts';
import { required } from '../inputs.ts';
import { loginStatuses } from '../login-options.ts';
import { setChapSecret } from '../method-class.ts';
import { isSamePortal } from '../portals.ts';
import { asAuthenticationType, readCredentials } from './authentication.ts';
import { leadingOf } from './leading-connection.ts';

/** ChapUsername and ChapSecret are as running systems have them; the documents do not list them. */
export const storageSessionTable = {
  namespace: 'root/Microsoft/Windows/Storage',
  name: 'MSFT_iSCSISession',
  keys: ['SessionIdentifier'],
  properties: {
    SessionIdentifier: 'string',
    InitiatorSideIdentifier: 'string',
    TargetSideIdentifier: 'string',
    NumberOfConnections: 'uint32',
    TargetNodeAddress: 'string',
    InitiatorPortalAddress: 'string',
    IsDataDigest: 'boolean',
    IsHeaderDigest: 'boolean',
    AuthenticationType: 'string',
    InitiatorNodeAddress: 'string',
    InitiatorInstanceName: 'string',
    IsConnected: 'boolean',
    IsPersistent: 'boolean',
    IsDiscovered: 'boolean',
  },
  methods: {
    Register: {
      in: { IsMultipathEnabled: 'boolean', ChapUsername: 'string', ChapSecret: 'string' },
      out: {},
    },
    Unregister: { in: {}, out: {} },
    SetCHAPSecret: { in: { ChapSecret: 'string' }, out: {}, isStatic: true },
  },
} as const;

/** The class over a service. */
export function storageSessionClass(service: InitiatorService): CimClass {
  return tableClass(storageSessionTable, {
    instances: async (signal) => await storageSessions(service, signal),
    methods: {
      Register: async (call) => {
        await register(service, call);
        return {};
      },
      Unregister: async ({ instance, signal }) => {
        await unregister(service, required(instance.SessionIdentifier, 'SessionIdentifier'), signal);
        return {};
      },
      // There is one secret for all sessions, so it makes no difference on which one this is called.
      SetCHAPSecret: async ({ input, signal }) => {
        await setChapSecret(service, new TextEncoder().encode(required(input.ChapSecret, 'ChapSecret')), signal);
        return {};
      },
    },
    statuses: { ...loginStatuses, STORE_FAILED: 'ISDSC_COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA' },
  });
}

/** The instances. */
export async function storageSessions(
  service: InitiatorService,
  signal: AbortSignal,
): Promise<PropertiesOf<typeof storageSessionTable>[]> {
  const [sessions, logins, targets] = await Promise.all([
    service.sessions({ signal }),
    service.persistentLogins({ signal }),
    service.targets({}, { signal }),
  ]);
  const known = new Set(targets.map(({ targetName }) => targetName));
  return sessions.map((session) => {
    const leading = leadingOf(session);
    return {
      SessionIdentifier: session.sessionId,
      InitiatorSideIdentifier: session.isid,
      TargetSideIdentifier: session.tsih.toString(16).padStart(4, '0'),
      NumberOfConnections: session.connections.filter(({ state }) => state !== 'lost').length,
      TargetNodeAddress: session.targetName,
      InitiatorPortalAddress: leading?.initiatorAddress?.host ?? '',
      IsDataDigest: leading?.dataDigest ?? false,
      IsHeaderDigest: leading?.headerDigest ?? false,
      AuthenticationType: asAuthenticationType(session.authType),
      InitiatorNodeAddress: session.initiatorName,
      InitiatorInstanceName: session.instance,
      IsConnected: session.state !== 'lost',
      IsPersistent: logins.some((login) => login.actual.sessionId === session.sessionId),
      IsDiscovered: known.has(session.targetName),
    };
  });
}

/** Keeps a login that makes the session again; one that is kept already stays as it is. */
async function register(
  service: InitiatorService,
  { instance, input, signal }: MethodCall<typeof storageSessionTable, 'Register'>,
): Promise<void> {
  const sessionId = required(instance.SessionIdentifier, 'SessionIdentifier');
  if (instance.IsPersistent === true) return;
  const session = await service.session({ sessionId }, { signal });
  const { targetName, isInformational } = session;
  const portal = leadingOf(session)?.targetAddress;
  const loginOptions = optionsOf(session, {
    ...readCredentials(input, asAuthType(session.authType)),
    ...(input.IsMultipathEnabled === true ? { loginFlags: ISCSI_LOGIN_FLAGS.ISCSI_LOGIN_FLAG_MULTIPATH_ENABLED } : {}),
  });
  await service.addPersistentLogin(
    {
      targetName,
      isInformational,
      instance: session.instance,
      ...(portal === undefined ? {} : { portal }),
      loginOptions,
    },
    { signal },
  );
}

/** What makes the session again as it is: its digests, and as many connections. */
function optionsOf(session: SessionInfo, given: LoginOptions): LoginOptions {
  const leading = leadingOf(session);
  const { length } = session.connections;
  return {
    ...given,
    ...(leading?.headerDigest === true ? { headerDigest: 'crc32c' } : {}),
    ...(leading?.dataDigest === true ? { dataDigest: 'crc32c' } : {}),
    ...(length > 1 ? { connections: length } : {}),
  };
}

function asAuthType(authType: string): 'none' | 'chap' | 'mutualChap' {
  return authType === 'chap' || authType === 'mutualChap' ? authType : 'none';
}

/** Drops what is kept of the session, and nothing of another one. The session stays. */
async function unregister(service: InitiatorService, sessionId: string, signal: AbortSignal): Promise<void> {
  const all = await service.persistentLogins({ signal });
  for (const login of all.filter(({ actual }) => actual.sessionId === sessionId)) {
    const others = all.filter((each) => each !== login && isMeant(each, login));
    if (others.length > 0) {
      const why = `Another login to ${login.targetName} cannot be told from this one`;
      refuse('ISDSC_COULD_NOT_REMOVE_PERSISTENT_LOGIN_DATA', why);
    }
    const { targetName, portal, instance, initiatorPort } = login;
    await service.removePersistentLogin(
      {
        targetName,
        ...(portal === undefined ? {} : { portal }),
        ...(instance === undefined ? {} : { instance }),
        ...(initiatorPort === undefined ? {} : { initiatorPort }),
      },
      { signal },
    );
  }
}

/** Whether what names `login` names `other`, too: what a login leaves open means any. */
function isMeant(other: PersistentLogin, login: PersistentLogin): boolean {
  return (
    other.targetName === login.targetName &&
    (login.portal === undefined || (other.portal !== undefined && isSamePortal(other.portal, login.portal))) &&
    (login.instance === undefined || other.instance === login.instance) &&
    (login.initiatorPort === undefined || other.initiatorPort === login.initiatorPort)
  );
}
