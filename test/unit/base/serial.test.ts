// Serial number arithmetic: RFC 1982 with SERIAL_BITS 32, as RFC 7143 §4.2.2 wants it.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';

import { snAdd, snAfter, snBefore, snDistance } from '../../../src/base/index.ts';

const sn = fc.integer({ min: 0, max: 0xffff_ffff });
const ahead = fc.integer({ min: 1, max: 0x7fff_ffff });

suite('serial numbers', () => {
  test('RFC 1982 §3.1: addition is modulo 2^32', () => {
    assert.equal(snAdd(0xffff_ffff, 1), 0);
    assert.equal(snAdd(0, -1), 0xffff_ffff);
  });

  test('RFC 1982 §3.2: what is ahead by less than 2^31 comes after, through the wrap too', () => {
    fc.assert(
      fc.property(sn, ahead, (from, by) => {
        const to = snAdd(from, by);
        assert.equal(snBefore(from, to), true);
        assert.equal(snAfter(to, from), true);
        assert.equal(snBefore(to, from), false);
        assert.equal(snDistance(from, to), by);
        assert.equal(snDistance(to, from), -by);
      }),
    );
  });

  test('a number comes neither before nor after itself', () => {
    fc.assert(fc.property(sn, (same) => !snBefore(same, same) && !snAfter(same, same) && snDistance(same, same) === 0));
  });

  test('exactly 2^31 apart the order is undefined; the distance is still a number', () => {
    assert.equal(snDistance(0, 0x8000_0000), -0x8000_0000);
  });
});
