// MSiSCSI_Eventlog: what happens to an adapter's sessions, by the codes of iscsilog.h.

import type { InitiatorInstance, InstanceSession } from '../../adapter/index.ts';
import type { IscsiError } from '../../base/index.ts';
import type { EventBlock } from '../provider/index.ts';
import { EVENTLOG_MESSAGE } from '../values/index.ts';
import type { WmiGround } from '../wmi-ground.ts';
import { type AdapterListeners, failedLogins, isOfLogout, isOurEnd, listenTo, together } from './adapter-listeners.ts';
import { codeOfLogin, codeOfLoss } from './eventlog-codes.ts';
import type { EventlogName } from './eventlog-entries.ts';
import { listenToService } from './service-events.ts';

/** Tells of a code; `error` is why, where there is an error. */
type Tell = (name: EventlogName, targetName: string, error?: Pick<IscsiError, 'message'>) => void;

const longestMessage = 512;

/** Fires once for each happening of eventlog-entries.ts. */
export function eventlog({ service, adapters }: WmiGround): EventBlock<'MSiSCSI_Eventlog'> {
  return {
    className: 'MSiSCSI_Eventlog',
    start: (fire) => {
      const tellFor = ({ name: instanceName }: InitiatorInstance): Tell => {
        return (name, targetName, error) => {
          const AdditionalData = additionalData(targetName, error?.message);
          fire({ instanceName, value: { Type: EVENTLOG_MESSAGE[name], LogToEventlog: 1, AdditionalData } });
        };
      };
      const stops = adapters.map((adapter) => listenTo(adapter, happenings(tellFor(adapter))));
      stops.push(
        listenToService(service, ({ type, detail: { error, instance } }) => {
          if (type !== 'discoveryFailed' || !isTextTimeout(error)) return;
          const adapter = adapters.find(({ name }) => name === instance);
          if (adapter !== undefined) tellFor(adapter)('ISCSI_ERR_SENDTARGETS_TIMED_OUT', '', error);
        }),
      );
      return () => {
        for (const stop of stops) stop();
      };
    },
  };
}

/** What is told of one adapter. An error is told once, however many it ends. */
function happenings(tell: Tell): AdapterListeners {
  const told = new WeakSet<IscsiError>();
  const because = (name: EventlogName | undefined, targetName: string, error: IscsiError): void => {
    if (name === undefined || told.has(error)) return;
    told.add(error);
    tell(name, targetName, error);
  };
  const logins = failedLogins(({ targetName, error, isAdded, usesChap }) => {
    because(codeOfLogin(error, { isAdded, usesChap }), targetName, error);
  });
  return together(together(logins, troubles(tell, because)), lives(tell, because));
}

type Because = (name: EventlogName | undefined, targetName: string, error: IscsiError) => void;

function troubles(tell: Tell, because: Because): AdapterListeners {
  return {
    trouble: (trouble) => {
      if (trouble.kind === 'loginFailed') return;
      const { targetName } = trouble.session;
      switch (trouble.kind) {
        case 'commandTimedOut':
          because('ISCSI_ERR_SCSI_REQUEST_TIMEOUT', targetName, trouble.error);
          return;
        case 'pduRejected':
          tell('ISCSI_ERR_ISCSI_PDU_REJECTED', targetName, { message: `Reason ${trouble.reason}` });
          return;
        case 'dataDamaged':
          tell('ISCSI_ERR_DATA_DIGEST_ERROR', targetName);
          return;
        case 'logoutRequested':
          tell('ISCSI_INFO_RECEIVED_ASYNC_LOGOUT', targetName);
          return;
        case 'escalated': {
          const isUnanswered = trouble.cause.code === 'ISCSI_TASK_MANAGEMENT_TIMEOUT';
          if (isUnanswered) because('ISCSI_ERR_TASKMGMT_TIMED_OUT', targetName, trouble.cause);
          const isDrop = trouble.step === 'connectionDrop';
          tell(isDrop ? 'ISCSI_ERR_TOO_MANY_RESET_FAILURE' : 'ISCSI_ERR_DEVICE_RESET', targetName, trouble.cause);
        }
      }
    },
  };
}

function lives(tell: Tell, because: Because): AdapterListeners {
  /** Sessions that were left because the target asked for it, and are not back. */
  const asked = new WeakSet<InstanceSession>();
  const gone = new WeakSet<InstanceSession>();
  const notRecovered = (session: InstanceSession): EventlogName =>
    asked.has(session)
      ? 'ISCSI_ERR_FAILED_TO_RECOVER_SESSION_AFTER_ASYNCLOGOUT'
      : 'ISCSI_ERR_FAILED_TO_RECOVER_UNEXPECTED_TERMINATED_SESSION';
  const logoutCode = (session: InstanceSession, { code }: IscsiError): EventlogName | undefined => {
    if (code !== 'ISCSI_LOGOUT_TIMEOUT') return undefined;
    return asked.has(session) ? 'ISCSI_ERR_ASYNC_LOGOUT_TIMED_OUT' : 'ISCSI_ERR_LOGOUT_TIMED_OUT';
  };
  return {
    trouble: (trouble) => {
      if (trouble.kind === 'logoutRequested') asked.add(trouble.session);
    },
    connectionLost: (session, _id, error) => {
      if (isOurEnd(error)) return;
      const { targetName } = session;
      because(logoutCode(session, error) ?? codeOfLoss(error), targetName, error);
      if (!isOfLogout(error)) tell('ISCSI_ERR_CONNECTION_LOST', targetName, error);
    },
    connectionRecovered: (session) => {
      asked.delete(session);
      tell('ISCSI_INFO_RECONNECTED_TO_TARGET', session.targetName);
    },
    sessionBack: (session) => {
      asked.delete(session);
      gone.delete(session);
      const { targetName, connections } = session;
      // Connections that were lost and are back are told one by one. Those that were logged out in between were not lost.
      const isTold = connections.some(({ error, facts }) => error !== undefined && facts !== undefined);
      if (!isTold) tell('ISCSI_INFO_RECONNECTED_TO_TARGET', targetName);
    },
    sessionGone: (session) => {
      gone.add(session);
      tell(notRecovered(session), session.targetName, session.lastError);
    },
    loggedOut: (session, { how, error }) => {
      if (error === undefined || isOurEnd(error)) return;
      const { targetName } = session;
      const unanswered = logoutCode(session, error);
      if (unanswered !== undefined) because(unanswered, targetName, error);
      else if (how === 'lost' && !gone.has(session)) because(notRecovered(session), targetName, error);
    },
  };
}

function isTextTimeout(error: unknown): error is { readonly message: string } {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ISCSI_TEXT_TIMEOUT';
}

/** The target's name and the reason, each as UTF-16 text with a zero behind it. No document says what is to be here. */
function additionalData(targetName: string, message = ''): Uint8Array {
  const text = message === '' ? `${targetName}\0` : `${targetName}\0${message.slice(0, longestMessage)}\0`;
  return new Uint8Array(Buffer.from(text, 'utf16le'));
}
