// CHAP as it should go: methods, algorithms, encodings and both directions. RFC 7143 §12.1, §12.1.3.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { availableAlgorithms, chapAlgorithms, chapResponse } from '../../../src/login/chap-algorithm.ts';
import { type ChapAlgorithm, startLogin } from '../../../src/login/index.ts';
import { challenge, chooseChap, md5, playMutual, proof } from '../../support/chap-script.ts';
import { chapAuth, constantRandom, finalAnswer, loginOptions, mutualAuth } from '../../support/login-cases.ts';
import { ScriptedTarget, said } from '../../support/scripted-target.ts';
import { chapExchange, chapVectors } from '../../vectors/chap.ts';

const bytes = (hex: string): Uint8Array => Buffer.from(hex, 'hex');

suite('§12.1.3 CHAP responses', () => {
  for (const [name, number, identifier, secret, challengeHex, response] of chapVectors) {
    test(`RFC 1994 §4.1: ${name} over a challenge of ${challengeHex.length / 2} bytes`, () => {
      const algorithm = name as ChapAlgorithm;
      const made = chapResponse(algorithm, identifier, bytes(secret), bytes(challengeHex));
      assert.equal(Buffer.from(made).toString('hex'), response);
      assert.deepEqual([chapAlgorithms[algorithm].number, chapAlgorithms[algorithm].length], [number, made.length]);
    });
  }
  test('§12.1.3: an algorithm that the build of Node lacks is not offered', () => {
    const wanted: ChapAlgorithm[] = ['SHA3-256', 'SHA-256', 'MD5'];
    assert.deepEqual(availableAlgorithms(wanted, ['sha1', 'sha256', 'md5']), ['SHA-256', 'MD5']);
  });
});

