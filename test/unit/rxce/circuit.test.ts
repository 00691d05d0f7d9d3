// Circuits: how they are built, disconnected and torn down.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { deferred, nextTurn } from '../../../src/base/index.ts';
import type { WorkerContext } from '../../../src/engine/index.ts';
import {
  ntStatus,
  RXCE_CONNECTION,
  RXCE_SEND,
  RXCE_VC,
  RXCE_VC_STATE,
  RxCeIsVcValid,
  STATUS_SUCCESS,
  TDI_DISCONNECT,
} from '../../../src/rxce/index.ts';
import { connectBench, membersOf, onWorker, openRxCeBench } from '../../support/rxce-bench.ts';

const { STATUS_INVALID_PARAMETER, STATUS_INSUFFICIENT_RESOURCES, STATUS_CONNECTION_DISCONNECTED } = ntStatus;
const { TDI_DISCONNECT_ABORT, TDI_DISCONNECT_RELEASE, TDI_DISCONNECT_WAIT } = TDI_DISCONNECT;

async function turns(): Promise<void> {
  for (let turn = 0; turn < 6; turn += 1) await nextTurn();
}

test('RxCeBuildVC: adds a circuit, which is active, to a connection', async () => {
  await using bench = await openRxCeBench();
  const { rxCe, peer, client } = bench;
  const { connection, vc } = await connectBench(bench);
  const second = new RXCE_VC();
  assert.equal(await rxCe.RxCeBuildVC(second, connection), STATUS_SUCCESS);
  assert.equal(second.State, RXCE_VC_STATE.RXCE_VC_ACTIVE);
  assert.notEqual(second.hEndpoint, vc.hEndpoint);
  (await peer.accept()).send(Buffer.from('to the second'));
  await client.until(() => client.events.length === 1);
  assert.equal(client.events[0]?.pVc, second);
});

test('RxCeBuildVC: STATUS_INVALID_PARAMETER for an invalid connection, or an object in use', async () => {
  await using bench = await openRxCeBench();
  const { rxCe } = bench;
  const { connection, vc } = await connectBench(bench);
  assert.equal(await rxCe.RxCeBuildVC(vc, connection), STATUS_INVALID_PARAMETER);
  assert.equal(await rxCe.RxCeBuildVC(new RXCE_VC(), new RXCE_CONNECTION()), STATUS_INVALID_PARAMETER);
  const tornDown = rxCe.RxCeTearDownConnection(connection);
  assert.equal(await rxCe.RxCeBuildVC(new RXCE_VC(), connection), STATUS_INVALID_PARAMETER);
  await tornDown;
});

test('RxCeBuildVC: the transport’s error when it does not connect', async () => {
  await using bench = await openRxCeBench();
  const { connection } = await connectBench(bench);
  await bench.peer.close();
  assert.equal(await bench.rxCe.RxCeBuildVC(new RXCE_VC(), connection), ntStatus.STATUS_CONNECTION_REFUSED);
  assert.equal(connection.VirtualCircuitCount, 1);
});

test('RxCeInitiateVCDisconnect: only starts it: what is pending goes out, then the end, and the circuit stays', async () => {
  await using bench = await openRxCeBench();
  const { rxCe, engine, client } = bench;
  const { connection, vc, far } = await connectBench(bench);
  void rxCe.RxCeSend(vc, 0, Buffer.from('last words'), 10, 'them');
  const status = await onWorker(engine, (context) => rxCe.RxCeInitiateVCDisconnect(vc, context));
  assert.equal(status, STATUS_SUCCESS);
  assert.equal(vc.State, RXCE_VC_STATE.RXCE_VC_DISCONNECTED);
  assert.equal((await far.expect(10)).toString(), 'last words');
  assert.equal(await far.expectEnd(), 'ended');
  assert.ok(RxCeIsVcValid(vc));
  assert.equal(connection.VirtualCircuitCount, 1);
  far.end();
  assert.equal(await rxCe.RxCeTearDownVC(vc), STATUS_SUCCESS);
  assert.deepEqual(client.heard('disconnect'), []);
  assert.deepEqual(client.heard('sendComplete'), [['them', 'STATUS_SUCCESS']]);
});

