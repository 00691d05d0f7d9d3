// The framer under any chunking: what it tells depends on the bytes, never on where the stream was cut.
//
// The stream and the expectation are built here, with a CRC32C of this file's own (bit by bit, RFC 7143 §13.1), so that
// a mistake in src/wire cannot hide on both sides.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Framer, type FramerOptions, type FramerSink } from '../../src/wire/index.ts';

interface PduPlan {
  readonly bhs: Uint8Array;
  readonly ahsWords: number;
  readonly data: Uint8Array;
  readonly padding: Uint8Array;
  readonly isKept: boolean;
}

interface StreamPlan {
  readonly headerDigest: boolean;
  readonly dataDigest: boolean;
  readonly pdus: readonly PduPlan[];
  /** Where to cut the stream, as fractions of its length. */
  readonly cuts: readonly number[];
}

const longest = 200;

const pduPlan = fc.record({
  bhs: fc.uint8Array({ minLength: 48, maxLength: 48 }),
  ahsWords: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 255 })),
  data: fc.uint8Array({ maxLength: longest }),
  padding: fc.uint8Array({ minLength: 3, maxLength: 3 }),
  isKept: fc.boolean(),
});

const streamPlan: fc.Arbitrary<StreamPlan> = fc.record({
  headerDigest: fc.boolean(),
  dataDigest: fc.boolean(),
  pdus: fc.array(pduPlan, { minLength: 1, maxLength: 5 }),
  cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }),
});

/** The bytes of a PDU, each segment by itself. */
interface Segments {
  readonly header: Uint8Array;
  readonly headerDigest: Uint8Array;
  readonly data: Uint8Array;
  readonly dataDigest: Uint8Array;
}

function digestOf(bytes: Uint8Array): Uint8Array {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ ((crc & 1) === 1 ? 0x82f63b78 : 0);
  }
  const digest = new Uint8Array(4);
  new DataView(digest.buffer).setInt32(0, ~crc, true);
  return digest;
}

const none = new Uint8Array(0);

function build(plan: StreamPlan, pdu: PduPlan): Segments {
  const header = new Uint8Array(48 + 4 * pdu.ahsWords);
  for (let at = 48; at < header.length; at++) header[at] = at * 7;
  header.set(pdu.bhs);
  header[4] = pdu.ahsWords;
  header[5] = 0;
  header[6] = pdu.data.length >> 8;
  header[7] = pdu.data.length & 0xff;
  const padding = (4 - (pdu.data.length % 4)) % 4;
  const data = new Uint8Array(Buffer.concat([pdu.data, pdu.padding.subarray(0, padding)]));
  return {
    header,
    headerDigest: plan.headerDigest ? digestOf(header) : none,
    data,
    dataDigest: plan.dataDigest && data.length > 0 ? digestOf(data) : none,
  };
}

function bytesOf(segments: readonly Segments[]): Uint8Array {
  return new Uint8Array(
    Buffer.concat(segments.flatMap((pdu) => [pdu.header, pdu.headerDigest, pdu.data, pdu.dataDigest])),
  );
}

function headerEvent(header: Uint8Array, length: number): string {
  return `header ${Buffer.from(header).toString('hex')} ${length}`;
}

function pduEvents(segments: Segments, pdu: PduPlan, isDamaged = false): string[] {
  const payload = pdu.isKept ? Buffer.from(segments.data.subarray(0, pdu.data.length)).toString('hex') : 'dropped';
  return [headerEvent(segments.header, pdu.data.length), `${isDamaged ? 'damaged' : 'pdu'} ${payload}`];
}

/** Frames `bytes` cut as planned, from one chunk that is reused, and writes down all that is told. */
function frame(plan: StreamPlan, bytes: Uint8Array): string[] {
  const events: string[] = [];
  let destination: Uint8Array | undefined;
  let count = 0;
  const payload = (): string => (destination === undefined ? 'dropped' : Buffer.from(destination).toString('hex'));
  const sink: FramerSink = {
    onHeader(bhs, ahs, length) {
      events.push(headerEvent(Buffer.concat([bhs, ahs]), length));
      destination = plan.pdus[count++]?.isKept === true ? new Uint8Array(length) : undefined;
      return destination;
    },
    onPdu: () => events.push(`pdu ${payload()}`),
    onDataDigestError: () => events.push(`damaged ${payload()}`),
    onHeaderDigestError: () => events.push('header damaged'),
  };
  const options: FramerOptions = {
    maxRecvDataSegmentLength: longest,
    headerDigest: plan.headerDigest,
    dataDigest: plan.dataDigest,
  };
  const framer = new Framer(sink, options);
  const marks = [...plan.cuts.map((cut) => Math.floor(cut * bytes.length)), bytes.length].sort((a, b) => a - b);
  const reused = new Uint8Array(bytes.length);
  let start = 0;
  for (const end of marks) {
    reused.set(bytes.subarray(start, end));
    framer.push(reused.subarray(0, end - start));
    reused.fill(0xee);
    start = end;
  }
  return events;
}

