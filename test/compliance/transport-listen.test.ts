// Listening: circuits that a peer builds to us, on every transport that can listen.

import assert from 'node:assert/strict';
import os from 'node:os';
import { suite, test } from 'node:test';
import { channels } from '../../src/base/index.ts';
import {
  type CircuitListener,
  Engine,
  faultyDriver,
  type ListenOptions,
  type LocalBinding,
  memoryDriver,
  type TransportDriver,
  tcpDriver,
  tlsDriver,
  type VirtualCircuit,
} from '../../src/engine/index.ts';
import { CircuitRecorder } from '../support/circuit-recorder.ts';

interface End {
  readonly circuit: VirtualCircuit;
  readonly recorder: CircuitRecorder;
}

/** An engine that listens, and one that connects to it. */
interface Stage extends AsyncDisposable {
  readonly engine: Engine;
  readonly listener: CircuitListener;
  readonly accepted: readonly End[];
  connect(): Promise<End>;
  /** Waits until the listener has taken so many circuits. */
  taken(count: number): Promise<End>;
}

async function openStage(driver: TransportDriver, binding: LocalBinding, options: ListenOptions = {}): Promise<Stage> {
  const engine = new Engine();
  const far = new Engine();
  const accepted: End[] = [];
  const arrivals = new CircuitRecorder();
  const address = engine.buildTransport(driver).buildAddress(binding);
  const listener = await address.listen(options, (circuit) => {
    const recorder = new CircuitRecorder();
    accepted.push({ circuit, recorder });
    arrivals.drained();
    return recorder;
  });
  const route = far.buildTransport(driver).buildAddress();
  return {
    engine,
    listener,
    accepted,
    async connect() {
      const recorder = new CircuitRecorder();
      const { address: host, port } = listener.local;
      return { recorder, circuit: await route.buildConnection({ host, port }).buildCircuit({ handlers: recorder }) };
    },
    async taken(count) {
      await arrivals.until(() => accepted.length >= count);
      return accepted[count - 1]!;
    },
    async [Symbol.asyncDispose]() {
      await far.close();
      await engine.close();
    },
  };
}

const hasIpv6 = Object.values(os.networkInterfaces()).some((infos) => infos?.some((info) => info.address === '::1'));
const kinds: readonly [string, () => TransportDriver, LocalBinding, string | false][] = [
  ['tcp over IPv4', tcpDriver, { localAddress: '127.0.0.1' }, false],
  ['tcp over IPv6', tcpDriver, { localAddress: '::1' }, hasIpv6 ? false : 'this machine has no ::1'],
  ['memory', memoryDriver, {}, false],
  ['faulty over memory', () => faultyDriver(memoryDriver(), []), {}, false],
];

