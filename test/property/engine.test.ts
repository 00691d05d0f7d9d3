// Random lives of a circuit: whatever happens in whatever order, it ends once and leaves nothing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { channels, nextTurn } from '../../src/base/index.ts';
import { Engine, faultyDriver, memoryDriver, type VirtualCircuit } from '../../src/engine/index.ts';
import { CircuitRecorder } from '../support/circuit-recorder.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { listenMemoryPeer, type PeerCircuit } from '../support/scripted-peer.ts';

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('send' as const), length: fc.integer({ min: 0, max: 150_000 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('peerSend' as const), length: fc.integer({ min: 1, max: 150_000 }) }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom('pause', 'resume', 'peerPause', 'peerResume', 'turn', 'turn', 'turn', 'advance' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('graceful', 'abortive', 'peerEnd', 'peerReset', 'tearDown', 'abort' as const),
    }),
  },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** One circuit's life, with the book kept beside it. */
class Life {
  readonly clock = new FakeClock();
  readonly engine = new Engine({ clock: this.clock, highWaterMark: 100_000 });
  readonly recorder = new CircuitRecorder();
  readonly abort = new AbortController();
  /** Set in the moment in which the client asked for the end: nothing may be heard after it. */
  heardWhenAsked: string | undefined;
  isPaused = false;
  sentLength = 0;
  peerSentLength = 0;
  peerHasEnded = false;

  heard(): string {
    return `${this.recorder.chunks.length} chunks, ${this.recorder.drains} drains, ${this.recorder.ends.length} ends`;
  }

  play(next: Step, circuit: VirtualCircuit, far: PeerCircuit): Promise<unknown> | undefined {
    this.recorder.isInCall = true;
    try {
      return this.#play(next, circuit, far);
    } finally {
      this.recorder.isInCall = false;
    }
  }

  #play(next: Step, circuit: VirtualCircuit, far: PeerCircuit): Promise<unknown> | undefined {
    switch (next.kind) {
      case 'send':
        if (circuit.state === 'active') this.sentLength += next.length;
        circuit.send([new Uint8Array(next.length)]);
        return undefined;
      case 'peerSend':
        if (!this.peerHasEnded) this.peerSentLength += next.length;
        far.send(new Uint8Array(next.length));
        return undefined;
      case 'pause':
        this.isPaused = true;
        circuit.pause();
        return undefined;
      case 'resume':
        this.isPaused = false;
        circuit.resume();
        return undefined;
      case 'peerPause':
        far.pause();
        return undefined;
      case 'peerResume':
        far.resume();
        return undefined;
      case 'turn':
        return nextTurn();
      case 'advance':
        this.clock.jump(3_000);
        return undefined;
      case 'graceful':
      case 'abortive':
        return this.engine.worker.run((context) => {
          circuit.initiateDisconnect(context, next.kind === 'graceful' ? 'graceful' : 'abortive');
          this.heardWhenAsked ??= this.heard();
        });
      case 'peerEnd':
        this.peerHasEnded = true;
        far.end();
        return undefined;
      case 'peerReset':
        this.peerHasEnded = true;
        far.reset();
        return undefined;
      case 'tearDown':
        void circuit.tearDown();
        return undefined;
      case 'abort':
        this.abort.abort();
        return undefined;
    }
  }
}

async function live(steps: readonly Step[], isFaulty: boolean): Promise<void> {
  const life = new Life();
  const memory = memoryDriver();
  const peer = listenMemoryPeer(memory);
  const driver = isFaulty
    ? faultyDriver(memory, [{ direction: 'received', at: 1000, kind: 'split', every: 9999 }])
    : memory;
  const connection = life.engine.buildTransport(driver).buildAddress().buildConnection(peer);
  const [circuit, far] = await Promise.all([
    connection.buildCircuit({ handlers: life.recorder, signal: life.abort.signal }),
    peer.accept(),
  ]);
  const recordedChunk = life.recorder.onChunk;
  let pausedChunks = 0;
  life.recorder.onChunk = (chunk) => {
    if (life.isPaused) pausedChunks += 1;
    recordedChunk(chunk);
  };
  for (const next of steps) await life.play(next, circuit, far);
  const tornDown = circuit.tearDown();
  await nextTurn();
  life.clock.jump(5_000);
  await tornDown;
  const heardAtEnd = life.heard();
  await life.engine.close();
  await peer.close();
  await nextTurn();
  assert.ok(life.recorder.ends.length <= 1, 'one disconnect at most');
  assert.equal(life.heard(), heardAtEnd, 'nothing is heard after the teardown');
  if (life.heardWhenAsked !== undefined) {
    assert.equal(life.heard(), life.heardWhenAsked, 'nothing is heard after an own disconnect');
  }
  assert.equal(life.recorder.reentries, 0, 'no handler runs inside a call');
  assert.equal(pausedChunks, 0, 'nothing is received while paused');
  assert.ok(life.recorder.receivedLength <= life.peerSentLength && far.available <= life.sentLength);
  assert.equal(circuit.pendingBytes, 0);
  assert.equal(life.clock.pendingTimers, 0, 'no timer is left');
  assert.deepEqual([connection.circuits, life.engine.transports, life.engine.worker.length], [[], [], 0]);
}

for (const isFaulty of [false, true]) {
  test(`a circuit ends once, in silence when it was asked to, and leaves nothing (${isFaulty ? 'faulty' : 'memory'})`, async () => {
    const open = new Set<number>();
    const connected = ({ circuitId }: { circuitId: number }): void => void open.add(circuitId);
    const closed = ({ circuitId }: { circuitId: number }): void => void open.delete(circuitId);
    channels.circuitConnected.subscribe(connected);
    channels.circuitClosed.subscribe(closed);
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
          await live(steps, isFaulty);
        }),
        { numRuns: 150, interruptAfterTimeLimit: 10_000, markInterruptAsFailure: false },
      );
    } finally {
      channels.circuitConnected.unsubscribe(connected);
      channels.circuitClosed.unsubscribe(closed);
    }
    assert.equal(open.size, 0, 'each circuit that was told of as connected is told of as closed');
  });
}
