// The blocks of a capture file against bytes typed from draft-ietf-opsawg-pcapng.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  interfaceDescriptionBlock,
  packetBlockHead,
  packetBlockLength,
  packetDirection,
  putPacketBlock,
  sectionHeaderBlock,
} from '../../../src/trace/pcapng.ts';

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

test('pcapng §4.1: a section header names its byte order, version 1.0, no length, and the application', () => {
  const expected = [
    '0a0d0d0a', // block type
    '00000030', // 48 bytes in all
    '1a2b3c4d', // byte-order magic, big-endian
    '00010000', // version 1.0
    'ffffffffffffffff', // section length not given
    '00040009', // shb_userappl, 9 bytes
    '68617773657220312e000000', // "hawser 1." padded to 12
    '00000000', // opt_endofopt
    '00000030',
  ].join('');
  assert.equal(hex(sectionHeaderBlock('hawser 1.')), expected);
});

test('pcapng §4.2: the interface is LINKTYPE_RAW (101) without a snap length', () => {
  const expected = [
    '00000001', // block type
    '00000024', // 36 bytes
    '00650000', // link type 101, reserved
    '00000000', // no limit of length
    '00020006', // if_name, 6 bytes
    '6861777365720000', // "hawser" padded to 8
    '00000000',
    '00000024',
  ].join('');
  assert.equal(hex(interfaceDescriptionBlock('hawser')), expected);
});

test('pcapng §4.3: a packet of 5 bytes is padded to 8, with its time in two halves and its direction', () => {
  const bytes = new Uint8Array(packetBlockLength(5)).fill(0xee);
  bytes.set([1, 2, 3, 4, 5], packetBlockHead);
  // 0x0006_2345_6789_abcd microseconds
  putPacketBlock(bytes, 0, { length: 5, timeUs: 0x0006_2345_6789_abcd, direction: packetDirection.outbound });
  const expected = [
    '00000006', // block type
    '00000034', // 52 bytes
    '00000000', // interface 0
    '00062345', // time stamp, high
    '6789abcd', // low
    '00000005', // captured
    '00000005', // original
    '0102030405000000',
    '00020004', // epb_flags, 4 bytes
    '00000002', // outbound
    '00000000',
    '00000034',
  ].join('');
  assert.equal(hex(bytes), expected);
});

test('pcapng §4.3.1: inbound is 01 and outbound 10 in the flags', () => {
  assert.deepEqual(packetDirection, { inbound: 1, outbound: 2 });
});
