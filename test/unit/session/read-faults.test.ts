// Data-In PDUs that break the rules, and digests that do not match.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DataIn } from '../../../src/wire/index.ts';
import { pattern, plainRequest, readRequest, SessionBench, soon, writeRequest } from '../../support/session-bench.ts';

/** The second Data-In of a read of 200 bytes, after a good first one of 100. */
const bad: readonly (readonly [what: string, fields: Partial<DataIn>, length: number, code: string])[] = [
  ['§11.7.5 with a DataSN that skips one', { dataSn: 2 }, 100, 'ISCSI_BAD_SEQUENCE'],
  ['§11.7.6 that lies beyond the buffer', { bufferOffset: 200 }, 1, 'ISCSI_BAD_SEQUENCE'],
  ['§11.7.6 that reaches beyond the buffer', {}, 101, 'ISCSI_BAD_SEQUENCE'],
  ['§11.7.6 at the largest offset', { bufferOffset: 0xffff_ffff }, 100, 'ISCSI_BAD_SEQUENCE'],
  ['§11.7.6 that leaves a hole', { bufferOffset: 120 }, 80, 'ISCSI_BAD_SEQUENCE'],
  ['§11.7.6 that overlays the first', { bufferOffset: 50 }, 100, 'ISCSI_BAD_SEQUENCE'],
  ['§11.7.3 with a status and no F', { hasStatus: true, isFinal: false }, 100, 'ISCSI_BAD_FIELD'],
  [
    '§11.4.1 with overflow and underflow',
    { hasStatus: true, isOverflow: true, isUnderflow: true },
    100,
    'ISCSI_BAD_FIELD',
  ],
];

for (const [what, fields, length, code] of bad) {
  test(`${what}: a Data-In ends the connection with ${code} and writes nothing into the buffer`, async () => {
    await using bench = new SessionBench();
    const session = await bench.open();
    const request = readRequest(200);
    const { done, tag } = await bench.command(request);
    bench.line.dataIn(tag, { dataSn: 0 }, pattern(100));
    bench.line.dataIn(tag, { dataSn: 1, bufferOffset: 100, ...fields }, new Uint8Array(length).fill(0xdd));
    await assert.rejects(soon(done), { code: 'ISCSI_CONNECTION_LOST', effect: 'none' });
    assert.equal((await soon(session.closed)).error?.code, code);
    assert.equal(request.dataIn.includes(0xdd), false);
    assert.equal(await bench.line.ended(), 'reset');
  });
}

test('§11.7 a Data-In for a write, or for a command without data, ends the connection', async () => {
  for (const request of [writeRequest(pattern(10)), plainRequest()]) {
    await using bench = new SessionBench();
    const session = await bench.open();
    const { done, tag } = await bench.command(request);
    bench.line.dataIn(tag, {}, pattern(4));
    await assert.rejects(soon(done), { code: 'ISCSI_CONNECTION_LOST', effect: 'unknown' });
    assert.equal((await soon(session.closed)).error?.code, 'ISCSI_BAD_SEQUENCE');
  }
});

test('a Data-In with a tag that names no task is dropped, its data too, and its status counts in StatSN', async () => {
  await using bench = new SessionBench();
  await bench.open();
  const request = readRequest(100);
  const { done, tag } = await bench.command(request);
  bench.line.dataIn(0x1234_5678, { hasStatus: true }, pattern(500));
  bench.line.dataIn(tag, { hasStatus: true }, pattern(100));
  await soon(done);
  assert.deepEqual(request.dataIn, pattern(100));
});

test('§13.12 a data segment longer than we declared ends the connection before it is taken', async () => {
  await using bench = new SessionBench({ offers: { maxRecvDataSegmentLength: 512 } });
  const session = await bench.open();
  const { done, tag } = await bench.command(readRequest(2000));
  bench.line.dataIn(tag, { dataSn: 0 }, pattern(512));
  bench.line.dataIn(tag, { dataSn: 1, bufferOffset: 512 }, pattern(513));
  await assert.rejects(soon(done), { code: 'ISCSI_CONNECTION_LOST' });
  assert.equal((await soon(session.closed)).error?.code, 'ISCSI_SEGMENT_TOO_LONG');
});

test('§11.4.8 an ExpDataSN that tells of a Data-In that never came ends the connection', async () => {
  await using bench = new SessionBench();
  const session = await bench.open();
  const { done, tag } = await bench.command(readRequest(200));
  bench.line.dataIn(tag, { dataSn: 0 }, pattern(100));
  bench.line.response(tag, { expDataSn: 2 });
  await assert.rejects(soon(done), { code: 'ISCSI_CONNECTION_LOST' });
  assert.equal((await soon(session.closed)).error?.code, 'ISCSI_BAD_SEQUENCE');
});

const digests = { keys: { HeaderDigest: 'CRC32C', DataDigest: 'CRC32C' } };

for (const damage of ['header', 'data'] as const) {
  test(`§7.8 a wrong ${damage} digest ends the connection with ISCSI_DIGEST_MISMATCH`, async () => {
    await using bench = new SessionBench(digests);
    const session = await bench.open();
    const { done, tag } = await bench.command(readRequest(101));
    bench.line.damage = damage;
    bench.line.dataIn(tag, { hasStatus: true }, pattern(101));
    const rejected = assert.rejects(soon(done), { code: 'ISCSI_CONNECTION_LOST', effect: 'none' });
    const end = await soon(session.closed);
    await rejected;
    assert.equal(end.error?.code, 'ISCSI_DIGEST_MISMATCH');
    assert.match(end.error.message, new RegExp(damage));
    assert.equal(await bench.line.ended(), 'reset');
  });
}

test('§7.8 a PDU with a wrong data digest is not acted on', async () => {
  await using bench = new SessionBench(digests);
  await bench.open();
  const { done, tag } = await bench.command(plainRequest());
  bench.line.damage = 'data';
  bench.line.response(tag, { status: 2 }, Buffer.from([0, 2, 0x70, 0]));
  bench.line.response(tag, { status: 0 });
  await assert.rejects(soon(done), { code: 'ISCSI_CONNECTION_LOST' });
});

test('§11.2.3 digests agreed in one direction of data only: header without data, data without header', async () => {
  for (const keys of [{ HeaderDigest: 'CRC32C' }, { DataDigest: 'CRC32C' }]) {
    await using bench = new SessionBench({ keys });
    await bench.open();
    const request = readRequest(77);
    const { done, tag } = await bench.command(request);
    bench.line.dataIn(tag, {}, pattern(77));
    bench.line.response(tag);
    await soon(done);
    assert.deepEqual(request.dataIn, pattern(77));
    const write = await bench.command(writeRequest(pattern(77)));
    assert.deepEqual(write.heard.data, Buffer.from(pattern(77)));
    bench.line.response(write.tag);
    await soon(write.done);
  }
});
