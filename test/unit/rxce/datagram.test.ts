// Datagrams: sending them, the events of those that come, and a port that fails.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { deferred, nextTurn } from '../../../src/base/index.ts';
import { Engine } from '../../../src/engine/index.ts';
import {
  addressText,
  encodeTransportAddress,
  ntStatus,
  openRxCe,
  type ReceiveAnswer,
  RXCE_ADDRESS,
  RXCE_CONNECTION,
  RXCE_SEND,
  RXCE_TRANSPORT,
  RXCE_VC,
  type RxCe,
  type RxCeOptions,
  STATUS_SUCCESS,
} from '../../../src/rxce/index.ts';
import { DatagramDriver } from '../../support/datagram-driver.ts';
import { informationFor, routine } from '../../support/rxce-bench.ts';

const { STATUS_INVALID_PARAMETER, STATUS_INSUFFICIENT_RESOURCES, STATUS_MORE_PROCESSING_REQUIRED } = ntStatus;

const to = informationFor({ host: '192.0.2.9', port: 1812 });

/** A port, and everything that its client heard. */
interface Bench extends AsyncDisposable {
  readonly driver: DatagramDriver;
  readonly rxCe: RxCe;
  readonly transport: RXCE_TRANSPORT;
  readonly address: RXCE_ADDRESS;
  readonly heard: (readonly unknown[])[];
  answer: ReceiveAnswer;
}

async function bench(options: Partial<RxCeOptions> = {}): Promise<Bench> {
  const driver = new DatagramDriver();
  const engine = new Engine();
  const rxCe = openRxCe({ engine, transports: { udp: driver }, ...options });
  const [transport, address] = [new RXCE_TRANSPORT(), new RXCE_ADDRESS()];
  const heard: (readonly unknown[])[] = [];
  const stage: Bench = {
    driver,
    rxCe,
    transport,
    address,
    heard,
    answer: { Status: STATUS_SUCCESS },
    [Symbol.asyncDispose]: async () => {
      await engine.close();
    },
  };
  rxCe.RxCeBuildTransport(transport, 'udp', 0);
  const handler = {
    RxCeErrorEventHandler: (...given: unknown[]) => heard.push(['error', ...given]),
    RxCeReceiveDatagramEventHandler: (...given: unknown[]) => {
      heard.push(['receive', ...given]);
      return stage.answer;
    },
    RxCeDataReadyEventHandler: (...given: unknown[]) => heard.push(['dataReady', ...given]),
    RxCeSendCompleteEventHandler: (...given: unknown[]) => heard.push(['sendComplete', ...given]),
  };
  const at = encodeTransportAddress({ host: '192.0.2.1', port: 0 });
  assert.equal(await rxCe.RxCeBuildAddress(address, transport, at, handler, 'mine'), STATUS_SUCCESS);
  return stage;
}

test('RxCeBuildAddress: over a transport that has datagrams it is a port, and tells which', async () => {
  await using stage = await bench();
  assert.deepEqual(addressText(stage.address.pTransportAddress!), { host: '192.0.2.1', port: 50_000 });
  assert.deepEqual(stage.driver.ports[0]?.binding, { localAddress: '192.0.2.1' });
  const other = new RXCE_ADDRESS();
  const at = encodeTransportAddress({ host: '::', port: 1234 });
  assert.equal(await stage.rxCe.RxCeBuildAddress(other, stage.transport, at, {}, null), STATUS_SUCCESS);
  assert.deepEqual([stage.driver.ports[1]?.binding, stage.driver.ports[1]?.port], [{ family: 6 }, 1234]);
  assert.equal(await stage.rxCe.RxCeTearDownAddress(other), STATUS_SUCCESS);
  assert.equal(stage.driver.ports[1]?.isClosed, true);
});

test('RxCeBuildAddress: STATUS_INSUFFICIENT_RESOURCES where the port cannot be had, and nothing is left behind', async () => {
  await using stage = await bench();
  stage.driver.opening = Promise.reject(new Error('EADDRINUSE'));
  const address = new RXCE_ADDRESS();
  const at = encodeTransportAddress({ host: '', port: 7 });
  const status = await stage.rxCe.RxCeBuildAddress(address, stage.transport, at, {}, null);
  assert.deepEqual([status, address.Signature], [STATUS_INSUFFICIENT_RESOURCES, 0]);
});

