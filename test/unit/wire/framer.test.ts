// The framer's promises to its sink, one by one; test/property/framer.test.ts holds it against any chunking.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Framer, type FramerOptions, type FramerSink } from '../../../src/wire/index.ts';
import { hex, patched } from './hex.ts';

const plain: FramerOptions = { maxRecvDataSegmentLength: 8192, headerDigest: false, dataDigest: false };
const digests: FramerOptions = { maxRecvDataSegmentLength: 8192, headerDigest: true, dataDigest: true };

/** Appendix A.4: a SCSI Read (10) and its digest. */
const readCommand = hex(`01c00000 00000000 00000000 00000000 14000000 00000400
                         00000014 00000018 28000000 00000000 02000000 00000000`);
const readCommandDigest = hex('563a96d9');
/** A Data-In with 5 bytes of data. */
const dataIn = hex(`25800000 00000005 00000000 00000000 00000001 ffffffff
                    00000001 00000002 00000003 00000000 00000000 00000000`);
const payload = hex('a1a2a3a4 a5');

interface Recording {
  readonly sink: FramerSink;
  readonly events: string[];
}

/** A sink that writes down what it hears; `before` may act within each call. */
function record(destination?: Uint8Array, before: (event: string) => void = () => undefined): Recording {
  const events: string[] = [];
  const hear = (event: string): void => {
    events.push(event);
    before(event);
  };
  const sink: FramerSink = {
    onHeader(bhs, ahs, length) {
      hear(`header ${bhs[0]!.toString(16)} ahs ${ahs.length} data ${length}`);
      return destination;
    },
    onPdu: () => {
      hear('pdu');
    },
    onDataDigestError: () => {
      hear('data digest error');
    },
    onHeaderDigestError: () => {
      hear('header digest error');
    },
  };
  return { sink, events };
}

function joined(...pieces: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(pieces));
}

test('§11.2 a PDU without data is announced, then complete', () => {
  const { sink, events } = record();
  new Framer(sink, plain).push(joined(readCommand, readCommand));
  assert.deepStrictEqual(events, ['header 1 ahs 0 data 0', 'pdu', 'header 1 ahs 0 data 0', 'pdu']);
});

test('§11.1 a payload lands in its destination, and its padding nowhere', () => {
  const destination = new Uint8Array(5);
  const { sink, events } = record(destination);
  new Framer(sink, plain).push(joined(dataIn, payload, hex('eeeeee')));
  assert.deepStrictEqual(events, ['header 25 ahs 0 data 5', 'pdu']);
  assert.deepStrictEqual(destination, payload);
});

test('§11.1 a PDU is complete only when its padding has come', () => {
  const { sink, events } = record(new Uint8Array(5));
  const framer = new Framer(sink, plain);
  framer.push(joined(dataIn, payload, hex('0000')));
  assert.deepStrictEqual(events, ['header 25 ahs 0 data 5']);
  framer.push(hex('00'));
  assert.deepStrictEqual(events, ['header 25 ahs 0 data 5', 'pdu']);
});

test('§11.2.2 additional header segments are handed over with the header', () => {
  const ahs = hex('00020100 e1000000 00050200 80010203');
  let seen: Uint8Array | undefined;
  const { sink } = record();
  const framer = new Framer(
    {
      ...sink,
      onHeader: (bhs, segments) => {
        assert.deepStrictEqual(bhs, patched(readCommand, 4, '04'));
        seen = new Uint8Array(segments);
        return undefined;
      },
    },
    plain,
  );
  framer.push(joined(patched(readCommand, 4, '04'), ahs));
  assert.deepStrictEqual(seen, ahs);
});

test('§11.2.3 a header digest that holds is no part of what follows', () => {
  const { sink, events } = record();
  new Framer(sink, digests).push(joined(readCommand, readCommandDigest, readCommand, readCommandDigest));
  assert.deepStrictEqual(events, ['header 1 ahs 0 data 0', 'pdu', 'header 1 ahs 0 data 0', 'pdu']);
});

test('§11.2.3 after a damaged header the framer says so once, and is deaf', () => {
  const { sink, events } = record();
  const framer = new Framer(sink, digests);
  framer.push(joined(readCommand, readCommandDigest, readCommand, hex('563a96d8'), readCommand, readCommandDigest));
  framer.push(joined(readCommand, readCommandDigest));
  assert.deepStrictEqual(events, ['header 1 ahs 0 data 0', 'pdu', 'header digest error']);
});

test('§11.2.3 a header digest is judged before the length in the header', () => {
  const { sink, events } = record();
  new Framer(sink, { ...digests, maxRecvDataSegmentLength: 512 }).push(
    joined(patched(readCommand, 5, 'ffffff'), readCommandDigest),
  );
  assert.deepStrictEqual(events, ['header digest error']);
});

test('Appendix A.4: a data digest that holds completes the PDU, one that does not is told, and the next PDU comes', () => {
  const dataIn32 = patched(dataIn, 5, '000020');
  const zeroes = hex('00'.repeat(32));
  const destination = new Uint8Array(32).fill(0xee);
  const { sink, events } = record(destination);
  new Framer(sink, { ...digests, headerDigest: false }).push(
    joined(dataIn32, zeroes, hex('aa36918a'), dataIn32, zeroes, hex('aa36918b'), readCommand),
  );
  assert.deepStrictEqual(events, [
    'header 25 ahs 0 data 32',
    'pdu',
    'header 25 ahs 0 data 32',
    'data digest error',
    'header 1 ahs 0 data 0',
    'pdu',
  ]);
  assert.deepStrictEqual(destination, zeroes);
});

