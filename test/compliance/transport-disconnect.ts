// Disconnects from either side, over any transport.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextTurn } from '../../src/base/index.ts';
import { Engine, type WorkerContext } from '../../src/engine/index.ts';
import { exchangeByte, type OpenTransport, openStage, pattern, type TransportLimits } from './transport-under-test.ts';

export function disconnectTests(open: OpenTransport, { endsWithItsPeer = false }: TransportLimits): void {
  peersDisconnectTests(open);
  ownDisconnectTests(open);
  if (!endsWithItsPeer) halfOpenTests(open);
  contextTests(open);
  tearDownTests(open);
}

function peersDisconnectTests(open: OpenTransport): void {
  test('a peer’s FIN is one disconnect without an error, after its last byte', async () => {
    await using stage = await openStage(open);
    const { circuit, far, recorder } = await stage.connect();
    const all = pattern(300_000);
    far.send(all);
    far.end();
    await recorder.until(() => recorder.ends.length > 0);
    assert.equal(Buffer.compare(recorder.bytes, all), 0);
    await circuit.closed;
    assert.equal(circuit.state, 'closed');
    assert.equal(circuit.send([pattern(1)]), false);
    await circuit.tearDown();
    assert.deepEqual(recorder.ends, [undefined]);
    assert.equal(await far.expectEnd(), 'ended');
  });

  test('a peer’s reset is one disconnect with ISCSI_CONNECTION_LOST', async () => {
    await using stage = await openStage(open);
    const { circuit, far, recorder } = await stage.connect();
    far.reset();
    await recorder.until(() => recorder.ends.length > 0);
    await circuit.tearDown();
    assert.equal(recorder.ends.length, 1);
    const error = recorder.ends[0] as Error & { code: string; address: string };
    assert.equal(error.code, 'ISCSI_CONNECTION_LOST');
    assert.match(error.address, new RegExp(`:${stage.peer.port}$`));
    assert.equal(circuit.pendingBytes, 0);
  });

  test('a disconnect handler may initiate and tear down, and hears nothing more', async () => {
    await using stage = await openStage(open);
    const { circuit, far, recorder } = await stage.connect();
    const tornDown = recorder
      .until(() => recorder.ends.length > 0)
      .then(async () => {
        await stage.onWorker((context) => {
          circuit.initiateDisconnect(context, 'graceful');
        });
        await circuit.tearDown();
      });
    far.reset();
    await tornDown;
    assert.equal(recorder.ends.length, 1);
    assert.equal(circuit.state, 'tornDown');
  });
}

function ownDisconnectTests(open: OpenTransport): void {
  test('graceful: pending bytes and then FIN reach the peer, what it still sends is dropped, and no event comes', async () => {
    await using stage = await openStage(open);
    const { circuit, far, recorder } = await stage.connect();
    const all = pattern(2 * 1024 * 1024);
    circuit.send([all]);
    await stage.onWorker((context) => {
      recorder.isInCall = true;
      circuit.initiateDisconnect(context, 'graceful');
      recorder.isInCall = false;
    });
    assert.equal(circuit.send([pattern(10)]), false);
    assert.equal(Buffer.compare(await far.expect(all.length), all), 0);
    assert.equal(await far.expectEnd(), 'ended');
    far.send(pattern(100_000));
    await far.close();
    await circuit.tearDown();
    assert.equal(far.available, 0);
    assert.deepEqual([recorder.receivedLength, recorder.ends, recorder.reentries], [0, [], 0]);
    assert.equal(stage.clock.pendingTimers, 0);
  });

  gracefulTests(open);
}

function halfOpenTests(open: OpenTransport): void {
  test('graceful: a peer that ended first still gets every pending byte', async () => {
    await using stage = await openStage(open);
    const { circuit, far, recorder } = await stage.connect();
    far.pause();
    const piece = pattern(1024 * 1024);
    const all = Buffer.concat(Array.from({ length: 16 }, () => piece)); // more than the system takes off us
    for (let at = 0; at < all.length; at += piece.length) circuit.send([all.subarray(at, at + piece.length)]);
    await stage.onWorker((context) => {
      circuit.initiateDisconnect(context, 'graceful');
    });
    far.end();
    for (let turn = 0; turn < 5; turn += 1) await nextTurn();
    far.resume();
    assert.equal(Buffer.compare(await far.expect(all.length), all), 0);
    assert.equal(await far.expectEnd(), 'ended');
    await circuit.tearDown();
    assert.deepEqual(recorder.ends, []);
  });
}

