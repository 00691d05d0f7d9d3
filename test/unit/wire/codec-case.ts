// What is said of every PDU codec: the header typed from the RFC's picture, its fields, and the bits to be ignored.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bhsLength, decodePdu, encodePdu, type Pdu } from '../../../src/wire/index.ts';
import { hex } from './hex.ts';

/** One PDU in both forms. */
export interface CodecCase<P extends Pdu> {
  /** Clause and name, as they begin a test's title. */
  readonly name: string;
  /** The 48 bytes, typed from the picture in the RFC. */
  readonly bytes: string;
  readonly pdu: P;
  /** 48 bytes with a 1 for each bit that the picture marks as reserved, and that a receiver must ignore. */
  readonly reserved: string;
}

/** Registers the tests of one case, through the PDU's own functions and through the switches. */
export function testCodec<P extends Pdu>(
  { name, bytes, pdu, reserved }: CodecCase<P>,
  decode: (bhs: Uint8Array) => P,
  encode: (pdu: P, bhs: Uint8Array) => void,
): void {
  test(`${name}: decodes every field from its place`, () => {
    assert.equal(hex(bytes).length, bhsLength);
    assert.deepStrictEqual(decode(hex(bytes)), pdu);
    assert.deepStrictEqual(decodePdu(hex(bytes)), pdu);
  });

  test(`${name}: encodes every field to its place, and zero where nothing stands`, () => {
    const own = new Uint8Array(bhsLength);
    encode(pdu, own);
    assert.deepStrictEqual(own, hex(bytes));
    const switched = new Uint8Array(bhsLength);
    encodePdu(pdu, switched);
    assert.deepStrictEqual(switched, hex(bytes));
  });

  test(`${name}: ignores reserved bits (§11)`, () => {
    const noise = hex(reserved);
    assert.equal(noise.length, bhsLength);
    const noisy = hex(bytes).map((byte, at) => byte | noise[at]!);
    assert.deepStrictEqual(decode(noisy), pdu);
  });

  test(`${name}: keeps nothing of the header it was given`, () => {
    const bhs = hex(bytes);
    const decoded = decode(bhs);
    bhs.fill(0xee);
    assert.deepStrictEqual(decoded, pdu);
  });
}
