// Transports: binding by name, what is told of them, and their end.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Engine } from '../../../src/engine/index.ts';
import {
  encodeTransportAddress,
  ntStatus,
  openRxCe,
  RXCE_ADDRESS,
  RXCE_SIGNATURE,
  RXCE_TRANSPORT,
  RXCE_VC,
  RxCeIsAddressValid,
  RxCeIsTransportValid,
  RxCeIsVcValid,
  STATUS_SUCCESS,
} from '../../../src/rxce/index.ts';
import { connectBench, membersOf, memoryName, onWorker, openRxCeBench } from '../../support/rxce-bench.ts';

const { STATUS_INVALID_PARAMETER, STATUS_INSUFFICIENT_RESOURCES, STATUS_ADDRESS_NOT_ASSOCIATED } = ntStatus;

test('RxCeBuildTransport: a name in any case binds the object, and fills it in', async () => {
  await using bench = await openRxCeBench();
  for (const name of ['\\Device\\Tcp', '\\DEVICE\\UDP', memoryName]) {
    const transport = new RXCE_TRANSPORT();
    assert.equal(bench.rxCe.RxCeBuildTransport(transport, name, 0xffff_ffff), STATUS_SUCCESS);
    assert.equal(transport.Signature, RXCE_SIGNATURE.RXCE_TRANSPORT);
    assert.ok(RxCeIsTransportValid(transport));
    assert.deepEqual([transport.Name, transport.QualityOfService], [name, 0xffff_ffff]);
    assert.equal(transport.pProviderInfo?.MaxDatagramSize, name.endsWith('UDP') ? 65_507 : 0);
  }
  assert.equal(bench.engine.transports.length, 4);
});

test('RxCeBuildTransport: STATUS_INVALID_PARAMETER for a name that is none, a quality that is no ULONG, and an object in use', async () => {
  await using bench = await openRxCeBench();
  const { rxCe, transport } = bench;
  const fresh = new RXCE_TRANSPORT();
  assert.equal(rxCe.RxCeBuildTransport(fresh, '\\Device\\NetBT', 0), STATUS_INVALID_PARAMETER);
  assert.equal(rxCe.RxCeBuildTransport(fresh, memoryName, -1), STATUS_INVALID_PARAMETER);
  assert.equal(rxCe.RxCeBuildTransport(fresh, memoryName, 0x1_0000_0000), STATUS_INVALID_PARAMETER);
  assert.equal(rxCe.RxCeBuildTransport(transport, memoryName, 0), STATUS_INVALID_PARAMETER);
  assert.equal(rxCe.RxCeBuildTransport(Object.freeze(new RXCE_TRANSPORT()), memoryName, 0), STATUS_INVALID_PARAMETER);
  assert.equal(bench.engine.transports.length, 1);
});

test('RxCeBuildTransport: STATUS_INSUFFICIENT_RESOURCES over an engine that is closed', async () => {
  const engine = new Engine();
  const rxCe = openRxCe({ engine });
  await engine.close();
  assert.equal(rxCe.RxCeBuildTransport(new RXCE_TRANSPORT(), '\\Device\\Tcp', 0), STATUS_INSUFFICIENT_RESOURCES);
});

test('RxCeTearDownTransport: an object that was never bound is no error, bound or torn down twice', async () => {
  await using bench = await openRxCeBench();
  const { rxCe, transport } = bench;
  assert.equal(await rxCe.RxCeTearDownTransport(new RXCE_TRANSPORT()), STATUS_SUCCESS);
  const both = [rxCe.RxCeTearDownTransport(transport), rxCe.RxCeTearDownTransport(transport)];
  assert.deepEqual(await Promise.all(both), [STATUS_SUCCESS, STATUS_SUCCESS]);
  assert.equal(await rxCe.RxCeTearDownTransport(transport), STATUS_SUCCESS);
  assert.deepEqual(membersOf(transport), membersOf(new RXCE_TRANSPORT()));
  assert.deepEqual([bench.engine.transports, rxCe.transports], [[], []]);
  assert.equal(rxCe.RxCeBuildTransport(transport, memoryName, 0), STATUS_SUCCESS);
});

test('RxCeTearDownTransport: STATUS_INVALID_PARAMETER for what is no transport, or has another signature', async () => {
  await using bench = await openRxCeBench();
  const { rxCe, transport, address } = bench;
  const copy = Object.assign(new RXCE_TRANSPORT(), transport);
  assert.equal(await rxCe.RxCeTearDownTransport(copy), STATUS_INVALID_PARAMETER);
  assert.equal(await rxCe.RxCeTearDownTransport(address as unknown as RXCE_TRANSPORT), STATUS_INVALID_PARAMETER);
  transport.Signature += 1;
  assert.equal(await rxCe.RxCeTearDownTransport(transport), STATUS_INVALID_PARAMETER);
  transport.Signature -= 1;
  assert.equal(await rxCe.RxCeTearDownTransport(transport), STATUS_SUCCESS);
});

