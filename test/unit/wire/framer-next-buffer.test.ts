// Reading straight to where the payload belongs: what the framer asks for, and that nothing changes for the sink.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { Framer, type FramerSink, putSegmentLengths } from '../../../src/wire/index.ts';

const scratch = new Uint8Array(256 * 1024);

/** A Data-In header with that much data; only the lengths matter to a framer. */
function header(length: number): Uint8Array {
  const bhs = new Uint8Array(48);
  bhs[0] = 0x25;
  putSegmentLengths(bhs, 0, length);
  return bhs;
}

function framerInto(destination: Uint8Array | undefined, dataDigest = false): { framer: Framer; events: string[] } {
  const events: string[] = [];
  const sink: FramerSink = {
    onHeader: () => destination,
    onPdu: () => events.push('pdu'),
    onDataDigestError: () => events.push('digest'),
    onHeaderDigestError: () => events.push('header'),
  };
  return { framer: new Framer(sink, { maxRecvDataSegmentLength: 1 << 20, headerDigest: false, dataDigest }), events };
}

suite('a framer tells where to read to', () => {
  test('before a header, the scratch', () => {
    assert.equal(framerInto(undefined).framer.nextBuffer(scratch), scratch);
  });

  test('in a large payload, the rest of its own place, which is then not written again', () => {
    const destination = new Uint8Array(100_000);
    const { framer, events } = framerInto(destination);
    framer.push(header(100_000));
    framer.push(new Uint8Array(1000).fill(1));
    const place = framer.nextBuffer(scratch);
    assert.equal(place.buffer, destination.buffer);
    assert.equal(place.byteOffset, 1000);
    assert.equal(place.length, 99_000);
    place.fill(2, 0, 50_000);
    framer.push(place.subarray(0, 50_000));
    assert.equal(framer.nextBuffer(scratch).byteOffset, 51_000);
    framer.nextBuffer(scratch).fill(3);
    framer.push(framer.nextBuffer(scratch));
    assert.deepEqual(events, ['pdu']);
    assert.deepEqual([destination[999], destination[1000], destination[50_999], destination[51_000]], [1, 2, 2, 3]);
  });

  test('bytes that were read elsewhere after all are copied', () => {
    const destination = new Uint8Array(70_000);
    const { framer } = framerInto(destination);
    framer.push(header(70_000));
    framer.nextBuffer(scratch);
    framer.push(new Uint8Array(70_000).fill(9));
    assert.equal(
      destination.every((byte) => byte === 9),
      true,
    );
  });

  test('a digest covers what was read in place', () => {
    const { framer, events } = framerInto(new Uint8Array(20_000), true);
    framer.push(header(20_000));
    const place = framer.nextBuffer(scratch);
    place.fill(7);
    framer.push(place);
    framer.push(Uint8Array.of(0, 0, 0, 0));
    assert.deepEqual(events, ['digest']);
  });

  test('with little left, and for a payload that nobody wants, the scratch', () => {
    const few = framerInto(new Uint8Array(16_384 - 4)).framer;
    few.push(header(16_384 - 4));
    assert.equal(few.nextBuffer(scratch), scratch);
    const unwanted = framerInto(undefined).framer;
    unwanted.push(header(65_532));
    assert.equal(unwanted.nextBuffer(scratch), scratch);
  });

  test('after a large payload, only the beginning of the scratch, so that the next one is read to its place', () => {
    const { framer } = framerInto(new Uint8Array(131_072));
    framer.push(header(131_072));
    framer.push(new Uint8Array(131_072));
    const next = framer.nextBuffer(scratch);
    assert.equal(next.buffer, scratch.buffer);
    assert.equal(next.length, 4096);
  });

  test('once stopped, never the place of a payload', () => {
    const { framer } = framerInto(new Uint8Array(131_072));
    framer.push(header(131_072));
    framer.stop();
    assert.equal(framer.nextBuffer(scratch).buffer, scratch.buffer);
  });
});
