// Sends: their options, their ends, and what refuses them.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { nextTurn } from '../../../src/base/index.ts';
import { ntStatus, RXCE_CONNECTION, RXCE_SEND, RXCE_VC, STATUS_SUCCESS } from '../../../src/rxce/index.ts';
import { connectBench, eventContext, onWorker, openRxCeBench } from '../../support/rxce-bench.ts';

const {
  RXCE_SEND_SYNCHRONOUS,
  RXCE_SEND_PARTIAL,
  RXCE_SEND_EXPEDITED,
  RXCE_SEND_NO_RESPONSE_EXPECTED,
  RXCE_SEND_NON_BLOCKING,
} = RXCE_SEND;
const {
  STATUS_INVALID_PARAMETER,
  STATUS_CONNECTION_DISCONNECTED,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_DEVICE_NOT_READY,
} = ntStatus;

const hello = [Buffer.from('hel'), Buffer.from('lo')];

test('RxCeSend: submitted at once; the end comes by the send-complete handler, with the context of the send', async () => {
  await using bench = await openRxCeBench();
  const { rxCe, client } = bench;
  const { vc, far } = await connectBench(bench);
  client.isInCall = true;
  const sending = rxCe.RxCeSend(vc, 0, hello, 5, 'first');
  client.isInCall = false;
  assert.deepEqual(await sending, { Status: STATUS_SUCCESS, BytesSent: 5 });
  await client.until(() => client.heard('sendComplete').length === 1);
  assert.equal((await far.expect(5)).toString(), 'hello');
  assert.deepEqual(client.names, ['sendSubmitted', 'sendComplete']);
  assert.deepEqual(client.heard('sendSubmitted'), [['first', 'STATUS_SUCCESS']]);
  assert.deepEqual(client.heard('sendComplete'), [['first', 'STATUS_SUCCESS']]);
  assert.deepEqual([...client.contexts, client.reentries], [eventContext, 0]);
});

test('RxCeSend: sends end in their order, one end each', async () => {
  await using bench = await openRxCeBench();
  const { rxCe, client } = bench;
  const { vc, far } = await connectBench(bench);
  for (let id = 1; id <= 20; id += 1)
    void rxCe.RxCeSend(vc, 0, new Uint8Array(id === 7 ? 0 : id * 1000), id === 7 ? 0 : id * 1000, id);
  await far.expect(203_000);
  await client.until(() => client.heard('sendComplete').length === 20);
  assert.deepEqual(
    client.heard('sendComplete').map(([id]) => id),
    Array.from({ length: 20 }, (_, index) => index + 1),
  );
});

test('RxCeSend: nothing at all is sent, and ends, too', async () => {
  await using bench = await openRxCeBench();
  const { rxCe, client } = bench;
  const { vc } = await connectBench(bench);
  assert.deepEqual(await rxCe.RxCeSend(vc, 0, [], 0, 'nothing'), { Status: STATUS_SUCCESS, BytesSent: 0 });
  await client.until(() => client.heard('sendComplete').length === 1);
  assert.deepEqual(client.names, ['sendSubmitted', 'sendComplete']);
  const waited = await rxCe.RxCeSend(vc, RXCE_SEND_SYNCHRONOUS, new Uint8Array(0), 0, null);
  assert.equal(waited.Status, STATUS_SUCCESS);
});

test('RXCE_SEND_SYNCHRONOUS: settles with the end of the send, of which no handler hears', async () => {
  await using bench = await openRxCeBench();
  const { rxCe, client } = bench;
  const { vc, far } = await connectBench(bench);
  far.pause();
  let isSettled = false;
  const sending = rxCe
    .RxCeSend(vc, RXCE_SEND_SYNCHRONOUS, new Uint8Array(300_000), 300_000, 'ignored')
    .then((answer) => {
      isSettled = true;
      return answer;
    });
  for (let turn = 0; turn < 5; turn += 1) await nextTurn();
  assert.equal(isSettled, false);
  far.resume();
  await far.expect(300_000);
  assert.deepEqual(await sending, { Status: STATUS_SUCCESS, BytesSent: 300_000 });
  assert.deepEqual(client.names, []);
});

test('RXCE_SEND_SYNCHRONOUS: STATUS_CONNECTION_DISCONNECTED when the circuit goes first', async () => {
  await using bench = await openRxCeBench();
  const { rxCe } = bench;
  const { vc, far } = await connectBench(bench);
  far.pause();
  const sending = rxCe.RxCeSend(vc, RXCE_SEND_SYNCHRONOUS, new Uint8Array(300_000), 300_000, null);
  await nextTurn();
  far.reset();
  assert.deepEqual(await sending, { Status: STATUS_CONNECTION_DISCONNECTED, BytesSent: 0 });
});

test('RXCE_SEND_PARTIAL: the first SendLength bytes of the memory; without it the length is that of the memory', async () => {
  await using bench = await openRxCeBench();
  const { rxCe } = bench;
  const { vc, far } = await connectBench(bench);
  assert.deepEqual(await rxCe.RxCeSend(vc, RXCE_SEND_PARTIAL, hello, 4, null), {
    Status: STATUS_SUCCESS,
    BytesSent: 4,
  });
  assert.equal((await far.expect(4)).toString(), 'hell');
  const misfits = [
    [RXCE_SEND_PARTIAL, hello, 6],
    [0, hello, 4],
    [0, hello, 6],
    [0, hello, -1],
    [0, hello, 4.5],
    [0, 'hello', 5],
    [0, [1, 2], 2],
    [-1, hello, 5],
    [0x01000000, hello, 5],
    [0x80000000, hello, 5],
    [0x1_0000_0000, hello, 5],
    [undefined, hello, 5],
  ] as unknown as [number, Uint8Array, number][];
  for (const [options, memory, length] of misfits) {
    const answer = await rxCe.RxCeSend(vc, options, memory, length, null);
    assert.deepEqual(answer, { Status: STATUS_INVALID_PARAMETER, BytesSent: 0 });
  }
});

