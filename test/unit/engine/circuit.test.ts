// A circuit over a link that the test plays.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { channels, deferred, nextTurn } from '../../../src/base/index.ts';
import { Engine, type EngineConnection, type VirtualCircuit } from '../../../src/engine/index.ts';
import { CircuitRecorder } from '../../support/circuit-recorder.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { RecordingDriver, type RecordingLink } from './recording-driver.ts';

interface Bench {
  readonly engine: Engine;
  readonly clock: FakeClock;
  readonly driver: RecordingDriver;
  readonly link: RecordingLink;
  readonly connection: EngineConnection;
  readonly recorder: CircuitRecorder;
}

function bench(): Bench {
  const clock = new FakeClock();
  const engine = new Engine({ clock, highWaterMark: 1000, closeTimeoutMs: 50 });
  const driver = new RecordingDriver();
  const connection = engine.buildTransport(driver).buildAddress().buildConnection({ host: 'far', port: 3260 });
  return { engine, clock, driver, link: driver.link, connection, recorder: new CircuitRecorder() };
}

async function circuitOn({ connection, recorder }: Bench): Promise<VirtualCircuit> {
  return await connection.buildCircuit({ handlers: recorder });
}

test('what is sent in one turn, synchronously and by the promises it wakes, leaves as one batch', async () => {
  const stage = bench();
  const circuit = await circuitOn(stage);
  const woken = deferred();
  const later = woken.promise.then(() => Promise.resolve()).then(() => circuit.send([new Uint8Array(3000)]));
  circuit.send([new Uint8Array(4000)]);
  woken.resolve();
  circuit.send([new Uint8Array(5000)]);
  assert.equal(stage.link.batches.length, 0);
  await later;
  await nextTurn();
  assert.deepEqual(
    stage.link.batches.map((batch) => batch.map((piece) => piece.length)),
    [[4000, 5000, 3000]],
  );
});

test('one batch is under way at a time; what comes meanwhile is the next batch', async () => {
  const stage = bench();
  const circuit = await circuitOn(stage);
  circuit.send([new Uint8Array(10)]);
  await nextTurn();
  circuit.send([new Uint8Array(20)]);
  await nextTurn();
  assert.equal(stage.link.batches.length, 1);
  assert.equal(circuit.pendingBytes, 30);
  stage.link.events.written();
  assert.equal(stage.link.batches.length, 2);
  assert.equal(circuit.pendingBytes, 20);
});

test('drained comes at half the high-water mark, once, and only after a refusal', async () => {
  const stage = bench();
  const circuit = await circuitOn(stage);
  assert.equal(circuit.send([new Uint8Array(999)]), true);
  await nextTurn();
  stage.link.events.written();
  assert.equal(stage.recorder.drains, 0);
  assert.equal(circuit.send([new Uint8Array(600)]), true);
  await nextTurn();
  assert.equal(circuit.send([new Uint8Array(501)]), false);
  stage.link.events.written();
  assert.deepEqual([circuit.pendingBytes, stage.recorder.drains], [501, 0]);
  stage.link.events.written();
  assert.deepEqual([circuit.pendingBytes, stage.recorder.drains], [0, 1]);
});

test('a connect that does not end in time is given up with ISCSI_CONNECT_TIMEOUT', async () => {
  const stage = bench();
  stage.driver.hangs = true;
  const connecting = stage.connection.buildCircuit({ handlers: stage.recorder, connectTimeoutMs: 300 });
  stage.clock.jump(299);
  assert.equal(stage.driver.givenUp, 0);
  stage.clock.jump(1);
  await assert.rejects(connecting, { code: 'ISCSI_CONNECT_TIMEOUT', limitMs: 300 });
  await stage.connection.tearDown();
  assert.equal(stage.driver.givenUp, 1);
});

