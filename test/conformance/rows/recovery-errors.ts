// Recovery, 33 to 46: errors recovered inside a connection, at ErrorRecoveryLevel 1.

import assert from 'node:assert/strict';
import { opcode } from '../../../src/wire/index.ts';
import {
  lun,
  pattern,
  plainRequest,
  readRequest,
  type SessionBench,
  soon,
  writeRequest,
} from '../../support/session-bench.ts';
import { turns } from '../../support/target-line.ts';
import { dataOutSequence, fieldsOf, gap, holds, noTag, type Row, row } from '../harness.ts';
import { loginAgain, recovering } from '../recovery-bench.ts';

const digests = { HeaderDigest: 'CRC32C', DataDigest: 'CRC32C' };
const content = pattern(500);

/** Sends a hundred bytes of `content`. */
function send(bench: SessionBench, tag: number, dataSn: number, hasStatus = false): void {
  const at = dataSn * 100;
  bench.line.dataIn(tag, { dataSn, bufferOffset: at, hasStatus }, content.subarray(at, at + 100));
}

/** Takes a SNACK for data or R2Ts of a task (type 0), or for statuses (type 1, no task). */
async function snacked(
  bench: SessionBench,
  type: 0 | 1,
  begRun: number,
  runLength: number,
  task = noTag,
): Promise<void> {
  const heard = await bench.line.expect(opcode.snackRequest);
  holds(heard, { type, begRun, runLength, initiatorTaskTag: task, targetTransferTag: noTag });
  assert.equal(heard.data.length, 0);
}

/** Asserts what the initiator acknowledges now. */
async function acknowledges(bench: SessionBench, expStatSn: number): Promise<void> {
  bench.line.nopIn({ targetTransferTag: 0x99 });
  holds(await bench.line.expect(opcode.nopOut), { expStatSn });
}

