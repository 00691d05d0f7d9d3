// One connection that stalls: what goes on without it, and for how long.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { opcode, type ScsiCommand } from '../../../src/wire/index.ts';
import { plainRequest, SessionBench, soon } from '../../support/session-bench.ts';
import { type Heard, type TargetLine, turns } from '../../support/target-line.ts';

/** Answers what has come on a line; returns how many commands that were. */
async function serve(line: TargetLine): Promise<number> {
  await turns(3);
  const commands = line.drainHeard().filter(({ pdu }) => pdu.opcode === opcode.scsiCommand) as Heard<ScsiCommand>[];
  for (const { pdu } of commands) line.response(pdu.initiatorTaskTag);
  return commands.length;
}

suite('one connection stalls', () => {
  test('§4.2.5.1 least queue depth: its share goes elsewhere, and the others go on for as long as they like', async () => {
    await using bench = new SessionBench({ window: 16, limits: { maxTasks: 16 } });
    const [one, two, three] = await bench.openWith(3);
    const { session } = bench;
    let isStopped = false;
    let done = 0;
    const workers = Array.from({ length: 6 }, async () => {
      while (!isStopped) {
        await session.execute(plainRequest());
        done += 1;
      }
    });
    while (done < 200) for (const line of [one!, three!]) await serve(line);
    const [, stalled] = session.connections;
    assert.deepEqual([stalled?.tasksSent, stalled?.tasksInFlight], [2, 2], 'its fair share of six, and no more');
    for (const { cid, tasksSent } of session.connections) if (cid !== 2) assert.ok(tasksSent > 80, String(tasksSent));
    isStopped = true;
    for (const line of [one!, two!, three!]) await serve(line);
    await soon(Promise.all(workers));
  });

  test('§4.2.2.1 whose commands do not arrive: the others carry what the window allows, not one more, and then go on', async () => {
    await using bench = new SessionBench({ window: 8, session: { policy: { kind: 'roundRobin' } } });
    const [one, two] = await bench.openWith(2);
    two!.pause();
    const all = Promise.all(Array.from({ length: 20 }, () => bench.session.execute(plainRequest())));
    await turns();
    const came = one!.drainHeard() as Heard<ScsiCommand>[];
    assert.deepEqual(
      came.map(({ pdu }) => pdu.cmdSn),
      [1, 3, 5, 7],
    );
    assert.equal(bench.numbers.expCmdSn, 2);
    one!.response(came[0]!.pdu.initiatorTaskTag);
    await turns();
    const later = one!.drainHeard() as Heard<ScsiCommand>[];
    assert.deepEqual(
      later.map(({ pdu }) => pdu.cmdSn),
      [9],
      'MaxCmdSN is 9 while 2 is missing',
    );
    two!.resume();
    await turns();
    for (const { pdu } of [...came.slice(1), ...later]) one!.response(pdu.initiatorTaskTag);
    for (let round = 0; round < 8; round += 1) for (const line of [one!, two!]) await serve(line);
    assert.equal((await soon(all)).length, 20);
    assert.deepEqual(
      bench.session.connections.map(({ tasksSent }) => tasksSent),
      [10, 10],
    );
  });

  test('§4.2.2.1 fail over away from it: those that were sent on it stay there, and the rest does not wait for them', async () => {
    await using bench = new SessionBench({ session: { policy: { kind: 'failOver', preferred: 2 } } });
    const [one, two] = await bench.openWith(2);
    const { session } = bench;
    const stuck = await bench.command(plainRequest(), two);
    session.setPolicy({ kind: 'failOver', preferred: 1 });
    const { done, tag } = await bench.command(plainRequest(), one);
    one!.response(tag);
    await soon(done);
    assert.deepEqual(
      session.connections.map(({ role, tasksSent, tasksInFlight }) => [role, tasksSent, tasksInFlight]),
      [
        ['active', 1, 0],
        ['standby', 1, 1],
      ],
    );
    assert.throws(
      () => {
        session.setPolicy({ kind: 'failOver', preferred: 3 });
      },
      { code: 'ISCSI_BAD_ARGUMENT', argument: 'policy' },
    );
    two!.response(stuck.tag);
    await soon(stuck.done);
  });
});
