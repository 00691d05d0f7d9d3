// RxCeBuildConnectionOverMultipleTransports: who wins, what is told, and what the losers leave.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { deferred, nextTurn } from '../../../src/base/index.ts';
import type { TransportDriver, WorkerContext } from '../../../src/engine/index.ts';
import { memoryDriver } from '../../../src/engine/index.ts';
import {
  encodeTransportAddress,
  ntStatus,
  ntStatusName,
  RDBSS_DEVICE_OBJECT,
  RXCE_ADDRESS,
  RXCE_CONNECTION,
  type RXCE_CONNECTION_COMPLETION_CONTEXT,
  RXCE_CONNECTION_CREATE_OPTIONS,
  RXCE_TRANSPORT,
  RXCE_VC,
  RxCeIsVcValid,
  STATUS_SUCCESS,
} from '../../../src/rxce/index.ts';
import { membersOf, onWorker, openRxCeBench, type RxCeBench, routine } from '../../support/rxce-bench.ts';

const { STATUS_PENDING, STATUS_INVALID_PARAMETER, STATUS_INVALID_HANDLE } = ntStatus;
const {
  RxCeSelectFirstSuccessfulTransport: first,
  RxCeSelectBestSuccessfulTransport: best,
  RxCeSelectAllSuccessfulTransports: every,
} = RXCE_CONNECTION_CREATE_OPTIONS;

/** Gates of the second and third address: a connect waits until its gate is open. */
interface Ways {
  readonly addresses: readonly RXCE_ADDRESS[];
  open(index: number): void;
  fail(index: number): void;
}

/** Three addresses, each on a transport of its own whose connects wait behind a gate. */
async function buildWays(bench: RxCeBench, names: readonly string[]): Promise<readonly RXCE_ADDRESS[]> {
  const addresses: RXCE_ADDRESS[] = [];
  for (const name of names) {
    const [transport, address] = [new RXCE_TRANSPORT(), new RXCE_ADDRESS()];
    assert.equal(bench.rxCe.RxCeBuildTransport(transport, name, 0), STATUS_SUCCESS);
    const from = encodeTransportAddress({ host: '', port: 0 });
    assert.equal(await bench.rxCe.RxCeBuildAddress(address, transport, from, {}, null), STATUS_SUCCESS);
    addresses.push(address);
  }
  return addresses;
}

async function openWays(): Promise<AsyncDisposable & { readonly bench: RxCeBench; readonly ways: Ways }> {
  const memory = memoryDriver();
  const gates = [0, 1, 2].map(() => deferred());
  const gated = gates.map(
    ({ promise }, index): TransportDriver => ({
      name: `gate ${index}`,
      checkBinding() {},
      connect: async (remote, binding, signal) => {
        const aborted = deferred();
        signal.addEventListener('abort', () => {
          aborted.reject(signal.reason);
        });
        await Promise.race([promise, aborted.promise]);
        return await memory.connect(remote, binding, signal);
      },
    }),
  );
  const transports = Object.fromEntries(gated.map((driver, index) => [`gate${index}`, driver]));
  const bench = await openRxCeBench({ transports: { ...transports, '\\Device\\Memory': memory } });
  memory.listen({ host: 'target', port: 3260 }, (peer) => {
    peer.send([Buffer.from('hello')]); // before anybody knows whether it has won
    return { received() {} };
  });
  const addresses = await buildWays(bench, Object.keys(transports));
  for (const { promise } of gates) promise.catch(() => undefined);
  return {
    bench,
    [Symbol.asyncDispose]: async () => {
      await bench[Symbol.asyncDispose]();
    },
    ways: {
      addresses,
      open: (index) => {
        gates[index]?.resolve();
      },
      fail: (index) => {
        gates[index]?.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
      },
    },
  };
}

function makeContext(): RXCE_CONNECTION_COMPLETION_CONTEXT {
  return {
    Status: -1,
    AddressIndex: -1,
    pConnection: new RXCE_CONNECTION(),
    pVc: new RXCE_VC(),
    pConnectionInformation: null,
  };
}

const information = { RemoteAddress: encodeTransportAddress({ host: 'target', port: 3260 }) };

/** Starts a connect, and waits for its completion. */
class Connect {
  readonly device = new RDBSS_DEVICE_OBJECT();
  readonly contexts: readonly RXCE_CONNECTION_COMPLETION_CONTEXT[];
  readonly completed: RXCE_CONNECTION_COMPLETION_CONTEXT[] = [];
  readonly #done = deferred();

  constructor(count = 1) {
    this.contexts = Array.from({ length: count }, makeContext);
  }

