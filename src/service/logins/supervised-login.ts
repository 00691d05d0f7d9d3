// One persistent login, looked after for as long as the service runs: carried out, tried again when it fails, carried out
// again when its session ends, but left alone when a user has logged the session out.

import { asIscsiError, type Clock, type Deferred, deferred, type IscsiError, raceAbort } from '../../base/index.ts';
import { backoffMs } from '../backoff.ts';
import type { UniqueId } from '../contract/names.ts';
import type { PersistentLoginState } from '../contract/sessions.ts';
import { momentIn } from '../moment.ts';

/** How a session came to its end. */
export interface SessionEnding {
  /** By a logout of ours: a user's wish. */
  readonly isByUs: boolean;
  readonly error: IscsiError | undefined;
}

/** What supervision needs from around it. */
export interface SupervisionParts {
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Logs in, or finds the session that is there. Rejects soon after its signal is aborted. */
  readonly attempt: (signal: AbortSignal) => Promise<UniqueId>;
  /** Settles, and never rejects, when the session is over. */
  readonly ended: (sessionId: UniqueId) => Promise<SessionEnding>;
  /** The state has changed. */
  readonly changed: (login: SupervisedLogin) => void;
}

/** A session that ends sooner than this counts as one more failure: what ends it must not be tried again without a pause. */
const longEnoughMs = 60_000;

/** A persistent login with what has become of it. */
export class SupervisedLogin {
  readonly key: string;
  readonly #parts: SupervisionParts;
  readonly #end = new AbortController();
  readonly #tried = deferred();
  #state: PersistentLoginState = 'stopped';
  #sessionId: UniqueId | undefined;
  #failures = 0;
  #attempts = 0;
  #error: IscsiError | undefined;
  #failingSince: string | undefined;
  #nextAttemptAt: string | undefined;
  /** Ends the pause under way; with a session, that is the one to look after from now on. */
  #pause: Deferred<UniqueId | undefined> | undefined;
  #running: Promise<void> | undefined;

  constructor(key: string, parts: SupervisionParts) {
    this.key = key;
    this.#parts = parts;
  }

  get state(): PersistentLoginState {
    return this.#state;
  }

  get sessionId(): UniqueId | undefined {
    return this.#sessionId;
  }

  /** How many logins were tried since there was no session. */
  get attempts(): number {
    return this.#attempts;
  }

  /** Why there is no session; undefined while there is one, or nobody has tried. */
  get error(): IscsiError | undefined {
    return this.#error;
  }

  get failingSince(): string | undefined {
    return this.#failingSince;
  }

  get nextAttemptAt(): string | undefined {
    return this.#nextAttemptAt;
  }

  /** Settles when it has been tried once, and its state tells what became of it, or when it is not to be tried. */
  get tried(): Promise<void> {
    return this.#tried.promise;
  }

  /**
   * Begins: with a login at once, with the one that `first` is, or, with null, with none until there is a session to look
   * after.
   */
  start(first?: Promise<UniqueId> | null): void {
    this.#running ??= this.#run(first);
  }

  /** There is a session that this login wants: looks after it, unless it has one. Returns whether it does. */
  adopt(sessionId: UniqueId): boolean {
    if (this.#sessionId !== undefined || this.#pause === undefined) return false;
    this.#pause.resolve(sessionId);
    this.#move('up', sessionId);
    return true;
  }

  /** Something has changed for the better: an attempt that is due later is made now. */
  wake(): void {
    if (this.#state === 'waiting') this.#pause?.resolve(undefined);
  }

  /** Ends the supervision and a login under way; a session stays. Never rejects. */
  async stop(reason: Error): Promise<void> {
    this.#end.abort(reason);
    await this.#running;
  }

  async #run(first: Promise<UniqueId> | null | undefined): Promise<void> {
    const { signal } = this.#end;
    try {
      let sessionId = first === null ? await this.#rest(signal) : await this.#firstLogin(first, signal);
      while (!signal.aborted) {
        sessionId ??= await this.#tryOn(signal);
        sessionId = await this.#lookAfter(sessionId, signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      this.#move('stopped', undefined);
    }
  }

  /** The first login, whoever makes it; what it fails with is dealt with as any failure. */
  async #firstLogin(first: Promise<UniqueId> | undefined, signal: AbortSignal): Promise<UniqueId | undefined> {
    this.#move('trying', undefined);
    // Somebody else's login does not end with the supervision, and so must not hold it up.
    const login = first === undefined ? this.#parts.attempt(signal) : raceAbort(first, signal);
    return await this.#tryOnce(login, signal);
  }

  async #tryOn(signal: AbortSignal): Promise<UniqueId> {
    while (true) {
      this.#move('trying', undefined);
      const sessionId = await this.#tryOnce(this.#parts.attempt(signal), signal);
      if (sessionId !== undefined) return sessionId;
    }
  }

  /** Waits for a login; when it fails, for as long as is due then, or for a session that was made meanwhile. */
  async #tryOnce(login: Promise<UniqueId>, signal: AbortSignal): Promise<UniqueId | undefined> {
    this.#attempts += 1;
    try {
      return await login;
    } catch (error) {
      signal.throwIfAborted();
      return await this.#fail(asIscsiError(error), signal);
    }
  }

  /** Waits for the end of a session; resolves with the next one, where there is one without a login. */
  async #lookAfter(sessionId: UniqueId, signal: AbortSignal): Promise<UniqueId | undefined> {
    const { clock, ended } = this.#parts;
    const since = clock.now();
    this.#error = undefined;
    this.#failingSince = undefined;
    this.#attempts = 0;
    this.#move('up', sessionId);
    const { isByUs, error } = await raceAbort(ended(sessionId), signal);
    if (clock.now() - since >= longEnoughMs) this.#failures = 0;
    return isByUs ? await this.#rest(signal) : await this.#fail(error, signal);
  }

  async #rest(signal: AbortSignal): Promise<UniqueId | undefined> {
    this.#failures = 0;
    const adopted = this.#wait(undefined, signal);
    this.#move('resting', undefined);
    return await adopted;
  }

  async #fail(error: IscsiError | undefined, signal: AbortSignal): Promise<UniqueId | undefined> {
    const { random } = this.#parts;
    this.#failures += 1;
    this.#error = error;
    this.#failingSince ??= momentIn();
    const delayMs = backoffMs(this.#failures, random);
    this.#nextAttemptAt = momentIn(delayMs);
    const adopted = this.#wait(delayMs, signal);
    this.#move('waiting', undefined);
    const sessionId = await adopted;
    this.#nextAttemptAt = undefined;
    return sessionId;
  }

  async #wait(delayMs: number | undefined, signal: AbortSignal): Promise<UniqueId | undefined> {
    const pause = deferred<UniqueId | undefined>();
    this.#pause = pause;
    const timer =
      delayMs === undefined
        ? undefined
        : this.#parts.clock.schedule(delayMs, () => {
            pause.resolve(undefined);
          });
    try {
      return await raceAbort(pause.promise, signal);
    } finally {
      timer?.cancel();
      this.#pause = undefined;
    }
  }

  #move(state: PersistentLoginState, sessionId: UniqueId | undefined): void {
    if (state === this.#state && sessionId === this.#sessionId && state !== 'waiting') return;
    this.#state = state;
    this.#sessionId = sessionId;
    this.#parts.changed(this);
    if (state !== 'trying') this.#tried.resolve();
  }
}
