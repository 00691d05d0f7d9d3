// What a write sends before it is asked: the four combinations of ImmediateData and InitialR2T, and the bursts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { opcode, reservedTag } from '../../../src/wire/index.ts';
import { lun, pattern, SessionBench, soon, writeRequest } from '../../support/session-bench.ts';
import type { TargetLine } from '../../support/target-line.ts';

interface Sent {
  /** Length of the immediate data. */
  readonly immediate: number;
  /** F bit of the command. */
  readonly isFinal: boolean;
  /** Unsolicited Data-Out PDUs: offset, length, F. */
  readonly dataOut: readonly (readonly [number, number, boolean])[];
}

interface Case {
  readonly immediateData: boolean;
  readonly initialR2t: boolean;
  readonly length: number;
  readonly sent: Sent;
}

const firstBurst = 1024;
const segment = 512;

// FirstBurstLength 1024, the target takes segments of 512: §4.2.5.2, §11.3.1, §11.3.4, §11.7.1.
const cases: readonly Case[] = [
  { immediateData: true, initialR2t: true, length: 300, sent: { immediate: 300, isFinal: true, dataOut: [] } },
  { immediateData: true, initialR2t: true, length: 5000, sent: { immediate: 512, isFinal: true, dataOut: [] } },
  { immediateData: false, initialR2t: true, length: 300, sent: { immediate: 0, isFinal: true, dataOut: [] } },
  { immediateData: false, initialR2t: true, length: 5000, sent: { immediate: 0, isFinal: true, dataOut: [] } },
  { immediateData: true, initialR2t: false, length: 512, sent: { immediate: 512, isFinal: true, dataOut: [] } },
  {
    immediateData: true,
    initialR2t: false,
    length: 700,
    sent: { immediate: 512, isFinal: false, dataOut: [[512, 188, true]] },
  },
  {
    immediateData: true,
    initialR2t: false,
    length: 5000,
    sent: { immediate: 512, isFinal: false, dataOut: [[512, 512, true]] },
  },
  {
    immediateData: false,
    initialR2t: false,
    length: 300,
    sent: { immediate: 0, isFinal: false, dataOut: [[0, 300, true]] },
  },
  {
    immediateData: false,
    initialR2t: false,
    length: 5000,
    sent: {
      immediate: 0,
      isFinal: false,
      dataOut: [
        [0, 512, false],
        [512, 512, true],
      ],
    },
  },
];

function benchOf(keys: Record<string, string>): SessionBench {
  const all = { MaxBurstLength: '1024', MaxRecvDataSegmentLength: String(segment), ...keys };
  return new SessionBench({ keys: { FirstBurstLength: String(firstBurst), ...all } });
}

/** Takes the unsolicited Data-Out PDUs of one task, and checks their headers. */
async function takeUnsolicited(line: TargetLine, tag: number, count: number, all: Uint8Array): Promise<unknown[]> {
  const got: unknown[] = [];
  for (let dataSn = 0; dataSn < count; dataSn += 1) {
    const { pdu, data } = await line.expect(opcode.dataOut);
    assert.equal(pdu.initiatorTaskTag, tag);
    assert.equal(pdu.targetTransferTag, reservedTag, '§11.7.4: no tag of the target without an R2T');
    assert.deepEqual(pdu.lun, { high: 0, low: 0 }, '§11.7.4: LUN is reserved without a target transfer tag');
    assert.equal(pdu.dataSn, dataSn);
    assert.equal(pdu.expStatSn, line.statSn);
    assert.deepEqual(data, Buffer.from(all.subarray(pdu.bufferOffset, pdu.bufferOffset + data.length)));
    got.push([pdu.bufferOffset, data.length, pdu.isFinal]);
  }
  return got;
}

