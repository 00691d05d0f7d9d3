// Text in full feature phase: SendTargets, declarations, continuations (RFC 7143 §6.4, §11.10, §11.11, appendix C).

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Pair } from '../../../src/target/negotiation/operational-negotiation.ts';
import { TextExchange, type TextReply } from '../../../src/target/text-exchange.ts';
import {
  encodeTextKeys,
  opcode,
  parseTextKeys,
  rejectReason,
  reservedTag,
  type TextRequest,
} from '../../../src/wire/index.ts';

const record: readonly Pair[] = [
  ['TargetName', 'iqn.2026-01.example:disk'],
  ['TargetAddress', '127.0.0.1:3260,1'],
];

const blank: TextRequest = {
  opcode: opcode.textRequest,
  isImmediate: false,
  isFinal: true,
  isContinue: false,
  lun: { high: 0, low: 0 },
  initiatorTaskTag: 1,
  targetTransferTag: reservedTag,
  cmdSn: 0,
  expStatSn: 0,
};

function open({ isDiscovery = true, segment = 8192 } = {}) {
  let tag = 100;
  const exchange = new TextExchange({
    isDiscovery,
    maxTextLength: 4096,
    maxXmitDataSegmentLength: () => segment,
    targetRecords: (wanted) => (wanted === 'iqn.other' ? [] : record),
    takeTag: () => tag++,
  });
  return (keys: Record<string, string> | Uint8Array, fields: Partial<TextRequest> = {}): TextReply =>
    exchange.take({ ...blank, ...fields }, keys instanceof Uint8Array ? keys : encodeTextKeys(Object.entries(keys)));
}

function replied(reply: TextReply): Extract<TextReply, { kind: 'reply' }> {
  assert.ok(reply.kind === 'reply', 'the request was rejected');
  return reply;
}

function assertRejected(reply: TextReply, reason: number): void {
  assert.deepEqual(reply, { kind: 'reject', reason });
}

test('appendix C: SendTargets=All in a discovery session tells the target and its addresses', () => {
  const reply = replied(open()({ SendTargets: 'All' }));
  assert.deepEqual([reply.isFinal, reply.isContinue, reply.targetTransferTag], [true, false, reservedTag]);
  assert.deepEqual(parseTextKeys(reply.data), record);
});

test('appendix C: a name is answered in both kinds of session, the empty value in normal ones', () => {
  assert.deepEqual(parseTextKeys(replied(open()({ SendTargets: 'iqn.2026-01.example:disk' })).data), record);
  assert.deepEqual(parseTextKeys(replied(open()({ SendTargets: 'iqn.other' })).data), []);
  assert.deepEqual(parseTextKeys(replied(open({ isDiscovery: false })({ SendTargets: '' })).data), record);
});

test('appendix C: All is for discovery sessions, and SendTargets stands alone', () => {
  assertRejected(open({ isDiscovery: false })({ SendTargets: 'All' }), rejectReason.protocolError);
  assertRejected(open()({ SendTargets: 'All', 'X-com.example.key': '1' }), rejectReason.protocolError);
});

test('§11.10.4: an answer that is longer than a segment is fetched piece by piece', () => {
  const take = open({ segment: 30 });
  const pieces: Uint8Array[] = [];
  let reply = replied(take({ SendTargets: 'All' }));
  while (!reply.isFinal) {
    assert.equal(reply.isContinue, true);
    assert.equal(reply.data.length, 30);
    assert.notEqual(reply.targetTransferTag, reservedTag);
    pieces.push(reply.data);
    reply = replied(take({}, { targetTransferTag: reply.targetTransferTag }));
  }
  assert.equal(reply.targetTransferTag, reservedTag);
  assert.deepEqual(parseTextKeys(Buffer.concat([...pieces, reply.data])), record);
});

test('§6.2: a request with the C bit is answered with an empty response and a tag, until the text is whole', () => {
  const take = open();
  const text = encodeTextKeys([['SendTargets', 'All']]);
  const first = replied(take(text.subarray(0, 5), { isFinal: false, isContinue: true }));
  assert.deepEqual([first.isFinal, first.isContinue, first.data.length], [false, false, 0]);
  assert.notEqual(first.targetTransferTag, reservedTag);
  const second = replied(take(text.subarray(5), { targetTransferTag: first.targetTransferTag }));
  assert.deepEqual(parseTextKeys(second.data), record);
});

test('§11.10.4: a tag that is not known is rejected, and the reserved one begins anew', () => {
  const take = open({ segment: 30 });
  const first = replied(take({ SendTargets: 'All' }));
  assertRejected(take({}, { targetTransferTag: 9 }), rejectReason.invalidPduField);
  assertRejected(
    take({}, { targetTransferTag: first.targetTransferTag, initiatorTaskTag: 8 }),
    rejectReason.invalidPduField,
  );
  const again = replied(take({ SendTargets: 'All' }));
  assert.deepEqual(again.data, first.data);
});

test('§13.12: MaxRecvDataSegmentLength may be declared anew, and holds when the sequence is complete', () => {
  const take = open({ isDiscovery: false });
  const open1 = replied(take({ MaxRecvDataSegmentLength: '65536' }, { isFinal: false }));
  assert.equal(open1.maxXmitDataSegmentLength, undefined);
  const end = replied(take({}, { targetTransferTag: open1.targetTransferTag }));
  assert.equal(end.maxXmitDataSegmentLength, 65_536);
});

suite('§6.4: what has no place in full feature phase is rejected', () => {
  const rows: readonly Record<string, string>[] = [
    { HeaderDigest: 'CRC32C' },
    { MaxBurstLength: '65536' },
    { InitiatorName: 'iqn.x' },
    { MaxRecvDataSegmentLength: '100' },
  ];
  for (const keys of rows) {
    test(JSON.stringify(keys), () => {
      assertRejected(open({ isDiscovery: false })(keys), rejectReason.protocolError);
    });
  }
});

test('§6.2: an unknown key is not understood, and the alias needs no answer', () => {
  const reply = replied(open({ isDiscovery: false })({ InitiatorAlias: 'me', Later: '1' }));
  assert.deepEqual(parseTextKeys(reply.data), [['Later', 'NotUnderstood']]);
});

test('§6.4: a key that comes a second time in a sequence is rejected', () => {
  const take = open({ isDiscovery: false });
  const first = replied(take({ Later: '1' }, { isFinal: false }));
  assertRejected(take({ Later: '1' }, { targetTransferTag: first.targetTransferTag }), rejectReason.protocolError);
});
