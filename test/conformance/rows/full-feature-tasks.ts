// Full feature phase, 19: task management.

import assert from 'node:assert/strict';
import { opcode } from '../../../src/wire/index.ts';
import { lun, plainRequest, SessionBench } from '../../support/session-bench.ts';
import type { Heard } from '../../support/target-line.ts';
import { fieldsOf, gap, holds, type Row, row } from '../harness.ts';

/** A session with commands on two logical units, of which the second's has been aborted. */
async function aborting(bench: SessionBench): Promise<{ command: Heard; request: Heard }> {
  await bench.open();
  await bench.command(plainRequest({ lun: { high: 0x0001_0000, low: 0 } }));
  const abort = new AbortController();
  const { heard } = await bench.command(plainRequest({ signal: abort.signal }));
  await bench.command(plainRequest({ lun: { high: 0x0002_0000, low: 0 } }));
  abort.abort(new Error('given up'));
  return { command: heard, request: await bench.line.expect(opcode.taskManagementRequest) };
}

const noGroup = 'the session offers ABORT TASK alone yet, no function for more than one task';

export const rows: readonly Row[] = [
  row('19.1', '§11.5', 'A task management request is immediate and carries the CmdSN of the next command', async () => {
    await using bench = new SessionBench({ cmdSn: 0xffff_fffe });
    const { request } = await aborting(bench);
    holds(request, { isImmediate: true, function: 1, cmdSn: 1, expStatSn: bench.line.statSn });
    assert.equal(request.data.length, 0);
    holds((await bench.command(plainRequest())).heard, { cmdSn: 1, isImmediate: false });
  }),

  row('19.2', '§11.5.3', 'ABORT TASK names the LUN and the tag of the command', async () => {
    await using bench = new SessionBench();
    const { command, request } = await aborting(bench);
    const { initiatorTaskTag } = fieldsOf(command.bhs);
    holds(request, { lun, referencedTaskTag: initiatorTaskTag! });
    assert.notEqual(fieldsOf(request.bhs)['initiatorTaskTag'], initiatorTaskTag);
  }),

  row('19.3', '§11.5.5', 'RefCmdSN is the CmdSN of the command', async () => {
    await using bench = new SessionBench({ cmdSn: 0xffff_ffff });
    const { command, request } = await aborting(bench);
    holds(command, { cmdSn: 0 });
    holds(request, { refCmdSn: 0 });
  }),

  gap('19.4.1', '§4.2.3.3', 'After a task set was aborted, NOP-Ins are still answered', noGroup),
  gap('19.4.2', '§4.2.3.3', 'After a task set was aborted, Data-In with the A bit is still acknowledged', noGroup),
  gap('19.4.3', '§4.2.3.3', 'After a task set was aborted, late responses are still taken', noGroup),
  gap(
    '19.5',
    '§7.2.2',
    'TASK REASSIGN over two connections keeps the task tag',
    'the initiator agrees to no ErrorRecoveryLevel above 0 yet',
  ),
];
