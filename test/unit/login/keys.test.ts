// Every key's rule with legal and illegal answers, from a table that was read from the RFC apart from src/login.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { keyTable, resolveKeyOffers, startLogin } from '../../../src/login/index.ts';
import { failsWith, finalAnswer, loginOptions, negotiate, securityDone } from '../../support/login-cases.ts';
import { ScriptedTarget, said } from '../../support/scripted-target.ts';
import { initiatorKeys, obsoleteKeys, portalGroupTags, targetDeclarations } from '../../vectors/declared-keys.ts';
import { negotiatedKeys } from '../../vectors/keys.ts';

const show = (value: string): string => JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);

for (const vector of negotiatedKeys) {
  const section = vector.clause.slice(vector.clause.indexOf('§'));
  suite(`${section} ${vector.key}`, () => {
    test(`${section} ${vector.key}: use, scope, default and clause are those of the RFC`, () => {
      const facts = keyTable.get(vector.key);
      assert.ok(facts !== undefined && 'initial' in facts);
      assert.equal(facts.clause, vector.clause);
      assert.equal(facts.use, vector.use);
      assert.equal(facts.scope, vector.scope === 'SW' ? 'session' : 'connection');
      assert.equal(facts.isIrrelevantInDiscovery ?? false, vector.isIrrelevantInDiscovery);
      assert.equal(facts.initial, vector.initial === false && facts.rule === 'list' ? 'None' : vector.initial);
    });
    test(`${section} ${vector.key}: stands at its default when the login does not negotiate it`, () => {
      const target = new ScriptedTarget();
      const login = startLogin(loginOptions({ sessionType: 'Discovery' }));
      const step = target.play(login, [securityDone, finalAnswer]);
      assert.ok(step.kind === 'done');
      const parameters: Record<string, unknown> = { ...step.result.parameters };
      assert.equal(parameters[vector.field], vector.initial);
    });
    for (const { option, offered, legal, inadmissible, malformed } of vector.offers) {
      const offers = resolveKeyOffers(option);
      const answerWith = (answer: string): unknown =>
        Object.entries(negotiate([{ t: true, text: [`${vector.key}=${answer}`] }], { offers })).find(
          ([field]) => field === vector.field,
        )?.[1];
      test(`${section} ${vector.key}: is offered as ${offered}`, () => {
        const target = new ScriptedTarget();
        target.play(startLogin(loginOptions({ offers })), [securityDone]);
        assert.equal(said(target.last, vector.key), offered);
      });
      for (const [answer, result] of legal) {
        test(`${section} ${vector.key}: ${show(answer)} to ${offered} gives ${String(result)}`, () => {
          assert.equal(answerWith(answer), result);
        });
      }
      for (const answer of inadmissible) {
        test(`${section} ${vector.key}: ${show(answer)} to ${offered} is refused as no agreement`, () => {
          failsWith(() => answerWith(answer), 'ISCSI_NO_AGREEMENT', vector.key);
        });
      }
      for (const answer of malformed) {
        test(`${section} ${vector.key}: ${show(answer)} to ${offered} is refused as bad text`, () => {
          failsWith(() => answerWith(answer), 'ISCSI_BAD_TEXT', vector.key);
        });
      }
    }
  });
}

suite('§13 keys that a target declares', () => {
  for (const { key, clause, field, stage, legal, inadmissible, malformed } of targetDeclarations) {
    const section = clause.slice(clause.indexOf('§'));
    const declare = (value: string): unknown =>
      Object.entries(negotiate([{ t: true, text: [`${key}=${value}`] }])).find(([name]) => name === field)?.[1];
    for (const [value, result] of legal) {
      test(`${section} ${key}: ${show(value)} is taken`, () => {
        assert.equal(declare(value), result);
      });
    }
    for (const value of inadmissible) {
      test(`${section} ${key}: ${show(value)} is out of range`, () => {
        failsWith(() => declare(value), 'ISCSI_NO_AGREEMENT', key);
      });
    }
    for (const value of malformed) {
      test(`${section} ${key}: ${show(value)} is bad text`, () => {
        failsWith(() => declare(value), 'ISCSI_BAD_TEXT', key);
      });
    }
    test(`§12 ${key}: ${stage === 'any' ? 'may' : 'may not'} stand in the security stage`, () => {
      const value = legal[0]?.[0] ?? '';
      const run = (): unknown =>
        new ScriptedTarget().play(startLogin(loginOptions()), [
          { t: true, text: ['TargetPortalGroupTag=1', 'AuthMethod=None', `${key}=${value}`] },
        ]);
      if (stage === 'any') assert.doesNotThrow(run);
      else failsWith(run, 'ISCSI_BAD_TEXT', key);
    });
  }
  test('§13.12 MaxRecvDataSegmentLength: a target that declares nothing takes 8192 bytes', () => {
    assert.equal(negotiate([finalAnswer]).maxXmitDataSegmentLength, 8192);
  });
  test('§13.12 MaxRecvDataSegmentLength: ours is declared and kept', () => {
    const parameters = negotiate([finalAnswer], { offers: resolveKeyOffers({ maxRecvDataSegmentLength: 65536 }) });
    assert.equal(parameters.maxRecvDataSegmentLength, 65536);
  });
  test('§13.8 TargetAddress: may be declared again, and the first is kept', () => {
    const text = ['TargetAddress=10.0.0.1,1', 'TargetAddress=10.0.0.2,1'];
    assert.equal(negotiate([{ t: true, text }]).targetAddress, '10.0.0.1,1');
  });
  test('§13.26 X#NodeArchitecture: has no consequence, not even twice', () => {
    const text = ['X#NodeArchitecture=ExampleOS/v1234', 'X#NodeArchitecture=None'];
    assert.equal(negotiate([{ t: true, text }]).maxConnections, 1);
  });
});

