// The sessions of a target: who may open one, which one a login belongs to, and what it replaces (RFC 7143 §6.3.1, §4.4.3).

import { loginStatus } from '../wire/index.ts';
import { Nexuses } from './device-server/nexuses.ts';
import { type ResetStyle, UnitAttentions } from './device-server/unit-attentions.ts';
import type { LoginIdentity } from './login/login-identity.ts';
import type { Pair } from './negotiation/operational-negotiation.ts';
import type { SessionParameters } from './negotiation/parameters.ts';
import { type SessionHost, TargetSession } from './session.ts';

/** Why a login cannot go on, with the status to refuse it with. */
export interface Refusal {
  readonly status: number;
  readonly why: string;
  /** What the refusal tells besides. */
  readonly pairs?: readonly Pair[];
}

/** What the registry must know of the target. */
export interface RegistryOptions extends Pick<SessionHost, 'clock' | 'expired'> {
  readonly maxSessions: number;
  readonly commandWindow: number;
  readonly resetStyle: ResetStyle;
}

/** All sessions, by handle and by what identifies them. */
export class SessionRegistry {
  readonly nexuses: Nexuses;
  readonly #options: RegistryOptions;
  readonly #byHandle = new Map<number, TargetSession>();
  #nextHandle = 1;
  #nextId = 1;

  constructor(options: RegistryOptions) {
    this.#options = options;
    this.nexuses = new Nexuses(options.resetStyle);
  }

  all(): TargetSession[] {
    return [...this.#byHandle.values()];
  }

  byHandle(tsih: number): TargetSession | undefined {
    return this.#byHandle.get(tsih);
  }

  /** Keeps a session, where there is one with this handle, while a connection of it is replaced. */
  hold(tsih: number): () => void {
    return this.#byHandle.get(tsih)?.hold() ?? (() => undefined);
  }

  byId(id: number): TargetSession | undefined {
    return this.all().find((session) => session.id === id);
  }

  /** Looks at a login at its start and again at its end, since sessions come and go in between. */
  check(identity: LoginIdentity, portal: string): Refusal | undefined {
    if (identity.tsih === 0) {
      if (this.#byHandle.size < this.#options.maxSessions || this.#find(identity, portal) !== undefined)
        return undefined;
      return { status: loginStatus.outOfResources, why: 'the target has as many sessions as it takes' };
    }
    const session = this.#byHandle.get(identity.tsih);
    if (session === undefined || !isSameNexus(session.identity, identity)) {
      return { status: loginStatus.sessionDoesNotExist, why: `there is no session with the handle ${identity.tsih}` };
    }
    // §6.3.4: one that is replaced makes room, and one that is gone takes none.
    const isReinstatement = session.connections.has(identity.cid);
    if (isReinstatement || session.connections.size < session.parameters.maxConnections) return undefined;
    return { status: loginStatus.tooManyConnections, why: 'the session has as many connections as were agreed on' };
  }

  /** The session that a login replaces (§6.3.5). */
  sessionReplacedBy(identity: LoginIdentity, portal: string): TargetSession | undefined {
    return identity.tsih === 0 ? this.#find(identity, portal) : undefined;
  }

  /** The session of a login that has passed `check`, made anew for the first connection. */
  join(identity: LoginIdentity, portal: string, parameters: SessionParameters): TargetSession {
    const existing = this.#byHandle.get(identity.tsih);
    if (existing !== undefined) return existing;
    const tsih = this.#freeHandle();
    const numbers = { id: this.#nextId, tsih, commandWindow: this.#options.commandWindow };
    this.#nextId += 1;
    const { clock, expired } = this.#options;
    // A discovery session reaches no logical unit (§4.3), and its ISID may be that of another session.
    const hasUnits = !identity.isDiscovery;
    const attentions = hasUnits ? this.nexuses.enter(identity) : new UnitAttentions();
    const ended = (): void => {
      this.#byHandle.delete(tsih);
      if (hasUnits) this.nexuses.lose(identity);
    };
    const session = new TargetSession(numbers, identity, portal, parameters, { clock, attentions, expired, ended });
    this.#byHandle.set(tsih, session);
    return session;
  }

  #find(identity: LoginIdentity, portal: string): TargetSession | undefined {
    return this.all().find((each) => {
      if (!isSameNexus(each.identity, identity)) return false;
      // §7.4.2.1: discovery sessions that name no target are told apart by portal, and replace only each other.
      if (each.identity.isNamed !== identity.isNamed) return false;
      return identity.isNamed || each.portal === portal;
    });
  }

  /** 1 to 65535; 0 is reserved (§11.12.6). */
  #freeHandle(): number {
    let handle = this.#nextHandle;
    while (this.#byHandle.has(handle)) handle = handle === 0xffff ? 1 : handle + 1;
    this.#nextHandle = handle === 0xffff ? 1 : handle + 1;
    return handle;
  }
}

function isSameNexus(a: LoginIdentity, b: LoginIdentity): boolean {
  return a.initiatorName === b.initiatorName && a.isid === b.isid;
}
