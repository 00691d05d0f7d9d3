// Datagrams: what an address of the engine sends and receives by UDP, and what is left of it.

import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { suite, test } from 'node:test';
import { type CircuitEndpoint, channels, deferred, type TransportError } from '../../src/base/index.ts';
import {
  type Address,
  type DatagramHandlers,
  type DatagramOptions,
  type DatagramPort,
  Engine,
  faultyDriver,
  type LocalBinding,
  memoryDriver,
  tcpDriver,
  udpDriver,
} from '../../src/engine/index.ts';

interface Datagram {
  readonly text: string;
  readonly from: CircuitEndpoint;
}

/** Keeps what a port tells, and waits for it. */
class Recorder implements DatagramHandlers {
  readonly datagrams: Datagram[] = [];
  readonly errors: TransportError[] = [];
  #news = deferred();

  received(bytes: Uint8Array, from: CircuitEndpoint): void {
    this.datagrams.push({ text: Buffer.from(bytes).toString(), from });
    this.#tell();
  }

  failed(error: TransportError): void {
    this.errors.push(error);
    this.#tell();
  }

  async until(claim: () => boolean): Promise<void> {
    while (!claim()) await this.#news.promise;
  }

  #tell(): void {
    const news = this.#news;
    this.#news = deferred();
    news.resolve();
  }
}

interface Stage extends AsyncDisposable {
  readonly engine: Engine;
  readonly address: Address;
  open(options?: DatagramOptions, handlers?: DatagramHandlers): Promise<{ port: DatagramPort; recorder: Recorder }>;
}

function openStage(binding: LocalBinding = { localAddress: '127.0.0.1' }): Stage {
  const engine = new Engine();
  const address = engine.buildTransport(udpDriver()).buildAddress(binding);
  return {
    engine,
    address,
    async open(options = {}) {
      const recorder = new Recorder();
      return { recorder, port: await address.openDatagrams(options, recorder) };
    },
    [Symbol.asyncDispose]: () => engine.close(),
  };
}

const remoteOf = ({ local }: DatagramPort): { host: string; port: number } => ({
  host: local.address,
  port: local.port,
});

/** A loopback port on which nobody listens. */
async function freePort(): Promise<number> {
  const socket = dgram.createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}

suite('datagrams of an address', () => {
  for (const [family, localAddress] of [
    [4, '127.0.0.1'],
    [6, '::1'],
  ] as const) {
    test(`IPv${family}: a datagram goes out from the address and comes in with the sender’s`, async () => {
      await using stage = openStage({ localAddress });
      const [one, two] = [await stage.open(), await stage.open()];
      await one.port.send(Buffer.from('ask'), remoteOf(two.port));
      await two.recorder.until(() => two.recorder.datagrams.length === 1);
      assert.deepEqual(two.recorder.datagrams, [{ text: 'ask', from: one.port.local }]);
      assert.equal(one.port.local.address, localAddress);
      await two.port.send(new Uint8Array(0), remoteOf(one.port));
      await one.recorder.until(() => one.recorder.datagrams.length === 1);
      assert.deepEqual(one.recorder.datagrams, [{ text: '', from: two.port.local }]);
    });
  }
  test('a name is looked up in the family of the binding', async () => {
    await using stage = openStage({ family: 4 });
    const { port, recorder } = await stage.open();
    const sender = await stage.open({ remote: { host: 'localhost', port: port.local.port } });
    await sender.port.send(Buffer.from('by name'));
    await recorder.until(() => recorder.datagrams.length === 1);
    await port.send(Buffer.from('back'), { host: 'localhost', port: sender.port.local.port });
    await sender.recorder.until(() => sender.recorder.datagrams.length === 1);
  });
  test('a port with one remote hears that one alone', async () => {
    await using stage = openStage();
    const [friend, stranger] = [await stage.open(), await stage.open()];
    const tied = await stage.open({ remote: remoteOf(friend.port) });
    await stranger.port.send(Buffer.from('psst'), remoteOf(tied.port));
    await friend.port.send(Buffer.from('hello'), remoteOf(tied.port));
    await tied.recorder.until(() => tied.recorder.datagrams.length > 0);
    assert.deepEqual(tied.recorder.datagrams, [{ text: 'hello', from: friend.port.local }]);
  });
  test('a remote where nobody listens is told of, and the port stays usable', async () => {
    await using stage = openStage();
    const port = await freePort();
    const tied = await stage.open({ remote: { host: '127.0.0.1', port } });
    await tied.port.send(Buffer.from('anybody?'));
    await tied.recorder.until(() => tied.recorder.errors.length > 0);
    assert.deepEqual(
      tied.recorder.errors.map(({ code, address }) => [code, address]),
      [['ISCSI_CONNECT_FAILED', `127.0.0.1:${port}`]],
    );
    const late = await stage.open({ port });
    await tied.port.send(Buffer.from('again'));
    await late.recorder.until(() => late.recorder.datagrams.length > 0);
    assert.equal(late.recorder.datagrams[0]?.text, 'again');
  });
  test('a faulty driver lets datagrams of its inner one pass', async () => {
    await using engine = new Engine();
    const address = engine.buildTransport(faultyDriver(udpDriver(), [])).buildAddress({ family: 4 });
    const port = await address.openDatagrams({}, new Recorder());
    assert.ok(port.local.port > 0);
  });
});

