// A session on the bench: a real one over memory circuits and a fake clock, with a target whose every line the test holds.

import assert from 'node:assert/strict';
import { nextTurn } from '../../src/base/index.ts';
import { Engine, type EngineConnection, type MemoryDriver, memoryDriver } from '../../src/engine/index.ts';
import type {
  CircuitWay,
  KeyOfferOptions,
  Portal,
  ScsiRequest,
  SessionLimits,
  SessionLogin,
} from '../../src/session/index.ts';
import { resolveKeyOffers } from '../../src/session/index.ts';
import { Session } from '../../src/session/session.ts';
import type { SessionOptions } from '../../src/session/session-options.ts';
import { type LoginRequest, opcode, type ScsiCommand } from '../../src/wire/index.ts';
import { CommandNumbers } from './command-numbers.ts';
import { FakeClock } from './fake-clock.ts';
import { type Heard, TargetLine, turns } from './target-line.ts';

/** What a bench is set up with. */
export interface BenchSetup {
  /** What the target answers to keys, where it differs from `targetKeys`. */
  readonly keys?: Readonly<Record<string, string>>;
  readonly offers?: KeyOfferOptions;
  readonly limits?: Partial<SessionLimits>;
  readonly session?: Partial<SessionOptions>;
  /** What all logins of the session have in common, where it differs from the bench's own. */
  readonly login?: Partial<SessionLogin>;
  readonly isDiscovery?: boolean;
  /** CmdSN of the login. */
  readonly cmdSn?: number;
  /** How many commands the target takes at once. */
  readonly window?: number;
  /** What the target calls itself (RFC 7143 §13.6). */
  readonly targetAlias?: string;
  /** The initiator receives chunks of this size at most. */
  readonly chunkLength?: number;
}

/** What the target answers to each key unless told otherwise. */
export const targetKeys: Readonly<Record<string, string>> = {
  AuthMethod: 'None',
  HeaderDigest: 'None',
  DataDigest: 'None',
  MaxConnections: '4',
  InitialR2T: 'Yes',
  ImmediateData: 'Yes',
  MaxRecvDataSegmentLength: '8192',
  MaxBurstLength: '65536',
  FirstBurstLength: '16384',
  DefaultTime2Wait: '2',
  DefaultTime2Retain: '0',
  MaxOutstandingR2T: '1',
  DataPDUInOrder: 'Yes',
  DataSequenceInOrder: 'Yes',
  ErrorRecoveryLevel: '0',
};

export const tsih = 0x77;
export const lun = { high: 0x0003_0000, low: 0 };
const limits: Partial<SessionLimits> = { pingIntervalMs: 0 };

/** Bytes that differ from place to place. */
export function pattern(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 1) bytes[at] = (at * 31 + (at >>> 8) * 7 + seed) & 0xff;
  return bytes;
}

/** A READ of `length` bytes. */
export function readRequest(
  length: number,
  more: Omit<Partial<ScsiRequest>, 'dataIn'> = {},
): ScsiRequest & { dataIn: Uint8Array } {
  return { lun, cdb: Uint8Array.of(0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0), dataIn: new Uint8Array(length), ...more };
}

/** A WRITE of `data`. */
export function writeRequest(data: Uint8Array, more: Partial<ScsiRequest> = {}): ScsiRequest {
  return { lun, cdb: Uint8Array.of(0x2a, 0, 0, 0, 0, 0, 0, 0, 1, 0), dataOut: data, ...more };
}

/** A command without data. */
export function plainRequest(more: Partial<ScsiRequest> = {}): ScsiRequest {
  return { lun, cdb: Uint8Array.of(0x00, 0, 0, 0, 0, 0), ...more };
}

/** Waits for a promise that must settle without time going on. Rejects as it does, or when it does not settle. */
export async function soon<T>(promise: Promise<T>): Promise<T> {
  const seen = { isSettled: false };
  const settled = promise.finally(() => {
    seen.isSettled = true;
  });
  settled.catch(() => undefined);
  for (let turn = 0; turn < 300 && !seen.isSettled; turn += 1) await nextTurn();
  if (!seen.isSettled) assert.fail('a promise is still pending');
  return await promise;
}

