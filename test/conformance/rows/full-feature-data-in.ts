// Full feature phase, 7, 10 and 13: what a read takes, and how it asks for what is missing.

import assert from 'node:assert/strict';
import { pattern, readRequest, SessionBench, soon } from '../../support/session-bench.ts';
import { gap, type Row, row } from '../harness.ts';

const noRecovery = 'the initiator agrees to no ErrorRecoveryLevel above 0 yet';

export const rows: readonly Row[] = [
  gap(
    '7.1',
    '§7.2.2',
    'A connection dropped between data and status at ERL 2: a new one, then TASK REASSIGN',
    noRecovery,
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

  gap('10.2', '§11.7.2', 'The A bit is answered with a DataACK before ExpStatSN acknowledges the status', noRecovery),
  gap('13.1', '§11.16', 'DataSN 3 is missing: a Data SNACK asks for it before the status is acknowledged', noRecovery),
  gap('13.2', '§11.16.2', 'DataACK: run length 0, no task tag, the target transfer tag echoed', noRecovery),
];
