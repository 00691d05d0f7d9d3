// Taking one connection out of a session that goes on.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { opcode } from '../../../src/wire/index.ts';
import { pattern, plainRequest, readRequest, SessionBench, soon, writeRequest } from '../../support/session-bench.ts';
import { turns } from '../../support/target-line.ts';

test('§11.14 removal: reason 1 with the CID, on the connection itself; then it is closed and the others go on', async () => {
  await using bench = new SessionBench();
  const [one, two] = await bench.openWith(2);
  const told: number[] = [];
  bench.session.events.on('connectionRemoved', (cid) => told.push(cid));
  const removed = bench.session.removeConnection(two!.cid);
  const { pdu, data } = await two!.expect(opcode.logoutRequest);
  assert.deepEqual([pdu.reason, pdu.cid, pdu.isImmediate], [1, two!.cid, true]);
  assert.equal(pdu.expStatSn, two!.statSn);
  assert.equal(data.length, 0);
  await two!.silence();
  assert.equal(two!.end, undefined);
  two!.logoutResponse(pdu.initiatorTaskTag);
  await soon(removed);
  assert.equal(await two!.ended(), 'ended');
  assert.deepEqual(told, [two!.cid]);
  assert.deepEqual(
    bench.session.connections.map(({ cid }) => cid),
    [one!.cid],
  );
  const { done, tag } = await bench.command(plainRequest(), one);
  one!.response(tag);
  await soon(done);
  assert.equal(bench.circuits, 1);
});

test('the last connection, the leading one and one that does not exist are refused, and nothing is sent', async () => {
  await using bench = new SessionBench();
  const [one] = await bench.openWith(1);
  const { session } = bench;
  await assert.rejects(soon(session.removeConnection(one!.cid)), { code: 'ISCSI_LAST_CONNECTION' });
  const two = await bench.add();
  await assert.rejects(soon(session.removeConnection(one!.cid)), { code: 'ISCSI_LEADING_CONNECTION' });
  await assert.rejects(soon(session.removeConnection(77)), { code: 'ISCSI_NO_SUCH_CONNECTION' });
  await one!.silence();
  await two.silence();
});

test('commands in flight finish first, new ones go over the others', async () => {
  await using bench = new SessionBench();
  const [one, two] = await bench.openWith(2);
  const first = await bench.command(plainRequest(), one);
  const flying = await bench.command(readRequest(4), two);
  const removed = bench.session.removeConnection(two!.cid);
  const next = await bench.command(plainRequest(), one);
  await two!.silence();
  two!.dataIn(flying.tag, { hasStatus: true }, pattern(4));
  await soon(flying.done);
  const { pdu } = await two!.expect(opcode.logoutRequest);
  two!.logoutResponse(pdu.initiatorTaskTag);
  await soon(removed);
  for (const { tag, done } of [first, next]) {
    one!.response(tag);
    await soon(done);
  }
});

test('at the drain deadline its commands are aborted, and the removal goes on', async () => {
  await using bench = new SessionBench();
  const [one, two] = await bench.openWith(2);
  const kept = await bench.command(plainRequest(), one);
  const flying = await bench.command(writeRequest(pattern(4)), two);
  const removed = bench.session.removeConnection(two!.cid, { drainTimeoutMs: 400 });
  await bench.clock.advance(399);
  await two!.silence();
  await bench.clock.advance(1);
  const abort = await two!.expect(opcode.taskManagementRequest);
  two!.taskManagementResponse(abort.pdu.initiatorTaskTag);
  await assert.rejects(soon(flying.done), { code: 'ISCSI_DRAIN_TIMEOUT', effect: 'unknown' });
  const { pdu } = await two!.expect(opcode.logoutRequest);
  two!.logoutResponse(pdu.initiatorTaskTag);
  await soon(removed);
  one!.response(kept.tag);
  await soon(kept.done);
});