test('RxCeTearDownTransport: what was built on it goes along; circuits say nothing, addresses do', async () => {
  await using bench = await openRxCeBench();
  const { rxCe, transport, client, engine } = bench;
  const other = new RXCE_ADDRESS();
  const errors: unknown[] = [];
  const handler = { RxCeErrorEventHandler: (...heard: unknown[]) => errors.push(heard) };
  await rxCe.RxCeBuildAddress(other, transport, encodeTransportAddress({ host: '', port: 0 }), handler, 'mine');
  const { vc, far } = await connectBench(bench);
  assert.equal(await rxCe.RxCeTearDownTransport(transport), STATUS_SUCCESS);
  assert.deepEqual([RxCeIsAddressValid(other), RxCeIsVcValid(vc)], [false, false]);
  assert.deepEqual(errors, [['mine', ntStatus.STATUS_LOCAL_DISCONNECT]]);
  assert.deepEqual(client.names, []);
  assert.equal(await far.expectEnd(), 'reset');
  assert.deepEqual(engine.transports, []);
});

test('RxCeTearDownTransport: on the worker with its context, and refused with one that is over', async () => {
  await using bench = await openRxCeBench();
  const { rxCe, transport, engine } = bench;
  await connectBench(bench);
  const kept = await onWorker(engine, (context) => context);
  assert.equal(await rxCe.RxCeTearDownTransport(transport, kept), STATUS_INVALID_PARAMETER);
  assert.equal(await onWorker(engine, (context) => rxCe.RxCeTearDownTransport(transport, context)), STATUS_SUCCESS);
});

test('RxCeQueryTransportInformation: ConnectionCount and QualityOfService as they are, and nothing else', async () => {
  await using bench = await openRxCeBench();
  const { rxCe, transport, address } = bench;
  const ask = (): unknown => rxCe.RxCeQueryTransportInformation(transport);
  const told = (count: number): unknown => ({
    Status: STATUS_SUCCESS,
    TransportInformation: { ConnectionCount: count, QualityOfService: 7 },
  });
  assert.deepEqual(ask(), told(0));
  const { connection } = await connectBench(bench);
  assert.equal(await rxCe.RxCeBuildVC(new RXCE_VC(), connection), STATUS_SUCCESS);
  assert.deepEqual(ask(), told(1));
  assert.deepEqual([transport.ConnectionCount, transport.VirtualCircuitCount], [1, 2]);
  assert.deepEqual([address.ConnectionCount, address.VirtualCircuitCount], [1, 2]);
  assert.equal(connection.VirtualCircuitCount, 2);
  transport.ConnectionCount = 99; // the object is the caller's, the count is not
  assert.deepEqual(ask(), told(1));
  await rxCe.RxCeTearDownConnection(connection);
  assert.deepEqual(ask(), told(0));
  assert.deepEqual([transport.VirtualCircuitCount, address.ConnectionCount], [0, 0]);
  await rxCe.RxCeTearDownTransport(transport);
  assert.deepEqual(ask(), { Status: STATUS_INVALID_PARAMETER });
});

test('RxCeQueryAdapterStatus: the hardware address of the interface that an address is tied to', async () => {
  await using bench = await openRxCeBench();
  const { rxCe, transport } = bench;
  assert.deepEqual(rxCe.RxCeQueryAdapterStatus(transport), { Status: STATUS_ADDRESS_NOT_ASSOCIATED });
  const address = new RXCE_ADDRESS();
  const loopback = encodeTransportAddress({ host: '127.0.0.1', port: 0 });
  assert.equal(await rxCe.RxCeBuildAddress(address, transport, loopback, {}, null), STATUS_SUCCESS);
  assert.deepEqual(rxCe.RxCeQueryAdapterStatus(transport), {
    Status: STATUS_SUCCESS,
    AdapterStatus: { adapter_address: new Uint8Array(6), name_count: 0 },
  });
  await rxCe.RxCeTearDownTransport(transport);
  assert.deepEqual(rxCe.RxCeQueryAdapterStatus(transport), { Status: STATUS_INVALID_PARAMETER });
});

test('openRxCe refuses bounds that are none, and closing the names leaves the engine', async () => {
  await using bench = await openRxCeBench();
  for (const option of ['lookaheadLength', 'sendBound'] as const) {
    assert.throws(() => openRxCe({ engine: bench.engine, [option]: 0 }), {
      code: 'ISCSI_BAD_ARGUMENT',
      argument: option,
    });
  }
  await connectBench(bench);
  await Promise.all([bench.rxCe.close(), bench.rxCe.close()]);
  assert.deepEqual([bench.engine.transports, bench.rxCe.transports], [[], []]);
  assert.equal(bench.rxCe.RxCeBuildTransport(new RXCE_TRANSPORT(), memoryName, 0), STATUS_SUCCESS);
});
