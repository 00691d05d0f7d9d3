// Whatever a routine is given, it ends with a status: none throws, none rejects, and nothing is left behind.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  ntStatus,
  ntStatusName,
  RXCE_ADDRESS,
  RXCE_CONNECTION,
  RXCE_TRANSPORT,
  RXCE_VC,
  type RxCe,
} from '../../../src/rxce/index.ts';
import { connectBench, onWorker, openRxCeBench, type RxCeBench, routine } from '../../support/rxce-bench.ts';
import { rxceFacts } from '../../support/rxce-facts.ts';

/** Throws at every touch. */
const trap = new Proxy(
  {},
  {
    get() {
      throw new RangeError('a trap');
    },
    set() {
      throw new RangeError('a trap');
    },
    has() {
      throw new RangeError('a trap');
    },
    getPrototypeOf() {
      throw new RangeError('a trap');
    },
  },
);

const odd: readonly unknown[] = [
  ...[undefined, null, 0, -1, 1.5, Number.NaN, 2 ** 40, '', '\\Device\\Memory', true, 1n, Symbol('x'), () => 1],
  ...[[], {}, [[]], new Uint8Array(0), new Uint8Array(7), new Proxy([], {}), trap, [trap]],
  ...[new RXCE_TRANSPORT(), new RXCE_ADDRESS(), new RXCE_CONNECTION(), new RXCE_VC()],
  Object.freeze(new RXCE_VC()),
  { RemoteAddress: new Uint8Array(4), RemoteAddressLength: -1 },
  { RemoteAddress: { length: 8 }, UserData: 'x' },
];

/** The statuses of an answer, in whichever form. */
function statusOf(answer: unknown): unknown {
  return typeof answer === 'object' && answer !== null && 'Status' in answer ? answer.Status : answer;
}

/** Good arguments for a routine, by the names of its parameters. */
async function goodFor(bench: RxCeBench): Promise<(name: string) => unknown> {
  const { connection, vc } = await connectBench(bench);
  const made: Readonly<Record<string, unknown>> = {
    pRxCeTransport: new RXCE_TRANSPORT(),
    pTransportName: '\\Device\\Memory',
    QualityOfService: 0,
    pTransport: bench.transport,
    pAddress: bench.address,
    hAddress: bench.address,
    pLocalAddress: bench.address,
    pTransportAddress: bench.address.pTransportAddress,
    pConnectionInformation: bench.information,
    pHandler: {},
    pConnection: connection,
    Connection: connection,
    pVc: vc,
    InformationClass: 1,
    Length: 100,
    SendOptions: 0,
    pMdl: new Uint8Array(3),
    SendLength: 3,
    StackSize: 1,
    ChargeQuota: false,
    Buffer: new Uint8Array(3),
  };
  return (name) => made[name];
}

const names = rxceFacts.functions.map(({ name }) => name as keyof RxCe);

for (const { name, params } of rxceFacts.functions) {
  test(`${name}: whatever it is given, it ends with a status and does not throw`, async () => {
    await using bench = await openRxCeBench();
    const call = routine(bench.rxCe, name as keyof RxCe);
    const good = await goodFor(bench);
    const given: (readonly unknown[])[] = [[]];
    for (const value of odd) {
      given.push(Array<unknown>(params.length + 1).fill(value));
      // each parameter on its own, among good ones
      for (const [place] of params.entries()) {
        given.push(params.map((parameter, index) => (index === place ? value : good(parameter.name))));
      }
    }
    await onWorker(bench.engine, async (context) => {
      for (const all of given) {
        for (const worker of [undefined, context, trap]) {
          const status = statusOf(await call(...all, worker));
          const isStatus = typeof status === 'number' && Object.values<number>(ntStatus).includes(status);
          const isOther = name === 'RxCeFreeIrp' || (name === 'RxCeAllocateIrpWithMDL' && typeof status === 'object');
          assert.ok(isStatus || isOther, `${name} with ${all.map((each) => typeof each).join()}: ${String(status)}`);
        }
      }
    });
  });
}

test('every routine is asked', () => {
  assert.equal(names.length, 18);
  assert.equal(ntStatusName(ntStatus.STATUS_SUCCESS), 'STATUS_SUCCESS');
});