test('a second call for the same connection gets the first one’s result, with one Logout', async () => {
  await using bench = new SessionBench();
  const [, two] = await bench.openWith(2);
  const told: number[] = [];
  bench.session.events.on('connectionRemoved', (cid) => told.push(cid));
  const both = [bench.session.removeConnection(two!.cid), bench.session.removeConnection(two!.cid)];
  const { pdu } = await two!.expect(opcode.logoutRequest);
  await two!.silence();
  two!.logoutResponse(pdu.initiatorTaskTag);
  await soon(Promise.all(both));
  assert.deepEqual(told, [two!.cid]);
  await assert.rejects(soon(bench.session.removeConnection(two!.cid)), { code: 'ISCSI_NO_SUCH_CONNECTION' });
});

for (const response of [1, 3]) {
  test(`§11.15.1 a target that answers ${response}: the connection is dropped, the call says so, the session goes on`, async () => {
    await using bench = new SessionBench();
    const [one, two] = await bench.openWith(2);
    const removed = bench.session.removeConnection(two!.cid);
    removed.catch(() => undefined);
    const { pdu } = await two!.expect(opcode.logoutRequest);
    two!.logoutResponse(pdu.initiatorTaskTag, { response });
    await assert.rejects(soon(removed), { code: 'ISCSI_LOGOUT_FAILED' });
    assert.equal(await two!.ended(), 'reset');
    const { done, tag } = await bench.command(plainRequest(), one);
    one!.response(tag);
    await soon(done);
  });
}

test('a silent target: the connection is dropped after logoutTimeoutMs, and the call says so', async () => {
  await using bench = new SessionBench({ limits: { logoutTimeoutMs: 500 } });
  const [one, two] = await bench.openWith(2);
  const removed = bench.session.removeConnection(two!.cid);
  removed.catch(() => undefined);
  await two!.expect(opcode.logoutRequest);
  await bench.clock.advance(500);
  await assert.rejects(soon(removed), { code: 'ISCSI_LOGOUT_TIMEOUT' });
  await two!.ended();
  assert.deepEqual(
    bench.session.connections.map(({ cid }) => cid),
    [one!.cid],
  );
});

test('a connection that is lost while it drains: the call ends with the loss', async () => {
  await using bench = new SessionBench();
  const [, two] = await bench.openWith(3);
  const others = [await bench.command(plainRequest(), bench.lines[0]), await bench.command(readRequest(4), two)];
  const removed = bench.session.removeConnection(two!.cid);
  removed.catch(() => undefined);
  await turns();
  two!.reset();
  await assert.rejects(soon(removed), { code: 'ISCSI_CONNECTION_LOST' });
  bench.line.response(others[0]!.tag);
  await soon(others[0]!.done);
  assert.equal(bench.session.connections.length, 2);
});

test('a connection that is lost while its Logout waits: the call ends with the loss', async () => {
  await using bench = new SessionBench();
  const [one, two] = await bench.openWith(2);
  const removed = bench.session.removeConnection(two!.cid);
  removed.catch(() => undefined);
  await two!.expect(opcode.logoutRequest);
  two!.close();
  await assert.rejects(soon(removed), { code: 'ISCSI_CONNECTION_LOST' });
  const { done, tag } = await bench.command(plainRequest(), one);
  one!.response(tag);
  await soon(done);
});

test('the others are lost while it drains: it is the last now, stays, and takes commands again', async () => {
  await using bench = new SessionBench();
  const [one, two] = await bench.openWith(2);
  const first = await bench.command(plainRequest(), one);
  const flying = await bench.command(readRequest(4), two);
  const removed = bench.session.removeConnection(two!.cid);
  removed.catch(() => undefined);
  two!.nopIn();
  await turns();
  one!.reset();
  await bench.cleanedUp(two!, one!.cid);
  await assert.rejects(soon(first.done), { code: 'ISCSI_CONNECTION_LOST' });
  const waiting = bench.session.execute(plainRequest());
  two!.dataIn(flying.tag, { hasStatus: true }, pattern(4));
  await soon(flying.done);
  await assert.rejects(soon(removed), { code: 'ISCSI_LAST_CONNECTION' });
  const { pdu } = await two!.expect(opcode.scsiCommand);
  two!.response(pdu.initiatorTaskTag);
  await soon(waiting);
});

