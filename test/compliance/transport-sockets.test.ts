// What only socket transports have: source addresses, receive buffers, certificates.

import assert from 'node:assert/strict';
import os from 'node:os';
import { test } from 'node:test';
import { nextTurn } from '../../src/base/index.ts';
import { type LocalBinding, type TlsOptions, tcpDriver, tlsDriver } from '../../src/engine/index.ts';
import { CircuitRecorder } from '../support/circuit-recorder.ts';
import { listenTcpPeer, listenTlsPeer } from '../support/scripted-peer.ts';
import { tlsTestFiles } from '../support/tls-test-files.ts';
import { openStage, pattern, Stage } from './transport-under-test.ts';

const loopback = Object.entries(os.networkInterfaces()).find(([, infos]) =>
  infos?.some((info) => info.address === '127.0.0.1'),
);

test('a circuit starts from the source address or the interface that its address names', async () => {
  const peer = await listenTcpPeer();
  await using stage = new Stage({ driver: tcpDriver(), peer }, 1024);
  const transport = stage.engine.buildTransport(tcpDriver());
  for (const binding of [{ localAddress: '127.0.0.1' }, { interface: loopback![0] }] satisfies LocalBinding[]) {
    const connection = transport.buildAddress(binding).buildConnection(peer);
    const circuit = await connection.buildCircuit({ handlers: new CircuitRecorder() });
    assert.equal(circuit.local.address, '127.0.0.1');
  }
});

test('an address that this machine does not have is refused when it is built', async () => {
  await using stage = await openStage(async () => ({ driver: tcpDriver(), peer: await listenTcpPeer() }));
  const transport = stage.engine.buildTransport(tcpDriver());
  for (const binding of [{ interface: 'no-such0' }, { localAddress: '192.0.2.77' }]) {
    assert.throws(() => transport.buildAddress(binding), { code: 'ISCSI_BAD_ARGUMENT' });
  }
  assert.deepEqual(transport.addresses, []);
});

test('a source of the wrong family fails the connect, with the reason as its cause', async () => {
  await using stage = await openStage(async () => ({ driver: tcpDriver(), peer: await listenTcpPeer() }));
  const address = stage.engine.buildTransport(tcpDriver()).buildAddress({ family: 6 });
  const connecting = address.buildConnection(stage.peer).buildCircuit({ handlers: new CircuitRecorder() });
  await assert.rejects(connecting, (error: Error & { code?: string }) => {
    assert.equal(error.code, 'ISCSI_CONNECT_FAILED');
    assert.equal((error.cause as { code?: string }).code, 'ISCSI_BAD_ARGUMENT');
    return true;
  });
});

test('tcp: chunks are views of one buffer of the size that was set', async () => {
  await using stage = await openStage(async () => ({
    driver: tcpDriver({ receiveBufferLength: 1000 }),
    peer: await listenTcpPeer(),
  }));
  const { far, recorder } = await stage.connect();
  const buffers = new Set<ArrayBufferLike>();
  recorder.onChunk = (chunk) => buffers.add(chunk.buffer);
  far.send(pattern(10_000));
  await recorder.until(() => recorder.receivedLength === 10_000);
  assert.deepEqual([buffers.size, Math.max(...recorder.chunks.map((chunk) => chunk.length))], [1, 1000]);
});

test('abortive: a peer that does not read does not hold up the teardown', async () => {
  await using stage = await openStage(async () => ({ driver: tcpDriver(), peer: await listenTcpPeer() }));
  const { circuit, far } = await stage.connect();
  far.pause();
  while (circuit.send([new Uint8Array(1024 * 1024)])) await nextTurn();
  await stage.onWorker((context) => {
    circuit.initiateDisconnect(context, 'abortive');
  });
  await circuit.tearDown();
  assert.equal(circuit.state, 'tornDown');
});

async function connectTls(options: TlsOptions): Promise<void> {
  await using stage = await openStage(async () => ({ driver: tlsDriver(options), peer: await listenTlsPeer() }));
  await stage.connection.buildCircuit({ handlers: new CircuitRecorder() });
}

const { cert } = tlsTestFiles();
const refusals: readonly [string, TlsOptions, RegExp][] = [
  ['whose authority is unknown', {}, /self-signed|self signed/],
  ['for another name', { ca: cert, servername: 'elsewhere.example' }, /elsewhere\.example/],
];

for (const [what, options, message] of refusals) {
  test(`tls: a certificate ${what} fails the connect`, async () => {
    await assert.rejects(connectTls(options), { code: 'ISCSI_CONNECT_FAILED', message });
  });
}

test('tls: the name may be given apart from the host, and the check may be given up', async () => {
  await connectTls({ ca: Buffer.from(cert), servername: 'localhost' });
  await connectTls({ rejectUnauthorized: false });
});

test('tls: an abort during the handshake releases the socket', async () => {
  await using stage = await openStage(async () => ({ driver: tlsDriver({ ca: cert }), peer: await listenTcpPeer() }));
  const abort = new AbortController();
  const reason = new Error('enough');
  const connecting = stage.connection.buildCircuit({ handlers: new CircuitRecorder(), signal: abort.signal });
  const far = await stage.peer.accept();
  await far.expect(5); // the handshake has begun, and this peer will never answer it
  abort.abort(reason);
  await assert.rejects(connecting, reason);
  await far.expectEnd();
});
