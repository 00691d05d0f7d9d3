// The course of a login: stages and the T bit, continued texts and the C bit, header fields, bounds. RFC 7143 §6.2, §6.3,
// §11.12, §11.13.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { resolveKeyOffers, startLogin } from '../../../src/login/index.ts';
import {
  chapAuth,
  failsWith,
  finalAnswer,
  initiatorName,
  loginOptions,
  securityDone,
  targetName,
} from '../../support/login-cases.ts';
import { type Line, ScriptedTarget, segment } from '../../support/scripted-target.ts';

function play(script: readonly Line[], changes: Parameters<typeof loginOptions>[0] = {}, firstStatSn = 0) {
  const target = new ScriptedTarget(firstStatSn);
  const login = startLogin(loginOptions(changes));
  return { target, login, step: target.play(login, script) };
}

suite('§6.3 stages', () => {
  test('§6.3: a login without authentication takes two exchanges, each asking for the next stage', () => {
    const { target, step } = play([securityDone, finalAnswer]);
    assert.equal(step.kind, 'done');
    assert.deepEqual(
      target.heard.map(({ pdu }) => [pdu.currentStage, pdu.nextStage, pdu.isTransit, pdu.isContinue]),
      [
        [0, 1, true, false],
        [1, 3, true, false],
      ],
    );
  });
  test('§6.3: the first request names both sides, the session type and the methods', () => {
    const { target } = play([securityDone], { initiatorAlias: 'Web Server 4' });
    assert.deepEqual(target.heard[0]?.text, [
      `InitiatorName=${initiatorName}`,
      'InitiatorAlias=Web Server 4',
      `TargetName=${targetName}`,
      'SessionType=Normal',
      'AuthMethod=None',
    ]);
  });
  test('§13.21: a discovery login says so at once and names no target', () => {
    const { target } = play([securityDone], { sessionType: 'Discovery', targetName: undefined });
    assert.deepEqual(target.heard[0]?.text, [
      `InitiatorName=${initiatorName}`,
      'SessionType=Discovery',
      'AuthMethod=None',
    ]);
    assert.deepEqual(
      target.last.text.map((line) => line.split('=')[0]),
      [
        'HeaderDigest',
        'DataDigest',
        'MaxRecvDataSegmentLength',
        'DefaultTime2Wait',
        'DefaultTime2Retain',
        'ErrorRecoveryLevel',
      ],
    );
  });
  test('§13.21: a discovery session has no recovery, whatever was asked for', () => {
    const offers = resolveKeyOffers({ errorRecoveryLevel: 2 });
    const { target } = play([securityDone], { sessionType: 'Discovery', offers });
    assert.ok(target.last.text.includes('ErrorRecoveryLevel=0'));
  });
  test('§11.12: all requests carry the same ISID, TSIH, CID, CmdSN, task tag and version', () => {
    const { target } = play([securityDone, {}, {}, finalAnswer], { isid: 0x4000_0000_0001, cid: 9 });
    for (const { pdu } of target.heard) {
      assert.deepEqual(
        [pdu.opcode, pdu.isid, pdu.tsih, pdu.cid, pdu.cmdSn, pdu.initiatorTaskTag, pdu.versionMax, pdu.versionMin],
        [3, 0x4000_0000_0001, 0, 9, 123, 7, 0, 0],
      );
    }
  });
  test('§6.3.3: a target that answers without T is asked again with T until it is ready', () => {
    const { target, step } = play([
      { text: ['TargetPortalGroupTag=1', 'AuthMethod=None'] },
      {},
      { t: true },
      {},
      finalAnswer,
    ]);
    assert.equal(step.kind, 'done');
    assert.deepEqual(
      target.heard.map(({ pdu, text }) => [pdu.currentStage, pdu.isTransit, text.length > 0]),
      [
        [0, true, true],
        [0, true, false],
        [0, true, false],
        [1, true, true],
        [1, true, false],
      ],
    );
  });
  const illegal: [title: string, script: Line[]][] = [
    ['a response of another stage', [{ ...securityDone, csg: 1 }]],
    ['a transition past the stage asked for', [{ ...securityDone, nsg: 3 }]],
    ['a transition to the same stage', [{ ...securityDone, nsg: 0 }]],
    ['a transition to the reserved stage', [securityDone, { t: true, nsg: 2 }]],
    ['a transition from operational to operational', [securityDone, { t: true, nsg: 1 }]],
    ['a transition back to security', [securityDone, { t: true, nsg: 0 }]],
    ['T and C together', [{ ...securityDone, c: true }]],
  ];
  for (const [title, script] of illegal) {
    test(`§6.3: ${title} is refused`, () => {
      const error = failsWith(() => play(script), 'ISCSI_BAD_FIELD');
      assert.equal((error as { byte?: number }).byte, 1);
    });
  }
  test('§11.13.6: T in answer to a request without T is refused', () => {
    const script = [{ t: true, nsg: 1, text: ['TargetPortalGroupTag=1', 'AuthMethod=CHAP'] }];
    failsWith(() => play(script, { auth: chapAuth() }), 'ISCSI_BAD_FIELD');
  });
});

