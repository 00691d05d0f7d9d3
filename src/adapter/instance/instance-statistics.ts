// What an initiator instance counts: logins and logouts, errors, and what its sessions move.

import { channels, type ErrorCode, type IscsiError, LoginError, type PduDiscarded } from '../../base/index.ts';
import type { LoginEnd, SessionObserver } from '../../session/index.ts';
import type { InstanceSession } from './instance-session.ts';
import {
  addByAddress,
  type ErrorStatistics,
  errorKind,
  SessionCounters,
  type SessionStatistics,
  sumOf,
  type TrafficByAddress,
  type TrafficStatistics,
} from './session-counters.ts';

/** MSiSCSI_InitiatorLoginStatistics, as RFC 4544 explains the counters. Logins of all connections count, discovery too. */
export interface LoginStatistics {
  /** Login phases that a target ended with success. */
  readonly loginAcceptRsps: number;
  /** Refusals that are counted nowhere else. */
  readonly loginOtherFailRsps: number;
  readonly loginRedirectRsps: number;
  /** Refusals with status 0201h: the target did not accept who we say we are. */
  readonly loginAuthFailRsps: number;
  /** Logins that we ended because the target could not prove itself. */
  readonly loginAuthenticateFails: number;
  /** Logins that we ended because no agreement was possible. */
  readonly loginNegotiateFails: number;
  /** Logout Requests to close a session, and those for other reasons. */
  readonly logoutNormals: number;
  readonly logoutOtherCodes: number;
  /** All logins that failed, those too that no target has answered. */
  readonly loginFailures: number;
}

/** The counters of an instance; each only grows, but what `sessions` says is of the sessions that there are. */
export interface InstanceStatistics {
  readonly logins: LoginStatistics;
  /** MSiSCSI_InitiatorInstanceStatistics: errors of all sessions, those that are over too. */
  readonly errors: ErrorStatistics & { readonly sessionFailures: number };
  /** Errors that ended connections or logins, by code. */
  readonly errorCodes: ReadonlyMap<ErrorCode, number>;
  /** What all sessions have moved, those that are over too; discoveries apart. */
  readonly traffic: TrafficStatistics;
  /** The same by the local address that connections started from. */
  readonly trafficByAddress: TrafficByAddress;
  readonly sessions: readonly SessionStatistics[];
}

type Counters<T> = { -readonly [Name in keyof T]: number };

/** Is told of each command: which session, and how long its answer took. Must not throw. */
export type CommandListener = (session: InstanceSession, durationMs: number) => void;

const authenticationFailure = { statusClass: 2, statusDetail: 1 } as const;

/** The counters of an instance, and what feeds them. */
export class StatisticsCollector {
  /** What sessions tell. */
  readonly observer: SessionObserver = {
    loginEnded: (_sessionId, end) => {
      this.#loginEnded(end);
    },
    logoutRequested: (_sessionId, reason) => {
      if (reason === 0) this.#logins.logoutNormals += 1;
      else this.#logins.logoutOtherCodes += 1;
    },
    commandAnswered: (sessionId, cid, durationMs) => {
      const counters = this.#sessions.get(sessionId);
      if (counters === undefined) return;
      counters.commandAnswered(cid, durationMs);
      this.#listener?.(counters.session, durationMs);
    },
    connectionEnded: (sessionId, facts) => {
      this.#sessions.get(sessionId)?.connectionEnded(facts);
    },
  };
  readonly #logins: Counters<LoginStatistics> = {
    loginAcceptRsps: 0,
    loginOtherFailRsps: 0,
    loginRedirectRsps: 0,
    loginAuthFailRsps: 0,
    loginAuthenticateFails: 0,
    loginNegotiateFails: 0,
    logoutNormals: 0,
    logoutOtherCodes: 0,
    loginFailures: 0,
  };
  readonly #errors: Counters<InstanceStatistics['errors']> = {
    digestErrors: 0,
    connectionTimeoutErrors: 0,
    formatErrors: 0,
    sessionFailures: 0,
  };
  readonly #codes = new Map<ErrorCode, number>();
  /** By the number that diagnostics know a session by. */
  readonly #sessions = new Map<number, SessionCounters>();
  readonly #listener: CommandListener | undefined;
  #ended: TrafficByAddress = new Map();
  readonly #discarded = ({ sessionId, reason }: PduDiscarded): void => {
    if (reason === 'dataDigest') this.#countError(sessionId, 'digestErrors');
  };

  constructor(listener: CommandListener | undefined) {
    this.#listener = listener;
  }

  /** Listens to diagnostics, for what sessions do not tell. */
  start(): void {
    channels.pduDiscarded.subscribe(this.#discarded);
  }

  stop(): void {
    channels.pduDiscarded.unsubscribe(this.#discarded);
  }

  /** A session is there: counts it until it is over. */
  add(instanceSession: InstanceSession): void {
    const { session } = instanceSession;
    const counters = new SessionCounters(instanceSession);
    this.#sessions.set(session.id, counters);
    session.events.on('connectionLost', (_cid, error) => {
      this.#countCode(error.code);
      const kind = errorKind(error);
      if (kind !== undefined) this.#countError(session.id, kind);
    });
    let before = session.state;
    session.events.on('stateChanged', (state) => {
      // From `leaving` it is put off at the wish of the target, which is no failure.
      if ((state === 'failed' && before === 'loggedIn') || state === 'leavingFailed') this.#errors.sessionFailures += 1;
      before = state;
    });
  }

  /** A session is over. */
  remove({ session }: InstanceSession): void {
    const counters = this.#sessions.get(session.id);
    if (counters === undefined) return;
    this.#ended = addByAddress([this.#ended, counters.traffic]);
    this.#sessions.delete(session.id);
  }

  /** A copy of the counters. */
  get statistics(): InstanceStatistics {
    const sessions = [...this.#sessions.values()];
    const trafficByAddress = addByAddress([this.#ended, ...sessions.map(({ traffic }) => traffic)]);
    return {
      logins: { ...this.#logins },
      errors: { ...this.#errors },
      errorCodes: new Map(this.#codes),
      traffic: sumOf(trafficByAddress),
      trafficByAddress,
      sessions: sessions.map(({ statistics }) => statistics),
    };
  }

  #loginEnded(end: LoginEnd): void {
    if (end === 'accepted') this.#logins.loginAcceptRsps += 1;
    else if (end === 'redirected') this.#logins.loginRedirectRsps += 1;
    else this.#loginFailed(end);
  }

  #loginFailed(error: IscsiError): void {
    this.#logins.loginFailures += 1;
    this.#countCode(error.code);
    if (!(error instanceof LoginError)) return;
    const { statusClass, statusDetail, code } = error;
    if (statusClass === undefined) {
      if (code === 'ISCSI_AUTH_FAILED') this.#logins.loginAuthenticateFails += 1;
      else if (code === 'ISCSI_NO_AGREEMENT') this.#logins.loginNegotiateFails += 1;
    } else if (
      statusClass === authenticationFailure.statusClass &&
      statusDetail === authenticationFailure.statusDetail
    ) {
      this.#logins.loginAuthFailRsps += 1;
    } else {
      this.#logins.loginOtherFailRsps += 1;
    }
  }

  #countError(sessionId: number, kind: keyof ErrorStatistics): void {
    const counters = this.#sessions.get(sessionId);
    if (counters === undefined) return;
    counters.count(kind);
    this.#errors[kind] += 1;
  }

  #countCode(code: ErrorCode): void {
    this.#codes.set(code, (this.#codes.get(code) ?? 0) + 1);
  }
}
