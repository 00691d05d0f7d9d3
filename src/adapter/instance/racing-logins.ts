// The logins of an instance, each at whichever of its portals answers first, and what is told of the portals that do not.

import type { EventEmitter } from 'node:events';

import { asIscsiError, type Clock } from '../../base/index.ts';
import { defaultLimits, type Portal, resolveLimits } from '../../session/index.ts';
import type { ConnectOptions } from '../connect-options.ts';
import type { Initiator } from '../initiator.ts';
import type { InitiatorSession } from '../initiator-session.ts';
import type { MadeSession } from './instance-logins.ts';
import type { InstanceConnectOptions } from './instance-options.ts';
import type { InstanceEvents, InstanceSession } from './instance-session.ts';
import { PortalCandidates, type PortalFailure } from './portal-candidates.ts';
import { logInAtPortals } from './portal-logins.ts';

/** How long each connection of a login may take while another portal waits to be tried. */
const hurryMs = 3000;

/** How many logins that are over may have portals that are still asked; each of these is a socket. */
const mostUnanswered = 32;

/** A login at one portal or another. */
export type LoginOrder = Omit<ConnectOptions, 'portal' | 'existing' | 'signal'> & { readonly initiatorName: string };

/** What the logins have from their instance. */
export interface RacingParts {
  readonly initiator: Initiator;
  readonly clock: Clock;
  readonly events: EventEmitter<InstanceEvents>;
  /** Makes a session one of the instance's. */
  readonly register: (made: InitiatorSession, order: LoginOrder, portal: Portal) => InstanceSession;
}

/** All of them. */
export class RacingLogins {
  readonly #parts: RacingParts;
  /** Of logins that are over: portals of which it is not known yet whether they are dead. */
  readonly #unanswered = new Set<PortalCandidates>();

  constructor(parts: RacingParts) {
    this.#parts = parts;
  }

  /** The portals that one login may try, to be connected to at once. To be handed to `logIn`. */
  candidates(portals: readonly Portal[], { limits }: InstanceConnectOptions): PortalCandidates {
    const { initiator, clock } = this.#parts;
    const { connectTimeoutMs, logoutTimeoutMs } = resolveLimits(limits);
    return new PortalCandidates(portals, {
      clock,
      attempt: initiator.attempt.bind(initiator),
      // Without a limit of its own a login has one that covers the connect; these connects have nothing but this.
      connectTimeoutMs: connectTimeoutMs === 0 ? defaultLimits.connectTimeoutMs : connectTimeoutMs,
      closeTimeoutMs: logoutTimeoutMs,
    });
  }

  /** Logs in where the target can be reached and takes the login, and tells the instance's listeners. */
  async logIn(order: LoginOrder, candidates: PortalCandidates, signal: AbortSignal): Promise<MadeSession> {
    const { initiator, clock, events, register } = this.#parts;
    try {
      const { made, portal } = await logInAtPortals(
        {
          targetName: order.targetName,
          clock,
          candidates,
          logIn: async ({ portal: at, ready }, end) => ({
            made: await initiator.connectOver(ready, { ...order, portal: at, signal: end }),
            portal: at,
          }),
          hurryMs: hurryMs * (order.connections ?? 1),
        },
        signal,
      );
      const session = register(made, order, portal);
      const failedPortals = candidates.failures;
      this.#finish(order.targetName, candidates);
      return { session, failedPortals, close: session.close.bind(session) };
    } catch (error) {
      events.emit('loginFailed', order.targetName, asIscsiError(error));
      // Of one that has not answered by an abort nothing is known; else there is none.
      for (const failure of candidates.failed) this.#portalFailed(order.targetName, failure);
      await candidates.close();
      throw error;
    }
  }

  /** Asks no more what became of portals that have not answered. Settles when their connects are released; never rejects. */
  async close(): Promise<void> {
    await Promise.all([...this.#unanswered].map((candidates) => candidates.close()));
  }

  /** Tells of the portals that have failed, and of those that have not answered yet when it is known that they do not. */
  #finish(targetName: string, candidates: PortalCandidates): void {
    const report = (failure: PortalFailure): void => {
      this.#portalFailed(targetName, failure);
    };
    for (const failure of candidates.failed) report(failure);
    this.#unanswered.add(candidates);
    const [oldest] = this.#unanswered;
    // Whoever logs in again and again hears of the dead portal by the later ones. It never rejects.
    if (oldest !== undefined && this.#unanswered.size > mostUnanswered) void oldest.close();
    void candidates.finish(report).then(() => this.#unanswered.delete(candidates)); // never rejects; `close` cuts it short
  }

  #portalFailed(targetName: string, { portal, error }: PortalFailure): void {
    this.#parts.events.emit('portalFailed', targetName, portal, error);
  }
}
