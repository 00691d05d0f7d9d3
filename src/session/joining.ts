// How connections of a session come to be: the first, those added to it, and those that come back under their old CID.

import { asIscsiError, LoginError } from '../base/index.ts';
import {
  type AuthOptions,
  type CircuitWay,
  type ConnectionOwner,
  type KeyOffers,
  type LoginOptions,
  type NegotiatedParameters,
  openConnection,
  resolveKeyOffers,
} from '../connection/index.ts';
import type { Portal } from './portal.ts';
import type { Redirect } from './redirect.ts';
import type { SessionContext } from './session-context.ts';
import type { LoginAttempt } from './session-observer.ts';

/** What all logins of a session have in common. */
export type SessionLogin = Omit<
  LoginOptions,
  'tsih' | 'cid' | 'cmdSn' | 'expStatSn' | 'initiatorTaskTag' | 'isLeading' | 'expected'
>;

/** What one added connection is told instead: who proves what to whom, and connection-only keys (RFC 7143 §13). */
export interface ConnectionLogin {
  readonly auth?: AuthOptions;
  readonly offers?: Partial<Pick<KeyOffers, 'headerDigest' | 'dataDigest' | 'maxRecvDataSegmentLength'>>;
}

/** How connections of a session are made. */
export interface JoiningOptions {
  readonly route: (portal: Portal) => CircuitWay;
  readonly login: SessionLogin;
}

/** What the leading login agreed. */
export interface Leading {
  readonly cid: number;
  readonly tsih: number;
  readonly parameters: NegotiatedParameters;
}

/** CIDs are 16 bits; a login's task tag is the CID over a slot that no task uses, which would be reserved for this one. */
const lastCid = 0xfffe;
const loginTagSlot = 0xffff;

/** The logins of one session. */
export class Joining {
  readonly #context: SessionContext;
  readonly #options: JoiningOptions;
  readonly #owner: ConnectionOwner;
  #giveUp = new AbortController();
  /** The portals of the connections that are being opened or have been, as their users named them. */
  readonly #portals = new Map<number, Portal>();
  /** What those of them were told that have a login of their own, for when they come back. */
  readonly #logins = new Map<number, ConnectionLogin>();
  /** Where the logins of the connections were sent to, those under way too. */
  readonly #redirects = new Map<number, Redirect>();
  #opening = 0;
  #nextCid = 0;
  #isReinstating = false;
  #leading: Leading | undefined;

  constructor(context: SessionContext, options: JoiningOptions, owner: ConnectionOwner) {
    this.#context = context;
    this.#options = options;
    this.#owner = owner;
  }

  get isDiscovery(): boolean {
    return this.#options.login.sessionType === 'Discovery';
  }

  /** Whether a login is under way that takes the place of the whole session. */
  get isReinstating(): boolean {
    return this.#isReinstating;
  }

  /** What the leading login agreed; undefined before it. */
  get leading(): Leading | undefined {
    return this.#leading;
  }

  /** The portal of a connection. */
  portalOf(cid: number): Portal | undefined {
    return this.#portals.get(cid);
  }

  /** Where the login of a connection was sent to; undefined where the portal that was asked took it. */
  redirectOf(cid: number): Redirect | undefined {
    return this.#redirects.get(cid);
  }

  /** Opens a new connection to `portal`, following redirects. Resolves with its CID when it takes commands. */
  async join(portal: Portal, signal: AbortSignal | undefined, login?: ConnectionLogin): Promise<number> {
    this.#checkGroup(portal);
    this.#checkRoom();
    const cid = this.#takeCid();
    if (login !== undefined) this.#logins.set(cid, login);
    const both = signal === undefined ? this.#giveUp.signal : AbortSignal.any([signal, this.#giveUp.signal]);
    try {
      await this.#open(cid, portal, both);
    } catch (error) {
      this.forget(cid);
      throw error;
    }
    return cid;
  }

  /**
   * Opens a connection under a CID that the session had before: a new connection when the target has been told of the
   * end of the old one, else its reinstatement, which implies that (RFC 7143 §6.3.4) and then says by `expStatSn` what
   * had arrived on the old one (§11.12.9).
   */
  async rejoin(cid: number, portal: Portal, signal: AbortSignal, expStatSn = 0): Promise<void> {
    await this.#open(cid, portal, signal, expStatSn);
  }

  /** Logs in anew with the same ISID: the target ends what it has of the session (RFC 7143 §6.3.5). */
  async reinstateSession(cid: number, portal: Portal, signal: AbortSignal): Promise<void> {
    this.#isReinstating = true;
    try {
      await this.#open(cid, portal, signal);
    } finally {
      this.#isReinstating = false;
    }
  }