  get done(): Promise<void> {
    return this.#done.promise;
  }

  async start(bench: RxCeBench, option: number, addresses: readonly RXCE_ADDRESS[]): Promise<number> {
    return await onWorker(bench.engine, (context) =>
      bench.rxCe.RxCeBuildConnectionOverMultipleTransports(
        this.device,
        option,
        addresses.length,
        addresses,
        'server',
        information,
        bench.client.handler,
        'mine',
        (completion) => {
          this.completed.push(completion);
          if (this.completed.length === this.contexts.length) this.#done.resolve();
        },
        this.contexts,
        context,
      ),
    );
  }

  /** What each context says: the status and the place of its address. */
  get said(): string[] {
    return this.completed.map(({ Status, AddressIndex }) => `${AddressIndex} ${ntStatusName(Status)}`);
  }
}

test('RxCeBuildConnectionOverMultipleTransports: STATUS_PENDING, and the first that answers is told at the end', async () => {
  await using stage = await openWays();
  const { bench, ways } = stage;
  const connect = new Connect();
  assert.equal(await connect.start(bench, first, ways.addresses), STATUS_PENDING);
  assert.deepEqual([connect.completed, connect.device.PendingConnects], [[], 1]);
  ways.open(1);
  await connect.done;
  assert.deepEqual(connect.said, ['1 STATUS_SUCCESS']);
  const [{ pConnection, pVc }] = connect.contexts as [RXCE_CONNECTION_COMPLETION_CONTEXT];
  assert.deepEqual([pVc.pConnection, pConnection.pAddress], [pConnection, ways.addresses[1]]);
  await bench.client.until(() => bench.client.bytes.length === 5);
  assert.equal(bench.client.bytes.toString(), 'hello');
  assert.deepEqual([...bench.client.contexts], ['mine']);
  await nextTurn();
  assert.equal(connect.device.PendingConnects, 0);
  assert.deepEqual(
    ways.addresses.map(({ ConnectionCount }) => ConnectionCount),
    [0, 1, 0],
  );
});

test('RxCeBuildConnectionOverMultipleTransports: the best is the first in the list of those that answer', async () => {
  await using stage = await openWays();
  const { bench, ways } = stage;
  const connect = new Connect();
  await connect.start(bench, best, ways.addresses);
  ways.open(2);
  ways.open(1);
  for (let turn = 0; turn < 6; turn += 1) await nextTurn();
  assert.deepEqual(connect.completed, []);
  ways.fail(0);
  await connect.done;
  assert.deepEqual(connect.said, ['1 STATUS_SUCCESS']);
});

test('RxCeBuildConnectionOverMultipleTransports: all that answer, with a context and a call an address', async () => {
  await using stage = await openWays();
  const { bench, ways } = stage;
  const connect = new Connect(3);
  await connect.start(bench, every, ways.addresses);
  ways.open(0);
  ways.fail(1);
  ways.open(2);
  await connect.done;
  assert.deepEqual(connect.said, ['0 STATUS_SUCCESS', '1 STATUS_CONNECTION_REFUSED', '2 STATUS_SUCCESS']);
  assert.deepEqual(
    connect.contexts.map(({ pVc }) => RxCeIsVcValid(pVc)),
    [true, false, true],
  );
});

test('RxCeBuildConnectionOverMultipleTransports: a winner whose address goes does not keep the others from being heard', async () => {
  await using stage = await openWays();
  const { bench, ways } = stage;
  const connect = new Connect(3);
  await connect.start(bench, every, ways.addresses);
  ways.open(0);
  ways.open(1);
  for (let turn = 0; turn < 6; turn += 1) await nextTurn();
  const busy = deferred();
  const item = onWorker(bench.engine, async () => {
    await busy.promise;
  });
  const down = bench.rxCe.RxCeTearDownAddress(ways.addresses[0]!); // which waits for the worker
  ways.fail(2);
  for (let turn = 0; turn < 6; turn += 1) await nextTurn();
  busy.resolve();
  await Promise.all([item, down, connect.done]);
  assert.deepEqual(connect.said, ['0 STATUS_LOCAL_DISCONNECT', '1 STATUS_SUCCESS', '2 STATUS_CONNECTION_REFUSED']);
  assert.equal(bench.client.bytes.toString(), 'hello');
});

