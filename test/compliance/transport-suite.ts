// What every transport must do, whatever moves its bytes. Run on each driver by transport.test.ts.

import { suite } from 'node:test';
import { disconnectTests } from './transport-disconnect.ts';
import { circuitFlowTests } from './transport-flow.ts';
import { circuitLifeTests } from './transport-life.ts';
import type { OpenTransport, TransportLimits } from './transport-under-test.ts';

/** Runs the contract of a transport against the one that `open` makes, afresh for each test. */
export function transportSuite(name: string, open: OpenTransport, limits: TransportLimits = {}): void {
  suite(`transport ${name}`, () => {
    circuitLifeTests(open);
    circuitFlowTests(open);
    disconnectTests(open, limits);
  });
}
