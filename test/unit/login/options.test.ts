// What may be asked of a login, our defaults, and that secrets stay inside. RFC 7143 §9.2.1, §11.12, §13.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { inspect } from 'node:util';

import { UsageError } from '../../../src/base/index.ts';
import { type KeyOfferOptions, type LoginOptions, resolveKeyOffers, startLogin } from '../../../src/login/index.ts';
import { challenge, chooseChap, md5, playMutual, proof } from '../../support/chap-script.ts';
import {
  chapAuth,
  failsWith,
  initiatorSecret,
  loginOptions,
  mutualAuth,
  negotiate,
  targetSecret,
} from '../../support/login-cases.ts';
import { ScriptedTarget, said } from '../../support/scripted-target.ts';

suite('offers', () => {
  test('the defaults are what the documentation says', () => {
    assert.deepEqual(resolveKeyOffers(), {
      headerDigest: 'None,CRC32C',
      dataDigest: 'None,CRC32C',
      maxConnections: 8,
      initialR2t: false,
      immediateData: true,
      maxRecvDataSegmentLength: 262144,
      maxBurstLength: 16776192,
      firstBurstLength: 262144,
      defaultTime2Wait: 2,
      defaultTime2Retain: 20,
      maxOutstandingR2t: 1,
      dataPduInOrder: true,
      dataSequenceInOrder: true,
      errorRecoveryLevel: 2,
      taskReporting: [],
      offersProtocolLevel: false,
    });
  });
  test('§13.19: with recovery and sequences in order, one R2T at a time is offered', () => {
    assert.equal(resolveKeyOffers({ errorRecoveryLevel: 2 }).maxOutstandingR2t, 1);
    assert.equal(resolveKeyOffers({ dataSequenceInOrder: false }).maxOutstandingR2t, 8);
    assert.equal(resolveKeyOffers({ errorRecoveryLevel: 0 }).maxOutstandingR2t, 8);
  });
  test('§13.19: a wish for several R2Ts at a time gives up recovery, unless sequences may come in any order', () => {
    assert.equal(resolveKeyOffers({ maxOutstandingR2t: 4 }).errorRecoveryLevel, 0);
    assert.equal(resolveKeyOffers({ maxOutstandingR2t: 1 }).errorRecoveryLevel, 2);
    assert.equal(resolveKeyOffers({ maxOutstandingR2t: 4, dataSequenceInOrder: false }).errorRecoveryLevel, 2);
  });
  test('§13.14: FirstBurstLength follows a smaller MaxBurstLength', () => {
    assert.equal(resolveKeyOffers({ maxBurstLength: 4096 }).firstBurstLength, 4096);
  });
  test('what is undefined counts as left out', () => {
    assert.equal(resolveKeyOffers({ maxConnections: undefined }).maxConnections, 8);
  });
  test('offers cannot be changed afterwards', () => {
    const offers = resolveKeyOffers();
    assert.ok(Object.isFrozen(offers) && Object.isFrozen(offers.taskReporting));
  });
  const refused: [string, KeyOfferOptions][] = [
    ['offers.maxConnections', { maxConnections: 0 }],
    ['offers.maxConnections', { maxConnections: 65536 }],
    ['offers.maxConnections', { maxConnections: 1.5 }],
    ['offers.maxRecvDataSegmentLength', { maxRecvDataSegmentLength: 511 }],
    ['offers.maxRecvDataSegmentLength', { maxRecvDataSegmentLength: 2 ** 24 }],
    ['offers.maxBurstLength', { maxBurstLength: 511 }],
    ['offers.firstBurstLength', { firstBurstLength: 511 }],
    ['offers.firstBurstLength', { firstBurstLength: 8192, maxBurstLength: 4096 }],
    ['offers.defaultTime2Wait', { defaultTime2Wait: 3601 }],
    ['offers.defaultTime2Retain', { defaultTime2Retain: -1 }],
    ['offers.maxOutstandingR2t', { maxOutstandingR2t: 0 }],
    ['offers.maxOutstandingR2t', { maxOutstandingR2t: 2, errorRecoveryLevel: 1 }],
    ['offers.errorRecoveryLevel', { errorRecoveryLevel: 3 }],
    ['offers.headerDigest', { headerDigest: 'CRC32' as 'CRC32C' }],
    ['offers.dataDigest', { dataDigest: '' as 'CRC32C' }],
    ['offers.taskReporting', { taskReporting: ['RFC3720'] }],
    ['offers.taskReporting', { taskReporting: ['ResponseFence', 'FastAbort'] }],
    ['offers.taskReporting', { taskReporting: ['RFC3720', 'RFC3720', 'ResponseFence'] }],
    ['offers.taskReporting', { taskReporting: ['RFC3720', 'ResponseFence', 'Slow' as 'FastAbort'] }],
  ];
  for (const [argument, options] of refused) {
    test(`${argument}: ${JSON.stringify(options)} is refused`, () => {
      const error = failsWith(() => resolveKeyOffers(options), 'ISCSI_BAD_ARGUMENT');
      assert.ok(error instanceof UsageError);
      assert.equal(error.argument, argument);
    });
  }
});

