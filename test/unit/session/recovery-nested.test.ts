// Connections that are lost one inside the recovery of the other, down to the last one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deferred } from '../../../src/base/index.ts';
import { opcode } from '../../../src/wire/index.ts';
import {
  type BenchSetup,
  pattern,
  plainRequest,
  SessionBench,
  soon,
  tsih,
  writeRequest,
} from '../../support/session-bench.ts';
import { type TargetLine, turns } from '../../support/target-line.ts';

/** A bench without Time2Wait. */
function bench(level: 0 | 2, session: BenchSetup['session'] = {}): SessionBench {
  const setup: BenchSetup = {
    session: { reconnects: true, ...session },
    keys: { ErrorRecoveryLevel: String(level), DefaultTime2Wait: '0', DefaultTime2Retain: '20' },
    offers: { errorRecoveryLevel: level, defaultTime2Wait: 0 },
  };
  return new SessionBench(setup);
}

async function nextLogin(on: SessionBench): Promise<TargetLine> {
  await turns();
  const line = await on.accept();
  await on.login(line);
  return line;
}

async function logoutOf(lost: TargetLine, over: TargetLine, reason: number): Promise<number> {
  const { pdu } = await over.expect(opcode.logoutRequest);
  assert.deepEqual([pdu.reason, pdu.cid], [reason, lost.cid]);
  return pdu.initiatorTaskTag;
}

test('the last connection is lost with the Logout of another one on its way: the session comes back once, with both', async () => {
  await using on = bench(0);
  const [one, two] = await on.openWith(2);
  const losses: number[] = [];
  on.session.events.on('connectionLost', (cid) => losses.push(cid));
  const write = await on.command(writeRequest(pattern(8)), one);
  two!.nopIn(); // shows that the command has arrived
  await turns();
  one!.reset();
  await logoutOf(one!, two!, 1);
  two!.reset();
  const first = await nextLogin(on);
  assert.equal(first.logins[0]!.pdu.tsih, 0);
  const second = await nextLogin(on);
  assert.equal(second.logins[0]!.pdu.tsih, tsih);
  await turns();
  await assert.rejects(soon(write.done), { code: 'ISCSI_CONNECTION_LOST', effect: 'unknown' });
  assert.deepEqual(losses, [one!.cid, two!.cid]);
  assert.deepEqual(
    on.session.connections.map(({ cid }) => cid).sort(),
    [one!, two!].map(({ cid }) => cid),
  );
});

test('ERL 2: the last connection is lost before all tasks of another one have moved to it: they move on to the next', async () => {
  await using on = bench(2);
  const [one, two] = await on.openWith(2);
  const losses: number[] = [];
  on.session.events.on('connectionLost', (cid) => losses.push(cid));
  const cid = one!.cid;
  on.session.setPolicy({ kind: 'failOver', preferred: cid });
  const writes = [await on.command(writeRequest(pattern(8)), one), await on.command(writeRequest(pattern(8)), one)];
  two!.nopIn(); // shows that both commands have arrived
  await turns();
  one!.reset();
  two!.logoutResponse(await logoutOf(one!, two!, 2));
  const { pdu } = await two!.expect(opcode.taskManagementRequest);
  assert.deepEqual([pdu.function, pdu.referencedTaskTag], [8, writes[0]!.tag]);
  two!.reset();

  const next = await nextLogin(on);
  assert.deepEqual([next.logins[0]!.pdu.tsih, next.logins[0]!.pdu.cid], [tsih, two!.cid]);
  for (const { tag, done } of writes) {
    const reassign = await next.expect(opcode.taskManagementRequest);
    assert.deepEqual([reassign.pdu.function, reassign.pdu.referencedTaskTag], [8, tag]);
    next.taskManagementResponse(reassign.pdu.initiatorTaskTag);
    next.response(tag);
    await soon(done);
  }
  await nextLogin(on);
  await turns();
  assert.deepEqual(losses, [one!.cid, two!.cid]);
  assert.equal(on.session.connections.length, 2);
});

