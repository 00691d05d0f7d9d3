// Pings in both directions, and the watch over a silent connection.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { opcode, reservedTag } from '../../../src/wire/index.ts';
import {
  lun,
  pattern,
  plainRequest,
  readRequest,
  SessionBench,
  soon,
  writeRequest,
} from '../../support/session-bench.ts';
import { turns } from '../../support/target-line.ts';

test('§11.18 a ping of the target is answered: its tag and LUN copied, no task tag, immediate, no data', async () => {
  await using bench = new SessionBench();
  await bench.open();
  bench.line.nopIn({ targetTransferTag: 0xabcd, lun });
  const { pdu, data } = await bench.line.expect(opcode.nopOut);
  assert.equal(pdu.isImmediate, true);
  assert.equal(pdu.initiatorTaskTag, reservedTag);
  assert.equal(pdu.targetTransferTag, 0xabcd);
  assert.deepEqual(pdu.lun, lun);
  assert.equal(pdu.cmdSn, 1);
  assert.equal(pdu.expStatSn, bench.line.statSn);
  assert.equal(data.length, 0);
  const { heard } = await bench.command(plainRequest());
  assert.equal(heard.pdu.cmdSn, 1, 'the answer used no CmdSN');
});

test('§11.18 a NOP-In without a target transfer tag is not answered', async () => {
  await using bench = new SessionBench();
  await bench.open();
  bench.line.nopIn();
  await bench.line.silence();
});

test('§11.19.2 a NOP-In without a task tag shows the next StatSN and does not use it up', async () => {
  await using bench = new SessionBench();
  await bench.open();
  for (let count = 0; count < 3; count += 1) {
    bench.line.nopIn({ targetTransferTag: 1 });
    assert.equal((await bench.line.expect(opcode.nopOut)).pdu.expStatSn, bench.line.statSn);
  }
  const { done, tag } = await bench.command(plainRequest());
  bench.line.response(tag);
  await soon(done);
});

const watched = { limits: { pingIntervalMs: 5000, pingTimeoutMs: 3000, taskTimeoutMs: 0 } };

test('§11.18 after an interval of silence the target is pinged: immediate, LUN 0, its own task tag, TTT ffffffffh', async () => {
  await using bench = new SessionBench(watched);
  await bench.open();
  await bench.clock.advance(4999);
  await bench.line.silence();
  await bench.clock.advance(1);
  const { pdu, data } = await bench.line.expect(opcode.nopOut);
  assert.equal(pdu.isImmediate, true);
  assert.deepEqual(pdu.lun, { high: 0, low: 0 });
  assert.notEqual(pdu.initiatorTaskTag, reservedTag);
  assert.equal(pdu.targetTransferTag, reservedTag);
  assert.equal(pdu.cmdSn, 1);
  assert.equal(data.length, 0);
});

test('an answered ping keeps the connection, however often', async () => {
  await using bench = new SessionBench(watched);
  const session = await bench.open();
  let pings = 0;
  for (let second = 0; second < 60; second += 1) {
    await bench.clock.advance(1000);
    for (const { pdu } of bench.line.drainHeard()) {
      assert.equal(pdu.opcode, opcode.nopOut);
      pings += 1;
      bench.line.nopIn({ initiatorTaskTag: 'initiatorTaskTag' in pdu ? pdu.initiatorTaskTag : 0 });
    }
  }
  assert.ok(pings >= 6 && pings <= 12, `${pings} pings in a minute`);
  assert.equal(session.state, 'loggedIn');
});

test('under traffic no ping is sent', async () => {
  await using bench = new SessionBench(watched);
  await bench.open();
  for (let count = 0; count < 10; count += 1) {
    const { done, tag } = await bench.command(readRequest(4));
    await bench.clock.advance(4000);
    bench.line.dataIn(tag, { hasStatus: true }, pattern(4));
    await soon(done);
  }
  assert.deepEqual(bench.line.drainHeard(), []);
});

test('a ping without an answer ends the connection after pingTimeoutMs with ISCSI_PING_TIMEOUT, not before', async () => {
  await using bench = new SessionBench(watched);
  const session = await bench.open();
  const { done } = await bench.command(readRequest(4));
  await bench.clock.advance(5000);
  await bench.line.expect(opcode.nopOut);
  await bench.clock.advance(2999);
  assert.equal(session.state, 'loggedIn');
  await bench.clock.advance(1);
  await assert.rejects(soon(done), { code: 'ISCSI_CONNECTION_LOST', effect: 'none' });
  const { error } = await soon(session.closed);
  assert.equal(error?.code, 'ISCSI_PING_TIMEOUT');
  await bench.nothingLeft();
});

