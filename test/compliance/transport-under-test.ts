// The stage for one test of a transport: an engine with a fake clock, a scripted peer, and a circuit between them.

import {
  type CircuitOptions,
  Engine,
  type EngineConnection,
  type TransportDriver,
  type VirtualCircuit,
  type WorkerContext,
} from '../../src/engine/index.ts';
import { CircuitRecorder } from '../support/circuit-recorder.ts';
import { FakeClock } from '../support/fake-clock.ts';
import type { PeerCircuit, ScriptedPeer } from '../support/scripted-peer.ts';

/** A driver and a peer that it can reach. */
export interface TransportUnderTest {
  readonly driver: TransportDriver;
  readonly peer: ScriptedPeer;
}

/** What a transport does not do. */
export interface TransportLimits {
  /** Whether nothing more is sent once the peer has ended. */
  readonly endsWithItsPeer?: boolean;
}

/** Makes a fresh transport and peer. */
export type OpenTransport = () => Promise<TransportUnderTest> | TransportUnderTest;

/** An engine over the transport under test; what a test leaves open is torn down with it. */
export class Stage implements AsyncDisposable {
  readonly clock: FakeClock = new FakeClock();
  readonly engine: Engine;
  readonly peer: ScriptedPeer;
  readonly connection: EngineConnection;

  constructor({ driver, peer }: TransportUnderTest, highWaterMark: number) {
    this.engine = new Engine({ clock: this.clock, highWaterMark, closeTimeoutMs: 5_000 });
    this.peer = peer;
    this.connection = this.engine.buildTransport(driver).buildAddress().buildConnection(peer);
  }

  async connect(options: Partial<CircuitOptions> = {}): Promise<ConnectedCircuit> {
    const recorder = new CircuitRecorder();
    const [circuit, far] = await Promise.all([
      this.connection.buildCircuit({ handlers: recorder, ...options }),
      this.peer.accept(),
    ]);
    return { circuit, far, recorder };
  }

  /** Runs `item` on the worker. */
  async onWorker(item: (context: WorkerContext) => void): Promise<void> {
    await this.engine.worker.run(item);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine.close();
    await this.peer.close();
  }
}

/** A circuit, the peer's end of it, and what its handlers heard. */
export interface ConnectedCircuit {
  readonly circuit: VirtualCircuit;
  readonly far: PeerCircuit;
  readonly recorder: CircuitRecorder;
}

/**
 * Sends a byte each way. A TLS server writes session tickets after its handshake; a reset that meets such a write is
 * reported to the writer, and its reader then sees an ordinary end.
 */
export async function exchangeByte({ circuit, far, recorder }: ConnectedCircuit): Promise<void> {
  circuit.send([pattern(1)]);
  await far.expect(1);
  far.send(pattern(1));
  await recorder.until(() => recorder.receivedLength === 1);
}

/** Sets the stage. */
export async function openStage(open: OpenTransport, highWaterMark: number = 4 * 1024 * 1024): Promise<Stage> {
  return new Stage(await open(), highWaterMark);
}

/** Bytes that differ from place to place, so that a shift or a swap shows. */
export function pattern(length: number, seed = 1): Uint8Array {
  let value = seed;
  return Uint8Array.from({ length }, () => {
    value = (Math.imul(value, 1_103_515_245) + 12_345) >>> 0;
    return value >>> 16;
  });
}
