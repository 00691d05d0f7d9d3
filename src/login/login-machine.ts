// The login as a step function: a request out, a response in, until full feature phase. RFC 7143 §6.3, §11.12, §11.13.
//
//   SecurityNegotiation (0) ──T, NSG 1──▶ LoginOperationalNegotiation (1) ──T, NSG 3──▶ FullFeaturePhase
//
// One text at a time travels either way, in as many PDUs as it needs (the C bit); its keys are looked at when it is
// whole. Any fault ends the login: the machine throws and takes no further step.

import { assert, LoginError, ProtocolError, UsageError } from '../base/index.ts';
import {
  encodeTextKeys,
  type LoginRequest,
  type LoginResponse,
  loginStage,
  loginStatus,
  loginStatusClass,
  opcode,
  parseTextKeys,
  splitText,
  TextAccumulator,
} from '../wire/index.ts';
import type { ChapProof } from './chap-proof.ts';
import { badKey, noAgreement } from './key-fault.ts';
import { keyTable } from './keys.ts';
import { type LoginOptions, type ResolvedLogin, resolveLogin } from './login-options.ts';
import { type DueAnswer, Negotiation, type TextPair } from './negotiation.ts';
import { offeredPairs, wishTexts } from './offers.ts';
import { type NegotiatedParameters, readParameters } from './parameters.ts';
import { checkResponse, checkTask, nextStatSn } from './response-check.ts';
import { SecurityStage } from './security-stage.ts';
import { refusal } from './status.ts';
import { parseTargetAddress, type TargetAddress } from './target-address.ts';
import { parse16Bit } from './values.ts';

/** A request to send: its header and its text. */
export interface LoginOutput {
  readonly pdu: LoginRequest;
  readonly data: Uint8Array;
}

/** A login that has reached full feature phase. */
export interface LoginResult {
  readonly tsih: number;
  /** StatSN of the final response. */
  readonly statSn: number;
  readonly expCmdSn: number;
  readonly maxCmdSn: number;
  readonly parameters: NegotiatedParameters;
}

/** What a response leads to. */
export type LoginStep =
  | { readonly kind: 'send'; readonly pdu: LoginRequest; readonly data: Uint8Array }
  /** Somebody else has to say whether the proof holds. Until then there is no next request; `proven` gives it. */
  | { readonly kind: 'prove'; readonly proof: ChapProof }
  | { readonly kind: 'done'; readonly result: LoginResult }
  | { readonly kind: 'redirect'; readonly address: readonly TargetAddress[]; readonly isPermanent: boolean };

/** Data segments in login never exceed the default MaxRecvDataSegmentLength (§6.3). */
const loginSegmentLength = 8192;

const empty: Uint8Array = new Uint8Array(0);

/**
 * Prepares a login. Throws UsageError for options that cannot be used: ISCSI_BAD_ARGUMENT, ISCSI_WEAK_SECRET.
 */
export function startLogin(options: LoginOptions): LoginMachine {
  return new LoginMachine(resolveLogin(options));
}

/** One login. All state is private, so that neither inspection nor JSON shows a secret. */
export class LoginMachine {
  readonly #login: ResolvedLogin;
  readonly #security: SecurityStage;
  readonly #negotiation: Negotiation;
  #state: 'new' | 'security' | 'operational' | 'ended' = 'new';
  #exchanges = 0;
  #last: LoginRequest | undefined;
  #outgoing: Uint8Array[] = [];
  /** The request that waits until the proof of the target has been verified. */
  #held: LoginOutput | undefined;
  #wantsTransit = false;
  readonly #incoming: TextAccumulator;
  #hasFirstText = false;
  #expectedStatSn: number | undefined;

