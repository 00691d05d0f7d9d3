// CHAP misused by the target, by the titles of the UNH-IOL suite for initiators: RFC 7143 §9.2, §9.2.1, §12.1.3.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { ChallengeMemory, startLogin } from '../../../src/login/index.ts';
import { challenge, chooseChap, md5, playMutual, proof } from '../../support/chap-script.ts';
import {
  chapAuth,
  constantRandom,
  failsWith,
  loginOptions,
  mutualAuth,
  securityDone,
} from '../../support/login-cases.ts';
import { type Line, ScriptedTarget, said } from '../../support/scripted-target.ts';
import { chapExchange } from '../../vectors/chap.ts';

const upToProof: Line[] = [chooseChap, challenge()];
const byte = (value: number, length: number): string => `0x${value.toString(16).padStart(2, '0').repeat(length)}`;

/** Title with the clause, the script that must fail, and the key that the error names. */
const misuses: [title: string, script: Line[], key: string][] = [
  ['CHAP_A 1.2.1: an algorithm that was not offered', [chooseChap, challenge({ CHAP_A: '7' })], 'CHAP_A'],
  ['CHAP_A 1.2.2: not a number', [chooseChap, challenge({ CHAP_A: 'MD5' })], 'CHAP_A'],
  ['CHAP_A: a list', [chooseChap, challenge({ CHAP_A: '5,5' })], 'CHAP_A'],
  ['CHAP_A: Reject', [chooseChap, { text: ['CHAP_A=Reject'] }], 'CHAP_I'],
  ['CHAP_A: missing', [chooseChap, challenge({ CHAP_A: undefined })], 'CHAP_A'],
  ['CHAP_A 1.3: before the method', [{ text: ['TargetPortalGroupTag=1', 'CHAP_A=5'] }], 'CHAP_A'],
  ['CHAP_A 1.3: with the method', [{ text: ['TargetPortalGroupTag=1', 'AuthMethod=CHAP', 'CHAP_A=5'] }], 'CHAP_A'],
  ['CHAP_A 1.3: with the proof', [...upToProof, proof({ CHAP_A: '5' })], 'CHAP_A'],
  ['CHAP_I 2.2: 256', [chooseChap, challenge({ CHAP_I: '256' })], 'CHAP_I'],
  ['CHAP_I 2.2: negative', [chooseChap, challenge({ CHAP_I: '-1' })], 'CHAP_I'],
  ['CHAP_I 2.2: not a number', [chooseChap, challenge({ CHAP_I: 'x' })], 'CHAP_I'],
  ['CHAP_I: missing', [chooseChap, challenge({ CHAP_I: undefined })], 'CHAP_I'],
  ['CHAP_I 2.3: before the method', [{ text: ['TargetPortalGroupTag=1', 'CHAP_I=1'] }], 'CHAP_I'],
  ['CHAP_I 2.5: reflected with the proof', [...upToProof, proof({ CHAP_I: '17' })], 'CHAP_I'],
  ['CHAP_C 3.3: 1025 bytes', [chooseChap, challenge({ CHAP_C: byte(7, 1025) })], 'CHAP_C'],
  [
    'CHAP_C 3.3: 1026 bytes in base64',
    [chooseChap, challenge({ CHAP_C: `0b${Buffer.alloc(1026, 7).toString('base64')}` })],
    'CHAP_C',
  ],
  ['CHAP_C 3.4: no bytes', [chooseChap, challenge({ CHAP_C: '0x' })], 'CHAP_C'],
  ['CHAP_C 3.4: no bytes in base64', [chooseChap, challenge({ CHAP_C: '0b' })], 'CHAP_C'],
  ['CHAP_C: neither hexadecimal nor base64', [chooseChap, challenge({ CHAP_C: 'abc' })], 'CHAP_C'],
  ['CHAP_C: decimal', [chooseChap, challenge({ CHAP_C: '12345' })], 'CHAP_C'],
  ['CHAP_C: hexadecimal with other letters', [chooseChap, challenge({ CHAP_C: '0x0g' })], 'CHAP_C'],
  ['CHAP_C: base64 with other signs', [chooseChap, challenge({ CHAP_C: '0bAB-_' })], 'CHAP_C'],
  ['CHAP_C: base64 without its padding', [chooseChap, challenge({ CHAP_C: '0bABE' })], 'CHAP_C'],
  ['CHAP_C: missing', [chooseChap, challenge({ CHAP_C: undefined })], 'CHAP_C'],
  ['CHAP_C 3.5: before the method', [{ text: ['TargetPortalGroupTag=1', 'CHAP_C=0x00'] }], 'CHAP_C'],
  ['CHAP_C 3.8: reflected with the proof', [...upToProof, proof({ CHAP_C: byte(0x11, 16) })], 'CHAP_C'],
  ['CHAP_N 4.4: 256 bytes', [...upToProof, proof({ CHAP_N: 'n'.repeat(256) })], 'CHAP_N'],
  ['CHAP_N: no bytes', [...upToProof, proof({ CHAP_N: '' })], 'CHAP_N'],
  ['CHAP_N: missing', [...upToProof, proof({ CHAP_N: undefined })], 'CHAP_N'],
  ['CHAP_N 4.5: with the challenge', [chooseChap, challenge({ CHAP_N: 'target' })], 'CHAP_N'],
  ['CHAP_N 4.6: reflected', [...upToProof, proof({ CHAP_N: 'initiator' })], 'CHAP_N'],
  ['CHAP_N 4.8: another than the configured one', [...upToProof, proof({ CHAP_N: 'rogue' })], 'CHAP_N'],
  ['CHAP_R 5.1: wrong', [...upToProof, proof({ CHAP_R: byte(0, 16) })], 'CHAP_R'],
  ['CHAP_R 5.1: wrong in the last bit', [...upToProof, proof({ CHAP_R: `0x${lastBitFlipped(md5.theirs)}` })], 'CHAP_R'],
  ['CHAP_R 5.2: too long', [...upToProof, proof({ CHAP_R: `0x${md5.theirs}00` })], 'CHAP_R'],
  ['CHAP_R 5.2: 1025 bytes', [...upToProof, proof({ CHAP_R: byte(1, 1025) })], 'CHAP_R'],
  ['CHAP_R 5.3: too short', [...upToProof, proof({ CHAP_R: `0x${md5.theirs.slice(0, 30)}` })], 'CHAP_R'],
  ['CHAP_R 5.3: one byte too short in front', [...upToProof, proof({ CHAP_R: `0x${md5.theirs.slice(2)}` })], 'CHAP_R'],
  ['CHAP_R: missing', [...upToProof, proof({ CHAP_R: undefined })], 'CHAP_R'],
  ['CHAP_R: our own response reflected', [...upToProof, proof({ CHAP_R: `0x${md5.ours}` })], 'CHAP_R'],
  ['CHAP_R: made with our own secret', [...upToProof, proof({ CHAP_R: `0x${md5.reflected}` })], 'CHAP_R'],
  ['no proof: the transition alone', [...upToProof, { t: true }], 'CHAP_N'],
  ['no proof: an empty response', [...upToProof, {}], 'CHAP_N'],
  ['no challenge: an empty response', [chooseChap, {}], 'CHAP_A'],
  ['AuthMethod once more', [chooseChap, { text: ['AuthMethod=None'] }], 'AuthMethod'],
  ['AuthMethod with the proof', [...upToProof, proof({ AuthMethod: 'None' })], 'AuthMethod'],
  ['AuthMethod: None, where CHAP was asked for', [securityChoice('None')], 'AuthMethod'],
  ['AuthMethod: Reject', [securityChoice('Reject')], 'AuthMethod'],
  ['AuthMethod: a method not offered', [securityChoice('SRP')], 'AuthMethod'],
  ['AuthMethod: a list', [securityChoice('CHAP,None')], 'AuthMethod'],
  ['AuthMethod: NotUnderstood', [securityChoice('NotUnderstood')], 'AuthMethod'],
  ['a key twice in one step', [chooseChap, { text: ['CHAP_A=5', 'CHAP_I=1', 'CHAP_C=0x01', 'CHAP_I=2'] }], 'CHAP_I'],
];

