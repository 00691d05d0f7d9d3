// An initiator instance: a name, an engine, and the sessions that it has.

import { type Clock, SessionError, systemClock } from '../base/index.ts';
import { type DiscoveredTarget, discoverTargets } from '../discovery/index.ts';
import { type Address, Engine, type LocalBinding, type TransportDriver, tcpDriver } from '../engine/index.ts';
import { ChallengeMemory, openSession, type ScsiPort } from '../session/index.ts';
import { type ConnectOptions, type LoginWishes, toLogin } from './connect-options.ts';
import { checkName, defaultInitiatorName } from './initiator-name.ts';
import { InitiatorSession } from './initiator-session.ts';
import { IsidAllocator } from './isid.ts';
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
}

/** An initiator: discovers targets and logs in to them. Ready as soon as it is made; `close` logs everything out. */
export class Initiator {
  readonly name: string;
  readonly alias: string | undefined;
  readonly #clock: Clock;
  readonly #engine: Engine;
  readonly #address: Address;
  readonly #isids = new IsidAllocator();
  readonly #challenges = new ChallengeMemory();
  readonly #portalGroups = new PortalGroups();
  readonly #sessions = new Set<InitiatorSession>();
  #closed: Promise<void> | undefined;

  /** Throws UsageError ISCSI_BAD_ARGUMENT for a name that is none, or a binding that this host does not have. */
  constructor(options: InitiatorOptions = {}) {
    this.name = options.name === undefined ? defaultInitiatorName() : checkName(options.name, 'name');
    this.alias = options.alias;
    this.#clock = options.clock ?? systemClock;
    this.#engine = new Engine({ clock: this.#clock });
    this.#address = this.#engine.buildTransport(options.transport ?? tcpDriver()).buildAddress(options.binding);
  }

  /** The sessions that are open now. */
  get sessions(): InitiatorSession[] {
    return [...this.#sessions];
  }

  /** Asks a portal for its targets (SendTargets=All) in a discovery session, which is logged out again. */
  async discover(wishes: LoginWishes): Promise<DiscoveredTarget[]> {
    this.#requireOpen();
    const routes = new Routes(this.#engine, this.#address);
    try {
      const targets = await discoverTargets(this.#sessionOptions(wishes, routes), wishes.signal);
      this.#portalGroups.learn(targets);
      return targets;
    } finally {
      await routes.release();
    }
  }

  /**
   * Logs in to a target and adds the connections asked for, as far as the target allows. Rejects with TransportError,
   * TimeoutError, LoginError, ProtocolError, UsageError or the signal's reason; then nothing is left behind.
   */
  async connect(options: ConnectOptions): Promise<InitiatorSession> {
    this.#requireOpen();
    const routes = new Routes(this.#engine, this.#address);
    let wrapped: InitiatorSession | undefined;
    try {
      const { policy, escalation, reconnects } = options;
      const settings = {
        ...this.#sessionOptions(options, routes),
        beforeResume: async (port: ScsiPort, signal: AbortSignal): Promise<void> => {
          await wrapped?.compareDevices(port, signal);
        },
        ...(reconnects === undefined ? {} : { reconnects }),
        ...(policy === undefined ? {} : { policy }),
        ...(escalation === undefined ? {} : { escalation }),
      };
      const session = await openSession(settings, options.signal);
      wrapped = new InitiatorSession(session, routes, options, {
        clock: this.#clock,
        portalGroups: this.#portalGroups,
      });
      this.#keep(wrapped);
      await addConnections(wrapped, options);
      return wrapped;
    } catch (error) {
      await routes.release();
      throw error;
    }
  }

  /** Logs out of every session, closing what is still open, and releases everything. Never rejects. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #sessionOptions(
    wishes: LoginWishes & { readonly targetName?: string },
    routes: Routes,
  ): Parameters<typeof openSession>[0] {
    const { name, alias } = this;
    const login = toLogin(wishes, { name, alias, isid: this.#isids.allocate() });
    return {
      portal: wishes.portal,
      route: (portal) => routes.to(portal),
      login: { ...login, challengeMemory: this.#challenges },
      clock: this.#clock,
      ...(wishes.limits === undefined ? {} : { limits: wishes.limits }),
    };
  }

  #keep(session: InitiatorSession): void {
    this.#sessions.add(session);
    session.closed.then(
      () => this.#sessions.delete(session),
      () => undefined,
    );
  }

  #requireOpen(): void {
    if (this.#closed !== undefined) throw new SessionError('ISCSI_CLOSED', 'The initiator is closed');
  }

  async #close(): Promise<void> {
    await Promise.all(this.sessions.map((session) => session.close()));
    await this.#engine.close();
  }
}

/** Adds connections up to what is wanted and agreed. A connection that cannot be added fails the whole login. */
async function addConnections(session: InitiatorSession, options: ConnectOptions): Promise<void> {
  const wanted = Math.min(options.connections ?? 1, session.parameters.maxConnections);
  try {
    for (let count = 1; count < wanted; count += 1) {
      await session.addConnection(options.portal, options.signal === undefined ? {} : { signal: options.signal });
    }
  } catch (error) {
    await session.close();
    throw error;
  }
}
