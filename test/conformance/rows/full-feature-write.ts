// Full feature phase, 6 to 12: what a write sends, unasked and asked.

import assert from 'node:assert/strict';
import { opcode } from '../../../src/wire/index.ts';
import {
  type BenchSetup,
  lun,
  pattern,
  readRequest,
  SessionBench,
  soon,
  writeRequest,
} from '../../support/session-bench.ts';
import { dataOutSequence, holds, noTag, type Row, row } from '../harness.ts';

const noUnsolicited = { InitialR2T: 'Yes', ImmediateData: 'No' };
const separate = { InitialR2T: 'No', ImmediateData: 'No' };
const bursts = { FirstBurstLength: '512', MaxBurstLength: '1024' };
const segments = { MaxRecvDataSegmentLength: '512' };

/** A target that has got a write, and its bench. */
interface Writing extends AsyncDisposable {
  readonly bench: SessionBench;
  readonly all: Uint8Array;
  readonly done: Promise<unknown>;
  readonly tag: number;
  readonly immediate: Uint8Array;
}

async function writing(length: number, setup: BenchSetup): Promise<Writing> {
  const bench = new SessionBench(setup);
  await bench.open();
  const all = pattern(length);
  const { done, heard, tag } = await bench.command(writeRequest(all));
  holds(heard, { isWrite: true, isRead: false, expectedDataTransferLength: length, lun });
  const dispose = async (): Promise<void> => {
    await bench[Symbol.asyncDispose]();
  };
  return { bench, all, done, tag, immediate: heard.data, [Symbol.asyncDispose]: dispose };
}

