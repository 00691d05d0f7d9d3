// Connections that are lost: what becomes of their commands, of the others, and of the numbers.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { opcode, reservedTag } from '../../../src/wire/index.ts';
import { pattern, plainRequest, readRequest, SessionBench, soon, writeRequest } from '../../support/session-bench.ts';
import { turns } from '../../support/target-line.ts';

for (const how of ['close', 'reset'] as const) {
  test(`§7.14 the only connection is ${how}d by the target: everything ends with what is known of it`, async () => {
    await using bench = new SessionBench({ window: 3 });
    const session = await bench.open();
    const read = await bench.command(readRequest(8));
    const write = await bench.command(writeRequest(pattern(8)));
    const plain = await bench.command(plainRequest());
    const waiting = session.execute(writeRequest(pattern(8)));
    waiting.catch(() => undefined);
    const text = session.text([['X-a', '1']]);
    text.catch(() => undefined);
    await bench.line.expect(opcode.textRequest);
    bench.line[how]();
    await assert.rejects(soon(read.done), { code: 'ISCSI_CONNECTION_LOST', effect: 'none', address: 'one:3260' });
    await assert.rejects(soon(write.done), { code: 'ISCSI_CONNECTION_LOST', effect: 'unknown' });
    await assert.rejects(soon(plain.done), { code: 'ISCSI_CONNECTION_LOST', effect: 'unknown' });
    await assert.rejects(soon(waiting), { code: 'ISCSI_SESSION_LOST', effect: 'none' });
    await assert.rejects(soon(text), { code: 'ISCSI_CONNECTION_LOST' });
    const end = await soon(session.closed);
    assert.deepEqual([end.how, end.error?.code], ['lost', 'ISCSI_CONNECTION_LOST']);
    assert.equal(session.state, 'free');
    await assert.rejects(soon(session.execute(plainRequest())), { code: 'ISCSI_CLOSED' });
    assert.equal(await soon(session.logout()), end, 'a logout afterwards has nothing to do');
    await bench.nothingLeft();
  });
}

test('a command under abort ends with the reason of its abort when the connection goes', async () => {
  await using bench = new SessionBench();
  await bench.open();
  const abort = new AbortController();
  const { done } = await bench.command(plainRequest({ signal: abort.signal }));
  abort.abort(new Error('enough'));
  await bench.line.expect(opcode.taskManagementRequest);
  bench.line.reset();
  await assert.rejects(soon(done), /enough/);
});

test('§7.14 one of two connections is lost: its commands end, the others go on', async () => {
  await using bench = new SessionBench();
  const [one, two] = await bench.openWith(2);
  const lost = await bench.command(writeRequest(pattern(8)), one);
  const kept = await bench.command(readRequest(8), two);
  two!.nopIn();
  await turns();
  one!.reset();
  await bench.cleanedUp(two!, one!.cid);
  await assert.rejects(soon(lost.done), { code: 'ISCSI_CONNECTION_LOST', effect: 'unknown' });
  two!.dataIn(kept.tag, { hasStatus: true }, pattern(8));
  await soon(kept.done);
  const next = await bench.command(plainRequest(), two);
  two!.response(next.tag);
  await soon(next.done);
  assert.equal(bench.session.state, 'loggedIn');
});

test('the leading connection may be the one that is lost', async () => {
  await using bench = new SessionBench();
  const [one, two] = await bench.openWith(2);
  one!.close();
  await one!.ended();
  await turns();
  assert.deepEqual(
    bench.session.connections.map(({ cid, isLeading }) => [cid, isLeading]),
    [[two!.cid, false]],
  );
  assert.equal(bench.session.parameters.maxConnections, 4);
  const three = await bench.add();
  assert.ok(three.cid !== one!.cid && three.cid !== two!.cid);
});

