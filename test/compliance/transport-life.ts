// Building and tearing down, over any transport.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { channels } from '../../src/base/index.ts';
import { CircuitRecorder } from '../support/circuit-recorder.ts';
import { exchangeByte, type OpenTransport, openStage, pattern } from './transport-under-test.ts';

export function circuitLifeTests(open: OpenTransport): void {
  test('a circuit knows both of its ends and has an id of its own', async () => {
    await using stage = await openStage(open);
    const one = await stage.connect();
    const two = await stage.connect();
    assert.equal(one.circuit.remote.port, stage.peer.port);
    assert.notEqual(one.circuit.local.port, two.circuit.local.port);
    assert.notEqual(one.circuit.id, two.circuit.id);
    assert.equal(one.circuit.state, 'active');
    assert.deepEqual(stage.connection.circuits, [one.circuit, two.circuit]);
  });

  test('a refused connect rejects with ISCSI_CONNECT_FAILED, the address and the cause', async () => {
    await using stage = await openStage(open);
    await stage.peer.close();
    await assert.rejects(stage.connection.buildCircuit({ handlers: new CircuitRecorder() }), (error: Error) => {
      assert.equal((error as Error & { code: string }).code, 'ISCSI_CONNECT_FAILED');
      assert.match((error as Error & { address: string }).address, new RegExp(`:${stage.peer.port}$`));
      assert.equal((error.cause as NodeJS.ErrnoException).code, 'ECONNREFUSED');
      return true;
    });
  });

  test('an abort ends the connect with the signal’s own reason and leaves nothing behind', async () => {
    await using stage = await openStage(open);
    const reason = new Error('changed my mind');
    const abort = new AbortController();
    const connecting = stage.connection.buildCircuit({ handlers: new CircuitRecorder(), signal: abort.signal });
    abort.abort(reason);
    await assert.rejects(connecting, reason);
    assert.deepEqual(stage.connection.circuits, []);
    assert.equal(stage.clock.pendingTimers, 0);
  });

  test('an abort after the connect does nothing to the circuit', async () => {
    await using stage = await openStage(open);
    const abort = new AbortController();
    const { circuit, far } = await stage.connect({ signal: abort.signal });
    abort.abort();
    circuit.send([pattern(10)]);
    assert.deepEqual(new Uint8Array(await far.expect(10)), pattern(10));
  });

  test('teardown of the connection ends a connect under way with ISCSI_CLOSED', async () => {
    await using stage = await openStage(open);
    const connecting = stage.connection.buildCircuit({ handlers: new CircuitRecorder() });
    const tornDown = stage.connection.tearDown();
    await assert.rejects(connecting, { code: 'ISCSI_CLOSED' });
    await tornDown;
    await assert.rejects(stage.connection.buildCircuit({ handlers: new CircuitRecorder() }), {
      code: 'ISCSI_WRONG_STATE',
    });
  });

  test('closing the engine tears down transports, addresses, connections and circuits, without an event', async () => {
    await using stage = await openStage(open);
    const connected = await stage.connect();
    await exchangeByte(connected);
    const { circuit, far, recorder } = connected;
    const [transport] = stage.engine.transports;
    const [address] = transport!.addresses;
    await stage.engine.close();
    assert.equal(circuit.state, 'tornDown');
    assert.deepEqual(
      [stage.engine.transports, transport!.addresses, address!.connections, stage.connection.circuits],
      [[], [], [], []],
    );
    assert.deepEqual(recorder.ends, []);
    assert.equal(await far.expectEnd(), 'reset');
    assert.equal(stage.clock.pendingTimers, 0);
    assert.throws(() => address!.buildConnection(stage.peer), { code: 'ISCSI_WRONG_STATE' });
    assert.throws(() => transport!.buildAddress(), { code: 'ISCSI_WRONG_STATE' });
    await assert.rejects(
      stage.engine.worker.run(() => {}),
      { code: 'ISCSI_CLOSED' },
    );
  });

  test('the diagnostics channels tell of connect, bytes both ways and close', async () => {
    await using stage = await openStage(open);
    const told: [string, number | undefined][] = [];
    const note =
      (what: string) =>
      (message: { circuitId: number; pieces?: readonly Uint8Array[] }): void => {
        told.push([what, message.pieces?.reduce((sum, piece) => sum + piece.length, 0)]);
      };
    const { circuitConnected, circuitBytesSent, circuitBytesReceived, circuitClosed } = channels;
    const listeners = [note('connected'), note('sent'), note('received'), note('closed')] as const;
    circuitConnected.subscribe(listeners[0]);
    circuitBytesSent.subscribe(listeners[1]);
    circuitBytesReceived.subscribe(listeners[2]);
    circuitClosed.subscribe(listeners[3]);
    try {
      const { circuit, far, recorder } = await stage.connect();
      circuit.send([pattern(48), pattern(100)]);
      await far.expect(148);
      far.send(pattern(7));
      await recorder.until(() => recorder.receivedLength === 7);
      await circuit.tearDown();
    } finally {
      circuitConnected.unsubscribe(listeners[0]);
      circuitBytesSent.unsubscribe(listeners[1]);
      circuitBytesReceived.unsubscribe(listeners[2]);
      circuitClosed.unsubscribe(listeners[3]);
    }
    assert.deepEqual(told, [
      ['connected', undefined],
      ['sent', 148],
      ['received', 7],
      ['closed', undefined],
    ]);
  });
}
