// One iSCSI connection: a circuit, its login, its PDUs in both directions, and the state of RFC 7143 §8.1.

import { channels, IscsiError, ProtocolError, SessionError } from '../base/index.ts';
import type { VirtualCircuit } from '../engine/index.ts';
import type { ChapVerifier, LoginMachine, LoginResult } from '../login/index.ts';
import {
  type DataIn,
  decodePdu,
  Framer,
  type InitiatorPdu,
  logoutResponseCode,
  opcode,
  snackType,
  type TargetPdu,
} from '../wire/index.ts';
import type { CircuitWay } from './circuit-way.ts';
import { circuitLost, digestError } from './connection-errors.ts';
import { type ConnectionEvent, type ConnectionState, connectionTransition } from './connection-states.ts';
import { type LoginOutcome, LoginPhase } from './login-phase.ts';
import { PduSender } from './pdu-sender.ts';
import { publishSnack, type SnackFields, snackRequest } from './snack.ts';
import { StatusIntake } from './status-intake.ts';

/** Who a connection works for. Called from the receive path: none of these may throw on purpose or wait. */
export interface ConnectionOwner {
  /** The login is over and full feature phase begins; PDUs of the same chunk follow at once. */
  loggedIn(connection: Connection, result: LoginResult): void;
  /** Where the data of a Data-In go: exactly `length` bytes, or undefined to let them pass. Throws ProtocolError. */
  dataInDestination(connection: Connection, pdu: DataIn, length: number): Uint8Array | undefined;
  /** A PDU is complete and in sequence. `data` is its own memory (empty for Data-In). May throw ProtocolError. */
  received(connection: Connection, pdu: TargetPdu, data: Uint8Array): void;
  /**
   * The data of a Data-In, `length` bytes, came with a wrong digest at ErrorRecoveryLevel 1 or higher. Returns whether it
   * has been asked for again.
   */
  dataInDamaged(connection: Connection, pdu: DataIn, length: number): boolean;
  /** The connection ends within the data of a Data-In whose destination it had been told: they will not be whole. */
  dataInCut(connection: Connection, pdu: DataIn, length: number): void;
  /** The connection ended in full feature phase without having been asked to. Called exactly once. */
  lost(connection: Connection, error: IscsiError): void;
}

/** What a connection is made of. */
export interface ConnectionOptions {
  readonly sessionId: number;
  readonly cid: number;
  readonly way: CircuitWay;
  readonly login: LoginMachine;
  /** Who verifies the target's proof, where the login does not. */
  readonly verifier: ChapVerifier | undefined;
  readonly owner: ConnectionOwner;
}

/** MaxRecvDataSegmentLength that holds until it has been negotiated (RFC 7143 §13.12). */
const loginSegmentLength = 8192;
const noData = new Uint8Array(0);

/** One connection of a session. Made and logged in by `openConnection`. */
export class Connection {
  readonly cid: number;
  readonly sessionId: number;
  /** The portal as `host:port`. */
  readonly address: string;
  readonly #way: CircuitWay;
  readonly #owner: ConnectionOwner;
  readonly #login: LoginPhase;
  readonly #sender: PduSender;
  readonly #framer: Framer;
  #state: ConnectionState = 'free';
  #status = new StatusIntake(0);
  #recoversErrors = false;
  #circuit: VirtualCircuit | undefined;
  #closing: Promise<void> | undefined;
  #current: TargetPdu | undefined;
  #currentData: Uint8Array = noData;
  #currentLength = 0;
  #snacksSent = 0;
  #sentPdus = 0;
  #receivedPdus = 0;
  #failure: IscsiError | undefined;

