// A login from the target's side: Login Requests in, Login Responses out (RFC 7143 §6.3, §11.12, §11.13). No I/O.
//
//   start ──► security ──► operational ──► finished
//     └───────────────────────►┘  security ──────►┘

import { ProtocolError } from '../../base/index.ts';
import { type LoginRequest, loginStage, loginStatus, TextAccumulator, type TextKey } from '../../wire/index.ts';
import { isReservedValue, operationalKeys } from '../negotiation/keys.ts';
import { OperationalNegotiation, type Pair } from '../negotiation/operational-negotiation.ts';
import type { ConnectionParameters, SessionParameters } from '../negotiation/parameters.ts';
import type { ResolvedTargetOptions } from '../options.ts';
import { ChapExchange } from './chap.ts';
import { identify, type LoginIdentity } from './login-identity.ts';

/** What a login has brought, when it is over. */
export interface LoginOutcome {
  readonly identity: LoginIdentity;
  readonly session: SessionParameters;
  readonly connection: ConnectionParameters;
}

/** What to send in return for a Login Request. */
export type LoginReply =
  | {
      readonly kind: 'reply';
      readonly isTransit: boolean;
      readonly nextStage: number;
      readonly pairs: readonly Pair[];
      /** Present when this is the final response: the connection enters full feature phase. */
      readonly outcome?: LoginOutcome;
    }
  | { readonly kind: 'refused'; readonly status: number; readonly why: string; readonly pairs: readonly Pair[] };

/** What a login asks of the target that it reaches. */
export interface LoginHost {
  readonly options: ResolvedTargetOptions;
  /** Looks at who logs in to what, before authentication. Returns the status of a refusal. */
  admit(
    identity: LoginIdentity,
  ): { readonly status: number; readonly why: string; readonly pairs?: readonly Pair[] } | undefined;
}

type Stage = 'start' | 'security' | 'operational' | 'finished';

/** Keys that only a target sends, or that have no place in a login (§13). */
const forbiddenKeys: ReadonlySet<string> = new Set([
  'TargetAlias',
  'TargetAddress',
  'TargetPortalGroupTag',
  'SendTargets',
]);

/** Keys that tell who is there; they may come in either stage, once (§12). */
const identityKeys: ReadonlySet<string> = new Set(['InitiatorName', 'TargetName', 'SessionType', 'InitiatorAlias']);

/** One login of one connection. */
export class LoginExchange {
  readonly #host: LoginHost;
  readonly #text: TextAccumulator;
  readonly #seen = new Set<string>();
  #stage: Stage = 'start';
  #exchanges = 0;
  #first: LoginRequest | undefined;
  #identity: LoginIdentity | undefined;
  #negotiation: OperationalNegotiation | undefined;
  #chap: ChapExchange | undefined;
  #isAuthenticated = false;
  #hasDeclared = false;
  /** The target proposed AuthMethod itself, so that the initiator's next value is an answer. */
  #hasProposedMethod = false;

  constructor(host: LoginHost) {
    this.#host = host;
    this.#text = new TextAccumulator(host.options.limits.maxTextLength);
  }

  /** Who logs in, as soon as that is known. */
  get identity(): LoginIdentity | undefined {
    return this.#identity;
  }

  /** Takes the next request with its data. After a refusal or an outcome the exchange is over. */
  take(request: LoginRequest, data: Uint8Array): LoginReply {
    const problem = this.#checkRequest(request);
    if (problem !== undefined) return problem;
    let pairs: TextKey[] | undefined;
    try {
      pairs = this.#text.add(data, request.isContinue);
    } catch (error) {
      if (error instanceof ProtocolError) return refuse(loginStatus.initiatorError, error.message);
      throw error;
    }
    // §6.2: a request with the C bit is answered with an empty response.
    if (pairs === undefined) return reply([], false, request.currentStage);
    return this.#takePairs(request, pairs);
  }

