// CRC32C against the examples of RFC 7143 Appendix A.4, and its bytes as they stand on the wire.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { crc32c, digestLength, digestMatches, putDigest } from '../../src/wire/index.ts';

interface Example {
  readonly what: string;
  readonly bytes: Uint8Array;
  /** The four digest bytes in the order in which the appendix prints them, which is the order on the wire. */
  readonly digest: readonly number[];
}

function countFrom(first: number, step: number): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => first + step * i);
}

// biome-ignore format: four bytes a line, as the appendix prints them
const read10 = Uint8Array.from([
  0x01, 0xc0, 0x00, 0x00,
  0x00, 0x00, 0x00, 0x00,
  0x00, 0x00, 0x00, 0x00,
  0x00, 0x00, 0x00, 0x00,
  0x14, 0x00, 0x00, 0x00,
  0x00, 0x00, 0x04, 0x00,
  0x00, 0x00, 0x00, 0x14,
  0x00, 0x00, 0x00, 0x18,
  0x28, 0x00, 0x00, 0x00,
  0x00, 0x00, 0x00, 0x00,
  0x02, 0x00, 0x00, 0x00,
  0x00, 0x00, 0x00, 0x00,
]);

const examples: readonly Example[] = [
  { what: '32 bytes of zeroes', bytes: new Uint8Array(32), digest: [0xaa, 0x36, 0x91, 0x8a] },
  { what: '32 bytes of ones', bytes: new Uint8Array(32).fill(0xff), digest: [0x43, 0xab, 0xa8, 0x62] },
  { what: '32 bytes from 00 up', bytes: countFrom(0x00, 1), digest: [0x4e, 0x79, 0xdd, 0x46] },
  { what: '32 bytes from 1f down', bytes: countFrom(0x1f, -1), digest: [0x5c, 0xdb, 0x3f, 0x11] },
  { what: 'a SCSI Read(10) Command PDU', bytes: read10, digest: [0x56, 0x3a, 0x96, 0xd9] },
];

suite('RFC 7143 Appendix A.4', () => {
  for (const { what, bytes, digest } of examples) {
    test(`Appendix A.4 digest of ${what}: the bytes on the wire are the printed ones`, () => {
      const out = new Uint8Array(6);
      putDigest(crc32c(bytes), out, 1);
      assert.deepEqual([...out], [0, ...digest, 0]);
    });

    test(`Appendix A.4 digest of ${what}: any split of the bytes gives the same digest`, () => {
      for (let at = 0; at <= bytes.length; at += 1) {
        assert.equal(crc32c(bytes.subarray(at), crc32c(bytes.subarray(0, at))), crc32c(bytes));
      }
    });

    test(`Appendix A.4 digest of ${what}: the printed bytes match, and no byte changed`, () => {
      const received = Uint8Array.from([0, ...digest]);
      assert.equal(digestMatches(crc32c(bytes), received, 1), true);
      for (let at = 1; at <= 4; at += 1) {
        const damaged = received.slice();
        damaged[at]! ^= 0x01;
        assert.equal(digestMatches(crc32c(bytes), damaged, 1), false);
      }
    });
  }

  test('§11.2.3: a digest is 4 bytes long', () => {
    assert.equal(digestLength, 4);
  });
});
