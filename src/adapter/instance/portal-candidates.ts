// Which portal of a target to try next: all of them are connected to side by side, so that a dead one costs no time.

import {
  asIscsiError,
  type Clock,
  deferred,
  type IscsiError,
  nextTurn,
  raceAbort,
  TimeoutError,
} from '../../base/index.ts';
import { type ConnectAttempt, ConnectRace, type Contender, formatEndpoint } from '../../engine/index.ts';
import type { Portal } from '../../session/index.ts';

/** A portal at which a login did not succeed, or that did not answer a connect. */
export interface PortalFailure {
  readonly portal: Portal;
  readonly error: IscsiError;
}

/** How portals are connected to. */
export interface CandidateOptions {
  readonly clock: Clock;
  /** From where to where; throws where nothing can start from what the portal names. */
  readonly attempt: (portal: Portal) => ConnectAttempt;
  readonly connectTimeoutMs: number;
  /** How long a peer has to close its end of a circuit that was closed in order. */
  readonly closeTimeoutMs: number;
}

/** A portal whose turn it is. */
export interface PortalTurn {
  readonly portal: Portal;
  /** The circuit to it that waits there; undefined where the login is to connect by itself. */
  readonly ready: Contender | undefined;
}

/** How many circuits of one login are being connected, or wait, at a time. */
const mostOpen = 16;

/** `slow`: answered, but its login did not get on while others might have; tried again when no other is left. */
type State = 'waiting' | 'connecting' | 'answered' | 'taken' | 'slow' | 'failed';

interface Candidate {
  readonly portal: Portal;
  state: State;
  error: IscsiError | undefined;
  contender: Contender | undefined;
}

/**
 * The portals that one login may try. Circuits that answer wait until their turn comes, as long as the login may need them.
 * To be closed at its end.
 */
export class PortalCandidates {
  readonly #options: CandidateOptions;
  readonly #candidates: Candidate[] = [];
  readonly #race: ConnectRace;
  readonly #startedAt: number;
  /** Set once the login is over: who hears of portals that turn out to be dead. */
  #report: ((failure: PortalFailure) => void) | undefined;
  #isClosed = false;
  #changed = deferred();

