// iSNS: what is encoded comes back however the stream is cut, and no bytes at all do harm.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  decodeAttributes,
  encodeAttributes,
  encodeMessage,
  functionId,
  type IsnsAttribute,
  type IsnsMessage,
  isnsTag,
  MessageAssembler,
  readNotice,
  readTargets,
} from '../../src/discovery/isns/index.ts';

const plain = { noNullPrototype: true } as const;
const text = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((value) => !value.includes('\0') && value !== '');
const attribute: fc.Arbitrary<IsnsAttribute> = fc.oneof(
  fc.record({ tag: fc.constantFrom(isnsTag.iscsiName, isnsTag.iscsiAlias, isnsTag.pgIscsiName), value: text }, plain),
  fc.record({ tag: fc.constantFrom(isnsTag.iscsiNodeType, isnsTag.pgTag), value: fc.nat(0xffff_ffff) }, plain),
  fc.record({ tag: fc.constant(isnsTag.timestamp), value: fc.maxSafeNat() }, plain),
  fc.record({ tag: fc.constant(isnsTag.portalIpAddress), value: fc.ipV4() }, plain),
  fc.record({ tag: fc.constantFrom(...Object.values(isnsTag)), value: fc.constant(undefined) }, plain),
);
const message: fc.Arbitrary<IsnsMessage> = fc.record(
  {
    functionId: fc.nat(0xffff),
    transactionId: fc.nat(0xffff),
    sender: fc.constantFrom('client', 'server'),
    replaces: fc.boolean(),
    payload: fc.array(attribute, { maxLength: 8 }).map((all) => encodeAttributes(all)),
  },
  plain,
);

test('RFC 4171 §5.3 attributes come back from their bytes', () => {
  fc.assert(
    fc.property(fc.array(attribute, { maxLength: 10 }), (all) => {
      assert.deepEqual(decodeAttributes(encodeAttributes(all)), all);
    }),
  );
});

test('RFC 4171 §5.2 messages come back from any PDUs and any cutting of the stream', () => {
  const cut = fc.integer({ min: 1, max: 40 });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 5 }), cut, cut, (all, words, chunkLength) => {
      const stream = Buffer.concat(all.map((each) => encodeMessage(each, words * 4)));
      const seen: IsnsMessage[] = [];
      const assembler = new MessageAssembler((each) => seen.push(each), 1 << 20);
      for (let at = 0; at < stream.length; at += chunkLength) assembler.push(stream.subarray(at, at + chunkLength));
      assert.deepEqual(
        seen.map((each) => ({ ...each, payload: Uint8Array.from(each.payload) })),
        all,
      );
    }),
  );
});

test('no bytes at all make the decoders fail in another way than by ISNS_BAD_ANSWER', () => {
  const nearAttributes = fc
    .array(fc.oneof(fc.constantFrom(0, 1, 4, 16, 17, 32, 33, 35, 48, 49, 50, 51), fc.nat(0xffff_ffff)), {
      maxLength: 12,
    })
    .map((words) =>
      Buffer.from(words.flatMap((word) => [word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255])),
    );
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 64 }), nearAttributes);
  const harmless = (run: () => unknown): void => {
    try {
      run();
    } catch (error) {
      assert.equal((error as { code?: string }).code, 'ISNS_BAD_ANSWER', String(error));
    }
  };
  fc.assert(
    fc.property(bytes, (payload) => {
      harmless(() => readTargets({ key: [], operating: decodeAttributes(payload) }));
      for (const id of [functionId.scn, functionId.esi]) {
        harmless(() => readNotice({ functionId: id, transactionId: 0, sender: 'server', replaces: false, payload }));
      }
      harmless(() => {
        new MessageAssembler(() => undefined, 256).push(payload);
      });
    }),
    { numRuns: 1000 },
  );
});

test('a damaged message is another one, none yet, or ISNS_BAD_ANSWER', () => {
  fc.assert(
    fc.property(message, fc.nat(), fc.nat(255), (whole, place, value) => {
      const bytes = encodeMessage(whole);
      bytes[place % bytes.length] = value;
      try {
        new MessageAssembler((each) => {
          decodeAttributes(each.payload);
        }, 1 << 20).push(bytes);
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'ISNS_BAD_ANSWER', String(error));
      }
    }),
    { numRuns: 500 },
  );
});
