// What RxCeQueryInformation tells, IRPs, and addresses as bytes.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  addressText,
  decodeTransportAddress,
  encodeTransportAddress,
  ntStatus,
  ntStatusName,
  type RXCE_CONNECTION_INFORMATION,
  RXCE_CONNECTION_INFORMATION_CLASS,
  RXCE_VC,
  RXCE_VC_STATE,
  STATUS_SUCCESS,
  TDI_ADDRESS_TYPE,
  TDI_SERVICE,
} from '../../../src/rxce/index.ts';
import { connectBench, openRxCeBench, routine } from '../../support/rxce-bench.ts';

const { STATUS_INVALID_PARAMETER, STATUS_BUFFER_OVERFLOW } = ntStatus;
const {
  RxCeTransportProviderInformation,
  RxCeConnectionInformation,
  RxCeConnectionEndpointInformation,
  RxCeRemoteAddressInformation,
} = RXCE_CONNECTION_INFORMATION_CLASS;

test('RxCeQueryInformation: RxCeTransportProviderInformation tells what the transport can do', async () => {
  await using bench = await openRxCeBench({ lookaheadLength: 1234 });
  const { vc } = await connectBench(bench);
  const { Status, Information } = bench.rxCe.RxCeQueryInformation(vc, RxCeTransportProviderInformation, 40);
  assert.equal(Status, STATUS_SUCCESS);
  assert.deepEqual(Information, bench.transport.pProviderInfo);
  const { MaximumLookaheadData, ServiceFlags } = bench.transport.pProviderInfo!;
  assert.equal(MaximumLookaheadData, 1234);
  assert.ok((ServiceFlags & TDI_SERVICE.TDI_SERVICE_ORDERLY_RELEASE) !== 0);
});

test('RxCeQueryInformation: RxCeConnectionInformation tells what the connection was built with', async () => {
  await using bench = await openRxCeBench();
  const UserData = Buffer.from('user');
  const information: RXCE_CONNECTION_INFORMATION = { ...bench.information, UserData, UserDataLength: 3 };
  const { vc } = await connectBench({ ...bench, information });
  const { Information } = bench.rxCe.RxCeQueryInformation(vc, RxCeConnectionInformation, 1000);
  assert.deepEqual(Information, {
    UserDataLength: 3,
    UserData: new Uint8Array(Buffer.from('use')),
    OptionsLength: 0,
    Options: null,
    RemoteAddressLength: information.RemoteAddress.length,
    RemoteAddress: information.RemoteAddress,
  });
});

test('RxCeQueryInformation: RxCeConnectionEndpointInformation counts what went through the circuit', async () => {
  await using bench = await openRxCeBench({}, { highWaterMark: 5000 });
  const { vc, far } = await connectBench(bench);
  const { client, rxCe } = bench;
  await rxCe.RxCeSend(vc, 0, Buffer.from('abc'), 3, null);
  far.send(Buffer.from('de'));
  await client.until(() => client.bytes.length === 2);
  const { Information } = rxCe.RxCeQueryInformation(vc, RxCeConnectionEndpointInformation, 56);
  assert.deepEqual(Information, {
    State: RXCE_VC_STATE.RXCE_VC_ACTIVE,
    Event: 0,
    TransmittedTsdus: 1,
    ReceivedTsdus: 1,
    TransmissionErrors: 0,
    ReceiveErrors: 0,
    Throughput: 0n,
    Delay: 0n,
    SendBufferSize: 5000,
    ReceiveBufferSize: 256 * 1024,
    Unreliable: false,
  });
});

test('RxCeQueryInformation: RxCeRemoteAddressInformation tells where the circuit goes', async () => {
  await using bench = await openRxCeBench();
  const { vc } = await connectBench(bench);
  const { Information } = bench.rxCe.RxCeQueryInformation(vc, RxCeRemoteAddressInformation, 100);
  assert.deepEqual(Information, { ActivityCount: 1, Address: encodeTransportAddress(bench.peer) });
});

test('RxCeQueryInformation: STATUS_BUFFER_OVERFLOW for a buffer that is too short by a byte', async () => {
  await using bench = await openRxCeBench();
  const { vc } = await connectBench(bench);
  const { length } = bench.information.RemoteAddress;
  for (const [informationClass, needed] of [
    [RxCeTransportProviderInformation, 40],
    [RxCeConnectionInformation, 48 + length],
    [RxCeConnectionEndpointInformation, 56],
    [RxCeRemoteAddressInformation, 4 + length],
  ] as const) {
    const short = bench.rxCe.RxCeQueryInformation(vc, informationClass, needed - 1);
    assert.deepEqual(short, { Status: STATUS_BUFFER_OVERFLOW });
    assert.equal(bench.rxCe.RxCeQueryInformation(vc, informationClass, needed).Status, STATUS_SUCCESS);
  }
});

test('RxCeQueryInformation: STATUS_INVALID_PARAMETER for what is no valid circuit, a class that is none, or a length that is no ULONG', async () => {
  await using bench = await openRxCeBench();
  const { vc, connection } = await connectBench(bench);
  const ask = routine(bench.rxCe, 'RxCeQueryInformation');
  for (const given of [
    [new RXCE_VC(), 1, 100],
    [connection, 1, 100],
    [vc, 0, 100],
    [vc, 5, 100],
    [vc, '1', 100],
    [vc, 1, -1],
  ]) {
    assert.deepEqual(ask(...given), { Status: STATUS_INVALID_PARAMETER });
  }
  await bench.rxCe.RxCeTearDownTransport(bench.transport);
  assert.deepEqual(ask(vc, 1, 100), { Status: STATUS_INVALID_PARAMETER });
});

