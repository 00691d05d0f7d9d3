// Many connections, 13 to 24: connections that leave, messages about them, and who carries what.

import assert from 'node:assert/strict';
import type { SchedulingPolicy } from '../../../src/session/index.ts';
import { opcode } from '../../../src/wire/index.ts';
import { plainRequest, SessionBench, soon } from '../../support/session-bench.ts';
import { type TargetLine, turns } from '../../support/target-line.ts';
import { fieldsOf, holds, type Row, row } from '../harness.ts';

/** How many of `count` commands, none of them answered, come on each of three connections. */
async function shares(policy: SchedulingPolicy, count: number): Promise<number[]> {
  await using bench = new SessionBench({ session: { policy } });
  const lines = await bench.openWith(3);
  for (let each = 0; each < count; each += 1) bench.session.execute(plainRequest()).catch(() => undefined);
  await turns();
  return lines.map((line) => line.drainHeard().length);
}

/** Whether a command goes over this line and comes to its end. */
async function carries(bench: SessionBench, line: TargetLine): Promise<void> {
  const { done, tag } = await bench.command(plainRequest(), line);
  line.response(tag);
  await soon(done);
}

export const rows: readonly Row[] = [
  row(
    '13',
    '§11.14.1',
    'Removing a connection: reason 1 with its CID, nothing after it, FIN; the others go on',
    async () => {
      await using bench = new SessionBench();
      const [one, two] = await bench.openWith(2);
      const cid = Number(fieldsOf(two!.logins[0]!.bhs)['cid']);
      const removed = bench.session.removeConnection(cid);
      const logout = await two!.expect(opcode.logoutRequest);
      holds(logout, { isImmediate: true, reason: 1, cid, expStatSn: two!.statSn });
      await carries(bench, one!);
      await two!.silence();
      two!.logoutResponse(logout.pdu.initiatorTaskTag);
      assert.equal(await two!.ended(), 'ended');
      await soon(removed);
      await carries(bench, one!);
    },
  ),

  row('14', '§11.14', 'The last connection is not removed, and neither is the leading one', async () => {
    await using bench = new SessionBench();
    await bench.open();
    const cid = Number(fieldsOf(bench.line.logins[0]!.bhs)['cid']);
    await assert.rejects(soon(bench.session.removeConnection(cid)), { code: 'ISCSI_LAST_CONNECTION' });
    await bench.add();
    await assert.rejects(soon(bench.session.removeConnection(cid)), { code: 'ISCSI_LEADING_CONNECTION' });
    for (const line of bench.lines) await line.silence();
  }),

  row(
    '15',
    '§11.14.3',
    'A CID that the session does not have is refused by us, without a word to the target',
    async () => {
      await using bench = new SessionBench();
      const lines = await bench.openWith(2);
      await assert.rejects(soon(bench.session.removeConnection(77)), { code: 'ISCSI_NO_SUCH_CONNECTION' });
      for (const line of lines) await line.silence();
      await carries(bench, lines[0]!);
    },
  ),

  row(
    '16',
    '§11.14',
    'Logout of the session: one request, reason 0, over one connection; then all are closed',
    async () => {
      await using bench = new SessionBench();
      const [one, two, three] = await bench.openWith(3);
      const left = bench.session.logout();
      const logout = await one!.expect(opcode.logoutRequest);
      holds(logout, { reason: 0, isImmediate: true });
      for (const line of [one!, two!, three!]) {
        await line.silence();
        assert.equal(line.end, undefined);
      }
      one!.logoutResponse(logout.pdu.initiatorTaskTag);
      for (const line of [one!, two!, three!]) assert.equal(await line.ended(), 'ended');
      await soon(left);
    },
  ),

  row(
    '17',
    '§11.15.1',
    'A Logout that the target does not confirm: the connection is dropped all the same',
    async () => {
      await using bench = new SessionBench();
      const [one, two] = await bench.openWith(2);
      const removed = bench.session.removeConnection(Number(fieldsOf(two!.logins[0]!.bhs)['cid']));
      const logout = await two!.expect(opcode.logoutRequest);
      two!.logoutResponse(logout.pdu.initiatorTaskTag, { response: 3 });
      await assert.rejects(soon(removed), { code: 'ISCSI_LOGOUT_FAILED' });
      await two!.ended();
      await carries(bench, one!);
    },
  ),

  row(
    '18',
    '§11.9.1',
    'Event 2 about another connection: that one is closed, not the one which brought it',
    async () => {
      await using bench = new SessionBench();
      const [one, two] = await bench.openWith(2);
      const cid = Number(fieldsOf(two!.logins[0]!.bhs)['cid']);
      one!.asyncMessage(2, { parameter1: cid, parameter2: 0, parameter3: 0 });
      await two!.ended();
      const logout = await one!.expect(opcode.logoutRequest);
      holds(logout, { reason: 1, cid });
      one!.logoutResponse(logout.pdu.initiatorTaskTag);
      assert.equal(one!.end, undefined);
      await carries(bench, one!);
    },
  ),

  row('19', '§7.7', 'A format error on one connection closes them all', async () => {
    await using bench = new SessionBench();
    const [one, two] = await bench.openWith(2);
    const { done, tag } = await bench.command(plainRequest(), one);
    done.catch(() => undefined);
    const bad = Buffer.from(
      one!.bytesOf({
        opcode: opcode.scsiResponse,
        isBidiOverflow: false,
        isBidiUnderflow: false,
        isOverflow: false,
        isUnderflow: false,
        response: 0,
        status: 0,
        initiatorTaskTag: tag,
        snackTag: 0,
        statSn: one!.statSn,
        expCmdSn: 2,
        maxCmdSn: 65,
        expDataSn: 0,
        bidiReadResidualCount: 0,
        residualCount: 0,
      }),
    );
    bad[1] = 0x80 | 0x06; // overflow and underflow at once (§11.4.1)
    one!.sendBytes(bad);
    await one!.ended();
    await two!.ended();
  }),

  row('20', '§4.2.5.1', 'Policy fail over: one connection carries all; when it goes, the next takes over', async () => {
    await using bench = new SessionBench({ session: { policy: { kind: 'failOver' } } });
    const [one, two] = await bench.openWith(2);
    for (let count = 0; count < 4; count += 1) await carries(bench, one!);
    await two!.silence();
    one!.reset();
    await turns();
    for (let count = 0; count < 4; count += 1) await carries(bench, two!);
  }),

  row('21', '§4.2.5.1', 'Policy round robin: the connections take turns', async () => {
    assert.deepEqual(await shares({ kind: 'roundRobin' }, 9), [3, 3, 3]);
  }),

  row(
    '22',
    '§4.2.5.1',
    'Policy round robin with a subset: the preferred ones take turns, the others stand by',
    async () => {
      assert.deepEqual(await shares({ kind: 'roundRobinWithSubset', preferred: [2, 3] }, 8), [0, 4, 4]);
    },
  ),

  row('23', '§4.2.5.1', 'Policy least queue depth: the next command goes where fewest are in flight', async () => {
    await using bench = new SessionBench({ session: { policy: { kind: 'leastQueueDepth' } } });
    const [one, two] = await bench.openWith(2);
    await bench.command(plainRequest(), one);
    for (let count = 0; count < 3; count += 1) await carries(bench, two!);
    await one!.silence();
  }),

  row('24', '§4.2.5.1', 'Policy weighted paths: the greatest weight carries all', async () => {
    const weights = new Map([
      [1, 10],
      [2, 30],
      [3, 20],
    ]);
    assert.deepEqual(await shares({ kind: 'weightedPaths', weights }, 6), [0, 6, 0]);
  }),
];