suite('§9.2 keys that do not follow the steps end the login', () => {
  for (const [title, script, key] of misuses) {
    test(`§12.1.3 ${title} is refused`, () => {
      failsWith(() => playMutual(script), 'ISCSI_AUTH_FAILED', key);
    });
  }
  test('§12.1.3 no proof asked for: a target that sends one is refused', () => {
    const login = startLogin(loginOptions({ auth: chapAuth({ algorithms: ['MD5'] }) }));
    const run = (): unknown => new ScriptedTarget().play(login, [...upToProof, proof()]);
    failsWith(run, 'ISCSI_AUTH_FAILED', 'CHAP_N');
  });
  test('§12.1: with CHAP and None offered, the method may not be left open by moving on', () => {
    const login = startLogin(loginOptions({ auth: chapAuth({}, true) }));
    failsWith(() => new ScriptedTarget().play(login, [securityDone]), 'ISCSI_BAD_FIELD');
  });
  test('§12.1: None may not be chosen where CHAP alone was offered, by T either', () => {
    const login = startLogin(loginOptions({ auth: chapAuth() }));
    failsWith(() => new ScriptedTarget().play(login, [securityChoice('None')]), 'ISCSI_AUTH_FAILED', 'AuthMethod');
  });
  test('§11.13.5: wrong credentials are the target’s to refuse', () => {
    const login = startLogin(loginOptions({ auth: chapAuth({ algorithms: ['MD5'] }) }));
    const run = (): unknown => new ScriptedTarget().play(login, [...upToProof, { status: 0x0201 }]);
    failsWith(run, 'ISCSI_AUTH_FAILED');
  });
});