test('§6.3.5 the others are lost while its Logout waits: the confirmed Logout of the last one ends the session', async () => {
  await using bench = new SessionBench();
  const [one, two] = await bench.openWith(2);
  const removed = bench.session.removeConnection(two!.cid);
  const { pdu } = await two!.expect(opcode.logoutRequest);
  one!.reset();
  await turns();
  two!.logoutResponse(pdu.initiatorTaskTag);
  await soon(removed);
  await soon(bench.session.closed);
  assert.equal(bench.session.state, 'free');
  await assert.rejects(soon(bench.session.execute(plainRequest())), { code: 'ISCSI_CLOSED' });
  await bench.nothingLeft();
});

test('all connections but the leading one are removed at the same time', async () => {
  await using bench = new SessionBench();
  const [one, two, three] = await bench.openWith(3);
  const both = [two!, three!].map((line) => bench.session.removeConnection(line.cid));
  for (const line of [two!, three!]) {
    const { pdu } = await line.expect(opcode.logoutRequest);
    line.logoutResponse(pdu.initiatorTaskTag);
  }
  await soon(Promise.all(both));
  assert.deepEqual(
    bench.session.connections.map(({ cid }) => cid),
    [one!.cid],
  );
});

test('of the last two, both asked to go, one stays', async () => {
  await using bench = new SessionBench();
  const [one, two, three] = await bench.openWith(3);
  one!.reset();
  await turns();
  const both = [two!, three!].map((line) => bench.session.removeConnection(line.cid));
  for (const removal of both) removal.catch(() => undefined);
  await turns();
  for (const line of [two!, three!]) {
    for (const { pdu } of line.drainHeard()) {
      assert.ok(pdu.opcode === opcode.logoutRequest);
      line.logoutResponse(pdu.initiatorTaskTag);
    }
  }
  const results = await soon(Promise.allSettled(both));
  assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  const refused = results.find((result) => result.status === 'rejected');
  assert.equal((refused?.reason as { code: string }).code, 'ISCSI_LAST_CONNECTION');
  const [left] = [two!, three!].filter(({ end }) => end === undefined);
  const { done, tag } = await bench.command(plainRequest(), left);
  left!.response(tag);
  await soon(done);
});

test('a logout of the session while a connection drains or is being logged out ends both', async () => {
  for (const isDraining of [true, false]) {
    await using bench = new SessionBench();
    const [one, two] = await bench.openWith(2);
    const first = await bench.command(plainRequest(), one);
    const flying = isDraining ? await bench.command(readRequest(4), two) : undefined;
    const removed = bench.session.removeConnection(two!.cid);
    removed.catch(() => undefined);
    await turns();
    const out = bench.session.logout();
    one!.response(first.tag);
    await turns();
    if (flying !== undefined) two!.dataIn(flying.tag, { hasStatus: true }, pattern(4));
    let sessionLogouts = 0;
    for (let round = 0; round < 4; round += 1) {
      await turns();
      for (const line of [one!, two!]) {
        for (const { pdu } of line.drainHeard()) {
          assert.ok(pdu.opcode === opcode.logoutRequest);
          if (pdu.reason === 0) sessionLogouts += 1;
          else assert.equal(sessionLogouts, 0, 'no request after the Logout of the session');
          line.logoutResponse(pdu.initiatorTaskTag);
        }
      }
    }
    assert.equal(sessionLogouts, 1);
    assert.deepEqual(await soon(out), { how: 'loggedOut', error: undefined });
    await soon(removed);
    await bench.nothingLeft();
  }
});