test('RxCeInitiateVCDisconnect: STATUS_INVALID_PARAMETER outside the worker, with a context that is over or another engine’s', async () => {
  await using bench = await openRxCeBench();
  await using other = await openRxCeBench();
  const { rxCe, engine } = bench;
  const { vc } = await connectBench(bench);
  const kept = await onWorker(engine, (context) => context);
  for (const context of [undefined, null, {}, kept] as unknown as WorkerContext[]) {
    assert.equal(rxCe.RxCeInitiateVCDisconnect(vc, context), STATUS_INVALID_PARAMETER);
  }
  const foreign = await onWorker(other.engine, (context) => rxCe.RxCeInitiateVCDisconnect(vc, context));
  assert.equal(foreign, STATUS_INVALID_PARAMETER);
  assert.equal(vc.State, RXCE_VC_STATE.RXCE_VC_ACTIVE);
});

test('RxCeInitiateVCDisconnect: STATUS_INVALID_PARAMETER for what is no valid circuit, and for flags that are none', async () => {
  await using bench = await openRxCeBench();
  await using other = await openRxCeBench();
  const { rxCe, engine } = bench;
  const { vc, connection } = await connectBench(bench);
  const strangers = [
    new RXCE_VC(),
    Object.assign(new RXCE_VC(), vc),
    (await connectBench(other)).vc,
    connection,
    7,
    null,
  ];
  await onWorker(engine, (context) => {
    for (const stranger of strangers as RXCE_VC[]) {
      assert.equal(rxCe.RxCeInitiateVCDisconnect(stranger, context), STATUS_INVALID_PARAMETER);
    }
    for (const flags of [0, TDI_DISCONNECT_WAIT, 6, Number.NaN]) {
      assert.equal(rxCe.RxCeInitiateVCDisconnect(vc, context, flags), STATUS_INVALID_PARAMETER);
    }
  });
  assert.equal(vc.State, RXCE_VC_STATE.RXCE_VC_ACTIVE);
});

test('RxCeInitiateVCDisconnect: STATUS_INSUFFICIENT_RESOURCES when the worker’s queue is at its bound, and the circuit goes on', async () => {
  await using bench = await openRxCeBench({}, { workerBound: 2 });
  const { rxCe, engine } = bench;
  const { vc, far } = await connectBench(bench);
  const statuses = await onWorker(engine, (context) => {
    void onWorker(engine, () => undefined);
    void onWorker(engine, () => undefined);
    return [rxCe.RxCeInitiateVCDisconnect(vc, context), vc.State];
  });
  assert.deepEqual(statuses, [STATUS_INSUFFICIENT_RESOURCES, RXCE_VC_STATE.RXCE_VC_ACTIVE]);
  await rxCe.RxCeSend(vc, 0, Buffer.from('still here'), 10, null);
  await far.expect(10);
  assert.equal(await onWorker(engine, (context) => rxCe.RxCeInitiateVCDisconnect(vc, context)), STATUS_SUCCESS);
});

test('RxCeInitiateVCDisconnect: a second call does nothing, an abortive one cuts a graceful one short', async () => {
  await using bench = await openRxCeBench();
  const { rxCe, engine, client } = bench;
  const { vc, far } = await connectBench(bench);
  far.pause();
  const calls = [
    TDI_DISCONNECT_RELEASE,
    TDI_DISCONNECT_RELEASE,
    TDI_DISCONNECT_ABORT,
    TDI_DISCONNECT_ABORT,
    TDI_DISCONNECT_RELEASE,
  ];
  for (const flags of calls) {
    assert.equal(
      await onWorker(engine, (context) => rxCe.RxCeInitiateVCDisconnect(vc, context, flags)),
      STATUS_SUCCESS,
    );
  }
  assert.equal(await far.expectEnd(), 'reset');
  assert.equal(await rxCe.RxCeTearDownVC(vc), STATUS_SUCCESS);
  assert.deepEqual(client.names, []);
});