suite('§12.1.3 CHAP exchange', () => {
  for (const { name, number, ours, theirs } of chapExchange.answers) {
    test(`§12.1.3: ${name} authenticates both sides`, () => {
      const target = new ScriptedTarget();
      const algorithms: ChapAlgorithm[] = [name];
      const login = startLogin(loginOptions({ auth: mutualAuth({ algorithms }), random: constantRandom(0x11) }));
      const step = target.play(login, [
        chooseChap,
        challenge({ CHAP_A: String(number) }),
        proof({ CHAP_R: `0x${theirs}` }),
        finalAnswer,
      ]);
      assert.equal(step.kind, 'done');
      assert.equal(target.heard[0]?.text.at(-1), 'AuthMethod=CHAP');
      assert.deepEqual(target.heard[1]?.text, [`CHAP_A=${number}`]);
      assert.deepEqual(target.heard[2]?.text, [
        'CHAP_N=initiator',
        `CHAP_R=0x${ours}`,
        'CHAP_I=17',
        `CHAP_C=0x${'11'.repeat(theirs.length / 2)}`,
      ]);
      assert.deepEqual(
        target.heard.map(({ pdu }) => [pdu.currentStage, pdu.isTransit, pdu.nextStage]),
        [
          [0, false, 0],
          [0, false, 0],
          [0, true, 1],
          [1, true, 3],
        ],
      );
    });
    test(`§12.1.3: ${name} authenticates us alone`, () => {
      const target = new ScriptedTarget();
      const algorithms: ChapAlgorithm[] = [name];
      const login = startLogin(loginOptions({ auth: chapAuth({ algorithms }) }));
      const script = [chooseChap, challenge({ CHAP_A: String(number) }), { t: true }, finalAnswer];
      assert.equal(target.play(login, script).kind, 'done');
      assert.deepEqual(target.heard[2]?.text, ['CHAP_N=initiator', `CHAP_R=0x${ours}`]);
    });
  }
  test('§12.1.3: all algorithms are offered, SHA3-256 first and MD5 among them', () => {
    const target = new ScriptedTarget();
    target.play(startLogin(loginOptions({ auth: chapAuth() })), [chooseChap]);
    assert.equal(said(target.last, 'CHAP_A'), '8,6,5,7');
  });
  test('§12.1.3: the order of algorithms is the caller’s, each once', () => {
    const target = new ScriptedTarget();
    const algorithms: ChapAlgorithm[] = ['MD5', 'SHA-256', 'MD5'];
    target.play(startLogin(loginOptions({ auth: chapAuth({ algorithms }) })), [chooseChap]);
    assert.equal(said(target.last, 'CHAP_A'), '5,7');
  });
  test('§6.1: numbers may be hexadecimal', () => {
    const keys = { CHAP_A: '0x5', CHAP_I: '0x2A' };
    const { target } = playMutual([chooseChap, challenge(keys)]);
    assert.equal(said(target.last, 'CHAP_R'), `0x${md5.ours}`);
  });
  const encodings: [string, string, string][] = [
    ['upper-case hexadecimal', `0X${chapExchange.challenge.toUpperCase()}`, `0X${md5.theirs.toUpperCase()}`],
    ['base64', '0bABEiM0RVZneImaq7zN3u/w==', `0b${Buffer.from(md5.theirs, 'hex').toString('base64')}`],
    ['base64 with a capital B', '0BABEiM0RVZneImaq7zN3u/w==', `0B${Buffer.from(md5.theirs, 'hex').toString('base64')}`],
    // The first digit of the challenge is 0, so that an odd number of digits gives the same bytes.
    ['an odd number of digits', `0x${chapExchange.challenge.slice(1)}`, `0x${md5.theirs}`],
  ];
  for (const [title, theirChallenge, theirResponse] of encodings) {
    test(`§6.1: binary values may be ${title}`, () => {
      const script = [chooseChap, challenge({ CHAP_C: theirChallenge }), proof({ CHAP_R: theirResponse }), finalAnswer];
      const { target, step } = playMutual(script);
      assert.equal(said(target.heard[2]!, 'CHAP_R'), `0x${md5.ours}`);
      assert.equal(step.kind, 'done');
    });
  }
  test('§12.1.3: the target may prove itself before it takes the transition', () => {
    const { target, step } = playMutual([chooseChap, challenge(), { ...proof(), t: false }, { t: true }, finalAnswer]);
    assert.equal(step.kind, 'done');
    assert.deepEqual([target.heard[3]?.text, target.heard[3]?.pdu.isTransit], [[], true]);
  });
  test('§6.3.3: a target that has seen our response may take another exchange', () => {
    const target = new ScriptedTarget();
    const login = startLogin(loginOptions({ auth: chapAuth({ algorithms: ['MD5'] }) }));
    assert.equal(target.play(login, [chooseChap, challenge(), {}, { t: true }, finalAnswer]).kind, 'done');
  });
  test('§12.1.3: the keys of a step may come in any order and in a continued text', () => {
    const text = `CHAP_C=0x${chapExchange.challenge}\0CHAP_I=42\0CHAP_A=5\0`;
    const raw = new TextEncoder().encode(text);
    const { target } = playMutual([chooseChap, { c: true, raw: raw.subarray(0, 20) }, { raw: raw.subarray(20) }]);
    assert.equal(said(target.last, 'CHAP_R'), `0x${md5.ours}`);
  });
  test('§12.1.3: our identifier differs from the target’s even when chance would have them equal', () => {
    const { target } = playMutual([chooseChap, challenge({ CHAP_I: '17' })]);
    assert.equal(said(target.last, 'CHAP_I'), '18');
  });
  test('§9.2: without a configured name the target may have any but ours', () => {
    const auth = mutualAuth({ algorithms: ['MD5'], mutual: { secret: Buffer.from('target-secret-xyz') } });
    const script = [chooseChap, challenge(), proof({ CHAP_N: 'whoever' }), finalAnswer];
    assert.equal(playMutual(script, { auth }).step.kind, 'done');
  });
  const sizes: [string, string, string][] = [
    ['CHAP_C', 'one byte', '0x5a'],
    ['CHAP_C', '1024 bytes', `0x${'a5'.repeat(1024)}`],
    ['CHAP_C', '1024 bytes in base64', `0b${Buffer.alloc(1024, 0x3c).toString('base64')}`],
    ['CHAP_I', 'the least value', '0'],
    ['CHAP_I', 'the greatest value', '255'],
  ];
  for (const [key, title, value] of sizes) {
    test(`§12.1.3: ${key} may be ${title}`, () => {
      assert.equal(playMutual([chooseChap, challenge({ [key]: value })]).step.kind, 'send');
    });
  }
  test('§6.1: CHAP_N may have 1 and 255 bytes', () => {
    for (const name of ['T', 'n'.repeat(255)]) {
      const auth = mutualAuth({ algorithms: ['MD5'], mutual: { secret: Buffer.from('target-secret-xyz') } });
      const script = [chooseChap, challenge(), proof({ CHAP_N: name }), finalAnswer];
      assert.equal(playMutual(script, { auth }).step.kind, 'done');
    }
  });
});

suite('§12.1 AuthMethod', () => {
  test('§12.1: None is offered second beside CHAP where it is allowed, and may be chosen', () => {
    const target = new ScriptedTarget();
    const login = startLogin(loginOptions({ auth: chapAuth({}, true) }));
    const script = [{ text: ['TargetPortalGroupTag=1', 'AuthMethod=None'] }, { t: true }, finalAnswer];
    assert.equal(target.play(login, script).kind, 'done');
    assert.equal(said(target.heard[0]!, 'AuthMethod'), 'CHAP,None');
    assert.deepEqual([target.heard[0]?.pdu.isTransit, target.heard[1]?.pdu.isTransit], [false, true]);
  });
  test('§12.1: None is not offered where the target has to prove itself', () => {
    const target = new ScriptedTarget();
    target.play(startLogin(loginOptions({ auth: { ...mutualAuth(), allowNone: true } })), [chooseChap]);
    assert.equal(said(target.heard[0]!, 'AuthMethod'), 'CHAP');
  });
  test('§12.1: a target that moves on without naming a method has chosen None, where nothing else was offered', () => {
    const script = [{ t: true, text: ['TargetPortalGroupTag=1'] }, finalAnswer];
    assert.equal(new ScriptedTarget().play(startLogin(loginOptions()), script).kind, 'done');
  });
  test('§12.1: a target may name its portal group first and the method later', () => {
    const script = [{ text: ['TargetPortalGroupTag=1'] }, { text: ['AuthMethod=CHAP'] }, challenge()];
    assert.equal(playMutual(script).step.kind, 'send');
  });
});