  /** Keeps what a login agreed; says whether it is the one that leads. */
  agreed(cid: number, tsih: number, parameters: NegotiatedParameters): boolean {
    if (this.#leading === undefined || this.#isReinstating) this.#leading = { cid, tsih, parameters };
    return this.#leading.cid === cid;
  }

  /** The connection is over and its CID is free. */
  forget(cid: number): void {
    this.#portals.delete(cid);
    this.#logins.delete(cid);
    this.#redirects.delete(cid);
  }

  /** Gives up what `join` has under way. No connection joins after this, until `restart`. */
  stop(error: Error): void {
    this.#giveUp.abort(error);
  }

  /** Connections may join again. */
  restart(): void {
    this.#giveUp = new AbortController();
  }

  async #open(cid: number, portal: Portal, signal: AbortSignal, expStatSn = 0): Promise<void> {
    this.#portals.set(cid, portal);
    this.#redirects.delete(cid);
    this.#opening += 1;
    try {
      await this.#openAt(cid, portal, signal, expStatSn);
    } finally {
      this.#opening -= 1;
    }
  }

  async #openAt(cid: number, portal: Portal, signal: AbortSignal, expStatSn: number): Promise<void> {
    const { clock, limits, sessionId, observer } = this.#context;
    let at = portal;
    const login = (): LoginOptions => ({ ...this.#loginOptions(cid, at), expStatSn });
    for (let hop = 0; hop <= limits.maxRedirects; hop += 1) {
      const { connection, outcome } = await openConnection(
        { sessionId, way: this.#options.route(at), login: login(), owner: this.#owner },
        { clock, signal, connectTimeoutMs: limits.connectTimeoutMs, loginTimeoutMs: limits.loginTimeoutMs },
      ).catch((error: unknown) => {
        if (!signal.aborted) observer?.loginEnded?.(sessionId, asIscsiError(error), this.#attempt(cid, at));
        throw error;
      });
      observer?.loginEnded?.(sessionId, outcome.kind === 'done' ? 'accepted' : 'redirected', this.#attempt(cid, at));
      if (outcome.kind === 'done') return;
      await connection.released();
      const [next] = outcome.address;
      if (next === undefined) break;
      // What a redirect may say of a portal group is nothing (RFC 7143 §13.8); whoever answers there says it.
      at = { host: next.host, port: next.port, ...startOf(portal) };
      const wasTemporary = this.#redirects.get(cid)?.isTemporary ?? false;
      this.#redirects.set(cid, { from: portal, to: at, isTemporary: wasTemporary || !outcome.isPermanent });
    }
    throw new LoginError('ISCSI_TOO_MANY_REDIRECTS', `The login was redirected more than ${limits.maxRedirects} times`);
  }

  /** The connection that made the session as it stands; none while it is made anew. */
  #standing(): Leading | undefined {
    return this.#isReinstating ? undefined : this.#leading;
  }

  #attempt(cid: number, portal: Portal): LoginAttempt {
    const { targetName, auth } = this.#ownLogin(cid);
    const leading = this.#standing();
    const isAdded = leading !== undefined && leading.cid !== cid;
    return { targetName, portal, isAdded, usesChap: auth.chap !== undefined };
  }

  #loginOptions(cid: number, { portalGroupTag }: Portal): LoginOptions {
    const leading = this.#standing();
    return {
      ...this.#ownLogin(cid),
      tsih: leading?.tsih ?? 0,
      cid,
      cmdSn: this.#context.window.cmdSn,
      initiatorTaskTag: ((cid << 16) | loginTagSlot) >>> 0,
      isLeading: leading === undefined,
      expected: {
        targetPortalGroupTag: portalGroupTag,
        parameters: leading?.parameters,
      },
    };
  }

  #ownLogin(cid: number): SessionLogin {
    const { login } = this.#options;
    const { auth = login.auth, offers } = this.#logins.get(cid) ?? {};
    return {
      ...login,
      auth,
      ...(offers === undefined ? {} : { offers: { ...(login.offers ?? resolveKeyOffers()), ...offers } }),
    };
  }

  /** A CID that is not in use: reusing one would reinstate its connection (RFC 7143 §6.3.4). */
  #takeCid(): number {
    do this.#nextCid = this.#nextCid >= lastCid ? 1 : this.#nextCid + 1;
    while (this.#portals.has(this.#nextCid));
    return this.#nextCid;
  }

  /** Portals of one group alone take connections of a session (RFC 7143 §4.4.1): what is known is not tried. */
  #checkGroup({ host, port, portalGroupTag }: Portal): void {
    const own = this.#leading?.parameters.targetPortalGroupTag;
    if (own === undefined || portalGroupTag === undefined || portalGroupTag === own) return;
    const message = `Portal ${host}:${port} is in portal group ${portalGroupTag}, the session in ${own}`;
    throw new LoginError('ISCSI_WRONG_PORTAL_GROUP', message, { key: 'TargetPortalGroupTag' });
  }

  #checkRoom(): void {
    if (this.#leading === undefined) return;
    const { maxConnections } = this.#leading.parameters;
    if (this.#context.roster.size + this.#opening >= maxConnections) {
      const message = `The session was agreed to have at most ${maxConnections} connections`;
      throw new LoginError('ISCSI_TOO_MANY_CONNECTIONS', message, { key: 'MaxConnections' });
    }
  }
}

/** Where connections to a portal start from, which a redirect does not change. */
function startOf({ localAddress }: Portal): Pick<Portal, 'localAddress'> {
  return localAddress === undefined ? {} : { localAddress };
}