test('§4.2.2.1 numbers that the target may not have had are sent again, as NOP-Outs over another connection', async () => {
  await using bench = new SessionBench();
  const [one, two] = await bench.openWith(2);
  const first = await bench.command(writeRequest(pattern(8)), one);
  const second = await bench.command(readRequest(8), two);
  const third = await bench.command(readRequest(8), one);
  // The target has had none of what went over the first connection, so that the second command waits for it.
  two!.nopIn({ expCmdSn: 1, maxCmdSn: 64 });
  await turns();
  one!.reset();
  // At once, for what follows stands still until then; the cleanup of the connection begins after Time2Wait.
  const filled: number[] = [];
  const tags = new Set<number>();
  for (let count = 0; count < 2; count += 1) {
    const { pdu } = await two!.expect(opcode.nopOut);
    assert.equal(pdu.isImmediate, false);
    assert.notEqual(pdu.initiatorTaskTag, reservedTag, '§11.18.1: a NOP-Out that is not immediate asks for an answer');
    assert.equal(pdu.targetTransferTag, reservedTag);
    filled.push(pdu.cmdSn);
    tags.add(pdu.initiatorTaskTag);
    two!.nopIn({ initiatorTaskTag: pdu.initiatorTaskTag });
  }
  assert.deepEqual(filled, [first.heard.pdu.cmdSn, third.heard.pdu.cmdSn]);
  assert.equal(tags.size, 2);
  two!.dataIn(second.tag, { hasStatus: true }, pattern(8));
  await soon(second.done);
  await bench.cleanedUp(two!, one!.cid);
  // Its number was the NOP-Out's, so that the target cannot have taken it.
  await assert.rejects(soon(first.done), { code: 'ISCSI_CONNECTION_LOST', effect: 'none' });
  await assert.rejects(soon(third.done), { code: 'ISCSI_CONNECTION_LOST' });
  const next = await bench.command(plainRequest(), two);
  assert.equal(next.heard.pdu.cmdSn, 4);
});

test('§4.2.2.1 a number that had arrived after all: the NOP-Out is a duplicate without an answer, the effect unknown', async () => {
  await using bench = new SessionBench({ limits: { maxTasks: 2 } });
  const [one, two] = await bench.openWith(2);
  const lost = await bench.command(writeRequest(pattern(8)), one);
  two!.nopIn({ expCmdSn: 1, maxCmdSn: 64 });
  await turns();
  one!.reset();
  const { pdu } = await two!.expect(opcode.nopOut);
  assert.equal(pdu.cmdSn, lost.heard.pdu.cmdSn);
  await bench.cleanedUp(two!, one!.cid);
  await assert.rejects(soon(lost.done), { code: 'ISCSI_CONNECTION_LOST', effect: 'unknown' });
  // Nothing keeps waiting for that answer, and one that comes late means nothing.
  two!.nopIn({ initiatorTaskTag: pdu.initiatorTaskTag });
  const next = await bench.command(plainRequest(), two);
  two!.response(next.tag);
  await soon(next.done);
});

test('§4.2.2.1 numbers that the target has acknowledged are not sent again', async () => {
  await using bench = new SessionBench();
  const [one, two] = await bench.openWith(2);
  const first = await bench.command(writeRequest(pattern(8)), one);
  two!.nopIn();
  await turns();
  one!.reset();
  await bench.cleanedUp(two!, one!.cid);
  await assert.rejects(soon(first.done), { code: 'ISCSI_CONNECTION_LOST' });
  await two!.silence();
});

test('numbers that were being sent again are sent once more when that connection is lost, too', async () => {
  await using bench = new SessionBench();
  const [one, two, three] = await bench.openWith(3);
  const first = await bench.command(writeRequest(pattern(8)), one);
  for (const line of [two!, three!]) line.nopIn({ expCmdSn: 1, maxCmdSn: 64 });
  await turns();
  one!.reset();
  await turns();
  const [filler] = [two!, three!].filter((line) => line.drainHeard().length > 0);
  const other = filler === two ? three! : two!;
  filler!.reset();
  const { pdu } = await other.expect(opcode.nopOut);
  assert.deepEqual([pdu.cmdSn, pdu.isImmediate], [first.heard.pdu.cmdSn, false]);
});

test('a number that is sent again and not taken within pingTimeoutMs costs that connection, and goes over another', async () => {
  await using bench = new SessionBench({ limits: { pingTimeoutMs: 3000 } });
  const [one, two, three] = await bench.openWith(3);
  bench.numbers.ignores = () => true;
  const first = await bench.command(plainRequest(), one);
  one!.reset();
  await turns();
  const [silent] = [two!, three!].filter((line) => line.drainHeard().length > 0);
  const other = silent === two ? three! : two!;
  await bench.clock.advance(2999);
  assert.equal(silent!.end, undefined);
  other.drainHeard();
  await bench.clock.advance(1);
  assert.notEqual(silent!.end, undefined);
  await turns();
  const fillers = other.drainHeard().flatMap(({ pdu }) => (pdu.opcode === opcode.nopOut ? [pdu] : []));
  assert.deepEqual(
    fillers.map(({ cmdSn, isImmediate }) => [cmdSn, isImmediate]),
    [[first.heard.pdu.cmdSn, false]],
  );
});