suite('§13.9 TargetPortalGroupTag', () => {
  const first = (text: string[]): unknown =>
    new ScriptedTarget().play(startLogin(loginOptions()), [{ t: true, text }, finalAnswer]);
  for (const [text, tag] of portalGroupTags.legal) {
    test(`§13.9 TargetPortalGroupTag: ${text} is ${tag}`, () => {
      const step = first([`TargetPortalGroupTag=${text}`, 'AuthMethod=None']) as ReturnType<ScriptedTarget['play']>;
      assert.equal(step.kind === 'done' ? step.result.parameters.targetPortalGroupTag : undefined, tag);
    });
  }
  for (const text of portalGroupTags.malformed) {
    test(`§13.9 TargetPortalGroupTag: ${show(text)} is bad text`, () => {
      failsWith(() => first([`TargetPortalGroupTag=${text}`]), 'ISCSI_BAD_TEXT', 'TargetPortalGroupTag');
    });
  }
  test('§6.3.1 TargetPortalGroupTag: must stand in the first text of a normal session', () => {
    failsWith(() => first(['AuthMethod=None']), 'ISCSI_NO_AGREEMENT', 'TargetPortalGroupTag');
  });
  test('§6.3.1 TargetPortalGroupTag: a discovery session does without', () => {
    const step = new ScriptedTarget().play(
      startLogin(loginOptions({ sessionType: 'Discovery', targetName: undefined })),
      [{ t: true, text: ['AuthMethod=None'] }, finalAnswer],
    );
    assert.equal(step.kind === 'done' && step.result.parameters.targetPortalGroupTag, undefined);
  });
  test('§6.3.1 TargetPortalGroupTag: another group than the expected one is refused', () => {
    const login = startLogin(loginOptions({ expected: { targetPortalGroupTag: 2 } }));
    failsWith(
      () => new ScriptedTarget().play(login, [securityDone]),
      'ISCSI_WRONG_PORTAL_GROUP',
      'TargetPortalGroupTag',
    );
  });
});

suite('§13 keys that only an initiator sends', () => {
  for (const [key, clause, value] of initiatorKeys) {
    test(`${clause.slice(9)} ${key}: is refused from a target`, () => {
      failsWith(() => negotiate([{ t: true, text: [`${key}=${value}`] }]), 'ISCSI_BAD_TEXT', key);
    });
  }
  for (const key of ['InitiatorName', 'TargetName', 'SessionType']) {
    test(`§6.2 ${key}=NotUnderstood: there is no going on without it`, () => {
      const login = startLogin(loginOptions());
      const text = ['TargetPortalGroupTag=1', `${key}=NotUnderstood`];
      failsWith(() => new ScriptedTarget().play(login, [{ text }]), 'ISCSI_NO_AGREEMENT', key);
    });
  }
});

suite('§13.25 obsolete keys', () => {
  for (const [key, value] of obsoleteKeys) {
    test(`§13.25 ${key}: is answered Reject`, () => {
      const target = new ScriptedTarget();
      const script = [securityDone, { text: [`${key}=${value}`] }, finalAnswer];
      assert.equal(target.play(startLogin(loginOptions()), script).kind, 'done');
      assert.deepEqual(target.last.text, [`${key}=Reject`]);
    });
  }
});
