// Login, 1 to 8: steps, numbers, and answers that no target may give.

import assert from 'node:assert/strict';
import { opcode } from '../../../src/wire/index.ts';
import { plainRequest, soon } from '../../support/session-bench.ts';
import { fieldsOf, holds, type Row, row } from '../harness.ts';
import { LoginBench, stages } from '../login-bench.ts';

export const rows: readonly Row[] = [
  row(
    '1.1',
    '§6.3',
    'A login with nothing special: names first, then both stages, then full feature phase',
    async () => {
      await using login = await LoginBench.begin({ cmdSn: 77 });
      const first = await login.request();
      assert.equal(first.heard.bhs[0], 0x43, '§11.12: opcode 03h, immediate');
      holds(first.heard, {
        versionMax: 0,
        versionMin: 0,
        isid: 0x8000_0000_0001,
        tsih: 0,
        cmdSn: 77,
        isContinue: false,
      });
      assert.deepEqual(stages(first), [0, true, 1]);
      assert.deepEqual(first.pairs.slice(0, 3), [
        ['InitiatorName', 'iqn.2001-04.test:initiator'],
        ['TargetName', 'iqn.2001-04.test:target'],
        ['SessionType', 'Normal'],
      ]);
      login.answer({ isTransit: true, nextStage: 1 }, ['TargetPortalGroupTag=1', 'AuthMethod=None']);
      const second = await login.request();
      assert.deepEqual(stages(second), [1, true, 3]);
      const { isid, cid, initiatorTaskTag } = fieldsOf(first.heard.bhs);
      holds(second.heard, { isid: isid!, cid: cid!, initiatorTaskTag: initiatorTaskTag!, cmdSn: 77 }, 'one task');
      await login.finish();
      holds((await login.bench.command(plainRequest())).heard, { cmdSn: 77 });
    },
  ),

  row('2.1', '§11.12.6', 'TSIH is 0 in every request that opens a session', async () => {
    await using login = await LoginBench.begin();
    await login.operational();
    login.answer({ tsih: 0 });
    await login.request();
    for (const { heard } of login.requests) holds(heard, { tsih: 0 });
    await login.finish();
  }),

  row('2.2', '§11.13.3', 'A final response without a TSIH is refused', async () => {
    await using login = await LoginBench.begin();
    await login.operational();
    login.answer({ isTransit: true, nextStage: 3, tsih: 0 });
    await login.refuses();
  }),

  row('2.3', '§11.12.6', 'A second connection has the TSIH and ISID of the session, and a CID of its own', async () => {
    await using login = await LoginBench.begin();
    await login.agree(['MaxConnections=2']);
    const first = fieldsOf(login.line.logins[0]!.bhs);
    const added = login.bench.session.addConnection();
    const line = await login.bench.accept();
    const heard = await line.expect(opcode.loginRequest);
    holds(heard, { tsih: 0x77, isid: first['isid']! });
    assert.notEqual(fieldsOf(heard.bhs)['cid'], first['cid']);
    line.close();
    await assert.rejects(soon(added));
  }),

  row('3.1', '§6.3', 'T asks for the next stage, and the initiator goes there when the target sets T too', async () => {
    await using login = await LoginBench.begin();
    const first = await login.request();
    assert.deepEqual(stages(first), [0, true, 1]);
    login.answer({ isTransit: true, nextStage: 1 }, ['TargetPortalGroupTag=1', 'AuthMethod=None']);
    assert.deepEqual(stages(await login.request()), [1, true, 3]);
    await login.finish();
    assert.equal(login.bench.session.state, 'loggedIn');
  }),

  row(
    '3.2',
    '§6.3.3',
    'A target that sets T later is asked again, with T and without keys, in the same stage',
    async () => {
      await using login = await LoginBench.begin();
      await login.operational();
      for (let round = 0; round < 3; round += 1) {
        login.answer({ isTransit: false });
        const again = await login.request();
        assert.deepEqual(stages(again), [1, true, 3]);
        assert.equal(again.heard.data.length, 0);
      }
      await login.finish();
    },
  ),

  row('4.1', '§11.13.4', 'StatSN may begin at 0', async () => {
    await using login = await LoginBench.begin();
    login.line.statSn = 0;
    const second = await login.operational();
    holds(second.heard, { expStatSn: 1 });
    await login.finish();
    holds((await login.bench.command(plainRequest())).heard, { expStatSn: 2 });
  }),

  row('4.2', '§11.13.4', 'StatSN may begin anywhere else', async () => {
    await using login = await LoginBench.begin();
    login.line.statSn = 0x7fff_ffff;
    const second = await login.operational();
    holds(second.heard, { expStatSn: 0x8000_0000 });
    await login.finish();
    holds((await login.bench.command(plainRequest())).heard, { expStatSn: 0x8000_0001 });
  }),

  row('5.1', '§11.12.9', 'ExpStatSN acknowledges every Login Response, past 2^32 - 1 to 0', async () => {
    await using login = await LoginBench.begin();
    login.line.statSn = 0xffff_fffe;
    await login.operational();
    for (const expStatSn of [0xffff_ffff, 0, 1]) {
      holds(login.requests.at(-1)!.heard, { expStatSn });
      login.answer({ isTransit: false });
      await login.request();
    }
    await login.finish();
  }),

  row('6.1', '§6.3', 'The initiator sends no key twice', async () => {
    await using login = await LoginBench.begin();
    await login.operational();
    login.answer({ isTransit: false }, ['MaxConnections=1']);
    await login.request();
    login.answer({ isTransit: false }, ['ErrorRecoveryLevel=0']);
    await login.request();
    await login.finish();
    const keys = login.requests.flatMap(({ pairs }) => pairs.map(([key]) => key));
    assert.ok(keys.length > 10);
    assert.equal(new Set(keys).size, keys.length);
  }),

  row('6.2', '§6.3', 'A key that the target sends again in a later response ends the login', async () => {
    await using login = await LoginBench.begin();
    await login.operational();
    login.answer({ isTransit: false }, ['MaxBurstLength=65536']);
    await login.request();
    login.answer({ isTransit: true, nextStage: 3, tsih: 1 }, ['MaxBurstLength=65536']);
    await login.refuses();
  }),

  row('6.3', '§6.3', 'A key that the target sends twice in one response ends the login', async () => {
    await using login = await LoginBench.begin();
    await login.operational();
    login.answer({ isTransit: true, nextStage: 3, tsih: 1 }, ['MaxBurstLength=65536', 'MaxBurstLength=65536']);
    await login.refuses();
  }),

  row('7.1', '§6.2.1', 'What the target selects from a list holds', async () => {
    await using login = await LoginBench.begin();
    await login.operational();
    assert.equal(login.said('HeaderDigest'), 'None,CRC32C');
    await login.finish(['HeaderDigest=CRC32C', 'DataDigest=None']);
    assert.equal(login.bench.session.parameters.headerDigest, true);
    assert.equal(login.bench.session.parameters.dataDigest, false);
  }),

  row('7.2', '§12.1', 'A method of authentication that was not offered ends the login', async () => {
    await using login = await LoginBench.begin();
    await login.request();
    login.answer({ isTransit: true, nextStage: 1 }, ['TargetPortalGroupTag=1', 'AuthMethod=KRB5']);
    await login.refuses();
  }),

  row('7.3', '§6.2.2', 'FirstBurstLength above what was offered ends the login', async () => {
    await using login = await LoginBench.begin({ offers: { firstBurstLength: 65_536 } });
    await login.operational();
    assert.equal(login.said('FirstBurstLength'), '65536');
    login.answer({ isTransit: true, nextStage: 3, tsih: 1 }, ['FirstBurstLength=65537']);
    await login.refuses();
  }),

  row('7.4', '§6.1', 'ImmediateData=Maybe ends the login', async () => {
    await using login = await LoginBench.begin();
    await login.operational();
    login.answer({ isTransit: true, nextStage: 3, tsih: 1 }, ['ImmediateData=Maybe']);
    await login.refuses();
  }),

  row('7.5', '§6.2', 'A key that nobody knows is answered with NotUnderstood, and the login goes on', async () => {
    await using login = await LoginBench.begin();
    await login.operational();
    login.answer({ isTransit: false }, ['X-com.example.colour=blue']);
    const again = await login.request();
    assert.deepEqual(again.pairs, [['X-com.example.colour', 'NotUnderstood']]);
    await login.finish();
  }),

  row('7.6', '§6.1', 'A key of more than 63 characters ends the login', async () => {
    await using login = await LoginBench.begin();
    await login.operational();
    login.answer({ isTransit: false }, [`X-${'a'.repeat(62)}=1`]);
    await login.refuses();
  }),

  row('8.1', '§6.3', 'Any other PDU before full feature phase ends the login', async () => {
    await using login = await LoginBench.begin();
    const { heard } = await login.operational();
    login.line.nopIn({ initiatorTaskTag: heard.pdu.initiatorTaskTag });
    await login.refuses();
  }),
];