suite('§11.13 header fields', () => {
  const faults: [title: string, answer: object, code: string, byte: number][] = [
    ['§11.12: another task tag', { itt: 8 }, 'ISCSI_UNEXPECTED_PDU', 16],
    ['§11.12.5: another ISID', { isid: 1 }, 'ISCSI_BAD_FIELD', 8],
    ['§11.13.2: an active version other than 0', { version: 1 }, 'ISCSI_BAD_FIELD', 3],
  ];
  for (const [title, answer, code, byte] of faults) {
    test(`${title} is refused`, () => {
      const error = failsWith(() => play([{ ...securityDone, ...answer }]), code);
      assert.equal((error as { byte?: number }).byte, byte);
    });
  }
  test('§11.13.3: the final response of a new session must bring a TSIH', () => {
    const error = failsWith(() => play([securityDone, { t: true, tsih: 0 }]), 'ISCSI_BAD_FIELD');
    assert.equal((error as { byte?: number }).byte, 14);
  });
  test('§11.13.3: the result carries the TSIH and the window of the final response', () => {
    const { step } = play([securityDone, { t: true, tsih: 0xbeef }], {}, 40);
    assert.ok(step.kind === 'done');
    const { tsih, statSn, expCmdSn, maxCmdSn } = step.result;
    assert.deepEqual({ tsih, statSn, expCmdSn, maxCmdSn }, { tsih: 0xbeef, statSn: 41, expCmdSn: 123, maxCmdSn: 154 });
  });
  for (const start of [0, 1, 77, 0x7fff_ffff, 0xffff_ffff]) {
    test(`§11.13.4: StatSN may start at ${start}, and ExpStatSN acknowledges each response`, () => {
      const { target, step } = play([securityDone, {}, finalAnswer], {}, start);
      assert.equal(step.kind, 'done');
      const acknowledged = [0, (start + 1) % 2 ** 32, (start + 2) % 2 ** 32];
      assert.deepEqual(
        target.heard.map(({ pdu }) => pdu.expStatSn),
        acknowledged,
      );
    });
  }
  for (const statSn of [5, 7, 0, 6 + 2 ** 31]) {
    test(`§11.13.4: StatSN ${statSn} after 5 breaks the sequence`, () => {
      const error = failsWith(() => play([securityDone, { t: true, statSn }], {}, 5), 'ISCSI_BAD_SEQUENCE');
      assert.equal((error as { byte?: number }).byte, 24);
    });
  }
  test('§11.12.9: a reinstating login carries the old ExpStatSN in its first request', () => {
    const { target } = play([securityDone], { expStatSn: 900 });
    assert.deepEqual(
      target.heard.map(({ pdu }) => pdu.expStatSn),
      [900, 1],
    );
  });
});

