// The RxCe names over a memory transport with a peer in the hands of the test, and a client that writes down every event.

import { type Deferred, deferred } from '../../src/base/index.ts';
import {
  Engine,
  type EngineOptions,
  type MemoryDriver,
  memoryDriver,
  type WorkerContext,
} from '../../src/engine/index.ts';
import {
  encodeTransportAddress,
  type MDL,
  ntStatusName,
  openRxCe,
  type ReceiveAnswer,
  RXCE_ADDRESS,
  RXCE_CONNECTION,
  type RXCE_CONNECTION_EVENT_HANDLER,
  type RXCE_CONNECTION_INFORMATION,
  RXCE_TRANSPORT,
  RXCE_VC,
  type RxCe,
  type RxCeOptions,
  STATUS_SUCCESS,
} from '../../src/rxce/index.ts';
import { FakeClock } from './fake-clock.ts';
import { listenMemoryPeer, type PeerCircuit, type ScriptedPeer } from './scripted-peer.ts';

export const memoryName = '\\Device\\Memory';
export const eventContext: object = { name: 'the event context' };

/** An event as a client heard it. */
export interface HeardEvent {
  readonly name: string;
  readonly pVc?: RXCE_VC;
  readonly values: readonly unknown[];
}

/** A client: what it hears, and what it answers to receive events. */
export class RxCeClient {
  readonly events: HeardEvent[] = [];
  /** Bytes that it took, in order. */
  readonly taken: Uint8Array[] = [];
  /** Contexts that came with the events. */
  readonly contexts: Set<unknown> = new Set();
  /** Takes everything unless set. */
  onReceive: (tsdu: Uint8Array, available: number) => ReceiveAnswer = (tsdu) => {
    return { Status: STATUS_SUCCESS, BytesTaken: tsdu.length };
  };
  /** Set while the test is inside a routine: an event that comes then is counted. */
  isInCall = false;
  reentries = 0;
  #waiting: Deferred<void> = deferred();

  readonly handler: RXCE_CONNECTION_EVENT_HANDLER = {
    RxCeDisconnectEventHandler: (context, pVc, ...values) => {
      this.#hear(context, { name: 'disconnect', pVc, values });
    },
    RxCeErrorEventHandler: (context, pVc, status) => {
      this.#hear(context, { name: 'error', pVc, values: [ntStatusName(status)] });
    },
    RxCeReceiveEventHandler: (context, pVc, flags, indicated, available, tsdu) => {
      this.#hear(context, { name: 'receive', pVc, values: [flags, indicated, available] });
      const answer = this.onReceive(tsdu, available);
      if (answer.Status === STATUS_SUCCESS) this.taken.push(new Uint8Array(tsdu.subarray(0, answer.BytesTaken ?? 0)));
      return answer;
    },
    RxCeSendPossibleEventHandler: (context, pVc, available) => {
      this.#hear(context, { name: 'sendPossible', pVc, values: [available] });
    },
    RxCeDataReadyEventHandler: (context, buffer: MDL, copied, status) => {
      this.#hear(context, { name: 'dataReady', values: [buffer, copied, ntStatusName(status)] });
    },
    RxCeSendCompleteEventHandler: (context, pVc, completion, status) => {
      this.#hear(context, { name: 'sendComplete', pVc, values: [completion, ntStatusName(status)] });
    },
    RxCeSendSubmittedEventHandler: (context, pVc, completion, status) => {
      this.#hear(context, { name: 'sendSubmitted', pVc, values: [completion, ntStatusName(status)] });
    },
  };

  /** The values of the events of one name. */
  heard(name: string): (readonly unknown[])[] {
    return this.events.filter((event) => event.name === name).map(({ values }) => values);
  }

  get names(): string[] {
    return this.events.map(({ name }) => name);
  }

  get bytes(): Buffer {
    return Buffer.concat(this.taken);
  }

  /** Waits until the claim holds; looks again after each event. */
  async until(claim: () => boolean): Promise<void> {
    while (!claim()) await this.#waiting.promise;
  }

  #hear(context: unknown, event: HeardEvent): void {
    if (this.isInCall) this.reentries += 1;
    this.contexts.add(context);
    this.events.push(event);
    const waiting = this.#waiting;
    this.#waiting = deferred();
    queueMicrotask(waiting.resolve); // when the handler has answered
  }
}

/** An engine with its names, a memory transport, and a peer on it. */
export interface RxCeBench extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly engine: Engine;
  readonly driver: MemoryDriver;
  readonly peer: ScriptedPeer;
  readonly rxCe: RxCe;
  readonly client: RxCeClient;
  readonly transport: RXCE_TRANSPORT;
  readonly address: RXCE_ADDRESS;
  readonly information: RXCE_CONNECTION_INFORMATION;
}

/** Opens a bench whose transport and address are built. */
export async function openRxCeBench(
  options: Partial<RxCeOptions> = {},
  engineOptions: EngineOptions = {},
): Promise<RxCeBench> {
  const clock = new FakeClock();
  const engine = new Engine({ clock, ...engineOptions });
  const driver = memoryDriver();
  const peer = listenMemoryPeer(driver);
  const rxCe = openRxCe({ engine, transports: { [memoryName]: driver }, ...options });
  const transport = new RXCE_TRANSPORT();
  const address = new RXCE_ADDRESS();
  rxCe.RxCeBuildTransport(transport, memoryName, 7);
  await rxCe.RxCeBuildAddress(address, transport, encodeTransportAddress({ host: '', port: 0 }), {}, null);
  return {
    clock,
    engine,
    driver,
    peer,
    rxCe,
    client: new RxCeClient(),
    transport,
    address,
    information: informationFor(peer),
    async [Symbol.asyncDispose]() {
      const closed = rxCe.close();
      clock.jump(60_000);
      await closed;
      await engine.close();
      await peer.close();
    },
  };
}

/** Where a peer is, as a routine takes it. */
export function informationFor(peer: { readonly host: string; readonly port: number }): RXCE_CONNECTION_INFORMATION {
  return { RemoteAddress: encodeTransportAddress(peer) };
}

/** A connection with its first circuit, and the other end of that. */
export interface BuiltCircuit {
  readonly connection: RXCE_CONNECTION;
  readonly vc: RXCE_VC;
  readonly far: PeerCircuit;
}

/** Builds a connection to the bench's peer. */
export async function connectBench(bench: RxCeBench): Promise<BuiltCircuit> {
  const { rxCe, address, information, client, peer } = bench;
  const connection = new RXCE_CONNECTION();
  const vc = new RXCE_VC();
  const status = await rxCe.RxCeBuildConnection(address, information, client.handler, eventContext, connection, vc);
  if (status !== STATUS_SUCCESS) throw new Error(`the connect ended with ${ntStatusName(status)}`);
  return { connection, vc, far: await peer.accept() };
}

/** Calls a routine from the engine's worker. */
export async function onWorker<T>(engine: Engine, call: (context: WorkerContext) => T | Promise<T>): Promise<T> {
  return await engine.worker.run(call);
}

/** A routine by its name, for arguments that no compiler has checked. */
export function routine(rxCe: RxCe, name: keyof RxCe): (...given: readonly unknown[]) => unknown {
  const all = rxCe as unknown as Readonly<Record<string, (...given: readonly unknown[]) => unknown>>;
  return (...given) => all[name as string]?.(...given);
}

/** The members of an object, to be compared with those of another. */
export function membersOf(object: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(object));
}
