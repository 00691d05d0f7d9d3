// TLS end to end: the initiator's TLS transport, a TLS terminator that speaks for itself, and the embedded target behind it.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect as connectTcp, createServer, type Socket } from 'node:net';
import { after, before, suite, test } from 'node:test';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { Initiator, type InitiatorSession, tlsDriver } from 'hawser';
import { createMemoryDevice } from 'hawser/block';
import { listenTarget, type Target } from 'hawser/target';
import { tlsTestFiles } from '../support/tls-test-files.ts';
import { exerciseDisk } from './disk-exercise.ts';
import { sha256 } from './foreign-tools.ts';

const { cert, key } = tlsTestFiles();
const bob = { user: 'bob', secret: 'a-secret-of-bob-1' };
const size = 8 << 20;

interface Terminator extends AsyncDisposable {
  readonly port: number;
  /** What was agreed on each connection that came through, such as TLSv1.3. */
  readonly protocols: readonly (string | null)[];
}

/** Takes TLS connections and passes what is inside them on to a target in the clear. */
async function startTerminator(target: Target, options: TlsOptions = {}): Promise<Terminator> {
  const sockets = new Set<Socket>();
  const protocols: (string | null)[] = [];
  const server = createTlsServer({ cert, key, ...options }, (near) => {
    protocols.push(near.getProtocol());
    const far = connectTcp({ host: '127.0.0.1', port: target.portals[0]!.port });
    near.on('error', () => undefined);
    far.on('error', () => undefined);
    near.on('close', () => {
      far.destroySoon();
    });
    far.on('close', () => {
      near.destroySoon();
    });
    near.pipe(far).pipe(near);
  });
  server.on('tlsClientError', () => undefined); // what a client that turns away leaves
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    protocols,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

suite('TLS', () => {
  const device = createMemoryDevice(size);
  let target: Target;
  before(async () => {
    const listen = [{ host: '127.0.0.1', port: 0 }];
    target = await listenTarget({ name: 'iqn.2026-11.hawser.test:tls', luns: [{ lun: 0, device }], listen, chap: bob });
  });
  after(async () => {
    await target.close();
  });

  async function logIn(initiator: Initiator, port: number, host = '127.0.0.1'): Promise<InitiatorSession> {
    const limits = { connectTimeoutMs: 1000, loginTimeoutMs: 1500 };
    return await initiator.connect({
      portal: { host, port },
      targetName: target.name,
      chap: bob,
      connections: 2,
      limits,
    });
  }

  async function refused(initiator: Initiator, port: number, code: string): Promise<void> {
    await assert.rejects(logIn(initiator, port), { code, effect: 'none' });
    assert.equal(target.connectionCount, 0);
    assert.deepEqual(target.sessions(), []);
  }

  for (const host of ['127.0.0.1', 'localhost']) {
    test(`a session of two connections to ${host} carries verified I/O, logs out, and leaves nothing`, async () => {
      await using terminator = await startTerminator(target);
      await using initiator = new Initiator({ transport: tlsDriver({ ca: cert }) });
      const session = await logIn(initiator, terminator.port, host);
      assert.equal(target.sessions()[0]?.connections.length, 2);
      const disk = await session.openDisk(0);
      const model = await exerciseDisk(disk, { seed: 2, requests: 30 });
      for (const { tasksSent } of session.connections) assert.ok(tasksSent > 20, String(tasksSent));
      await disk.close();
      const { isClean, error } = await session.logout();
      assert.ok(isClean, String(error));
      assert.deepEqual(target.sessions(), []);
      const stored = Buffer.alloc(size);
      await device.read(0, stored);
      assert.equal(sha256(stored), sha256(model));
      assert.deepEqual(terminator.protocols, ['TLSv1.3', 'TLSv1.3']);
    });
  }

  test('a terminator that asks for our certificate gets it, and takes none without', async () => {
    await using terminator = await startTerminator(target, { requestCert: true, ca: cert });
    await using known = new Initiator({ transport: tlsDriver({ ca: cert, cert, key }) });
    const session = await logIn(known, terminator.port);
    assert.equal(session.connections.length, 2);
    await session.logout();
    await using unknown = new Initiator({ transport: tlsDriver({ ca: cert }) });
    // With TLS 1.3 the server refuses after the handshake is over for the client.
    await refused(unknown, terminator.port, 'ISCSI_CONNECTION_LOST');
  });

  test('a certificate that is not vouched for, or for another name, ends the connect before a byte of iSCSI', async () => {
    await using terminator = await startTerminator(target);
    for (const options of [{}, { ca: cert, servername: 'other.example' }]) {
      await using initiator = new Initiator({ transport: tlsDriver(options) });
      await refused(initiator, terminator.port, 'ISCSI_CONNECT_FAILED');
    }
    await using trusting = new Initiator({ transport: tlsDriver({ rejectUnauthorized: false }) });
    const session = await logIn(trusting, terminator.port);
    await session.logout();
  });

  test('a portal that does not speak TLS, or says nothing at all, ends the connect', async () => {
    await using initiator = new Initiator({ transport: tlsDriver({ ca: cert }) });
    await assert.rejects(logIn(initiator, target.portals[0]!.port), { name: /TransportError|TimeoutError/ });
    const sockets = new Set<Socket>();
    const mute = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
    });
    mute.listen(0, '127.0.0.1');
    await once(mute, 'listening');
    try {
      await refused(initiator, (mute.address() as AddressInfo).port, 'ISCSI_CONNECT_TIMEOUT');
    } finally {
      for (const socket of sockets) socket.destroy();
      mute.close();
    }
  });
});