test('Appendix A.4: padding is covered by the data digest, whatever it is', () => {
  // 30 bytes of payload and 2 of padding are the 32 incrementing bytes of the example.
  const incrementing = Uint8Array.from({ length: 32 }, (_unused, at) => at);
  const { sink, events } = record();
  new Framer(sink, { ...digests, headerDigest: false }).push(
    joined(patched(dataIn, 5, '00001e'), incrementing, hex('4e79dd46')),
  );
  assert.deepStrictEqual(events, ['header 25 ahs 0 data 30', 'pdu']);
});

test('§11.2.3 a payload that is thrown away is checked all the same', () => {
  const { sink, events } = record();
  const framer = new Framer(sink, { ...digests, headerDigest: false });
  framer.push(joined(patched(dataIn, 5, '000020'), hex('00'.repeat(32)), hex('00000000')));
  assert.deepStrictEqual(events, ['header 25 ahs 0 data 32', 'data digest error']);
});

test('§11.2.3 a data segment of no bytes has no digest', () => {
  const { sink, events } = record();
  new Framer(sink, { ...digests, headerDigest: false }).push(joined(readCommand, readCommand));
  assert.equal(events.length, 4);
});

test('§13.12 MaxRecvDataSegmentLength: a longer data segment is refused, and the framer is deaf', () => {
  const { sink, events } = record(new Uint8Array(5));
  const framer = new Framer(sink, { ...plain, maxRecvDataSegmentLength: 4 });
  assert.throws(
    () => {
      framer.push(joined(readCommand, dataIn, payload));
    },
    { code: 'ISCSI_SEGMENT_TOO_LONG', opcode: 0x25, value: 5, byte: 5, clause: 'RFC 7143 §13.12' },
  );
  framer.push(joined(readCommand, readCommand));
  assert.deepStrictEqual(events, ['header 1 ahs 0 data 0', 'pdu']);
});

test('§13.12 MaxRecvDataSegmentLength: a data segment of just that length is taken', () => {
  const { sink, events } = record(new Uint8Array(5));
  new Framer(sink, { ...plain, maxRecvDataSegmentLength: 5 }).push(joined(dataIn, payload, hex('000000')));
  assert.deepStrictEqual(events, ['header 25 ahs 0 data 5', 'pdu']);
});

test('§13.1 digests that begin at the end of a login hold from the next PDU in the same chunk', () => {
  let toDigests = (): void => undefined;
  const { sink, events } = record(new Uint8Array(5), (event) => {
    if (event === 'pdu') toDigests();
  });
  const framer = new Framer(sink, plain);
  toDigests = () => {
    framer.reconfigure(digests);
  };
  framer.push(joined(dataIn, payload, hex('000000'), readCommand, readCommandDigest, readCommand, readCommandDigest));
  assert.deepStrictEqual(events, [
    'header 25 ahs 0 data 5',
    'pdu',
    'header 1 ahs 0 data 0',
    'pdu',
    'header 1 ahs 0 data 0',
    'pdu',
  ]);
});

test('options that come with an announced PDU do not touch it', () => {
  const { sink, events } = record(new Uint8Array(5), (event) => {
    if (event.startsWith('header')) framer.reconfigure({ ...plain, dataDigest: true, maxRecvDataSegmentLength: 4 });
  });
  const framer: Framer = new Framer(sink, plain);
  framer.push(joined(dataIn, payload, hex('000000'), readCommand));
  assert.deepStrictEqual(events, ['header 25 ahs 0 data 5', 'pdu', 'header 1 ahs 0 data 0', 'pdu']);
});

test('a sink that stops the framer hears nothing more, from wherever it stops it', () => {
  const damaged = joined(dataIn, payload, hex('000000'), hex('00000000'), readCommand, readCommand);
  const whole = joined(dataIn, payload, hex('000000'), readCommand);
  const ends: readonly (readonly [string, Uint8Array, FramerOptions, number])[] = [
    ['header 25 ahs 0 data 5', whole, plain, 1],
    ['header 1 ahs 0 data 0', joined(readCommand, readCommand), plain, 1],
    ['pdu', whole, plain, 2],
    ['data digest error', damaged, { ...plain, dataDigest: true }, 2],
  ];
  for (const [last, bytes, options, count] of ends) {
    const { sink, events } = record(new Uint8Array(5), (event) => {
      if (event === last) framer.stop();
    });
    const framer: Framer = new Framer(sink, options);
    framer.push(bytes);
    framer.push(readCommand);
    assert.equal(events.length, count);
    assert.equal(events.at(-1), last);
  }
});

test('a destination of the wrong size is our own fault', () => {
  const { sink } = record(new Uint8Array(6));
  assert.throws(
    () => {
      new Framer(sink, plain).push(dataIn);
    },
    { name: 'InternalError' },
  );
});

test('§11.2 the header is not read from the chunk after the call', () => {
  const { sink, events } = record(new Uint8Array(5));
  const framer = new Framer(sink, plain);
  const chunk = new Uint8Array(1);
  for (const byte of joined(dataIn, payload, hex('000000'))) {
    chunk[0] = byte;
    framer.push(chunk);
    chunk[0] = 0xff;
  }
  assert.deepStrictEqual(events, ['header 25 ahs 0 data 5', 'pdu']);
});

test('an empty chunk is nothing', () => {
  const { sink, events } = record();
  new Framer(sink, plain).push(hex(''));
  assert.deepStrictEqual(events, []);
});
