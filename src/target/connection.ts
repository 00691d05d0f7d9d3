// One connection of the target: its socket, its numbers, its phases and its end. What comes in is framed here and handed
// to the handler of the phase; what goes out gets its numbers here.
//
//   login ──► fullFeature ──► ending ──► closed
//     └───────────────────────►┘ (an abortive end goes to closed at once)

import type { Socket } from 'node:net';
import { deferred, ProtocolError, snAdd, type Timer } from '../base/index.ts';
import {
  bhsLength,
  decodePdu,
  Framer,
  type FramerSink,
  opcode,
  type Pdu,
  reservedTag,
  type TargetPdu,
} from '../wire/index.ts';
import { ConnectionAlive } from './connection-alive.ts';
import type { TargetCore } from './core.ts';
import { FullFeaturePhase } from './full-feature-phase.ts';
import type { HookConnection } from './hooks.ts';
import type { ConnectionLink, EndKind, Numbers } from './link.ts';
import type { LoginOutcome } from './login/login-exchange.ts';
import { formatAddress } from './login/login-exchange.ts';
import type { LoginIdentity } from './login/login-identity.ts';
import { LoginPhase } from './login-phase.ts';
import { type ConnectionParameters, protocolDefaults } from './negotiation/parameters.ts';
import type { PduHandler } from './pdu-handler.ts';
import { PduSender } from './pdu-sender.ts';
import type { TargetSession } from './session.ts';

type State = 'login' | 'fullFeature' | 'ending' | 'closed';

/** How long the peer may take to close its side after a graceful end. */
const lingerMs = 2_000;

/** Takes one accepted socket through its life. */
export class TargetConnection implements ConnectionLink, FramerSink {
  readonly connectionId: number;
  readonly #core: TargetCore;
  readonly #socket: Socket;
  readonly #sender: PduSender;
  readonly #framer: Framer;
  readonly #alive: ConnectionAlive;
  readonly #closed = deferred();
  readonly #header = Buffer.alloc(bhsLength);
  readonly #acknowledging: (() => void)[] = [];
  #handler: PduHandler;
  #state: State = 'login';
  #session: TargetSession | undefined;
  #initiatorName = '';
  #cid = 0;
  #parameters: ConnectionParameters = protocolDefaults;
  #statSn: number;
  #expStatSn: number;
  #pdu: Pdu | undefined;
  #data: Uint8Array | undefined;
  #received = 0;
  #sent = 0;
  #timer: Timer | undefined;

