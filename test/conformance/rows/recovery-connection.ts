// Recovery, 17 to 32: a connection is lost while others live, and tasks that outlive their connection.

import assert from 'node:assert/strict';
import { opcode } from '../../../src/wire/index.ts';
import {
  lun,
  pattern,
  plainRequest,
  readRequest,
  type SessionBench,
  soon,
  writeRequest,
} from '../../support/session-bench.ts';
import { type TargetLine, turns } from '../../support/target-line.ts';
import { dataOutSequence, fieldsOf, holds, type Row, row } from '../harness.ts';
import { loginAgain, lose, recovering } from '../recovery-bench.ts';

const roundRobin = { session: { policy: { kind: 'roundRobin' } } } as const;

function cidOf(line: TargetLine): number {
  return Number(fieldsOf(line.logins[0]!.bhs)['cid']);
}

/** Takes the Logout of `lost` that comes over `via`, which must have this reason, and answers it. */
async function loggedOut(
  via: TargetLine,
  lost: TargetLine,
  reason: 1 | 2,
  answer: { readonly response?: number; readonly time2Wait?: number } = {},
): Promise<void> {
  const logout = await via.expect(opcode.logoutRequest);
  // §11.14.4: ExpStatSN is that of the connection to be closed.
  holds(logout, { reason, cid: cidOf(lost), isImmediate: true, expStatSn: lost.statSn });
  via.logoutResponse(logout.pdu.initiatorTaskTag, answer);
  await turns();
}

/** Takes a TASK REASSIGN for `task` on `via`, and answers it. */
async function reassigned(via: TargetLine, task: number, expDataSn: number, response = 0): Promise<void> {
  const heard = await via.expect(opcode.taskManagementRequest);
  const lunZero = { high: 0, low: 0 };
  holds(heard, { isImmediate: true, function: 8, referencedTaskTag: task, expDataSn, lun: lunZero, refCmdSn: 0 });
  assert.notEqual(fieldsOf(heard.bhs)['initiatorTaskTag'], task);
  via.taskManagementResponse(heard.pdu.initiatorTaskTag, { response });
  await turns();
}

/** Two connections, of which the second is lost with a read of 1024 bytes that has got half of its data. */
async function withOrphan(bench: SessionBench): Promise<{
  one: TargetLine;
  two: TargetLine;
  tag: number;
  request: ReturnType<typeof readRequest>;
  done: Promise<unknown>;
}> {
  const [one, two] = await bench.openWith(2);
  const first = await bench.command(plainRequest(), one);
  const request = readRequest(1024);
  const { done, tag } = await bench.command(request, two);
  two!.dataIn(tag, { dataSn: 0, bufferOffset: 0 }, pattern(512));
  one!.response(first.tag);
  await soon(first.done);
  await turns();
  await lose(two!);
  return { one: one!, two: two!, tag, request, done };
}

