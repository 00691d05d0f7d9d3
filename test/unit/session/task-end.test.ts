// How commands end: status, sense data, residuals, failures of the target, late and foreign answers.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pattern, plainRequest, readRequest, SessionBench, soon, writeRequest } from '../../support/session-bench.ts';
import { scsiCommandEnd } from './task-end-cases.ts';

for (const { claim, fields, data, expected } of scsiCommandEnd) {
  test(claim, async () => {
    await using bench = new SessionBench();
    await bench.open();
    const { done, tag } = await bench.command(readRequest(100));
    bench.line.response(tag, fields, data);
    assert.deepEqual(await soon(done), { ...expected, dataInLength: 0, cid: 1 });
  });
}

test('§11.4.5 residuals in a Data-In with status mean what they mean in a response', async () => {
  await using bench = new SessionBench();
  await bench.open();
  const short = await bench.command(readRequest(100));
  bench.line.dataIn(short.tag, { hasStatus: true, isUnderflow: true, residualCount: 36 }, pattern(64));
  assert.deepEqual(await soon(short.done), {
    status: 0,
    sense: undefined,
    dataInLength: 64,
    residual: 'underflow',
    residualCount: 36,
    cid: 1,
  });
  const long = await bench.command(readRequest(64));
  bench.line.dataIn(long.tag, { hasStatus: true, isOverflow: true, residualCount: 900, status: 4 }, pattern(64));
  const result = await soon(long.done);
  assert.deepEqual([result.residual, result.residualCount, result.status], ['overflow', 900, 4]);
});

test('§11.4.5.1 with neither U nor O, ResidualCount of a Data-In with status is ignored', async () => {
  await using bench = new SessionBench();
  await bench.open();
  const { done, tag } = await bench.command(readRequest(8));
  bench.line.dataIn(tag, { hasStatus: true, residualCount: 5 }, pattern(8));
  const result = await soon(done);
  assert.deepEqual([result.residual, result.residualCount], ['none', 0]);
});

test('§11.7.3 residuals, status and StatSN of a Data-In without S have no meaning', async () => {
  await using bench = new SessionBench();
  await bench.open();
  const { done, tag } = await bench.command(readRequest(8));
  bench.line.dataIn(
    tag,
    { isOverflow: true, isUnderflow: true, residualCount: 7, status: 2, statSn: 0xdead_beef },
    pattern(8),
  );
  bench.line.response(tag, { expDataSn: 1 });
  const result = await soon(done);
  assert.deepEqual([result.status, result.residual, result.residualCount], [0, 'none', 0]);
});

test('§11.4.3 a target failure ends the command alone, and says what is known of the medium', async () => {
  await using bench = new SessionBench();
  const session = await bench.open();
  for (const response of [1, 0x80, 0xff]) {
    const read = await bench.command(readRequest(10));
    // Status and flags are undefined then, and must be ignored.
    bench.line.response(read.tag, { response, status: 2, isOverflow: true, isUnderflow: true });
    await assert.rejects(soon(read.done), { code: 'SCSI_TARGET_FAILURE', effect: 'none' });
    const write = await bench.command(writeRequest(pattern(10)));
    bench.line.response(write.tag, { response });
    await assert.rejects(soon(write.done), { code: 'SCSI_TARGET_FAILURE', effect: 'unknown' });
  }
  assert.equal(session.state, 'loggedIn');
  assert.equal(session.connections[0]?.tasksInFlight, 0);
});

test('§11.4.7.1 a SenseLength longer than the data segment ends the connection', async () => {
  await using bench = new SessionBench();
  const session = await bench.open();
  const { done, tag } = await bench.command(plainRequest());
  bench.line.response(tag, { status: 2 }, Buffer.from([0, 9, 0x70, 0]));
  await assert.rejects(soon(done), { code: 'ISCSI_CONNECTION_LOST' });
  assert.equal((await soon(session.closed)).error?.code, 'ISCSI_BAD_FIELD');
});

test('a second response to the same command is dropped', async () => {
  await using bench = new SessionBench();
  await bench.open();
  const { done, tag } = await bench.command(plainRequest());
  bench.line.response(tag);
  bench.line.response(tag, { status: 2 });
  assert.equal((await soon(done)).status, 0);
  const next = await bench.command(plainRequest());
  bench.line.response(next.tag, { status: 8 });
  assert.equal((await soon(next.done)).status, 8);
});

test('§11.2.1.8 tags of commands in flight differ, and differ from those just used', async () => {
  await using bench = new SessionBench();
  await bench.open();
  const seen = new Set<number>();
  for (let round = 0; round < 20; round += 1) {
    const commands = [await bench.command(plainRequest()), await bench.command(plainRequest())];
    for (const { tag, done } of commands) {
      assert.ok(!seen.has(tag), `tag ${tag} came again`);
      seen.add(tag);
      bench.line.response(tag);
      await soon(done);
    }
  }
});