/** One session and its target. Disposing of it ends the session and proves that nothing is left of it. */
export class SessionBench implements AsyncDisposable {
  readonly clock: FakeClock = new FakeClock();
  readonly numbers: CommandNumbers;
  /** What the target answers to keys: may be changed before a login. */
  readonly keys: Record<string, string>;
  /** What each portal says of its group. */
  readonly portalGroupTags: Map<string, number> = new Map<string, number>([['one', 1]]);
  readonly lines: TargetLine[] = [];
  /** Each connect: the host, and how many circuits there were when it began. */
  readonly connects: [host: string, circuits: number][] = [];
  readonly #setup: BenchSetup;
  readonly #engine: Engine;
  readonly #driver: MemoryDriver = memoryDriver();
  readonly #address: ReturnType<ReturnType<Engine['buildTransport']>['buildAddress']>;
  readonly #routes = new Map<string, EngineConnection>();
  #session: Session | undefined;
  #handedOut = 0;

  constructor(setup: BenchSetup = {}) {
    this.#setup = setup;
    this.keys = { ...targetKeys, ...setup.keys };
    this.numbers = new CommandNumbers(setup.cmdSn ?? 1, setup.window ?? 64);
    this.#engine = new Engine({ clock: this.clock });
    this.#address = this.#engine.buildTransport(this.#driver).buildAddress({});
    this.listen('one');
  }

  /** The session; there is one once `start` or `open` was called. */
  get session(): Session {
    return this.#session!;
  }

  /** The first line. */
  get line(): TargetLine {
    return this.lines[0]!;
  }