export const rows: readonly Row[] = [
  row(
    '17',
    '§7.14',
    'Level 0, one of two connections lost: Logout reason 1 for it over the other, after Time2Wait',
    async () => {
      await using bench = recovering(0, { keys: { DefaultTime2Wait: '2' }, ...roundRobin });
      const { one, two, done } = await withOrphan(bench);
      await bench.clock.advance(1999);
      await one.silence();
      await bench.clock.advance(1);
      await loggedOut(one, two, 1);
      await assert.rejects(soon(done), { code: 'ISCSI_CONNECTION_LOST' });
    },
  ),

  row('18', '§7.14', 'Meanwhile, and afterwards, commands go over the other connection', async () => {
    await using bench = recovering(0, { keys: { DefaultTime2Wait: '2' }, ...roundRobin });
    const { one, two, done } = await withOrphan(bench);
    done.catch(() => undefined);
    const during = await bench.command(plainRequest(), one);
    one.response(during.tag);
    await soon(during.done);
    await bench.clock.advance(2000);
    await loggedOut(one, two, 1);
    const after = await bench.command(plainRequest(), one);
    one.response(after.tag);
    await soon(after.done);
  }),

  row('19', '§6.3.4', 'Then the connection is opened again, under its CID, with the TSIH of the session', async () => {
    await using bench = recovering(0, roundRobin);
    const { one, two, done } = await withOrphan(bench);
    done.catch(() => undefined);
    await loggedOut(one, two, 1);
    const line = await loginAgain(bench);
    for (const heard of line.logins) holds(heard, { tsih: 0x77, cid: cidOf(two) });
    const lines = [one, line];
    for (const each of lines) {
      const { done: ended, tag } = await bench.command(plainRequest(), each);
      each.response(tag);
      await soon(ended);
    }
  }),

  row(
    '20',
    '§4.2.2.1',
    'Numbers that the target never had are filled, so that the session does not stand still',
    async () => {
      await using bench = recovering(0, roundRobin);
      const [one, two] = await bench.openWith(2);
      const first = await bench.command(plainRequest(), one);
      const second = await bench.command(plainRequest(), two);
      second.done.catch(() => undefined);
      const known = { expCmdSn: 2, maxCmdSn: 65 };
      one!.response(first.tag, known);
      await soon(first.done);
      await lose(two!);
      holds(await one!.expect(opcode.nopOut), { isImmediate: false, cmdSn: 2, targetTransferTag: 0xffff_ffff });
    },
  ),

  row(
    '21',
    '§7.2.2',
    'Level 2: Logout reason 2, then TASK REASSIGN with the same tag; the rest of the data completes it',
    async () => {
      await using bench = recovering(2, roundRobin);
      const { one, two, tag, request, done } = await withOrphan(bench);
      await loggedOut(one, two, 2);
      await reassigned(one, tag, 1);
      one.dataIn(tag, { dataSn: 1, bufferOffset: 512, hasStatus: true }, pattern(1024).subarray(512));
      await soon(done);
      assert.deepEqual(request.dataIn, pattern(1024));
    },
  ),

  row(
    '22',
    '§7.5.2',
    'Time2Wait: DefaultTime2Wait before the Logout, that of its answer before TASK REASSIGN',
    async () => {
      await using bench = recovering(2, { keys: { DefaultTime2Wait: '2' }, ...roundRobin });
      const { one, two, tag, done } = await withOrphan(bench);
      done.catch(() => undefined);
      await bench.clock.advance(1999);
      await one.silence();
      await bench.clock.advance(1);
      await loggedOut(one, two, 2, { time2Wait: 3 });
      await bench.clock.advance(2999);
      assert.deepEqual(
        one.drainHeard().filter(({ pdu }) => pdu.opcode === opcode.taskManagementRequest),
        [],
      );
      await bench.clock.advance(1);
      await reassigned(one, tag, 1);
    },
  ),

  row(
    '23',
    '§11.6.1',
    'TASK REASSIGN refused as "task still allegiant": the command ends with an error, the session goes on',
    async () => {
      await using bench = recovering(2, roundRobin);
      const { one, two, tag, done } = await withOrphan(bench);
      await loggedOut(one, two, 2);
      await reassigned(one, tag, 1, 3);
      await assert.rejects(soon(done), { code: 'ISCSI_CONNECTION_LOST' });
      assert.equal(bench.session.state, 'loggedIn');
      assert.equal(one.end, undefined);
    },
  ),

  row('24', '§11.6.1', 'TASK REASSIGN refused as "not supported": the same', async () => {
    await using bench = recovering(2, roundRobin);
    const { one, two, tag, done } = await withOrphan(bench);
    await loggedOut(one, two, 2);
    await reassigned(one, tag, 1, 4);
    await assert.rejects(soon(done), { code: 'ISCSI_CONNECTION_LOST' });
    const { done: ended, tag: next } = await bench.command(plainRequest(), one);
    one.response(next);
    await soon(ended);
  }),

  row(
    '25',
    '§11.15.1',
    'A Logout answered with "recovery not supported": reason 1 follows, and the commands end',
    async () => {
      await using bench = recovering(2, roundRobin);
      const { one, two, done } = await withOrphan(bench);
      await loggedOut(one, two, 2, { response: 2 });
      await loggedOut(one, two, 1);
      await assert.rejects(soon(done), { code: 'ISCSI_CONNECTION_LOST' });
    },
  ),

  row(
    '26',
    '§11.15.1',
    'A Logout answered with "CID not found": the commands end, and nothing is reassigned',
    async () => {
      await using bench = recovering(2, roundRobin);
      const { one, two, done } = await withOrphan(bench);
      await loggedOut(one, two, 2, { response: 1 });
      await assert.rejects(soon(done), { code: 'ISCSI_CONNECTION_LOST' });
      assert.deepEqual(
        one.drainHeard().filter(({ pdu }) => pdu.opcode === opcode.taskManagementRequest),
        [],
      );
    },
  ),

  row(
    '27',
    '§11.5.6',
    'A write goes on after TASK REASSIGN: R2TSN from ExpDataSN on, every byte in its place',
    async () => {
      await using bench = recovering(2, { keys: { ImmediateData: 'No' }, ...roundRobin });
      const [one, two] = await bench.openWith(2);
      const other = await bench.command(plainRequest(), one);
      const all = pattern(2048);
      const { done, tag } = await bench.command(writeRequest(all), two);
      two!.r2t(tag, { lun, targetTransferTag: 4, r2tSn: 0, bufferOffset: 0, desiredDataTransferLength: 1024 });
      await dataOutSequence(two!, { task: tag, tag: 4, from: 0, all });
      one!.response(other.tag);
      await soon(other.done);
      await lose(two!);
      await loggedOut(one!, two!, 2);
      await reassigned(one!, tag, 1);
      one!.r2t(tag, { lun, targetTransferTag: 5, r2tSn: 1, bufferOffset: 1024, desiredDataTransferLength: 1024 });
      await dataOutSequence(one!, { task: tag, tag: 5, from: 1024, all });
      one!.response(tag);
      await soon(done);
    },
  ),

  row(
    '28',
    '§7.2.1',
    'A command that the target never had is sent again: the same tag, CmdSN, flags, LUN, CDB and data',
    async () => {
      await using bench = recovering(2, { keys: { ImmediateData: 'Yes' } });
      await bench.open();
      const first = await bench.command(plainRequest());
      bench.line.response(first.tag);
      await soon(first.done);
      bench.numbers.ignores = () => true;
      const lost = await bench.command(writeRequest(pattern(64)));
      bench.numbers.ignores = () => false;
      await lose(bench.line);
      const line = await loginAgain(bench);
      const again = await line.expect(opcode.scsiCommand);
      // All but what is acknowledged, which belongs to the other connection.
      holds(again, { ...fieldsOf(lost.heard.bhs), expStatSn: line.statSn });
      assert.deepEqual(again.data, lost.heard.data);
      line.response(lost.tag);
      await soon(lost.done);
    },
  ),

  row(
    '29',
    '§6.3.4',
    'Level 2, no other connection: reinstatement with the CID, the TSIH and the last ExpStatSN',
    async () => {
      await using bench = recovering(2);
      await bench.open();
      const { done, tag } = await bench.command(readRequest(4));
      await lose(bench.line);
      const line = await loginAgain(bench);
      holds(line.logins[0]!, { tsih: 0x77, cid: cidOf(bench.line), expStatSn: bench.line.statSn });
      await reassigned(line, tag, 0);
      line.dataIn(tag, { hasStatus: true }, pattern(4));
      await soon(done);
    },
  ),

  row('30', '§7.5', 'After Time2Retain nothing is reassigned: the session is reinstated', async () => {
    const keys = { DefaultTime2Retain: '3' };
    await using bench = recovering(2, { keys, limits: { reconnectIntervalMs: 4000 } });
    await bench.open();
    const { done } = await bench.command(readRequest(4));
    await lose(bench.line);
    (await bench.accept()).reset();
    await turns();
    await bench.clock.advance(4000);
    const line = await loginAgain(bench);
    holds(line.logins[0]!, { tsih: 0 });
    await assert.rejects(soon(done), { code: 'ISCSI_CONNECTION_LOST' });
    await line.silence();
  }),

  row(
    '31',
    '§11.13.5',
    'A reinstatement that the target refuses (020A, no such session): the session is reinstated',
    async () => {
      await using bench = recovering(2);
      await bench.open();
      const { done } = await bench.command(readRequest(4));
      done.catch(() => undefined);
      await lose(bench.line);
      const refused = await bench.accept();
      refused.logins.push(await refused.expect(opcode.loginRequest));
      holds(refused.logins[0]!, { tsih: 0x77 });
      refused.loginResponse({ statusClass: 2, statusDetail: 0x0a });
      const line = await loginAgain(bench);
      holds(line.logins[0]!, { tsih: 0 });
      await assert.rejects(soon(done), { code: 'ISCSI_CONNECTION_LOST' });
    },
  ),

  row('32', '§7.2.2', 'Several orphans are reassigned one after the other, each with its own ExpDataSN', async () => {
    await using bench = recovering(2, { session: { policy: { kind: 'failOver', preferred: 2 } } });
    const [one, two] = await bench.openWith(2);
    const requests = [readRequest(8), readRequest(8), readRequest(8)];
    const tags: number[] = [];
    const ends: Promise<unknown>[] = [];
    for (const [at, request] of requests.entries()) {
      const { done, tag } = await bench.command(request, two);
      for (let dataSn = 0; dataSn < at; dataSn += 1) {
        two!.dataIn(tag, { dataSn, bufferOffset: dataSn * 2 }, pattern(8, at).subarray(dataSn * 2, dataSn * 2 + 2));
      }
      tags.push(tag);
      ends.push(done);
    }
    await turns();
    await lose(two!);
    await loggedOut(one!, two!, 2);
    for (const [at, tag] of tags.entries()) {
      await reassigned(one!, tag, at);
      one!.dataIn(tag, { dataSn: at, bufferOffset: at * 2, hasStatus: true }, pattern(8, at).subarray(at * 2));
      await soon(ends[at]!);
      assert.deepEqual(requests[at]!.dataIn, pattern(8, at));
    }
  }),
];
