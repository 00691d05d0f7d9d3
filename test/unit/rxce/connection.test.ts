// Addresses and connections: how they are built, what refuses them, and their end.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { deferred, nextTurn, raceAbort } from '../../../src/base/index.ts';
import { memoryDriver, type TransportDriver } from '../../../src/engine/index.ts';
import {
  encodeTransportAddress,
  ntStatus,
  RXCE_ADDRESS,
  RXCE_CONNECTION,
  RXCE_SIGNATURE,
  RXCE_VC,
  RXCE_VC_STATE,
  RxCeIsAddressValid,
  RxCeIsConnectionValid,
  RxCeIsVcValid,
  STATUS_SUCCESS,
} from '../../../src/rxce/index.ts';
import {
  connectBench,
  eventContext,
  informationFor,
  membersOf,
  memoryName,
  onWorker,
  openRxCeBench,
  routine,
} from '../../support/rxce-bench.ts';

const { STATUS_INVALID_PARAMETER, STATUS_LOCAL_DISCONNECT, STATUS_CONNECTION_REFUSED } = ntStatus;

const anywhere = encodeTransportAddress({ host: '', port: 0 });

test('RxCeBuildAddress: ties an address to its transport, with the handlers as they are at that time', async () => {
  await using bench = await openRxCeBench();
  const { rxCe, transport } = bench;
  const address = new RXCE_ADDRESS();
  const from = encodeTransportAddress({ host: '10.1.2.3', port: 0 });
  assert.equal(await rxCe.RxCeBuildAddress(address, transport, from, {}, eventContext), STATUS_SUCCESS);
  assert.equal(address.Signature, RXCE_SIGNATURE.RXCE_ADDRESS);
  assert.deepEqual([address.pTransport, address.pContext, address.pTransportAddress], [transport, eventContext, from]);
  assert.deepEqual(bench.engine.transports[0]?.addresses[1]?.binding, { localAddress: '10.1.2.3' });
});

test('RxCeBuildAddress: STATUS_INVALID_PARAMETER for an invalid transport, address, handler or object, and for a port of circuits', async () => {
  await using bench = await openRxCeBench();
  const { rxCe, transport, address } = bench;
  const build = async (...given: readonly unknown[]): Promise<unknown> => {
    const [object = new RXCE_ADDRESS(), on = transport, at = anywhere, handler = {}] = given;
    return await routine(rxCe, 'RxCeBuildAddress')(object, on, at, handler, null);
  };
  assert.equal(await build(), STATUS_SUCCESS);
  const refused = [
    [address],
    [{}],
    [undefined, {}],
    [undefined, undefined, new Uint8Array(3)],
    [undefined, undefined, encodeTransportAddress({ host: '', port: 3260 })],
    [undefined, undefined, undefined, null],
    [undefined, undefined, undefined, { RxCeErrorEventHandler: 1 }],
  ];
  for (const given of refused) assert.equal(await build(...given), STATUS_INVALID_PARAMETER);
  await rxCe.RxCeTearDownTransport(transport);
  assert.equal(await build(), STATUS_INVALID_PARAMETER);
});

test('RxCeTearDownAddress: takes its connections along, and STATUS_INVALID_PARAMETER for what is not built', async () => {
  await using bench = await openRxCeBench();
  const { rxCe, address, client, engine } = bench;
  const { connection, vc } = await connectBench(bench);
  assert.equal(await rxCe.RxCeTearDownAddress(new RXCE_ADDRESS()), STATUS_INVALID_PARAMETER);
  assert.equal(await rxCe.RxCeTearDownAddress(address), STATUS_SUCCESS);
  const areValid = [RxCeIsAddressValid(address), RxCeIsConnectionValid(connection), RxCeIsVcValid(vc)];
  assert.deepEqual(areValid, [false, false, false]);
  assert.deepEqual(client.names, []);
  assert.deepEqual(engine.transports[0]?.addresses, []);
  assert.equal(await rxCe.RxCeTearDownAddress(address), STATUS_INVALID_PARAMETER);
});

test('RxCeTearDownAddress: STATUS_INVALID_PARAMETER when its transport is invalid, and then nothing has gone', async () => {
  await using bench = await openRxCeBench();
  const { rxCe, address, transport } = bench;
  const { Signature } = transport;
  transport.Signature = 0;
  assert.equal(await rxCe.RxCeTearDownAddress(address), STATUS_INVALID_PARAMETER);
  transport.Signature = Signature;
  address.pTransport = null;
  assert.equal(await rxCe.RxCeTearDownAddress(address), STATUS_INVALID_PARAMETER);
  address.pTransport = transport;
  assert.equal(await rxCe.RxCeTearDownAddress(address), STATUS_SUCCESS);
});