test('RxCeQueryInformation: STATUS_INVALID_PARAMETER when the connection, address or transport behind the circuit is invalid', async () => {
  await using bench = await openRxCeBench();
  const { rxCe, address, transport } = bench;
  const { vc, connection } = await connectBench(bench);
  for (const behind of [connection, address, transport]) {
    const { Signature } = behind;
    behind.Signature = 0;
    assert.deepEqual(rxCe.RxCeQueryInformation(vc, 1, 100), { Status: STATUS_INVALID_PARAMETER });
    behind.Signature = Signature;
    assert.equal(rxCe.RxCeQueryInformation(vc, 1, 100).Status, STATUS_SUCCESS);
  }
});

test('RxCeAllocateIrpWithMDL: an IRP is on the list for debugging until it is freed; null for what cannot be', async () => {
  await using bench = await openRxCeBench();
  const { rxCe } = bench;
  const memory = [new Uint8Array(3), new Uint8Array(4)];
  const irp = rxCe.RxCeAllocateIrpWithMDL(2, true, memory);
  assert.deepEqual(irp, { StackCount: 2, ChargeQuota: true, MdlAddress: memory });
  assert.deepEqual(rxCe.irps, [irp]);
  const allocate = routine(rxCe, 'RxCeAllocateIrpWithMDL');
  for (const given of [
    [0, true, memory],
    [128, true, memory],
    [1.5, true, memory],
    [1, 1, memory],
    [1, true, 'x'],
    [1, true, [1]],
  ]) {
    assert.equal(allocate(...given), null);
  }
  assert.equal(rxCe.irps.length, 1);
});

test('RxCeFreeIrp: takes an IRP off the list, once; anything else is passed by', async () => {
  await using bench = await openRxCeBench();
  const { rxCe } = bench;
  const [one, two] = [1, 2].map((size) => rxCe.RxCeAllocateIrpWithMDL(size, false, new Uint8Array(1))!);
  rxCe.RxCeFreeIrp(one!);
  rxCe.RxCeFreeIrp(one!);
  rxCe.RxCeFreeIrp({ ...two! });
  assert.deepEqual(rxCe.irps, [two]);
  rxCe.RxCeFreeIrp(two!);
  assert.deepEqual(rxCe.irps, []);
});

test('TDI_ADDRESS_IP: port in network order, address, eight zeros', () => {
  const bytes = encodeTransportAddress({ host: '192.0.2.33', port: 3260 });
  assert.equal(Buffer.from(bytes).toString('hex'), '010000000e0002000cbcc00002210000000000000000');
  assert.deepEqual(addressText(bytes), { host: '192.0.2.33', port: 3260 });
});

test('TDI_ADDRESS_IP6: port, flow, address in network order, and the scope', () => {
  const bytes = encodeTransportAddress({ host: 'FE80::1%7', port: 3260 });
  const address = 'fe800000000000000000000000000001';
  assert.equal(Buffer.from(bytes).toString('hex'), `010000001a0017000cbc00000000${address}07000000`);
  assert.deepEqual(addressText(bytes), { host: 'fe80::1%7', port: 3260 });
  assert.deepEqual(addressText(encodeTransportAddress({ host: '::ffff:192.0.2.1', port: 1 }))?.host, '::ffff:c000:201');
});

test('TDI_ADDRESS_TYPE_UNSPEC: a port in network order and a name', () => {
  const bytes = encodeTransportAddress({ host: 'target', port: 1 });
  assert.equal(Buffer.from(bytes).toString('latin1'), '\x01\0\0\0\x08\0\0\0\0\x01target');
  assert.deepEqual(addressText(bytes), { host: 'target', port: 1 });
  assert.deepEqual(addressText(encodeTransportAddress({ host: '', port: 0 })), { host: '', port: 0 });
  assert.throws(() => encodeTransportAddress({ host: 'x', port: 65_536 }), RangeError);
  assert.throws(() => encodeTransportAddress({ host: 'fe80::1%nowhere', port: 1 }), RangeError);
});

test('TRANSPORT_ADDRESS: the first address that can be taken counts; bytes that are none are none', () => {
  const ip = encodeTransportAddress({ host: '192.0.2.33', port: 3260 });
  const netbios = Buffer.concat([Buffer.from([2, 0, 0, 0, 3, 0, 17, 0, 1, 2, 3]), ip.subarray(4)]);
  assert.deepEqual(addressText(netbios), { host: '192.0.2.33', port: 3260 });
  assert.deepEqual(
    decodeTransportAddress(netbios)?.Address.map(({ AddressType }) => AddressType),
    [17, TDI_ADDRESS_TYPE.TDI_ADDRESS_TYPE_IP],
  );
  for (let length = 0; length < ip.length; length += 1) assert.equal(addressText(ip.subarray(0, length)), undefined);
  for (const count of [0, -1, 0x7fffffff, 2]) {
    const bytes = new Uint8Array(ip);
    new DataView(bytes.buffer).setInt32(0, count, true);
    assert.equal(decodeTransportAddress(bytes), undefined);
  }
});

test('a status has its name, and one that is none of ours its value', () => {
  assert.equal(ntStatusName(0xc000020c), 'STATUS_CONNECTION_DISCONNECTED');
  assert.equal(ntStatusName(0xc0ffee), '0x00C0FFEE');
});
