// One race over the RxCe names: a connection with its circuit, a client that keeps the book, a peer, and everything that can
// happen between them.

import assert from 'node:assert/strict';

import { deferred, nextTurn } from '../../src/base/index.ts';
import {
  Engine,
  type MemoryDriver,
  memoryDriver,
  type TransportDriver,
  type WorkerContext,
} from '../../src/engine/index.ts';
import {
  encodeTransportAddress,
  type NtStatusName,
  ntStatus,
  ntStatusName,
  openRxCe,
  RDBSS_DEVICE_OBJECT,
  RXCE_ADDRESS,
  RXCE_CONNECTION,
  RXCE_SEND,
  RXCE_TRANSPORT,
  RXCE_VC,
  type RxCe,
  TDI_DISCONNECT,
} from '../../src/rxce/index.ts';
import { FakeClock } from './fake-clock.ts';
import { RaceClient } from './rxce-race-client.ts';
import { listenMemoryPeer, type PeerCircuit, type ScriptedPeer } from './scripted-peer.ts';

/** What each call may end with. */
export const documented: Readonly<Record<string, readonly NtStatusName[]>> = {
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
  connectMany: ['STATUS_PENDING', 'STATUS_INVALID_HANDLE', 'STATUS_INVALID_PARAMETER'],
};

export type Kind =
  | 'initiate'
  | 'abort'
  | 'initiateAndLinger'
  | 'initiateAndTearDown'
  | 'tearDownVc'
  | 'tearDownSecond'
  | 'tearDownConnection'
  | 'tearDownAddress'
  | 'tearDownTransport'
  | 'buildVc'
  | 'buildConnection'
  | 'connectMany'
  | 'fillWorker'
  | 'send'
  | 'sendSynchronous'
  | 'sendNonBlocking'
  | 'peerSend'
  | 'peerEnd'
  | 'peerReset'
  | 'peerPause'
  | 'take'
  | 'refuse'
  | 'buffer'
  | 'again'
  | 'advance';

/** What there is to do, the heart of the matter twice. */
export const kinds: readonly Kind[] = [
  'initiate',
  'initiate',
  'abort',
  'initiateAndLinger',
  'initiateAndTearDown',
  'tearDownVc',
  'tearDownVc',
  'tearDownSecond',
  'tearDownConnection',
  'tearDownAddress',
  'tearDownTransport',
  'buildVc',
  'buildConnection',
  'connectMany',
  'fillWorker',
  'send',
  'send',
  'sendSynchronous',
  'sendNonBlocking',
  'peerSend',
  'peerSend',
  'peerEnd',
  'peerReset',
  'peerPause',
  'take',
  'refuse',
  'buffer',
  'again',
  'advance',
];

/** One race: a connection with its circuit, another that comes later, and everything that was called. */
export class Race {
  readonly clock: FakeClock = new FakeClock();
  readonly engine: Engine = new Engine({ clock: this.clock, workerBound: 3, highWaterMark: 2000 });
  readonly memory: MemoryDriver = memoryDriver();
  readonly peer: ScriptedPeer = listenMemoryPeer(this.memory);
  readonly rxCe: RxCe;
  readonly client: RaceClient = new RaceClient();
  readonly transport: RXCE_TRANSPORT = new RXCE_TRANSPORT();
  readonly address: RXCE_ADDRESS = new RXCE_ADDRESS();
  readonly connection: RXCE_CONNECTION = new RXCE_CONNECTION();
  readonly vc: RXCE_VC = new RXCE_VC();
  readonly second: RXCE_VC = new RXCE_VC();
  readonly both: readonly RXCE_VC[] = [this.vc, this.second];
  readonly device: RDBSS_DEVICE_OBJECT = new RDBSS_DEVICE_OBJECT();
  readonly calls: Promise<void>[] = [];
  /** Those that end by themselves, whatever the peer does. */
  readonly teardowns: Promise<void>[] = [];
  readonly statuses: string[] = [];
  far: PeerCircuit | undefined;
  #sends = 0;
  /** Has the scheduler take the next task, if there is one. */
  readonly #letOneGo: () => Promise<void>;

  constructor(schedule: <T>(promise: Promise<T>) => Promise<T>, letOneGo: () => Promise<void>) {
    this.#letOneGo = letOneGo;
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
    if (name !== 'send') this.teardowns.push(call);
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
    const isSynchronous = options === RXCE_SEND.RXCE_SEND_SYNCHRONOUS;
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

  /** Two ways at once, of which the first that answers wins; a connect that is pending must come to an end. */
  #connectMany(context: WorkerContext): void {
    const completed = deferred();
    const status = this.rxCe.RxCeBuildConnectionOverMultipleTransports(
      this.device,
      0,
      2,
      [this.address, this.address],
      'server',
      { RemoteAddress: encodeTransportAddress(this.peer) },
      this.client.handler,
      null,
      () => {
        completed.resolve();
      },
      {
        Status: 0,
        AddressIndex: 0,
        pConnection: new RXCE_CONNECTION(),
        pVc: new RXCE_VC(),
        pConnectionInformation: null,
      },
      context,
    );
    this.#expect('connectMany', status);
    if (status === ntStatus.STATUS_PENDING) this.teardowns.push(completed.promise);
  }