test('any other PDU in place of the answer proves the target alive', async () => {
  await using bench = new SessionBench(watched);
  const session = await bench.open();
  await bench.clock.advance(5000);
  await bench.line.expect(opcode.nopOut);
  bench.line.nopIn();
  await bench.clock.advance(4000);
  assert.equal(session.state, 'loggedIn');
  await bench.clock.advance(4000);
  await bench.line.expect(opcode.nopOut);
});

test('a late answer to a ping that was given up is no fault', async () => {
  await using bench = new SessionBench(watched);
  const session = await bench.open();
  await bench.clock.advance(5000);
  const { pdu } = await bench.line.expect(opcode.nopOut);
  bench.line.nopIn();
  await bench.clock.advance(3000);
  bench.line.nopIn({ initiatorTaskTag: pdu.initiatorTaskTag });
  const { done, tag } = await bench.command(plainRequest());
  bench.line.response(tag);
  await soon(done);
  assert.equal(session.state, 'loggedIn');
});

test('no false alarm while what we send is taken, however slowly; an alarm once it is not', async () => {
  await using bench = new SessionBench(watched);
  const session = await bench.open();
  bench.line.pause();
  for (let count = 0; count < 2; count += 1) {
    session.execute(writeRequest(pattern(5000))).catch(() => undefined);
    await turns();
  }
  await bench.clock.advance(5000);
  bench.line.takeOneChunk();
  await turns();
  await bench.clock.advance(3000);
  assert.equal(session.state, 'loggedIn', 'the ping is not answered, but what was sent before it went on its way');
  await bench.clock.advance(5000 + 2999);
  assert.equal(session.state, 'loggedIn');
  await bench.clock.advance(1);
  assert.equal((await soon(session.closed)).error?.code, 'ISCSI_PING_TIMEOUT');
});

test('no false alarm within one long PDU, however slowly its data come', async () => {
  await using bench = new SessionBench({ ...watched, keys: { MaxRecvDataSegmentLength: '65536' } });
  const session = await bench.open();
  const request = readRequest(4096);
  const { done, tag } = await bench.command(request);
  const held: Uint8Array[] = [];
  const sendBytes = bench.line.sendBytes.bind(bench.line);
  bench.line.sendBytes = (bytes): void => {
    held.push(bytes);
  };
  bench.line.dataIn(tag, { hasStatus: true }, pattern(4096));
  bench.line.sendBytes = sendBytes.bind(bench.line);
  const bytes = Buffer.concat(held);
  for (let at = 0; at < bytes.length; at += 400) {
    await bench.clock.advance(2900);
    bench.line.sendBytes(bytes.subarray(at, at + 400));
    await turns();
  }
  assert.equal((await soon(done)).status, 0);
  assert.deepEqual(request.dataIn, pattern(4096));
  assert.equal(session.state, 'loggedIn');
  assert.deepEqual(bench.line.drainHeard(), [], 'not even a ping');
});

test('no false alarm while more is given to be sent than the target takes', async () => {
  await using bench = new SessionBench(watched);
  const session = await bench.open();
  bench.line.pause();
  const write = async (): Promise<void> => {
    session.execute(writeRequest(pattern(8000))).catch(() => undefined);
    await turns();
  };
  for (let count = 0; count < 4; count += 1) await write();
  for (let round = 0; round < 6; round += 1) {
    await bench.clock.advance(2000);
    bench.line.takeOneChunk();
    await turns();
    for (let count = 0; count < 3; count += 1) await write();
  }
  assert.equal(session.state, 'loggedIn');
  await bench.clock.advance(5000 + 3000 + 5000);
  assert.equal((await soon(session.closed)).error?.code, 'ISCSI_PING_TIMEOUT', 'once it takes nothing');
});

test('each connection is watched by itself: the silent one ends, the others go on', async () => {
  await using bench = new SessionBench(watched);
  const [one, two] = await bench.openWith(2);
  for (let second = 0; second < 10; second += 1) {
    await bench.clock.advance(1000);
    one!.nopIn();
  }
  assert.equal(await two!.ended(), 'reset');
  assert.deepEqual(
    bench.session.connections.map(({ cid }) => cid),
    [one!.cid],
  );
});

test('pings are off with pingIntervalMs 0', async () => {
  await using bench = new SessionBench({ limits: { pingIntervalMs: 0 } });
  await bench.open();
  await bench.clock.advance(1_000_000);
  await bench.line.silence();
});

test('§4.3 a discovery session is not pinged: its target takes nothing but text and logout', async () => {
  await using bench = new SessionBench({ ...watched, isDiscovery: true });
  await bench.open();
  await bench.clock.advance(20_000);
  await bench.line.silence();
});