test('RxCeBuildAddress: a transport that is torn down meanwhile is STATUS_INVALID_PARAMETER, and the port is closed', async () => {
  await using stage = await bench();
  const opening = deferred();
  stage.driver.opening = opening.promise;
  const address = new RXCE_ADDRESS();
  const at = encodeTransportAddress({ host: '', port: 7 });
  const building = stage.rxCe.RxCeBuildAddress(address, stage.transport, at, {}, null);
  const tornDown = stage.rxCe.RxCeTearDownTransport(stage.transport);
  await nextTurn();
  opening.resolve();
  assert.deepEqual(await Promise.all([building, tornDown]), [STATUS_INVALID_PARAMETER, STATUS_SUCCESS]);
  assert.deepEqual(
    stage.driver.ports.map(({ isClosed }) => isClosed),
    [true, true],
  );
});

test('RxCeSendDatagram: never waits, whatever the options, and tells of the end by the handler of the address', async () => {
  await using stage = await bench();
  const { rxCe, address, driver, heard } = stage;
  const options = RXCE_SEND.RXCE_SEND_SYNCHRONOUS | RXCE_SEND.RXCE_SEND_PARTIAL;
  const memory = [Buffer.from('abc'), Buffer.from('def')];
  assert.equal(rxCe.RxCeSendDatagram(address, to, options, memory, 4, 'first'), STATUS_SUCCESS);
  assert.deepEqual(heard, []);
  await nextTurn();
  assert.deepEqual(driver.sent, [{ bytes: Buffer.from('abcd'), remote: { host: '192.0.2.9', port: 1812 } }]);
  assert.deepEqual(heard, [['sendComplete', 'mine', 'first', STATUS_SUCCESS]]);
});

test('RxCeSendDatagram: a send that the system refuses ends with its status', async () => {
  await using stage = await bench();
  const { rxCe, address, driver, heard } = stage;
  const refused = deferred();
  driver.sending = refused.promise;
  rxCe.RxCeSendDatagram(address, to, 0, Buffer.from('x'), 1, 'lost');
  refused.reject(Object.assign(new Error('send ENETUNREACH'), { code: 'ENETUNREACH' }));
  await nextTurn();
  assert.deepEqual(heard, [['sendComplete', 'mine', 'lost', ntStatus.STATUS_NETWORK_UNREACHABLE]]);
});

test('RxCeSendDatagram: STATUS_INVALID_PARAMETER for what is no address, has no datagrams, goes nowhere or is too long', async () => {
  await using stage = await bench();
  const { rxCe, address } = stage;
  const [tcp, circuits] = [new RXCE_TRANSPORT(), new RXCE_ADDRESS()];
  rxCe.RxCeBuildTransport(tcp, '\\Device\\Tcp', 0);
  await rxCe.RxCeBuildAddress(circuits, tcp, encodeTransportAddress({ host: '', port: 0 }), {}, null);
  const send = routine(rxCe, 'RxCeSendDatagram');
  const x = Buffer.from('x');
  const refused: unknown[][] = [
    [new RXCE_ADDRESS(), to, 0, x, 1, null],
    [circuits, to, 0, x, 1, null],
    [address, {}, 0, x, 1, null],
    [address, to, 0, x, 2, null],
    [address, to, 0, new Uint8Array(65_508), 65_508, null],
    [address, to, 0x40000000, x, 1, null],
    [address, to, 0, 'x', 1, null],
  ];
  for (const given of refused) assert.equal(send(...given), STATUS_INVALID_PARAMETER);
});

