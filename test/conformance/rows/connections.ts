// Many connections, 1 to 12: joining, numbering, allegiance, and what one connection means for the others.

import assert from 'node:assert/strict';
import { opcode } from '../../../src/wire/index.ts';
import {
  lun,
  pattern,
  plainRequest,
  readRequest,
  SessionBench,
  soon,
  writeRequest,
} from '../../support/session-bench.ts';
import { type Heard, type TargetLine, turns } from '../../support/target-line.ts';
import { dataOutSequence, fieldsOf, holds, type Row, row } from '../harness.ts';

/** What has come on a line, as numbers of commands. */
function cmdSns(line: TargetLine): unknown[] {
  return line.drainHeard().map(({ bhs }) => fieldsOf(bhs)['cmdSn']);
}

function tagOf({ bhs }: Heard): number {
  return Number(fieldsOf(bhs)['initiatorTaskTag']);
}

const roundRobin = { session: { policy: { kind: 'roundRobin' } } } as const;

export const rows: readonly Row[] = [
  row(
    '1',
    '§6.3.1',
    'An added connection: the ISID and TSIH of the session, a CID of its own, no session-wide key',
    async () => {
      await using bench = new SessionBench();
      const session = await bench.open();
      const added = session.addConnection();
      added.catch(() => undefined);
      const line = await bench.accept();
      await bench.login(line).catch(() => undefined);
      const [first] = bench.line.logins;
      for (const heard of line.logins) {
        holds(heard, { tsih: 0x77, isid: fieldsOf(first!.bhs)['isid']! });
        assert.notEqual(fieldsOf(heard.bhs)['cid'], fieldsOf(first!.bhs)['cid']);
      }
      const text = line.logins.map(({ data }) => Buffer.from(data).toString()).join('');
      // §13: keys of use LO belong to the leading connection.
      for (const key of ['MaxConnections', 'InitialR2T', 'MaxBurstLength', 'ErrorRecoveryLevel', 'SessionType']) {
        assert.ok(!text.includes(`${key}=`), key);
      }
      assert.ok(text.includes('MaxRecvDataSegmentLength='), 'what each connection declares for itself');
      await soon(added);
    },
  ),

  row(
    '2',
    '§11.13.5',
    'The target takes no further connection (0206): adding fails, and the session goes on',
    async () => {
      await using bench = new SessionBench();
      const session = await bench.open();
      const added = session.addConnection();
      added.catch(() => undefined);
      const line = await bench.accept();
      line.logins.push(await line.expect(opcode.loginRequest));
      line.loginResponse({ statusClass: 2, statusDetail: 6 });
      await assert.rejects(soon(added), { code: 'ISCSI_TOO_MANY_CONNECTIONS' });
      await line.ended();
      const { done, tag } = await bench.command(plainRequest());
      bench.line.response(tag);
      await soon(done);
    },
  ),

  row(
    '3',
    '§13.9',
    'A portal that answers with another portal group is refused, before full feature phase',
    async () => {
      await using bench = new SessionBench();
      const session = await bench.open();
      const added = session.addConnection(bench.listen('two', 2));
      added.catch(() => undefined);
      const line = await bench.accept();
      line.logins.push(await line.expect(opcode.loginRequest));
      line.loginResponse({ isTransit: true, nextStage: 1 }, ['TargetPortalGroupTag=2', 'AuthMethod=None']);
      await line.ended();
      await line.silence();
      await assert.rejects(soon(added));
      assert.equal(session.connections.length, 1);
    },
  ),

  row('4', '§4.2.2.1', 'CmdSN runs over all connections without a gap, and rises on each of them', async () => {
    await using bench = new SessionBench({ cmdSn: 0xffff_fffc, ...roundRobin });
    const lines = await bench.openWith(3);
    for (let count = 0; count < 9; count += 1) bench.session.execute(plainRequest()).catch(() => undefined);
    await turns();
    const seen = lines.map(cmdSns);
    assert.deepEqual(seen, [
      [0xffff_fffc, 0xffff_ffff, 2],
      [0xffff_fffd, 0, 3],
      [0xffff_fffe, 1, 4],
    ]);
  }),

  row('5', '§4.2.5.1', 'All PDUs of a command go over the connection that carried it: Data-Out', async () => {
    await using bench = new SessionBench({ keys: { ImmediateData: 'No' }, ...roundRobin });
    const [one, two] = await bench.openWith(2);
    const all = [pattern(1024, 5), pattern(1024, 9)];
    const writes = [await bench.command(writeRequest(all[0]!), one), await bench.command(writeRequest(all[1]!), two)];
    two!.r2t(writes[1]!.tag, { lun, targetTransferTag: 2, bufferOffset: 0, desiredDataTransferLength: 1024 });
    one!.r2t(writes[0]!.tag, { lun, targetTransferTag: 1, bufferOffset: 0, desiredDataTransferLength: 1024 });
    await dataOutSequence(two!, { task: writes[1]!.tag, tag: 2, from: 0, all: all[1]! });
    await dataOutSequence(one!, { task: writes[0]!.tag, tag: 1, from: 0, all: all[0]! });
    for (const line of [one!, two!]) await line.silence();
  }),

  row('6', '§11.5.1', 'ABORT TASK goes over the connection to which the command is allegiant', async () => {
    await using bench = new SessionBench(roundRobin);
    const [one, two] = await bench.openWith(2);
    await bench.command(plainRequest(), one);
    const abort = new AbortController();
    const { tag } = await bench.command(plainRequest({ signal: abort.signal }), two);
    abort.abort(new Error('given up'));
    holds(await two!.expect(opcode.taskManagementRequest), { function: 1, referencedTaskTag: tag });
    await one!.silence();
  }),

  row('7', '§4.2.5.1', 'A response on another connection than its command is no response', async () => {
    await using bench = new SessionBench(roundRobin);
    const [one, two] = await bench.openWith(2);
    const { done, tag } = await bench.command(plainRequest(), one);
    let isDone = false;
    const settled = done.then(
      () => (isDone = true),
      () => undefined,
    );
    two!.response(tag);
    await two!.ended();
    assert.equal(isDone, false, 'the command was answered where it was not');
    one!.response(tag);
    await soon(settled);
    assert.equal(isDone, true);
  }),

  row('8', '§4.2.2.2', 'StatSN is counted, and acknowledged, for each connection by itself', async () => {
    await using bench = new SessionBench(roundRobin);
    const [one, two] = await bench.openWith(2);
    two!.nopIn({ targetTransferTag: 1 });
    await two!.expect(opcode.nopOut);
    for (let count = 0; count < 3; count += 1) {
      const first = await bench.command(plainRequest(), one);
      holds(first.heard, { expStatSn: one!.statSn });
      const second = await bench.command(plainRequest(), two);
      holds(second.heard, { expStatSn: two!.statSn });
      one!.response(first.tag);
      await soon(first.done);
      two!.asyncMessage(255);
      two!.response(second.tag);
      await soon(second.done);
    }
    assert.notEqual(one!.statSn, two!.statSn);
  }),

  row(
    '9',
    '§4.2.2.1',
    'A closed window holds commands back on every connection, and any connection may open it',
    async () => {
      await using bench = new SessionBench({ window: 2, ...roundRobin });
      const [one, two] = await bench.openWith(2);
      const execute = (count: number): void => {
        for (let each = 0; each < count; each += 1) bench.session.execute(plainRequest()).catch(() => undefined);
      };
      execute(4);
      await turns();
      assert.deepEqual([cmdSns(one!), cmdSns(two!)], [[1], [2]]);
      two!.nopIn({ expCmdSn: 3, maxCmdSn: 6 });
      await turns();
      assert.deepEqual([cmdSns(one!), cmdSns(two!)], [[3], [4]]);
      // An older PDU that comes late on another connection takes nothing back.
      one!.nopIn({ expCmdSn: 1, maxCmdSn: 3 });
      await turns();
      execute(3);
      await turns();
      assert.deepEqual([cmdSns(one!), cmdSns(two!)], [[5], [6]]);
    },
  ),

  row('10', '§4.2.2.1', 'One connection stalls: the others go on as far as the window allows, in order', async () => {
    await using bench = new SessionBench({ window: 6, ...roundRobin });
    const [one, two] = await bench.openWith(2);
    two!.pause();
    for (let count = 0; count < 12; count += 1) bench.session.execute(plainRequest()).catch(() => undefined);
    await turns();
    const came = one!.drainHeard();
    assert.deepEqual(
      came.map(({ bhs }) => fieldsOf(bhs)['cmdSn']),
      [1, 3, 5],
    );
    for (const heard of came) one!.response(tagOf(heard), { expCmdSn: 2, maxCmdSn: 7 });
    await turns();
    assert.deepEqual(cmdSns(one!), [7], 'MaxCmdSN allows one more, and no more');
    two!.resume();
    await turns();
    assert.deepEqual(cmdSns(two!), [2, 4, 6]);
  }),

  row('11', '§4.2.2.1', 'An immediate task management request goes out although the window is closed', async () => {
    await using bench = new SessionBench({ window: 2, ...roundRobin });
    const [one, two] = await bench.openWith(2);
    const abort = new AbortController();
    const { tag } = await bench.command(plainRequest({ signal: abort.signal }), one);
    await bench.command(plainRequest(), two);
    bench.session.execute(plainRequest()).catch(() => undefined);
    abort.abort(new Error('given up'));
    const heard = await one!.expect(opcode.taskManagementRequest);
    holds(heard, { isImmediate: true, function: 1, referencedTaskTag: tag, cmdSn: 3 });
    for (const line of [one!, two!]) await line.silence();
  }),

  row('12', '§11.18', 'Each connection is pinged by itself, and answers on itself', async () => {
    await using bench = new SessionBench({ limits: { pingIntervalMs: 5000, pingTimeoutMs: 3000, taskTimeoutMs: 0 } });
    const [one, two] = await bench.openWith(2);
    two!.nopIn({ targetTransferTag: 7, lun });
    holds(await two!.expect(opcode.nopOut), { targetTransferTag: 7 });
    await one!.silence();
    const read = await bench.command(readRequest(4), one);
    for (let round = 0; round < 4; round += 1) {
      await bench.clock.advance(2500);
      one!.dataIn(read.tag, { dataSn: round, bufferOffset: 0 });
      await turns();
    }
    // What comes on the first proves nothing of the second.
    const [ping] = two!.drainHeard();
    assert.ok(ping !== undefined, 'the silent connection was not pinged');
    holds(ping, { isImmediate: true, targetTransferTag: 0xffff_ffff });
    assert.deepEqual(one!.drainHeard(), []);
    await bench.clock.advance(3000);
    await two!.ended();
    assert.equal(one!.end, undefined);
  }),
];
