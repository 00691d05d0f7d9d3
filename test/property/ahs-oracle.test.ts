// Additional header segments against bytes laid out by hand from the pictures of RFC 7143 §11.2.2.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ProtocolError } from '../../src/base/index.ts';
import { decodeAhs, encodeAhs } from '../../src/wire/index.ts';

/** §11.2.2.1 and §11.2.2.3: the length counts the reserved byte 3 and the CDB beyond its 16 bytes, without padding. */
function extendedCdbSegment(spill: Uint8Array): number[] {
  const segment = [Math.floor((spill.length + 1) / 256), (spill.length + 1) % 256, 0x01, 0x00, ...spill];
  while (segment.length % 4 !== 0) segment.push(0);
  return segment;
}

/** §11.2.2.4: the length is 5, for the reserved byte 3 and the four bytes after it. */
function bidiSegment(length: number): number[] {
  const bytes = [3, 2, 1, 0].map((power) => Math.floor(length / 256 ** power) % 256);
  return [0x00, 0x05, 0x02, 0x00, ...bytes];
}

const anySpill = fc.uint8Array({ minLength: 1, maxLength: 244 });
const anyLength = fc.nat(0xffff_ffff);

test('§11.2.2.3 Extended CDB: AHSLength is CDBLength - 15, the code is 1, and the segment is padded', () => {
  fc.assert(
    fc.property(anySpill, (spill) => {
      const bytes = Uint8Array.from(extendedCdbSegment(spill));
      assert.deepEqual(Uint8Array.from(encodeAhs({ extendedCdb: spill })), bytes);
      const decoded = decodeAhs(bytes);
      assert.deepEqual(Uint8Array.from(decoded.extendedCdb ?? []), spill);
      assert.equal(decoded.bidiReadExpectedDataTransferLength, undefined);
    }),
  );
});

test('§11.2.2.4 Bidirectional Read Expected Data Transfer Length: AHSLength is 5 and the code is 2', () => {
  fc.assert(
    fc.property(anyLength, (length) => {
      const bytes = Uint8Array.from(bidiSegment(length));
      assert.deepEqual(Uint8Array.from(encodeAhs({ bidiReadExpectedDataTransferLength: length })), bytes);
      const decoded = decodeAhs(bytes);
      assert.equal(decoded.bidiReadExpectedDataTransferLength, length);
      assert.equal(decoded.extendedCdb, undefined);
    }),
  );
});

test('§11.2 AHS: two segments may follow each other in either order', () => {
  fc.assert(
    fc.property(anySpill, anyLength, (spill, length) => {
      const orders = [
        Uint8Array.from([...extendedCdbSegment(spill), ...bidiSegment(length)]),
        Uint8Array.from([...bidiSegment(length), ...extendedCdbSegment(spill)]),
      ];
      for (const bytes of orders) {
        const decoded = decodeAhs(bytes);
        assert.deepEqual(Uint8Array.from(decoded.extendedCdb ?? []), spill);
        assert.equal(decoded.bidiReadExpectedDataTransferLength, length);
      }
      const encoded = Uint8Array.from(encodeAhs({ extendedCdb: spill, bidiReadExpectedDataTransferLength: length }));
      assert.ok(orders.some((bytes) => Buffer.compare(bytes, encoded) === 0));
    }),
  );
});

test('§11.2.2.1 AHSType: bits 0 and 1 and the AHS-specific byte 3 are reserved and ignored', () => {
  const bytes = Uint8Array.from(bidiSegment(0x0102_0304));
  bytes[2] = 0xc2;
  bytes[3] = 0xff;
  assert.equal(decodeAhs(bytes).bidiReadExpectedDataTransferLength, 0x0102_0304);
});

test('§11.2.2 AHS: a segment that does not fit, or whose code is reserved, is a protocol error', () => {
  const isRefused = (error: unknown): boolean => error instanceof ProtocolError && error.code === 'ISCSI_BAD_FIELD';
  const bad: Readonly<Record<string, readonly number[]>> = {
    'code 0': [0x00, 0x01, 0x00, 0x00],
    'code 3': [0x00, 0x01, 0x03, 0x00],
    'code 63': [0x00, 0x01, 0x3f, 0x00],
    'longer than its bytes': [0x00, 0x09, 0x01, 0x00, 1, 2, 3, 4],
    'bidirectional length of 4': [0x00, 0x04, 0x02, 0x00, 0, 0, 2, 0],
  };
  for (const [fault, bytes] of Object.entries(bad)) {
    assert.throws(() => decodeAhs(Uint8Array.from(bytes)), isRefused, fault);
  }
});