  constructor(connectionId: number, core: TargetCore, socket: Socket) {
    const { options } = core;
    this.connectionId = connectionId;
    this.#core = core;
    this.#socket = socket;
    this.#statSn = options.initialStatSn;
    this.#expStatSn = options.initialStatSn;
    this.#sender = new PduSender(socket, options.limits.sendBufferLength);
    this.#framer = new Framer(this, framing(protocolDefaults));
    this.#alive = new ConnectionAlive(options, {
      ping: (tag) => {
        this.#ping(tag);
      },
      lost: () => {
        this.end('abortive');
      },
    });
    this.#handler = new LoginPhase({
      core,
      link: this,
      portal: formatAddress(this.localAddress, this.localPort),
      takeStatSn: () => this.#takeStatSn(),
      send: (pdu, data) => {
        this.send(pdu, data);
      },
      end: (kind) => {
        this.end(kind);
      },
      identified: (identity) => {
        this.#identified(identity);
      },
      joined: (session, outcome) => this.#joined(session, outcome),
      report: (error) => {
        this.#report(error);
      },
    });
  }

  /** Starts to read. The socket is this connection's from here on. */
  open(): void {
    const { options } = this.#core;
    this.#socket.setNoDelay(true);
    this.#socket.on('data', (chunk) => {
      this.#take(chunk);
    });
    this.#socket.on('error', (error) => {
      this.#report(error);
    });
    this.#socket.on('close', () => {
      void this.#finish();
    });
    if (options.hooks.onConnection?.(this.facts()) === 'close') this.#socket.resetAndDestroy();
    this.#timer = options.clock.schedule(options.limits.loginTimeoutMs, () => {
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
    const window = this.#session?.window;
    const statSn = kind === 'status' ? this.#takeStatSn() : this.#statSn;
    return { statSn, expCmdSn: window?.expCmdSn ?? 0, maxCmdSn: window?.maxCmdSn ?? 0 };
  }

  send(pdu: TargetPdu, data?: Uint8Array, written?: () => void): void {
    if (this.isClosed) {
      written?.();
      return;
    }
    this.#sent += 1;
    const verdict = this.#core.options.hooks.beforePduSent?.(pdu, this.facts());
    if (verdict === undefined) this.#sender.send(pdu, data, written);
    else written?.();
    if (verdict === 'close') this.end('abortive');
  }

  announce(): void {
    this.#nopIn(reservedTag);
  }

  setMaxXmitDataSegmentLength(length: number): void {
    this.#parameters = { ...this.#parameters, maxXmitDataSegmentLength: length };
  }

  async acknowledged(): Promise<void> {
    const wanted = this.#statSn;
    if (this.#expStatSn !== wanted && !this.isClosed) this.#alive.pingNow();
    while (this.#expStatSn !== wanted && !this.isClosed) {
      await new Promise<void>((resolve) => {
        this.#acknowledging.push(resolve);
      });
    }
  }

  end(kind: EndKind): void {
    if (this.#state === 'closed') return;
    const wasEnding = this.#state === 'ending';
    this.#state = 'ending';
    this.#framer.stop();
    this.#alive.stop();
    if (kind === 'abortive') this.#socket.destroy();
    else if (!wasEnding) {
      this.#timer?.cancel();
      this.#timer = this.#core.options.clock.schedule(lingerMs, () => {
        this.#socket.destroy();
      });
      this.#sender.end();
    }
    this.#abortTasks();
    this.#wakeAcknowledging();
  }

  /** What hooks are told of this connection. */
  facts(): HookConnection {
    return {
      connectionId: this.connectionId,
      initiatorName: this.#initiatorName,
      cid: this.#cid,
      pdusReceived: this.#received,
      pdusSent: this.#sent,
    };
  }

  onHeader(bhs: Uint8Array, _ahs: Uint8Array, dataSegmentLength: number): Uint8Array | undefined {
    this.#received += 1;
    this.#header.set(bhs);
    this.#pdu = undefined;
    this.#data = undefined;
    let pdu: Pdu;
    try {
      pdu = decodePdu(bhs);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#handler.malformed(error);
      return undefined;
    }
    const verdict = this.#core.options.hooks.onPduReceived?.(pdu, dataSegmentLength, this.facts());
    if (verdict === 'close') this.end('abortive');
    if (verdict !== undefined) return undefined;
    if ('expStatSn' in pdu) this.#acknowledge(pdu.expStatSn);
    this.#pdu = pdu;
    this.#data = this.#handler.begin(pdu, dataSegmentLength);
    return this.#data;
  }

  onPdu(): void {
    const pdu = this.#pdu;
    if (pdu !== undefined && !this.isClosed) this.#handler.complete(pdu, this.#data);
  }

  onDataDigestError(): void {
    const pdu = this.#pdu;
    if (pdu !== undefined && !this.isClosed) this.#handler.damaged(pdu);
  }

  onHeaderDigestError(): void {
    // §7.8: without a length that can be trusted, the next PDU cannot be found.
    this.#report(new ProtocolError('ISCSI_DIGEST_MISMATCH', 'A header digest does not match'));
    this.end('abortive');
  }

  /** Takes bytes of the peer. Whatever they are, the worst that they can do is to end this connection. */
  #take(chunk: Uint8Array): void {
    if (this.isClosed) return;
    this.#alive.heard();
    try {
      this.#framer.push(chunk);
    } catch (error) {
      this.#report(error);
      this.end('abortive');
    }
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
        this.#framer.reconfigure(framing(outcome.connection));
        this.#sender.useDigests(outcome.connection.headerDigest, outcome.connection.dataDigest);
        this.#state = 'fullFeature';
        this.#handler = new FullFeaturePhase({
          core: this.#core,
          session,
          link: this,
          facts: () => this.facts(),
          reject: (reason) => {
            this.#reject(reason);
          },
          pingAnswered: (tag) => {
            this.#alive.answered(tag);
          },
          report: (error) => {
            this.#report(error);
          },
        });
        this.#alive.start();
      },
    };
  }

  #reject(reason: number): void {
    this.send({ opcode: opcode.reject, reason, ...this.numbers('status'), dataSn: 0 }, Buffer.from(this.#header));
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

  #takeStatSn(): number {
    const statSn = this.#statSn;
    this.#statSn = snAdd(statSn, 1);
    return statSn;
  }

  #acknowledge(expStatSn: number): void {
    this.#expStatSn = expStatSn;
    this.#wakeAcknowledging();
  }

  #wakeAcknowledging(): void {
    for (const resolve of this.#acknowledging.splice(0)) resolve();
  }

  #abortTasks(): void {
    const session = this.#session;
    if (session === undefined) return;
    for (const task of [...session.tasks.values()]) {
      if (task.connection === this) void this.#core.abortTask(session, task, 'now');
    }
  }

  /** The socket is closed: waits for the device to be done with this connection's tasks, then leaves the session. */
  async #finish(): Promise<void> {
    if (this.#state !== 'ending') this.end('abortive');
    this.#timer?.cancel();
    const session = this.#session;
    if (session !== undefined) {
      const tasks = [...session.tasks.values()].filter((task) => task.connection === this);
      const units = new Set(tasks.map((task) => task.unit?.number).filter((number) => number !== undefined));
      await Promise.all(
        tasks.map(async (task) => {
          await this.#core.abortTask(session, task, 'now');
        }),
      );
      session.dropConnection(this, units);
    }
    this.#state = 'closed';
    this.#closed.resolve();
  }

  #report(error: unknown): void {
    this.#core.options.hooks.onError?.(error, this.facts());
  }
}

function framing(parameters: ConnectionParameters): ConstructorParameters<typeof Framer>[1] {
  const { maxRecvDataSegmentLength, headerDigest, dataDigest } = parameters;
  return { maxRecvDataSegmentLength, headerDigest, dataDigest };
}
