// Full feature phase, 7, 10 and 13: what a read takes, and how it asks for what is missing.

import assert from 'node:assert/strict';
import { opcode } from '../../../src/wire/index.ts';
import { lun, pattern, readRequest, SessionBench, soon } from '../../support/session-bench.ts';
import { turns } from '../../support/target-line.ts';
import { fieldsOf, holds, noTag, type Row, row } from '../harness.ts';
import { loginAgain, lose, recovering } from '../recovery-bench.ts';

const lunZero = { high: 0, low: 0 };

export const rows: readonly Row[] = [
  row(
    '7.1',
    '§7.2.2',
    'A connection dropped between data and status at level 2: a new one, then TASK REASSIGN',
    async () => {
      await using bench = recovering(2);
      await bench.open();
      const request = readRequest(1024);
      const { done, tag } = await bench.command(request);
      bench.line.dataIn(tag, { dataSn: 0, bufferOffset: 0 }, pattern(512));
      bench.line.dataIn(tag, { dataSn: 1, bufferOffset: 512 }, pattern(1024).subarray(512));
      await turns();
      await lose(bench.line);
      const line = await loginAgain(bench);
      const { isid, cid } = fieldsOf(bench.line.logins[0]!.bhs);
      holds(line.logins[0]!, { tsih: 0x77, isid: isid!, cid: cid! });
      const reassign = await line.expect(opcode.taskManagementRequest);
      holds(reassign, { isImmediate: true, function: 8, referencedTaskTag: tag, expDataSn: 2 });
      line.taskManagementResponse(reassign.pdu.initiatorTaskTag);
      line.response(tag, { expDataSn: 2 });
      assert.equal((await soon(done)).status, 0);
      assert.deepEqual(request.dataIn, pattern(1024));
    },
  ),

  row(
    '10.1',
    '§11.7.3',
    'Status inside the last Data-In ends the command; no separate response is waited for',
    async () => {
      await using bench = new SessionBench();
      await bench.open();
      const request = readRequest(1024);
      const { done, tag } = await bench.command(request);
      bench.line.dataIn(tag, { dataSn: 0, bufferOffset: 0 }, pattern(512));
      bench.line.dataIn(tag, { dataSn: 1, bufferOffset: 512, hasStatus: true }, pattern(1024).subarray(512));
      const result = await soon(done);
      assert.deepEqual([result.status, result.dataInLength], [0, 1024]);
      assert.deepEqual(request.dataIn, pattern(1024));
      const next = await bench.command(readRequest(4));
      assert.equal(next.heard.pdu.expStatSn, bench.line.statSn, 'the status is acknowledged');
    },
  ),

  row('10.2', '§11.7.2', 'The A bit is answered with a DataACK before ExpStatSN acknowledges the status', async () => {
    await using bench = recovering(1);
    await bench.open();
    const { done, tag } = await bench.command(readRequest(1024));
    bench.line.dataIn(
      tag,
      { dataSn: 0, bufferOffset: 0, isAcknowledge: true, targetTransferTag: 6, lun },
      pattern(512),
    );
    holds(await bench.line.expect(opcode.snackRequest), { type: 2, expStatSn: bench.line.statSn });
    const { statSn } = bench.line;
    const last = { dataSn: 1, bufferOffset: 512, hasStatus: true, isAcknowledge: true, targetTransferTag: 7, lun };
    bench.line.dataIn(tag, last, pattern(512));
    const snack = await bench.line.expect(opcode.snackRequest);
    holds(snack, { type: 2, targetTransferTag: 7, expStatSn: statSn }, 'the status of the same PDU comes later');
    await soon(done);
  }),

  row('13.1', '§11.16', 'DataSN 3 is missing: a Data SNACK asks for it before the status is acknowledged', async () => {
    await using bench = recovering(1);
    await bench.open();
    const request = readRequest(500);
    const { done, tag } = await bench.command(request);
    const { statSn } = bench.line;
    const send = (dataSn: number, hasStatus = false): void => {
      const at = dataSn * 100;
      bench.line.dataIn(tag, { dataSn, bufferOffset: at, hasStatus }, pattern(500).subarray(at, at + 100));
    };
    for (const dataSn of [0, 1, 2]) send(dataSn);
    send(4, true);
    const snack = await bench.line.expect(opcode.snackRequest);
    holds(snack, {
      type: 0,
      initiatorTaskTag: tag,
      targetTransferTag: noTag,
      lun: lunZero,
      begRun: 3,
      runLength: 1,
      expStatSn: statSn,
    });
    assert.equal(snack.bhs[1]! & 0x80, 0x80);
    bench.line.nopIn({ targetTransferTag: 1 });
    holds(await bench.line.expect(opcode.nopOut), { expStatSn: statSn }, 'nor does anything else acknowledge it');
    send(3);
    await soon(done);
    assert.deepEqual(request.dataIn, pattern(500));
    bench.line.nopIn({ targetTransferTag: 1 });
    holds(await bench.line.expect(opcode.nopOut), { expStatSn: statSn + 1 });
  }),

  row('13.2', '§11.16.2', 'DataACK: run length 0, no task tag, the target transfer tag and LUN echoed', async () => {
    await using bench = recovering(1);
    await bench.open();
    const { tag } = await bench.command(readRequest(1024));
    bench.line.dataIn(tag, { dataSn: 0, bufferOffset: 0 }, pattern(256));
    const asks = { dataSn: 1, bufferOffset: 256, isAcknowledge: true, targetTransferTag: 0x1234_5678, lun };
    bench.line.dataIn(tag, asks, pattern(256));
    const snack = await bench.line.expect(opcode.snackRequest);
    holds(snack, {
      type: 2,
      initiatorTaskTag: noTag,
      targetTransferTag: 0x1234_5678,
      lun,
      begRun: 2,
      runLength: 0,
    });
    assert.equal(snack.data.length, 0);
  }),
];
