// MSFT_iSCSITarget: the targets that are known; their sessions are made and ended here.

import type { InitiatorService, LoginInput, LoginOptions } from '../../../service/index.ts';
import type { CimClass } from '../../cim/cim-class.ts';
import { cimObject } from '../../cim/class-table.ts';
import { refuse } from '../../cim/return-value.ts';
import { type MethodCall, tableClass } from '../../cim/table-class.ts';
import { ISCSI_LOGIN_FLAGS } from '../../values/iscsidef.ts';
import { invalid, required, textOf } from '../inputs.ts';
import { loginStatuses } from '../login-options.ts';
import { refreshTargets } from '../refresh-targets.ts';
import { existingOf } from '../target-class.ts';
import { readCredentials } from './authentication.ts';
import { readDigests } from './digests.ts';
import { readInitiatorPortal } from './initiator-portal.ts';
import { storageSessions, storageSessionTable } from './session.ts';
import { readTargetPortal } from './target-portal-address.ts';

/**
 * ChapUsername, ChapSecret and that CreatediSCSISession is an object are as running systems have them. The documents list
 * no credentials, and call the session a string.
 */
const targetTable = {
  namespace: 'root/Microsoft/Windows/Storage',
  name: 'MSFT_iSCSITarget',
  keys: ['NodeAddress'],
  properties: { NodeAddress: 'string', IsConnected: 'boolean' },
  methods: {
    Connect: {
      in: {
        NodeAddress: 'string',
        TargetPortalAddress: 'string',
        TargetPortalPortNumber: 'uint16',
        InitiatorPortalAddress: 'string',
        IsDataDigest: 'boolean',
        IsHeaderDigest: 'boolean',
        ReportToPnP: 'boolean',
        AuthenticationType: 'string',
        ChapUsername: 'string',
        ChapSecret: 'string',
        IsMultipathEnabled: 'boolean',
        IsPersistent: 'boolean',
        InitiatorInstanceName: 'string',
      },
      out: { CreatediSCSISession: 'MSFT_iSCSISession' },
      isStatic: true,
    },
    Disconnect: { in: { SessionIdentifier: 'string' }, out: {}, isStatic: true },
    Update: { in: {}, out: {}, isStatic: true },
  },
} as const;

/** The class over a service. Every method may be called on the class, and on a target. */
export function storageTargetClass(service: InitiatorService): CimClass {
  return tableClass(targetTable, {
    instances: async (signal) => {
      const [targets, sessions] = await Promise.all([service.targets({}, { signal }), service.sessions({ signal })]);
      const lost = new Set(sessions.filter(({ state }) => state === 'lost').map(({ sessionId }) => sessionId));
      return targets.map(({ targetName, sessions: ids }) => ({
        NodeAddress: targetName,
        IsConnected: ids.some((id) => !lost.has(id)),
      }));
    },
    methods: {
      Connect: async (call) => {
        const { signal } = call;
        const { sessionId } = await service.login(await readConnect(service, call), { signal });
        const created = (await storageSessions(service, signal)).find((each) => each.SessionIdentifier === sessionId);
        return { CreatediSCSISession: created === undefined ? null : cimObject(storageSessionTable, created) };
      },
      Disconnect: async (call) => {
        await disconnect(service, call);
        return {};
      },
      Update: async ({ signal }) => {
        await refreshTargets(service, signal);
        return {};
      },
    },
    statuses: { ...loginStatuses, STORE_FAILED: 'ISDSC_COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA' },
  });
}

/** What is not to be reported to Plug and Play is a session without devices. */
async function readConnect(
  service: InitiatorService,
  { instance, input, signal }: MethodCall<typeof targetTable, 'Connect'>,
): Promise<LoginInput> {
  const targetName = textOf(input.NodeAddress) ?? required(instance?.NodeAddress ?? null, 'NodeAddress');
  const portal = readTargetPortal(input);
  const isPersistent = input.IsPersistent ?? false;
  const isMultipath = input.IsMultipathEnabled ?? false;
  const loginOptions: LoginOptions = {
    ...readCredentials(input),
    ...readDigests(input),
    ...(isMultipath ? { loginFlags: ISCSI_LOGIN_FLAGS.ISCSI_LOGIN_FLAG_MULTIPATH_ENABLED } : {}),
  };
  return {
    targetName,
    isInformational: !(input.ReportToPnP ?? true),
    ...(await readInitiatorPortal(service, input, signal)),
    ...(portal === undefined ? {} : { portal }),
    loginOptions,
    ...(isPersistent ? { isPersistent } : {}),
    existing: existingOf({ isMultipath, isPersistent }),
  };
}

/**
 * Ends one session, or, where none is named, every session of the target that this is called on. As with every logout, a
 * session with a device in use stays: the first one that does ends the method.
 */
async function disconnect(
  service: InitiatorService,
  { instance, input, signal }: MethodCall<typeof targetTable, 'Disconnect'>,
): Promise<void> {
  const sessionId = textOf(input.SessionIdentifier)?.toLowerCase();
  if (sessionId === undefined && instance === undefined) invalid('SessionIdentifier must be given');
  const sessions = (await service.sessions({ signal })).filter(
    (each) =>
      (instance === undefined || each.targetName === instance.NodeAddress) &&
      (sessionId === undefined || each.sessionId === sessionId),
  );
  if (sessions.length === 0 && sessionId !== undefined) {
    refuse('ISDSC_INVALID_SESSION_ID', `There is no session ${sessionId}`);
  }
  for (const session of sessions) await service.logout({ sessionId: session.sessionId }, { signal });
}