export const rows: readonly Row[] = [
  row('6.1', '§11.7.5', 'DataSN starts again at 0 in each sequence of Data-Out PDUs', async () => {
    const keys = { ...separate, ...segments, FirstBurstLength: '1024' };
    await using write = await writing(4096, { keys });
    const { bench, all, done, tag } = write;
    await dataOutSequence(bench.line, { task: tag, tag: noTag, from: 0, all });
    for (const [r2tSn, bufferOffset] of [1024, 2560].entries()) {
      const desiredDataTransferLength = 1536;
      bench.line.r2t(tag, { lun, targetTransferTag: 5, r2tSn, bufferOffset, desiredDataTransferLength });
      const lengths = await dataOutSequence(bench.line, { task: tag, tag: 5, from: bufferOffset, all });
      assert.deepEqual(lengths, [512, 512, 512]);
    }
    bench.line.response(tag);
    await soon(done);
  }),

  row('8.1', '§13.14', 'Unsolicited data, immediate and separate, stay within FirstBurstLength', async () => {
    const keys = { ...bursts, InitialR2T: 'No', ImmediateData: 'Yes' };
    await using write = await writing(4096, { keys });
    const { bench, all, tag, immediate } = write;
    assert.deepEqual(immediate, Buffer.from(all.subarray(0, 512)));
    await bench.line.silence();
    bench.line.r2t(tag, { lun, bufferOffset: 512, desiredDataTransferLength: 1024 });
    assert.deepEqual(await dataOutSequence(bench.line, { task: tag, tag: 1, from: 512, all }), [1024]);
  }),

  row('8.2', '§13.10', 'With InitialR2T=Yes and ImmediateData=No nothing is sent before an R2T', async () => {
    await using write = await writing(4096, { keys: { ...bursts, ...noUnsolicited } });
    const { bench, all, tag, immediate } = write;
    assert.equal(immediate.length, 0);
    await bench.line.silence();
    bench.line.r2t(tag, { lun, bufferOffset: 0, desiredDataTransferLength: 1024 });
    assert.deepEqual(await dataOutSequence(bench.line, { task: tag, tag: 1, from: 0, all }), [1024]);
  }),

  row('8.3', '§13.14', 'With both No, unsolicited data go out in Data-Out PDUs, within FirstBurstLength', async () => {
    await using write = await writing(4096, { keys: { ...bursts, ...separate } });
    const { bench, all, tag, immediate } = write;
    assert.equal(immediate.length, 0);
    assert.deepEqual(await dataOutSequence(bench.line, { task: tag, tag: noTag, from: 0, all }), [512]);
    await bench.line.silence();
  }),

  row('9.1', '§11.7.4', 'Data-Out that answers an R2T carries its Target Transfer Tag and LUN', async () => {
    await using write = await writing(2048, { keys: { ...noUnsolicited } });
    const { bench, all, tag } = write;
    for (const [r2tSn, targetTransferTag] of [0x8000_0001, 0].entries()) {
      const bufferOffset = r2tSn * 1024;
      bench.line.r2t(tag, { lun, targetTransferTag, r2tSn, bufferOffset, desiredDataTransferLength: 1024 });
      const heard = await bench.line.expect(opcode.dataOut);
      holds(heard, { targetTransferTag, lun, initiatorTaskTag: tag, isFinal: true });
      assert.deepEqual(heard.data, Buffer.from(all.subarray(bufferOffset, bufferOffset + 1024)));
    }
  }),

  row('11.1.1', '§13.12', 'No Data-Out is longer than the MaxRecvDataSegmentLength of the target', async () => {
    const keys = { ...noUnsolicited, MaxRecvDataSegmentLength: '1000' };
    await using write = await writing(3500, { keys });
    const { bench, all, tag } = write;
    bench.line.r2t(tag, { lun, bufferOffset: 0, desiredDataTransferLength: 3500 });
    const lengths = await dataOutSequence(bench.line, { task: tag, tag: 1, from: 0, all });
    assert.deepEqual(lengths, [1000, 1000, 1000, 500]);
  }),

  row('11.1.2', '§11.7.7', 'A Data-In without data is no error', async () => {
    await using bench = new SessionBench();
    await bench.open();
    const request = readRequest(1024);
    const { done, tag } = await bench.command(request);
    bench.line.dataIn(tag, { dataSn: 0, bufferOffset: 0 }, pattern(512));
    bench.line.dataIn(tag, { dataSn: 1, bufferOffset: 512 });
    bench.line.dataIn(tag, { dataSn: 2, bufferOffset: 512, isFinal: true }, pattern(1024).subarray(512));
    bench.line.response(tag, { expDataSn: 3 });
    assert.equal((await soon(done)).status, 0);
    assert.deepEqual(request.dataIn, pattern(1024));
  }),

  row('11.2.1', '§11.7.1', 'F is set on the last PDU of unsolicited data, and only there', async () => {
    const keys = { ...segments, InitialR2T: 'No', ImmediateData: 'Yes', FirstBurstLength: '1536' };
    await using write = await writing(4096, { keys });
    const { bench, tag } = write;
    for (const isFinal of [false, true]) {
      holds(await bench.line.expect(opcode.dataOut), { isFinal, targetTransferTag: noTag, initiatorTaskTag: tag });
    }
    await bench.line.silence();
  }),

  row('11.2.2', '§11.7.1', 'F is set on the last PDU of what an R2T asked for, and only there', async () => {
    await using write = await writing(4096, { keys: { ...noUnsolicited, ...segments } });
    const { bench, tag } = write;
    bench.line.r2t(tag, { lun, bufferOffset: 0, desiredDataTransferLength: 1500 });
    for (const isFinal of [false, false, true]) {
      holds(await bench.line.expect(opcode.dataOut), { isFinal, targetTransferTag: 1 });
    }
    await bench.line.silence();
  }),

  row('11.3', '§11.7.5', 'Within the answer to one R2T, DataSN goes up by one from PDU to PDU', async () => {
    await using write = await writing(4096, { keys: { ...noUnsolicited, ...segments } });
    const { bench, tag } = write;
    bench.line.r2t(tag, { lun, bufferOffset: 0, desiredDataTransferLength: 2048 });
    for (const dataSn of [0, 1, 2, 3]) holds(await bench.line.expect(opcode.dataOut), { dataSn });
  }),

  row('11.4', '§11.7.6', 'Buffer Offset says where the data belong, and rises', async () => {
    await using write = await writing(4096, { keys: { ...noUnsolicited, ...segments } });
    const { bench, all, tag } = write;
    bench.line.r2t(tag, { lun, bufferOffset: 1024, desiredDataTransferLength: 1536 });
    for (const bufferOffset of [1024, 1536, 2048]) {
      const heard = await bench.line.expect(opcode.dataOut);
      holds(heard, { bufferOffset });
      assert.deepEqual(heard.data, Buffer.from(all.subarray(bufferOffset, bufferOffset + 512)));
    }
  }),

  row('12.1', '§11.8', 'An R2T that fits into one PDU is answered by one', async () => {
    await using write = await writing(4096, { keys: { ...noUnsolicited } });
    const { bench, all, done, tag } = write;
    bench.line.r2t(tag, { lun, bufferOffset: 0, desiredDataTransferLength: 4096 });
    assert.deepEqual(await dataOutSequence(bench.line, { task: tag, tag: 1, from: 0, all }), [4096]);
    await bench.line.silence();
    bench.line.response(tag);
    await soon(done);
  }),

  row('12.2', '§11.8', 'A longer one is answered by several: in order, without a gap, F on the last', async () => {
    await using write = await writing(4096, { keys: { ...noUnsolicited, ...segments } });
    const { bench, all, tag } = write;
    bench.line.r2t(tag, { lun, bufferOffset: 0, desiredDataTransferLength: 1900 });
    const lengths = await dataOutSequence(bench.line, { task: tag, tag: 1, from: 0, all });
    assert.deepEqual(lengths, [512, 512, 512, 364]);
    await bench.line.silence();
  }),

  row(
    '12.3',
    '§13.19',
    'Four R2Ts from the end to the start are satisfied in the order in which they came',
    async () => {
      await using write = await writing(4096, {
        keys: { ...noUnsolicited, ...segments, DataSequenceInOrder: 'No', MaxOutstandingR2T: '4' },
        offers: { dataSequenceInOrder: false },
      });
      const { bench, all, tag } = write;
      const offsets = [3072, 2048, 1024, 0];
      bench.line.together(() => {
        for (const [r2tSn, bufferOffset] of offsets.entries()) {
          bench.line.r2t(tag, { lun, targetTransferTag: r2tSn, r2tSn, bufferOffset, desiredDataTransferLength: 1024 });
        }
      });
      for (const [at, from] of offsets.entries()) {
        assert.deepEqual(await dataOutSequence(bench.line, { task: tag, tag: at, from, all }), [512, 512]);
      }
    },
  ),

  row('12.4', '§11.8', 'R2Ts of two writes are answered as they come, not in the order of the commands', async () => {
    await using bench = new SessionBench({ keys: { ...noUnsolicited } });
    await bench.open();
    const all = [pattern(2048, 3), pattern(2048, 77)];
    const tags = [(await bench.command(writeRequest(all[0]!))).tag, (await bench.command(writeRequest(all[1]!))).tag];
    const order = [1, 0, 1, 0];
    for (const [at, which] of order.entries()) {
      const r2tSn = at >> 1;
      const bufferOffset = r2tSn * 1024;
      const targetTransferTag = 50 + at;
      bench.line.r2t(tags[which]!, { lun, targetTransferTag, r2tSn, bufferOffset, desiredDataTransferLength: 1024 });
    }
    for (const [at, which] of order.entries()) {
      const due = { task: tags[which]!, tag: 50 + at, from: (at >> 1) * 1024, all: all[which]! };
      assert.deepEqual(await dataOutSequence(bench.line, due), [1024]);
    }
  }),
];
