// Full feature phase, 16: SCSI commands, their data, and what is done about their status.

import assert from 'node:assert/strict';
import { opcode, type ScsiCommand } from '../../../src/wire/index.ts';
import { lun, pattern, plainRequest, SessionBench, soon, writeRequest } from '../../support/session-bench.ts';
import { type Heard, turns } from '../../support/target-line.ts';
import { openDiskBench } from '../disk-bench.ts';
import { dataOutSequence, fieldsOf, holds, noTag, type Row, row } from '../harness.ts';

/** What a write of `length` bytes sends before the target has said a word. */
async function unasked(
  length: number,
  keys: Readonly<Record<string, string>>,
): Promise<{ isFinal: boolean; immediate: number; separate: number[] }> {
  await using bench = new SessionBench({ keys });
  await bench.open();
  const all = pattern(length);
  const { heard, tag } = await bench.command(writeRequest(all));
  holds(heard, { expectedDataTransferLength: length, isWrite: true });
  assert.deepEqual(heard.data, Buffer.from(all.subarray(0, heard.data.length)));
  const isFinal = fieldsOf(heard.bhs)['isFinal'] === true;
  const due = { task: tag, tag: noTag, from: heard.data.length, all };
  const separate = isFinal ? [] : await dataOutSequence(bench.line, due);
  await bench.line.silence();
  return { isFinal, immediate: heard.data.length, separate };
}

const yes = 'Yes';
const no = 'No';
const bursts = { FirstBurstLength: '2048', MaxBurstLength: '4096', MaxRecvDataSegmentLength: '1024' };

/** How a command that the target did not carry out ends: status, and sense data in fixed format (SPC-4 §4.5.3). */
type End = { readonly status: number; readonly sense?: readonly [key: number, asc: number, ascq: number] };

function endCommand(bench: SessionBench, heard: Heard<ScsiCommand>, { status, sense }: End): void {
  const fixed =
    sense === undefined ? [] : [0x70, 0, sense[0], 0, 0, 0, 0, 10, 0, 0, 0, 0, sense[1], sense[2], 0, 0, 0, 0];
  const data = sense === undefined ? undefined : Uint8Array.from([0, fixed.length, ...fixed]);
  bench.line.response(heard.pdu.initiatorTaskTag, { status }, data);
}

/** A disk's write that the target ends so: it is no success, and is sent again as a new command with a new CmdSN. */
async function sentAgain(end: End): Promise<void> {
  await using disk = await openDiskBench();
  const { bench } = disk;
  const data = pattern(1024);
  const written = disk.disk.write(512, data);
  written.catch(() => undefined);
  const first = await bench.line.expect(opcode.scsiCommand);
  const { cmdSn, initiatorTaskTag, cdb } = fieldsOf(first.bhs);
  endCommand(bench, first, end);
  await turns();
  await bench.clock.advance(1000);
  const second = await bench.line.expect(opcode.scsiCommand);
  holds(second, { isImmediate: false, cmdSn: Number(cmdSn) + 1, cdb: cdb!, isWrite: true });
  assert.notEqual(fieldsOf(second.bhs)['initiatorTaskTag'], initiatorTaskTag, 'a new command has a tag of its own');
  assert.deepEqual(second.data, Buffer.from(data));
  bench.line.response(second.pdu.initiatorTaskTag);
  await soon(written);
}

const aborted = 0x0b;