test('a link that comes after the abort is reset, and the teardown waits for its end', async () => {
  const stage = bench();
  const connected = deferred();
  stage.driver.connected = connected.promise;
  const connecting = stage.connection.buildCircuit({ handlers: stage.recorder });
  let isTornDown = false;
  const tornDown = stage.connection.tearDown().then(() => {
    isTornDown = true;
  });
  await assert.rejects(connecting, { code: 'ISCSI_CLOSED' });
  connected.resolve();
  await nextTurn();
  assert.deepEqual([stage.link.calls, isTornDown], [['reset'], false]);
  stage.link.events.closed(undefined);
  await tornDown;
});

test('graceful waits for the last batch before FIN, and resumes a paused link', async () => {
  const stage = bench();
  const circuit = await circuitOn(stage);
  circuit.pause();
  circuit.pause();
  circuit.send([new Uint8Array(10)]);
  await nextTurn();
  await stage.engine.worker.run((context) => {
    circuit.initiateDisconnect(context, 'graceful');
  });
  assert.deepEqual(stage.link.calls, ['pause', 'resume']);
  stage.link.events.written();
  stage.link.events.received(new Uint8Array(10));
  stage.link.events.ended();
  assert.deepEqual(stage.link.calls, ['pause', 'resume', 'end']);
  const tornDown = circuit.tearDown();
  stage.link.events.closed(undefined);
  await tornDown;
  assert.deepEqual([stage.recorder.chunks, stage.recorder.ends, stage.clock.pendingTimers], [[], [], 0]);
});

for (const [whose, closeTimeoutMs, limitMs] of [
  ['the engine', undefined, 50],
  ['the circuit itself', 20, 20],
] as const) {
  test(`the close deadline of ${whose} resets a graceful disconnect that hangs`, async () => {
    const stage = bench();
    const circuit = await stage.connection.buildCircuit({
      handlers: stage.recorder,
      ...(closeTimeoutMs === undefined ? {} : { closeTimeoutMs }),
    });
    circuit.send([new Uint8Array(10)]);
    await nextTurn();
    await stage.engine.worker.run((context) => {
      circuit.initiateDisconnect(context, 'graceful');
    });
    stage.clock.jump(limitMs - 1);
    assert.equal(circuit.state, 'closing');
    stage.clock.jump(1);
    assert.deepEqual([stage.link.calls, circuit.state, circuit.pendingBytes], [['reset'], 'releasing', 0]);
  });
}

test('a graceful disconnect that met its deadline has an error, one that ended in order has none', async () => {
  for (const [play, code] of [
    ['deadline', 'ISCSI_CONNECTION_LOST'],
    ['end', undefined],
  ] as const) {
    const stage = bench();
    const circuit = await circuitOn(stage);
    await stage.engine.worker.run((context) => {
      circuit.initiateDisconnect(context, 'graceful');
    });
    if (play === 'deadline') stage.clock.jump(50);
    stage.link.events.closed(undefined);
    assert.deepEqual([circuit.error?.code, circuit.error?.cause], [code, undefined]);
  }
});

test('tearDown of an active circuit can be graceful, in the worker item that hands in its context or in one of its own', async () => {
  for (const isInside of [true, false]) {
    const stage = bench();
    const circuit = await circuitOn(stage);
    let tornDown: Promise<void> | undefined = undefined;
    if (isInside) {
      await stage.engine.worker.run((context) => {
        tornDown = circuit.tearDown(context, 'graceful');
      });
    } else {
      tornDown = circuit.tearDown(undefined, 'graceful');
      await nextTurn();
    }
    assert.deepEqual([stage.link.calls, circuit.state], [['end'], 'closing']);
    stage.link.events.closed(undefined);
    await tornDown;
    assert.equal(circuit.state, 'tornDown');
  }
});

