// Full feature phase, 1 to 5: CmdSN, the command window, retry, StatSN.

import assert from 'node:assert/strict';
import { opcode } from '../../../src/wire/index.ts';
import { plainRequest, SessionBench, soon } from '../../support/session-bench.ts';
import { gap, holds, type Row, row } from '../harness.ts';

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

  gap(
    '4.1',
    '§7.2.1',
    'A retried command has the same tag, flags, LUN and CDB, on the same connection',
    'the initiator agrees to no ErrorRecoveryLevel above 0 yet, where no command is retried',
  ),

  row('3.3', '§4.2.2.1', 'In a window of one there is never more than one command', async () => {
    await using bench = new SessionBench({ window: 1 });
    const session = await bench.open();
    const commands = Array.from({ length: 4 }, () => session.execute(plainRequest()));
    for (const [at, command] of commands.entries()) {
      const heard = await bench.line.expect(opcode.scsiCommand);
      holds(heard, { cmdSn: 1 + at });
      await bench.line.silence();
      bench.line.response(heard.pdu.initiatorTaskTag);
      assert.equal((await soon(command)).status, 0);
    }
  }),
];
