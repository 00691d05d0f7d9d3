// Connections that are lost one inside the recovery of the other, down to the last one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { opcode } from '../../../src/wire/index.ts';
import { type BenchSetup, pattern, SessionBench, soon, tsih, writeRequest } from '../../support/session-bench.ts';
import { type TargetLine, turns } from '../../support/target-line.ts';

/** A bench without Time2Wait. */
function bench(level: 0 | 2): SessionBench {
  const setup: BenchSetup = {
    session: { reconnects: true },
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
