// Teardown races over the RxCe names: whatever meets whatever in whatever order, each call ends with a status that it is
// documented with, no event comes twice or too late, and nothing is left. HAWSER_SEED and HAWSER_RUNS choose other orders,
// and more of them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import { channels, nextTurn } from '../../src/base/index.ts';
import { Engine, memoryDriver, type TransportDriver } from '../../src/engine/index.ts';
import {
  encodeTransportAddress,
  type NtStatusName,
  ntStatusName,
  openRxCe,
  RXCE_ADDRESS,
  RXCE_CONNECTION,
  RXCE_TRANSPORT,
  RXCE_VC,
  TDI_DISCONNECT,
} from '../../src/rxce/index.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { RaceClient } from '../support/rxce-race-client.ts';
import { listenMemoryPeer, type PeerCircuit } from '../support/scripted-peer.ts';

const seed = Number(process.env['HAWSER_SEED'] ?? 20_261_121);
const runs = Number(process.env['HAWSER_RUNS'] ?? 1000);

/** What each call may end with. */
const documented: Readonly<Record<string, readonly NtStatusName[]>> = {
  initiate: ['STATUS_SUCCESS', 'STATUS_INVALID_PARAMETER', 'STATUS_INSUFFICIENT_RESOURCES'],
  tearDownVc: ['STATUS_SUCCESS', 'STATUS_INVALID_PARAMETER', 'STATUS_CONNECTION_RESET', 'STATUS_CONNECTION_ABORTED'],
  tearDown: ['STATUS_SUCCESS', 'STATUS_INVALID_PARAMETER'],
  send: [
    'STATUS_SUCCESS',
    'STATUS_CONNECTION_DISCONNECTED',
    'STATUS_DEVICE_NOT_READY',
    'STATUS_INSUFFICIENT_RESOURCES',
  ],
  build: ['STATUS_SUCCESS', 'STATUS_INVALID_PARAMETER', 'STATUS_LOCAL_DISCONNECT', 'STATUS_CONNECTION_REFUSED'],
};

const kinds = [
  ...['initiate', 'initiate', 'abort', 'initiateAndTearDown', 'tearDownVc', 'tearDownVc', 'tearDownSecond'],
  ...['tearDownConnection', 'tearDownAddress', 'tearDownTransport', 'buildVc', 'buildConnection', 'fillWorker'],
  ...[
    'send',
    'send',
    'sendSynchronous',
    'sendNonBlocking',
    'peerSend',
    'peerSend',
    'peerEnd',
    'peerReset',
    'peerPause',
  ],
  ...['take', 'refuse', 'buffer', 'again', 'advance'],
] as const;

type Kind = (typeof kinds)[number];

/** What a client does, and how many turns of the event loop go by before the next thing is done. */
const step = fc.record({ kind: fc.constantFrom(...kinds), turns: fc.integer({ min: 0, max: 3 }) });

/** One race: a connection with its circuit, another that comes later, and everything that was called. */
class Race {
  readonly clock = new FakeClock();
  readonly engine = new Engine({ clock: this.clock, workerBound: 3, highWaterMark: 2000 });
  readonly memory = memoryDriver();
  readonly peer = listenMemoryPeer(this.memory);
  readonly rxCe;
  readonly client = new RaceClient();
  readonly transport = new RXCE_TRANSPORT();
  readonly address = new RXCE_ADDRESS();
  readonly connection = new RXCE_CONNECTION();
  readonly vc = new RXCE_VC();
  readonly second = new RXCE_VC();
  readonly calls: Promise<void>[] = [];
  readonly statuses: string[] = [];
  far: PeerCircuit | undefined;
  #sends = 0;

  constructor(schedule: <T>(promise: Promise<T>) => Promise<T>) {
    const driver: TransportDriver = {
      ...this.memory,
      connect: async (...given) => {
        const connected = this.memory.connect(...given);
        connected.catch(() => undefined); // it may fail before its turn has come
        return await schedule(connected);
      },
    };
    this.rxCe = openRxCe({ engine: this.engine, transports: { memory: driver }, lookaheadLength: 500, sendBound: 8 });
  }