suite('login options', () => {
  const refused: [string, Partial<LoginOptions>][] = [
    ['initiatorName', { initiatorName: '' }],
    ['initiatorName', { initiatorName: 'i'.repeat(224) }],
    ['initiatorName', { initiatorName: 'iqn\0x' }],
    ['initiatorAlias', { initiatorAlias: '' }],
    ['initiatorAlias', { initiatorAlias: 'ü'.repeat(128) }],
    ['targetName', { targetName: undefined }],
    ['targetName', { targetName: 't'.repeat(224) }],
    ['isid', { isid: 2 ** 48 }],
    ['tsih', { tsih: 1 }],
    ['tsih', { tsih: 0, isLeading: false }],
    ['tsih', { tsih: 65536, isLeading: false, expected: { parameters: negotiate([{ t: true }]) } }],
    ['expected', { tsih: 1, isLeading: false }],
    ['isLeading', { tsih: 1, isLeading: false, sessionType: 'Discovery' }],
    ['cid', { cid: 65536 }],
    ['cmdSn', { cmdSn: -1 }],
    ['expStatSn', { expStatSn: 2 ** 32 }],
    ['initiatorTaskTag', { initiatorTaskTag: 0xffff_ffff }],
    ['maxExchanges', { maxExchanges: 5 }],
    ['maxTextLength', { maxTextLength: 8191 }],
    ['auth', { auth: { allowNone: false } }],
    ['auth.chap.user', { auth: chapAuth({ user: '' }) }],
    ['auth.chap.user', { auth: chapAuth({ user: 'u'.repeat(256) }) }],
    ['auth.chap.secret', { auth: chapAuth({ secret: new Uint8Array(0), allowWeakSecrets: true }) }],
    ['auth.chap.algorithms', { auth: chapAuth({ algorithms: [] }) }],
    ['auth.chap.algorithms', { auth: chapAuth({ algorithms: ['SHA-512' as 'MD5'] }) }],
    ['auth.chap.mutual.user', { auth: mutualAuth({ mutual: { user: '', secret: targetSecret } }) }],
    ['auth.chap.mutual.secret', { auth: mutualAuth({ mutual: { secret: initiatorSecret } }) }],
  ];
  for (const [argument, changes] of refused) {
    test(`${argument} is refused when it cannot be used: ${inspect(Object.keys(changes))}`, () => {
      const error = failsWith(() => startLogin(loginOptions(changes)), 'ISCSI_BAD_ARGUMENT');
      assert.ok(error instanceof UsageError);
      assert.equal(error.argument, argument);
    });
  }
  test('the bounds themselves can be used', () => {
    const bounds: Partial<LoginOptions>[] = [
      { initiatorName: 'i'.repeat(223), targetName: 't'.repeat(223), initiatorAlias: 'a'.repeat(255) },
      { isid: 2 ** 48 - 1, cid: 65535, cmdSn: 0xffff_ffff, expStatSn: 0xffff_ffff, initiatorTaskTag: 0xffff_fffe },
      { isid: 0, cid: 0, cmdSn: 0, initiatorTaskTag: 0, maxExchanges: 6, maxTextLength: 8192 },
      { auth: mutualAuth({ user: 'u'.repeat(255), mutual: { user: 't'.repeat(255), secret: targetSecret } }) },
    ];
    for (const changes of bounds) assert.doesNotThrow(() => startLogin(loginOptions(changes)));
  });
  test('§9.2.1: secrets of fewer than 12 bytes are refused in either direction', () => {
    const weak = Buffer.from('elevenbytes');
    for (const auth of [chapAuth({ secret: weak }), mutualAuth({ mutual: { secret: weak } })]) {
      failsWith(() => startLogin(loginOptions({ auth })), 'ISCSI_WEAK_SECRET');
    }
    assert.doesNotThrow(() => startLogin(loginOptions({ auth: chapAuth({ secret: Buffer.alloc(12, 1) }) })));
  });
  test('§9.2.1: short secrets are taken where that was allowed', () => {
    const auth = chapAuth({ secret: Buffer.from('short'), allowWeakSecrets: true });
    assert.doesNotThrow(() => startLogin(loginOptions({ auth })));
  });
  test('§9.2.1: secrets that are a number of random bytes, null among them, are taken as they are', () => {
    assert.doesNotThrow(() => startLogin(loginOptions({ auth: chapAuth({ secret: new Uint8Array(16) }) })));
  });
});

