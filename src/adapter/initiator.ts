// An initiator instance: a name, an engine, and the sessions that it has.

import { randomInt } from 'node:crypto';

import { type Clock, SessionError, systemClock } from '../base/index.ts';
import { type DiscoveredTarget, discoverTargets, openDiscoverySession } from '../discovery/index.ts';
import {
  type ConnectAttempt,
  type Contender,
  Engine,
  type LocalBinding,
  type TransportDriver,
  tcpDriver,
} from '../engine/index.ts';
import {
  ChallengeMemory,
  openSession,
  type Portal,
  resolveLimits,
  type ScsiPort,
  type SessionObserver,
} from '../session/index.ts';
import { type ConnectOptions, type LoginWishes, toLogin } from './connect-options.ts';
import { Discoveries } from './discoveries.ts';
import type { DiscoveryLogin, DiscoverySession } from './discovery-session.ts';
import { checkName, defaultInitiatorName } from './initiator-name.ts';
import { InitiatorSession } from './initiator-session.ts';
import { type IsidPlan, toIsid } from './isid.ts';
import { LocalAddresses } from './local-addresses.ts';
import { Logins } from './logins.ts';
import { PortalGroups } from './portal-groups.ts';
import { Routes } from './routes.ts';

/** What an initiator is made of. */
export interface InitiatorOptions {
  /** iqn., eui. or naa. name; made from the host's name unless given. */
  readonly name?: string;
  readonly alias?: string;
  /** How bytes travel; TCP unless given. */
  readonly transport?: TransportDriver;
  /** Where connections start from: an interface or a source address. */
  readonly binding?: LocalBinding;
  readonly clock?: Clock;
  /** Is told what there is to count. */
  readonly observer?: SessionObserver;
  /** For one that keeps its ISIDs over its process; they begin by chance unless given. */
  readonly isids?: IsidPlan;
}

/** An initiator: discovers targets and logs in to them. Ready as soon as it is made; `close` logs everything out. */
export class Initiator {
  readonly name: string;
  readonly alias: string | undefined;
  readonly #clock: Clock;
  readonly #engine: Engine;
  readonly #addresses: LocalAddresses;
  readonly #observer: SessionObserver | undefined;
  readonly #logins: Logins;
  readonly #discoveries: Discoveries;
  readonly #challenges = new ChallengeMemory();
  readonly #portalGroups = new PortalGroups();
  /** Diagnostics tell sessions of all initiators of a process apart by it, so it begins by chance. */
  #nextSessionId = randomInt(2 ** 32) * 2 ** 16;
  #closed: Promise<void> | undefined;

