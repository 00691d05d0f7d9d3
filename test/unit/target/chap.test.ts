// CHAP from the target's side (RFC 7143 §12.1.3, RFC 1994 §4.1).

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';
import { ChapExchange, type ChapStep } from '../../../src/target/login/chap.ts';
import { type ChapOptions, resolveChap } from '../../../src/target/login/chap-options.ts';

const secret = 'a secret of 20 bytes';
const mutual = { user: 'the target', secret: 'another secret, also long' };

function start(options: Partial<ChapOptions> = {}): ChapExchange {
  return new ChapExchange(resolveChap({ user: 'alice', secret, ...options }), (length) =>
    new Uint8Array(length).fill(7),
  );
}

function keys(values: Record<string, string>): ReadonlyMap<string, string> {
  return new Map(Object.entries(values));
}

function sent(step: ChapStep): Record<string, string | undefined> {
  assert.notEqual(step.kind, 'failed', step.kind === 'failed' ? step.why : '');
  return step.kind === 'failed' ? {} : Object.fromEntries(step.pairs);
}

function responseTo(hash: string, identifier: string, key: string, challenge = ''): Buffer {
  const id = Uint8Array.of(Number(identifier));
  return createHash(hash)
    .update(id)
    .update(key)
    .update(Buffer.from(challenge.slice(2), 'hex'))
    .digest();
}

suite('§12.1.3: the initiator is authenticated with each algorithm', () => {
  const rows = [
    ['5', 'md5', 16],
    ['6', 'sha1', 20],
    ['7', 'sha256', 32],
    ['8', 'sha3-256', 32],
  ] as const;
  for (const [code, hash, length] of rows) {
    test(`CHAP_A=${code} is ${hash} over a challenge of ${length} bytes`, () => {
      const exchange = start();
      const offer = sent(exchange.take(keys({ CHAP_A: code })));
      assert.deepEqual(offer, { CHAP_A: code, CHAP_I: '7', CHAP_C: `0x${'07'.repeat(length)}` });
      const response = responseTo(hash, '7', secret, offer['CHAP_C']).toString('hex');
      const step = exchange.take(keys({ CHAP_N: 'alice', CHAP_R: `0x${response}` }));
      assert.deepEqual(step, { kind: 'authenticated', pairs: [] });
    });
  }
});

test('§12.1.3: the first of the offered algorithms that the target takes is chosen', () => {
  assert.equal(sent(start({ algorithms: ['MD5', 'SHA-256'] }).take(keys({ CHAP_A: '8,99,7,5' })))['CHAP_A'], '7');
  assert.equal(start({ algorithms: ['SHA-256'] }).take(keys({ CHAP_A: '5' })).kind, 'failed');
});

test('§6.1: a response in base64 is as good as one in hex', () => {
  const exchange = start();
  const offer = sent(exchange.take(keys({ CHAP_A: '5' })));
  const response = responseTo('md5', '7', secret, offer['CHAP_C']).toString('base64');
  assert.equal(exchange.take(keys({ CHAP_N: 'alice', CHAP_R: `0b${response}` })).kind, 'authenticated');
});

test('§12.1.3: the target answers the initiator’s challenge with its own name and secret', () => {
  const exchange = start({ mutual });
  const offer = sent(exchange.take(keys({ CHAP_A: '7' })));
  const response = responseTo('sha256', '7', secret, offer['CHAP_C']).toString('hex');
  const challenge = `0x${'5a'.repeat(16)}`;
  const step = exchange.take(keys({ CHAP_N: 'alice', CHAP_R: `0x${response}`, CHAP_I: '200', CHAP_C: challenge }));
  const expected = responseTo('sha256', '200', mutual.secret, challenge).toString('hex');
  assert.deepEqual(sent(step), { CHAP_N: mutual.user, CHAP_R: `0x${expected}` });
});

suite('§12.1.3: an exchange fails', () => {
  const good = responseTo('md5', '7', secret, `0x${'07'.repeat(16)}`).toString('hex');
  const rows: readonly [claim: string, values: Record<string, string>, options?: Partial<ChapOptions>][] = [
    ['a wrong response', { CHAP_N: 'alice', CHAP_R: `0x${'00'.repeat(16)}` }],
    ['a wrong name', { CHAP_N: 'mallory', CHAP_R: `0x${good}` }],
    ['no name', { CHAP_R: `0x${good}` }],
    ['a response that is no binary value', { CHAP_N: 'alice', CHAP_R: '12345' }],
    [
      'a challenge without mutual authentication',
      { CHAP_N: 'alice', CHAP_R: `0x${good}`, CHAP_I: '1', CHAP_C: '0x01' },
    ],
    ['a challenge without identifier', { CHAP_N: 'alice', CHAP_R: `0x${good}`, CHAP_C: '0x01' }, { mutual }],
    [
      'an identifier beyond a byte',
      { CHAP_N: 'alice', CHAP_R: `0x${good}`, CHAP_I: '256', CHAP_C: '0x01' },
      { mutual },
    ],
    [
      'our own challenge sent back',
      { CHAP_N: 'alice', CHAP_R: `0x${good}`, CHAP_I: '1', CHAP_C: `0x${'07'.repeat(16)}` },
      { mutual },
    ],
    [
      'a challenge beyond 1024 bytes',
      { CHAP_N: 'alice', CHAP_R: `0x${good}`, CHAP_I: '1', CHAP_C: `0x${'01'.repeat(1025)}` },
      { mutual },
    ],
  ];
  for (const [claim, values, options] of rows) {
    test(`on ${claim}`, () => {
      const exchange = start(options);
      exchange.take(keys({ CHAP_A: '5' }));
      assert.equal(exchange.take(keys(values)).kind, 'failed');
      assert.equal(exchange.take(keys({ CHAP_A: '5' })).kind, 'failed');
    });
  }
});

test('§9.2.1: short secrets and equal secrets are refused when the target is made', () => {
  assert.throws(() => resolveChap({ user: 'a', secret: 'short' }), { code: 'ISCSI_WEAK_SECRET' });
  assert.equal(resolveChap({ user: 'a', secret: 'short', allowWeakSecrets: true }).secret.length, 5);
  const same = { user: 'a', secret, mutual: { user: 'b', secret } };
  assert.throws(() => resolveChap(same), { code: 'ISCSI_BAD_ARGUMENT' });
});