suite('what datagrams refuse', () => {
  test('remotes, ports and sizes that cannot be, before anything is sent', async () => {
    await using stage = openStage();
    const one = await stage.open();
    const tied = await stage.open({ remote: remoteOf(one.port) });
    const bad = { code: 'ISCSI_BAD_ARGUMENT' };
    await assert.rejects(one.port.send(Buffer.from('to whom')), bad);
    await assert.rejects(tied.port.send(Buffer.from('to two'), remoteOf(one.port)), bad);
    await assert.rejects(one.port.send(Buffer.alloc(1), { host: '127.0.0.1', port: 0 }), bad);
    await assert.rejects(one.port.send(Buffer.alloc(1), { host: '', port: 1 }), bad);
    await assert.rejects(tied.port.send(Buffer.alloc(65_508)), bad);
    await assert.rejects(stage.open({ port: 65_536 }), bad);
    await assert.rejects(stage.open({ sendBound: 0 }), bad);
    assert.equal(stage.address.datagramPorts.length, 2);
  });
  test('a port that is taken, and a name that nobody has', async () => {
    await using stage = openStage();
    const { port } = await stage.open();
    await assert.rejects(stage.open({ port: port.local.port }), { code: 'ISCSI_LISTEN_FAILED' });
    await assert.rejects(stage.open({ remote: { host: 'no-such.invalid', port: 1 } }), { code: 'ISCSI_LISTEN_FAILED' });
    await assert.rejects(port.send(Buffer.alloc(1), { host: 'no-such.invalid', port: 1 }), {
      code: 'ISCSI_CONNECT_FAILED',
    });
    assert.deepEqual(stage.address.datagramPorts, [port]);
  });
  test('transports without datagrams, and circuits by UDP', async () => {
    await using engine = new Engine();
    for (const driver of [tcpDriver(), memoryDriver()]) {
      const address = engine.buildTransport(driver).buildAddress();
      await assert.rejects(address.openDatagrams({}, new Recorder()), { code: 'ISCSI_BAD_ARGUMENT' });
      assert.deepEqual(address.datagramPorts, []);
    }
    const connection = engine
      .buildTransport(udpDriver())
      .buildAddress()
      .buildConnection({ host: '127.0.0.1', port: 9 });
    const handlers = { received: () => {}, drained: () => {}, disconnected: () => {} };
    await assert.rejects(connection.buildCircuit({ handlers }), { code: 'ISCSI_CONNECT_FAILED' });
  });
  test('more datagrams at a time than the bound: that is published, and those before go out', async () => {
    await using stage = openStage();
    const { port: to, recorder } = await stage.open();
    const { port } = await stage.open({ remote: remoteOf(to), sendBound: 2 });
    const full: unknown[] = [];
    const note = (message: unknown): void => void full.push(message);
    channels.queueFull.subscribe(note);
    try {
      const sent = ['a', 'b', 'c'].map((text) => port.send(Buffer.from(text)));
      const ends = await Promise.allSettled(sent);
      assert.deepEqual(
        ends.map(({ status }) => status),
        ['fulfilled', 'fulfilled', 'rejected'],
      );
      await assert.rejects(sent[2]!, { code: 'ISCSI_QUEUE_FULL' });
    } finally {
      channels.queueFull.unsubscribe(note);
    }
    assert.deepEqual(full, [{ name: 'engine:datagrams', bound: 2 }]);
    await recorder.until(() => recorder.datagrams.length === 2);
  });
});

suite('the end of datagrams', () => {
  test('the teardown of an owner takes a port along, and nothing is sent or received any more', async () => {
    await using stage = openStage();
    const { port: to, recorder } = await stage.open();
    const { port } = await stage.open();
    const remote = remoteOf(port);
    await stage.address.tearDown();
    assert.deepEqual(stage.address.datagramPorts, []);
    await assert.rejects(port.send(Buffer.alloc(1), remoteOf(to)), { code: 'ISCSI_CLOSED' });
    await assert.rejects(stage.open(), { code: 'ISCSI_WRONG_STATE' });
    assert.deepEqual(recorder.datagrams, []);
    await using again = openStage();
    assert.equal((await again.open({ port: remote.port })).port.local.port, remote.port);
  });
  test('one that is torn down or given up while it is opened leaves nothing behind', async () => {
    await using stage = openStage({ family: 4 });
    const opening = stage.open({ remote: { host: 'localhost', port: 9 } });
    opening.catch(() => undefined);
    await stage.address.datagramPorts[0]!.tearDown();
    await assert.rejects(opening, { code: 'ISCSI_CLOSED' });
    const enough = new Error('enough');
    const abort = new AbortController();
    const given = stage.open({ remote: { host: 'localhost', port: 9 }, signal: abort.signal });
    abort.abort(enough);
    await assert.rejects(given, enough);
    await assert.rejects(stage.open({ signal: abort.signal }), enough);
    assert.deepEqual(stage.address.datagramPorts, []);
  });
  test('what is being sent when a port is torn down settles', async () => {
    await using stage = openStage({ family: 4 });
    const { port } = await stage.open();
    const sending = port.send(Buffer.from('late'), { host: 'localhost', port: 9 });
    await Promise.all([port.tearDown(), assert.rejects(sending, { code: 'ISCSI_CLOSED' })]);
  });
});