/** The bytes with one bit of one byte changed. */
function flipped(bytes: Uint8Array, at: number, bit: number): Uint8Array {
  const copy = new Uint8Array(bytes);
  copy[at]! ^= 1 << bit;
  return copy;
}

const bitOf = fc.record({ place: fc.nat(), bit: fc.integer({ min: 0, max: 7 }) });

test('§11.2 Framer: tells every PDU of a stream, whole and in order, wherever the stream is cut', () => {
  fc.assert(
    fc.property(streamPlan, (plan) => {
      const segments = plan.pdus.map((pdu) => build(plan, pdu));
      const expected = segments.flatMap((pdu, index) => pduEvents(pdu, plan.pdus[index]!));
      assert.deepStrictEqual(frame(plan, bytesOf(segments)), expected);
    }),
  );
});

test('§11.2 Framer: byte by byte it tells the same', () => {
  fc.assert(
    fc.property(streamPlan, (plan) => {
      const segments = plan.pdus.map((pdu) => build(plan, pdu));
      const bytes = bytesOf(segments);
      const everywhere = Array.from({ length: bytes.length }, (_unused, at) => at / bytes.length);
      assert.deepStrictEqual(frame({ ...plan, cuts: everywhere }, bytes), frame({ ...plan, cuts: [] }, bytes));
    }),
    { numRuns: 30 },
  );
});

test('§11.2.3 Data-Digest: one bit changed in data, padding or digest damages that PDU alone', () => {
  fc.assert(
    fc.property(streamPlan, fc.nat(), bitOf, (drawn, pick, { place, bit }) => {
      const plan = { ...drawn, dataDigest: true };
      const segments = plan.pdus.map((pdu) => build(plan, pdu));
      const victim = pick % segments.length;
      const whole = segments[victim]!;
      fc.pre(whole.data.length > 0);
      const tail = flipped(
        bytesOf([{ ...whole, header: none, headerDigest: none }]),
        place % (whole.data.length + 4),
        bit,
      );
      const hurt = { ...whole, data: tail.subarray(0, -4), dataDigest: tail.subarray(-4) };
      const stream = segments.map((pdu, index) => (index === victim ? hurt : pdu));
      const expected = stream.flatMap((pdu, index) => pduEvents(pdu, plan.pdus[index]!, index === victim));
      assert.deepStrictEqual(frame(plan, bytesOf(stream)), expected);
    }),
  );
});

test('§11.2.3 Header-Digest: one bit changed in a header ends the stream before that PDU is told', () => {
  fc.assert(
    fc.property(streamPlan, fc.nat(), bitOf, (drawn, pick, { place, bit }) => {
      const plan = { ...drawn, headerDigest: true };
      const segments = plan.pdus.map((pdu) => build(plan, pdu));
      const victim = pick % segments.length;
      const before = bytesOf(segments.slice(0, victim));
      const at = before.length + (place % (segments[victim]!.header.length + 4));
      // After the last PDU come bytes enough for a header whose length was damaged.
      const bytes = new Uint8Array(Buffer.concat([bytesOf(segments), new Uint8Array(1100)]));
      const expected = segments.slice(0, victim).flatMap((pdu, index) => pduEvents(pdu, plan.pdus[index]!));
      assert.deepStrictEqual(frame(plan, flipped(bytes, at, bit)), [...expected, 'header damaged']);
    }),
  );
});

test('§13.12 MaxRecvDataSegmentLength: a longer segment is refused wherever the stream is cut', () => {
  fc.assert(
    fc.property(streamPlan, fc.integer({ min: longest + 1, max: 1000 }), (plan, length) => {
      const long = { ...plan.pdus[0]!, data: new Uint8Array(length) };
      const bytes = bytesOf([...plan.pdus, long].map((pdu) => build(plan, pdu)));
      assert.throws(() => frame(plan, bytes), { code: 'ISCSI_SEGMENT_TOO_LONG', value: length });
    }),
  );
});