export const rows: readonly Row[] = [
  row('16.1.1', '§4.2.2.2', 'CmdSN and ExpStatSN of the first command follow from the login', async () => {
    await using bench = new SessionBench({ cmdSn: 0x8000_0000 });
    await bench.open();
    const { heard } = await bench.command(plainRequest());
    // The target numbered its Login Responses from 1000h on.
    const answered = bench.line.logins.length;
    holds(heard, { cmdSn: 0x8000_0000, expStatSn: 0x1000 + answered, lun, isRead: false, isWrite: false });
  }),

  row('16.1.2', '§13.11', 'The data segment of the first command matches ImmediateData', async () => {
    const keys = { ...bursts, InitialR2T: yes };
    assert.equal((await unasked(512, { ...keys, ImmediateData: yes })).immediate, 512);
    assert.equal((await unasked(512, { ...keys, ImmediateData: no })).immediate, 0);
  }),

  row('16.2.1', '§13.10', 'ImmediateData=Yes, InitialR2T=Yes: immediate data alone', async () => {
    const sent = await unasked(4096, { ...bursts, ImmediateData: yes, InitialR2T: yes });
    assert.deepEqual(sent, { isFinal: true, immediate: 1024, separate: [] });
  }),

  row('16.2.2', '§13.10', 'ImmediateData=Yes, InitialR2T=No: immediate data, then Data-Out', async () => {
    const sent = await unasked(4096, { ...bursts, ImmediateData: yes, InitialR2T: no });
    assert.deepEqual(sent, { isFinal: false, immediate: 1024, separate: [1024] });
  }),

  row('16.2.3', '§13.10', 'ImmediateData=No, InitialR2T=Yes: nothing', async () => {
    const sent = await unasked(4096, { ...bursts, ImmediateData: no, InitialR2T: yes });
    assert.deepEqual(sent, { isFinal: true, immediate: 0, separate: [] });
  }),

  row('16.2.4', '§13.10', 'ImmediateData=No, InitialR2T=No: Data-Out alone', async () => {
    const sent = await unasked(4096, { ...bursts, ImmediateData: no, InitialR2T: no });
    assert.deepEqual(sent, { isFinal: false, immediate: 0, separate: [1024, 1024] });
  }),

  row('16.3.1', '§11.3.1', 'After the PDU with F nothing more is sent before an R2T', async () => {
    await using bench = new SessionBench({ keys: { ...bursts, ImmediateData: no, InitialR2T: no } });
    await bench.open();
    const all = pattern(8192);
    const { heard, tag } = await bench.command(writeRequest(all));
    holds(heard, { isFinal: false });
    assert.deepEqual(await dataOutSequence(bench.line, { task: tag, tag: noTag, from: 0, all }), [1024, 1024]);
    await bench.line.silence();
    bench.line.r2t(tag, { lun, targetTransferTag: 3, bufferOffset: 2048, desiredDataTransferLength: 1024 });
    assert.deepEqual(await dataOutSequence(bench.line, { task: tag, tag: 3, from: 2048, all }), [1024]);
    await bench.line.silence();
  }),

  row(
    '16.4.1',
    '§11.4.7.2',
    'CHECK CONDITION for a CRC error (0B/47/05) is no success: a new command follows',
    async () => {
      await sentAgain({ status: 0x02, sense: [aborted, 0x47, 0x05] });
    },
  ),

  row('16.4.2', '§7.8', 'A Data-In is missing and the SNACK for it is rejected: a new command follows', async () => {
    await using opened = await openDiskBench({ keys: { ErrorRecoveryLevel: '1' }, offers: { errorRecoveryLevel: 1 } });
    const { bench, disk } = opened;
    const into = new Uint8Array(1536);
    const read = disk.read(0, into);
    read.catch(() => undefined);
    const first = await bench.line.expect(opcode.scsiCommand);
    const { cmdSn, initiatorTaskTag, cdb } = fieldsOf(first.bhs);
    const tag = Number(initiatorTaskTag);
    bench.line.dataIn(tag, { dataSn: 0, bufferOffset: 0 }, pattern(512));
    bench.line.dataIn(tag, { dataSn: 2, bufferOffset: 1024 }, pattern(512));
    const snack = await bench.line.expect(opcode.snackRequest);
    holds(snack, { type: 0, begRun: 1, runLength: 1, initiatorTaskTag: tag });
    bench.line.reject(0x03, snack.bhs);
    const abort = await bench.line.expect(opcode.taskManagementRequest);
    bench.line.taskManagementResponse(abort.pdu.initiatorTaskTag);
    const second = await bench.line.expect(opcode.scsiCommand);
    holds(second, { cmdSn: Number(cmdSn) + 1, cdb: cdb!, isRead: true });
    assert.notEqual(fieldsOf(second.bhs)['initiatorTaskTag'], tag);
    bench.line.dataIn(second.pdu.initiatorTaskTag, { hasStatus: true }, pattern(1536));
    await soon(read);
    assert.deepEqual(into, pattern(1536));
  }),

  row('16.4.3', '§11.4.7.2', 'Unexpected unsolicited data (0B/0C/0C): a new command follows', async () => {
    await sentAgain({ status: 0x02, sense: [aborted, 0x0c, 0x0c] });
  }),

  row('16.4.4', '§11.4.7.2', 'Not enough unsolicited data (0B/0C/0D): a new command follows', async () => {
    await sentAgain({ status: 0x02, sense: [aborted, 0x0c, 0x0d] });
  }),

  row('16.4.5', '§11.4.2', 'BUSY: the command is sent again, later', async () => {
    await sentAgain({ status: 0x08 });
  }),

  row(
    '16.4.6',
    '§11.4.2',
    'RESERVATION CONFLICT is told to the caller, who decides; what he sends is a new command',
    async () => {
      await using disk = await openDiskBench();
      const { bench } = disk;
      const read = disk.disk.read(0, new Uint8Array(512));
      read.catch(() => undefined);
      const first = await bench.line.expect(opcode.scsiCommand);
      endCommand(bench, first, { status: 0x18 });
      await assert.rejects(soon(read), { code: 'SCSI_RESERVATION_CONFLICT' });
      await bench.clock.advance(10_000);
      await bench.line.silence();
      const again = disk.disk.read(0, new Uint8Array(512));
      const second = await bench.line.expect(opcode.scsiCommand);
      holds(second, { cmdSn: Number(fieldsOf(first.bhs)['cmdSn']) + 1 });
      bench.line.dataIn(second.pdu.initiatorTaskTag, { hasStatus: true }, pattern(512));
      await soon(again);
    },
  ),

  row('16.5', '§11.4.11', 'A window that a SCSI Response closes stays closed until the target opens it', async () => {
    await using bench = new SessionBench({ cmdSn: 3, window: 2 });
    const session = await bench.open();
    const first = await bench.command(plainRequest());
    bench.line.response(first.tag, { expCmdSn: 4, maxCmdSn: 4 });
    await soon(first.done);
    const second = await bench.command(plainRequest());
    bench.line.response(second.tag, { expCmdSn: 5, maxCmdSn: 4 });
    await soon(second.done);
    const third = session.execute(plainRequest());
    third.catch(() => undefined);
    await bench.line.silence();
    bench.line.nopIn({ expCmdSn: 5, maxCmdSn: 5 });
    holds(await bench.line.expect(opcode.scsiCommand), { cmdSn: 5 });
  }),

  row(
    '16.6',
    '§11.3.4',
    'Of a write below, at and above FirstBurstLength only the immediate part is sent',
    async () => {
      const keys = { ...bursts, MaxRecvDataSegmentLength: '8192', ImmediateData: yes, InitialR2T: yes };
      for (const [length, immediate] of [
        [1024, 1024],
        [2048, 2048],
        [4096, 2048],
      ] as const) {
        assert.deepEqual(await unasked(length, keys), { isFinal: true, immediate, separate: [] });
      }
    },
  ),
];
