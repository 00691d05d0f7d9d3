// Logout in every state that a lost session can be in: it ends by its limits, once, and leaves nothing behind.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { opcode } from '../../../src/wire/index.ts';
import { pattern, plainRequest, SessionBench, soon, writeRequest } from '../../support/session-bench.ts';
import { turns } from '../../support/target-line.ts';

const session = { reconnects: true } as const;

test('between reconnects: one more login, to log out what the target may still have', async () => {
  await using bench = new SessionBench({ session });
  await bench.open();
  bench.line.reset();
  await turns();
  const out = bench.session.logout();
  assert.equal(bench.session.logout(), out);
  await bench.clock.advance(2000);
  const line = await bench.accept();
  await bench.login(line);
  assert.equal(line.logins[0]!.pdu.tsih, 0);
  const { pdu } = await line.expect(opcode.logoutRequest);
  assert.equal(pdu.reason, 0);
  line.logoutResponse(pdu.initiatorTaskTag);
  assert.deepEqual(await soon(out), { how: 'loggedOut', error: undefined });
  await bench.nothingLeft();
});

test('between reconnects, the target dead: ends by logoutTimeoutMs', async () => {
  await using bench = new SessionBench({
    session,
    limits: { logoutTimeoutMs: 3000, connectTimeoutMs: 0, loginTimeoutMs: 0 },
  });
  await bench.open();
  bench.line.reset();
  await turns();
  const out = bench.session.logout();
  await bench.clock.advance(3000);
  const end = await soon(out);
  assert.deepEqual([end.how, end.error?.code], ['lost', 'ISCSI_LOGOUT_TIMEOUT']);
  await bench.nothingLeft();
});

test('between reconnects with commands that wait: they have until the drain deadline', async () => {
  await using bench = new SessionBench({ session, limits: { logoutTimeoutMs: 1000, drainTimeoutMs: 3000 } });
  await bench.open();
  bench.line.reset();
  await turns();
  const waiting = bench.session.execute(writeRequest(pattern(8)));
  waiting.catch(() => undefined);
  const out = bench.session.logout();
  await bench.clock.advance(2000);
  const line = await bench.accept();
  await bench.login(line);
  const command = await line.expect(opcode.scsiCommand);
  line.response(command.pdu.initiatorTaskTag);
  await soon(waiting);
  const { pdu } = await line.expect(opcode.logoutRequest);
  line.logoutResponse(pdu.initiatorTaskTag);
  assert.equal((await soon(out)).how, 'loggedOut');
  await bench.nothingLeft();
});

test('while it logs in again, and the target is silent: ends by its deadlines', async () => {
  await using bench = new SessionBench({ session, limits: { logoutTimeoutMs: 1000 } });
  await bench.open();
  bench.line.reset();
  await turns();
  await bench.clock.advance(2000);
  await (await bench.accept()).expect(opcode.loginRequest);
  const out = bench.session.logout();
  await turns();
  await (await bench.accept()).expect(opcode.loginRequest);
  await bench.clock.advance(1000);
  assert.equal((await soon(out)).how, 'lost');
  await bench.nothingLeft();
});

test('the last connection is lost with the Logout on its way: the session is reinstated, to be logged out', async () => {
  await using bench = new SessionBench({ session, keys: { DefaultTime2Wait: '0' }, offers: { defaultTime2Wait: 0 } });
  await bench.open();
  const out = bench.session.logout();
  await bench.line.expect(opcode.logoutRequest);
  bench.line.reset();
  const line = await bench.accept();
  await bench.login(line);
  const { pdu } = await line.expect(opcode.logoutRequest);
  line.logoutResponse(pdu.initiatorTaskTag);
  assert.deepEqual(await soon(out), { how: 'loggedOut', error: undefined });
  await bench.nothingLeft();
});

test('while a lost connection waits to be cleaned up: the logout of the session takes it along', async () => {
  await using bench = new SessionBench({ session });
  const [one, two] = await bench.openWith(2);
  const { done } = await bench.command(writeRequest(pattern(8)), one);
  two!.nopIn();
  await turns();
  one!.reset();
  await turns();
  const out = bench.session.logout({ drainTimeoutMs: 500 });
  await bench.clock.advance(500);
  await assert.rejects(soon(done), { code: 'ISCSI_DRAIN_TIMEOUT', effect: 'unknown' });
  const { pdu } = await two!.expect(opcode.logoutRequest);
  assert.equal(pdu.reason, 0);
  two!.logoutResponse(pdu.initiatorTaskTag);
  assert.equal((await soon(out)).how, 'loggedOut');
  await bench.nothingLeft();
});

test('destroy between reconnects ends it at once', async () => {
  await using bench = new SessionBench({ session });
  await bench.open();
  const { done } = await bench.command(plainRequest());
  bench.line.reset();
  await turns();
  bench.session.destroy();
  assert.equal((await soon(bench.session.closed)).how, 'lost');
  await assert.rejects(soon(done), { code: 'ISCSI_CONNECTION_LOST' });
  await bench.nothingLeft();
});

test('destroy while the Logout waits for its answer: no other login to repeat it', async () => {
  await using bench = new SessionBench({ session });
  await bench.open();
  const out = bench.session.logout();
  await bench.line.expect(opcode.logoutRequest);
  bench.session.destroy();
  assert.equal((await soon(out)).how, 'lost');
  await bench.clock.advance(5000);
  assert.equal(bench.lines.length, 1);
  await bench.nothingLeft();
});
