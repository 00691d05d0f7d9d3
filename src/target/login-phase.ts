// The login of a connection: carries Login Requests to the exchange and its answers back, and at the end joins the
// connection to its session (RFC 7143 §6.3, §11.12, §11.13).

import { LoginError, type ProtocolError, snAdd } from '../base/index.ts';
import {
  encodeTextKeys,
  type LoginRequest,
  loginStatus,
  opcode,
  type Pdu,
  reservedTag,
  type TargetPdu,
} from '../wire/index.ts';
import type { TargetCore } from './core.ts';
import type { HookConnection } from './hooks.ts';
import type { ConnectionLink, EndKind } from './link.ts';
import { LoginExchange, type LoginOutcome, type LoginReply } from './login/login-exchange.ts';
import type { LoginIdentity } from './login/login-identity.ts';
import type { Pair } from './negotiation/operational-negotiation.ts';
import type { PduHandler } from './pdu-handler.ts';
import { replaceConnection, replaceSession } from './recovery/reinstatement.ts';
import type { TargetSession } from './session.ts';
import type { Refusal } from './session-registry.ts';

/** What the login needs of its connection. */
export interface LoginConnection {
  readonly core: TargetCore;
  readonly link: Pick<ConnectionLink, 'isClosed'>;
  /** `host:port` of the portal, which tells discovery sessions apart. */
  readonly portal: string;
  /** The next StatSN, which is used up. */
  takeStatSn(): number;
  send(pdu: TargetPdu, data: Uint8Array): void;
  end(kind: EndKind): void;
  facts(): HookConnection;
  /** The initiator has told its name. */
  identified(identity: LoginIdentity): void;
  /** The connection belongs to a session from now on; full feature phase begins when `begin` is called. */
  joined(session: TargetSession, outcome: LoginOutcome): { begin(): void };
  report(error: unknown): void;
}

/** What a response repeats of its request. */
type RequestFields = Pick<LoginRequest, 'isid' | 'tsih' | 'initiatorTaskTag' | 'currentStage' | 'cmdSn'>;
type TextFields = Pick<Extract<LoginReply, { kind: 'reply' }>, 'isTransit' | 'nextStage' | 'pairs'>;
type WindowFields = { readonly tsih: number; readonly expCmdSn: number; readonly maxCmdSn: number };

/** Stands for a request that cannot be read. */
const noRequest: RequestFields = { isid: 0, tsih: 0, initiatorTaskTag: reservedTag, currentStage: 0, cmdSn: 0 };

type State = 'negotiating' | 'joining' | 'over';

/** The handler of a connection until it is logged in. */
export class LoginPhase implements PduHandler {
  readonly #connection: LoginConnection;
  readonly #exchange: LoginExchange;
  #state: State = 'negotiating';

