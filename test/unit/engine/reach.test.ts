// A host with several addresses: all are connected to at once, the first link wins, and nothing of the others stays.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { suite, test } from 'node:test';
import tls from 'node:tls';
import { deferred } from '../../../src/base/index.ts';
import { Engine, type EngineConnection, tcpDriver, tlsDriver, type VirtualCircuit } from '../../../src/engine/index.ts';
import { CircuitRecorder } from '../../support/circuit-recorder.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { GateDriver } from '../../support/gate-driver.ts';
import { tlsTestFiles } from '../../support/tls-test-files.ts';

class Bench {
  readonly clock = new FakeClock();
  readonly engine = new Engine({ clock: this.clock, connectTimeoutMs: 10_000 });
  readonly driver = new GateDriver();
  readonly abort = new AbortController();
  readonly connection: EngineConnection;

  constructor(addresses: readonly string[]) {
    this.driver.names.set('many', addresses);
    const address = this.engine.buildTransport(this.driver).buildAddress();
    this.connection = address.buildConnection({ host: 'many', port: 3260 });
  }

  async connect(): Promise<Promise<VirtualCircuit>[]> {
    const circuit = this.connection.buildCircuit({ handlers: new CircuitRecorder(), signal: this.abort.signal });
    circuit.catch(() => undefined);
    await this.clock.advance(0);
    return [circuit]; // in an array, so that waiting for the connects to begin is not waiting for the circuit
  }

  get open(): string[] {
    return [...this.driver.open].map(({ remote }) => remote.address);
  }
}

suite('a host of several addresses', () => {
  test('is reached by the first that answers, without a timer, and the other connects are ended', async () => {
    const bench = new Bench(['silent', 'dead', 'live', 'late']);
    const [connecting] = await bench.connect();
    assert.deepEqual(bench.driver.connects, ['silent', 'dead', 'live', 'late']);
    bench.driver.refuse('dead');
    bench.driver.answer('live');
    const circuit = await connecting;
    await bench.clock.advance(0);
    assert.deepEqual([circuit?.remote.address, bench.open, bench.driver.waiting], ['live', ['live'], 0]);
    assert.deepEqual([bench.clock.now(), bench.clock.pendingTimers], [0, 0]);
    await bench.engine.close();
  });

  test('keeps no second link when two answer', async () => {
    const bench = new Bench(['a', 'b']);
    const [connecting] = await bench.connect();
    bench.driver.answer('a');
    bench.driver.answer('b');
    await connecting;
    await bench.clock.advance(0);
    assert.deepEqual([bench.open, bench.driver.links.get('b')?.calls.at(-1)], [['a'], 'reset']);
    await bench.engine.close();
  });

  test('is not reached when none answers; the error names each', async () => {
    const bench = new Bench(['a', 'b']);
    const [connecting] = await bench.connect();
    bench.driver.refuse('a', Object.assign(new Error('no a'), { code: 'ECONNREFUSED' }));
    bench.driver.refuse('b', new Error('no b'));
    await assert.rejects(connecting!, (error: Error & { code?: string }) => {
      assert.equal(error.code, 'ISCSI_CONNECT_FAILED');
      assert.equal(error.message, 'could not connect to many:3260: no a, no b');
      assert.equal((error.cause as NodeJS.ErrnoException).code, 'ECONNREFUSED');
      return true;
    });
  });

  test('an abort and the connect limit end the connects to all of them', async () => {
    for (const isAbort of [true, false]) {
      const bench = new Bench(['a', 'b']);
      const [connecting] = await bench.connect();
      if (isAbort) bench.abort.abort(new Error('enough'));
      else await bench.clock.advance(10_000);
      await assert.rejects(connecting!, isAbort ? /enough/ : { code: 'ISCSI_CONNECT_TIMEOUT' });
      await bench.connection.tearDown();
      assert.deepEqual([bench.driver.waiting, bench.open, bench.clock.pendingTimers], [0, [], 0]);
    }
  });

  for (const when of ['in the turn of the answer', 'after the answer']) {
    test(`teardown of the connection ${when} waits for a connect that is slow to end`, async () => {
      const bench = new Bench(['a', 'slow']);
      const slow = deferred();
      const connect = bench.driver.connect.bind(bench.driver);
      bench.driver.connect = async (...to) => {
        try {
          return await connect(...to);
        } catch (error) {
          await slow.promise;
          throw error;
        }
      };
      const [connecting] = await bench.connect();
      bench.driver.answer('a');
      if (when === 'after the answer') await connecting;
      let isOver = false;
      const over = bench.connection.tearDown().then(() => {
        isOver = true;
      });
      await bench.clock.advance(0);
      assert.deepEqual([isOver, bench.open], [false, []]);
      slow.resolve();
      await over;
    });
  }

  test('is not connected to when the connect is over before its addresses are known', async () => {
    const bench = new Bench(['a', 'b']);
    const known = deferred();
    const lookUp = bench.driver.lookUp.bind(bench.driver);
    bench.driver.lookUp = async (remote) => {
      await known.promise;
      return await lookUp(remote);
    };
    const [connecting] = await bench.connect();
    bench.abort.abort(new Error('enough'));
    await assert.rejects(connecting!, /enough/);
    known.resolve();
    await bench.connection.tearDown();
    assert.deepEqual(bench.driver.connects, []);
  });

  test('over TLS is still whom the certificate must be for', async () => {
    const { cert, key } = tlsTestFiles();
    const server = tls.createServer({ cert, key }, (socket) => socket.on('error', () => undefined));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as net.AddressInfo;
    const engine = new Engine();
    const lookUp = async (): Promise<string[]> => await Promise.resolve(['127.0.0.1', '127.0.0.9']);
    const address = engine.buildTransport({ ...tlsDriver({ ca: cert }), lookUp }).buildAddress();
    const options = { handlers: new CircuitRecorder() };
    const circuit = await address.buildConnection({ host: 'localhost', port }).buildCircuit(options);
    assert.equal(circuit.remote.address, '127.0.0.1');
    await assert.rejects(address.buildConnection({ host: 'other.test', port }).buildCircuit(options), /other\.test/);
    await engine.close();
    server.close();
  });

  test('over TCP each is connected to by its own address', async () => {
    const server = net.createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as net.AddressInfo;
    const engine = new Engine();
    const driver = { ...tcpDriver(), lookUp: async () => await Promise.resolve(['127.0.0.9', '127.0.0.1']) };
    const address = engine.buildTransport(driver).buildAddress();
    const handlers = new CircuitRecorder();
    const circuit = await address.buildConnection({ host: 'named.invalid', port }).buildCircuit({ handlers });
    assert.equal(circuit.remote.address, '127.0.0.1');
    const literal = await tcpDriver().lookUp?.({ host: '::1', port }, {}, new AbortController().signal);
    assert.deepEqual(literal, []);
    const looked = await tcpDriver().lookUp?.({ host: 'localhost', port }, { family: 4 }, new AbortController().signal);
    assert.deepEqual(looked, ['127.0.0.1']);
    await engine.close();
    server.close();
  });
});
