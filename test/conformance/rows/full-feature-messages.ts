// Full feature phase, 14, 15 and 20: pings and Asynchronous Messages.

import assert from 'node:assert/strict';
import { opcode } from '../../../src/wire/index.ts';
import { lun, pattern, plainRequest, readRequest, SessionBench, soon } from '../../support/session-bench.ts';
import { turns } from '../../support/target-line.ts';
import { fieldsOf, holds, noTag, type Row, row } from '../harness.ts';

const lunZero = { high: 0, low: 0 };

/** A session with a command in flight that its target answers only by ABORT TASK. */
async function askedToLeave(seconds: number): Promise<void> {
  await using bench = new SessionBench({ limits: { drainTimeoutMs: 60_000 } });
  const session = await bench.open();
  const { done } = await bench.command(readRequest(4));
  done.catch(() => undefined);
  bench.line.asyncMessage(1, { parameter3: seconds });
  await turns();
  await assert.rejects(soon(session.execute(plainRequest())), 'no command goes out any more');
  await bench.clock.advance(seconds * 1000 - 1);
  const abort = await bench.line.expect(opcode.taskManagementRequest);
  bench.line.taskManagementResponse(abort.pdu.initiatorTaskTag);
  const logout = await bench.line.expect(opcode.logoutRequest);
  // Reason 0 closes the session, so that CID is reserved (§11.14.3).
  holds(logout, { isImmediate: true, reason: 0, cid: 0, expStatSn: bench.line.statSn });
  assert.equal(logout.data.length, 0);
  await bench.line.silence();
  bench.line.logoutResponse(logout.pdu.initiatorTaskTag);
  await soon(session.closed);
}

export const rows: readonly Row[] = [
  row('14.1', '§11.9.1', 'Asked to log out within 5 s: no new command, and the Logout comes in time', async () => {
    await askedToLeave(5);
  }),

  row('14.2', '§11.9.1', 'Asked to log out one of two connections: its CID leaves, the other goes on', async () => {
    await using bench = new SessionBench();
    const [first, second] = await bench.openWith(2);
    second!.asyncMessage(1, { parameter3: 5 });
    const logout = await second!.expect(opcode.logoutRequest);
    holds(logout, { reason: 1, cid: fieldsOf(second!.logins[0]!.bhs)['cid']!, expStatSn: second!.statSn });
    const { done, tag } = await bench.command(plainRequest(), first);
    first!.response(tag);
    await soon(done);
    second!.logoutResponse(logout.pdu.initiatorTaskTag);
    await second!.ended();
    const later = await bench.command(plainRequest(), first);
    first!.response(later.tag);
    await soon(later.done);
  }),

  row(
    '15.1',
    '§11.18',
    'A ping is answered: its tag and LUN copied, no task tag, immediate, empty, no CmdSN used',
    async () => {
      await using bench = new SessionBench({ cmdSn: 7 });
      await bench.open();
      bench.line.nopIn({ targetTransferTag: 0xabcd, lun }, pattern(20));
      const heard = await bench.line.expect(opcode.nopOut);
      const expStatSn = bench.line.statSn;
      holds(heard, {
        isImmediate: true,
        initiatorTaskTag: noTag,
        targetTransferTag: 0xabcd,
        lun,
        cmdSn: 7,
        expStatSn,
      });
      assert.equal(heard.data.length, 0);
      holds((await bench.command(plainRequest())).heard, { cmdSn: 7 });
    },
  ),

  row(
    '15.2',
    '§11.18',
    'A ping of our own: no transfer tag, LUN 0, a task tag, immediate without using a CmdSN',
    async () => {
      await using bench = new SessionBench({ cmdSn: 7, limits: { pingIntervalMs: 5000, taskTimeoutMs: 0 } });
      await bench.open();
      await bench.clock.advance(5000);
      const heard = await bench.line.expect(opcode.nopOut);
      holds(heard, {
        isImmediate: true,
        targetTransferTag: noTag,
        lun: lunZero,
        cmdSn: 7,
        expStatSn: bench.line.statSn,
      });
      assert.notEqual(fieldsOf(heard.bhs)['initiatorTaskTag'], noTag);
      bench.line.nopIn({ initiatorTaskTag: heard.pdu.initiatorTaskTag }, heard.data);
      await turns();
      const command = await bench.command(plainRequest());
      holds(command.heard, { cmdSn: 7, expStatSn: bench.line.statSn }, 'and its answer is acknowledged');
    },
  ),

  row('15.3', '§11.18', 'A NOP-Out that only acknowledges has neither tag', async () => {
    await using bench = new SessionBench({
      keys: { TaskReporting: 'FastAbort' },
      offers: { taskReporting: ['RFC3720', 'ResponseFence', 'FastAbort'] },
    });
    await bench.open();
    bench.line.asyncMessage(5, { lun });
    const heard = await bench.line.expect(opcode.nopOut);
    holds(heard, { initiatorTaskTag: noTag, targetTransferTag: noTag, isImmediate: true });
    holds(heard, { expStatSn: bench.line.statSn });
    assert.equal(heard.data.length, 0);
  }),

  row('20.1', '§11.9.1', 'Event 1 with one second: the Logout comes within it', async () => {
    await askedToLeave(1);
  }),

  row('20.2', '§11.9.1', 'Event 2 for the connection: it is closed, and opened again within a second', async () => {
    await using bench = new SessionBench({ session: { reconnects: true } });
    await bench.open();
    const { cid } = fieldsOf(bench.line.logins[0]!.bhs);
    bench.line.asyncMessage(2, { parameter1: Number(cid), parameter2: 0, parameter3: 1 });
    await bench.line.ended();
    await bench.clock.advance(999);
    const line = await bench.accept();
    await bench.login(line);
    holds(line.logins[0]!, { cid: cid! });
    const { done, tag } = await bench.command(plainRequest(), line);
    line.response(tag);
    await soon(done);
  }),

  row(
    '20.3',
    '§11.9.1',
    'Event 3 with two connections: both are closed, and opened again after Time2Wait',
    async () => {
      await using bench = new SessionBench({ session: { reconnects: true } });
      const [one, two] = await bench.openWith(2);
      two!.asyncMessage(3, { parameter2: 1, parameter3: 1 });
      for (const line of [one!, two!]) await line.ended();
      await turns();
      await bench.clock.advance(999);
      assert.equal(bench.lines.length, 2, 'Time2Wait is one second');
      await bench.clock.advance(1);
      assert.ok(bench.clock.now() < 2000);
      for (let count = 0; count < 2; count += 1) await bench.login(await bench.accept());
      assert.equal(bench.session.state, 'loggedIn');
    },
  ),

  row('20.4', '§11.9.1', 'Event 4: a Text Request follows within 3 s', async () => {
    await using bench = new SessionBench();
    await bench.open();
    bench.line.asyncMessage(4, { parameter3: 3 });
    const heard = await bench.line.expect(opcode.textRequest);
    assert.ok(bench.clock.now() < 3000);
    holds(heard, { isFinal: true, targetTransferTag: noTag, expStatSn: bench.line.statSn });
    // 256 KiB is what was declared at login; in discovery and after login this key alone may be declared anew (§13.12).
    assert.equal(Buffer.from(heard.data).toString(), 'MaxRecvDataSegmentLength=262144\0');
    bench.line.textResponse(heard.pdu.initiatorTaskTag, {}, 'MaxRecvDataSegmentLength=512\0');
    await turns();
    assert.equal(bench.session.state, 'loggedIn');
  }),
];
