// Connecting in several ways at once: who wins, what becomes of the others, and that nothing of them stays.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { deferred } from '../../../src/base/index.ts';
import { CircuitRecorder } from '../../support/circuit-recorder.ts';
import { Bench, failuresOf, isSettled, winnersOf } from './many-bench.ts';

suite('the first that answers', () => {
  test('wins while others are silent, without a timer, and the others are ended', async () => {
    const bench = new Bench();
    const connect = bench.connect('first', ['silent', 'dead', 'late', 'live']);
    await bench.settle();
    bench.driver.refuse('dead');
    bench.driver.answer('live');
    await bench.settle();
    assert.deepEqual([await winnersOf(connect), await failuresOf(connect)], [['live'], ['dead ISCSI_CONNECT_FAILED']]);
    await connect.cleanedUp;
    assert.deepEqual(bench.left(), [['live'], ['live'], ['live']]);
    assert.deepEqual([bench.driver.waiting, bench.clock.now(), bench.clock.pendingTimers], [0, 0, 0]);
    const [winner] = (await connect.decided).winners;
    assert.deepEqual([winner?.index, winner?.circuit.state], [3, 'active']);
    await winner?.connection.tearDown();
    assert.deepEqual(bench.left(), [[], [], []]);
  });

  test('of two that answer in the same turn is the first in the order given; the other one is reset', async () => {
    const bench = new Bench();
    const connect = bench.connect('first', ['a', 'b', 'c']);
    await bench.settle();
    bench.driver.answer('c');
    for (let step = 0; step < 100; step += 1) await Promise.resolve();
    bench.driver.answer('b');
    await bench.settle();
    assert.deepEqual(await winnersOf(connect), ['b']);
    await connect.cleanedUp;
    assert.deepEqual(bench.left(), [['b'], ['b'], ['b']]);
    assert.equal(bench.link('c').calls.at(-1), 'reset');
  });

  test('which is lost in the turn in which it answered does not win', async () => {
    const bench = new Bench();
    const connect = bench.connect('first', ['a', 'b']);
    await bench.settle();
    bench.driver.answer('a');
    for (let step = 0; bench.driver.links.get('a')?.events === undefined; step += 1) {
      assert.ok(step < 100);
      await Promise.resolve();
    }
    bench.link('a').events.ended();
    await bench.settle();
    assert.equal(await isSettled(connect.decided), false);
    bench.driver.answer('b');
    await bench.settle();
    assert.deepEqual([await winnersOf(connect), await failuresOf(connect)], [['b'], ['a ISCSI_CONNECTION_LOST']]);
    await connect.cleanedUp;
    assert.deepEqual(bench.left(), [['b'], ['b'], ['b']]);
  });

  test('has the handlers of an ordinary circuit, and is sent through at once', async () => {
    const bench = new Bench();
    const connect = bench.connect('first', ['a', 'b']);
    await bench.settle();
    bench.driver.answer('a');
    const { winners } = await connect.decided;
    assert.deepEqual([...bench.recorders.keys()], ['a']);
    bench.link('a').events.received(Buffer.from('hello'));
    bench.link('a').lose();
    await bench.settle();
    const recorder = bench.recorders.get('a');
    assert.equal(Buffer.from(recorder!.bytes).toString(), 'hello');
    assert.match(String(recorder?.ends[0]), /ISCSI_CONNECTION_LOST|was lost: ECONNRESET/);
    await winners[0]?.connection.tearDown();
  });
});