test('sent is told after each batch that has left, with sentBytes counted, and not after an own disconnect', async () => {
  const stage = bench();
  const counts: number[] = [];
  const handlers = {
    received: (): void => {},
    sent: (): void => void counts.push(circuit.sentBytes),
    drained: (): void => {},
    disconnected: (): void => {},
  };
  const circuit: VirtualCircuit = await stage.connection.buildCircuit({ handlers });
  circuit.send([new Uint8Array(10)]);
  await nextTurn();
  circuit.send([new Uint8Array(20)]);
  stage.link.events.written();
  stage.link.events.written();
  circuit.send([new Uint8Array(5)]);
  await nextTurn();
  await stage.engine.worker.run((context) => {
    circuit.initiateDisconnect(context, 'graceful');
  });
  stage.link.events.written();
  assert.deepEqual([counts, circuit.sentBytes, circuit.highWaterMark], [[10, 30], 35, 1000]);
});

test('an engine that publishes no circuits tells the diagnostics channels of none', async () => {
  for (const publishesCircuits of [true, false]) {
    let count = 0;
    const heard = (): void => void (count += 1);
    const all = [channels.circuitConnected, channels.circuitBytesReceived, channels.circuitClosed];
    for (const channel of all) channel.subscribe(heard);
    try {
      const engine = new Engine({ clock: new FakeClock(), publishesCircuits });
      const driver = new RecordingDriver();
      const connection = engine.buildTransport(driver).buildAddress().buildConnection({ host: 'far', port: 1 });
      await connection.buildCircuit({ handlers: new CircuitRecorder() });
      driver.link.events.received(new Uint8Array(1));
      driver.link.events.closed(undefined);
    } finally {
      for (const channel of all) channel.unsubscribe(heard);
    }
    assert.equal(count, publishesCircuits ? 3 : 0);
  }
});

test('tearDown past a full worker queue waits for its turn there all the same', async () => {
  const engine = new Engine({ clock: new FakeClock(), workerBound: 1 });
  const driver = new RecordingDriver();
  const connection = engine.buildTransport(driver).buildAddress().buildConnection({ host: 'far', port: 1 });
  const circuit = await connection.buildCircuit({ handlers: new CircuitRecorder() });
  const busy = deferred();
  const running = engine.worker.run(async () => {
    await busy.promise;
  });
  await nextTurn();
  const waiting = engine.worker.run(() => {});
  const tornDown = circuit.tearDown();
  await nextTurn();
  assert.equal(driver.link.calls.length, 0);
  busy.resolve();
  await Promise.all([running, waiting]);
  await nextTurn();
  assert.deepEqual(driver.link.calls, ['reset']);
  driver.link.events.closed(undefined);
  await tornDown;
});

test('a lost circuit says which peer, with an IPv6 address in brackets, and why', async () => {
  const stage = bench();
  const circuit = await circuitOn(stage);
  stage.link.events.closed(new Error('read ECONNRESET'));
  const [error] = stage.recorder.ends as (Error & { address: string })[];
  assert.equal(error?.message, 'the connection to [2001:db8::1]:3260 was lost: read ECONNRESET');
  assert.equal(error.address, '[2001:db8::1]:3260');
  await circuit.tearDown();
  assert.deepEqual(stage.link.calls, []);
});

test('pause, resume and send on a circuit that is gone do nothing', async () => {
  const stage = bench();
  const circuit = await circuitOn(stage);
  stage.link.events.closed(undefined);
  circuit.pause();
  circuit.resume();
  assert.equal(circuit.send([new Uint8Array(1)]), false);
  await nextTurn();
  assert.deepEqual([stage.link.calls, stage.link.batches, circuit.pendingBytes], [[], [], 0]);
});

test('a remote that cannot be is refused by name', () => {
  const { engine } = bench();
  const address = engine.buildTransport(new RecordingDriver()).buildAddress();
  assert.throws(() => address.buildConnection({ host: '', port: 1 }), { argument: 'host' });
  for (const port of [0, 65_536, 1.5]) {
    assert.throws(() => address.buildConnection({ host: 'far', port }), { argument: 'port' });
  }
});
