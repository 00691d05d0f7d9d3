// Full feature phase, 1 to 5: CmdSN, the command window, retry, StatSN.

import assert from 'node:assert/strict';
import { opcode } from '../../../src/wire/index.ts';
import { pattern, plainRequest, SessionBench, soon, writeRequest } from '../../support/session-bench.ts';
import { fieldsOf, holds, noTag, type Row, row } from '../harness.ts';
import { recovering } from '../recovery-bench.ts';

export const rows: readonly Row[] = [
  row(
    '1.1',
    '§4.2.2.1',
    'CmdSN goes up by one with each command that is not immediate, from the login on',
    async () => {
      await using bench = new SessionBench({ cmdSn: 0xffff_fffe });
      await bench.open();
      for (const login of bench.line.logins) holds(login, { cmdSn: 0xffff_fffe });
      for (const cmdSn of [0xffff_fffe, 0xffff_ffff, 0, 1]) {
        const { heard, done, tag } = await bench.command(plainRequest());
        holds(heard, { isImmediate: false, cmdSn });
        bench.line.response(tag);
        await soon(done);
      }
    },
  ),

  row('2.1', '§4.2.2.1', 'An immediate request carries the current CmdSN and does not use it up', async () => {
    await using bench = new SessionBench({ cmdSn: 40 });
    const session = await bench.open();
    const first = await bench.command(plainRequest());
    holds(first.heard, { isImmediate: false, cmdSn: 40 });
    const text = session.text([['X-test', '1']]);
    const request = await bench.line.expect(opcode.textRequest);
    holds(request, { isImmediate: true, cmdSn: 41 });
    bench.line.textResponse(request.pdu.initiatorTaskTag, {}, 'X-test=NotUnderstood\0');
    await soon(text);
    bench.line.nopIn({ targetTransferTag: 9 });
    holds(await bench.line.expect(opcode.nopOut), { isImmediate: true, cmdSn: 41 });
    const second = await bench.command(plainRequest());
    holds(second.heard, { isImmediate: false, cmdSn: 41 });
  }),

  row('2.2', '§4.2.2.1', 'An immediate task management request does not use up a CmdSN either', async () => {
    await using bench = new SessionBench({ cmdSn: 40 });
    await bench.open();
    const abort = new AbortController();
    const { tag } = await bench.command(plainRequest({ signal: abort.signal }));
    abort.abort(new Error('given up'));
    const request = await bench.line.expect(opcode.taskManagementRequest);
    holds(request, { isImmediate: true, cmdSn: 41, referencedTaskTag: tag });
    const second = await bench.command(plainRequest());
    holds(second.heard, { isImmediate: false, cmdSn: 41 }, 'the request is unanswered, and other commands go on');
    await bench.line.silence();
  }),

  row('3.1', '§4.2.2.1', 'With the window closed no command goes out until a NOP-In opens it', async () => {
    await using bench = new SessionBench({ cmdSn: 5, window: 1 });
    const session = await bench.open();
    const first = await bench.command(plainRequest());
    bench.line.response(first.tag, { expCmdSn: 6, maxCmdSn: 5 });
    await soon(first.done);
    const second = session.execute(plainRequest());
    second.catch(() => undefined);
    await bench.line.silence();
    bench.line.nopIn({ expCmdSn: 6, maxCmdSn: 6 });
    const heard = await bench.line.expect(opcode.scsiCommand);
    holds(heard, { cmdSn: 6 });
    bench.line.response(heard.pdu.initiatorTaskTag);
    await soon(second);
  }),

  row(
    '3.2',
    '§4.2.2.1',
    'In a window of 100, 100 commands go out without waiting for an answer, and no more',
    async () => {
      await using bench = new SessionBench({ cmdSn: 0xffff_ffe0, window: 100 });
      const session = await bench.open();
      const commands = Array.from({ length: 101 }, () => session.execute(plainRequest()));
      for (const command of commands) command.catch(() => undefined);
      const tags = new Set<unknown>();
      for (let count = 0; count < 100; count += 1) {
        const heard = await bench.line.expect(opcode.scsiCommand);
        holds(heard, { cmdSn: (0xffff_ffe0 + count) % 2 ** 32 });
        tags.add(fieldsOf(heard.bhs)['initiatorTaskTag']);
      }
      assert.equal(tags.size, 100, '§11.2.1.8: each task has a tag of its own');
      assert.ok(!tags.has(noTag));
      await bench.line.silence();
    },
  ),

  row('3.3', '§4.2.2.1', 'In a window of one there is never more than one command', async () => {
    await using bench = new SessionBench({ window: 1 });
    const session = await bench.open();
    const commands = Array.from({ length: 4 }, () => session.execute(plainRequest()));
    for (const command of commands) command.catch(() => undefined);
    for (const [at, command] of commands.entries()) {
      const heard = await bench.line.expect(opcode.scsiCommand);
      holds(heard, { cmdSn: 1 + at });
      await bench.line.silence();
      bench.line.response(heard.pdu.initiatorTaskTag);
      assert.equal((await soon(command)).status, 0);
    }
  }),

  row(
    '4.1',
    '§7.2.1',
    'A retried command has the same tag, CmdSN, flags, LUN and CDB, on the same connection',
    async () => {
      await using bench = recovering(1, { limits: { taskTimeoutMs: 0 }, session: { policy: { kind: 'roundRobin' } } });
      const [one, two] = await bench.openWith(2);
      const { done, heard, tag } = await bench.command(writeRequest(pattern(100), { taskAttribute: 3 }), one);
      // The command stands still until the session looks into it, and the answer to its ping says that it never came.
      await bench.clock.advance(6250);
      const ping = await one!.expect(opcode.nopOut);
      const { cmdSn } = fieldsOf(heard.bhs);
      one!.nopIn({
        initiatorTaskTag: ping.pdu.initiatorTaskTag,
        expCmdSn: Number(cmdSn),
        maxCmdSn: Number(cmdSn) + 63,
      });
      const again = await one!.expect(opcode.scsiCommand);
      holds(again, { ...fieldsOf(heard.bhs), expStatSn: one!.statSn });
      assert.deepEqual(again.data, heard.data);
      await two!.silence();
      one!.response(tag);
      await soon(done);
    },
  ),

  row('5.1', '§4.2.2.2', 'A StatSN that is off by 2^31 starts recovery: the connection is given up', async () => {
    await using bench = new SessionBench();
    await bench.open();
    const { done, tag } = await bench.command(plainRequest());
    bench.line.response(tag, { statSn: (bench.line.statSn + 2 ** 31) % 2 ** 32 });
    await bench.line.ended();
    await assert.rejects(Promise.race([done, bench.clock.advance(100_000).then(() => done)]));
  }),
];
