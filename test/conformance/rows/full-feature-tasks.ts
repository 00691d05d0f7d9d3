// Full feature phase, 19: task management.

import assert from 'node:assert/strict';
import type { ScsiResult } from '../../../src/session/index.ts';
import { opcode } from '../../../src/wire/index.ts';
import { lun, pattern, plainRequest, readRequest, SessionBench, soon } from '../../support/session-bench.ts';
import { type Heard, turns } from '../../support/target-line.ts';
import { fieldsOf, holds, noTag, type Row, row } from '../harness.ts';
import { lose, recovering } from '../recovery-bench.ts';

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

const taskSetFunctions = [
  ['abortTaskSet', 2],
  ['clearTaskSet', 4],
] as const;

/** A read under way while its whole task set is being aborted; `answer` lets the target confirm that. */
async function abortingSet(
  bench: SessionBench,
  name: (typeof taskSetFunctions)[number][0],
  code: number,
): Promise<{ tag: number; done: Promise<ScsiResult>; answer: () => Promise<void> }> {
  const session = await bench.open();
  const { done, tag } = await bench.command(readRequest(8));
  const managed = session.manageTasks(name, { lun });
  managed.catch(() => undefined);
  const request = await bench.line.expect(opcode.taskManagementRequest);
  holds(request, { isImmediate: true, function: code, lun, referencedTaskTag: noTag });
  const answer = async (): Promise<void> => {
    bench.line.taskManagementResponse(request.pdu.initiatorTaskTag);
    await soon(managed);
  };
  return { tag, done, answer };
}

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

  row('19.4.1', '§4.2.3.3', 'While a task set is being aborted, NOP-Ins are still answered', async () => {
    for (const [name, code] of taskSetFunctions) {
      await using bench = new SessionBench();
      const { answer } = await abortingSet(bench, name, code);
      bench.line.nopIn({ targetTransferTag: 0x55, lun });
      holds(await bench.line.expect(opcode.nopOut), { targetTransferTag: 0x55, lun, initiatorTaskTag: noTag });
      await answer();
    }
  }),

  row(
    '19.4.2',
    '§4.2.3.3',
    'While a task set is being aborted, Data-In with the A bit is still acknowledged',
    async () => {
      for (const [name, code] of taskSetFunctions) {
        await using bench = recovering(1);
        const { tag, answer } = await abortingSet(bench, name, code);
        bench.line.dataIn(tag, { dataSn: 0, isAcknowledge: true, targetTransferTag: 0x66, lun }, pattern(4));
        const snack = await bench.line.expect(opcode.snackRequest);
        holds(snack, { type: 2, targetTransferTag: 0x66, lun, begRun: 1, runLength: 0 });
        await answer();
      }
    },
  ),

  row(
    '19.4.3',
    '§4.2.3.3',
    'While a task set is being aborted, late responses are still taken, and acknowledged',
    async () => {
      for (const [name, code] of taskSetFunctions) {
        await using bench = new SessionBench();
        const { tag, done, answer } = await abortingSet(bench, name, code);
        bench.line.dataIn(tag, { dataSn: 0, hasStatus: true }, pattern(8));
        assert.equal((await soon(done)).status, 0);
        await answer();
        holds((await bench.command(plainRequest())).heard, { expStatSn: bench.line.statSn });
      }
    },
  ),

  row('19.5', '§7.2.2', 'TASK REASSIGN over two connections keeps the task tag', async () => {
    await using bench = recovering(2, { session: { policy: { kind: 'failOver', preferred: 2 } } });
    const [one, two] = await bench.openWith(2);
    const { done, tag } = await bench.command(readRequest(8), two);
    two!.dataIn(tag, { dataSn: 0, bufferOffset: 0 }, pattern(4));
    await turns();
    await lose(two!);
    const logout = await one!.expect(opcode.logoutRequest);
    holds(logout, { reason: 2, cid: fieldsOf(two!.logins[0]!.bhs)['cid']! });
    one!.logoutResponse(logout.pdu.initiatorTaskTag);
    const reassign = await one!.expect(opcode.taskManagementRequest);
    holds(reassign, { function: 8, isImmediate: true, referencedTaskTag: tag, expDataSn: 1 });
    one!.taskManagementResponse(reassign.pdu.initiatorTaskTag);
    one!.dataIn(tag, { dataSn: 1, bufferOffset: 4, hasStatus: true }, pattern(8).subarray(4));
    assert.equal((await soon(done)).status, 0);
  }),
];
