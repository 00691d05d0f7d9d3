// PDUs captured between implementations that are not ours, with the field values that Wireshark read in them.
//
// captured.json was made with tcpdump on the loopback interface and `tshark -T pdml`; captured.md tells how. A field that
// tshark does not show is absent. `hand-made requests` marks raw bytes sent to make a real target answer.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as wire from '../../src/wire/index.ts';
import { layouts, type PduName, pduNames } from './layout.ts';
import { definedBits, oracleDecode, oracleName } from './oracle.ts';
import { brokenRules } from './rules.ts';

interface Captured {
  readonly source: string;
  readonly sender: 'initiator' | 'target';
  readonly pdu: PduName;
  /** As tshark printed them; a CDB is hexadecimal. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly dataSegmentLength?: number;
  readonly totalAhsLength?: number;
  /** The four digest bytes as they stood on the wire; absent where the connection had no digest. */
  readonly headerDigest?: string;
  readonly dataDigest?: string;
  /** Set where the sender filled reserved bits, which §11 forbids it and tells a receiver to ignore. */
  readonly reservedBits?: true;
  /** The whole PDU: header, digests, data and padding. */
  readonly hex: string;
}

const captured = JSON.parse(
  readFileSync(new URL('../../../test/vectors/captured.json', import.meta.url), 'utf8'),
) as readonly Captured[];

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}

function shown(value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
}

function only(fields: Readonly<Record<string, unknown>>, decoded: object): Record<string, unknown> {
  const entries = Object.entries(decoded) as [string, unknown][];
  return Object.fromEntries(entries.filter(([key]) => key in fields).map(([key, value]) => [key, shown(value)]));
}

/** What a framer with the digests of the connection makes of the PDU, fed `step` bytes at a time. */
function framed(vector: Captured, step: number): { bhs: string; data: string; ends: string[] } {
  const seen = { bhs: '', data: '', ends: [] as string[] };
  let data = new Uint8Array(0);
  const framer = new wire.Framer(
    {
      onHeader: (bhs, _ahs, length) => {
        seen.bhs = Buffer.from(bhs).toString('hex');
        data = new Uint8Array(length);
        return data;
      },
      onPdu: () => seen.ends.push('complete'),
      onDataDigestError: () => seen.ends.push('data digest'),
      onHeaderDigestError: () => seen.ends.push('header digest'),
    },
    {
      maxRecvDataSegmentLength: 262_144,
      headerDigest: vector.headerDigest !== undefined,
      dataDigest: vector.dataDigest !== undefined,
    },
  );
  const bytes = bytesOf(vector.hex);
  for (let at = 0; at < bytes.length; at += step) framer.push(bytes.slice(at, at + step));
  return { ...seen, data: Buffer.from(data).toString('hex') };
}

/** Runs a check on every captured PDU of one kind; a failure names the vector. */
function forEachVector(pdu: PduName, check: (vector: Captured, whole: Uint8Array, bhs: Uint8Array) => void): void {
  for (const [index, vector] of captured.entries()) {
    if (vector.pdu !== pdu) continue;
    const whole = bytesOf(vector.hex);
    try {
      check(vector, whole, whole.subarray(0, 48));
    } catch (error) {
      throw new Error(`vector ${index}, ${vector.source}`, { cause: error });
    }
  }
}

for (const pdu of pduNames) {
  const { clause, opcode } = layouts[pdu];

  test(`${clause} ${pdu}: the codec reads in captured headers what Wireshark read`, () => {
    forEachVector(pdu, ({ fields, dataSegmentLength, totalAhsLength }, _whole, bhs) => {
      const decoded = wire.decodePdu(bhs);
      assert.deepEqual(only(fields, decoded), fields);
      assert.equal(decoded.opcode, opcode);
      if (dataSegmentLength !== undefined) assert.equal(wire.dataSegmentLength(bhs), dataSegmentLength);
      if (totalAhsLength !== undefined) assert.equal(wire.totalAhsLength(bhs), totalAhsLength);
    });
  });

  test(`${clause} ${pdu}: the layout table reads what Wireshark read, and finds nothing forbidden`, () => {
    forEachVector(pdu, ({ fields }, _whole, bhs) => {
      const values = oracleDecode(pdu, bhs);
      assert.deepEqual(only(fields, values), fields);
      assert.equal(oracleName(bhs), pdu);
      assert.deepEqual(brokenRules(pdu, values, bhs), []);
    });
  });

  test(`${clause} ${pdu}: a captured header, decoded, is encoded to the same bytes`, () => {
    const defined = definedBits(pdu);
    forEachVector(pdu, ({ reservedBits }, _whole, bhs) => {
      const encoded = new Uint8Array(48);
      wire.encodePdu(wire.decodePdu(bhs), encoded);
      wire.putSegmentLengths(encoded, wire.totalAhsLength(bhs), wire.dataSegmentLength(bhs));
      const withoutReserved = bhs.map((byte, at) => byte & defined[at]!);
      assert.deepEqual(encoded, withoutReserved);
      assert.equal(Buffer.compare(encoded, bhs) !== 0, reservedBits === true);
    });
  });

  test(`§11.2 ${pdu}: the framer finds a captured PDU whole, with its digests, in pieces of any size`, () => {
    forEachVector(pdu, (vector, whole, bhs) => {
      const start = 48 + wire.totalAhsLength(bhs) + (vector.headerDigest === undefined ? 0 : 4);
      const data = vector.hex.slice(2 * start, 2 * (start + wire.dataSegmentLength(bhs)));
      for (const step of [1, 47, whole.length]) {
        assert.deepEqual(framed(vector, step), { bhs: vector.hex.slice(0, 96), data, ends: ['complete'] });
      }
    });
  });
}

test('§11.2.3: captured digests are those of the bytes that they follow', () => {
  let digests = 0;
  for (const { hex, headerDigest, dataDigest } of captured) {
    const whole = bytesOf(hex);
    const headerEnd = 48 + wire.totalAhsLength(whole);
    if (headerDigest !== undefined) {
      assert.equal(hex.slice(2 * headerEnd, 2 * headerEnd + 8), headerDigest);
      assert.ok(wire.digestMatches(wire.crc32c(whole.subarray(0, headerEnd)), whole, headerEnd));
      digests += 1;
    }
    if (dataDigest !== undefined) {
      const dataStart = headerEnd + (headerDigest === undefined ? 0 : 4);
      const dataEnd = dataStart + wire.paddedLength(wire.dataSegmentLength(whole));
      assert.equal(hex.slice(2 * dataEnd), dataDigest);
      assert.ok(wire.digestMatches(wire.crc32c(whole.subarray(dataStart, dataEnd)), whole, dataEnd));
      digests += 1;
    }
  }
  assert.ok(digests > 20);
});

test('§11.2.1.2: the capture has every PDU, each from the side that may send it', () => {
  assert.deepEqual([...new Set(captured.map(({ pdu }) => pdu))].sort(), [...pduNames].sort());
  for (const { pdu, sender } of captured) assert.equal(sender, layouts[pdu].sender);
});