suite('the best that answers', () => {
  test('is the first in the order given that does: those before it are waited for, those behind it are not', async () => {
    const bench = new Bench();
    const connect = bench.connect('best', ['a', 'b', 'c', 'silent']);
    await bench.settle();
    bench.driver.answer('c');
    await bench.settle();
    bench.driver.answer('b');
    await bench.settle();
    assert.equal(await isSettled(connect.decided), false);
    bench.driver.refuse('a');
    await bench.settle();
    assert.deepEqual(await winnersOf(connect), ['b']);
    await connect.cleanedUp;
    assert.deepEqual(bench.left(), [['b'], ['b'], ['b']]);
  });

  test('is decided at the connect limit when a better one stays silent', async () => {
    const bench = new Bench();
    const connect = bench.connect('best', ['silent', 'b'], { connectTimeoutMs: 700 });
    await bench.settle();
    bench.driver.answer('b');
    await bench.clock.advance(699);
    assert.equal(await isSettled(connect.decided), false);
    await bench.clock.advance(1);
    assert.deepEqual([await winnersOf(connect), await failuresOf(connect)], [['b'], ['silent ISCSI_CONNECT_TIMEOUT']]);
  });

  test('which is lost while a better one is waited for has failed', async () => {
    const bench = new Bench();
    const connect = bench.connect('best', ['a', 'b']);
    await bench.settle();
    bench.driver.answer('b');
    await bench.settle();
    bench.link('b').lose();
    await bench.settle();
    assert.deepEqual(bench.left(), [[], ['a'], []]);
    bench.driver.refuse('a');
    await assert.rejects(connect.decided, /a:3260 \(ISCSI_CONNECT_FAILED.*b:3260 \(ISCSI_CONNECTION_LOST/);
    await connect.cleanedUp;
    assert.deepEqual(bench.left(), [[], [], []]);
  });

  test('does not win with a circuit whose address is being torn down', async () => {
    const bench = new Bench();
    const other = bench.transport.buildAddress();
    const attempts = [
      { address: bench.address, remote: { host: 'a', port: 3260 } },
      { address: other, remote: { host: 'b', port: 3260 } },
    ];
    const connect = bench.connect('best', [], { attempts });
    await bench.settle();
    bench.driver.answer('b');
    await bench.settle();
    const tornDown = other.tearDown();
    for (let step = 0; bench.link('b').calls.at(-1) !== 'reset'; step += 1) {
      assert.ok(step < 100);
      await Promise.resolve();
    }
    bench.driver.refuse('a');
    await assert.rejects(connect.decided, /b:3260 \(ISCSI_CLOSED: .* torn down before it was used/);
    await Promise.all([tornDown, connect.cleanedUp]);
    assert.deepEqual(bench.left(), [[], [], []]);
  });

  test('loses nothing of what its peer said before the decision, in order, however often it is paused', async () => {
    const bench = new Bench();
    const connect = bench.connect('best', ['a', 'b']);
    await bench.settle();
    bench.driver.answer('b');
    await bench.settle();
    const chunk = Buffer.from('first');
    bench.link('b').events.received(chunk);
    chunk.fill(0);
    assert.deepEqual(bench.link('b').calls, ['start', 'pause']);
    bench.driver.refuse('a');
    const { winners } = await connect.decided;
    const circuit = winners[0]!.circuit;
    const recorder = bench.recorders.get('b')!;
    circuit.pause();
    circuit.resume();
    circuit.pause();
    await bench.settle();
    assert.deepEqual([recorder.chunks.length, recorder.ends], [0, []]);
    assert.equal(bench.link('b').calls.at(-1), 'pause');
    circuit.resume();
    assert.equal(recorder.chunks.length, 0, 'no handler runs inside a call');
    await bench.settle();
    assert.equal(Buffer.from(recorder.bytes).toString(), 'first');
    assert.equal(bench.link('b').calls.at(-1), 'resume');
    await winners[0]!.connection.tearDown();
    assert.deepEqual(bench.left(), [[], [], []]);
  });
});

suite('all that answer', () => {
  test('win when each has answered or failed, in the order given', async () => {
    const bench = new Bench();
    const connect = bench.connect('all', ['a', 'b', 'c']);
    await bench.settle();
    bench.driver.answer('c');
    await bench.settle();
    bench.driver.refuse('b');
    await bench.settle();
    assert.equal(await isSettled(connect.decided), false);
    bench.driver.answer('a');
    await bench.settle();
    assert.deepEqual([await winnersOf(connect), await failuresOf(connect)], [['a', 'c'], ['b ISCSI_CONNECT_FAILED']]);
    await connect.cleanedUp;
    assert.deepEqual(bench.left(), [
      ['a', 'c'],
      ['a', 'c'],
      ['a', 'c'],
    ]);
  });
});

suite('when none answers', () => {
  test('the error of a single attempt is told as it is', async () => {
    const bench = new Bench();
    const connect = bench.connect('first', ['a']);
    await bench.settle();
    bench.driver.refuse('a');
    await assert.rejects(connect.decided, { code: 'ISCSI_CONNECT_FAILED', address: 'a:3260' });
    await connect.cleanedUp;
    assert.deepEqual(bench.left(), [[], [], []]);
  });

  test('one error names each attempt, up to sixteen, and carries the errors of all', async () => {
    const bench = new Bench();
    const hosts = Array.from({ length: 18 }, (_, index) => `h${index}`);
    const connect = bench.connect('all', hosts);
    for (const host of hosts) {
      await bench.settle();
      bench.driver.refuse(host);
    }
    const error = await connect.decided.catch((reason: unknown) => reason as Error);
    assert.ok(error instanceof Error);
    assert.match(error.message, /in any of 18 ways: h0:3260 \(ISCSI_CONNECT_FAILED: .*h15:3260 .* and 2 more$/);
    assert.equal((error.cause as AggregateError).errors.length, 18);
    assert.equal((error as Error & { code?: string }).code, 'ISCSI_CONNECT_FAILED');
  });

  test('an attempt that cannot be one has failed like any other', async () => {
    const bench = new Bench();
    const gone = bench.transport.buildAddress();
    await gone.tearDown();
    const attempts = [
      { address: gone, remote: { host: 'a', port: 3260 } },
      { address: bench.address, remote: { host: 'b', port: 0 } },
      { address: bench.address, remote: { host: 'live', port: 3260 } },
    ];
    const connect = bench.connect('first', [], { attempts });
    await bench.settle();
    bench.driver.answer('live');
    assert.deepEqual(await winnersOf(connect), ['live']);
    assert.deepEqual(await failuresOf(connect), ['a ISCSI_WRONG_STATE', 'b ISCSI_BAD_ARGUMENT']);
    assert.throws(() => bench.connect('first', []), { code: 'ISCSI_BAD_ARGUMENT' });
    assert.throws(() => bench.connect('first', ['a'], { mostAtOnce: 0 }), { code: 'ISCSI_BAD_ARGUMENT' });
  });
});

test('no more connects than the bound are under way at a time', async () => {
  const bench = new Bench();
  const hosts = Array.from({ length: 7 }, (_, index) => `h${index}`);
  const connect = bench.connect('all', hosts, { mostAtOnce: 3 });
  for (const [index, host] of hosts.entries()) {
    await bench.settle();
    assert.equal(bench.driver.connects.length, Math.min(7, index + 3));
    if (index % 2 === 0) bench.driver.answer(host);
    else bench.driver.refuse(host);
  }
  assert.deepEqual(await winnersOf(connect), ['h0', 'h2', 'h4', 'h6']);
  assert.equal(bench.driver.most, 3);
});

test('handlers that cannot be made end it with their error, and nothing is left', async () => {
  const bench = new Bench();
  const connect = bench.connect('all', ['a', 'b'], {
    handlers: (_attempt, index) => {
      if (index === 1) throw new Error('no handlers');
      return new CircuitRecorder();
    },
  });
  await bench.settle();
  bench.driver.answer('a');
  bench.driver.answer('b');
  await assert.rejects(connect.decided, /no handlers/);
  await connect.cleanedUp;
  assert.deepEqual(bench.left(), [[], [], []]);
});

test('the clean-up needs no worker: an item of it may wait for that', async () => {
  const bench = new Bench();
  const done = bench.engine.worker.run(async () => {
    const connect = bench.connect('first', ['a', 'b', 'silent']);
    await bench.settle();
    bench.driver.answer('a');
    bench.driver.answer('b');
    await connect.cleanedUp;
    return await winnersOf(connect);
  });
  await bench.settle();
  assert.deepEqual(await done, ['a']);
  assert.equal(bench.clock.now(), 0);
});

test('an abort is told at once, with its reason, and the clean-up waits for a driver that is slow to give up', async () => {
  const bench = new Bench();
  const slow = deferred();
  const connectGate = bench.driver.connect.bind(bench.driver);
  bench.driver.connect = async (...to) => {
    try {
      return await connectGate(...to);
    } catch (error) {
      await slow.promise;
      throw error;
    }
  };
  const abort = new AbortController();
  const connect = bench.connect('first', ['a', 'b'], { signal: abort.signal });
  await bench.settle();
  abort.abort(new Error('enough'));
  await assert.rejects(connect.decided, /enough/);
  await bench.settle();
  assert.equal(await isSettled(connect.cleanedUp), false);
  slow.resolve();
  await connect.cleanedUp;
  assert.deepEqual(bench.left(), [[], [], []]);
});
