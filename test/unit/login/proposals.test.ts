// What the target proposes of its own, keys sent twice, and integrity between keys: RFC 7143 §6.2, §6.3, §13.14.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { resolveKeyOffers, startLogin } from '../../../src/login/index.ts';
import { Negotiation } from '../../../src/login/negotiation.ts';
import { wishTexts } from '../../../src/login/offers.ts';
import { failsWith, finalAnswer, loginOptions, negotiate, securityDone } from '../../support/login-cases.ts';
import { ScriptedTarget } from '../../support/scripted-target.ts';

function negotiation(isLeading = true, isDiscovery = false): Negotiation {
  const offers = resolveKeyOffers({ headerDigest: 'CRC32C,None', dataDigest: 'CRC32C', maxBurstLength: 8192 });
  return new Negotiation({ isLeading, isDiscovery, wishes: wishTexts(offers) });
}

suite('§6.2 proposals of the target', () => {
  const cases: [title: string, proposal: [string, string], answer: string, isRequired: boolean, result: unknown][] = [
    ['§6.2.2 Minimum: the smaller is chosen, here ours', ['MaxBurstLength', '65536'], '8192', true, 8192],
    ['§6.2.2 Minimum: the smaller is chosen, here theirs', ['MaxBurstLength', '4096'], '4096', true, 4096],
    ['§6.2.2 Maximum: the larger is chosen', ['DefaultTime2Wait', '30'], '30', true, 30],
    ['§6.2.2 AND: Yes needs an answer', ['ImmediateData', 'Yes'], 'Yes', true, true],
    ['§6.2.2 AND: No decides by itself', ['ImmediateData', 'No'], 'No', false, false],
    ['§6.2.2 OR: No needs an answer', ['InitialR2T', 'No'], 'No', true, false],
    ['§6.2.2 OR: Yes decides by itself', ['InitialR2T', 'Yes'], 'Yes', false, true],
    ['§6.2.1 list: the first of theirs that we support', ['HeaderDigest', 'None,CRC32C'], 'None', true, 'None'],
    ['§6.2.1 list: what we do not know is passed over', ['DataDigest', 'Y-x,CRC32C'], 'CRC32C', true, 'CRC32C'],
    ['§6.2.1 list: nothing in common is rejected', ['HeaderDigest', 'Y-x,Y-y'], 'Reject', true, 'None'],
    ['§13.23 TaskReporting: we report as RFC 3720', ['TaskReporting', 'FastAbort,RFC3720'], 'RFC3720', true, 'RFC3720'],
    ['§13.24 iSCSIProtocolLevel: our level is 1', ['iSCSIProtocolLevel', '2'], '1', true, 1],
  ];
  for (const [title, proposal, answer, isRequired, result] of cases) {
    test(title, () => {
      const keys = negotiation();
      assert.deepEqual(keys.receive([proposal], 'operational'), [{ pair: [proposal[0], answer], isRequired }]);
      assert.equal(keys.result(proposal[0]), result);
    });
  }
  test('§6.2: where we have no wish of our own, the default is our wish', () => {
    const keys = new Negotiation({ isLeading: true, isDiscovery: false, wishes: new Map() });
    const due = keys.receive([['MaxBurstLength', '1048576']], 'operational');
    assert.deepEqual(due, [{ pair: ['MaxBurstLength', '262144'], isRequired: true }]);
  });
  test('§6.2.1 list: nothing in common for a required digest is no agreement', () => {
    failsWith(() => negotiation().receive([['DataDigest', 'None']], 'operational'), 'ISCSI_NO_AGREEMENT', 'DataDigest');
  });
  test('§6.2.2: a proposal out of range is refused by name', () => {
    const propose = (): unknown => negotiation().receive([['MaxBurstLength', '511']], 'operational');
    failsWith(propose, 'ISCSI_NO_AGREEMENT', 'MaxBurstLength');
  });
  test('§6.2: a proposal of another type is bad text', () => {
    for (const value of ['512~1024', 'Yes', '']) {
      const propose = (): unknown => negotiation().receive([['MaxBurstLength', value]], 'operational');
      failsWith(propose, 'ISCSI_BAD_TEXT', 'MaxBurstLength');
    }
  });
  test('§6.2: Reject, Irrelevant and NotUnderstood are no proposals', () => {
    for (const value of ['Reject', 'Irrelevant', 'NotUnderstood']) {
      for (const key of ['MaxBurstLength', 'X-com.example.key']) {
        failsWith(() => negotiation().receive([[key, value]], 'operational'), 'ISCSI_BAD_TEXT', key);
      }
    }
  });
  test('§13: a key that is irrelevant in discovery is answered Irrelevant there', () => {
    const due = negotiation(true, true).receive([['MaxConnections', '4']], 'operational');
    assert.deepEqual(due, [{ pair: ['MaxConnections', 'Irrelevant'], isRequired: true }]);
  });
  test('§13 LO: a session-wide key on an added connection is refused', () => {
    const propose = (): unknown => negotiation(false).receive([['MaxConnections', '4']], 'operational');
    failsWith(propose, 'ISCSI_BAD_TEXT', 'MaxConnections');
  });
  test('§6.3: operational keys have no place in the security stage, nor security keys in the operational one', () => {
    const propose = (): unknown => negotiation().receive([['MaxBurstLength', '512']], 'security');
    failsWith(propose, 'ISCSI_BAD_TEXT', 'MaxBurstLength');
    for (const key of ['AuthMethod', 'CHAP_A', 'CHAP_R']) {
      failsWith(() => negotiate([{ t: true, text: [`${key}=5`] }]), 'ISCSI_BAD_TEXT', key);
    }
  });
  test('§6.2: unknown and private keys are answered NotUnderstood, in either stage', () => {
    const target = new ScriptedTarget();
    target.play(startLogin(loginOptions()), [
      { text: ['TargetPortalGroupTag=1', 'AuthMethod=None', 'X-com.example.security=1'] },
      { t: true },
      { text: ['X-com.example.bar.foo.do_something=3', 'Unheard=of'] },
      finalAnswer,
    ]);
    assert.deepEqual(
      target.heard.slice(1).map(({ text }) => text.filter((line) => line.endsWith('NotUnderstood'))),
      [
        ['X-com.example.security=NotUnderstood'],
        [],
        ['X-com.example.bar.foo.do_something=NotUnderstood', 'Unheard=NotUnderstood'],
      ],
    );
  });
  test('§11.13.6: a proposal that needs an answer may not come with the T bit', () => {
    const text = ['TaskReporting=RFC3720'];
    failsWith(() => negotiate([{ t: true, text }]), 'ISCSI_BAD_TEXT', 'TaskReporting');
    assert.equal(negotiate([{ t: false, text }, finalAnswer]).taskReporting, 'RFC3720');
  });
  test('§6.2: an unknown key with the T bit is passed over, having no answer left', () => {
    assert.equal(negotiate([{ t: true, text: ['X-com.example.late=1'] }]).maxConnections, 1);
  });
});

