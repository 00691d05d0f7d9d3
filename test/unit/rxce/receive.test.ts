// Receive events: what is taken, what is left over, buffers that are handed over, and refusals.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { nextTurn } from '../../../src/base/index.ts';
import { ntStatus, RXCE_CONNECTION, RXCE_VC, STATUS_SUCCESS, TDI_DISCONNECT } from '../../../src/rxce/index.ts';
import { connectBench, eventContext, openRxCeBench } from '../../support/rxce-bench.ts';

/** Lets a few turns of the event loop go by, in which nothing is to happen. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 6; turn += 1) await nextTurn();
}

const { STATUS_MORE_PROCESSING_REQUIRED, STATUS_DATA_NOT_ACCEPTED } = ntStatus;

test('PRXCE_IND_RECEIVE: STATUS_SUCCESS takes BytesTaken of Tsdu, with the event context and the circuit', async () => {
  await using bench = await openRxCeBench();
  const { vc, far } = await connectBench(bench);
  far.send(Buffer.from('hello'));
  await bench.client.until(() => bench.client.bytes.length === 5);
  assert.equal(bench.client.bytes.toString(), 'hello');
  assert.deepEqual(bench.client.heard('receive'), [[0, 5, 5]]);
  assert.deepEqual([...bench.client.contexts], [eventContext]);
  assert.equal(bench.client.events[0]?.pVc, vc);
});

test('PRXCE_IND_RECEIVE: what is not taken is kept, and indicated with the next arrival', async () => {
  await using bench = await openRxCeBench();
  const { far } = await connectBench(bench);
  const { client } = bench;
  client.onReceive = (tsdu) => ({ Status: STATUS_SUCCESS, BytesTaken: tsdu.length - (tsdu.length % 4) });
  far.send(Buffer.from('abcdef'));
  await client.until(() => client.bytes.length === 4);
  await turns();
  far.send(Buffer.from('gh'));
  await client.until(() => client.bytes.length === 8);
  assert.equal(client.bytes.toString(), 'abcdefgh');
  assert.deepEqual(client.heard('receive'), [
    [0, 6, 6],
    [0, 4, 4],
  ]);
});

test('PRXCE_IND_RECEIVE: no event indicates more than the lookahead; BytesAvailable tells what there is', async () => {
  await using bench = await openRxCeBench({ lookaheadLength: 4 });
  const { far } = await connectBench(bench);
  const { client } = bench;
  client.onReceive = (tsdu) => ({ Status: STATUS_SUCCESS, BytesTaken: Math.min(3, tsdu.length) });
  far.send(Buffer.from('abcdefgh'));
  await client.until(() => client.bytes.length === 8);
  assert.deepEqual(client.heard('receive'), [
    [0, 4, 8],
    [0, 4, 5],
    [0, 2, 2],
  ]);
  assert.equal(client.bytes.toString(), 'abcdefgh');
});

test('PRXCE_IND_RECEIVE: nothing taken of a full lookahead pauses the circuit, and indicateAgain lets it go on', async () => {
  await using bench = await openRxCeBench({ lookaheadLength: 4 });
  const { vc, far } = await connectBench(bench);
  const { client, rxCe } = bench;
  client.onReceive = () => ({ Status: STATUS_SUCCESS, BytesTaken: 0 });
  far.send(Buffer.from('abcd'));
  await client.until(() => client.events.length === 1);
  far.send(Buffer.from('ef'));
  await turns();
  assert.equal(client.events.length, 1);
  client.onReceive = (tsdu) => ({ Status: STATUS_SUCCESS, BytesTaken: tsdu.length });
  assert.equal(rxCe.indicateAgain(vc), STATUS_SUCCESS);
  assert.equal(client.events.length, 1, 'not inside the call');
  await client.until(() => client.bytes.length === 6);
  assert.equal(client.bytes.toString(), 'abcdef');
});

test('PRXCE_IND_RECEIVE: STATUS_DATA_NOT_ACCEPTED stops the circuit with nothing lost, the end of the peer included', async () => {
  await using bench = await openRxCeBench();
  const { vc, far } = await connectBench(bench);
  const { client, rxCe } = bench;
  client.onReceive = () => ({ Status: STATUS_DATA_NOT_ACCEPTED });
  far.send(Buffer.from('abc'));
  await client.until(() => client.events.length === 1);
  far.send(Buffer.from('def'));
  far.end();
  await turns();
  assert.deepEqual(client.names, ['receive']);
  client.onReceive = (tsdu) => ({ Status: STATUS_SUCCESS, BytesTaken: tsdu.length });
  rxCe.indicateAgain(vc);
  await client.until(() => client.heard('disconnect').length === 1);
  assert.equal(client.bytes.toString(), 'abcdef');
  assert.deepEqual(client.heard('disconnect'), [[0, null, 0, null, TDI_DISCONNECT.TDI_DISCONNECT_RELEASE]]);
});

test('PRXCE_IND_DATA_READY: a buffer takes the rest, and what comes, before anything else is indicated', async () => {
  await using bench = await openRxCeBench();
  const { vc, far } = await connectBench(bench);
  const { client } = bench;
  const buffer = [new Uint8Array(3), new Uint8Array(7)];
  client.onReceive = (tsdu) =>
    client.heard('receive').length === 1
      ? { Status: STATUS_MORE_PROCESSING_REQUIRED, BytesTaken: 2, pDataBufferPointer: buffer, pDataBufferSize: 8 }
      : { Status: STATUS_SUCCESS, BytesTaken: tsdu.length };
  far.send(Buffer.from('abcdef'));
  await client.until(() => client.events.length === 1);
  await turns();
  assert.equal(vc.pReceiveMdl, buffer);
  assert.deepEqual(client.names, ['receive']);
  far.send(Buffer.from('ghijklm'));
  await client.until(() => client.bytes.length === 3);
  assert.deepEqual(client.names, ['receive', 'dataReady', 'receive']);
  assert.deepEqual(client.heard('dataReady'), [[buffer, 8, 'STATUS_SUCCESS']]);
  assert.equal(Buffer.concat(buffer).toString(), 'cdefghij\0\0');
  assert.equal(client.bytes.toString(), 'klm');
  assert.equal(vc.pReceiveMdl, null);
});

test('PRXCE_IND_DATA_READY: large buffers are read to in place, and hold the same bytes', async () => {
  await using bench = await openRxCeBench();
  const { far } = await connectBench(bench);
  const { client } = bench;
  const sent = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
  const buffer = new Uint8Array(299_990);
  client.onReceive = (tsdu) =>
    client.heard('receive').length === 1
      ? { Status: STATUS_MORE_PROCESSING_REQUIRED, BytesTaken: 5, pDataBufferPointer: buffer }
      : { Status: STATUS_SUCCESS, BytesTaken: tsdu.length };
  far.send(sent);
  await client.until(() => client.bytes.length === 5);
  assert.ok(sent.subarray(5, -5).equals(buffer));
  assert.ok(client.bytes.equals(sent.subarray(-5)));
});

test('PRXCE_IND_DATA_READY: a buffer that is not full when the circuit goes comes back, before the disconnect', async () => {
  await using bench = await openRxCeBench();
  const { far } = await connectBench(bench);
  const { client } = bench;
  const buffer = new Uint8Array(100);
  client.onReceive = () => ({ Status: STATUS_MORE_PROCESSING_REQUIRED, pDataBufferPointer: buffer });
  far.send(Buffer.from('abc'));
  await client.until(() => client.events.length === 1);
  far.end();
  await client.until(() => client.heard('disconnect').length === 1);
  assert.deepEqual(client.names, ['receive', 'dataReady', 'disconnect']);
  assert.deepEqual(client.heard('dataReady'), [[buffer, 3, 'STATUS_CONNECTION_DISCONNECTED']]);
});

test('PRXCE_IND_DATA_READY: a buffer comes back when the client itself takes the circuit down', async () => {
  await using bench = await openRxCeBench();
  const { vc, far } = await connectBench(bench);
  const { client, rxCe } = bench;
  client.onReceive = () => ({ Status: STATUS_MORE_PROCESSING_REQUIRED, pDataBufferPointer: new Uint8Array(9) });
  far.send(Buffer.from('abc'));
  await client.until(() => client.events.length === 1);
  assert.equal(await rxCe.RxCeTearDownVC(vc), STATUS_SUCCESS);
  assert.deepEqual(client.names, ['receive', 'dataReady']);
});

test('PRXCE_IND_CONNECTION_ERROR: an answer that does not fit is told, and refuses the data', async () => {
  const misfits = [
    { Status: STATUS_SUCCESS, BytesTaken: 4 },
    { Status: STATUS_SUCCESS, BytesTaken: -1 },
    { Status: STATUS_SUCCESS, BytesTaken: 0.5 },
    { Status: STATUS_MORE_PROCESSING_REQUIRED },
    { Status: STATUS_MORE_PROCESSING_REQUIRED, pDataBufferPointer: new Uint8Array(0) },
    { Status: STATUS_MORE_PROCESSING_REQUIRED, pDataBufferPointer: new Uint8Array(2), pDataBufferSize: 3 },
    { Status: Number.NaN },
  ];
  for (const misfit of misfits) {
    await using bench = await openRxCeBench();
    const { vc, far } = await connectBench(bench);
    const { client, rxCe } = bench;
    client.onReceive = () => misfit;
    far.send(Buffer.from('abc'));
    await client.until(() => client.heard('error').length === 1);
    assert.deepEqual(client.heard('error'), [['STATUS_INVALID_PARAMETER']]);
    client.onReceive = (tsdu) => ({ Status: STATUS_SUCCESS, BytesTaken: tsdu.length });
    client.taken.length = 0;
    rxCe.indicateAgain(vc);
    await client.until(() => client.bytes.length === 3);
  }
});

test('PRXCE_IND_RECEIVE: without a handler the bytes are dropped, and the end is heard', async () => {
  await using bench = await openRxCeBench();
  const { rxCe, address, information, client, peer } = bench;
  const [connection, vc] = [new RXCE_CONNECTION(), new RXCE_VC()];
  const { RxCeDisconnectEventHandler } = client.handler;
  await rxCe.RxCeBuildConnection(
    address,
    information,
    { RxCeDisconnectEventHandler: RxCeDisconnectEventHandler ?? null },
    1,
    connection,
    vc,
  );
  const far = await peer.accept();
  far.send(Buffer.from('abc'));
  far.end();
  await client.until(() => client.names.length > 0);
  assert.deepEqual(client.names, ['disconnect']);
});