  async build(): Promise<void> {
    const { rxCe, transport, address } = this;
    assert.equal(rxCe.RxCeBuildTransport(transport, 'memory', 0), 0);
    const from = encodeTransportAddress({ host: '', port: 0 });
    assert.equal(await rxCe.RxCeBuildAddress(address, transport, from, this.client.addressHandler, null), 0);
  }

  async connect(connection: RXCE_CONNECTION, vc: RXCE_VC): Promise<number> {
    const information = { RemoteAddress: encodeTransportAddress(this.peer) };
    return await this.rxCe.RxCeBuildConnection(this.address, information, this.client.handler, null, connection, vc);
  }

  /** Notes what a call ends with. */
  #expect(name: string, answer: number | Promise<number>): void {
    const call = Promise.resolve(answer).then((status) => {
      const text = ntStatusName(status);
      assert.ok((documented[name] as readonly string[]).includes(text), `${name} ended with ${text}`);
      this.statuses.push(`${name} ${text}`);
    });
    this.calls.push(call);
    call.catch(() => undefined); // it is awaited at the end
  }

  /** As a worker item; a full queue is the worker's business. */
  #onWorker(item: Parameters<Engine['worker']['run']>[0]): void {
    this.calls.push(
      this.engine.worker.run(item).then(
        () => undefined,
        (error: unknown) => {
          assert.equal((error as { code?: string }).code, 'ISCSI_QUEUE_FULL');
        },
      ),
    );
  }

  #send(options: number): void {
    this.#sends += 1;
    const id = this.#sends;
    const sent = this.rxCe.RxCeSend(this.vc, options, new Uint8Array(700), 700, id);
    const isSynchronous = options === 0x10000000;
    const status = sent.then(({ Status }) => {
      if (Status === 0 && !isSynchronous) this.client.owed.add(id);
      return Status;
    });
    this.#expect('send', status);
  }

  /** A teardown: from here on the client has asked, and when it is over nothing more may be heard. */
  #tearDown(name: string, circuits: readonly RXCE_VC[], work: () => Promise<number>): void {
    for (const vc of circuits) if (vc.Signature !== 0) this.client.asked.add(vc);
    this.#expect(name, work());
  }

  play(kind: Kind): void {
    const { rxCe, vc, second, connection, client, engine } = this;
    client.isInCall = true;
    switch (kind) {
      case 'initiate':
      case 'abort':
        this.#onWorker((context) => {
          const flags = kind === 'abort' ? TDI_DISCONNECT.TDI_DISCONNECT_ABORT : TDI_DISCONNECT.TDI_DISCONNECT_RELEASE;
          const status = rxCe.RxCeInitiateVCDisconnect(vc, context, flags);
          if (status === 0) client.asked.add(vc);
          this.#expect('initiate', status);
        });
        break;
      case 'initiateAndTearDown':
        this.#onWorker((context) => {
          const status = rxCe.RxCeInitiateVCDisconnect(vc, context);
          this.#expect('initiate', status);
          this.#tearDown('tearDownVc', [vc], async () => await rxCe.RxCeTearDownVC(vc, context));
        });
        break;
      case 'tearDownVc':
        this.#tearDown('tearDownVc', [vc], async () => await rxCe.RxCeTearDownVC(vc));
        break;
      case 'tearDownSecond':
        this.#tearDown('tearDownVc', [second], async () => await rxCe.RxCeTearDownVC(second));
        break;
      case 'tearDownConnection':
        this.#tearDown('tearDown', [vc, second], async () => await rxCe.RxCeTearDownConnection(connection));
        break;
      case 'tearDownAddress':
        this.#tearDown('tearDown', [vc, second], async () => await rxCe.RxCeTearDownAddress(this.address));
        break;
      case 'tearDownTransport':
        this.#tearDown('tearDown', [vc, second], async () => await rxCe.RxCeTearDownTransport(this.transport));
        break;
      case 'buildVc':
        this.#expect('build', rxCe.RxCeBuildVC(second, connection));
        break;
      case 'buildConnection':
        this.#expect('build', this.connect(new RXCE_CONNECTION(), new RXCE_VC()));
        break;
      case 'fillWorker':
        for (let item = 0; item < 3; item += 1)
          this.#onWorker(async () => {
            await nextTurn();
          });
        break;
      case 'send':
        this.#send(0);
        break;
      case 'sendSynchronous':
        this.#send(0x10000000);
        break;
      case 'sendNonBlocking':
        this.#send(0x0100);
        break;
      case 'peerSend':
        this.far?.send(new Uint8Array(300));
        break;
      case 'peerEnd':
        this.far?.end();
        break;
      case 'peerReset':
        this.far?.reset();
        break;
      case 'peerPause':
        this.far?.pause();
        break;
      case 'take':
      case 'refuse':
      case 'buffer':
        client.mood = kind;
        break;
      case 'again':
        rxCe.indicateAgain(vc);
        break;
      case 'advance':
        this.clock.jump(2_000);
        break;
    }
    assert.ok(engine.worker.length <= engine.worker.bound + 4, 'the worker’s queue stays bounded');
    client.isInCall = false;
  }

  /** Ends everything, and looks at what is left. */
  async end(): Promise<void> {
    for (const vc of [this.vc, this.second]) this.client.asked.add(vc);
    const all = Promise.all([...this.calls, this.rxCe.close()]);
    await this.#settled(all);
    const heardAtEnd = this.client.count;
    await this.#settled(Promise.all([this.engine.close(), this.peer.close()]));
    await nextTurn();
    const { client, engine, clock } = this;
    assert.deepEqual(client.faults, []);
    assert.equal(client.count, heardAtEnd, 'nothing is heard when everything is torn down');
    assert.deepEqual([[...client.owed], [...client.buffers]], [[], []], 'each send has ended, each buffer is back');
    assert.deepEqual([engine.transports, this.rxCe.transports, engine.worker.length], [[], [], 0]);
    assert.equal(clock.pendingTimers, 0, 'no timer is left');
    const signatures = [this.transport, this.address, this.connection, this.vc, this.second].map(
      (each) => each.Signature,
    );
    assert.deepEqual(signatures, [0, 0, 0, 0, 0]);
  }

  /** Waits, with time going on, but not for ever. */
  async #settled(work: Promise<unknown>): Promise<void> {
    const progress = { isDone: false };
    const done = work.finally(() => {
      progress.isDone = true;
    });
    done.catch(() => undefined);
    for (let turn = 0; !progress.isDone; turn += 1) {
      assert.ok(turn < 400, 'a call never ends');
      await nextTurn();
      if (turn % 20 === 19) this.clock.jump(5_000);
    }
    await done;
  }
}