for (const { immediateData, initialR2t, length, sent } of cases) {
  const name = `ImmediateData=${immediateData ? 'Yes' : 'No'} InitialR2T=${initialR2t ? 'Yes' : 'No'}`;
  test(`§4.2.5.2 ${name}: a write of ${length} bytes sends what FirstBurstLength ${firstBurst} allows`, async () => {
    await using bench = benchOf({
      ImmediateData: immediateData ? 'Yes' : 'No',
      InitialR2T: initialR2t ? 'Yes' : 'No',
    });
    await bench.open();
    const data = pattern(length);
    const { done, heard, tag } = await bench.command(writeRequest(data));
    assert.equal(heard.pdu.isWrite, true);
    assert.equal(heard.pdu.isRead, false);
    assert.equal(heard.pdu.expectedDataTransferLength, length);
    assert.deepEqual(heard.pdu.lun, lun);
    assert.equal(heard.pdu.isFinal, sent.isFinal);
    assert.deepEqual(heard.data, Buffer.from(data.subarray(0, sent.immediate)));
    assert.deepEqual(await takeUnsolicited(bench.line, tag, sent.dataOut.length, data), sent.dataOut);
    await bench.line.silence();
    bench.line.response(tag);
    assert.equal((await soon(done)).status, 0);
  });
}

test('§11.7.1 unsolicited data stay within a FirstBurstLength that no segment fills evenly', async () => {
  await using bench = benchOf({ ImmediateData: 'No', InitialR2T: 'No', FirstBurstLength: '1000' });
  await bench.open();
  const data = pattern(4000);
  const { tag } = await bench.command(writeRequest(data));
  assert.deepEqual(await takeUnsolicited(bench.line, tag, 2, data), [
    [0, 512, false],
    [512, 488, true],
  ]);
  await bench.line.silence();
});

test('§11.7.7 only the last data segment of a sequence may be no whole number of words', async () => {
  await using bench = benchOf({ ImmediateData: 'No', InitialR2T: 'No', MaxRecvDataSegmentLength: '515' });
  await bench.open();
  const data = pattern(1024);
  const { tag } = await bench.command(writeRequest(data));
  assert.deepEqual(await takeUnsolicited(bench.line, tag, 2, data), [
    [0, 512, false],
    [512, 512, true],
  ]);
  await bench.line.silence();
});

test('§11.3.6 immediate data stay within what the target takes in a segment, though FirstBurstLength is more', async () => {
  await using bench = benchOf({ InitialR2T: 'Yes', MaxRecvDataSegmentLength: '600' });
  await bench.open();
  const { heard } = await bench.command(writeRequest(pattern(5000)));
  assert.equal(heard.data.length, 600);
  assert.equal(heard.pdu.isFinal, true);
});

test('§4.2.5.2 unsolicited data of several writes go out in the order of their commands', async () => {
  await using bench = benchOf({ ImmediateData: 'No', InitialR2T: 'No' });
  const session = await bench.open();
  const writes = [1, 2, 3].map((seed) => session.execute(writeRequest(pattern(1024, seed))));
  const order: string[] = [];
  const tags: number[] = [];
  for (let count = 0; count < 9; count += 1) {
    const { pdu } = await bench.line.next();
    const tag = 'initiatorTaskTag' in pdu ? pdu.initiatorTaskTag : -1;
    if (pdu.opcode === opcode.scsiCommand) tags.push(tag);
    else order.push(`${tags.indexOf(tag)}:${pdu.opcode}`);
  }
  const dataOut = opcode.dataOut;
  assert.deepEqual(
    order,
    [0, 0, 1, 1, 2, 2].map((write) => `${write}:${dataOut}`),
  );
  for (const tag of tags) bench.line.response(tag);
  await Promise.all(writes);
});

test('§11.3.1 a write of nothing has W and F set and no data', async () => {
  await using bench = benchOf({ InitialR2T: 'No' });
  await bench.open();
  const { done, heard, tag } = await bench.command(writeRequest(new Uint8Array(0)));
  assert.deepEqual([heard.pdu.isWrite, heard.pdu.isFinal, heard.data.length], [true, true, 0]);
  await bench.line.silence();
  bench.line.response(tag);
  await soon(done);
});