for (const [name, makeDriver, binding, skip] of kinds) {
  suite(`listening on ${name}`, { skip }, () => {
    const open = async (options?: ListenOptions): Promise<Stage> => await openStage(makeDriver(), binding, options);

    test('a free port is taken, and bytes go both ways over a circuit that a peer built', async () => {
      await using stage = await open();
      assert.notEqual(stage.listener.local.port, 0);
      const ours = await stage.connect();
      const theirs = await stage.taken(1);
      assert.deepEqual(theirs.circuit.remote, ours.circuit.local);
      assert.deepEqual(theirs.circuit.local, ours.circuit.remote);
      ours.circuit.send([Buffer.from('ping')]);
      await theirs.recorder.until(() => theirs.recorder.receivedLength === 4);
      theirs.circuit.send([Buffer.from('pong')]);
      await ours.recorder.until(() => ours.recorder.receivedLength === 4);
      assert.equal(Buffer.from(ours.recorder.bytes).toString(), 'pong');
      assert.equal(Buffer.from(theirs.recorder.bytes).toString(), 'ping');
    });

    test('a circuit that the peer ends is taken down by itself', async () => {
      await using stage = await open();
      const ours = await stage.connect();
      const theirs = await stage.taken(1);
      assert.deepEqual(stage.listener.circuits, [theirs.circuit]);
      await ours.circuit.tearDown();
      await theirs.recorder.until(() => theirs.recorder.ends.length === 1);
      await theirs.circuit.tearDown();
      assert.deepEqual(stage.listener.circuits, []);
    });

    test('no more circuits than the bound are taken: what comes beyond is ended, and told', async (t) => {
      await using stage = await open({ circuitBound: 1 });
      const told: unknown[] = [];
      const hear = (message: unknown): void => void told.push(message);
      channels.queueFull.subscribe(hear);
      t.after(() => channels.queueFull.unsubscribe(hear));
      const first = await stage.connect();
      await stage.taken(1);
      // The reset may come before our connect has seen that it succeeded.
      const second = await stage.connect().catch((error: unknown) => {
        assert.equal((error as { code?: string }).code, 'ISCSI_CONNECT_FAILED');
        return undefined;
      });
      await second?.recorder.until(() => second.recorder.ends.length === 1);
      assert.equal(stage.accepted.length, 1);
      assert.deepEqual(told, [{ name: 'engine:listener', bound: 1 }]);
      await first.circuit.tearDown();
      await stage.accepted[0]?.circuit.tearDown();
      await stage.connect();
      await stage.taken(2);
    });

    test('teardown ends what was accepted and frees the port', async () => {
      await using stage = await open();
      const ours = await stage.connect();
      const theirs = await stage.taken(1);
      const { port } = stage.listener.local;
      const [transport] = stage.engine.transports;
      assert.deepEqual(transport?.addresses[0]?.listeners, [stage.listener]);
      await transport.tearDown();
      await ours.recorder.until(() => ours.recorder.ends.length === 1);
      assert.equal(theirs.circuit.state, 'tornDown');
      assert.deepEqual(theirs.recorder.ends, []);
      await assert.rejects(stage.connect(), { code: 'ISCSI_CONNECT_FAILED' });
      const again = stage.engine.buildTransport(makeDriver()).buildAddress(binding);
      const second = await again.listen({ port }, () => new CircuitRecorder());
      assert.equal(second.local.port, port);
    });

    test('a port that is taken is ISCSI_LISTEN_FAILED, and nothing is left behind', async () => {
      await using stage = await open();
      const address = stage.engine.transports[0]?.addresses[0];
      const { port } = stage.listener.local;
      await assert.rejects(
        address!.listen({ port }, () => new CircuitRecorder()),
        { code: 'ISCSI_LISTEN_FAILED' },
      );
      assert.deepEqual(address?.listeners, [stage.listener]);
    });

    test('an address that is torn down meanwhile does not listen', async () => {
      await using engine = new Engine();
      const address = engine.buildTransport(makeDriver()).buildAddress(binding);
      const listening = assert.rejects(
        address.listen({}, () => new CircuitRecorder()),
        { code: 'ISCSI_CLOSED' },
      );
      await address.tearDown();
      await listening;
      await assert.rejects(
        address.listen({}, () => new CircuitRecorder()),
        { code: 'ISCSI_WRONG_STATE' },
      );
    });
  });
}

test('listening takes no port beyond 65535, and no bound below 1', async () => {
  await using engine = new Engine();
  const address = engine.buildTransport(memoryDriver()).buildAddress();
  const accept = (): CircuitRecorder => new CircuitRecorder();
  for (const options of [{ port: 65_536 }, { port: -1 }, { circuitBound: 0 }]) {
    await assert.rejects(address.listen(options, accept), { code: 'ISCSI_BAD_ARGUMENT' });
  }
  assert.deepEqual(address.listeners, []);
});

test('a transport that cannot listen says so', async () => {
  await using engine = new Engine();
  const address = engine.buildTransport(tlsDriver()).buildAddress();
  await assert.rejects(
    address.listen({}, () => new CircuitRecorder()),
    { code: 'ISCSI_BAD_ARGUMENT' },
  );
});
