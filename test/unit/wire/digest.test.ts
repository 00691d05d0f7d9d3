// CRC32C and its place on the wire, against the examples of RFC 7143 Appendix A.4.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { crc32c, decodeScsiCommand, digestMatches, putDigest } from '../../../src/wire/index.ts';
import { hex } from './hex.ts';

const readCommand = hex(`01c00000 00000000 00000000 00000000 14000000 00000400
                         00000014 00000018 28000000 00000000 02000000 00000000`);

const examples: readonly (readonly [title: string, bytes: Uint8Array, digest: string])[] = [
  ['32 bytes of zeroes', hex('00'.repeat(32)), 'aa36918a'],
  ['32 bytes of ones', hex('ff'.repeat(32)), '43aba862'],
  ['32 incrementing bytes', Uint8Array.from({ length: 32 }, (_unused, at) => at), '4e79dd46'],
  ['32 decrementing bytes', Uint8Array.from({ length: 32 }, (_unused, at) => 31 - at), '5cdb3f11'],
  ['a SCSI Read (10) command', readCommand, '563a96d9'],
];

suite('Appendix A.4 CRC', () => {
  for (const [title, bytes, digest] of examples) {
    test(`${title} has the digest ${digest}`, () => {
      const out = new Uint8Array(6);
      putDigest(crc32c(bytes), out, 1);
      assert.deepStrictEqual(out, hex(`00${digest}00`));
      assert.equal(digestMatches(crc32c(bytes), out, 1), true);
    });

    test(`${title}: a digest with one bit changed does not match`, () => {
      for (let bit = 0; bit < 32; bit++) {
        const damaged = hex(digest);
        damaged[bit >> 3]! ^= 1 << (bit & 7);
        assert.equal(digestMatches(crc32c(bytes), damaged, 0), false);
      }
    });

    test(`${title}: summed in pieces it is the same`, () => {
      for (let cut = 0; cut <= bytes.length; cut++) {
        assert.equal(crc32c(bytes.subarray(cut), crc32c(bytes.subarray(0, cut))), crc32c(bytes));
      }
    });
  }
});

test('Appendix A.4 SCSI Read (10): its header reads as the text says', () => {
  assert.deepStrictEqual(decodeScsiCommand(readCommand), {
    opcode: 1,
    isImmediate: false,
    isFinal: true,
    isRead: true,
    isWrite: false,
    taskAttribute: 0,
    lun: { high: 0, low: 0 },
    initiatorTaskTag: 0x14000000,
    expectedDataTransferLength: 0x400,
    cmdSn: 0x14,
    expStatSn: 0x18,
    cdb: hex('28000000 00000000 02000000 00000000'),
  });
});
