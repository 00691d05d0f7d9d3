// Initiator session ids against RFC 7143 §11.12.5 and §10.1.1.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatIsid, IsidAllocator, parseIsid, randomIsid, toIsid } from '../../../src/adapter/isid.ts';

const free = (): boolean => false;

test('§11.12.5: T is 10b (random), A is 0, B and C are the random number, D counts on from chance', () => {
  const isids = new IsidAllocator(
    randomIsid((length) => Uint8Array.from([0xa1, 0xa2, 0xa3, 0xff, 0xff].slice(0, length))),
  );
  const first = isids.allocate(free);
  assert.equal(formatIsid(first), '0x80a1a2a3ffff');
  assert.equal(formatIsid(isids.allocate((isid) => isid === first)), '0x80a1a2a30000');
});

test('§10.1.1 conservative reuse: the first that is not taken is handed out again', () => {
  const isids = new IsidAllocator();
  const taken = new Set<number>();
  for (let count = 0; count < 3; count += 1) taken.add(isids.allocate((isid) => taken.has(isid)));
  const [first = 0, second = 0, third = 0] = taken;
  assert.equal(taken.size, 3);
  assert.equal(
    isids.allocate((isid) => isid === first || isid === third),
    second,
  );
  assert.equal(isids.allocate(free), first);
});

test('§10.1.1: 65536 sessions with one target have an ISID each, and the next is refused', () => {
  const isids = new IsidAllocator();
  let calls = 0;
  assert.throws(() => isids.allocate(() => ((calls += 1), true)), { code: 'ISCSI_QUEUE_FULL' });
  assert.equal(calls, 65_536);
});

test('§11.12.5: initiators of the same name are told apart by chance, of 40 bits', () => {
  const lengths: number[] = [];
  const random = (length: number): Uint8Array => {
    lengths.push(length);
    return new Uint8Array(length);
  };
  new IsidAllocator(randomIsid(random)).allocate(free);
  assert.deepEqual(lengths, [5]);
  const seen = Array.from({ length: 200 }, () => new IsidAllocator().allocate(free));
  assert.equal(new Set(seen).size, 200);
});

test('§11.12.5: an ISID is made of its parts, in each of the three formats', () => {
  // 00-02-3D was Cisco's when it wrote the first initiator of Linux, whose ISIDs begin with these bytes.
  assert.equal(formatIsid(toIsid({ oui: 0x00023d, qualifier: 0x000001 })), '0x00023d000001');
  assert.equal(formatIsid(toIsid({ oui: 0xfc0000, qualifier: 0xffffff })), '0x3f0000ffffff');
  assert.equal(formatIsid(toIsid({ enterpriseNumber: 0x123456, qualifier: 0x789a })), '0x40123456789a');
  assert.equal(formatIsid(toIsid({ random: 0xffffff, qualifier: 0xffff })), '0x80ffffffffff');
  assert.equal(toIsid(0x80123456789a), 0x80123456789a);
});

for (const [why, isid] of [
  ['a type that is reserved', 0xc00000000000],
  ['reserved bits beside a random number', 0x810000000000],
  ['reserved bits beside an enterprise number', 0x7f0000000000],
  ['49 bits', 2 ** 48],
  ['less than nothing', -1],
  ['a fraction', 0.5],
  ['no number', Number.NaN],
  ['an OUI of a group', { oui: 0x010000, qualifier: 0 }],
  ['an OUI that is administered locally', { oui: 0x020000, qualifier: 0 }],
  ['an OUI of 25 bits', { oui: 2 ** 24, qualifier: 0 }],
  ['a qualifier of 25 bits', { oui: 0, qualifier: 2 ** 24 }],
  ['a qualifier of 17 bits', { random: 0, qualifier: 2 ** 16 }],
  ['a random part of 25 bits', { random: 2 ** 24, qualifier: 0 }],
  ['an enterprise number of 25 bits', { enterpriseNumber: 2 ** 24, qualifier: 0 }],
] as const) {
  test(`§11.12.5: refused is ${why}`, () => {
    assert.throws(() => toIsid(isid), { code: 'ISCSI_BAD_ARGUMENT', argument: 'isid' });
  });
}

test('§4.4.2: an ISID is written as 0x and twelve digits, and read so, or without 0x', () => {
  assert.equal(parseIsid('0x80A1a2a30001'), 0x80a1a2a30001);
  assert.equal(parseIsid('00023d000001'), 0x00023d000001);
  assert.equal(formatIsid(0x00023d000001), '0x00023d000001');
  for (const text of ['', '0x', '80a1a2a3000', '080a1a2a30001', '80a1a2a3000g', ' 80a1a2a30001', '0xc00000000000']) {
    assert.throws(() => parseIsid(text), { code: 'ISCSI_BAD_ARGUMENT', argument: 'isid' });
  }
});
