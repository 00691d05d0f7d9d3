// MSiSCSI_InitiatorNodeFailureEvent, a login or logout that failed, and MSiSCSI_InitiatorInstanceFailureEvent, a session
// that failed. Which of the two has which types of failure is as the header has it: the names of the value sets say the
// opposite.

import { errorKind, type InitiatorInstance } from '../../adapter/index.ts';
import { type IscsiError, LoginError } from '../../base/index.ts';
import { ipAddressOf } from '../ip-address.ts';
import type { EventBlock, FireEvent } from '../provider/index.ts';
import { ISCSI_INITIATOR_FAILURE_TYPE, ISCSI_INITIATOR_NODE_FAILURE_TYPE } from '../values/index.ts';
import type { WmiGround } from '../wmi-ground.ts';
import { type AdapterListeners, failedLogins, isOfLogout, isOurEnd, listenTo, together } from './adapter-listeners.ts';
import { wmiTime } from './wmi-time.ts';

/** The status of a target that does not accept who we say we are (RFC 7143 §11.13.5). */
const authenticationFailure = { statusClass: 2, statusDetail: 1 } as const;

/** Fires for each login that failed, and each logout that the target refused or did not answer. */
export function nodeFailureEvent({ adapters }: WmiGround): EventBlock<'MSiSCSI_InitiatorNodeFailureEvent'> {
  return {
    className: 'MSiSCSI_InitiatorNodeFailureEvent',
    start: (fire) => onEach(adapters, (adapter) => nodeFailures(adapter, fire)),
  };
}

/** Fires once for each digest, timeout or format error that ended a connection. */
export function instanceFailureEvent({ adapters }: WmiGround): EventBlock<'MSiSCSI_InitiatorInstanceFailureEvent'> {
  return {
    className: 'MSiSCSI_InitiatorInstanceFailureEvent',
    start: (fire) => onEach(adapters, (adapter) => instanceFailures(adapter, fire)),
  };
}

function onEach(
  adapters: readonly InitiatorInstance[],
  listenersOf: (adapter: InitiatorInstance) => AdapterListeners,
): () => void {
  const stops = adapters.map((adapter) => listenTo(adapter, listenersOf(adapter)));
  return () => {
    for (const stop of stops) stop();
  };
}

function nodeFailures(
  { name }: InitiatorInstance,
  fire: FireEvent<'MSiSCSI_InitiatorNodeFailureEvent'>,
): AdapterListeners {
  const tell = (FailureType: number, targetName: string, host: string): void => {
    fire({
      instanceName: name,
      value: {
        FailureTime: wmiTime(new Date()),
        FailureType,
        TargetFailureName: targetName,
        TargetFailureAddr: ipAddressOf(host),
      },
    });
  };
  const logins = failedLogins(({ targetName, host, error }) => {
    tell(loginFailure(error), targetName, host);
  });
  const { LogoutOthers } = ISCSI_INITIATOR_FAILURE_TYPE;
  return together(logins, {
    loggedOut: ({ targetName, portal }, { how, error }) => {
      if (error !== undefined && (how !== 'lost' || isOfLogout(error))) tell(LogoutOthers, targetName, portal.host);
    },
    // The logout of a connection alone, while its session goes on.
    connectionLost: ({ targetName, portal, session }, _id, error) => {
      if (session.state === 'loggedIn' && isOfLogout(error)) tell(LogoutOthers, targetName, portal.host);
    },
  });
}

function loginFailure(error: IscsiError): number {
  const { LoginOtherFail, LoginAuthFail, LoginAuthenticateFail, LoginNegotiateFail } = ISCSI_INITIATOR_FAILURE_TYPE;
  if (!(error instanceof LoginError)) return LoginOtherFail;
  const { statusClass, statusDetail, code } = error;
  if (statusClass !== undefined) {
    const isOfName =
      statusClass === authenticationFailure.statusClass && statusDetail === authenticationFailure.statusDetail;
    return isOfName ? LoginAuthFail : LoginOtherFail;
  }
  if (code === 'ISCSI_AUTH_FAILED') return LoginAuthenticateFail;
  return code === 'ISCSI_NO_AGREEMENT' ? LoginNegotiateFail : LoginOtherFail;
}

function instanceFailures(
  { name }: InitiatorInstance,
  fire: FireEvent<'MSiSCSI_InitiatorInstanceFailureEvent'>,
): AdapterListeners {
  const { SessionDigestError, SessionCxnTimeoutError, SessionFormatError } = ISCSI_INITIATOR_NODE_FAILURE_TYPE;
  const types = {
    digestErrors: SessionDigestError,
    connectionTimeoutErrors: SessionCxnTimeoutError,
    formatErrors: SessionFormatError,
  } as const;
  const told = new WeakSet<IscsiError>();
  return {
    connectionLost: ({ targetName }, _id, error) => {
      const kind = errorKind(error);
      // A format error ends all connections of the session, and is one.
      if (kind === undefined || isOurEnd(error) || told.has(error)) return;
      told.add(error);
      fire({ instanceName: name, value: { FailureType: types[kind], RemoteNodeName: targetName } });
    },
  };
}