test('RxCeSendDatagram: STATUS_INSUFFICIENT_RESOURCES when as many as may wait do', async () => {
  await using stage = await bench({ sendBound: 2 });
  const { rxCe, address, driver } = stage;
  const waiting = deferred();
  driver.sending = waiting.promise;
  const statuses = [1, 2, 3].map((id) => rxCe.RxCeSendDatagram(address, to, 0, Buffer.from('x'), 1, id));
  assert.deepEqual(statuses, [STATUS_SUCCESS, STATUS_SUCCESS, STATUS_INSUFFICIENT_RESOURCES]);
  waiting.resolve();
  await nextTurn();
  assert.equal(rxCe.RxCeSendDatagram(address, to, 0, Buffer.from('x'), 1, 4), STATUS_SUCCESS);
});

test('PRXCE_IND_RECEIVE_DATAGRAM: a datagram with its source; what is not taken of it is dropped', async () => {
  await using stage = await bench();
  const { driver, heard } = stage;
  stage.answer = { Status: STATUS_SUCCESS, BytesTaken: 2 };
  const bytes = Buffer.from('abcdef');
  driver.ports[0]?.events.received(bytes, { address: '2001:db8::7', port: 99 });
  driver.ports[0]?.events.received(bytes, { address: '192.0.2.7', port: 99 });
  const source = encodeTransportAddress({ host: '2001:db8::7', port: 99 });
  assert.deepEqual(heard[0], ['receive', 'mine', source.length, source, 0, null, 0, 6, 6, bytes]);
  driver.ports[0]?.events.received(bytes, { address: 'fe80::7%gone0', port: 99 });
  assert.deepEqual(heard[2]?.[3], encodeTransportAddress({ host: 'fe80::7', port: 99 }));
});

test('PRXCE_IND_RECEIVE_DATAGRAM: a buffer takes the rest of its datagram, and comes back at once', async () => {
  await using stage = await bench();
  const { driver, heard } = stage;
  for (const [length, copied, status] of [
    [10, 4, STATUS_SUCCESS],
    [3, 3, ntStatus.STATUS_BUFFER_OVERFLOW],
  ] as const) {
    const buffer = new Uint8Array(length);
    stage.answer = { Status: STATUS_MORE_PROCESSING_REQUIRED, BytesTaken: 2, pDataBufferPointer: buffer };
    driver.ports[0]?.events.received(Buffer.from('abcdef'), { address: '192.0.2.7', port: 99 });
    assert.deepEqual(heard.at(-1), ['dataReady', 'mine', buffer, copied, status]);
    assert.equal(Buffer.from(buffer).toString('latin1').slice(0, copied), 'cdef'.slice(0, copied));
  }
});

test('PRXCE_IND_RECEIVE_DATAGRAM: refused, or answered with nonsense, it is dropped', async () => {
  await using stage = await bench();
  const misfits: unknown[] = [
    { Status: ntStatus.STATUS_DATA_NOT_ACCEPTED },
    { Status: STATUS_SUCCESS, BytesTaken: 99 },
    { Status: STATUS_MORE_PROCESSING_REQUIRED },
    undefined,
  ];
  for (const misfit of misfits) {
    stage.answer = misfit as ReceiveAnswer;
    stage.driver.ports[0]?.events.received(Buffer.from('abc'), { address: '192.0.2.7', port: 99 });
  }
  assert.equal(stage.heard.length, misfits.length);
});

test('PRXCE_IND_ENDPOINT_ERROR: not told of a datagram that did not get through, but when the transport goes, and once', async () => {
  await using stage = await bench();
  stage.driver.ports[0]?.events.failed(Object.assign(new Error('read ENETUNREACH'), { code: 'ENETUNREACH' }));
  assert.deepEqual(stage.heard, []);
  assert.equal(await stage.rxCe.RxCeTearDownTransport(stage.transport), STATUS_SUCCESS);
  assert.deepEqual(stage.heard, [['error', 'mine', ntStatus.STATUS_LOCAL_DISCONNECT]]);
});

test('RxCeBuildConnection: over a transport that has no circuits it ends with an error, and nothing is left behind', async () => {
  await using stage = await bench();
  const [connection, vc] = [new RXCE_CONNECTION(), new RXCE_VC()];
  const status = await stage.rxCe.RxCeBuildConnection(stage.address, to, {}, null, connection, vc);
  assert.equal(status, ntStatus.STATUS_CONNECTION_ABORTED);
  assert.equal(stage.address.ConnectionCount, 0);
});
