// One connection of the target: its socket, its numbers, its phases and its end. What comes in is framed here and handed
// to the handler of the phase; what goes out gets its numbers here.
//
//   login ──► fullFeature ──► ending ──► closed
//     └───────────────────────►┘ (an abortive end goes to closed at once)

import type { Socket } from 'node:net';
import { deferred, ProtocolError, snBefore, type Timer } from '../base/index.ts';
import { logoutReason, opcode, type Pdu, reservedTag, type TargetPdu } from '../wire/index.ts';
import { CircuitTap } from './circuit-tap.ts';
import { ConnectionAlive } from './connection-alive.ts';
import type { TargetCore } from './core.ts';
import { FaultLine } from './faults/fault-line.ts';
import { FullFeaturePhase, type RejectFacts } from './full-feature-phase.ts';
import type { HookConnection, PduVerdict } from './hooks.ts';
import type { ConnectionLink, Departure, EndKind, Numbers, SentStatuses } from './link.ts';
import type { LoginOutcome } from './login/login-exchange.ts';
import { formatAddress } from './login/login-exchange.ts';
import type { LoginIdentity } from './login/login-identity.ts';
import { LoginPhase } from './login-phase.ts';
import { type ConnectionParameters, protocolDefaults } from './negotiation/parameters.ts';
import { PduReceiver } from './pdu-receiver.ts';
import { PduSender } from './pdu-sender.ts';
import { leaveSession } from './recovery/departure.ts';
import { StatusNumbers } from './recovery/status-numbers.ts';
import type { TargetSession } from './session.ts';

type State = 'login' | 'fullFeature' | 'ending' | 'closed';

/** How long the peer may take to close its side after a graceful end. */
const lingerMs = 2_000;

/** Takes one accepted socket through its life. */
export class TargetConnection implements ConnectionLink {
  readonly connectionId: number;
  readonly #core: TargetCore;
  readonly #socket: Socket;
  readonly #tap: CircuitTap | undefined;
  readonly #line: FaultLine;
  readonly #sender: PduSender;
  readonly #receiver: PduReceiver;
  readonly #alive: ConnectionAlive;
  readonly #closed = deferred();
  readonly #statuses: StatusNumbers;
  #state: State = 'login';
  #session: TargetSession | undefined;
  #initiatorName = '';
  #cid = 0;
  #parameters: ConnectionParameters = protocolDefaults;
  #sent = 0;
  #timer: Timer | undefined;
  #leaving: Promise<void> | undefined;

