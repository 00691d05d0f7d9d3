// Made-up TCP: the headers against bytes typed from the RFCs, and the flow against TCP's own rules.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { asIpv6, ipAddress } from '../../../src/trace/ip-address.ts';
import { type TakePacket, TcpFlow } from '../../../src/trace/tcp-flow.ts';
import { headersLength, putHeaders, type TcpSegment, tcpFlag } from '../../../src/trace/tcp-packet.ts';

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** Sums 16-bit words with end-around carry, a byte pair at a time: a second reading of RFC 1071. */
function onesComplementSum(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) {
    sum += (bytes[at]! << 8) + (bytes[at + 1] ?? 0);
    if (sum > 0xffff) sum -= 0xffff;
  }
  return sum;
}

function packet(segment: TcpSegment, payload: Uint8Array): Buffer {
  const bytes = new Uint8Array(headersLength(segment) + payload.length + 3);
  bytes.set(payload, headersLength(segment));
  putHeaders(bytes, 0, segment);
  return Buffer.from(bytes.subarray(0, headersLength(segment) + payload.length));
}

const v4 = {
  from: { address: Uint8Array.of(192, 0, 2, 1), port: 50_000 },
  to: { address: Uint8Array.of(192, 0, 2, 2), port: 3260 },
};

suite('headers', () => {
  test('RFC 791 §3.1, RFC 9293 §3.1: an IPv4 data segment', () => {
    const payload = Buffer.from('hello');
    const segment = { ...v4, sequence: 0x01020304, acknowledgment: 0x0a0b0c0d, flags: 0x18, payloadLength: 5 };
    const bytes = packet(segment, payload);
    const expected = [
      '4500002d', // version 4, 5 words; 45 bytes
      '00004000', // do not fragment
      '4006', // time to live 64, TCP
      'b6c7', // checksum: 4500+002d+4000+4006+c000+0201+c000+0202 = 24936 → 4938, complemented
      'c0000201',
      'c0000202',
      'c3500cbc', // ports 50000 and 3260
      '01020304',
      '0a0b0c0d',
      '5018ffff', // 5 words, PSH and ACK, the widest window
    ].join('');
    assert.equal(hex(bytes.subarray(0, 36)), expected);
    assert.equal(hex(bytes.subarray(38)), '000068656c6c6f');
  });

  test('RFC 9293 §3.1: the TCP checksum covers pseudo header, header and payload of odd length', () => {
    for (const length of [0, 1, 2, 3, 4, 5, 1447, 65_495]) {
      const payload = Uint8Array.from({ length }, (_unused, index) => (index * 7 + 3) & 0xff);
      const segment = { ...v4, sequence: 7, acknowledgment: 9, flags: 0x10, payloadLength: length };
      const bytes = packet(segment, payload);
      const tcp = bytes.subarray(20);
      const pseudo = Buffer.alloc(12);
      pseudo.set(v4.from.address, 0);
      pseudo.set(v4.to.address, 4);
      pseudo.writeUInt16BE(6, 8);
      pseudo.writeUInt16BE(tcp.length, 10);
      assert.equal(onesComplementSum(Buffer.concat([pseudo, tcp])), 0xffff, `payload of ${length}`);
      assert.equal(onesComplementSum(bytes.subarray(0, 20)), 0xffff);
    }
  });

  test('RFC 8200 §3, §8.1: an IPv6 segment has its payload length and a right checksum', () => {
    const from = { address: ipAddress('2001:db8::1'), port: 1 };
    const to = { address: ipAddress('2001:db8::ffff:2'), port: 3260 };
    const payload = Buffer.from('odd');
    const bytes = packet({ from, to, sequence: 0, acknowledgment: 0, flags: 0x18, payloadLength: 3 }, payload);
    assert.equal(
      hex(bytes.subarray(0, 40)),
      '60000000' + '00170640' + '20010db8000000000000000000000001' + '20010db80000000000000000ffff0002',
    );
    const pseudo = Buffer.alloc(40);
    bytes.copy(pseudo, 0, 8, 40);
    pseudo.writeUInt32BE(23, 32);
    pseudo.writeUInt32BE(6, 36);
    assert.equal(onesComplementSum(Buffer.concat([pseudo, bytes.subarray(40)])), 0xffff);
  });

  test('RFC 9293 §3.7.1, RFC 7323 §2.2: a SYN carries the longest segment and a window shift', () => {
    const bytes = packet(
      { ...v4, sequence: 0, acknowledgment: 0, flags: tcpFlag.syn, payloadLength: 0 },
      Buffer.alloc(0),
    );
    assert.equal(bytes.length, 48);
    assert.equal(bytes[32], 0x70); // seven words
    assert.equal(hex(bytes.subarray(40)), '0204ffd70103030e');
  });
});