suite('§6.2 continued texts', () => {
  const whole = segment(['TargetPortalGroupTag=1', 'AuthMethod=None', 'TargetAlias=Bob-s Disk']);
  test('§6.2: a text of the target may be cut anywhere, and each piece gets an empty request', () => {
    for (let cut = 1; cut < whole.length; cut += 1) {
      const { target, step } = play([
        { c: true, raw: whole.subarray(0, cut) },
        { t: true, raw: whole.subarray(cut) },
        finalAnswer,
      ]);
      assert.ok(step.kind === 'done');
      assert.equal(step.result.parameters.targetAlias, 'Bob-s Disk');
      assert.deepEqual([target.heard[1]!.text, target.heard[1]!.pdu.isContinue], [[], false]);
    }
  });
  test('§6.2: what the target continues is bounded in bytes', () => {
    const piece = new Uint8Array(8192).fill(0x61);
    const script = Array.from({ length: 9 }, () => ({ c: true, raw: piece }));
    failsWith(() => play(script, { maxTextLength: 65536 }), 'ISCSI_BAD_TEXT');
  });
  test('§6.2: our own text goes out in pieces of 8192 bytes with C and without T, each after an empty response', () => {
    const keys = Array.from({ length: 200 }, (_, index) => `X-com.example.a-rather-long-name-of-a-key.${index}=1`);
    const text = segment(keys);
    const target = new ScriptedTarget();
    const login = startLogin(loginOptions());
    const begun = target.play(login, [
      securityDone,
      { c: true, raw: text.subarray(0, 8000) },
      { raw: text.subarray(8000) },
    ]);
    assert.equal(begun.kind === 'send' && begun.data.length, 8192);
    assert.deepEqual([target.last.pdu.isContinue, target.last.pdu.isTransit], [true, false]);
    const step = target.more(login, [{}]);
    assert.ok(step.kind === 'send');
    assert.deepEqual([step.pdu.isContinue, step.pdu.isTransit, step.pdu.nextStage], [false, true, 3]);
    assert.ok(new TextDecoder().decode(step.data).endsWith('.199=NotUnderstood\0'));
    assert.equal(target.more(login, [finalAnswer]).kind, 'done');
  });
  test('§6.2: a target that speaks before it has all of our text is refused', () => {
    const keys = Array.from({ length: 200 }, (_, index) => `X-com.example.a-rather-long-name-of-a-key.${index}=1`);
    const text = segment(keys);
    const upTo: Line[] = [securityDone, { c: true, raw: text.subarray(0, 8000) }, { raw: text.subarray(8000) }];
    failsWith(() => play([...upTo, { text: ['TargetAlias=x'] }]), 'ISCSI_BAD_TEXT');
    failsWith(() => play([...upTo, { c: true }]), 'ISCSI_BAD_TEXT');
  });
  test('§6.1: text that is no list of pairs is refused', () => {
    for (const raw of ['AuthMethod', 'AuthMethod=None', '=None\0', `${'K'.repeat(64)}=1\0`]) {
      failsWith(() => play([{ t: true, raw: new TextEncoder().encode(raw) }]), 'ISCSI_BAD_TEXT');
    }
  });
});

suite('bounds and ends', () => {
  test('§6.2: a negotiation that does not end is given up after the exchanges allowed', () => {
    const script = [securityDone, ...Array.from({ length: 20 }, () => ({}))];
    failsWith(() => play(script, { maxExchanges: 12 }), 'ISCSI_NO_AGREEMENT');
  });
  test('§6.2: a target may take the exchanges that are allowed', () => {
    const script = [securityDone, ...Array.from({ length: 10 }, () => ({})), finalAnswer];
    assert.equal(play(script, { maxExchanges: 12 }).step.kind, 'done');
  });
  test('§6.2: endless empty continuations are given up too', () => {
    failsWith(() => play(Array.from({ length: 80 }, () => ({ c: true }))), 'ISCSI_NO_AGREEMENT');
  });
  test('a login takes no step before its first request and starts once', () => {
    const login = startLogin(loginOptions());
    const { login: other, target } = play([securityDone]);
    failsWith(() => target.more(login, [finalAnswer]), 'ISCSI_WRONG_STATE');
    failsWith(() => other.first(), 'ISCSI_WRONG_STATE');
  });
  test('a login that is done, redirected, refused or broken takes no further step', () => {
    const ends: Line[][] = [
      [securityDone, finalAnswer],
      [{ status: 0x0101, text: ['TargetAddress=10.0.0.1'] }],
      [{ status: 0x0203 }],
      [{ itt: 99 }],
      [{ text: ['CHAP_A=5'] }],
    ];
    for (const script of ends) {
      const target = new ScriptedTarget();
      const login = startLogin(loginOptions());
      try {
        target.play(login, script);
      } catch {
        // how it ended is the business of other tests
      }
      failsWith(() => target.more(login, [finalAnswer]), 'ISCSI_WRONG_STATE');
    }
  });
});