for (const count of [1, 2]) {
  test(`ERL 2: a connection that came back is lost before the first of ${count} tasks has moved to it: none is forgotten`, async () => {
    await using on = bench(2);
    const [line] = await on.openWith(1);
    const writes = [];
    while (writes.length < count) writes.push(await on.command(writeRequest(pattern(8)), line));
    line!.nopIn(); // shows that the commands have arrived
    await turns();
    line!.reset();
    for (const moved of [1, 2]) {
      const next = await nextLogin(on);
      assert.deepEqual([next.logins[0]!.pdu.tsih, next.logins[0]!.pdu.cid], [tsih, line!.cid]);
      for (const { tag } of writes.slice(0, moved)) {
        const reassign = await next.expect(opcode.taskManagementRequest);
        assert.deepEqual([reassign.pdu.function, reassign.pdu.referencedTaskTag], [8, tag]);
        if (moved === 2) next.taskManagementResponse(reassign.pdu.initiatorTaskTag);
      }
      if (moved === 1) {
        next.reset();
        await turns();
        await on.clock.advance(5000);
      } else for (const { tag } of writes) next.response(tag);
    }
    for (const { done } of writes) await soon(done);
  });
}
/** The target's part of a TASK REASSIGN that it carries out, and the end of the task. */
async function takeOver(line: TargetLine, { tag, done }: { tag: number; done: Promise<unknown> }): Promise<void> {
  const { pdu } = await line.expect(opcode.taskManagementRequest);
  assert.deepEqual([pdu.function, pdu.referencedTaskTag], [8, tag]);
  line.taskManagementResponse(pdu.initiatorTaskTag);
  line.response(tag);
  await soon(done);
}

test('ERL 2: the only connection is lost again before all of its tasks have moved: it comes back, and all move on', async () => {
  await using on = bench(2);
  const session = await on.open();
  const writes = [await on.command(writeRequest(pattern(8))), await on.command(writeRequest(pattern(8)))];
  on.line.nopIn(); // shows that both commands have arrived
  await turns();
  on.line.reset();
  for (let times = 0; times < 2; times += 1) {
    const line = await nextLogin(on);
    assert.equal(line.logins[0]!.pdu.tsih, tsih);
    await line.expect(opcode.taskManagementRequest);
    line.reset();
    await turns();
    await on.clock.advance(5000);
  }
  const last = await nextLogin(on);
  for (const write of writes) await takeOver(last, write);
  await turns();
  assert.equal(session.state, 'loggedIn');
  const next = await on.command(plainRequest(), last);
  last.response(next.tag);
  await soon(next.done);
});

test('ERL 2: a command that ends while it has no connection leaves a number, which a NOP-Out fills', async () => {
  await using on = bench(2);
  await on.open();
  on.numbers.ignores = () => true;
  const nobody = new AbortController();
  const lost = await on.command(plainRequest({ signal: nobody.signal }));
  on.numbers.ignores = () => false;
  on.line.reset();
  await turns();
  nobody.abort(new Error('nobody waits'));
  await assert.rejects(soon(lost.done), /nobody waits/);
  const line = await nextLogin(on);
  const { pdu } = await line.expect(opcode.nopOut);
  assert.deepEqual([pdu.cmdSn, pdu.isImmediate], [lost.heard.pdu.cmdSn, false]);
});

test('ERL 2: after a login that was refused it is still known what the target has not received', async () => {
  await using on = bench(2);
  await on.open();
  on.numbers.ignores = () => true;
  const lost = await on.command(plainRequest());
  on.numbers.ignores = () => false;
  on.line.reset();
  for (const expected of [tsih, 0]) {
    const line = await on.accept();
    line.logins.push(await line.expect(opcode.loginRequest));
    assert.equal(line.logins[0]!.pdu.tsih, expected);
    line.loginResponse({ statusClass: 3, statusDetail: 1 });
    await turns();
  }
  await on.clock.advance(5000);
  const line = await nextLogin(on);
  assert.equal(line.logins[0]!.pdu.tsih, tsih);
  const { pdu } = await line.expect(opcode.scsiCommand);
  assert.deepEqual([pdu.cmdSn, pdu.initiatorTaskTag], [lost.heard.pdu.cmdSn, lost.tag]);
  line.response(lost.tag);
  await soon(lost.done);
});

test('ERL 2: no command goes out before the devices are compared, though an attempt before had let them go', async () => {
  const compared = deferred();
  await using on = bench(2, { beforeResume: () => compared.promise });
  const session = await on.open();
  const write = await on.command(writeRequest(pattern(8)));
  on.line.nopIn();
  await turns();
  on.line.reset();
  const continued = await nextLogin(on);
  await continued.expect(opcode.taskManagementRequest);
  continued.reset();
  await turns();
  const later = session.execute(plainRequest());
  await on.clock.advance(5000);
  const refusing = await on.accept();
  refusing.logins.push(await refusing.expect(opcode.loginRequest));
  refusing.loginResponse({ statusClass: 2, statusDetail: 10 });
  const reinstated = await nextLogin(on);
  assert.equal(reinstated.logins[0]!.pdu.tsih, 0);
  await assert.rejects(soon(write.done), { code: 'ISCSI_CONNECTION_LOST', effect: 'unknown' });
  await turns();
  assert.deepEqual(reinstated.drainHeard(), []);
  compared.resolve();
  const { pdu } = await reinstated.expect(opcode.scsiCommand);
  reinstated.response(pdu.initiatorTaskTag);
  await soon(later);
});