test('RxCeBuildConnection: connection and circuit are both valid, and linked to what they are built on', async () => {
  await using bench = await openRxCeBench();
  const { address, client } = bench;
  const { connection, vc } = await connectBench(bench);
  assert.deepEqual([connection.Signature, vc.Signature], [RXCE_SIGNATURE.RXCE_CONNECTION, RXCE_SIGNATURE.RXCE_VC]);
  assert.deepEqual([connection.pAddress, connection.pContext, vc.pConnection], [address, eventContext, connection]);
  assert.equal(vc.State, RXCE_VC_STATE.RXCE_VC_ACTIVE);
  assert.equal(connection.pConnectionInformation?.RemoteAddressLength, bench.information.RemoteAddress.length);
  assert.deepEqual(client.names, []);
});

test('RxCeBuildConnection: the transport’s error when it does not connect, and nothing is left behind', async () => {
  await using bench = await openRxCeBench();
  const { rxCe, address, client, engine } = bench;
  const [connection, vc] = [new RXCE_CONNECTION(), new RXCE_VC()];
  const nobody = informationFor({ host: 'nobody', port: 1 });
  const status = await rxCe.RxCeBuildConnection(address, nobody, client.handler, null, connection, vc);
  assert.equal(status, STATUS_CONNECTION_REFUSED);
  assert.deepEqual([RxCeIsConnectionValid(connection), RxCeIsVcValid(vc)], [false, false]);
  assert.deepEqual(engine.transports[0]?.addresses[0]?.connections, []);
  assert.equal(address.ConnectionCount, 0);
});

test('RxCeBuildConnection: each error of the transport has its status, as for RxCeBuildVC', async () => {
  const { STATUS_CONNECTION_RESET, STATUS_CONNECTION_ABORTED, STATUS_IO_TIMEOUT } = ntStatus;
  const { STATUS_NETWORK_UNREACHABLE, STATUS_HOST_UNREACHABLE } = ntStatus;
  const memory = memoryDriver();
  let code: string | undefined;
  const driver: TransportDriver = {
    ...memory,
    connect: async (...given) => {
      if (code === undefined) return await memory.connect(...given);
      throw Object.assign(new Error(code), { code });
    },
  };
  await using bench = await openRxCeBench({ transports: { [memoryName]: driver } });
  memory.listen({ host: 'target', port: 1 }, () => ({ received() {} }));
  const { rxCe, address } = bench;
  const [connection, vc] = [new RXCE_CONNECTION(), new RXCE_VC()];
  const to = informationFor({ host: 'target', port: 1 });
  assert.equal(await rxCe.RxCeBuildConnection(address, to, {}, null, connection, vc), STATUS_SUCCESS);
  for (const [each, status] of [
    ['ECONNREFUSED', STATUS_CONNECTION_REFUSED],
    ['ECONNRESET', STATUS_CONNECTION_RESET],
    ['ECONNABORTED', STATUS_CONNECTION_ABORTED],
    ['ETIMEDOUT', STATUS_IO_TIMEOUT],
    ['ENETUNREACH', STATUS_NETWORK_UNREACHABLE],
    ['EHOSTUNREACH', STATUS_HOST_UNREACHABLE],
  ] as const) {
    code = each;
    const built = rxCe.RxCeBuildConnection(address, to, {}, null, new RXCE_CONNECTION(), new RXCE_VC());
    assert.deepEqual([await built, await rxCe.RxCeBuildVC(new RXCE_VC(), connection)], [status, status]);
  }
});

test('RxCeBuildConnection: a connect that meets the engine’s limit is STATUS_IO_TIMEOUT', async () => {
  const silent: TransportDriver = {
    ...memoryDriver(),
    connect: async (_remote, _binding, signal) => await raceAbort(deferred<never>().promise, signal),
  };
  await using bench = await openRxCeBench({ transports: { [memoryName]: silent } }, { connectTimeoutMs: 300 });
  const { rxCe, address, information, clock } = bench;
  const built = rxCe.RxCeBuildConnection(address, information, {}, null, new RXCE_CONNECTION(), new RXCE_VC());
  await nextTurn();
  clock.jump(300);
  assert.equal(await built, ntStatus.STATUS_IO_TIMEOUT);
});