export const rows: readonly Row[] = [
  row(
    '33',
    '§7.8',
    'A data digest error in Data-In: a SNACK for that PDU; the read holds what was sent again',
    async () => {
      await using bench = recovering(1, { keys: digests });
      await bench.open();
      const request = readRequest(500);
      const { done, tag } = await bench.command(request);
      send(bench, tag, 0);
      bench.line.damage = 'data';
      bench.line.dataIn(tag, { dataSn: 1, bufferOffset: 100 }, new Uint8Array(100).fill(0xdd));
      await snacked(bench, 0, 1, 1, tag);
      for (const dataSn of [1, 2, 3]) send(bench, tag, dataSn);
      send(bench, tag, 4, true);
      assert.equal((await soon(done)).dataInLength, 500);
      assert.deepEqual(request.dataIn, content);
    },
  ),

  row(
    '34',
    '§11.4.8',
    'ExpDataSN of the response shows Data-In missing at the end: asked for, the response kept till then',
    async () => {
      await using bench = recovering(1);
      await bench.open();
      const request = readRequest(500);
      const { done, tag } = await bench.command(request);
      const { statSn } = bench.line;
      for (const dataSn of [0, 1, 2]) send(bench, tag, dataSn);
      bench.line.response(tag, { expDataSn: 5 });
      await snacked(bench, 0, 3, 2, tag);
      await acknowledges(bench, statSn);
      for (const dataSn of [3, 4]) send(bench, tag, dataSn);
      assert.equal((await soon(done)).dataInLength, 500);
      assert.deepEqual(request.dataIn, content);
      await acknowledges(bench, statSn + 1);
    },
  ),

  row('35', '§11.16', 'An R2T is missing: a SNACK for its R2TSN; every byte goes out once', async () => {
    const keys = { ImmediateData: 'No', MaxOutstandingR2T: '1' };
    await using bench = recovering(1, { keys });
    await bench.open();
    const all = pattern(1024);
    const { done, tag } = await bench.command(writeRequest(all));
    bench.line.r2t(tag, { lun, targetTransferTag: 11, r2tSn: 1, bufferOffset: 512, desiredDataTransferLength: 512 });
    await dataOutSequence(bench.line, { task: tag, tag: 11, from: 512, all });
    await snacked(bench, 0, 0, 1, tag);
    bench.line.r2t(tag, { lun, targetTransferTag: 10, r2tSn: 0, bufferOffset: 0, desiredDataTransferLength: 512 });
    await dataOutSequence(bench.line, { task: tag, tag: 10, from: 0, all });
    await bench.line.silence();
    bench.line.response(tag);
    await soon(done);
  }),

  row('36', '§7.9', 'StatSN skips two: a Status SNACK for them, and ExpStatSN stays until they have come', async () => {
    await using bench = recovering(1);
    await bench.open();
    const commands = [];
    for (let count = 0; count < 3; count += 1) commands.push(await bench.command(plainRequest()));
    const base = bench.line.statSn;
    bench.line.response(commands[2]!.tag, { statSn: base + 2 });
    await snacked(bench, 1, base, 2);
    await soon(commands[2]!.done);
    bench.line.statSn = base + 3;
    await acknowledges(bench, base);
    for (const at of [0, 1]) {
      bench.line.response(commands[at]!.tag, { statSn: base + at });
      await soon(commands[at]!.done);
    }
    await acknowledges(bench, base + 3);
  }),

  row(
    '37',
    '§11.19.2',
    'A NOP-In shows that a response was lost: a Status SNACK, and the response ends its command',
    async () => {
      await using bench = recovering(1);
      await bench.open();
      const { done, tag } = await bench.command(plainRequest());
      const base = bench.line.statSn;
      bench.line.nopIn({ statSn: base + 1 });
      await snacked(bench, 1, base, 1);
      bench.line.response(tag, { statSn: base });
      assert.equal((await soon(done)).status, 0);
    },
  ),

  row('38', '§7.8', 'A data digest error in a response: discarded whole, asked for by Status SNACK', async () => {
    await using bench = recovering(1, { keys: digests });
    await bench.open();
    const { done, tag } = await bench.command(plainRequest());
    const base = bench.line.statSn;
    const sense = Buffer.from([0, 3, 0x70, 0, 5]);
    bench.line.damage = 'data';
    bench.line.response(tag, { status: 2 }, sense);
    await snacked(bench, 1, base, 1);
    bench.line.response(tag, { status: 2, statSn: base }, sense);
    const result = await soon(done);
    assert.deepEqual([result.status, Buffer.from(result.sense ?? [])], [2, Buffer.from([0x70, 0, 5])]);
  }),

  row('39', '§7.9', 'A repeated Data-In is thrown away, whatever it holds', async () => {
    await using bench = recovering(1);
    await bench.open();
    const request = readRequest(500);
    const { done, tag } = await bench.command(request);
    send(bench, tag, 0);
    send(bench, tag, 2);
    await snacked(bench, 0, 1, 1, tag);
    bench.line.dataIn(tag, { dataSn: 0, bufferOffset: 0 }, new Uint8Array(100).fill(0xdd));
    for (const dataSn of [1, 3]) send(bench, tag, dataSn);
    send(bench, tag, 4, true);
    assert.equal((await soon(done)).dataInLength, 500);
    assert.deepEqual(request.dataIn, content);
  }),

  row(
    '40',
    '§7.9',
    'A Data-In that stays damaged is asked for a bounded number of times; then its command is aborted',
    async () => {
      await using bench = recovering(1, { keys: digests });
      await bench.open();
      const { done, tag } = await bench.command(readRequest(500));
      for (let time = 0; time < 4; time += 1) {
        bench.line.damage = 'data';
        send(bench, tag, 0);
        await snacked(bench, 0, 0, 1, tag);
      }
      bench.line.damage = 'data';
      send(bench, tag, 0);
      const abort = await bench.line.expect(opcode.taskManagementRequest);
      holds(abort, { function: 1, referencedTaskTag: tag });
      bench.line.taskManagementResponse(abort.pdu.initiatorTaskTag);
      await assert.rejects(soon(done));
      assert.equal(bench.session.state, 'loggedIn');
    },
  ),

  row(
    '41',
    '§7.8',
    'A header digest error: nobody knows where the next PDU begins, so the connection is closed',
    async () => {
      await using bench = recovering(1, { keys: digests });
      await bench.open();
      const { done, tag } = await bench.command(plainRequest());
      done.catch(() => undefined);
      bench.line.damage = 'header';
      bench.line.response(tag);
      await bench.line.ended();
      await loginAgain(bench);
      assert.equal(bench.session.state, 'loggedIn');
    },
  ),

  row(
    '42',
    '§7.8',
    'A write whose immediate data were damaged on the way (Reject 2) is retried with its CmdSN and tag',
    async () => {
      await using bench = recovering(1, { keys: digests });
      await bench.open();
      const { done, heard, tag } = await bench.command(writeRequest(pattern(64)));
      const { cmdSn } = fieldsOf(heard.bhs);
      const known = { expCmdSn: Number(cmdSn), maxCmdSn: Number(cmdSn) + 63 };
      bench.line.reject(0x02, heard.bhs, known);
      const again = await bench.line.expect(opcode.scsiCommand);
      holds(again, { ...fieldsOf(heard.bhs), expStatSn: bench.line.statSn });
      assert.deepEqual(again.data, heard.data);
      bench.line.response(tag);
      await soon(done);
    },
  ),

  row(
    '43',
    '§7.2.1',
    'Of several commands without acknowledgement only the first is known to be lost, and it alone is retried',
    async () => {
      await using bench = recovering(1, { limits: { taskTimeoutMs: 0 } });
      await bench.open();
      const first = await bench.command(plainRequest());
      const second = await bench.command(plainRequest());
      await bench.clock.advance(6250);
      const ping = await bench.line.expect(opcode.nopOut);
      bench.line.nopIn({ initiatorTaskTag: ping.pdu.initiatorTaskTag, expCmdSn: 1, maxCmdSn: 64 });
      holds(await bench.line.expect(opcode.scsiCommand), { initiatorTaskTag: first.tag, cmdSn: 1 });
      await bench.line.silence();
      for (const { tag, done } of [first, second]) {
        bench.line.response(tag);
        await soon(done);
      }
    },
  ),

  row('44', '§11.17', 'A SNACK rejected after the status: a good status is no success', async () => {
    await using bench = recovering(1);
    await bench.open();
    const { done, tag } = await bench.command(readRequest(500));
    send(bench, tag, 0);
    send(bench, tag, 2);
    const snack = await bench.line.expect(opcode.snackRequest);
    holds(snack, { type: 0, begRun: 1, runLength: 1 });
    bench.line.response(tag, { expDataSn: 3 });
    await turns();
    bench.line.reject(0x03, snack.bhs);
    await assert.rejects(soon(done), { code: 'ISCSI_REJECTED' });
    await acknowledges(bench, bench.line.statSn);
  }),

  gap(
    '45',
    '§11.16.3',
    'R-Data SNACK after the initiator has declared a shorter MaxRecvDataSegmentLength',
    'the initiator never declares another length than at login, so that nothing has to be cut anew',
  ),

  gap(
    '46',
    '§11.2.2.4',
    'Bidirectional commands: data both ways, two residual counts',
    'a request moves data in one direction only; others are refused before they are sent',
  ),
];