suite('secrets stay inside', () => {
  const marks = [initiatorSecret, targetSecret].flatMap((secret) => {
    const buffer = Buffer.from(secret);
    // As text, as hexadecimal, as base64, as inspect prints buffers and as it prints arrays of numbers.
    return [
      buffer.toString('latin1'),
      buffer.toString('hex'),
      buffer.toString('base64'),
      buffer.toString('hex').replace(/(..)(?=.)/g, '$1 '),
      [...buffer].join(', '),
      [...buffer].join(','),
    ];
  });
  const holds = (text: string): boolean => marks.some((mark) => text.includes(mark));

  test('the marks would be found', () => {
    assert.ok(holds(inspect(mutualAuth(), { depth: 9 })) && holds(JSON.stringify([...targetSecret])));
  });
  test('a login shows none, before and after its exchange', () => {
    const login = startLogin(loginOptions({ auth: mutualAuth() }));
    const { pdu, data } = login.first();
    for (const value of [login, pdu, Buffer.from(data).toString('latin1')]) {
      assert.ok(!holds(inspect(value, { depth: 20, showHidden: true, getters: true })));
      assert.ok(!holds(JSON.stringify(value)));
    }
  });
  test('nothing that is sent holds one', () => {
    const { target, step } = playMutual([chooseChap, challenge(), proof()]);
    assert.ok(!holds(inspect([target, step], { depth: 20, maxArrayLength: null, maxStringLength: null })));
  });
  test('no error holds one', () => {
    const failures = [
      () => playMutual([chooseChap, challenge(), proof({ CHAP_R: '0x00' })]),
      () => playMutual([chooseChap, challenge(), proof({ CHAP_N: 'rogue' })]),
      () => startLogin(loginOptions({ auth: mutualAuth({ mutual: { secret: initiatorSecret } }) })),
      () => startLogin(loginOptions({ auth: chapAuth({ secret: initiatorSecret.subarray(0, 11) }) })),
    ];
    for (const fail of failures) {
      assert.throws(fail, (error: Error) => {
        const text = inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error) + error.message;
        return !holds(text) && !text.includes('initiator-s');
      });
    }
  });
  test('changing the caller’s bytes afterwards does not change the login', () => {
    const secret = Buffer.from(initiatorSecret);
    const login = startLogin(loginOptions({ auth: chapAuth({ algorithms: ['MD5'], secret }) }));
    secret.fill(0);
    const target = new ScriptedTarget();
    target.play(login, [chooseChap, challenge()]);
    assert.equal(said(target.last, 'CHAP_R'), `0x${md5.ours}`);
  });
});