  #checkRequest(request: LoginRequest): LoginReply | undefined {
    this.#exchanges += 1;
    if (this.#exchanges > this.#host.options.limits.maxLoginExchanges) {
      return refuse(loginStatus.initiatorError, 'the login took too many exchanges');
    }
    if (this.#first === undefined) {
      this.#first = request;
      // Version 0 is the only one there is (§11.12.4).
      if (request.versionMin > 0) return refuse(loginStatus.unsupportedVersion, 'version 0 is not offered');
      if (request.currentStage > loginStage.loginOperationalNegotiation) {
        return refuse(loginStatus.initiatorError, 'a login cannot begin in full feature phase');
      }
      this.#stage = request.currentStage === loginStage.securityNegotiation ? 'security' : 'operational';
    }
    return this.#checkSameness(request, this.#first) ?? this.#checkStages(request);
  }

  /** §11.12: what names the login is the same in all of its requests. */
  #checkSameness(request: LoginRequest, first: LoginRequest): LoginReply | undefined {
    const isSame =
      request.isid === first.isid &&
      request.tsih === first.tsih &&
      request.cid === first.cid &&
      request.initiatorTaskTag === first.initiatorTaskTag &&
      request.versionMin === first.versionMin &&
      request.versionMax === first.versionMax;
    return isSame ? undefined : refuse(loginStatus.initiatorError, 'a Login Request belongs to another login');
  }

  #checkStages(request: LoginRequest): LoginReply | undefined {
    const current =
      this.#stage === 'security' ? loginStage.securityNegotiation : loginStage.loginOperationalNegotiation;
    if (this.#stage === 'finished' || request.currentStage !== current) {
      return refuse(loginStatus.initiatorError, 'the stage is not the one that the login is in');
    }
    if (request.isTransit && request.nextStage <= request.currentStage) {
      return refuse(loginStatus.initiatorError, 'a login cannot go back to an earlier stage');
    }
    return undefined;
  }

  #takePairs(request: LoginRequest, pairs: readonly TextKey[]): LoginReply {
    for (const [key] of pairs) {
      if (forbiddenKeys.has(key)) return refuse(loginStatus.initiatorError, `${key} has no place in a Login Request`);
      // §6.3: a key that comes a second time ends the login.
      if (this.#seen.has(key)) return refuse(loginStatus.initiatorError, `${key} was sent twice`);
      this.#seen.add(key);
    }
    const opening: Pair[] = [];
    if (this.#identity === undefined) {
      const problem = this.#identify(request, pairs);
      if (problem !== undefined) return problem;
      opening.push(...this.#openingPairs());
    }
    const rest = pairs.filter(([key]) => !identityKeys.has(key));
    const answered = this.#stage === 'security' ? this.#secure(request, rest) : this.#negotiate(request, rest);
    return answered.kind === 'reply' ? { ...answered, pairs: [...opening, ...answered.pairs] } : answered;
  }

  #identify(request: LoginRequest, pairs: readonly TextKey[]): LoginReply | undefined {
    const found = identify(request, new Map(pairs), this.#host.options.name);
    if (found.kind === 'refused') return refuse(found.status, found.why);
    const { identity } = found;
    this.#identity = identity;
    const { options } = this.#host;
    this.#negotiation = new OperationalNegotiation(options.parameters, identity.isDiscovery, identity.tsih === 0);
    const redirect = identity.isDiscovery ? undefined : options.redirect(identity.initiatorName);
    if (redirect !== undefined) {
      const status = redirect.isPermanent ? loginStatus.targetMovedPermanently : loginStatus.targetMovedTemporarily;
      // §13.8: the portal group tag is left out here.
      return refuse(status, 'the target has moved', [['TargetAddress', formatAddress(redirect.host, redirect.port)]]);
    }
    const problem = this.#host.admit(identity);
    if (problem !== undefined) return refuse(problem.status, problem.why, problem.pairs);
    if (this.#stage === 'operational' && this.#needsChap()) {
      return refuse(loginStatus.authenticationFailure, 'the security stage was left out');
    }
    return undefined;
  }

  /** §6.3.1, §13.6: the portal group tag comes with the first response, and the alias, where there is one. */
  #openingPairs(): Pair[] {
    const { alias, portalGroupTag } = this.#host.options;
    const pairs: Pair[] = [['TargetPortalGroupTag', String(portalGroupTag)]];
    if (alias !== '' && this.#identity?.isDiscovery === false) pairs.unshift(['TargetAlias', alias]);
    return pairs;
  }

  /** The security stage (§6.3.2, §12). */
  #secure(request: LoginRequest, pairs: readonly Pair[]): LoginReply {
    const misplaced = pairs.find(([key]) => operationalKeys.has(key));
    if (misplaced !== undefined) return refuse(loginStatus.initiatorError, `${misplaced[0]} belongs to another stage`);
    const chapKeys = new Map(pairs.filter(([key]) => key.startsWith('CHAP_')));
    const method = pairs.find(([key]) => key === 'AuthMethod')?.[1];
    const answers: Pair[] = [];
    for (const [key] of pairs) {
      if (key !== 'AuthMethod' && !key.startsWith('CHAP_') && key !== 'X#NodeArchitecture')
        answers.push([key, 'NotUnderstood']);
    }
    if (method !== undefined) {
      const problem = this.#chooseMethod(method, answers);
      if (problem !== undefined) return problem;
    }
    if (chapKeys.size > 0) {
      const step = this.#chap?.take(chapKeys);
      if (step === undefined) return refuse(loginStatus.initiatorError, 'CHAP was not chosen');
      if (step.kind === 'failed') return refuse(loginStatus.authenticationFailure, step.why);
      if (step.kind === 'authenticated') this.#isAuthenticated = true;
      answers.push(...step.pairs);
      // The initiator has to speak next, whatever its T bit wished.
      if (step.kind === 'send') return reply(answers, false, request.currentStage);
    }
    return this.#leaveSecurity(request, answers);
  }

  /** §12.1: the first of the offered methods that the target takes. */
  #chooseMethod(offered: string, answers: Pair[]): LoginReply | undefined {
    const { chap } = this.#host.options;
    const allowed = [...(chap === undefined ? [] : ['CHAP']), ...(this.#needsChap() ? [] : ['None'])];
    const chosen = isReservedValue(offered) ? undefined : offered.split(',').find((each) => allowed.includes(each));
    if (chosen === undefined) {
      return refuse(loginStatus.authenticationFailure, `the target asks for ${allowed.join(' or ')}, not ${offered}`);
    }
    if (chosen === 'CHAP' && chap !== undefined) this.#chap = new ChapExchange(chap);
    if (!this.#hasProposedMethod) answers.push(['AuthMethod', chosen]);
    return undefined;
  }

  #needsChap(): boolean {
    const { chap, chapForDiscovery } = this.#host.options;
    return chap !== undefined && (chapForDiscovery || this.#identity?.isDiscovery !== true);
  }

  #leaveSecurity(request: LoginRequest, answers: Pair[]): LoginReply {
    // Once CHAP has been chosen it has to succeed, wanted or not.
    const isOpen = this.#isAuthenticated || (this.#chap === undefined && !this.#needsChap());
    if (isOpen)
      return request.isTransit ? this.#transit(request, answers) : reply(answers, false, request.currentStage);
    if (this.#chap === undefined && !this.#hasProposedMethod) {
      // The initiator leaves the proposal to the target (§6.3.1, §12.1).
      this.#hasProposedMethod = true;
      this.#seen.delete('AuthMethod');
      return reply([...answers, ['AuthMethod', 'CHAP']], false, request.currentStage);
    }
    if (this.#chap !== undefined && answers.length > 0) return reply(answers, false, request.currentStage);
    return refuse(loginStatus.authenticationFailure, 'the initiator did not go on with CHAP');
  }

  /** The operational stage (§6.3.3, §13). */
  #negotiate(request: LoginRequest, pairs: readonly Pair[]): LoginReply {
    const misplaced = pairs.find(([key]) => key === 'AuthMethod' || key.startsWith('CHAP_'));
    if (misplaced !== undefined) return refuse(loginStatus.initiatorError, `${misplaced[0]} belongs to another stage`);
    const step = this.#negotiation?.answer(pairs) ?? { kind: 'failed', why: 'nobody has been named' };
    if (step.kind === 'failed') return refuse(loginStatus.initiatorError, step.why);
    const answers = [...step.pairs];
    if (!this.#hasDeclared) {
      this.#hasDeclared = true;
      answers.push(['MaxRecvDataSegmentLength', String(this.#host.options.parameters.maxRecvDataSegmentLength)]);
    }
    return request.isTransit ? this.#transit(request, answers) : reply(answers, false, request.currentStage);
  }

  #transit(request: LoginRequest, answers: readonly Pair[]): LoginReply {
    if (request.nextStage === loginStage.loginOperationalNegotiation) {
      this.#stage = 'operational';
      return reply(answers, true, request.nextStage);
    }
    this.#stage = 'finished';
    const identity = this.#identity;
    const negotiation = this.#negotiation;
    if (identity === undefined || negotiation === undefined)
      return refuse(loginStatus.initiatorError, 'nobody was named');
    const { session, connection } = negotiation;
    // A login that went past the operational stage has declared nothing: the default length holds (§13.12).
    const agreed = this.#hasDeclared ? connection : { ...connection, maxRecvDataSegmentLength: 8192 };
    return { ...reply(answers, true, request.nextStage), outcome: { identity, session, connection: agreed } };
  }
}

/** `host:port` as TargetAddress writes it, with brackets around IPv6 (§13.8). */
export function formatAddress(host: string, port: number): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]:${port}` : `${host}:${port}`;
}

function reply(pairs: readonly Pair[], isTransit: boolean, nextStage: number): Extract<LoginReply, { kind: 'reply' }> {
  return { kind: 'reply', isTransit, nextStage: isTransit ? nextStage : 0, pairs };
}

function refuse(status: number, why: string, pairs: readonly Pair[] = []): LoginReply {
  return { kind: 'refused', status, why, pairs };
}