  /** Throws UsageError ISCSI_BAD_ARGUMENT for a name that is none, or a binding that this host does not have. */
  constructor(options: InitiatorOptions = {}) {
    this.name = options.name === undefined ? defaultInitiatorName() : checkName(options.name, 'name');
    this.alias = options.alias;
    this.#clock = options.clock ?? systemClock;
    this.#engine = new Engine({ clock: this.#clock });
    const transport = this.#engine.buildTransport(options.transport ?? tcpDriver());
    this.#addresses = new LocalAddresses(transport, options.binding);
    this.#observer = options.observer;
    this.#logins = new Logins(options.isids);
    this.#discoveries = new Discoveries({
      node: this,
      discover: this.#discover.bind(this),
      logIn: this.#logInForDiscovery.bind(this),
      learn: this.#portalGroups.learn.bind(this.#portalGroups),
    });
  }

  /** The sessions that are open now. */
  get sessions(): InitiatorSession[] {
    return this.#logins.sessions;
  }

  /** Asks a portal for its targets (SendTargets=All) in a discovery session, which is logged out again. */
  async discover(wishes: LoginWishes): Promise<DiscoveredTarget[]> {
    this.#requireOpen();
    return await this.#discoveries.discover(wishes);
  }

  /**
   * Logs in to a portal in a discovery session that is kept until it is left, for questions of any kind and number.
   * Rejects as `connect` does.
   */
  async openDiscovery(wishes: LoginWishes): Promise<DiscoverySession> {
    this.#requireOpen();
    return await this.#discoveries.open(wishes);
  }

  /**
   * Logs in to a target and adds the connections asked for, as far as the target allows. Rejects with TransportError,
   * TimeoutError, LoginError, ProtocolError, UsageError, the signal's reason, or SessionError: ISCSI_SESSION_EXISTS where
   * the initiator has a session of that `isid`, ISCSI_CLOSED when it is closed meanwhile. Then nothing is left behind. Only a
   * target whose last answer was on its way may keep the session for Time2Wait and Time2Retain (RFC 7143 §7.5), or until
   * the next login of this initiator, which takes its place.
   */
  async connect(options: ConnectOptions): Promise<InitiatorSession> {
    return await this.connectOver(undefined, options);
  }

  /**
   * As `connect`, but the login goes over `ready`, a circuit to the portal that the caller has had connected, if it is still
   * there by then. One that the login did not come to take stays the caller's. @internal
   */
  async connectOver(ready: Contender | undefined, options: ConnectOptions): Promise<InitiatorSession> {
    this.#requireOpen();
    const { existing = 'new', portal, signal } = options;
    const targetName = checkName(options.targetName, 'targetName');
    const isid = options.isid === undefined ? undefined : toIsid(options.isid);
    const { portalGroupTag } = this.#portalGroups.complete(targetName, portal);
    return await this.#logins.obtain(
      { targetName, isid, portalGroupTag, existing },
      async (chosen, end) => await this.#logIn(options, ready, chosen, end),
      signal,
    );
  }

  /**
   * From where to where a circuit to a portal is connected, for whoever looks for the portal that answers. Throws UsageError
   * ISCSI_BAD_ARGUMENT for a local address that is none. @internal
   */
  attempt(portal: Portal): ConnectAttempt {
    this.#requireOpen();
    return { address: this.#addresses.get(portal.localAddress), remote: portal };
  }

  /**
   * Gives up logins and discoveries that are under way, logs out of every session, closing what is still open, and
   * releases everything. Never rejects.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #discover(wishes: LoginWishes, isid: number, signal: AbortSignal): Promise<DiscoveredTarget[]> {
    const routes = this.#routes(wishes);
    try {
      const targets = await discoverTargets(this.#sessionOptions(wishes, isid, routes), signal);
      this.#portalGroups.learn(targets);
      return targets;
    } finally {
      await routes.release();
    }
  }

  async #logInForDiscovery(wishes: LoginWishes, isid: number, signal: AbortSignal): Promise<DiscoveryLogin> {
    const routes = this.#routes(wishes);
    try {
      const session = await openDiscoverySession(this.#sessionOptions(wishes, isid, routes), signal);
      const over = session.closed.then(async (end) => {
        await routes.release();
        return end;
      });
      return { session, over };
    } catch (error) {
      await routes.release();
      throw error;
    }
  }

  async #logIn(
    options: ConnectOptions,
    ready: Contender | undefined,
    isid: number,
    signal: AbortSignal,
  ): Promise<InitiatorSession> {
    const routes = this.#routes(options);
    if (ready !== undefined) routes.prepare({ portal: options.portal, ready });
    let wrapped: InitiatorSession | undefined;
    try {
      const { policy, escalation, reconnects, reassignsTasks } = options;
      const settings = {
        ...this.#sessionOptions(options, isid, routes),
        beforeResume: async (port: ScsiPort, ended: AbortSignal): Promise<void> => {
          await wrapped?.compareDevices(port, ended);
        },
        ...(reconnects === undefined ? {} : { reconnects }),
        ...(reassignsTasks === undefined ? {} : { reassignsTasks }),
        ...(policy === undefined ? {} : { policy }),
        ...(escalation === undefined ? {} : { escalation }),
      };
      const session = await openSession(settings, signal);
      wrapped = new InitiatorSession(session, routes, options, {
        isid,
        clock: this.#clock,
        portalGroups: this.#portalGroups,
      });
      await addConnections(wrapped, options, signal);
      return wrapped;
    } catch (error) {
      await routes.release();
      throw error;
    }
  }

  #sessionOptions(
    wishes: LoginWishes & { readonly targetName?: string },
    isid: number,
    routes: Routes,
  ): Parameters<typeof openSession>[0] {
    const { name, alias } = this;
    const login = toLogin(wishes, { name, alias, isid });
    this.#nextSessionId += 1;
    return {
      id: this.#nextSessionId,
      portal: wishes.portal,
      route: (portal) => routes.to(portal),
      login: { ...login, challengeMemory: this.#challenges },
      clock: this.#clock,
      ...(wishes.limits === undefined ? {} : { limits: wishes.limits }),
      ...(this.#observer === undefined ? {} : { observer: this.#observer }),
    };
  }

  #routes({ limits }: LoginWishes): Routes {
    const from = this.#addresses.get.bind(this.#addresses);
    return new Routes(this.#engine, from, resolveLimits(limits).logoutTimeoutMs);
  }

  #requireOpen(): void {
    if (this.#closed !== undefined) throw new SessionError('ISCSI_CLOSED', 'The initiator is closed');
  }

  async #close(): Promise<void> {
    const reason = new SessionError('ISCSI_CLOSED', 'The initiator is closed');
    await Promise.all([this.#logins.close(reason), this.#discoveries.close(reason)]);
    await this.#engine.close();
  }
}

/** Adds connections up to what is wanted and agreed. A connection that cannot be added fails the whole login. */
async function addConnections(session: InitiatorSession, options: ConnectOptions, signal: AbortSignal): Promise<void> {
  const wanted = Math.min(options.connections ?? 1, session.parameters.maxConnections);
  try {
    for (let count = 1; count < wanted; count += 1) await session.addConnection(options.portal, { signal });
  } catch (error) {
    await session.close();
    throw error;
  }
}