test('§11.14 bytes that come with the Logout Response are of no interest', async () => {
  await using bench = new SessionBench();
  const [, two] = await bench.openWith(2);
  const removed = bench.session.removeConnection(two!.cid);
  const { pdu } = await two!.expect(opcode.logoutRequest);
  two!.together(() => {
    two!.logoutResponse(pdu.initiatorTaskTag);
    two!.sendBytes(new Uint8Array(100));
  });
  await soon(removed);
  assert.equal(bench.session.connections.length, 1);
});

test('§11.14 after its Logout a connection is not pinged', async () => {
  await using bench = new SessionBench({ limits: { pingIntervalMs: 100, pingTimeoutMs: 5000, logoutTimeoutMs: 5000 } });
  const [, two] = await bench.openWith(2);
  const removed = bench.session.removeConnection(two!.cid);
  const { pdu } = await two!.expect(opcode.logoutRequest);
  await bench.clock.advance(1000);
  await two!.silence();
  two!.logoutResponse(pdu.initiatorTaskTag);
  await soon(removed);
});

test('§11.14 numbers that were being sent again over it are sent once more over another connection', async () => {
  await using bench = new SessionBench();
  const [one, two, three, four] = await bench.openWith(4);
  const lost = await bench.command(writeRequest(pattern(4)), one);
  const busy = await bench.command(readRequest(4), two);
  for (const line of [two!, three!, four!]) line.nopIn({ expCmdSn: 1, maxCmdSn: 64 });
  await turns();
  one!.reset();
  const first = await three!.expect(opcode.nopOut);
  assert.equal(first.pdu.cmdSn, lost.heard.pdu.cmdSn);
  await turns();
  await bench.clock.advance(2000);
  const cleanup = await three!.expect(opcode.logoutRequest);
  three!.logoutResponse(cleanup.pdu.initiatorTaskTag, { expCmdSn: 1, maxCmdSn: 64 });
  await assert.rejects(soon(lost.done), { code: 'ISCSI_CONNECTION_LOST' });
  const removed = bench.session.removeConnection(three!.cid);
  const { pdu } = await three!.expect(opcode.logoutRequest);
  three!.logoutResponse(pdu.initiatorTaskTag, { expCmdSn: 1, maxCmdSn: 64 });
  await soon(removed);
  const again = await four!.expect(opcode.nopOut);
  assert.deepEqual([again.pdu.cmdSn, again.pdu.isImmediate], [lost.heard.pdu.cmdSn, false]);
  two!.dataIn(busy.tag, { hasStatus: true }, pattern(4));
  await soon(busy.done);
});

test('§4.2.2.1 a command aborted at the drain deadline that the target holds behind a gap: its number is sent again', async () => {
  await using bench = new SessionBench();
  const [one, two, three] = await bench.openWith(3);
  // Nothing moves ExpCmdSN: the command before it is still on its way, on another connection.
  const before = await bench.command(plainRequest(), one);
  const held = await bench.command(writeRequest(pattern(4)), two);
  const numbers = { expCmdSn: before.heard.pdu.cmdSn, maxCmdSn: 64 };
  const removed = bench.session.removeConnection(two!.cid, { drainTimeoutMs: 400 });
  await bench.clock.advance(400);
  const abort = await two!.expect(opcode.taskManagementRequest);
  two!.taskManagementResponse(abort.pdu.initiatorTaskTag, numbers);
  await assert.rejects(soon(held.done), { code: 'ISCSI_DRAIN_TIMEOUT' });
  const { pdu } = await two!.expect(opcode.logoutRequest);
  two!.logoutResponse(pdu.initiatorTaskTag, numbers);
  await soon(removed);
  await turns();
  const sent = [one!, three!].flatMap((line) => line.drainHeard()).map(({ pdu }) => pdu);
  assert.deepEqual(
    sent.flatMap((pdu) => (pdu.opcode === opcode.nopOut ? [pdu.cmdSn] : [])),
    [held.heard.pdu.cmdSn],
    'the number of the aborted command, and not the one of the command that is still waited for',
  );
});
