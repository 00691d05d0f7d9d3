// From a PDU to bytes: what is referred to, what is added, and the digests over it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { channels, type PduPassed } from '../../../src/base/index.ts';
import { PduSender } from '../../../src/connection/pdu-sender.ts';
import { encodeAhs, type NopOut, opcode } from '../../../src/wire/index.ts';
import { slowCrc32c } from '../../support/slow-crc32c.ts';

const ping: NopOut = {
  opcode: opcode.nopOut,
  isImmediate: true,
  lun: { high: 1, low: 2 },
  initiatorTaskTag: 3,
  targetTransferTag: 4,
  cmdSn: 5,
  expStatSn: 6,
};

function digest(bytes: Uint8Array): Buffer {
  const out = Buffer.alloc(4);
  out.writeUInt32LE(slowCrc32c(bytes));
  return out;
}

test('a PDU without data is one piece: its header', () => {
  const pieces = new PduSender({ sessionId: 1, cid: 1 }).pieces(ping);
  assert.deepEqual(
    pieces.map(({ length }) => length),
    [48],
  );
  assert.deepEqual(Buffer.from(pieces[0]!.subarray(4, 8)), Buffer.alloc(4));
});

test('§11.1 data are referred to, not copied, and padded with zeros to whole words', () => {
  const sender = new PduSender({ sessionId: 1, cid: 1 });
  for (const length of [1, 2, 3, 4, 5]) {
    const data = new Uint8Array(length).fill(0xaa);
    const pieces = sender.pieces(ping, data);
    assert.equal(pieces[1], data);
    const padding = Buffer.concat(pieces.slice(2));
    assert.deepEqual(padding, Buffer.alloc((4 - (length % 4)) % 4));
    assert.equal(pieces[0]![7], length, 'DataSegmentLength is without padding');
  }
});

test('§11.2.3 digests: the header’s over BHS and AHS, the data’s over data and padding, none where there are no data', () => {
  const sender = new PduSender({ sessionId: 1, cid: 1 });
  sender.useDigests(true, true);
  const ahs = encodeAhs({ extendedCdb: Uint8Array.of(1, 2, 3, 4, 5) });
  const data = Uint8Array.of(9, 8, 7);
  const bytes = Buffer.concat(sender.pieces(ping, data, ahs));
  const headerLength = 48 + ahs.length;
  assert.equal(bytes[4], ahs.length / 4);
  assert.deepEqual(bytes.subarray(48, headerLength), Buffer.from(ahs));
  assert.deepEqual(bytes.subarray(headerLength, headerLength + 4), digest(bytes.subarray(0, headerLength)));
  const padded = Buffer.from([9, 8, 7, 0]);
  assert.deepEqual(bytes.subarray(headerLength + 4), Buffer.concat([padded, digest(padded)]));
  assert.equal(Buffer.concat(sender.pieces(ping)).length, 52);
});

test('each digest is by itself', () => {
  const data = Uint8Array.of(1, 2, 3, 4);
  for (const [header, dataDigest, length] of [
    [false, false, 52],
    [true, false, 56],
    [false, true, 56],
    [true, true, 60],
  ] as const) {
    const sender = new PduSender({ sessionId: 1, cid: 1 });
    sender.useDigests(header, dataDigest);
    assert.equal(Buffer.concat(sender.pieces(ping, data)).length, length);
  }
});

test('every PDU is published with its ids, its header and the length of its data', () => {
  const told: PduPassed[] = [];
  const listener = (message: PduPassed): void => {
    told.push({ ...message, bhs: message.bhs.slice() });
  };
  channels.pduSent.subscribe(listener);
  const [header] = new PduSender({ sessionId: 7, cid: 8 }).pieces(ping, new Uint8Array(5));
  channels.pduSent.unsubscribe(listener);
  assert.deepEqual(told, [{ sessionId: 7, cid: 8, bhs: header, dataSegmentLength: 5 }].map(asBytes));
});

function asBytes(message: {
  sessionId: number;
  cid: number;
  bhs: Uint8Array | undefined;
  dataSegmentLength: number;
}): unknown {
  return { ...message, bhs: Buffer.from(message.bhs ?? []) };
}
