// Faults at chosen byte positions, over memory.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextTurn } from '../../../src/base/index.ts';
import {
  Engine,
  type FaultScript,
  faultyDriver,
  memoryDriver,
  type VirtualCircuit,
} from '../../../src/engine/index.ts';
import { CircuitRecorder } from '../../support/circuit-recorder.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { listenMemoryPeer, type PeerCircuit } from '../../support/scripted-peer.ts';

const ten = Uint8Array.from([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);

interface Faulted extends AsyncDisposable {
  readonly engine: Engine;
  readonly clock: FakeClock;
  readonly circuit: VirtualCircuit;
  readonly far: PeerCircuit;
  readonly recorder: CircuitRecorder;
  readonly connectAgain: () => Promise<[VirtualCircuit, PeerCircuit]>;
}

async function connect(script: FaultScript): Promise<Faulted> {
  const clock = new FakeClock();
  const memory = memoryDriver();
  const peer = listenMemoryPeer(memory);
  const engine = new Engine({ clock });
  const recorder = new CircuitRecorder();
  const connection = engine
    .buildTransport(faultyDriver(memory, script, clock))
    .buildAddress()
    .buildConnection(peer);
  const connectAgain = (): Promise<[VirtualCircuit, PeerCircuit]> =>
    Promise.all([connection.buildCircuit({ handlers: recorder }), peer.accept()]);
  const [circuit, far] = await connectAgain();
  const dispose = async (): Promise<void> => {
    await engine.close();
    await peer.close();
  };
  return { engine, clock, circuit, far, recorder, connectAgain, [Symbol.asyncDispose]: dispose };
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await nextTurn();
}

function lengths(chunks: readonly Uint8Array[]): number[] {
  return chunks.map((chunk) => chunk.length);
}

test('split cuts the stream before a byte, and with every into pieces from there on', async () => {
  await using stage = await connect([
    { direction: 'received', at: 3, kind: 'split' },
    { direction: 'received', at: 5, kind: 'split', every: 2 },
  ]);
  stage.far.send(ten);
  await stage.recorder.until(() => stage.recorder.receivedLength === 10);
  assert.deepEqual(lengths(stage.recorder.chunks), [3, 2, 2, 2, 1]);
  assert.deepEqual(new Uint8Array(stage.recorder.bytes), ten);
});

test('corrupt flips bits at the place, in either direction, and leaves the sender’s bytes alone', async () => {
  await using stage = await connect([
    { direction: 'received', at: 2, kind: 'corrupt', mask: 0x80, length: 2 },
    { direction: 'sent', at: 9, kind: 'corrupt' },
  ]);
  stage.far.send(ten);
  const sent = ten.slice();
  stage.circuit.send([sent.subarray(0, 4), sent.subarray(4)]);
  await stage.recorder.until(() => stage.recorder.receivedLength === 10);
  assert.deepEqual([...stage.recorder.bytes], [0, 1, 0x82, 0x83, 4, 5, 6, 7, 8, 9]);
  assert.deepEqual([...(await stage.far.expect(10))], [0, 1, 2, 3, 4, 5, 6, 7, 8, 0xf6]);
  assert.deepEqual(sent, ten);
});

test('delay holds the byte and all after it, for its time', async () => {
  await using stage = await connect([{ direction: 'sent', at: 4, kind: 'delay', delayMs: 100 }]);
  stage.circuit.send([ten]);
  await stage.far.expect(4);
  await turns(5);
  stage.clock.jump(99);
  await turns(5);
  assert.deepEqual([stage.far.available, stage.circuit.pendingBytes], [0, 10]);
  stage.clock.jump(1);
  assert.deepEqual([...(await stage.far.expect(6))], [4, 5, 6, 7, 8, 9]);
});

test('stall lets nothing past, FIN neither, until the circuit goes', async () => {
  await using stage = await connect([
    { direction: 'received', at: 4, kind: 'stall' },
    { direction: 'sent', at: 0, kind: 'stall' },
  ]);
  stage.far.send(ten);
  stage.far.end();
  stage.circuit.send([ten]);
  await stage.recorder.until(() => stage.recorder.receivedLength === 4);
  await turns(10);
  assert.deepEqual([stage.recorder.receivedLength, stage.recorder.ends, stage.far.available], [4, [], 0]);
  await stage.engine.worker.run((context) => {
    stage.circuit.initiateDisconnect(context, 'graceful');
  });
  await turns(10);
  assert.equal(stage.circuit.state, 'closing');
  await stage.engine.worker.run((context) => {
    stage.circuit.initiateDisconnect(context, 'abortive');
  });
  await stage.circuit.tearDown();
  assert.equal(stage.clock.pendingTimers, 0);
});

for (const direction of ['sent', 'received'] as const) {
  test(`reset as soon as so many bytes were ${direction}, for both ends`, async () => {
    await using stage = await connect([{ direction, at: 10, kind: 'reset' }]);
    if (direction === 'sent') stage.circuit.send([ten]);
    else stage.far.send(ten);
    await stage.recorder.until(() => stage.recorder.ends.length > 0);
    assert.equal((stage.recorder.ends[0] as Error & { code: string }).code, 'ISCSI_CONNECTION_LOST');
    assert.equal(await stage.far.expectEnd(), 'reset');
    await stage.circuit.tearDown();
    assert.equal(stage.recorder.ends.length, 1);
    assert.equal(stage.recorder.receivedLength, direction === 'sent' ? 0 : 10);
  });
}

test('a fault at 0 waits for no byte', async () => {
  await using stage = await connect([{ direction: 'received', at: 0, kind: 'reset' }]);
  await stage.recorder.until(() => stage.recorder.ends.length > 0);
  assert.equal(await stage.far.expectEnd(), 'reset');
});

test('half-close of what is sent: the peer sees FIN at the place, the circuit goes on receiving and believes in its sends', async () => {
  await using stage = await connect([{ direction: 'sent', at: 6, kind: 'halfClose' }]);
  stage.circuit.send([ten]);
  assert.deepEqual([...(await stage.far.expect(6))], [0, 1, 2, 3, 4, 5]);
  assert.equal(await stage.far.expectEnd(), 'ended');
  stage.circuit.send([ten]);
  stage.far.send(ten);
  await stage.recorder.until(() => stage.recorder.receivedLength === 10);
  await turns(10);
  assert.deepEqual([stage.circuit.pendingBytes, stage.recorder.ends], [0, []]);
});

test('half-close of what is received: one orderly disconnect at the place', async () => {
  await using stage = await connect([{ direction: 'received', at: 6, kind: 'halfClose' }]);
  stage.far.send(ten);
  stage.far.end();
  await stage.recorder.until(() => stage.recorder.ends.length > 0);
  await stage.circuit.tearDown();
  assert.deepEqual([stage.recorder.receivedLength, stage.recorder.ends], [6, [undefined]]);
});

test('a paused circuit stays silent while faults are at work', async () => {
  await using stage = await connect([{ direction: 'received', at: 2, kind: 'split', every: 1 }]);
  stage.recorder.onChunk = () => {
    stage.circuit.pause();
  };
  stage.far.send(ten);
  stage.far.end();
  for (let count = 1; count <= 9; count += 1) {
    await stage.recorder.until(() => stage.recorder.chunks.length === count);
    await turns(5);
    assert.deepEqual([stage.recorder.chunks.length, stage.recorder.ends], [count, []]);
    stage.circuit.resume();
  }
  await stage.recorder.until(() => stage.recorder.ends.length > 0);
  assert.deepEqual(new Uint8Array(stage.recorder.bytes), ten);
});

test('a script may differ from circuit to circuit', async () => {
  await using stage = await connect((circuit) =>
    circuit === 1 ? [{ direction: 'received', at: 0, kind: 'corrupt' }] : [],
  );
  stage.far.send(ten.subarray(0, 1));
  await stage.recorder.until(() => stage.recorder.receivedLength === 1);
  const [, far] = await stage.connectAgain();
  far.send(ten.subarray(0, 1));
  await stage.recorder.until(() => stage.recorder.receivedLength === 2);
  assert.deepEqual([...stage.recorder.bytes], [0, 0xff]);
});
