// The login phase of one connection: requests out, responses in, and the wait for whoever verifies the target's proof.

import { assert, type Deferred, deferred, type IscsiError, ProtocolError } from '../base/index.ts';
import {
  type ChapProof,
  type ChapVerifier,
  type LoginMachine,
  type LoginResult,
  type LoginStep,
  unproven,
} from '../login/index.ts';
import { type LoginRequest, opcode, type TargetPdu } from '../wire/index.ts';

/** What a login phase ends with when it does not fail. */
export type LoginOutcome = Extract<LoginStep, { kind: 'done' | 'redirect' }>;

/** What a login phase does to its connection. */
export interface LoginPhaseHandlers {
  send(pdu: LoginRequest, data: Uint8Array): void;
  /** Full feature phase begins: called before the next PDU is taken. */
  succeeded(result: LoginResult): void;
  redirected(): void;
  /** The target has not proved itself, in a turn of its own. */
  failed(error: IscsiError): void;
}

/** A login as its connection sees it. It waits for nothing but the verifier; deadlines are up to `openConnection`. */
export class LoginPhase {
  readonly #machine: LoginMachine;
  readonly #verifier: ChapVerifier | undefined;
  readonly #handlers: LoginPhaseHandlers;
  readonly #end: Deferred<LoginOutcome> = deferred();
  /** Aborted when the login ends while the verifier is asked. */
  readonly #verifying = new AbortController();

  constructor(machine: LoginMachine, verifier: ChapVerifier | undefined, handlers: LoginPhaseHandlers) {
    this.#machine = machine;
    this.#verifier = verifier;
    this.#handlers = handlers;
    // A login that fails while nobody waits for it yet is heard of by openConnection, or by nobody.
    this.#end.promise.catch(() => undefined);
  }

  /** Rejects with the error of `fail`. */
  get outcome(): Promise<LoginOutcome> {
    return this.#end.promise;
  }

  /** Sends the first request. */
  start(): void {
    const { pdu, data } = this.#machine.first();
    this.#handlers.send(pdu, data);
  }

  /** Takes what the target sent. Throws LoginError and ProtocolError, upon which the connection fails. */
  take(pdu: TargetPdu, data: Uint8Array): void {
    if (pdu.opcode !== opcode.loginResponse) {
      throw new ProtocolError(
        'ISCSI_UNEXPECTED_PDU',
        'The target sent another PDU than a Login Response during login',
        {
          opcode: pdu.opcode,
          clause: 'RFC 7143 §6.3',
        },
      );
    }
    const step = this.#machine.step(pdu, data);
    switch (step.kind) {
      case 'send':
        this.#handlers.send(step.pdu, step.data);
        return;
      case 'prove':
        assert(this.#verifier !== undefined, 'a proof is left to others only where there is a verifier');
        void this.#verify(this.#verifier, step.proof);
        return;
      case 'redirect':
        this.#handlers.redirected();
        this.#end.resolve(step);
        return;
      case 'done':
        this.#handlers.succeeded(step.result);
        this.#end.resolve(step);
    }
  }

  /** The connection is over. */
  fail(error: IscsiError): void {
    this.#verifying.abort(error);
    this.#end.reject(error);
  }

  /** Sends the next request once the proof has been verified, and nothing before. Never rejects. */
  async #verify(verifier: ChapVerifier, proof: ChapProof): Promise<void> {
    const { signal } = this.#verifying;
    let cause: unknown;
    let isProven = false;
    try {
      const answer: unknown = await verifier.check(proof, signal);
      isProven = answer === true;
    } catch (error) {
      cause = error;
    }
    if (signal.aborted) return;
    if (!isProven) {
      this.#handlers.failed(unproven(cause));
      return;
    }
    const { pdu, data } = this.#machine.proven();
    this.#handlers.send(pdu, data);
  }
}