  constructor(connectionId: number, core: TargetCore, socket: Socket) {
    const { options } = core;
    this.connectionId = connectionId;
    this.#core = core;
    this.#socket = socket;
    this.#statuses = new StatusNumbers(options.initialStatSn);
    this.#tap = options.publishesCircuits ? new CircuitTap(socket) : undefined;
    this.#line = new FaultLine(core.laboratory, socket, {
      facts: () => this.facts(),
      received: (bytes) => {
        this.#take(bytes);
      },
      sent: (bytes) => {
        this.#sender.write(bytes);
      },
      drained: () => {
        this.#sender.drained();
      },
    });
    this.#sender = new PduSender(socket, options.limits.sendBufferLength, this.#line, this.#tap);
    this.#alive = new ConnectionAlive(options, {
      ping: (tag) => {
        this.#ping(tag);
      },
      lost: () => {
        this.end('abortive');
      },
    });
    const login = new LoginPhase({
      core,
      link: this,
      portal: formatAddress(this.localAddress, this.localPort),
      takeStatSn: () => this.#statuses.take(),
      send: (pdu, data) => {
        this.send(pdu, data);
      },
      end: (kind) => {
        this.end(kind);
      },
      facts: () => this.facts(),
      identified: (identity) => {
        this.#identified(identity);
      },
      joined: (session, outcome) => this.#joined(session, outcome),
      report: (error) => {
        this.#report(error);
      },
    });
    this.#receiver = new PduReceiver(login, protocolDefaults, {
      isClosed: () => this.isClosed,
      ask: (pdu, length) => this.#ask(pdu, length),
      acknowledged: (pdu) => {
        // §11.14.4: a Logout acknowledges for the connection that it closes.
        if (!this.#isLogoutOfAnother(pdu)) this.acknowledge(pdu.expStatSn);
      },
      broken: (error) => {
        this.#report(error);
        this.end('abortive');
      },
    });
  }

  /** Starts to read. The socket is this connection's from here on. */
  open(): void {
    const { options } = this.#core;
    this.#socket.setNoDelay(true);
    this.#socket.on('data', (chunk: Uint8Array) => {
      this.#tap?.received(chunk);
      this.#line.receive(chunk);
    });
    this.#socket.on('error', (error) => {
      this.#report(error);
    });
    this.#socket.on('close', () => {
      this.#tap?.closed();
      this.#line.stop();
      void this.#finish();
    });
    if (options.hooks.onConnection?.(this.facts()) === 'close') this.#socket.resetAndDestroy();
    this.#timer = options.clock.schedule(options.limits.loginTimeoutMs, () => {
      if (this.#line.isHeld) return; // a target that is made to be silent does not say so
      this.#report(new ProtocolError('ISCSI_UNEXPECTED_PDU', 'A login did not finish in time'));
      this.end('abortive');
    });
  }

  get cid(): number {
    return this.#cid;
  }

  get parameters(): ConnectionParameters {
    return this.#parameters;
  }

  get localAddress(): string {
    return this.#socket.localAddress ?? '';
  }

  get localPort(): number {
    return this.#socket.localPort ?? 0;
  }

  /** Who is at the other end, as `host:port`. */
  get remote(): string {
    return formatAddress(this.#socket.remoteAddress ?? '', this.#socket.remotePort ?? 0);
  }

  get isClosed(): boolean {
    return this.#state === 'ending' || this.#state === 'closed';
  }

  get isFull(): boolean {
    return this.#sender.isFull;
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  async room(): Promise<void> {
    await this.#sender.room();
  }

  numbers(kind: 'status' | 'noStatus'): Numbers {
    const statSn = kind === 'status' ? this.#statuses.take() : this.#statuses.next;
    return { statSn, ...(this.#session?.tellWindow() ?? { expCmdSn: 0, maxCmdSn: 0 }) };
  }

  send(pdu: TargetPdu, data?: Uint8Array, written?: () => void): void {
    if (this.isClosed) {
      written?.();
      return;
    }
    const forgotten = this.#statuses.sent(pdu, data);
    if (forgotten !== undefined) this.#forgetStatus(forgotten.pdu);
    this.#transmit(pdu, data, written);
  }

  sendAgain(pdu: TargetPdu, data?: Uint8Array, written?: () => void): void {
    if (this.isClosed) written?.();
    else this.#transmit({ ...pdu, ...this.#session?.tellWindow() }, data, written);
  }

  replaceStatus(pdu: TargetPdu, data?: Uint8Array): void {
    this.#statuses.replace(pdu, data);
  }

  announce(): void {
    this.#nopIn(reservedTag);
  }

  setMaxXmitDataSegmentLength(length: number): void {
    this.#parameters = { ...this.#parameters, maxXmitDataSegmentLength: length };
  }

  acknowledge(expStatSn: number): void {
    for (const { pdu } of this.#statuses.acknowledge(expStatSn)) this.#forgetStatus(pdu);
  }

  async acknowledged(): Promise<void> {
    const wanted = this.#statuses.next;
    const isOpen = (): boolean => snBefore(this.#statuses.expected, wanted) && !this.isClosed;
    if (isOpen()) this.#alive.pingNow();
    while (isOpen()) await this.#statuses.change();
  }

  sentStatuses(statSn: number, count: number): SentStatuses {
    return this.#statuses.find(statSn, count);
  }

  end(kind: EndKind, departure: Departure = { kind: 'lost' }): void {
    if (this.#state === 'closed') return;
    const wasEnding = this.#state === 'ending';
    this.#state = 'ending';
    this.#receiver.stop();
    this.#alive.stop();
    if (kind === 'abortive') this.#socket.destroy();
    else if (!wasEnding) {
      this.#timer?.cancel();
      this.#timer = this.#core.options.clock.schedule(lingerMs, () => {
        this.#socket.destroy();
      });
      this.#sender.end();
    }
    this.#statuses.wake();
    void this.#leave(departure);
  }

  async left(): Promise<void> {
    await this.#leaving;
  }

  /** What hooks are told of this connection. */
  facts(): HookConnection {
    return {
      connectionId: this.connectionId,
      initiatorName: this.#initiatorName,
      cid: this.#cid,
      sessionId: this.#session?.id ?? 0,
      pdusReceived: this.#receiver.count,
      pdusSent: this.#sent,
    };
  }

  /** What a hook makes of a PDU that has come. */
  #ask(pdu: Pdu, length: number): PduVerdict {
    const verdict = this.#core.options.hooks.onPduReceived?.(pdu, length, this.facts());
    if (typeof verdict !== 'object') return verdict;
    this.#reject(verdict.reject);
    return 'ignore';
  }

  /** Takes bytes of the peer. Whatever they are, the worst that they can do is to end this connection. */
  #take(chunk: Uint8Array): void {
    if (this.isClosed) return;
    this.#alive.heard();
    this.#receiver.push(chunk);
    if (this.isFull) {
      // A peer that asks and does not listen is not listened to either.
      this.#socket.pause();
      void this.room().then(() => this.#socket.resume());
    }
  }

  #identified(identity: LoginIdentity): void {
    this.#initiatorName = identity.initiatorName;
    this.#cid = identity.cid;
  }

  #joined(session: TargetSession, outcome: LoginOutcome): { begin(): void } {
    this.#session = session;
    session.connections.set(this.#cid, this);
    return {
      begin: () => {
        if (this.isClosed) return;
        this.#timer?.cancel();
        this.#parameters = outcome.connection;
        const { headerDigest, dataDigest, maxRecvDataSegmentLength } = outcome.connection;
        this.#sender.useDigests(headerDigest, dataDigest);
        this.#line.reconfigure({ header: headerDigest, data: dataDigest }, maxRecvDataSegmentLength);
        this.#state = 'fullFeature';
        if (session.parameters.errorRecoveryLevel > 0) this.#statuses.startKeeping();
        const phase = new FullFeaturePhase({
          core: this.#core,
          session,
          link: this,
          reject: (reason, facts) => {
            this.#reject(reason, facts);
          },
          header: () => this.#header(),
          pingAnswered: (tag) => {
            this.#alive.answered(tag);
          },
          report: (error) => {
            this.#report(error);
          },
        });
        this.#receiver.use(phase, outcome.connection);
        this.#alive.start();
      },
    };
  }

  #reject(reason: number, { header = this.#header(), dataSn = 0 }: RejectFacts = {}): void {
    this.send({ opcode: opcode.reject, reason, ...this.numbers('status'), dataSn }, header);
  }

  #header(): Uint8Array {
    return this.#receiver.header.slice();
  }

  #ping(targetTransferTag: number): void {
    this.#nopIn(targetTransferTag);
  }

  /** A NOP-In of our own: its StatSN is the next one and does not advance (§11.19.2). LUN 0 stands for the target. */
  #nopIn(targetTransferTag: number): void {
    const lun = { high: 0, low: 0 };
    const numbers = this.numbers('noStatus');
    this.send({ opcode: opcode.nopIn, lun, initiatorTaskTag: reservedTag, targetTransferTag, ...numbers });
  }

  /** Sends a PDU that has all of its numbers, if the hooks let it pass. */
  #transmit(numbered: TargetPdu, data: Uint8Array | undefined, written: (() => void) | undefined): void {
    this.#sent += 1;
    const { laboratory, options } = this.#core;
    const pdu = laboratory.has('rewrite') ? laboratory.rewrite(numbered, this.facts()) : numbered;
    const verdict = options.hooks.beforePduSent?.(pdu, this.facts());
    if (verdict === undefined) this.#sender.send(pdu, data, written);
    else written?.();
    if (verdict === 'close') this.end('abortive');
  }

  #isLogoutOfAnother(pdu: Pdu): boolean {
    return pdu.opcode === opcode.logoutRequest && pdu.reason !== logoutReason.closeSession && pdu.cid !== this.#cid;
  }

  /** A status has arrived, or cannot be kept any longer: its task is over for good. */
  #forgetStatus(pdu: TargetPdu): void {
    if (pdu.opcode !== opcode.scsiResponse && pdu.opcode !== opcode.dataIn) return;
    this.#session?.answeredTasks.acknowledged(this, pdu.initiatorTaskTag, pdu.statSn);
  }

  /** Leaves the session. The first departure counts; a second call waits for the first. */
  async #leave(departure: Departure): Promise<void> {
    this.#leaving ??= this.#depart(departure);
    await this.#leaving;
  }

  async #depart(departure: Departure): Promise<void> {
    if (this.#session !== undefined) await leaveSession(this.#core, this.#session, this, departure);
  }

  /** The socket is closed. */
  async #finish(): Promise<void> {
    if (this.#state !== 'ending') this.end('abortive');
    this.#timer?.cancel();
    await this.#leaving;
    this.#state = 'closed';
    this.#closed.resolve();
  }

  #report(error: unknown): void {
    this.#core.options.hooks.onError?.(error, this.facts());
  }
}