  /** @internal Use `startLogin`. */
  constructor(login: ResolvedLogin) {
    this.#login = login;
    this.#security = new SecurityStage(login.chap, login.allowNone, login.challengeMemory, login.random);
    this.#negotiation = new Negotiation({
      isLeading: login.isLeading,
      isDiscovery: login.isDiscovery,
      wishes: wishTexts(login.offers),
    });
    this.#incoming = new TextAccumulator(login.maxTextLength);
  }

  /** The first request. Throws UsageError ISCSI_WRONG_STATE when called again. */
  first(): LoginOutput {
    if (this.#state !== 'new') throw wrongState();
    this.#state = 'security';
    const { initiatorName, initiatorAlias, targetName } = this.#login.names;
    const names: TextPair[] = [['InitiatorName', initiatorName]];
    if (initiatorAlias !== undefined) names.push(['InitiatorAlias', initiatorAlias]);
    if (targetName !== undefined) names.push(['TargetName', targetName]);
    if (this.#login.isLeading) names.push(['SessionType', this.#login.isDiscovery ? 'Discovery' : 'Normal']);
    return this.#send([...this.#negotiation.offer(names), ...this.#security.start()], this.#security.mayTransit);
  }

  /** The proof holds: the request that waited for it. Throws UsageError ISCSI_WRONG_STATE when none waits. */
  proven(): LoginOutput {
    const held = this.#held;
    if (held === undefined) throw wrongState();
    this.#held = undefined;
    return held;
  }

  /**
   * Takes the answer to the last request. Throws LoginError (refused, no agreement, authentication) or ProtocolError;
   * after that, and after `done` and `redirect`, the machine has ended and throws UsageError ISCSI_WRONG_STATE.
   */
  step(response: LoginResponse, data: Uint8Array): LoginStep {
    const last = this.#last;
    if (last === undefined || this.#state === 'ended') throw wrongState();
    const stage = this.#state;
    // Unless a further request is made below, this was the last step: by a throw too.
    this.#state = 'ended';
    if (this.#held !== undefined) throw this.#tooEarly();
    if (response.statusClass > loginStatusClass.redirection) {
      throw refusal(response.statusClass, response.statusDetail);
    }
    checkTask(response, this.#login.header);
    if (response.statusClass === loginStatusClass.redirection) return readRedirect(response, data);
    checkResponse(response, this.#login.header, { ...last, expectedStatSn: this.#expectedStatSn });
    this.#expectedStatSn = nextStatSn(response);
    const text = this.#collect(last, response, data);
    if (text === undefined) return this.#continue(stage);
    return stage === 'operational' ? this.#operate(text, response) : this.#authenticate(text, response);
  }

  /** The pairs of the text that this response completes; undefined while a text is under way in either direction. */
  #collect(last: LoginRequest, response: LoginResponse, data: Uint8Array): TextPair[] | undefined {
    if (last.isContinue) {
      if (data.length === 0 && !response.isContinue) return undefined;
      throw badText('The target sent text before it had all of ours', '§6.2');
    }
    const pairs = this.#incoming.add(data, response.isContinue);
    if (pairs !== undefined && !this.#hasFirstText) this.#checkPortalGroup(pairs);
    return pairs;
  }

  /** Goes on with the text under way: our next piece, or nothing but the leave to go on (§6.2). */
  #continue(stage: 'new' | 'security' | 'operational'): LoginStep {
    this.#state = stage;
    return { kind: 'send', ...this.#nextRequest() };
  }

  #authenticate(pairs: readonly TextPair[], response: LoginResponse): LoginStep {
    const ours = this.#security.step(pairs.filter(isAuthentication));
    const due = this.#negotiation.receive(
      pairs.filter((pair) => !isAuthentication(pair)),
      'security',
    );
    if (response.isTransit) return this.#unlessUnverified(this.#leaveSecurity(due));
    this.#state = 'security';
    const texts = [...due.map(({ pair }) => pair), ...ours];
    return this.#unlessUnverified(this.#send(texts, this.#security.mayTransit));
  }

  #leaveSecurity(due: readonly DueAnswer[]): LoginOutput {
    refuseLateProposals(due);
    // T can only follow our T, which is set when nothing but the target's proof is missing, and its lack has thrown.
    assert(this.#security.isDone, 'the security stage ends with authentication');
    this.#state = 'operational';
    return this.#send(this.#offers(), true);
  }

  /** Holds the next request back when it is up to somebody else whether the target has proved itself. */
  #unlessUnverified(next: LoginOutput): LoginStep {
    const response = this.#security.takeUnverified();
    if (response === undefined) return { kind: 'send', ...next };
    this.#held = next;
    const { initiatorName, targetName } = this.#login.names;
    return { kind: 'prove', proof: { ...response, initiatorName, targetName } };
  }

  /** An answer to a request that was never sent: a target that is let in by it would not have proved itself. */
  #tooEarly(): ProtocolError {
    this.#held = undefined;
    const message = 'The target sent a Login Response before its proof was verified and it had been asked again';
    const place = { opcode: opcode.loginResponse, clause: 'RFC 7143 §6.3' };
    return new ProtocolError('ISCSI_UNEXPECTED_PDU', message, place);
  }

  #operate(pairs: readonly TextPair[], response: LoginResponse): LoginStep {
    const due = this.#negotiation.receive(pairs, 'operational');
    if (response.isTransit) {
      refuseLateProposals(due);
      return { kind: 'done', result: this.#finish(response) };
    }
    this.#state = 'operational';
    // T stays set until the target is ready as well, with empty requests if need be (§6.3.3).
    return {
      kind: 'send',
      ...this.#send(
        due.map(({ pair }) => pair),
        true,
      ),
    };
  }

  #offers(): TextPair[] {
    const { offers, isLeading, isDiscovery } = this.#login;
    return this.#negotiation.offer(offeredPairs(offers, isLeading, isDiscovery));
  }

  #finish(response: LoginResponse): LoginResult {
    this.#negotiation.settle();
    const parameters = readParameters(this.#negotiation, this.#login.offers, this.#login.session);
    const { tsih, statSn, expCmdSn, maxCmdSn } = response;
    return { tsih, statSn, expCmdSn, maxCmdSn, parameters };
  }

  /**
   * The target has to say in its first text which portal group serves us (§6.3.1, §13.9), and it has to be the one that
   * we mean: a session does not span groups.
   */
  #checkPortalGroup(pairs: readonly TextPair[]): void {
    this.#hasFirstText = true;
    const key = 'TargetPortalGroupTag';
    const text = pairs.find(([name]) => name === key)?.[1];
    const expected = this.#login.expectedTag;
    if (text === undefined) {
      if (this.#login.isDiscovery) return;
      throw noAgreement(key, 'missing from the first response (RFC 7143 §6.3.1)');
    }
    const tag = parse16Bit(text);
    if (expected === undefined || tag === undefined || tag === expected) return;
    throw new LoginError('ISCSI_WRONG_PORTAL_GROUP', `Portal group ${tag} answered where ${expected} was meant`, {
      key,
    });
  }

  #send(pairs: readonly TextPair[], wantsTransit: boolean): LoginOutput {
    this.#wantsTransit = wantsTransit;
    this.#outgoing = splitText(encodeTextKeys(pairs), loginSegmentLength);
    return this.#nextRequest();
  }

  #nextRequest(): LoginOutput {
    this.#exchanges += 1;
    if (this.#exchanges > this.#login.maxExchanges) {
      this.#state = 'ended';
      throw new LoginError('ISCSI_NO_AGREEMENT', `The login did not end within ${this.#login.maxExchanges} exchanges`);
    }
    const data = this.#outgoing.shift() ?? empty;
    const isContinue = this.#outgoing.length > 0;
    const isTransit = this.#wantsTransit && !isContinue;
    const isOperational = this.#state === 'operational';
    const following = isOperational ? loginStage.fullFeaturePhase : loginStage.loginOperationalNegotiation;
    const pdu: LoginRequest = {
      opcode: opcode.loginRequest,
      isTransit,
      isContinue,
      currentStage: isOperational ? loginStage.loginOperationalNegotiation : loginStage.securityNegotiation,
      nextStage: isTransit ? following : 0,
      versionMax: 0,
      versionMin: 0,
      ...this.#login.header,
      expStatSn: this.#expectedStatSn ?? this.#login.header.expStatSn,
    };
    this.#last = pdu;
    return { pdu, data };
  }
}