suite('§6.3 each key once', () => {
  const twice: [string, string][] = [
    ['MaxBurstLength', '4096'],
    ['MaxRecvDataSegmentLength', '8192'],
    ['HeaderDigest', 'None'],
    ['TargetAlias', 'disk'],
    ['X-com.example.key', '1'],
    ['IFMarker', 'No'],
  ];
  for (const [key, value] of twice) {
    test(`§6.3 ${key}: twice in the same response is refused`, () => {
      const text = [`${key}=${value}`, `${key}=${value}`];
      failsWith(() => negotiate([{ text }, finalAnswer]), 'ISCSI_BAD_TEXT', key);
    });
    test(`§6.3 ${key}: again in a later response is refused`, () => {
      const text = [`${key}=${value}`];
      failsWith(() => negotiate([{ text }, { text }, finalAnswer]), 'ISCSI_BAD_TEXT', key);
    });
  }
  test('§6.3: a declaration of the security stage may not come again in the operational stage', () => {
    failsWith(
      () => negotiate([{ t: true, text: ['TargetPortalGroupTag=1'] }]),
      'ISCSI_BAD_TEXT',
      'TargetPortalGroupTag',
    );
  });
  test('§6.3: we send no key twice', () => {
    const target = new ScriptedTarget();
    target.play(startLogin(loginOptions()), [securityDone, {}, {}, {}, finalAnswer]);
    const keys = target.allText.map((line) => line.slice(0, line.indexOf('=')));
    assert.equal(new Set(keys).size, keys.length);
  });
});