  constructor(connection: LoginConnection) {
    this.#connection = connection;
    const { core } = connection;
    this.#exchange = new LoginExchange({
      options: core.options,
      admit: (identity) => this.#askHook(identity) ?? this.#admit(identity),
    });
  }

  begin(pdu: Pdu, length: number): Uint8Array | undefined {
    return pdu.opcode === opcode.loginRequest ? Buffer.allocUnsafe(length) : undefined;
  }

  complete(pdu: Pdu, data: Uint8Array | undefined): void {
    if (this.#state === 'over') return;
    if (pdu.opcode !== opcode.loginRequest) {
      this.#refuse(noRequest, { status: loginStatus.invalidDuringLogin, why: 'only Login Requests make a login' });
      return;
    }
    // §6.3: no more than one Login Request outstanding.
    if (this.#state === 'joining') {
      this.#refuse(pdu, { status: loginStatus.initiatorError, why: 'a Login Request came before its answer' });
      return;
    }
    this.#answer(pdu, this.#exchange.take(pdu, data ?? new Uint8Array(0)));
  }

  damaged(pdu: Pdu): void {
    // Digests are not in use before full feature phase.
    this.complete(pdu, undefined);
  }

  malformed(error: ProtocolError): void {
    const isRequest = error.opcode === opcode.loginRequest;
    const status = isRequest ? loginStatus.initiatorError : loginStatus.invalidDuringLogin;
    this.#refuse(noRequest, { status, why: error.message });
  }

  #askHook(identity: LoginIdentity): Refusal | undefined {
    const { core } = this.#connection;
    this.#connection.identified(identity);
    const { isDiscovery, tsih } = identity;
    const verdict = core.options.hooks.onLogin?.({ connection: this.#connection.facts(), isDiscovery, tsih });
    if (verdict === undefined) return undefined;
    const { status, why, targetAddress } = verdict;
    return { status, why, ...(targetAddress !== undefined && { pairs: [['TargetAddress', targetAddress]] }) };
  }

  #admit(identity: LoginIdentity): Refusal | undefined {
    const { core, portal } = this.#connection;
    this.#connection.identified(identity);
    if (core.isClosing) return { status: loginStatus.serviceUnavailable, why: 'the target is closing' };
    const { allowedInitiators } = core.options;
    if (allowedInitiators !== undefined && !identity.isDiscovery && !allowedInitiators.has(identity.initiatorName)) {
      return { status: loginStatus.authorizationFailure, why: `${identity.initiatorName} is not allowed` };
    }
    return core.sessions.check(identity, portal);
  }

  #answer(request: LoginRequest, reply: LoginReply): void {
    if (reply.kind === 'refused') this.#refuse(request, reply, reply.pairs);
    else if (reply.outcome === undefined) this.#send(request, reply, loginStatus.success, this.#window(request));
    else {
      this.#state = 'joining';
      void this.#join(request, reply, reply.outcome).catch((error: unknown) => {
        this.#connection.report(error);
        this.#connection.end('abortive');
      });
    }
  }

  /** Ends what the login replaces, then joins and answers: nothing of the old may touch the medium after that. */
  async #join(request: LoginRequest, reply: TextFields, outcome: LoginOutcome): Promise<void> {
    const { sessions } = this.#connection.core;
    const { identity } = outcome;
    const refusal = this.#admit(identity);
    if (refusal !== undefined) {
      this.#refuse(request, refusal);
      return;
    }
    // The connection that is replaced may be the last of the session that this one continues (§6.3.4).
    const release = sessions.hold(identity.tsih);
    try {
      const old = sessions.sessionReplacedBy(identity, this.#connection.portal);
      if (old !== undefined) await replaceSession(this.#connection.core, old);
      else await replaceConnection(this.#connection.core, identity);
      this.#enter(request, reply, outcome);
    } finally {
      release();
    }
  }

  #enter(request: LoginRequest, reply: TextFields, outcome: LoginOutcome): void {
    const { core, link, portal } = this.#connection;
    if (link.isClosed || this.#state !== 'joining') return;
    const changed = this.#admit(outcome.identity);
    if (changed !== undefined) {
      this.#refuse(request, changed);
      return;
    }
    const session = core.sessions.join(outcome.identity, portal, outcome.session);
    const next = this.#connection.joined(session, outcome);
    this.#state = 'over';
    this.#send(request, reply, loginStatus.success, windowOf(session));
    next.begin();
  }

  #refuse(request: RequestFields, refusal: Refusal, pairs: readonly Pair[] = []): void {
    this.#state = 'over';
    const { status, why } = refusal;
    this.#connection.report(
      new LoginError(
        'ISCSI_LOGIN_REFUSED',
        `A login was refused with 0x${status.toString(16).padStart(4, '0')}: ${why}`,
        {
          statusClass: status >>> 8,
          statusDetail: status & 0xff,
        },
      ),
    );
    const { tsih, cmdSn } = request;
    this.#send(request, { isTransit: false, nextStage: 0, pairs }, status, { tsih, expCmdSn: cmdSn, maxCmdSn: cmdSn });
    this.#connection.end('graceful');
  }

  #send(request: RequestFields, reply: TextFields, status: number, numbers: WindowFields): void {
    const isSuccess = status === loginStatus.success;
    this.#connection.send(
      {
        opcode: opcode.loginResponse,
        isTransit: reply.isTransit,
        isContinue: false,
        // The stage fields are reserved in a refusal (§6.3.1).
        currentStage: isSuccess ? request.currentStage : 0,
        nextStage: reply.nextStage,
        versionMax: 0,
        versionActive: 0,
        isid: request.isid,
        initiatorTaskTag: request.initiatorTaskTag,
        statSn: this.#connection.takeStatSn(),
        ...numbers,
        statusClass: status >>> 8,
        statusDetail: status & 0xff,
      },
      encodeTextKeys(reply.pairs),
    );
  }

  /** The numbers of a partial response: those of the session, when there is one already. */
  #window(request: LoginRequest): WindowFields {
    const { sessions, options } = this.#connection.core;
    const session = sessions.byHandle(request.tsih);
    if (session !== undefined) return windowOf(session);
    const { tsih, cmdSn } = request;
    return { tsih, expCmdSn: cmdSn, maxCmdSn: snAdd(cmdSn, options.limits.commandWindow - 1) };
  }
}

function windowOf({ tsih, window }: TargetSession): WindowFields {
  return { tsih, expCmdSn: window.expCmdSn, maxCmdSn: window.maxCmdSn };
}
