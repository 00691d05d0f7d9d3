// The operations on logins: a login now, and those that are kept for every start.

import { IscsiError, raceAbort, ServiceError, throwIfAborted } from '../../base/index.ts';
import { anyInitiatorPort, type UniqueId } from '../contract/names.ts';
import type { LoginInput, LoginResult, PersistentLogin, PersistentLoginKey } from '../contract/sessions.ts';
import { shown } from '../discovery/asked-source.ts';
import type { Discovery } from '../discovery/discovery.ts';
import type { EventLog } from '../events/event-log.ts';
import { checkInput } from '../input/check.ts';
import { loginInput, persistentLoginInput, persistentLoginKeyInput } from '../input/sessions.ts';
import type { Instances } from '../instances.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { LoginRecord } from '../wanted/kinds.ts';
import { formatPortal } from '../wanted/place.ts';
import type { Wanted } from '../wanted/wanted.ts';
import type { LoginPlan, Logins } from './logins.ts';
import type { Reconciler } from './reconciler.ts';

/** What these operations need from around them. */
export interface LoginOperationsParts {
  readonly wanted: Wanted;
  readonly instances: Instances;
  readonly sessions: Sessions;
  readonly logins: Logins;
  readonly reconciler: Reconciler;
  readonly discovery: Discovery;
  readonly events: EventLog;
}

/** Logins, now and for good. */
export class LoginOperations {
  readonly #parts: LoginOperationsParts;

  constructor(parts: LoginOperationsParts) {
    this.#parts = parts;
  }

  /** Where the login is persistent, it is saved first, and stays whatever becomes of this attempt. */
  async login(input: LoginInput, signal: AbortSignal): Promise<LoginResult> {
    const { logins, reconciler, discovery } = this.#parts;
    const checked = checkInput(loginInput, input);
    // Right after a start nothing has been discovered yet, and soon all will be.
    await discovery.whenKnown(checked.targetName, signal);
    throwIfAborted(signal);
    const plan = logins.plan(checked);
    if (checked.isPersistent !== true) return await logins.carryOut(plan, checked.existing, signal);
    const key = this.#save(plan);
    const login = logins.carryOut(plan, checked.existing, signal);
    reconciler.supervise(key, this.#sessionOf(login, plan.record));
    try {
      return await login;
    } finally {
      // Whoever asks next is to see what has become of it.
      await reconciler.get(key)?.tried;
    }
  }

  persistentLogins(): PersistentLogin[] {
    return this.#parts.wanted.logins.keys().map((key) => this.#shown(key));
  }

  async addPersistentLogin(
    input: Omit<LoginInput, 'isPersistent' | 'existing'>,
    signal: AbortSignal,
  ): Promise<PersistentLogin> {
    const { logins, discovery } = this.#parts;
    const checked = checkInput(persistentLoginInput, input);
    await discovery.whenKnown(checked.targetName, signal);
    throwIfAborted(signal);
    return this.#keep(logins.plan(checked));
  }

  /** As addPersistentLogin, for a target that need not be known yet. */
  keepLogin(input: Omit<LoginInput, 'isPersistent' | 'existing'>): PersistentLogin {
    return this.#keep(this.#parts.logins.plan(checkInput(persistentLoginInput, input), { isKnown: false }));
  }

  removePersistentLogin(input: PersistentLoginKey): { readonly removed: number } {
    const { wanted, instances, reconciler, events } = this.#parts;
    const named = checkInput(persistentLoginKeyInput, input);
    const wish = { ...named, ...instances.place(named) };
    const keys = wanted.logins.keys().filter((key) => {
      const record = wanted.logins.get(key);
      return record !== undefined && isMeant(record, wish);
    });
    if (keys.length === 0) {
      const message = `There is no such persistent login to ${wish.targetName}`;
      throw new ServiceError('SERVICE_LOGIN_UNKNOWN', message, { field: 'targetName' });
    }
    wanted.removeLogins(keys);
    for (const key of keys) {
      reconciler.remove(key);
      events.publish('persistentLoginRemoved', { targetName: wish.targetName, detail: { login: key } });
    }
    return { removed: keys.length };
  }

  /** One attempt at a persistent login. A target that is to be looked for is waited for until every source was asked. */
  async attempt(key: string, signal: AbortSignal): Promise<UniqueId> {
    const { logins, discovery, reconciler } = this.#parts;
    const plan = logins.kept(key);
    if (plan === undefined) throw new ServiceError('SERVICE_LOGIN_UNKNOWN', `There is no persistent login ${key}`);
    const { targetName, portal } = plan.record;
    if (portal === undefined) {
      await discovery.whenKnown(targetName, signal);
      // A source that was down with the target at the start is not waited for until its next turn.
      const hasFailed = reconciler.get(key)?.error !== undefined;
      if (hasFailed && discovery.instancesOf(targetName).length === 0) await raceAbort(discovery.retryFailed(), signal);
    }
    return (await logins.carryOut(plan, undefined, signal)).sessionId;
  }

  #keep(plan: LoginPlan): PersistentLogin {
    const key = this.#save(plan);
    this.#parts.reconciler.supervise(key, null);
    return this.#shown(key);
  }

  #save({ record, password }: LoginPlan): string {
    const { wanted, events } = this.#parts;
    const key = wanted.logins.put(record, { secret: password ?? null });
    events.publish('persistentLoginAdded', { targetName: record.targetName, detail: { login: key } });
    return key;
  }

  /** The session to look after: the one that a login makes, or the one because of which it is refused. */
  async #sessionOf(login: Promise<LoginResult>, { targetName, instance }: LoginRecord): Promise<UniqueId> {
    try {
      return (await login).sessionId;
    } catch (error) {
      const isThere = error instanceof IscsiError && error.code === 'SERVICE_TARGET_LOGGED_IN';
      const [entry] = isThere ? this.#parts.sessions.of(targetName, instance) : [];
      if (entry === undefined) throw error;
      return entry.sessionId;
    }
  }

  #shown(key: string): PersistentLogin {
    const { wanted, reconciler } = this.#parts;
    const record = wanted.logins.get(key);
    if (record === undefined) throw new ServiceError('SERVICE_LOGIN_UNKNOWN', `There is no persistent login ${key}`);
    const { portal, mapping, loginOptions } = record;
    const { state = 'stopped', sessionId, attempts = 0, nextAttemptAt, error } = reconciler.get(key) ?? {};
    return {
      ...record,
      portal,
      mapping,
      loginOptions: { ...loginOptions, hasPassword: wanted.logins.hasSecret(key) },
      actual: { state, sessionId, attempts, nextAttemptAt, error: error === undefined ? undefined : shown(error) },
    };
  }
}

/** Whether a record is one of those that are named: what is not given means any. */
function isMeant(record: LoginRecord, wish: PersistentLoginKey): boolean {
  const { targetName, portal, instance, initiatorPort = anyInitiatorPort } = wish;
  return (
    record.targetName === targetName &&
    (portal === undefined || (record.portal !== undefined && formatPortal(record.portal) === formatPortal(portal))) &&
    (instance === undefined || record.instance === instance) &&
    (initiatorPort === anyInitiatorPort || record.initiatorPort === initiatorPort)
  );
}
