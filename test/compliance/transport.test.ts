// Every transport against the same contract.

import os from 'node:os';
import { test } from 'node:test';
import { faultyDriver, memoryDriver, tcpDriver, tlsDriver } from '../../src/engine/index.ts';
import { listenMemoryPeer, listenTcpPeer, listenTlsPeer } from '../support/scripted-peer.ts';
import { tlsTestFiles } from '../support/tls-test-files.ts';
import { transportSuite } from './transport-suite.ts';

const hasIpv6 = Object.values(os.networkInterfaces()).some((infos) => infos?.some((info) => info.address === '::1'));

transportSuite('tcp over IPv4', async () => ({ driver: tcpDriver(), peer: await listenTcpPeer('127.0.0.1') }));

if (hasIpv6) {
  transportSuite('tcp over IPv6', async () => ({ driver: tcpDriver(), peer: await listenTcpPeer('::1') }));
} else {
  test('transport tcp over IPv6', { skip: 'this machine has no ::1' });
}

transportSuite('tls', async () => ({
  driver: tlsDriver({ ca: tlsTestFiles().cert }),
  peer: await listenTlsPeer(),
}));

transportSuite('memory', () => {
  const driver = memoryDriver();
  return { driver, peer: listenMemoryPeer(driver) };
});

transportSuite('faulty without faults, over tcp', async () => ({
  driver: faultyDriver(tcpDriver(), []),
  peer: await listenTcpPeer(),
}));

// A fault that is far away keeps the bytes on the slow way through the lanes.
transportSuite('faulty with faults that never come, over memory', () => {
  const driver = memoryDriver();
  const far = { at: Number.MAX_SAFE_INTEGER, kind: 'stall' } as const;
  const script = [
    { direction: 'sent', ...far },
    { direction: 'received', ...far },
  ] as const;
  return { driver: faultyDriver(driver, script), peer: listenMemoryPeer(driver) };
});
