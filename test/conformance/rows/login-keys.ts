// Login, 9 to 23: the keys one by one.

import assert from 'node:assert/strict';
import { type BenchSetup, lun, pattern, plainRequest, soon, writeRequest } from '../../support/session-bench.ts';
import { dataOutSequence, holds, noTag, type Row, row } from '../harness.ts';
import { LoginBench } from '../login-bench.ts';

/** A login that the initiator has to end because of this answer in the operational stage. */
async function refused(text: readonly string[], setup: BenchSetup = {}): Promise<void> {
  await using login = await LoginBench.begin(setup);
  await login.operational();
  login.answer({ isTransit: true, nextStage: 3, tsih: 1 }, text);
  await login.refuses();
}

/** A number that both sides agree on: what the initiator offers, an answer that it takes, and one that it must not. */
async function negotiated(
  key: string,
  offers: NonNullable<BenchSetup['offers']>,
  { offered, good, bad }: { readonly offered: string; readonly good: string; readonly bad: string },
  result: (login: LoginBench) => number,
): Promise<void> {
  await using login = await LoginBench.begin({ offers });
  await login.operational();
  assert.equal(login.said(key), offered);
  await login.finish([`${key}=${good}`]);
  assert.equal(result(login), Number(good));
  await refused([`${key}=${bad}`], { offers });
}