function gracefulTests(open: OpenTransport): void {
  test('graceful on a paused circuit ends too: what was held back is dropped', async () => {
    await using stage = await openStage(open);
    const { circuit, far, recorder } = await stage.connect();
    circuit.pause();
    far.send(pattern(500_000));
    await nextTurn();
    await stage.onWorker((context) => {
      circuit.initiateDisconnect(context, 'graceful');
    });
    assert.equal(await far.expectEnd(), 'ended');
    await far.close();
    await circuit.tearDown();
    assert.deepEqual([recorder.receivedLength, recorder.ends], [0, []]);
  });

  test('graceful: a peer that never ends is reset at the close deadline', async () => {
    await using stage = await openStage(open);
    const { circuit, far, recorder } = await stage.connect();
    await stage.onWorker((context) => {
      circuit.initiateDisconnect(context, 'graceful');
    });
    assert.equal(await far.expectEnd(), 'ended');
    stage.clock.jump(4_999);
    await nextTurn();
    assert.equal(circuit.state, 'closing');
    stage.clock.jump(1);
    await circuit.tearDown();
    assert.deepEqual(recorder.ends, []);
  });

  test('abortive: pending bytes are dropped, the peer sees a reset, and no event comes', async () => {
    await using stage = await openStage(open);
    const connected = await stage.connect();
    await exchangeByte(connected);
    const { circuit, far, recorder } = connected;
    await stage.onWorker((context) => {
      circuit.send([pattern(1000)]);
      circuit.initiateDisconnect(context, 'abortive');
      assert.equal(circuit.pendingBytes, 0);
    });
    assert.equal(await far.expectEnd(), 'reset');
    assert.equal(far.available, 0);
    await circuit.tearDown();
    assert.deepEqual(recorder.ends, []);
  });

  test('a disconnect may be initiated again, and abortive cuts graceful short', async () => {
    await using stage = await openStage(open);
    const { circuit, far, recorder } = await stage.connect();
    far.pause();
    await stage.onWorker((context) => {
      circuit.initiateDisconnect(context, 'graceful');
      circuit.initiateDisconnect(context, 'graceful');
      circuit.initiateDisconnect(context, 'abortive');
      circuit.initiateDisconnect(context, 'abortive');
      circuit.initiateDisconnect(context, 'graceful');
    });
    await circuit.tearDown();
    await stage.onWorker((context) => {
      circuit.initiateDisconnect(context, 'graceful');
    });
    assert.equal(circuit.state, 'tornDown');
    assert.deepEqual(recorder.ends, []);
  });
}

function contextTests(open: OpenTransport): void {
  test('a context is refused once its item has ended, in a later item and from another engine', async () => {
    await using stage = await openStage(open);
    await using other = new Engine();
    const { circuit } = await stage.connect();
    let kept: WorkerContext | undefined;
    await stage.onWorker((context) => {
      kept = context;
    });
    const initiate = (): void => {
      circuit.initiateDisconnect(kept!, 'abortive');
    };
    assert.throws(initiate, { code: 'ISCSI_WRONG_STATE' });
    await stage.onWorker(() => {
      assert.throws(initiate, { code: 'ISCSI_WRONG_STATE' });
    });
    await other.worker.run((context) => {
      kept = context;
      assert.throws(initiate, { code: 'ISCSI_WRONG_STATE' });
    });
    assert.equal(circuit.state, 'active');
  });

  test('a context outside its item is refused on a dead circuit too', async () => {
    await using stage = await openStage(open);
    const { circuit } = await stage.connect();
    let kept: WorkerContext | undefined;
    await stage.onWorker((context) => {
      kept = context;
    });
    await circuit.tearDown();
    assert.throws(
      () => {
        circuit.initiateDisconnect(kept!, 'graceful');
      },
      { code: 'ISCSI_WRONG_STATE' },
    );
  });
}

function tearDownTests(open: OpenTransport): void {
  test('tearDown of an active circuit disconnects it on the worker, and settles when it is gone', async () => {
    await using stage = await openStage(open);
    const connected = await stage.connect();
    await exchangeByte(connected);
    const { circuit, far, recorder } = connected;
    const order: string[] = [];
    const blocker = stage.engine.worker.run(async () => {
      await nextTurn();
      order.push('item');
    });
    const tornDown = circuit.tearDown().then(() => order.push('torn down'));
    assert.equal(circuit.tearDown(), circuit.tearDown());
    assert.equal(circuit.state, 'active');
    await Promise.all([blocker, tornDown]);
    assert.deepEqual(order, ['item', 'torn down']);
    assert.equal(circuit.state, 'tornDown');
    assert.deepEqual(stage.connection.circuits, []);
    assert.equal(await far.expectEnd(), 'reset');
    assert.deepEqual(recorder.ends, []);
  });

  test('tearDown inside a worker item, with its context, settles inside that item', async () => {
    await using stage = await openStage(open);
    const { circuit } = await stage.connect();
    await stage.engine.worker.run(async (context) => {
      await stage.connection.tearDown(context);
    });
    assert.equal(circuit.state, 'tornDown');
    assert.equal(stage.clock.pendingTimers, 0);
  });

  test('a worker item that never ends keeps no circuit beyond the close deadline', async () => {
    await using stage = await openStage(open);
    const { circuit } = await stage.connect();
    void stage.engine.worker.run(async () => await new Promise<never>(() => {})).catch(() => {});
    await nextTurn();
    const tornDown = circuit.tearDown();
    stage.clock.jump(5_000);
    await tornDown;
    assert.equal(circuit.state, 'tornDown');
  });
}
