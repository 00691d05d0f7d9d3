// Recovery, 1 to 16: errors at ErrorRecoveryLevel 0, and sessions that come back.

import assert from 'node:assert/strict';
import type { ScsiPort } from '../../../src/session/index.ts';
import { opcode } from '../../../src/wire/index.ts';
import { lun, pattern, plainRequest, readRequest, soon, writeRequest } from '../../support/session-bench.ts';
import { turns } from '../../support/target-line.ts';
import { fieldsOf, holds, type Row, row } from '../harness.ts';
import { loginAgain, lose, recovering } from '../recovery-bench.ts';

const digests = { HeaderDigest: 'CRC32C', DataDigest: 'CRC32C' };

export const rows: readonly Row[] = [
  row(
    '1',
    '§6.3.5',
    'The only connection is lost: the session is reinstated, with its ISID, TSIH 0 and the CID',
    async () => {
      await using bench = recovering(0);
      await bench.open();
      await lose(bench.line);
      const line = await loginAgain(bench);
      const { isid, cid } = fieldsOf(bench.line.logins[0]!.bhs);
      for (const heard of line.logins) holds(heard, { isid: isid!, tsih: 0, cid: cid! });
      assert.equal(bench.session.state, 'loggedIn');
    },
  ),

  row('2', '§7.5', 'Not before DefaultTime2Wait has passed', async () => {
    await using bench = recovering(0, { keys: { DefaultTime2Wait: '3' } });
    await bench.open();
    await lose(bench.line);
    await bench.clock.advance(2999);
    assert.equal(bench.lines.length, 1);
    await bench.clock.advance(1);
    await loginAgain(bench);
  }),

  row('3', '§4.2.2.1', 'Numbering begins anew with the login: its CmdSN is that of the first command', async () => {
    await using bench = recovering(0, { cmdSn: 50 });
    await bench.open();
    for (let count = 0; count < 3; count += 1) {
      const { done, tag } = await bench.command(plainRequest());
      bench.line.response(tag);
      await soon(done);
    }
    await lose(bench.line);
    const line = await loginAgain(bench);
    const { cmdSn } = fieldsOf(line.logins[0]!.bhs);
    const { heard } = await bench.command(plainRequest(), line);
    holds(heard, { cmdSn: cmdSn! });
    holds(heard, { expStatSn: line.statSn });
  }),

  row(
    '4',
    '§6.3.5',
    'Commands in flight end with the old session, with what is known of them; none is sent again by itself',
    async () => {
      await using bench = recovering(0);
      await bench.open();
      const read = await bench.command(readRequest(8));
      const write = await bench.command(writeRequest(pattern(8)));
      await lose(bench.line);
      const line = await loginAgain(bench);
      await assert.rejects(soon(read.done), { code: 'ISCSI_CONNECTION_LOST', effect: 'none' });
      await assert.rejects(soon(write.done), { code: 'ISCSI_CONNECTION_LOST', effect: 'unknown' });
      await line.silence();
    },
  ),

  row('5', '§6.3.5', 'Commands that waited go out in the new session, after the check of the devices', async () => {
    let isChecked = false;
    const beforeResume = async (port: ScsiPort): Promise<void> => {
      await port.execute(plainRequest());
      isChecked = true;
    };
    await using bench = recovering(0, { session: { beforeResume } });
    const session = await bench.open();
    await lose(bench.line);
    const waiting = session.execute(writeRequest(pattern(8)));
    const line = await loginAgain(bench);
    const check = await line.expect(opcode.scsiCommand);
    holds(check, { isWrite: false });
    await line.silence();
    line.response(check.pdu.initiatorTaskTag);
    const write = await line.expect(opcode.scsiCommand);
    holds(write, { isWrite: true });
    assert.equal(isChecked, true);
    line.response(write.pdu.initiatorTaskTag);
    await soon(waiting);
  }),

  row('6', '§7.15', 'A login that is refused is tried again after the interval', async () => {
    await using bench = recovering(0, { limits: { reconnectIntervalMs: 4000 } });
    await bench.open();
    await lose(bench.line);
    const refused = await bench.accept();
    refused.logins.push(await refused.expect(opcode.loginRequest));
    refused.loginResponse({ statusClass: 3, statusDetail: 1 });
    await refused.ended();
    await turns();
    await bench.clock.advance(3999);
    assert.equal(bench.lines.length, 2);
    await bench.clock.advance(1);
    await loginAgain(bench);
    assert.equal(bench.session.state, 'loggedIn');
  }),

  row('7', '§7.8', 'A header digest error: nothing after it is believed, and the connection is closed', async () => {
    await using bench = recovering(0, { keys: digests });
    await bench.open();
    const { done, tag } = await bench.command(plainRequest());
    let isDone = false;
    done.then(
      () => (isDone = true),
      () => undefined,
    );
    bench.line.together(() => {
      bench.line.damage = 'header';
      bench.line.response(tag);
      bench.line.response(tag);
    });
    await bench.line.ended();
    assert.equal(isDone, false);
    await loginAgain(bench);
  }),

  row(
    '8',
    '§7.8',
    'A data digest error at level 0: the data are not delivered, and recovery is left to the session',
    async () => {
      await using bench = recovering(0, { keys: digests });
      await bench.open();
      const { done, tag } = await bench.command(readRequest(8));
      bench.line.damage = 'data';
      bench.line.dataIn(tag, { hasStatus: true }, pattern(8));
      await bench.line.ended();
      await loginAgain(bench);
      await assert.rejects(soon(done));
    },
  ),

  row('9', '§4.2.2.2', 'A StatSN is missing at level 0: the connection is given up', async () => {
    await using bench = recovering(0);
    await bench.open();
    const { tag } = await bench.command(plainRequest());
    bench.line.response(tag, { statSn: bench.line.statSn + 1 });
    await bench.line.ended();
    await loginAgain(bench);
  }),

  row(
    '10',
    '§4.2.2.2',
    'A StatSN that has been before is a repetition: ignored, and nothing is acknowledged twice',
    async () => {
      await using bench = recovering(0);
      await bench.open();
      const first = await bench.command(plainRequest());
      bench.line.response(first.tag);
      await soon(first.done);
      const second = await bench.command(plainRequest());
      bench.line.response(second.tag, { statSn: bench.line.statSn - 1, status: 0x02 });
      await turns();
      bench.line.nopIn({ targetTransferTag: 1 });
      holds(await bench.line.expect(opcode.nopOut), { expStatSn: bench.line.statSn });
      bench.line.response(second.tag);
      assert.equal((await soon(second.done)).status, 0);
    },
  ),

  row('11', '§11.7.5', 'A DataSN is missing at level 0: the read does not end well', async () => {
    await using bench = recovering(0);
    await bench.open();
    const { done, tag } = await bench.command(readRequest(1024));
    done.catch(() => undefined);
    bench.line.dataIn(tag, { dataSn: 0, bufferOffset: 0 }, pattern(256));
    bench.line.dataIn(tag, { dataSn: 2, bufferOffset: 256, hasStatus: true }, pattern(256));
    await bench.line.ended();
    await loginAgain(bench);
    await assert.rejects(soon(done));
  }),

  row('12', '§11.4.8', 'ExpDataSN of a response says that Data-In is missing: the read does not end well', async () => {
    await using bench = recovering(0);
    await bench.open();
    const { done, tag } = await bench.command(readRequest(1024));
    done.catch(() => undefined);
    bench.line.dataIn(tag, { dataSn: 0, bufferOffset: 0 }, pattern(512));
    bench.line.response(tag, { expDataSn: 2 });
    await bench.line.ended();
    await loginAgain(bench);
    await assert.rejects(soon(done));
  }),

  row('13', '§11.8.4', 'An R2T for bytes beyond the end of the command is not answered', async () => {
    await using bench = recovering(0, { keys: { ImmediateData: 'No' } });
    await bench.open();
    const { tag } = await bench.command(writeRequest(pattern(1024)));
    bench.line.r2t(tag, { lun, bufferOffset: 512, desiredDataTransferLength: 516 });
    await bench.line.ended();
    await bench.line.silence();
  }),

  row('14', '§11.8.2', 'An R2TSN is missing at level 0: nothing is sent on a guess', async () => {
    await using bench = recovering(0, { keys: { ImmediateData: 'No', MaxOutstandingR2T: '2' } });
    await bench.open();
    const { tag } = await bench.command(writeRequest(pattern(1024)));
    bench.line.r2t(tag, { lun, r2tSn: 1, bufferOffset: 512, desiredDataTransferLength: 512 });
    await bench.line.ended();
    await bench.line.silence();
  }),

  row('15', '§11.4.5', 'Residual counts are told, underflow and overflow, wherever the status comes', async () => {
    await using bench = recovering(0);
    await bench.open();
    const under = await bench.command(readRequest(1024));
    const fields = { hasStatus: true, isUnderflow: true, residualCount: 512 };
    bench.line.dataIn(under.tag, fields, pattern(512));
    const short = await soon(under.done);
    assert.deepEqual([short.residual, short.residualCount, short.dataInLength], ['underflow', 512, 512]);
    const over = await bench.command(writeRequest(pattern(8)));
    bench.line.response(over.tag, { isOverflow: true, residualCount: 4 });
    const long = await soon(over.done);
    assert.deepEqual([long.residual, long.residualCount], ['overflow', 4]);
  }),

  row('16', '§7.3', 'A command that was rejected leaves a gap in CmdSN, which is filled', async () => {
    await using bench = recovering(0);
    await bench.open();
    const { done, heard } = await bench.command(plainRequest());
    done.catch(() => undefined);
    bench.line.reject(0x04, heard.bhs, { expCmdSn: 1, maxCmdSn: 64 });
    const filler = await bench.line.expect(opcode.nopOut);
    holds(filler, { isImmediate: false, cmdSn: 1, targetTransferTag: 0xffff_ffff });
    await assert.rejects(soon(done));
    const next = await bench.command(plainRequest());
    holds(next.heard, { cmdSn: 2 });
  }),
];