export const rows: readonly Row[] = [
  row('9.1', '§13.1', 'HeaderDigest and DataDigest are offered as lists of None and CRC32C', async () => {
    await using login = await LoginBench.begin({ offers: { headerDigest: 'CRC32C,None', dataDigest: 'CRC32C' } });
    await login.operational();
    assert.equal(login.said('HeaderDigest'), 'CRC32C,None');
    assert.equal(login.said('DataDigest'), 'CRC32C');
  }),

  row('9.2', '§13.1', 'Where the target answers None, no digest is sent', async () => {
    await using login = await LoginBench.begin({ offers: { headerDigest: 'CRC32C,None', dataDigest: 'CRC32C,None' } });
    await login.agree(['HeaderDigest=None', 'DataDigest=None', 'ImmediateData=Yes', 'InitialR2T=Yes']);
    const { heard, done, tag } = await login.bench.command(writeRequest(pattern(10)));
    assert.deepEqual(heard.data, Buffer.from(pattern(10)));
    await login.line.silence();
    login.line.response(tag);
    await soon(done);
  }),

  row(
    '9.3',
    '§13.1',
    'Where CRC32C was agreed, header and data of every PDU carry it, padding counted in',
    async () => {
      await using login = await LoginBench.begin();
      await login.agree(['HeaderDigest=CRC32C', 'DataDigest=CRC32C', 'ImmediateData=Yes', 'InitialR2T=Yes']);
      login.line.hasHeaderDigest = true;
      login.line.hasDataDigest = true;
      for (const length of [4, 5, 6, 7]) {
        // The line computes both digests bit by bit and throws at a wrong one.
        const { heard, done, tag } = await login.bench.command(writeRequest(pattern(length)));
        assert.equal(heard.data.length, length);
        login.line.response(tag);
        await soon(done);
      }
    },
  ),

  row('10.1', '§13.2', 'MaxConnections=2: a third connection is refused by us, without asking the target', async () => {
    await using login = await LoginBench.begin({ offers: { maxConnections: 5 } });
    await login.operational();
    assert.equal(login.said('MaxConnections'), '5');
    await login.finish(['MaxConnections=2']);
    await login.bench.add();
    await assert.rejects(soon(login.bench.session.addConnection()), { code: 'ISCSI_TOO_MANY_CONNECTIONS' });
    assert.equal(login.bench.lines.length, 2);
  }),

  row(
    '11.1',
    '§13.5',
    'Names: InitiatorName and TargetName stand in the first request of every connection',
    async () => {
      await using login = await LoginBench.begin();
      await login.agree(['MaxConnections=2']);
      const line = await login.bench.add();
      for (const { data } of [login.line.logins[0]!, line.logins[0]!]) {
        const text = Buffer.from(data).toString().split('\0');
        assert.ok(text.includes('InitiatorName=iqn.2001-04.test:initiator'));
        assert.ok(text.includes('TargetName=iqn.2001-04.test:target'));
      }
    },
  ),

  row('12.1', '§13.25', 'Markers are not offered; proposed by the target, each key is rejected', async () => {
    await using login = await LoginBench.begin();
    await login.operational();
    const keys = ['IFMarker', 'OFMarker', 'IFMarkInt', 'OFMarkInt'];
    for (const key of keys) assert.equal(login.said(key), undefined);
    login.answer({ isTransit: false }, ['IFMarker=Yes', 'OFMarker=No', 'IFMarkInt=2048~8192', 'OFMarkInt=1~65535']);
    const again = await login.request();
    assert.deepEqual(
      again.pairs,
      keys.map((key) => [key, 'Reject']),
    );
    await login.finish();
  }),

  row(
    '13.1',
    '§6.2.2',
    'Booleans: AND for ImmediateData, OR for InitialR2T, whichever way the target answers',
    async () => {
      for (const [initialR2t, immediateData] of [
        ['Yes', 'Yes'],
        ['Yes', 'No'],
        ['No', 'Yes'],
        ['No', 'No'],
      ] as const) {
        await using login = await LoginBench.begin({ offers: { initialR2t: false, immediateData: true } });
        await login.agree([`InitialR2T=${initialR2t}`, `ImmediateData=${immediateData}`]);
        const { parameters } = login.bench.session;
        assert.deepEqual(
          [parameters.initialR2t, parameters.immediateData],
          [initialR2t === 'Yes', immediateData === 'Yes'],
        );
      }
    },
  ),

  row('13.2', '§6.1', 'Booleans in another spelling than Yes and No end the login', async () => {
    for (const text of ['InitialR2T=yes', 'DataPDUInOrder=1', 'ImmediateData=']) await refused([text]);
  }),

  row('13.3', '§6.2.2', 'A Boolean answer that the offer has ruled out ends the login', async () => {
    await refused(['ImmediateData=Yes'], { offers: { immediateData: false } });
    await refused(['InitialR2T=No'], { offers: { initialR2t: true } });
  }),

  row(
    '14.1',
    '§13.12',
    'MaxRecvDataSegmentLength is declared; a target that declares none gets 8192 bytes at most',
    async () => {
      await using login = await LoginBench.begin({ offers: { maxRecvDataSegmentLength: 65_536 } });
      await login.operational();
      assert.equal(login.said('MaxRecvDataSegmentLength'), '65536');
      await login.finish(['ImmediateData=No', 'InitialR2T=Yes']);
      const all = pattern(20_000);
      const { tag } = await login.bench.command(writeRequest(all));
      login.line.r2t(tag, { lun, bufferOffset: 0, desiredDataTransferLength: all.length });
      const lengths = await dataOutSequence(login.line, { task: tag, tag: 1, from: 0, all });
      assert.deepEqual(lengths, [8192, 8192, 3616]);
      await refused(['MaxRecvDataSegmentLength=511']);
    },
  ),

  row('15.1', '§13.13', 'MaxBurstLength: the smaller holds, and an R2T for more ends the connection', async () => {
    await using login = await LoginBench.begin({ offers: { maxBurstLength: 65_536 } });
    await login.operational();
    assert.equal(login.said('MaxBurstLength'), '65536');
    await login.finish(['MaxBurstLength=1024', 'ImmediateData=No', 'InitialR2T=Yes']);
    const all = pattern(4096);
    const { tag } = await login.bench.command(writeRequest(all));
    login.line.r2t(tag, { lun, bufferOffset: 0, desiredDataTransferLength: 1024 });
    await dataOutSequence(login.line, { task: tag, tag: 1, from: 0, all });
    login.line.r2t(tag, { lun, r2tSn: 1, bufferOffset: 1024, desiredDataTransferLength: 1028 });
    await login.line.ended();
    await login.line.silence();
  }),

  row('16.1', '§13.14', 'FirstBurstLength is offered within MaxBurstLength', async () => {
    await using login = await LoginBench.begin({ offers: { maxBurstLength: 32_768 } });
    await login.operational();
    assert.ok(Number(login.said('FirstBurstLength')) <= Number(login.said('MaxBurstLength')));
  }),

  row('16.2', '§13.14', 'FirstBurstLength: the smaller holds for unsolicited data', async () => {
    await using login = await LoginBench.begin({ offers: { firstBurstLength: 4096 } });
    await login.agree(['FirstBurstLength=1500', 'ImmediateData=No', 'InitialR2T=No']);
    const all = pattern(4096);
    const { tag } = await login.bench.command(writeRequest(all));
    assert.deepEqual(await dataOutSequence(login.line, { task: tag, tag: noTag, from: 0, all }), [1500]);
    await login.line.silence();
  }),

  row(
    '16.3',
    '§13.14',
    'FirstBurstLength above MaxBurstLength, both chosen by the target, ends the login',
    async () => {
      await refused(['MaxBurstLength=4096', 'FirstBurstLength=8192']);
    },
  ),

  row('17.1', '§13.16', 'DefaultTime2Retain: the smaller holds; more than offered ends the login', async () => {
    const values = { offered: '30', good: '20', bad: '31' };
    await negotiated('DefaultTime2Retain', { defaultTime2Retain: 30 }, values, ({ bench }) => {
      return bench.session.parameters.defaultTime2Retain;
    });
  }),

  row('18.1', '§13.15', 'DefaultTime2Wait: the greater holds; less than offered ends the login', async () => {
    const values = { offered: '3', good: '5', bad: '2' };
    await negotiated('DefaultTime2Wait', { defaultTime2Wait: 3 }, values, ({ bench }) => {
      return bench.session.parameters.defaultTime2Wait;
    });
  }),

  row('19.1', '§13.17', 'MaxOutstandingR2T: the smaller holds; more than offered ends the login', async () => {
    const values = { offered: '8', good: '4', bad: '9' };
    await negotiated('MaxOutstandingR2T', { maxOutstandingR2t: 8 }, values, ({ bench }) => {
      return bench.session.parameters.maxOutstandingR2t;
    });
  }),

  row('20.1', '§13.20', 'ErrorRecoveryLevel: the smaller holds; more than offered ends the login', async () => {
    const values = { offered: '1', good: '0', bad: '2' };
    await negotiated('ErrorRecoveryLevel', { errorRecoveryLevel: 1 }, values, ({ bench }) => {
      return bench.session.parameters.errorRecoveryLevel;
    });
  }),

  row(
    '21.1',
    '§13.21',
    'SessionType says Normal or Discovery; a discovery offers no key that has no meaning there',
    async () => {
      await using normal = await LoginBench.begin();
      await normal.operational();
      assert.equal(normal.said('SessionType'), 'Normal');
      await using discovery = await LoginBench.begin({ isDiscovery: true });
      await discovery.operational();
      assert.equal(discovery.said('SessionType'), 'Discovery');
      for (const key of ['TargetName', 'MaxConnections', 'InitialR2T', 'ImmediateData', 'MaxBurstLength']) {
        assert.equal(discovery.said(key), undefined, key);
      }
      await discovery.finish();
    },
  ),

  row(
    '22.1',
    '§12.1',
    'AuthMethod is offered as a list in order of preference; None, where offered, may be taken',
    async () => {
      const chap = { user: 'initiator', secret: Buffer.from('initiator-secret') };
      await using login = await LoginBench.begin({ login: { auth: { chap, allowNone: true } } });
      await login.request();
      assert.equal(login.said('AuthMethod'), 'CHAP,None');
      // T is not set while the method is open: CHAP would need more requests in this stage.
      holds(login.requests[0]!.heard, { isTransit: false, currentStage: 0 });
      login.answer({ isTransit: false }, ['TargetPortalGroupTag=1', 'AuthMethod=None']);
      const second = await login.request();
      holds(second.heard, { isTransit: true, currentStage: 0, nextStage: 1 });
      assert.deepEqual(second.pairs, []);
      login.answer({ isTransit: true, nextStage: 1 });
      await login.request();
      await login.finish();
    },
  ),

  row('23.1', '§13.6', 'A TargetAlias is taken in either stage and needs no answer', async () => {
    await using login = await LoginBench.begin();
    await login.operational();
    login.answer({ isTransit: false }, ['TargetAlias=the disks of floor 3']);
    const again = await login.request();
    assert.deepEqual(again.pairs, []);
    await login.finish();
    assert.equal(login.bench.session.parameters.targetAlias, 'the disks of floor 3');
    await soon(login.bench.command(plainRequest()));
  }),
];