  /** How many circuits the initiator holds. */
  get circuits(): number {
    return [...this.#routes.values()].reduce((count, route) => count + route.circuits.length, 0);
  }

  /** Accepts circuits at another portal. */
  listen(host: string, portalGroupTag = 1): Portal {
    this.portalGroupTags.set(host, portalGroupTag);
    this.#driver.listen({ host, port: 3260 }, (peer) => {
      const line = new TargetLine(
        {
          send: (bytes) => {
            peer.send([bytes]);
          },
          end: () => {
            peer.end();
          },
          reset: () => {
            peer.reset();
          },
          pause: () => {
            peer.pause();
          },
          resume: () => {
            peer.resume();
          },
        },
        this.numbers,
      );
      this.lines.push(line);
      return {
        received: (chunk) => {
          line.onReceived(chunk);
        },
        ended: () => {
          line.onEnd('ended');
          peer.end();
        },
        closed: (error) => {
          line.onEnd(error === undefined ? 'ended' : 'reset');
        },
      };
    });
    return { host, port: 3260 };
  }

  /** The next circuit that came in and was not handed out. */
  async accept(): Promise<TargetLine> {
    for (let turn = 0; turn < 100; turn += 1) {
      const line = this.lines[this.#handedOut];
      if (line !== undefined) {
        this.#handedOut += 1;
        return line;
      }
      await nextTurn();
    }
    assert.fail('no circuit came');
  }

  /** What the session is made with. */
  get options(): SessionOptions {
    const { offers, cmdSn, isDiscovery, session, login } = this.#setup;
    return {
      portal: { host: 'one', port: 3260 },
      // Tests of recovery say so.
      reconnects: false,
      route: (portal) => this.#wayTo(portal),
      login: {
        initiatorName: 'iqn.2001-04.test:initiator',
        targetName: isDiscovery === true ? undefined : 'iqn.2001-04.test:target',
        sessionType: isDiscovery === true ? 'Discovery' : 'Normal',
        isid: 0x8000_0000_0001,
        auth: { allowNone: true },
        // The level at which most tests play, since it is what their targets answer.
        offers: resolveKeyOffers({ errorRecoveryLevel: 0, ...offers }),
        ...login,
      },
      limits: { ...limits, ...this.#setup.limits },
      clock: this.clock,
      ...(cmdSn === undefined ? {} : { initialCmdSn: cmdSn }),
      ...session,
    };
  }

  /** Begins to open the session, without playing the target. */
  start(signal?: AbortSignal): Promise<void> {
    this.#session = new Session(this.options);
    return this.#session.open(signal);
  }

  /** Opens the session. */
  async open(): Promise<Session> {
    const opened = this.start();
    await Promise.all([opened, this.accept().then((line) => this.login(line))]);
    return this.session;
  }

  /** Adds a connection; returns the target's end of it. */
  async add(portal?: Portal): Promise<TargetLine> {
    const added = this.session.addConnection(portal);
    const line = await this.accept();
    await Promise.all([added, this.login(line, { host: portal?.host ?? 'one' })]);
    return line;
  }

  /** Opens the session with `count` connections. */
  async openWith(count: number): Promise<TargetLine[]> {
    await this.open();
    for (let more = 1; more < count; more += 1) await this.add();
    return this.lines;
  }

  /** Plays the target's part of a login to its end, or up to `stopBefore` responses. */
  async login(line: TargetLine, options: { host?: string; responses?: number } = {}): Promise<void> {
    const agreed = new Map<string, string>();
    for (let count = options.responses ?? Number.POSITIVE_INFINITY; count > 0; count -= 1) {
      const request = await line.expect(opcode.loginRequest);
      line.logins.push(request);
      if (this.#respond(line, request, agreed, options.host ?? 'one')) break;
    }
    line.hasHeaderDigest = agreed.get('HeaderDigest') === 'CRC32C';
    line.hasDataDigest = agreed.get('DataDigest') === 'CRC32C';
  }

  /** Has the session execute a command, and returns it as the target got it. */
  async command(
    request: ScsiRequest,
    line: TargetLine = this.line,
  ): Promise<{ done: ReturnType<Session['execute']>; heard: Heard<ScsiCommand>; tag: number }> {
    const done = this.session.execute(request);
    done.catch(() => undefined);
    const heard = await line.expect(opcode.scsiCommand);
    return { done, heard, tag: heard.pdu.initiatorTaskTag };
  }

  /** Plays the target that is asked, after Time2Wait, to log a lost connection out over `via` (RFC 7143 §7.14, reason 1). */
  async cleanedUp(via: TargetLine, lostCid: number, response = 0): Promise<void> {
    await turns();
    await this.clock.advance(Number(this.keys['DefaultTime2Wait']) * 1000);
    const { pdu } = await via.expect(opcode.logoutRequest);
    assert.deepEqual([pdu.reason, pdu.cid, pdu.isImmediate], [1, lostCid, true]);
    via.logoutResponse(pdu.initiatorTaskTag, { response });
    await turns();
  }

  /** Asserts that of an ended session nothing is left: no timer, no circuit. */
  async nothingLeft(): Promise<void> {
    await turns();
    assert.equal(this.circuits, 0, 'a circuit is left');
    assert.equal(this.clock.pendingTimers, 0, 'a timer is left');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#session?.destroy();
    await this.nothingLeft();
    await this.#engine.close();
  }

  #respond(line: TargetLine, request: Heard<LoginRequest>, agreed: Map<string, string>, host: string): boolean {
    const text: string[] = [];
    if (line.logins.length === 1) {
      text.push(`TargetPortalGroupTag=${this.portalGroupTags.get(host)}`);
      if (this.#setup.targetAlias !== undefined) text.push(`TargetAlias=${this.#setup.targetAlias}`);
    }
    for (const pair of Buffer.from(request.data).toString().split('\0').slice(0, -1)) {
      const key = pair.slice(0, pair.indexOf('='));
      const answer = this.keys[key];
      if (answer === undefined) continue;
      text.push(`${key}=${answer}`);
      agreed.set(key, answer);
    }
    const { isTransit, nextStage } = request.pdu;
    const isLast = isTransit && nextStage === 3;
    line.loginResponse({ isTransit, nextStage: isTransit ? nextStage : 0, ...(isLast ? { tsih } : {}) }, text);
    return isLast;
  }

  #wayTo(portal: Portal): CircuitWay {
    const key = `${portal.host}:${portal.port}`;
    let route = this.#routes.get(key);
    if (route === undefined) {
      route = this.#address.buildConnection(portal);
      this.#routes.set(key, route);
    }
    const connection = route;
    const { chunkLength } = this.#setup;
    return {
      address: key,
      worker: this.#engine.worker,
      connect: (handlers, { timeoutMs, signal }) => {
        this.connects.push([portal.host, this.circuits]);
        return connection.buildCircuit({
          handlers: chunkLength === undefined ? handlers : { ...handlers, received: chopped(handlers, chunkLength) },
          connectTimeoutMs: timeoutMs,
          ...(signal === undefined ? {} : { signal }),
        });
      },
    };
  }
}

/** Hands on chunks in pieces, each in memory of its own that is spoilt after the call, as a circuit's may be. */
function chopped(handlers: { received(chunk: Uint8Array): void }, length: number): (chunk: Uint8Array) => void {
  return (chunk) => {
    for (let at = 0; at < chunk.length; at += length) {
      const piece = chunk.slice(at, at + length);
      handlers.received(piece);
      piece.fill(0xee);
    }
  };
}
