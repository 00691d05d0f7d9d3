// Reads: where their data go, in what pieces they may come, and how they end.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { opcode } from '../../../src/wire/index.ts';
import { pattern, plainRequest, readRequest, SessionBench, soon } from '../../support/session-bench.ts';

test('§11.3 a read: R and F, no W, its expected length, no data', async () => {
  await using bench = new SessionBench();
  await bench.open();
  const { heard } = await bench.command(readRequest(4096, { taskAttribute: 2 }));
  const { pdu } = heard;
  assert.deepEqual([pdu.isRead, pdu.isWrite, pdu.isFinal, pdu.isImmediate], [true, false, true, false]);
  assert.equal(pdu.expectedDataTransferLength, 4096);
  assert.equal(pdu.taskAttribute, 2);
  assert.deepEqual(pdu.cdb, Uint8Array.of(0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0));
  assert.equal(heard.data.length, 0);
});

test('§11.7 status in the last Data-In ends the read; no response is waited for', async () => {
  await using bench = new SessionBench();
  await bench.open();
  const request = readRequest(1500);
  const { done, tag } = await bench.command(request);
  const data = pattern(1500);
  bench.line.dataIn(tag, { dataSn: 0, bufferOffset: 0 }, data.subarray(0, 1024));
  bench.line.dataIn(tag, { dataSn: 1, bufferOffset: 1024, hasStatus: true }, data.subarray(1024));
  assert.deepEqual(await soon(done), {
    status: 0,
    sense: undefined,
    dataInLength: 1500,
    residual: 'none',
    residualCount: 0,
    cid: 1,
  });
  assert.deepEqual(request.dataIn, data);
});

test('§11.4 status in a separate SCSI Response ends the read', async () => {
  await using bench = new SessionBench();
  await bench.open();
  const request = readRequest(1000);
  const { done, tag } = await bench.command(request);
  bench.line.dataIn(tag, { isFinal: true }, pattern(1000));
  await bench.line.silence();
  bench.line.response(tag, { expDataSn: 1 });
  assert.equal((await soon(done)).dataInLength, 1000);
  assert.deepEqual(request.dataIn, pattern(1000));
});

test('§11.7.7 empty Data-In PDUs are counted and otherwise no matter', async () => {
  await using bench = new SessionBench();
  await bench.open();
  const request = readRequest(8);
  const { done, tag } = await bench.command(request);
  bench.line.dataIn(tag, { dataSn: 0 });
  bench.line.dataIn(tag, { dataSn: 1 }, pattern(8));
  bench.line.dataIn(tag, { dataSn: 2, bufferOffset: 8, hasStatus: true });
  assert.equal((await soon(done)).dataInLength, 8);
  assert.deepEqual(request.dataIn, pattern(8));
});

test('§11.7.1 several input sequences, each with F, count DataSN on', async () => {
  await using bench = new SessionBench();
  await bench.open();
  const request = readRequest(300);
  const { done, tag } = await bench.command(request);
  const data = pattern(300);
  for (const dataSn of [0, 1, 2]) {
    const at = dataSn * 100;
    bench.line.dataIn(tag, { dataSn, bufferOffset: at, isFinal: true }, data.subarray(at, at + 100));
  }
  bench.line.response(tag, { expDataSn: 3 });
  await soon(done);
  assert.deepEqual(request.dataIn, data);
});

test('§11.7.2 the A bit is ignored at ErrorRecoveryLevel 0', async () => {
  await using bench = new SessionBench();
  await bench.open();
  const { done, tag } = await bench.command(readRequest(100));
  bench.line.dataIn(tag, { isAcknowledge: true, targetTransferTag: 5 }, pattern(100));
  await bench.line.silence();
  bench.line.response(tag, { expDataSn: 1 });
  await soon(done);
});

test('§11.7.6 with DataPDUInOrder=No data may come in any order of offsets', async () => {
  const keys = { DataPDUInOrder: 'No', DataSequenceInOrder: 'No' };
  await using bench = new SessionBench({ keys, offers: { dataPduInOrder: false, dataSequenceInOrder: false } });
  await bench.open();
  const request = readRequest(400);
  const { done, tag } = await bench.command(request);
  const data = pattern(400);
  [300, 0, 200, 100].forEach((at, dataSn) => {
    bench.line.dataIn(tag, { dataSn, bufferOffset: at }, data.subarray(at, at + 100));
  });
  bench.line.response(tag, { expDataSn: 4 });
  assert.equal((await soon(done)).dataInLength, 400);
  assert.deepEqual(request.dataIn, data);
});

