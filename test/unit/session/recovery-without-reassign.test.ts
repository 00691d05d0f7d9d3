// ErrorRecoveryLevel 2 with a target whose TASK REASSIGN is not to be trusted: recovery goes as at level 0.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { opcode } from '../../../src/wire/index.ts';
import { pattern, SessionBench, soon, tsih, writeRequest } from '../../support/session-bench.ts';
import { type TargetLine, turns } from '../../support/target-line.ts';

async function nextLogin(on: SessionBench): Promise<number> {
  await turns();
  const line: TargetLine = await on.accept();
  await on.login(line);
  return line.logins[0]!.pdu.tsih;
}

const level2 = {
  keys: { ErrorRecoveryLevel: '2', DefaultTime2Wait: '0', DefaultTime2Retain: '20' },
  offers: { errorRecoveryLevel: 2, defaultTime2Wait: 0 },
};

for (const [name, setup] of Object.entries({
  'reassignsTasks: false': { session: { reconnects: true, reassignsTasks: false } },
  'a target that calls itself LIO Target': { session: { reconnects: true }, targetAlias: 'LIO Target' },
})) {
  test(`${name}: commands of a lost connection end after its logout (reason 1), a lost session is reinstated`, async () => {
    await using on = new SessionBench({ ...level2, ...setup });
    const [one, two] = await on.openWith(2);
    const write = await on.command(writeRequest(pattern(8)), one);
    two!.nopIn(); // shows that the command has arrived
    await turns();
    one!.reset();
    const { pdu } = await two!.expect(opcode.logoutRequest);
    assert.deepEqual([pdu.reason, pdu.cid], [1, one!.cid]);
    two!.logoutResponse(pdu.initiatorTaskTag);
    await assert.rejects(soon(write.done), { code: 'ISCSI_CONNECTION_LOST', effect: 'unknown' });
    assert.equal(await nextLogin(on), tsih);
    for (const line of on.lines.slice(1)) line.reset();
    assert.equal(await nextLogin(on), 0);
  });
}

test('reassignsTasks: true takes a target that calls itself LIO Target at its word', async () => {
  const session = { reconnects: true, reassignsTasks: true };
  await using on = new SessionBench({ ...level2, session, targetAlias: 'LIO Target' });
  const [one, two] = await on.openWith(2);
  await on.command(writeRequest(pattern(8)), one);
  two!.nopIn();
  await turns();
  one!.reset();
  const { pdu } = await two!.expect(opcode.logoutRequest);
  assert.deepEqual([pdu.reason, pdu.cid], [2, one!.cid]);
});