test('RxCeBuildConnectionOverMultipleTransports: STATUS_INVALID_HANDLE when none gave a circuit, or no address is valid', async () => {
  await using stage = await openWays();
  const { bench, ways } = stage;
  const connect = new Connect();
  assert.equal(await connect.start(bench, first, [new RXCE_ADDRESS()]), STATUS_INVALID_HANDLE);
  assert.equal(await connect.start(bench, first, ways.addresses), STATUS_PENDING);
  for (const index of [0, 1, 2]) ways.fail(index);
  await connect.done;
  assert.deepEqual(connect.said, ['0 STATUS_INVALID_HANDLE']);
  assert.equal(connect.contexts[0]?.pVc.Signature, 0);
});

test('RxCeBuildConnectionOverMultipleTransports: an address that is not valid is passed by, and keeps its place', async () => {
  await using stage = await openWays();
  const { bench, ways } = stage;
  const connect = new Connect();
  await connect.start(bench, first, [new RXCE_ADDRESS(), ways.addresses[2]!]);
  ways.open(2);
  await connect.done;
  assert.deepEqual(connect.said, ['1 STATUS_SUCCESS']);
});

test('RxCeTearDownVC: waits until connects over other transports are cleaned up, inside a worker item, too', async () => {
  const memory = memoryDriver();
  const slow = deferred();
  const driver: TransportDriver = {
    ...memory,
    connect: async (_remote, _binding, signal) => {
      await slow.promise; // a transport that takes its time to give up
      return await Promise.reject(signal.reason as Error);
    },
  };
  await using bench = await openRxCeBench({ transports: { slow: driver, '\\Device\\Memory': memory } });
  memory.listen({ host: 'target', port: 3260 }, () => ({ received() {} }));
  const [dead] = await buildWays(bench, ['slow']);
  const connect = new Connect();
  await connect.start(bench, first, [dead!, bench.address]);
  await connect.done;
  const vc = connect.contexts[0]!.pVc;
  assert.deepEqual([connect.said, vc.pCleanUpEvent instanceof Promise], [['1 STATUS_SUCCESS'], true]);
  const order: string[] = [];
  const tornDown = onWorker(bench.engine, async (context) => {
    const status = await bench.rxCe.RxCeTearDownVC(vc, context);
    order.push('torn down');
    return status;
  });
  for (let turn = 0; turn < 6; turn += 1) await nextTurn();
  order.push('cleaned up');
  slow.resolve();
  assert.equal(await tornDown, STATUS_SUCCESS);
  assert.deepEqual(order, ['cleaned up', 'torn down']);
  assert.equal(connect.device.PendingConnects, 0);
  assert.deepEqual(membersOf(vc), membersOf(new RXCE_VC()));
});

test('RxCeBuildConnectionOverMultipleTransports: addresses that are torn down before anybody answers end it', async () => {
  await using stage = await openWays();
  const { bench, ways } = stage;
  const connect = new Connect();
  await connect.start(bench, first, ways.addresses);
  await Promise.all(ways.addresses.map((address) => bench.rxCe.RxCeTearDownAddress(address)));
  await connect.done;
  assert.deepEqual([connect.said, connect.device.PendingConnects], [['0 STATUS_INVALID_HANDLE'], 0]);
});

test('RxCeBuildConnectionOverMultipleTransports: STATUS_INVALID_PARAMETER outside the worker, or for any argument that does not fit', async () => {
  await using stage = await openWays();
  const { bench, ways } = stage;
  const context = makeContext();
  const call = routine(bench.rxCe, 'RxCeBuildConnectionOverMultipleTransports');
  await onWorker(bench.engine, (worker: WorkerContext) => {
    const good = [
      new RDBSS_DEVICE_OBJECT(),
      first,
      3,
      ways.addresses,
      'server',
      information,
      bench.client.handler,
      null,
      (): void => {},
      context,
      worker,
    ];
    const shared = { ...makeContext(), pVc: context.pVc };
    const misfits = new Map<number, readonly unknown[]>([
      [0, [{}, null]],
      [1, [3, '0', undefined, every]],
      [2, [0, 4, 1.5, undefined]],
      [3, [null, 'addresses']],
      [4, [7]],
      [5, [{}, null]],
      [6, [null]],
      [8, [null]],
      [9, [null, {}, [], [{ ...context, pVc: new RXCE_CONNECTION() }], [{ ...shared, pConnection: context.pVc }]]],
      [10, [undefined, null, {}]],
    ]);
    for (const [place, values] of misfits) {
      for (const value of values) {
        const given = good.map((each, index) => (index === place ? value : each));
        assert.equal(call(...given), STATUS_INVALID_PARAMETER, `argument ${place} ${String(value)}`);
      }
    }
    assert.equal(call(...good), STATUS_PENDING);
  });
});