async function run(
  scheduler: fc.Scheduler,
  steps: readonly { readonly kind: Kind; readonly turns: number }[],
): Promise<void> {
  const race = new Race(async (promise) => await scheduler.schedule(promise, 'connect'));
  await race.build();
  const connected = race.connect(race.connection, race.vc);
  for (const { kind, turns } of steps) {
    scheduler.schedule(Promise.resolve(turns), kind).then(
      () => {
        race.play(kind);
      },
      () => undefined,
    );
  }
  void race.peer.accept().then((far) => {
    race.far ??= far;
  });
  const waits = steps.map(({ turns }) => turns);
  for (let at = 0; at < 400; at += 1) {
    if (scheduler.count() > 0) await scheduler.waitNext(1);
    for (let turn = waits[at] ?? 1; turn > 0; turn -= 1) await nextTurn();
    if (scheduler.count() === 0 && at >= steps.length) break;
  }
  const status = ntStatusName(await connected);
  assert.ok(documented['build']?.includes(status as NtStatusName), status);
  await race.end();
}

test(`teardown races: ${runs} orders of disconnect, send, receive, remote close, teardown and connect end as documented`, async () => {
  const open = new Set<number>();
  const connected = ({ circuitId }: { circuitId: number }): void => void open.add(circuitId);
  const closed = ({ circuitId }: { circuitId: number }): void => void open.delete(circuitId);
  channels.circuitConnected.subscribe(connected);
  channels.circuitClosed.subscribe(closed);
  try {
    const property = fc.asyncProperty(fc.scheduler(), fc.array(step, { minLength: 1, maxLength: 14 }), run);
    await fc.assert(property, { numRuns: runs, seed });
  } finally {
    channels.circuitConnected.unsubscribe(connected);
    channels.circuitClosed.unsubscribe(closed);
  }
  assert.equal(open.size, 0, 'each circuit that was connected is closed');
});