test('numbers are sent again over a connection that takes no new commands, when there is no other', async () => {
  await using bench = new SessionBench();
  const [one, two] = await bench.openWith(2);
  const lost = await bench.command(writeRequest(pattern(8)), one);
  const kept = await bench.command(readRequest(8), two);
  two!.nopIn({ expCmdSn: 1, maxCmdSn: 64 });
  await turns();
  const removed = bench.session.removeConnection(two!.cid);
  removed.catch(() => undefined);
  await turns();
  one!.reset();
  const { pdu } = await two!.expect(opcode.nopOut);
  assert.equal(pdu.cmdSn, lost.heard.pdu.cmdSn);
  two!.nopIn({ initiatorTaskTag: pdu.initiatorTaskTag });
  await bench.cleanedUp(two!, one!.cid);
  await assert.rejects(soon(lost.done), { code: 'ISCSI_CONNECTION_LOST' });
  two!.dataIn(kept.tag, { hasStatus: true }, pattern(8));
  await soon(kept.done);
  await assert.rejects(soon(removed), { code: 'ISCSI_LAST_CONNECTION' });
  const next = await bench.command(plainRequest(), two);
  two!.response(next.tag);
  await soon(next.done);
});

test('commands that waited for room in the session go out when a lost connection has made it', async () => {
  await using bench = new SessionBench({ limits: { maxTasks: 2 } });
  const [one, two] = await bench.openWith(2);
  const lost = await bench.command(readRequest(8), one);
  const kept = await bench.command(readRequest(8), two);
  const waiting = bench.session.execute(plainRequest());
  await turns();
  two!.nopIn();
  await turns();
  one!.reset();
  await bench.cleanedUp(two!, one!.cid);
  await assert.rejects(soon(lost.done), { code: 'ISCSI_CONNECTION_LOST' });
  const { pdu } = await two!.expect(opcode.scsiCommand);
  two!.response(pdu.initiatorTaskTag);
  await soon(waiting);
  two!.dataIn(kept.tag, { hasStatus: true }, pattern(8));
  await soon(kept.done);
});

test('the loss of the last connection ends the session; events tell of each loss', async () => {
  await using bench = new SessionBench();
  const [one, two] = await bench.openWith(2);
  const told: string[] = [];
  bench.session.events.on('connectionLost', (cid) => told.push(`lost ${cid}`));
  bench.session.events.on('stateChanged', (state) => told.push(state));
  bench.session.events.on('closed', ({ how }) => told.push(how));
  one!.reset();
  await turns();
  two!.reset();
  assert.equal((await soon(bench.session.closed)).how, 'lost');
  assert.deepEqual(told, [`lost ${one!.cid}`, `lost ${two!.cid}`, 'failed', 'free', 'lost']);
  await bench.nothingLeft();
});

test('all connections lost in one turn end the session once', async () => {
  await using bench = new SessionBench();
  const lines = await bench.openWith(3);
  for (const line of lines) line.reset();
  assert.equal((await soon(bench.session.closed)).how, 'lost');
  await bench.nothingLeft();
});

test('a login under way ends when the session is lost', async () => {
  await using bench = new SessionBench();
  const session = await bench.open();
  const added = session.addConnection();
  added.catch(() => undefined);
  const line = await bench.accept();
  await line.expect(opcode.loginRequest);
  bench.line.reset();
  await soon(session.closed);
  await assert.rejects(soon(added), { code: 'ISCSI_CONNECTION_LOST' });
  await line.ended();
  await bench.nothingLeft();
});

test('§7.7 a format error ends all connections of the session', async () => {
  await using bench = new SessionBench();
  const [one, two] = await bench.openWith(2);
  const { done, tag } = await bench.command(plainRequest(), one);
  // SenseLength says more than the data segment holds.
  one!.response(tag, { status: 2 }, Buffer.from([0, 200, 0x70, 0]));
  await assert.rejects(soon(done), { code: 'ISCSI_CONNECTION_LOST' });
  const end = await soon(bench.session.closed);
  assert.deepEqual([end.how, end.error?.code], ['lost', 'ISCSI_BAD_FIELD']);
  await two!.ended();
});

test('§4.2.2.1 the number of a command that was aborted before its connection is lost is sent again as well', async () => {
  await using bench = new SessionBench();
  const [one, two] = await bench.openWith(2);
  const before = await bench.command(plainRequest(), one);
  const controller = new AbortController();
  const held = await bench.command({ ...plainRequest(), signal: controller.signal }, two);
  const numbers = { expCmdSn: before.heard.pdu.cmdSn, maxCmdSn: 64 };
  controller.abort(new Error('enough'));
  const abort = await two!.expect(opcode.taskManagementRequest);
  two!.taskManagementResponse(abort.pdu.initiatorTaskTag, numbers);
  await assert.rejects(soon(held.done), { message: 'enough' });
  two!.reset();
  const { pdu } = await one!.expect(opcode.nopOut);
  assert.deepEqual([pdu.cmdSn, pdu.isImmediate], [held.heard.pdu.cmdSn, false]);
});
