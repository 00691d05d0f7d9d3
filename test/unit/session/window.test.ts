// The command window at work: numbering, closing, opening, bounds.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { opcode } from '../../../src/wire/index.ts';
import { plainRequest, SessionBench, soon } from '../../support/session-bench.ts';

test('§4.2.2.1 numbering starts with the login, whose requests are immediate: the first command has its CmdSN', async () => {
  await using bench = new SessionBench({ cmdSn: 123 });
  await bench.open();
  for (const { pdu } of bench.line.logins) assert.equal(pdu.cmdSn, 123);
  const { heard } = await bench.command(plainRequest());
  assert.equal(heard.pdu.cmdSn, 123);
  assert.equal(heard.pdu.isImmediate, false);
  assert.equal(heard.pdu.expStatSn, bench.line.statSn, 'ExpStatSN follows the last Login Response');
});

test('§4.2.2.1 CmdSN goes up by one with each command, past 2^32 - 1 to 0', async () => {
  await using bench = new SessionBench({ cmdSn: 0xffff_fffd });
  await bench.open();
  for (let count = 0; count < 6; count += 1) {
    const { heard, done, tag } = await bench.command(plainRequest());
    assert.equal(heard.pdu.cmdSn, (0xffff_fffd + count) >>> 0);
    bench.line.response(tag);
    await soon(done);
  }
});

test('§4.2.2.1 a window of 100 lets 100 commands go without an answer, and the next when the target allows it', async () => {
  await using bench = new SessionBench({ window: 100 });
  const session = await bench.open();
  const commands = Array.from({ length: 103 }, () => session.execute(plainRequest()));
  for (const command of commands) command.catch(() => undefined);
  const tags: number[] = [];
  for (let count = 0; count < 100; count += 1) {
    const { pdu } = await bench.line.expect(opcode.scsiCommand);
    assert.equal(pdu.cmdSn, count + 1);
    tags.push(pdu.initiatorTaskTag);
  }
  await bench.line.silence();
  bench.line.nopIn({ expCmdSn: 3, maxCmdSn: 102 });
  for (const cmdSn of [101, 102]) assert.equal((await bench.line.expect(opcode.scsiCommand)).pdu.cmdSn, cmdSn);
  await bench.line.silence();
  bench.line.response(tags[0]!, { expCmdSn: 103, maxCmdSn: 103 });
  assert.equal((await bench.line.expect(opcode.scsiCommand)).pdu.cmdSn, 103);
});

test('§11.4.11 a window closed at login (MaxCmdSN = ExpCmdSN - 1) holds every command until a NOP-In opens it', async () => {
  await using bench = new SessionBench({ window: 0 });
  const session = await bench.open();
  const command = session.execute(plainRequest());
  await bench.line.silence();
  bench.line.nopIn({ maxCmdSn: 1 });
  const { pdu } = await bench.line.expect(opcode.scsiCommand);
  assert.equal(pdu.cmdSn, 1);
  bench.line.response(pdu.initiatorTaskTag);
  await soon(command);
});

test('§11.4.11 a window closed by a SCSI Response is respected, and a NOP-In opens it', async () => {
  await using bench = new SessionBench({ window: 1 });
  const session = await bench.open();
  const first = await bench.command(plainRequest());
  bench.numbers.window = 0;
  bench.line.response(first.tag);
  await soon(first.done);
  const second = session.execute(plainRequest());
  await bench.line.silence();
  bench.numbers.window = 1;
  bench.line.nopIn();
  const { pdu } = await bench.line.expect(opcode.scsiCommand);
  bench.line.response(pdu.initiatorTaskTag);
  await soon(second);
});

test('§4.2.2.1 a window of one: never more than one command, whatever waits', async () => {
  await using bench = new SessionBench({ window: 1 });
  const session = await bench.open();
  const commands = Array.from({ length: 5 }, () => session.execute(plainRequest()));
  for (const command of commands) {
    const { pdu } = await bench.line.expect(opcode.scsiCommand);
    await bench.line.silence();
    bench.line.response(pdu.initiatorTaskTag);
    await soon(command);
  }
});

test('§4.2.2.1 MaxCmdSN below ExpCmdSN - 1 opens nothing', async () => {
  await using bench = new SessionBench({ window: 0 });
  const session = await bench.open();
  session.execute(plainRequest()).catch(() => undefined);
  bench.line.nopIn({ expCmdSn: 100, maxCmdSn: 50 });
  await bench.line.silence();
});

test('§4.2.2.1 requests for immediate delivery go through a closed window and leave CmdSN as it is', async () => {
  await using bench = new SessionBench({ window: 1 });
  const session = await bench.open();
  const abort = new AbortController();
  const { done, tag } = await bench.command(plainRequest({ signal: abort.signal }));
  const text = session.text([['X-a', '1']]);
  const asked = await bench.line.expect(opcode.textRequest);
  abort.abort(new Error('enough'));
  const stop = await bench.line.expect(opcode.taskManagementRequest);
  for (const { pdu } of [asked, stop]) assert.deepEqual([pdu.isImmediate, pdu.cmdSn], [true, 2]);
  bench.line.textResponse(asked.pdu.initiatorTaskTag);
  bench.line.taskManagementResponse(stop.pdu.initiatorTaskTag);
  await soon(text);
  await assert.rejects(soon(done), /enough/);
  const next = await bench.command(plainRequest());
  assert.equal(next.heard.pdu.cmdSn, 2);
  bench.line.response(tag);
});

test('the queue before the window is bounded: one command too many is refused with effect none', async () => {
  await using bench = new SessionBench({ window: 0, limits: { maxQueuedTasks: 2 } });
  const session = await bench.open();
  const waiting = [session.execute(plainRequest()), session.execute(plainRequest())];
  await assert.rejects(soon(session.execute(plainRequest())), { code: 'ISCSI_QUEUE_FULL', effect: 'none' });
  bench.numbers.window = 8;
  bench.line.nopIn();
  for (const command of waiting) {
    const { pdu } = await bench.line.expect(opcode.scsiCommand);
    bench.line.response(pdu.initiatorTaskTag);
    await soon(command);
  }
});

test('maxTasks bounds what is in flight, and the next command goes with the first answer', async () => {
  await using bench = new SessionBench({ limits: { maxTasks: 2 } });
  const session = await bench.open();
  const commands = Array.from({ length: 4 }, () => session.execute(plainRequest()));
  const tags: number[] = [];
  for (let count = 0; count < 2; count += 1) {
    tags.push((await bench.line.expect(opcode.scsiCommand)).pdu.initiatorTaskTag);
  }
  await bench.line.silence();
  bench.line.response(tags[1]!);
  tags.push((await bench.line.expect(opcode.scsiCommand)).pdu.initiatorTaskTag);
  await bench.line.silence();
  bench.line.response(tags[0]!);
  tags.push((await bench.line.expect(opcode.scsiCommand)).pdu.initiatorTaskTag);
  for (const tag of tags.slice(2)) bench.line.response(tag);
  await soon(Promise.all(commands));
});
