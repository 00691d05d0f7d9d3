// Runs the transport suite over circuits that are made with the RxCe names.

import { memoryDriver, tcpDriver } from '../../src/engine/index.ts';
import { rxceDriver } from '../../src/rxce/index.ts';
import { listenMemoryPeer, listenTcpPeer } from '../support/scripted-peer.ts';
import { transportSuite } from './transport-suite.ts';
import type { TransportUnderTest } from './transport-under-test.ts';

// A circuit of these names is gone as soon as its peer has ended.
const limits = { endsWithItsPeer: true };

const overTcp = async (): Promise<TransportUnderTest> => ({
  driver: rxceDriver(tcpDriver()),
  peer: await listenTcpPeer(),
});
transportSuite('rxce over tcp', overTcp, limits);

const overMemory = (): TransportUnderTest => {
  const memory = memoryDriver();
  return { driver: rxceDriver(memory), peer: listenMemoryPeer(memory) };
};
transportSuite('rxce over memory', overMemory, limits);