test('§4.2.5 data of two reads may interleave, and reads may end in any order', async () => {
  await using bench = new SessionBench();
  await bench.open();
  const [one, two] = [readRequest(200), readRequest(200)];
  const first = await bench.command(one);
  const second = await bench.command(two);
  bench.line.dataIn(first.tag, { dataSn: 0 }, pattern(100, 1));
  bench.line.dataIn(second.tag, { dataSn: 0 }, pattern(100, 2));
  bench.line.dataIn(second.tag, { dataSn: 1, bufferOffset: 100, hasStatus: true }, pattern(100, 3));
  await soon(second.done);
  bench.line.dataIn(first.tag, { dataSn: 1, bufferOffset: 100, hasStatus: true }, pattern(100, 4));
  await soon(first.done);
  assert.deepEqual(Buffer.from(one.dataIn), Buffer.concat([pattern(100, 1), pattern(100, 4)]));
  assert.deepEqual(Buffer.from(two.dataIn), Buffer.concat([pattern(100, 2), pattern(100, 3)]));
});

for (const chunkLength of [1, 2, 3, 7, 47, 48, 49, 96, 1000]) {
  test(`§11.2 a read arrives whole when the stream comes in chunks of ${chunkLength}`, async () => {
    await using bench = new SessionBench({ chunkLength, keys: { HeaderDigest: 'CRC32C', DataDigest: 'CRC32C' } });
    await bench.open();
    const request = readRequest(1003);
    const { done, tag } = await bench.command(request);
    const data = pattern(1003);
    for (let at = 0, dataSn = 0; at < 1003; at += 97, dataSn += 1) {
      bench.line.dataIn(tag, { dataSn, bufferOffset: at }, data.subarray(at, at + 97));
    }
    const sense = Buffer.from([0, 3, 0x70, 0, 5]);
    bench.line.response(tag, { status: 2, expDataSn: 11 }, sense);
    const result = await soon(done);
    assert.deepEqual(request.dataIn, data);
    assert.deepEqual(Buffer.from(result.sense!), Buffer.from([0x70, 0, 5]), 'sense data outlive their chunk');
  });
}

test('§11.2.3 digests of all PDUs are CRC32C, of header and data, padding and header segments included', async () => {
  await using bench = new SessionBench({
    keys: { HeaderDigest: 'CRC32C', DataDigest: 'CRC32C' },
    offers: { headerDigest: 'CRC32C', dataDigest: 'CRC32C' },
  });
  const session = await bench.open();
  const written = pattern(1001);
  const cdb = Uint8Array.from({ length: 32 }, (_, index) => 0x7f - index);
  // The line checks the digests of all that it gets.
  const write = await bench.command({ lun: { high: 0, low: 0 }, cdb, dataOut: written });
  assert.deepEqual(write.heard.data, Buffer.from(written));
  assert.deepEqual(write.heard.pdu.cdb, cdb.slice(0, 16));
  // §11.2.2.3: AHSLength 17 (reserved byte and 16 of the CDB), AHSType 1, a reserved byte, the CDB.
  const ahs = Buffer.concat([Buffer.from([0, 17, 1, 0]), cdb.slice(16)]);
  assert.deepEqual(Buffer.from(write.heard.ahs), ahs);
  bench.line.response(write.tag);
  await soon(write.done);
  const request = readRequest(999);
  const read = await bench.command(request);
  bench.line.dataIn(read.tag, { hasStatus: true }, pattern(999));
  await soon(read.done);
  assert.deepEqual(request.dataIn, pattern(999));
  const out = session.logout();
  const { pdu } = await bench.line.expect(opcode.logoutRequest);
  bench.line.logoutResponse(pdu.initiatorTaskTag);
  assert.equal((await soon(out)).how, 'loggedOut');
});

test('§11.3 a CDB of 6 to 260 bytes goes out; shorter, longer, or data both ways are refused unsent', async () => {
  await using bench = new SessionBench();
  const session = await bench.open();
  for (const length of [6, 16, 17, 260]) {
    const { heard, done, tag } = await bench.command(plainRequest({ cdb: pattern(length) }));
    assert.deepEqual(heard.pdu.cdb.subarray(0, Math.min(16, length)), pattern(Math.min(16, length)));
    assert.equal(heard.ahs.length === 0, length <= 16);
    bench.line.response(tag);
    await soon(done);
  }
  for (const length of [0, 5, 261]) {
    const refused = session.execute(plainRequest({ cdb: new Uint8Array(length) }));
    await assert.rejects(soon(refused), { code: 'ISCSI_BAD_ARGUMENT', argument: 'cdb' });
  }
  const both = session.execute(plainRequest({ dataIn: new Uint8Array(1), dataOut: new Uint8Array(1) }));
  await assert.rejects(soon(both), { code: 'ISCSI_BAD_ARGUMENT', argument: 'dataOut' });
  await bench.line.silence();
});