suite('§9.2.1 reflected responses', () => {
  for (const [title, CHAP_R] of [
    ['our own response', `0x${md5.ours}`],
    ['a response made with our own secret', `0x${md5.reflected}`],
  ] as const) {
    test(`§9.2.1: ${title} is seen as a reflection, not only as wrong`, () => {
      const error = failsWith(() => playMutual([...upToProof, proof({ CHAP_R })]), 'ISCSI_AUTH_FAILED', 'CHAP_R');
      assert.match(error.message, /our own secret/);
    });
  }
});

suite('§9.2.1 challenges once', () => {
  test('§9.2.1 CHAP_C 3.6: a challenge seen in an earlier login is refused', () => {
    const challengeMemory = new ChallengeMemory();
    playMutual(upToProof, { challengeMemory, random: constantRandom(1) });
    const run = (): unknown => playMutual(upToProof, { challengeMemory, random: constantRandom(2) });
    failsWith(run, 'ISCSI_AUTH_FAILED', 'CHAP_C');
  });
  test('§9.2.1 CHAP_C 3.6: another encoding of the same challenge is the same challenge', () => {
    const challengeMemory = new ChallengeMemory();
    playMutual(upToProof, { challengeMemory, random: constantRandom(1) });
    const CHAP_C = `0b${Buffer.from(chapExchange.challenge, 'hex').toString('base64')}`;
    const run = (): unknown => playMutual([chooseChap, challenge({ CHAP_C })], { challengeMemory });
    failsWith(run, 'ISCSI_AUTH_FAILED', 'CHAP_C');
  });
  test('§9.2.1 CHAP_C 3.7: our challenge of a parallel login is not answered', () => {
    const challengeMemory = new ChallengeMemory();
    const { target } = playMutual(upToProof, { challengeMemory, random: constantRandom(0x77) });
    const CHAP_C = said(target.last, 'CHAP_C')!;
    assert.equal(CHAP_C, byte(0x77, 16));
    const run = (): unknown => playMutual([chooseChap, challenge({ CHAP_C })], { challengeMemory });
    failsWith(run, 'ISCSI_AUTH_FAILED', 'CHAP_C');
  });
  test('§9.2.1: we never send the challenge that the target sent us', () => {
    const bytes = [Buffer.from(chapExchange.challenge, 'hex'), Buffer.alloc(16, 0x33), Buffer.of(9)];
    const { target } = playMutual(upToProof, { random: () => bytes.shift() ?? Buffer.alloc(1) });
    assert.equal(said(target.last, 'CHAP_C'), byte(0x33, 16));
  });
  test('§9.2.1: a random source that only repeats ends the login', () => {
    const random = (): Uint8Array => Buffer.from(chapExchange.challenge, 'hex');
    failsWith(() => playMutual(upToProof, { random }), 'ISCSI_AUTH_FAILED', 'CHAP_C');
  });
  test('the memory is bounded and forgets the oldest first', () => {
    const memory = new ChallengeMemory(2);
    memory.add(Uint8Array.of(1), 'ours');
    memory.add(Uint8Array.of(2), 'theirs');
    memory.add(Uint8Array.of(3), 'ours');
    assert.deepEqual(
      [1, 2, 3].map((value) => memory.origin(Uint8Array.of(value))),
      [undefined, 'theirs', 'ours'],
    );
    assert.equal(memory.size, 2);
  });
});

function securityChoice(method: string): Line {
  return { text: ['TargetPortalGroupTag=1', `AuthMethod=${method}`] };
}

function lastBitFlipped(hex: string): string {
  const bytes = Buffer.from(hex, 'hex');
  bytes[bytes.length - 1] = bytes[bytes.length - 1]! ^ 1;
  return bytes.toString('hex');
}

test('the vectors of the misuse suite are right where nothing is changed', () => {
  assert.equal(playMutual([...upToProof, proof()]).step.kind, 'send');
  const auth = mutualAuth({ algorithms: ['MD5'] });
  assert.equal(playMutual([...upToProof, proof()], { auth }).step.kind, 'send');
});