suite('§13.14 FirstBurstLength within MaxBurstLength', () => {
  test('§13.14: a target that selects more than MaxBurstLength is refused', () => {
    const text = ['MaxBurstLength=8192', 'FirstBurstLength=65536'];
    failsWith(() => negotiate([{ t: true, text }]), 'ISCSI_NO_AGREEMENT', 'FirstBurstLength');
  });
  test('§13.14: a default that exceeds the selected MaxBurstLength gives way', () => {
    const parameters = negotiate([{ t: true, text: ['MaxBurstLength=8192', 'FirstBurstLength=Irrelevant'] }]);
    assert.equal(parameters.firstBurstLength, 8192);
  });
  test('§13.14: where no unsolicited data are allowed the value does not matter', () => {
    const text = ['MaxBurstLength=8192', 'FirstBurstLength=65536', 'InitialR2T=Yes', 'ImmediateData=No'];
    assert.equal(negotiate([{ t: true, text }]).firstBurstLength, 8192);
  });
  test('§6.2 example: Irrelevant after InitialR2T=Yes and ImmediateData=No is no failure', () => {
    const text = ['InitialR2T=Yes', 'ImmediateData=No', 'FirstBurstLength=Irrelevant'];
    const { initialR2t, immediateData, firstBurstLength } = negotiate([{ t: true, text }]);
    assert.deepEqual([initialR2t, immediateData, firstBurstLength], [true, false, 65536]);
  });
});

suite('§6.2 answers that do not come', () => {
  test('§6.2: what is not answered stands at its default', () => {
    const parameters = negotiate([finalAnswer]);
    assert.deepEqual(
      { ...parameters },
      {
        headerDigest: false,
        dataDigest: false,
        maxRecvDataSegmentLength: 262144,
        maxXmitDataSegmentLength: 8192,
        maxConnections: 1,
        initialR2t: true,
        immediateData: true,
        maxBurstLength: 262144,
        firstBurstLength: 65536,
        defaultTime2Wait: 2,
        defaultTime2Retain: 20,
        maxOutstandingR2t: 1,
        dataPduInOrder: true,
        dataSequenceInOrder: true,
        errorRecoveryLevel: 0,
        targetPortalGroupTag: 1,
        targetAlias: undefined,
        targetAddress: undefined,
        iScsiProtocolLevel: 1,
        taskReporting: 'RFC3720',
      },
    );
  });
  test('§6.2.2: ImmediateData=No needs no answer to hold', () => {
    assert.equal(negotiate([finalAnswer], { offers: resolveKeyOffers({ immediateData: false }) }).immediateData, false);
  });
  test('§6.2.2: InitialR2T=Yes needs no answer to hold', () => {
    assert.equal(negotiate([finalAnswer], { offers: resolveKeyOffers({ initialR2t: true }) }).initialR2t, true);
  });
  test('§13.1: a required digest that is not answered is no agreement', () => {
    const offers = resolveKeyOffers({ headerDigest: 'CRC32C' });
    failsWith(() => negotiate([finalAnswer], { offers }), 'ISCSI_NO_AGREEMENT', 'HeaderDigest');
  });
});
