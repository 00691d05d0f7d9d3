// What a command knows of its data when its connection is lost and it goes on over another one (ErrorRecoveryLevel 2).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type NopOut, opcode } from '../../../src/wire/index.ts';
import { expectSnack, expStatSnOf, recoveringBench } from '../../support/recovering-bench.ts';
import {
  pattern,
  plainRequest,
  readRequest,
  type SessionBench,
  soon,
  writeRequest,
} from '../../support/session-bench.ts';
import type { TargetLine } from '../../support/target-line.ts';

const data = pattern(300);
const setup = {
  keys: { ErrorRecoveryLevel: '2', DefaultTime2Wait: '0', DefaultTime2Retain: '20' },
  offers: { errorRecoveryLevel: 2, defaultTime2Wait: 0 },
};

function send(line: TargetLine, tag: number, dataSn: number, hasStatus = false): void {
  const at = dataSn * 100;
  line.dataIn(tag, { dataSn, bufferOffset: at, hasStatus }, data.subarray(at, at + 100));
}

/** A read on the second of two connections. */
async function readOnSecond(
  bench: SessionBench,
): Promise<{ done: Promise<unknown>; tag: number; into: Uint8Array; one: TargetLine; two: TargetLine }> {
  const [one, two] = await bench.openWith(2);
  await bench.command(plainRequest(), one);
  const request = readRequest(300);
  const { done, tag } = await bench.command(request, two);
  return { done, tag, into: request.dataIn, one: one!, two: two! };
}

/** Plays the target's part until it is asked to reassign the read; returns ExpDataSN of the request. */
async function reassigned(bench: SessionBench, line: TargetLine, tag: number): Promise<number> {
  await bench.clock.advance(100);
  const logout = await line.expect(opcode.logoutRequest);
  assert.equal(logout.pdu.reason, 2);
  line.logoutResponse(logout.pdu.initiatorTaskTag);
  const { pdu } = await line.expect(opcode.taskManagementRequest);
  assert.deepEqual([pdu.function, pdu.referencedTaskTag], [8, tag]);
  line.taskManagementResponse(pdu.initiatorTaskTag);
  return pdu.expDataSn;
}

test('§11.5.6 a Data-In cut off within its data is not acknowledged by ExpDataSN, and comes again', async () => {
  await using bench = recoveringBench(setup);
  const { done, tag, into, one, two } = await readOnSecond(bench);
  send(two, tag, 0);
  two.budget = 48 + 60;
  send(two, tag, 1);
  assert.equal(await reassigned(bench, one, tag), 1);
  send(one, tag, 1);
  send(one, tag, 2, true);
  assert.equal(((await soon(done)) as { dataInLength: number }).dataInLength, 300);
  assert.deepEqual(into, data);
});

test('§11.5.6 data behind a hole are not acknowledged by ExpDataSN; repeated or not, the read ends right', async () => {
  await using bench = recoveringBench(setup);
  const { done, tag, into, one, two } = await readOnSecond(bench);
  send(two, tag, 0);
  send(two, tag, 2, true);
  await expectSnack(two, 'data', 1, 1, tag);
  two.close();
  assert.equal(await reassigned(bench, one, tag), 1);
  // §7.2.2: a target may send all of the data again.
  for (const dataSn of [0, 1]) send(one, tag, dataSn);
  send(one, tag, 2, true);
  assert.equal(((await soon(done)) as { dataInLength: number }).dataInLength, 300);
  assert.deepEqual(into, data);
  assert.equal(await expStatSnOf(one), one.statSn);
});

test('§7.2.1 a command whose number a NOP-Out has taken begins anew: other number, other tag, no TASK REASSIGN', async () => {
  await using bench = recoveringBench(setup);
  const [one, two] = await bench.openWith(2);
  await bench.command(plainRequest(), one);
  bench.numbers.ignores = () => true;
  const lost = await bench.command(writeRequest(data), two);
  bench.numbers.ignores = () => false;
  two!.reset();
  const filler = await one!.expect(opcode.nopOut);
  assert.equal(filler.pdu.cmdSn, lost.heard.pdu.cmdSn);
  one!.nopIn({ initiatorTaskTag: filler.pdu.initiatorTaskTag });
  await bench.clock.advance(100);
  const logout = await one!.expect(opcode.logoutRequest);
  one!.logoutResponse(logout.pdu.initiatorTaskTag);
  const again = await one!.expect(opcode.scsiCommand);
  assert.equal(again.pdu.cmdSn, filler.pdu.cmdSn + 1);
  assert.notEqual(again.pdu.initiatorTaskTag, lost.tag);
  assert.deepEqual([again.pdu.cdb, again.data], [lost.heard.pdu.cdb, lost.heard.data]);
  one!.response(again.pdu.initiatorTaskTag);
  await soon(lost.done);
});

test('§7.2.1 the number of an orphan that arrived with a NOP-Out: its late answer still tells that the NOP-Out took it', async () => {
  await using bench = recoveringBench({
    keys: { ...setup.keys, DefaultTime2Wait: '2' },
    offers: setup.offers,
    limits: { commandRetryIntervalMs: 400 },
  });
  const [one, two] = await bench.openWith(2);
  const still = await bench.command(plainRequest(), one);
  bench.numbers.ignores = () => true;
  const lost = await bench.command(plainRequest(), two);
  bench.numbers.ignores = () => false;
  two!.reset();
  const filler = await one!.expect(opcode.nopOut);
  // The answer takes its time. Those to the pings of a command that stands still show that the number has arrived.
  for (let time = 0; time < 2; time += 1) {
    await bench.clock.advance(700);
    const pings = one!.drainHeard().filter(({ pdu }) => pdu.opcode === opcode.nopOut);
    assert.equal(pings.length, 1);
    for (const { pdu } of pings) one!.nopIn({ initiatorTaskTag: (pdu as NopOut).initiatorTaskTag });
  }
  one!.response(still.tag);
  await soon(still.done);
  one!.drainHeard();
  one!.nopIn({ initiatorTaskTag: filler.pdu.initiatorTaskTag });
  await bench.clock.advance(600);
  const logout = await one!.expect(opcode.logoutRequest);
  one!.logoutResponse(logout.pdu.initiatorTaskTag);
  const again = await one!.expect(opcode.scsiCommand);
  assert.equal(again.pdu.cmdSn, filler.pdu.cmdSn + 1);
  one!.response(again.pdu.initiatorTaskTag);
  await soon(lost.done);
});