  /** The disconnect of the first circuit, in a worker item that goes on for so many turns. */
  #initiate(flags: number, turns = 0): void {
    this.#onWorker(async (context) => {
      const status = this.rxCe.RxCeInitiateVCDisconnect(this.vc, context, flags);
      if (status === ntStatus.STATUS_SUCCESS) this.client.asked.add(this.vc);
      this.#expect('initiate', status);
      for (let turn = 0; turn < turns; turn += 1) await nextTurn();
    });
  }

  #initiateAndTearDown(): void {
    this.#onWorker((context) => {
      this.#expect('initiate', this.rxCe.RxCeInitiateVCDisconnect(this.vc, context));
      this.#tearDown('tearDownVc', [this.vc], async () => await this.rxCe.RxCeTearDownVC(this.vc, context));
    });
  }

  #fillWorker(): void {
    for (let item = 0; item < 3; item += 1) {
      this.#onWorker(async () => {
        await nextTurn();
      });
    }
  }

  /** What there is to do, by its name. */
  readonly #actions: Readonly<Record<Kind, () => void>> = {
    initiate: () => {
      this.#initiate(TDI_DISCONNECT.TDI_DISCONNECT_RELEASE);
    },
    abort: () => {
      this.#initiate(TDI_DISCONNECT.TDI_DISCONNECT_ABORT);
    },
    initiateAndLinger: () => {
      this.#initiate(TDI_DISCONNECT.TDI_DISCONNECT_RELEASE, 4); // something may come before the turn of the disconnect
    },
    initiateAndTearDown: () => {
      this.#initiateAndTearDown();
    },
    tearDownVc: () => {
      this.#tearDown('tearDownVc', [this.vc], async () => await this.rxCe.RxCeTearDownVC(this.vc));
    },
    tearDownSecond: () => {
      this.#tearDown('tearDownVc', [this.second], async () => await this.rxCe.RxCeTearDownVC(this.second));
    },
    tearDownConnection: () => {
      this.#tearDown('tearDown', this.both, async () => await this.rxCe.RxCeTearDownConnection(this.connection));
    },
    tearDownAddress: () => {
      this.#tearDown('tearDown', this.both, async () => await this.rxCe.RxCeTearDownAddress(this.address));
    },
    tearDownTransport: () => {
      this.#tearDown('tearDown', this.both, async () => await this.rxCe.RxCeTearDownTransport(this.transport));
    },
    buildVc: () => {
      this.#expect('build', this.rxCe.RxCeBuildVC(this.second, this.connection));
    },
    buildConnection: () => {
      this.#expect('build', this.connect(new RXCE_CONNECTION(), new RXCE_VC()));
    },
    connectMany: () => {
      this.#onWorker((context) => {
        this.#connectMany(context);
      });
    },
    fillWorker: () => {
      this.#fillWorker();
    },
    send: () => {
      this.#send(0);
    },
    sendSynchronous: () => {
      this.#send(RXCE_SEND.RXCE_SEND_SYNCHRONOUS);
    },
    sendNonBlocking: () => {
      this.#send(RXCE_SEND.RXCE_SEND_NON_BLOCKING);
    },
    peerSend: () => {
      this.far?.send(new Uint8Array(300));
    },
    peerEnd: () => {
      this.far?.end();
    },
    peerReset: () => {
      this.far?.reset();
    },
    peerPause: () => {
      this.far?.pause();
    },
    take: () => {
      this.client.mood = 'take';
    },
    refuse: () => {
      this.client.mood = 'refuse';
    },
    buffer: () => {
      this.client.mood = 'buffer';
    },
    again: () => {
      this.rxCe.indicateAgain(this.vc);
    },
    advance: () => {
      this.clock.jump(2_000);
    },
  };

  /** Does one thing; no event may come inside it. */
  play(kind: Kind): void {
    this.client.isInCall = true;
    this.#actions[kind]();
    this.client.isInCall = false;
    const { length, bound } = this.engine.worker;
    assert.ok(length <= bound + 4, 'the worker’s queue stays bounded');
  }

  /** Ends everything, and looks at what is left. */
  async end(): Promise<void> {
    await this.#settled(Promise.all(this.teardowns));
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
    assert.deepEqual(
      [engine.transports, this.rxCe.transports, this.rxCe.circuits, engine.worker.length],
      [[], [], [], 0],
    );
    assert.deepEqual([clock.pendingTimers, this.device.PendingConnects], [0, 0], 'no timer is left, and no connect');
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
      await this.#letOneGo();
      await nextTurn();
      if (turn % 20 === 19) this.clock.jump(5_000);
    }
    await done;
  }
}