test('RxCeBuildConnection: STATUS_INVALID_PARAMETER for an invalid address, information, handler or object', async () => {
  await using bench = await openRxCeBench();
  const { rxCe, address, client, information } = bench;
  const { connection, vc } = await connectBench(bench);
  const build = async (...given: readonly unknown[]): Promise<unknown> => {
    const [
      from = address,
      to = information,
      handler = client.handler,
      object = new RXCE_CONNECTION(),
      circuit = new RXCE_VC(),
    ] = given;
    return await routine(rxCe, 'RxCeBuildConnection')(from, to, handler, null, object, circuit);
  };
  const refused = [
    [new RXCE_ADDRESS()],
    [undefined, {}],
    [undefined, { ...information, RemoteAddressLength: 1000 }],
    [undefined, { ...information, UserDataLength: 1 }],
    [undefined, informationFor({ host: '', port: 1 })],
    [undefined, informationFor({ host: 'target', port: 0 })],
    [undefined, undefined, 'handler'],
    [undefined, undefined, undefined, connection],
    [undefined, undefined, undefined, undefined, vc],
    [undefined, undefined, undefined, vc],
  ];
  for (const given of refused) assert.equal(await build(...given), STATUS_INVALID_PARAMETER);
  assert.equal(await build(), STATUS_SUCCESS);
});

test('RxCeBuildConnection: an object is refused while another call builds it', async () => {
  await using bench = await openRxCeBench();
  const { rxCe, address, client, information } = bench;
  const [connection, vc] = [new RXCE_CONNECTION(), new RXCE_VC()];
  const both = [1, 2].map((context) =>
    rxCe.RxCeBuildConnection(address, information, client.handler, context, connection, vc),
  );
  assert.deepEqual(await Promise.all(both), [STATUS_SUCCESS, STATUS_INVALID_PARAMETER]);
  assert.equal(connection.pContext, 1);
});

test('RxCeTearDownConnection: takes its circuits along, and resets the object', async () => {
  await using bench = await openRxCeBench();
  const { rxCe, client, engine } = bench;
  const { connection, vc } = await connectBench(bench);
  const second = new RXCE_VC();
  await rxCe.RxCeBuildVC(second, connection);
  assert.equal(await rxCe.RxCeTearDownConnection(new RXCE_CONNECTION()), STATUS_INVALID_PARAMETER);
  assert.equal(await onWorker(engine, (context) => rxCe.RxCeTearDownConnection(connection, context)), STATUS_SUCCESS);
  assert.deepEqual(membersOf(connection), membersOf(new RXCE_CONNECTION()));
  assert.deepEqual([membersOf(vc), membersOf(second)], [membersOf(new RXCE_VC()), membersOf(new RXCE_VC())]);
  assert.deepEqual(client.names, []);
  assert.equal(await rxCe.RxCeTearDownConnection(connection), STATUS_INVALID_PARAMETER);
});

test('RxCeTearDownConnection: a circuit that is being connected ends with STATUS_LOCAL_DISCONNECT', async () => {
  await using bench = await openRxCeBench();
  const { rxCe } = bench;
  const { connection } = await connectBench(bench);
  const building = rxCe.RxCeBuildVC(new RXCE_VC(), connection);
  const tornDown = rxCe.RxCeTearDownConnection(connection);
  assert.deepEqual(await Promise.all([building, tornDown]), [STATUS_LOCAL_DISCONNECT, STATUS_SUCCESS]);
});

test('RxCeTearDownAddress: a connection that is being built ends with STATUS_LOCAL_DISCONNECT', async () => {
  await using bench = await openRxCeBench();
  const { rxCe, address, client, information } = bench;
  const connection = new RXCE_CONNECTION();
  const building = rxCe.RxCeBuildConnection(address, information, client.handler, null, connection, new RXCE_VC());
  const tornDown = rxCe.RxCeTearDownAddress(address);
  assert.deepEqual(await Promise.all([building, tornDown]), [STATUS_LOCAL_DISCONNECT, STATUS_SUCCESS]);
  assert.equal(connection.Signature, 0);
});

test('RxCeCancelConnectRequest: STATUS_NOT_IMPLEMENTED, and the connect goes on', async () => {
  await using bench = await openRxCeBench();
  const { rxCe, address, information } = bench;
  const connecting = connectBench(bench);
  assert.equal(rxCe.RxCeCancelConnectRequest(address, 'server', information), ntStatus.STATUS_NOT_IMPLEMENTED);
  await nextTurn();
  assert.ok(RxCeIsVcValid((await connecting).vc));
});