  /** A single portal is left to the login itself, which finds out soonest and with its own limits. */
  constructor(portals: readonly Portal[], options: CandidateOptions) {
    const { connectTimeoutMs, closeTimeoutMs } = options;
    this.#options = options;
    this.#startedAt = options.clock.now();
    this.#race = new ConnectRace({
      connectTimeoutMs,
      closeTimeoutMs,
      mostAtOnce: mostOpen,
      changed: this.#contendersChanged.bind(this),
    });
    this.add(portals);
  }

  /** Takes further portals into account, those that are not known yet. */
  add(portals: readonly Portal[]): void {
    if (this.#isOver) return;
    for (const portal of portals) {
      if (this.#candidates.some((known) => isSame(known.portal, portal))) continue;
      this.#candidates.push({ portal, state: 'waiting', error: undefined, contender: undefined });
    }
    const [only] = this.#candidates;
    if (this.#candidates.length === 1 && only?.state === 'waiting') only.state = 'answered';
    this.#connectMore();
    this.#tell();
  }

  /**
   * The next portal to try: the first that answers, and of those that have, the first in the order given. Resolves with
   * undefined when none is left. Rejects with the signal's reason.
   */
  async next(signal: AbortSignal): Promise<PortalTurn | undefined> {
    while (true) {
      signal.throwIfAborted();
      const first = this.#candidates.find(({ state }) => state === 'answered' || isPending(state));
      if (first === undefined) {
        const slow = this.#candidates.find(({ state }) => state === 'slow');
        return slow === undefined ? undefined : this.#take(slow);
      }
      // Those that answer in one turn of the event loop are taken in their order, which nobody has to wait for.
      if (isPending(first.state) && this.#hasAnswer()) {
        await nextTurn();
        signal.throwIfAborted();
      }
      const answered = this.#candidates.find(({ state }) => state === 'answered');
      if (answered !== undefined) return this.#take(answered);
      await raceAbort(this.#changed.promise, signal);
    }
  }

  /** Strikes a portal off: a login there did not succeed. */
  strike(portal: Portal, error: IscsiError): void {
    this.#settle(portal, 'failed', error);
  }

  /** A login at this portal was put off, since it took so long while another portal waited. */
  putOff(portal: Portal, error: IscsiError): void {
    this.#settle(portal, 'slow', error);
  }

  /** Resolves when a portal waits to be tried. Rejects with the signal's reason. */
  async another(signal: AbortSignal): Promise<void> {
    while (!this.#hasAnswer()) await raceAbort(this.#changed.promise, signal);
  }

  /** The portals that have failed so far, in the order given. */
  get failed(): PortalFailure[] {
    return this.#candidates.flatMap(({ portal, error }) => (error === undefined ? [] : [{ portal, error }]));
  }

  /** The same, and those that have not answered by now. */
  get failures(): PortalFailure[] {
    const limitMs = Math.round(this.#options.clock.now() - this.#startedAt);
    return this.#candidates.flatMap(({ portal, state, error }) => {
      if (error !== undefined) return [{ portal, error }];
      return state === 'connecting' ? [{ portal, error: silent(portal, limitMs) }] : [];
    });
  }

  /**
   * The login has succeeded, and needs no further circuit: those that wait are released. Connects under way go on until they
   * have answered or failed, since one that is merely slower than a login is not dead; `report` hears of those that are.
   * Settles when nothing is left; never rejects. `close` cuts it short.
   */
  async finish(report: (failure: PortalFailure) => void): Promise<void> {
    this.#report = report;
    for (const { state, contender } of this.#candidates) if (state === 'answered') void contender?.release();
    while (!this.#isClosed && this.#candidates.some(({ state }) => state === 'connecting')) await this.#changed.promise;
    await this.#race.close();
  }

  /** Ends the connects under way and releases what waits. Settles when nothing of them is left; never rejects. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#tell();
    await this.#race.close();
  }

  /** Whether the login needs no further circuit. */
  get #isOver(): boolean {
    return this.#isClosed || this.#report !== undefined;
  }

  #hasAnswer(): boolean {
    return this.#candidates.some(({ state }) => state === 'answered');
  }

  #connectMore(): void {
    for (const candidate of this.#candidates) {
      if (this.#isOver || this.#candidates.filter(isOpen).length >= mostOpen) return;
      if (candidate.state === 'waiting') this.#connect(candidate);
    }
  }

  #connect(candidate: Candidate): void {
    try {
      candidate.contender = this.#race.enter(this.#options.attempt(candidate.portal));
      candidate.state = 'connecting';
    } catch (error) {
      candidate.state = 'failed';
      candidate.error = asIscsiError(error);
    }
  }

  #contendersChanged(): void {
    if (this.#isClosed) return;
    for (const candidate of this.#candidates) this.#contenderChanged(candidate);
    this.#connectMore();
    this.#tell();
  }

  #contenderChanged(candidate: Candidate): void {
    const { portal, state, contender } = candidate;
    if (state === 'connecting' && contender?.state === 'answered') {
      candidate.state = 'answered';
      if (this.#isOver) void contender.release();
    }
    if (contender?.state !== 'failed') return;
    candidate.contender = undefined;
    // One that had answered is still worth a try, by a connect of the login's own.
    if (state !== 'connecting') return;
    candidate.state = 'failed';
    candidate.error = contender.error;
    if (contender.error !== undefined) this.#report?.({ portal, error: contender.error });
  }

  #take(candidate: Candidate): PortalTurn {
    candidate.state = 'taken';
    candidate.error = undefined;
    const { portal, contender: ready } = candidate;
    return { portal, ready };
  }

  #settle(portal: Portal, state: 'failed' | 'slow', error: IscsiError): void {
    const candidate = this.#candidates.find((known) => known.portal === portal);
    if (candidate === undefined) return;
    const { contender } = candidate;
    candidate.contender = undefined;
    candidate.state = state;
    candidate.error = error;
    void contender?.release(); // one that the login did not come to take; never rejects, and `close` waits for it
    this.#connectMore();
  }

  #tell(): void {
    const changed = this.#changed;
    this.#changed = deferred();
    changed.resolve();
  }
}

function isPending(state: State): boolean {
  return state === 'waiting' || state === 'connecting';
}

/** Whether it takes one of the places for circuits. */
function isOpen({ state, contender }: Candidate): boolean {
  return state === 'connecting' || (state === 'answered' && contender !== undefined);
}

function isSame(a: Portal, b: Portal): boolean {
  return a.host.toLowerCase() === b.host.toLowerCase() && a.port === b.port && a.localAddress === b.localAddress;
}

function silent(portal: Portal, limitMs: number): TimeoutError {
  const address = formatEndpoint({ address: portal.host, port: portal.port });
  const message = `no connection to ${address} within ${limitMs} ms`;
  return new TimeoutError('ISCSI_CONNECT_TIMEOUT', message, { operation: 'connect', limitMs });
}