test('RxCeInitiateVCDisconnect: an abortive one is taken even while RxCeTearDownVC waits for a graceful one', async () => {
  await using bench = await openRxCeBench();
  const { rxCe, engine } = bench;
  const { vc, far } = await connectBench(bench);
  await onWorker(engine, (context) => rxCe.RxCeInitiateVCDisconnect(vc, context));
  const tornDown = rxCe.RxCeTearDownVC(vc);
  assert.equal(await far.expectEnd(), 'ended');
  const abort = (context: WorkerContext): number => rxCe.RxCeInitiateVCDisconnect(vc, context, TDI_DISCONNECT_ABORT);
  assert.equal(await onWorker(engine, abort), STATUS_SUCCESS);
  assert.equal(await tornDown, STATUS_SUCCESS);
});

test('RxCeInitiateVCDisconnect: on a circuit that is lost already it succeeds, and does nothing', async () => {
  await using bench = await openRxCeBench();
  const { rxCe, engine, client } = bench;
  const { vc, far } = await connectBench(bench);
  far.end();
  await client.until(() => client.heard('disconnect').length === 1);
  assert.equal(await onWorker(engine, (context) => rxCe.RxCeInitiateVCDisconnect(vc, context)), STATUS_SUCCESS);
  assert.equal(await rxCe.RxCeTearDownVC(vc), STATUS_SUCCESS);
});

test('PRXCE_IND_DISCONNECT: one event for a peer that closes in order, or resets, and none for an end of the client’s own', async () => {
  for (const [end, flags, status] of [
    ['end', TDI_DISCONNECT_RELEASE, STATUS_SUCCESS],
    ['reset', TDI_DISCONNECT_ABORT, ntStatus.STATUS_CONNECTION_RESET],
  ] as const) {
    await using bench = await openRxCeBench();
    const { rxCe, client } = bench;
    const { vc, far } = await connectBench(bench);
    far[end]();
    await client.until(() => client.names.length === 1);
    assert.deepEqual(client.heard('disconnect'), [[0, null, 0, null, flags]]);
    assert.equal(vc.State, RXCE_VC_STATE.RXCE_VC_DISCONNECTED);
    assert.ok(RxCeIsVcValid(vc), 'until it is torn down');
    assert.equal((await rxCe.RxCeSend(vc, 0, new Uint8Array(1), 1, null)).Status, STATUS_CONNECTION_DISCONNECTED);
    assert.equal(await rxCe.RxCeTearDownVC(vc), status);
    await turns();
    assert.deepEqual(client.names, ['disconnect']);
  }
});

test('PRXCE_IND_DISCONNECT: a peer that ends between the request and its turn on the worker is not heard', async () => {
  await using bench = await openRxCeBench();
  const { rxCe, engine, client } = bench;
  const { vc, far } = await connectBench(bench);
  await onWorker(engine, async (context) => {
    assert.equal(rxCe.RxCeInitiateVCDisconnect(vc, context), STATUS_SUCCESS);
    far.send(Buffer.from('too late'));
    far.reset();
    await turns();
  });
  await rxCe.RxCeTearDownVC(vc);
  assert.deepEqual(client.names, []);
});

test('RxCeTearDownVC: takes the circuit off its connection, which stays, and resets the object', async () => {
  await using bench = await openRxCeBench();
  const { rxCe, engine, client } = bench;
  const { connection, vc, far } = await connectBench(bench);
  const tornDown = rxCe.RxCeTearDownVC(vc);
  assert.equal(vc.State, RXCE_VC_STATE.RXCE_VC_TEARDOWN);
  assert.deepEqual(await Promise.all([tornDown, rxCe.RxCeTearDownVC(vc)]), [STATUS_SUCCESS, STATUS_SUCCESS]);
  assert.deepEqual(membersOf(vc), membersOf(new RXCE_VC()));
  assert.equal(connection.VirtualCircuitCount, 0);
  assert.deepEqual(engine.transports[0]?.addresses[0]?.connections[0]?.circuits, []);
  assert.equal(await far.expectEnd(), 'reset');
  assert.deepEqual(client.names, []);
  assert.equal(await rxCe.RxCeTearDownVC(vc), STATUS_INVALID_PARAMETER);
  assert.equal(await rxCe.RxCeBuildVC(vc, connection), STATUS_SUCCESS);
});