test('RXCE_SEND_EXPEDITED: a stream has nothing ahead of its order, and sends it in turn; so with RXCE_SEND_NO_RESPONSE_EXPECTED', async () => {
  await using bench = await openRxCeBench();
  const { rxCe } = bench;
  const { vc, far } = await connectBench(bench);
  await rxCe.RxCeSend(vc, 0, Buffer.from('first '), 6, null);
  await rxCe.RxCeSend(vc, RXCE_SEND_EXPEDITED | RXCE_SEND_NO_RESPONSE_EXPECTED, Buffer.from('second'), 6, null);
  assert.equal((await far.expect(12)).toString(), 'first second');
});

test('RXCE_SEND_NON_BLOCKING: takes what fits, or nothing with STATUS_DEVICE_NOT_READY, until PRXCE_IND_SEND_POSSIBLE', async () => {
  await using bench = await openRxCeBench({}, { highWaterMark: 1000 });
  const { rxCe, client } = bench;
  const { vc, far } = await connectBench(bench);
  far.pause();
  const memory = new Uint8Array(700).fill(1);
  const send = async (): Promise<unknown> => await rxCe.RxCeSend(vc, RXCE_SEND_NON_BLOCKING, memory, 700, null);
  assert.deepEqual(await send(), { Status: STATUS_SUCCESS, BytesSent: 700 });
  assert.deepEqual(await send(), { Status: STATUS_SUCCESS, BytesSent: 300 });
  assert.deepEqual(await send(), { Status: STATUS_DEVICE_NOT_READY, BytesSent: 0 });
  memory.fill(2); // the memory is the caller's again: what was taken is a copy
  far.resume();
  assert.deepEqual([...new Set(await far.expect(1000))], [1]);
  await client.until(() => client.heard('sendPossible').length === 1);
  assert.deepEqual(client.heard('sendPossible'), [[1000]]);
  assert.equal(client.heard('sendComplete').length, 2);
});

test('RxCeSend: STATUS_CONNECTION_DISCONNECTED on a circuit that is none, torn down, being disconnected or lost', async () => {
  await using bench = await openRxCeBench();
  const { rxCe, engine, client } = bench;
  const { connection, vc, far: own } = await connectBench(bench);
  const { vc: lost, far } = await connectBench(bench);
  const send = async (to: unknown): Promise<number> => (await rxCe.RxCeSend(to as RXCE_VC, 0, hello, 5, null)).Status;
  for (const stranger of [new RXCE_VC(), new RXCE_CONNECTION(), null, 'vc', Object.assign(new RXCE_VC(), vc)]) {
    assert.equal(await send(stranger), STATUS_CONNECTION_DISCONNECTED);
  }
  far.end();
  await client.until(() => client.heard('disconnect').length === 1);
  assert.equal(await send(lost), STATUS_CONNECTION_DISCONNECTED);
  await onWorker(engine, async (context) => {
    rxCe.RxCeInitiateVCDisconnect(vc, context);
    assert.equal(await send(vc), STATUS_CONNECTION_DISCONNECTED);
  });
  own.end();
  await rxCe.RxCeTearDownConnection(connection);
  assert.equal(await send(vc), STATUS_CONNECTION_DISCONNECTED);
});

test('RxCeSend: STATUS_CONNECTION_DISCONNECTED on a circuit whose connection is invalid', async () => {
  await using bench = await openRxCeBench();
  const { vc, connection } = await connectBench(bench);
  const { Signature } = connection;
  connection.Signature = 0;
  const { Status } = await bench.rxCe.RxCeSend(vc, 0, hello, 5, null);
  connection.Signature = Signature;
  assert.equal(Status, STATUS_CONNECTION_DISCONNECTED);
});

test('RxCeSend: what was accepted and did not leave ends with STATUS_CONNECTION_DISCONNECTED, before the disconnect event', async () => {
  await using bench = await openRxCeBench();
  const { rxCe, client } = bench;
  const { vc, far } = await connectBench(bench);
  far.pause();
  for (const id of [1, 2]) await rxCe.RxCeSend(vc, 0, new Uint8Array(300_000), 300_000, id);
  await nextTurn();
  far.reset();
  await client.until(() => client.heard('disconnect').length === 1);
  assert.deepEqual(client.names, ['sendSubmitted', 'sendSubmitted', 'sendComplete', 'sendComplete', 'disconnect']);
  assert.deepEqual(client.heard('sendComplete'), [
    [1, 'STATUS_CONNECTION_DISCONNECTED'],
    [2, 'STATUS_CONNECTION_DISCONNECTED'],
  ]);
});

test('RxCeSend: STATUS_INSUFFICIENT_RESOURCES beyond the bound of sends under way', async () => {
  await using bench = await openRxCeBench({ sendBound: 2 });
  const { rxCe, client } = bench;
  const { vc, far } = await connectBench(bench);
  const statuses = [1, 2, 3].map(async (id) => (await rxCe.RxCeSend(vc, 0, hello, 5, id)).Status);
  assert.deepEqual(await Promise.all(statuses), [STATUS_SUCCESS, STATUS_SUCCESS, STATUS_INSUFFICIENT_RESOURCES]);
  await far.expect(10);
  await client.until(() => client.heard('sendComplete').length === 2);
  assert.equal((await rxCe.RxCeSend(vc, 0, hello, 5, 4)).Status, STATUS_SUCCESS);
});