suite('addresses', () => {
  test('literals are read as they are', () => {
    const literals = {
      '127.0.0.1': '7f000001',
      '::1': '00000000000000000000000000000001',
      '::': '00000000000000000000000000000000',
      'fe80::1%eth0': 'fe800000000000000000000000000001',
      '2001:db8:1:2:3:4:5:6': '20010db8000100020003000400050006',
      '::ffff:192.0.2.1': '00000000000000000000ffffc0000201',
      '1::': '00010000000000000000000000000000',
    };
    for (const [text, expected] of Object.entries(literals)) assert.equal(hex(ipAddress(text)), expected, text);
  });

  test('names get loopback addresses, always the same and each its own', () => {
    const names = ['memory', 'target', 'portal-2', '', '127.0.0.1.example'];
    const addresses = names.map((name) => hex(ipAddress(name)));
    assert.equal(new Set(addresses).size, names.length);
    for (const address of addresses) assert.match(address, /^7f.{6}$/);
    assert.deepEqual(
      names.map((name) => hex(ipAddress(name))),
      addresses,
    );
  });

  test('RFC 4291 §2.5.5.2: an IPv4 address beside an IPv6 one is mapped', () => {
    assert.equal(hex(asIpv6(Uint8Array.of(192, 0, 2, 1))), '00000000000000000000ffffc0000201');
  });
});

interface Taken {
  readonly way: 'out' | 'in';
  readonly flags: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly payload: Buffer;
}

function record(): { taken: Taken[]; take: TakePacket } {
  const taken: Taken[] = [];
  const take: TakePacket = (segment, pieces, direction) => {
    const { flags, sequence, acknowledgment, payloadLength } = segment;
    const payload = Buffer.concat(pieces);
    assert.equal(payload.length, payloadLength);
    taken.push({ way: direction === 2 ? 'out' : 'in', flags, sequence, acknowledgment, payload });
  };
  return { taken, take };
}

suite('flow', () => {
  const near = { address: '192.0.2.1', port: 50_000 };
  const far = { address: '192.0.2.2', port: 3260 };

  test('RFC 9293 §3.5, §3.6: handshake, data and ends follow each other without a gap', () => {
    const { taken, take } = record();
    const flow = new TcpFlow(near, far, take);
    flow.opened(false);
    flow.sent([Buffer.from('abc'), Buffer.from('de')]);
    flow.received([Buffer.from('wxyz')]);
    flow.closed();
    const [syn, synAck, ack, ...rest] = taken.map(({ way, flags, sequence, acknowledgment }) => [
      way,
      flags,
      sequence,
      acknowledgment,
    ]);
    assert.deepEqual(
      [syn, synAck, ack],
      [
        ['out', 0x02, 0, 0],
        ['in', 0x12, 0, 1],
        ['out', 0x10, 1, 1],
      ],
    );
    assert.deepEqual(rest, [
      ['out', 0x18, 1, 1],
      ['in', 0x18, 1, 6],
      ['out', 0x11, 6, 5],
      ['in', 0x11, 5, 7],
      ['out', 0x10, 7, 6],
    ]);
  });

  test('bytes that do not fit into one packet go on in the next, in order', () => {
    const { taken, take } = record();
    const flow = new TcpFlow(near, far, take);
    const pieces = [100, 65_495, 1, 140_000].map((length, index) => Buffer.alloc(length, index + 1));
    flow.sent(pieces);
    assert.deepEqual(
      taken.map(({ payload }) => payload.length),
      [65_495, 65_495, 65_495, 9_111],
    );
    assert.ok(Buffer.concat(taken.map(({ payload }) => payload)).equals(Buffer.concat(pieces)));
  });

  test('a side that only receives acknowledges before the window could be full', () => {
    const { taken, take } = record();
    const flow = new TcpFlow(near, far, take);
    const megabyte = Buffer.alloc(1_000_000);
    for (let count = 0; count < 20; count += 1) flow.received([megabyte]);
    const acknowledged = taken.filter(({ way }) => way === 'out');
    assert.ok(acknowledged.length >= 3);
    for (const { payload, flags } of acknowledged) assert.deepEqual([payload.length, flags], [0, 0x10]);
  });

  test('sequence numbers pass 2^32 as TCP has it', () => {
    const ends: number[] = [];
    const flow = new TcpFlow(near, far, ({ sequence, payloadLength }, _pieces, direction) => {
      assert.ok(sequence >= 0 && sequence <= 0xffff_ffff);
      if (direction === 2) ends.push((sequence + payloadLength) % 2 ** 32);
    });
    const much = new Uint8Array(64 * 1024 * 1024);
    for (let count = 0; count < 65; count += 1) flow.sent([much]);
    assert.equal(ends.at(-1), (65 * much.length) % 2 ** 32);
  });
});