function readRedirect(response: LoginResponse, data: Uint8Array): LoginStep {
  const address = parseTextKeys(data)
    .filter(([key]) => key === 'TargetAddress')
    .map(([, value]) => parseTargetAddress(value));
  if (address.length === 0) throw noAgreement('TargetAddress', 'missing from a redirection (RFC 7143 §11.13.5)');
  const status = (response.statusClass << 8) | response.statusDetail;
  return { kind: 'redirect', address, isPermanent: status === loginStatus.targetMovedPermanently };
}

function isAuthentication([key]: TextPair): boolean {
  return keyTable.get(key)?.rule === 'authentication';
}

/** With T the target has the last word, so that nothing in it may need an answer of ours (§6.3, §11.13.6). */
function refuseLateProposals(due: readonly DueAnswer[]): void {
  const late = due.find(({ isRequired }) => isRequired);
  if (late !== undefined) throw badKey(late.pair[0], 'proposed in a response that ends the stage');
}

function badText(message: string, clause: string): ProtocolError {
  return new ProtocolError('ISCSI_BAD_TEXT', message, { opcode: opcode.loginResponse, clause: `RFC 7143 ${clause}` });
}

function wrongState(): UsageError {
  return new UsageError('ISCSI_WRONG_STATE', 'The login is not waiting for this');
}