  constructor(options: ConnectionOptions) {
    this.cid = options.cid;
    this.sessionId = options.sessionId;
    this.address = options.way.address;
    this.#way = options.way;
    this.#owner = options.owner;
    this.#login = new LoginPhase(options.login, options.verifier, {
      send: this.send.bind(this),
      succeeded: this.#enterFullFeaturePhase.bind(this),
      redirected: () => {
        this.#move('loginFailed');
        this.#abandon();
      },
      failed: this.fail.bind(this),
    });
    this.#sender = new PduSender({ sessionId: options.sessionId, cid: options.cid });
    this.#framer = new Framer(
      {
        onHeader: (bhs, _ahs, length) => this.#onHeader(bhs, length),
        onPdu: () => {
          this.#onPdu();
        },
        onHeaderDigestError: () => {
          this.fail(digestError('header', this.address));
        },
        onDataDigestError: () => {
          this.#onDataDigestError();
        },
      },
      { maxRecvDataSegmentLength: loginSegmentLength, headerDigest: false, dataDigest: false },
    );
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** ExpStatSN for the next PDU of this connection. */
  get expStatSn(): number {
    return this.#status.expStatSn;
  }

  /** Whether commands may be sent here: full feature phase, and no logout asked for or under way. */
  get isUsable(): boolean {
    return this.#state === 'loggedIn';
  }

  /** Whether a Logout Request may be sent here (T9 and T10 of RFC 7143 §8.1). */
  get canLogOut(): boolean {
    return this.#state === 'loggedIn' || this.#state === 'logoutRequested';
  }

  /** What ended it in full feature phase; undefined while it lives, and after an end by agreement. */
  get failure(): IscsiError | undefined {
    return this.#failure;
  }

  /** How many SNACKs have been sent (RFC 7143 §11.16). */
  get snacksSent(): number {
    return this.#snacksSent;
  }

  /** The numbered PDUs: which are missing, and which statuses are not to be acknowledged yet. */
  get status(): StatusIntake {
    return this.#status;
  }

  /** Bytes handed over for sending that the transport has not taken yet. */
  get pendingBytes(): number {
    return this.#circuit?.pendingBytes ?? 0;
  }

  /** Bytes that the transport has taken, in all: move as long as it takes what is pending. */
  get sentBytes(): number {
    return this.#circuit?.sentBytes ?? 0;
  }

  /** Bytes that have arrived, in all: move as long as the peer is alive, within a long PDU too. */
  get receivedBytes(): number {
    return this.#circuit?.receivedBytes ?? 0;
  }

  /** PDUs handed over for sending, and PDUs whose header has arrived, logins too. */
  get sentPdus(): number {
    return this.#sentPdus;
  }

  get receivedPdus(): number {
    return this.#receivedPdus;
  }

  /** The two ends of the transport connection, once there is one. */
  get endpoints(): Pick<VirtualCircuit, 'local' | 'remote'> | undefined {
    return this.#circuit;
  }

  /** Connects and goes through the login phase; rejects when either fails. Called once, by `openConnection`. */
  async logIn(options: { connectTimeoutMs: number; signal: AbortSignal }): Promise<LoginOutcome> {
    this.#move('connectRequested');
    try {
      this.#circuit = await this.#way.connect(
        {
          received: (chunk) => {
            this.#guarded(() => {
              this.#framer.push(chunk);
            });
          },
          nextBuffer: (scratch) => this.#framer.nextBuffer(scratch),
          // Nobody waits for room: what is sent is bounded by the command window and by what the target asked for.
          drained: () => {},
          disconnected: (error) => {
            this.fail(circuitLost(error, this.address));
          },
        },
        { timeoutMs: options.connectTimeoutMs, signal: options.signal },
      );
    } catch (error) {
      this.#move('connectFailed');
      throw error;
    }
    this.#move('connected');
    if (options.signal.aborted) {
      this.fail(new SessionError('ISCSI_CLOSED', 'The login was given up', { cause: options.signal.reason }));
    } else {
      this.#login.start();
    }
    return await this.#login.outcome;
  }

  /** Sends a PDU. Never waits: what the transport cannot take yet is queued and counted in `pendingBytes`. */
  send(pdu: InitiatorPdu, data?: Uint8Array, ahs?: Uint8Array): void {
    this.#sentPdus += 1;
    this.#circuit?.send(this.#sender.pieces(pdu, data, ahs));
  }

  /** Asks for PDUs again or acknowledges data (RFC 7143 §11.16); what is left out has its reserved value. */
  sendSnack(fields: SnackFields): void {
    const snack = snackRequest(fields, this.expStatSn);
    this.#snacksSent += 1;
    this.send(snack);
    publishSnack(this, snack);
  }

  /** The target asked for a logout of this connection (asynchronous event 1): no new commands from here on. */
  requestLogout(): void {
    this.#move('logoutRequested');
  }

  /** A Logout Request is about to be sent. */
  startLogout(): void {
    this.#move('logoutStarted');
  }

  /** The connection is over by agreement: closes it in order. Settles when the socket is gone. */
  async finish(event: 'logoutSucceeded' | 'sessionClosed'): Promise<void> {
    this.#move(event);
    await this.#close('graceful');
  }

  /** Ends the connection because of `error`, which the login's waiter or the owner hears of. Harmless when it is over. */
  fail(error: IscsiError): void {
    switch (this.#state) {
      case 'free':
      case 'cleanupWait':
      case 'xptWait':
        return;
      case 'inLogin':
        this.#move('loginFailed');
        this.#abandon();
        this.#login.fail(error);
        return;
      case 'loggedIn':
      case 'inLogout':
      case 'logoutRequested':
        this.#failure = error;
        this.#move('transportLost');
        this.#abandon();
        if (this.#current?.opcode === opcode.dataIn) this.#owner.dataInCut(this, this.#current, this.#currentLength);
        this.#owner.lost(this, error);
    }
  }

  /** Releases what a lost connection still holds. Settles when the socket is gone. */
  async released(): Promise<void> {
    if (this.#state === 'cleanupWait') this.#move('sessionClosed');
    await this.#closing;
  }

  #abandon(): void {
    // Nothing may be read into a caller's buffer once its task has ended.
    this.#circuit?.pause();
    // The error has its listener; what tearing down may add to it is of no use to anybody.
    this.#close('abortive').catch(() => undefined);
  }

  async #close(kind: 'graceful' | 'abortive'): Promise<void> {
    this.#framer.stop();
    this.#closing ??= this.#tearDown(kind);
    await this.#closing;
  }

  async #tearDown(kind: 'graceful' | 'abortive'): Promise<void> {
    const circuit = this.#circuit;
    if (circuit === undefined) return;
    await this.#way.worker.run((context) => {
      circuit.initiateDisconnect(context, kind);
    });
    await circuit.tearDown();
  }

  #move(event: ConnectionEvent): void {
    const from = this.#state;
    this.#state = connectionTransition(from, event);
    if (channels.connectionStateChanged.hasSubscribers) {
      const { sessionId, cid } = this;
      channels.connectionStateChanged.publish({ sessionId, cid, from, to: this.#state, event });
    }
  }

  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof IscsiError)) throw error;
      this.fail(error);
    }
  }

  #onHeader(bhs: Uint8Array, length: number): Uint8Array | undefined {
    this.#receivedPdus += 1;
    const pdu = decodePdu(bhs) as TargetPdu;
    if (channels.pduReceived.hasSubscribers) {
      const { sessionId, cid } = this;
      channels.pduReceived.publish({ sessionId, cid, bhs, dataSegmentLength: length });
    }
    if (pdu.opcode < opcode.nopIn) {
      throw new ProtocolError('ISCSI_BAD_OPCODE', `The target sent an initiator's opcode`, {
        opcode: pdu.opcode,
        byte: 0,
      });
    }
    this.#currentLength = length;
    if (pdu.opcode === opcode.dataIn && this.#state !== 'inLogin') {
      this.#currentData = noData;
      const destination = this.#owner.dataInDestination(this, pdu, length);
      this.#current = pdu;
      return destination;
    }
    this.#current = pdu;
    this.#currentData = length === 0 ? noData : new Uint8Array(length);
    return length === 0 ? undefined : this.#currentData;
  }

  #onPdu(): void {
    const pdu = this.#current;
    if (pdu === undefined) return;
    this.#current = undefined;
    if (this.#state === 'inLogin') {
      this.#login.take(pdu, this.#currentData);
      return;
    }
    if (!this.#status.takes(pdu)) {
      // The status is not news, but the data may be: they are told apart by DataSN.
      if (pdu.opcode !== opcode.dataIn) return;
      this.#owner.received(this, { ...pdu, hasStatus: false }, noData);
      return;
    }
    // After it the target has nothing more to send (RFC 7143 §11.14), and what comes all the same is of no interest.
    if (this.#isLoggedOutBy(pdu)) this.#framer.stop();
    this.#owner.received(this, pdu, this.#currentData);
  }

  /** What cannot be trusted is thrown away; at ErrorRecoveryLevel 1 and higher it is asked for again (RFC 7143 §7.8). */
  #onDataDigestError(): void {
    const pdu = this.#current;
    this.#current = undefined;
    if (!this.#recoversErrors || pdu === undefined) {
      this.fail(digestError('data', this.address));
      return;
    }
    const { sessionId, cid } = this;
    channels.pduDiscarded.publish({ sessionId, cid, opcode: pdu.opcode, reason: 'dataDigest' });
    const isAsked = pdu.opcode === opcode.dataIn && this.#owner.dataInDamaged(this, pdu, this.#currentLength);
    this.#status.damaged(pdu, isAsked);
  }

  #isLoggedOutBy(pdu: TargetPdu): boolean {
    const { closedSuccessfully } = logoutResponseCode;
    return this.#state === 'inLogout' && pdu.opcode === opcode.logoutResponse && pdu.response === closedSuccessfully;
  }

  #enterFullFeaturePhase(result: LoginResult): void {
    const { headerDigest, dataDigest, maxRecvDataSegmentLength } = result.parameters;
    this.#recoversErrors = result.parameters.errorRecoveryLevel > 0;
    const ask = (begRun: number, runLength: number): void => {
      this.sendSnack({ type: snackType.status, begRun, runLength });
    };
    this.#status = new StatusIntake((result.statSn + 1) >>> 0, this.#recoversErrors ? ask : undefined);
    this.#sender.useDigests(headerDigest, dataDigest);
    this.#framer.reconfigure({ headerDigest, dataDigest, maxRecvDataSegmentLength });
    this.#move('loginSucceeded');
    this.#owner.loggedIn(this, result);
  }
}
