// Listening to an adapter: to its events, and to the logins that fail wherever they do.

import type { InitiatorInstance, InstanceEvents } from '../../adapter/index.ts';
import { asIscsiError, type IscsiError } from '../../base/index.ts';

/** What is done on which event. */
export type AdapterListeners = { readonly [Name in keyof InstanceEvents]?: (...args: InstanceEvents[Name]) => void };

/** A login that failed at a portal, or for the want of one. */
export interface FailedLogin {
  /** Empty in a discovery session. */
  readonly targetName: string;
  /** Empty where no portal was known. */
  readonly host: string;
  readonly error: IscsiError;
  readonly isAdded: boolean;
  readonly usesChap: boolean;
}

/** Listens until what is returned is called. Listeners must not throw. */
export function listenTo({ events }: Pick<InitiatorInstance, 'events'>, listeners: AdapterListeners): () => void {
  const entries = Object.entries(listeners) as [keyof InstanceEvents, () => void][];
  for (const [name, listener] of entries) events.on(name, listener);
  return () => {
    for (const [name, listener] of entries) events.off(name, listener);
  };
}

/**
 * Each login that fails, once: those that went through a login phase or did not come to it, and portals of a login to a
 * target that were found dead before one. One that was given up is no failure.
 */
export function failedLogins(tell: (login: FailedLogin) => void): AdapterListeners {
  const told = new WeakSet<IscsiError>();
  const once = (login: FailedLogin): void => {
    if (told.has(login.error)) return;
    told.add(login.error);
    tell(login);
  };
  return {
    trouble: (trouble) => {
      if (trouble.kind !== 'loginFailed') return;
      const { attempt, error } = trouble;
      const { targetName = '', portal, isAdded, usesChap } = attempt;
      once({ targetName, host: portal.host, error, isAdded, usesChap });
    },
    portalFailed: (targetName, { host }, error) => {
      once({ targetName, host, error, isAdded: false, usesChap: false });
    },
    loginFailed: (targetName, failure) => {
      const error = asIscsiError(failure);
      // With a cause it is made of the failures of portals, which are told one by one.
      if (error.code !== 'SERVICE_NO_PORTAL' || error.cause !== undefined) return;
      once({ targetName, host: '', error, isAdded: false, usesChap: false });
    },
  };
}

/** Both lists; of an event that is in both, each listener hears. */
export function together(a: AdapterListeners, b: AdapterListeners): AdapterListeners {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof InstanceEvents>;
  return Object.fromEntries(
    [...names].map((name) => {
      const both = [a[name], b[name]] as (((...args: unknown[]) => void) | undefined)[];
      return [
        name,
        (...args: unknown[]) => {
          for (const listener of both) listener?.(...args);
        },
      ];
    }),
  );
}

/** Whether a connection was dropped since its logout did not succeed. */
export function isOfLogout({ code }: IscsiError): boolean {
  return code === 'ISCSI_LOGOUT_TIMEOUT' || code === 'ISCSI_LOGOUT_FAILED';
}

/** Whether a connection or session ended because we let go of it. */
export function isOurEnd(error: IscsiError): boolean {
  return error.code === 'ISCSI_CLOSED';
}