test('RxCeTearDownVC: right after the disconnect was initiated, in one worker item, it waits for the end of what is pending', async () => {
  await using bench = await openRxCeBench();
  const { rxCe, engine } = bench;
  const { vc, far } = await connectBench(bench);
  void rxCe.RxCeSend(vc, 0, new Uint8Array(200_000), 200_000, null);
  const inOneItem = onWorker(engine, async (context) => {
    rxCe.RxCeInitiateVCDisconnect(vc, context);
    return await rxCe.RxCeTearDownVC(vc, context);
  });
  await far.expect(200_000);
  assert.equal(await far.expectEnd(), 'ended');
  far.end();
  assert.equal(await inOneItem, STATUS_SUCCESS);
});

test('RxCeTearDownVC: the same without the context, outside the worker, and with a worker that is busy', async () => {
  await using bench = await openRxCeBench();
  const { rxCe, engine } = bench;
  const { vc, far } = await connectBench(bench);
  void rxCe.RxCeSend(vc, 0, new Uint8Array(200_000), 200_000, null);
  const busy = deferred();
  const item = onWorker(engine, async (context) => {
    rxCe.RxCeInitiateVCDisconnect(vc, context);
    await busy.promise;
  });
  await nextTurn();
  const tornDown = rxCe.RxCeTearDownVC(vc);
  await turns();
  busy.resolve();
  await item;
  await far.expect(200_000);
  far.end();
  assert.equal(await tornDown, STATUS_SUCCESS);
});

test('RxCeTearDownVC: a peer that never ends costs no more than the close deadline, and STATUS_CONNECTION_ABORTED says so', async () => {
  await using bench = await openRxCeBench({}, { closeTimeoutMs: 500 });
  const { rxCe, engine, clock } = bench;
  const { vc, far } = await connectBench(bench);
  await onWorker(engine, (context) => rxCe.RxCeInitiateVCDisconnect(vc, context));
  const tornDown = rxCe.RxCeTearDownVC(vc);
  assert.equal(await far.expectEnd(), 'ended');
  clock.jump(500);
  assert.equal(await tornDown, ntStatus.STATUS_CONNECTION_ABORTED);
});

test('RxCeTearDownVC: a worker item that waits for it without the context gets it by the close deadline', async () => {
  await using bench = await openRxCeBench({}, { closeTimeoutMs: 500 });
  const { rxCe, engine, clock } = bench;
  const { vc } = await connectBench(bench);
  const item = onWorker(engine, async (context) => {
    rxCe.RxCeInitiateVCDisconnect(vc, context);
    return await rxCe.RxCeTearDownVC(vc);
  });
  await turns();
  clock.jump(500);
  assert.equal(await item, STATUS_SUCCESS);
});

test('RxCeTearDownVC: over an engine that was closed meanwhile it succeeds; sends are refused, and nothing was heard', async () => {
  await using bench = await openRxCeBench();
  const { rxCe, engine, client } = bench;
  const { vc } = await connectBench(bench);
  const sending = rxCe.RxCeSend(vc, RXCE_SEND.RXCE_SEND_SYNCHRONOUS, new Uint8Array(9), 9, null);
  await engine.close();
  assert.equal((await sending).Status, STATUS_CONNECTION_DISCONNECTED);
  assert.equal((await rxCe.RxCeSend(vc, 0, new Uint8Array(1), 1, null)).Status, STATUS_CONNECTION_DISCONNECTED);
  assert.equal(await rxCe.RxCeTearDownVC(vc), STATUS_SUCCESS);
  assert.deepEqual(client.names, []);
});
