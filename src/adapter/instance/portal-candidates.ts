// Which portal of a target to try next: all of them are probed side by side, so that a dead one costs no time.

import {
  asIscsiError,
  type Clock,
  deferred,
  type IscsiError,
  raceAbort,
  TimeoutError,
  type Timer,
} from '../../base/index.ts';
import { formatEndpoint } from '../../engine/index.ts';
import type { Portal } from '../../session/index.ts';

/** A portal at which a login did not succeed, or that did not answer a probe. */
export interface PortalFailure {
  readonly portal: Portal;
  readonly error: IscsiError;
}

/** How portals are probed. */
export interface ProbeOptions {
  readonly clock: Clock;
  /** Resolves when the portal answers. Ends soon after its signal. */
  readonly probe: (portal: Portal, signal: AbortSignal) => Promise<void>;
}

/** How many probes of one login are under way at a time. */
const mostProbes = 16;
/**
 * How long a portal that has answered waits for those before it in the caller's order: longer than a round trip to
 * any that is well, short for whoever waits for the login.
 */
const patienceMs = 100;

/** `slow`: answered, but its login did not get on while others might have; tried again when no other is left. */
type State = 'waiting' | 'probing' | 'answered' | 'taken' | 'slow' | 'failed';

interface Candidate {
  readonly portal: Portal;
  state: State;
  error: IscsiError | undefined;
}

/** The portals that one login may try. To be closed at its end. */
export class PortalCandidates {
  readonly #options: ProbeOptions;
  readonly #candidates: Candidate[] = [];
  readonly #ending = new AbortController();
  readonly #probes = new Set<Promise<void>>();
  readonly #startedAt: number;
  #patience: Timer | undefined;
  #isPatient = true;
  #changed = deferred();

  /** A single portal is not probed: the login itself finds out soonest. */
  constructor(portals: readonly Portal[], options: ProbeOptions) {
    this.#options = options;
    this.#startedAt = options.clock.now();
    this.add(portals);
  }

  /** Takes further portals into account, those that are not known yet. */
  add(portals: readonly Portal[]): void {
    if (this.#ending.signal.aborted) return;
    for (const portal of portals) {
      if (this.#candidates.some((known) => isSame(known.portal, portal))) continue;
      this.#candidates.push({ portal, state: 'waiting', error: undefined });
    }
    const [only] = this.#candidates;
    if (this.#candidates.length === 1 && only?.state === 'waiting') only.state = 'answered';
    this.#probeOn();
    this.#tell();
  }

  /**
   * The next portal to try: of those that have answered the first in the order given. Resolves with undefined when
   * none is left. Rejects with the signal's reason.
   */
  async next(signal: AbortSignal): Promise<Portal | undefined> {
    while (true) {
      signal.throwIfAborted();
      const answered = this.#candidates.findIndex(({ state }) => state === 'answered');
      const pending = this.#candidates.findIndex(({ state }) => state === 'waiting' || state === 'probing');
      const candidate = this.#candidates[answered];
      if (candidate !== undefined && (pending === -1 || answered < pending || !this.#isPatient)) return take(candidate);
      if (candidate !== undefined) {
        this.#losePatience();
      } else if (pending === -1) {
        const slow = this.#candidates.find(({ state }) => state === 'slow');
        return slow === undefined ? undefined : take(slow);
      }
      await raceAbort(this.#changed.promise, signal);
    }
  }

  /** A login at this portal did not succeed. */
  failed(portal: Portal, error: IscsiError): void {
    const candidate = this.#candidates.find((known) => known.portal === portal);
    if (candidate !== undefined) fail(candidate, error);
  }

  /** A login at this portal was put off, since it took so long while another portal waited. */
  putOff(portal: Portal, error: IscsiError): void {
    this.failed(portal, error);
    const candidate = this.#candidates.find((known) => known.portal === portal);
    if (candidate !== undefined) candidate.state = 'slow';
  }

  /** Resolves when a portal waits to be tried. Rejects with the signal's reason. */
  async another(signal: AbortSignal): Promise<void> {
    while (!this.#candidates.some(({ state }) => state === 'answered')) {
      await raceAbort(this.#changed.promise, signal);
    }
  }

  /** The portals that have failed so far, in the order given; those too that have not answered by now. */
  get failures(): PortalFailure[] {
    const limitMs = Math.round(this.#options.clock.now() - this.#startedAt);
    return this.#candidates.flatMap(({ portal, state, error }) => {
      if (error !== undefined) return [{ portal, error }];
      return state === 'probing' ? [{ portal, error: silent(portal, limitMs) }] : [];
    });
  }

  /** Ends the probes that are under way. Settles when nothing of them is left; never rejects. */
  async close(reason: Error): Promise<void> {
    this.#ending.abort(reason);
    this.#patience?.cancel();
    await Promise.all(this.#probes);
  }

  #probeOn(): void {
    for (const candidate of this.#candidates) {
      if (this.#probes.size >= mostProbes) return;
      if (candidate.state !== 'waiting') continue;
      candidate.state = 'probing';
      const probe = this.#probe(candidate).finally(() => {
        this.#probes.delete(probe);
        if (this.#ending.signal.aborted) return;
        this.#probeOn();
        this.#tell();
      });
      this.#probes.add(probe);
    }
  }

  async #probe(candidate: Candidate): Promise<void> {
    const { signal } = this.#ending;
    try {
      await this.#options.probe(candidate.portal, signal);
      if (!signal.aborted) candidate.state = 'answered';
    } catch (error) {
      if (!signal.aborted) fail(candidate, asIscsiError(error));
    }
  }

  /** From now on an answer counts for more than the order. */
  #losePatience(): void {
    this.#patience ??= this.#options.clock.schedule(patienceMs, () => {
      this.#isPatient = false;
      this.#tell();
    });
  }

  #tell(): void {
    const changed = this.#changed;
    this.#changed = deferred();
    changed.resolve();
  }
}

function take(candidate: Candidate): Portal {
  candidate.state = 'taken';
  candidate.error = undefined;
  return candidate.portal;
}

function fail(candidate: Candidate, error: IscsiError): void {
  candidate.state = 'failed';
  candidate.error = error;
}

function isSame(a: Portal, b: Portal): boolean {
  return a.host.toLowerCase() === b.host.toLowerCase() && a.port === b.port && a.localAddress === b.localAddress;
}

function silent(portal: Portal, limitMs: number): TimeoutError {
  const address = formatEndpoint({ address: portal.host, port: portal.port });
  const message = `no connection to ${address} within ${limitMs} ms`;
  return new TimeoutError('ISCSI_CONNECT_TIMEOUT', message, { operation: 'connect', limitMs });
}
